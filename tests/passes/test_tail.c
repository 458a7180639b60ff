/* Why calls are slow: what happened to the thread since it was waiting. */
#include "check.h"

#include <time.h>

#include "made_up_clock.h"
#include "passes/tail.h"

/* Attempts at what another process may come in between of. */
#define ATTEMPTS_N 1000

static struct vtb_pauses pauses;

/* What the thread's processor time is at the next look. */
static uint64_t cpu_ns;

static uint64_t to_cpu_ns(size_t reading)
{
    (void)reading;
    return cpu_ns - made_up_clock.now_ns;
}

/* The cause of a call, in which the thread had the processor until `cpu_until_ns`. */
static enum vtb_tail_cause cause_of(struct vtb_tail *tail, int64_t intended_ns, int64_t started_ns,
                                    int64_t ended_ns, int64_t cpu_until_ns)
{
    cpu_ns = (uint64_t)cpu_until_ns;
    return vtb_tail_cause(tail, intended_ns, started_ns, ended_ns);
}

/* Of one that had it all along. */
static enum vtb_tail_cause cause(struct vtb_tail *tail, int64_t intended_ns, int64_t started_ns,
                                 int64_t ended_ns)
{
    return cause_of(tail, intended_ns, started_ns, ended_ns, ended_ns);
}

static void look(struct vtb_tail *tail, int64_t now_ns)
{
    cpu_ns = (uint64_t)now_ns;
    vtb_tail_look(tail, now_ns);
}

/* A collection that had the processor all along. */
static void add_pause(double start_ns, double end_ns)
{
    vtb_pauses_add(&pauses, start_ns, end_ns, end_ns - start_ns);
}

/* A thread that was switched out, as one that sleeps is. */
static void sleep_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 1};
    (void)nanosleep(&moment, NULL);
}

/* The cause of the first call of a busy period, which was waited for until 2000 and ended 100 us
 * later, if nothing else came in between. */
static enum vtb_tail_cause cause_behind(int64_t apart_ns)
{
    enum vtb_tail_cause found = VTB_TAIL_SWITCH;
    for (int i = 0; i < ATTEMPTS_N && found == VTB_TAIL_SWITCH; i++) {
        struct vtb_tail tail = {.pauses = NULL};
        const int64_t started_ns = 2000 + apart_ns;
        look(&tail, 1000);
        vtb_tail_begin(&tail, 2000, started_ns);
        found = cause(&tail, 2000, started_ns, started_ns + 100000);
    }
    return found;
}

static void gaps_are_stolen(void **state)
{
    (void)state;
    assert_int_equal(cause_behind(30), VTB_TAIL_NONE);
    assert_int_equal(cause_behind(VTB_GAP_NS), VTB_TAIL_NONE);
    assert_int_equal(cause_behind(VTB_GAP_NS + 1), VTB_TAIL_STOLEN);
}

/* Of all calls that waited for the one in which it was; and of no later one, and no short one. */
static void switches(void **state)
{
    (void)state;
    struct vtb_tail tail = {.pauses = NULL};
    look(&tail, 1000);
    assert_int_equal(tail.looked_ns, 1000);
    vtb_tail_begin(&tail, 2000, 2000 + 2 * VTB_GAP_NS);
    sleep_a_moment();
    assert_int_equal(cause(&tail, 2000, 22000, 23000), VTB_TAIL_SWITCH);
    assert_int_equal(cause(&tail, 3000, 23000, 24000), VTB_TAIL_SWITCH);
    enum vtb_tail_cause later = VTB_TAIL_SWITCH;
    for (int i = 0; i < ATTEMPTS_N && later == VTB_TAIL_SWITCH; i++)
        later = cause(&tail, 24000, 25000, 50000); /* slow by itself */
    assert_int_equal(later, VTB_TAIL_NONE);
    vtb_tail_begin(&tail, 60000, 60030);
    sleep_a_moment();
    assert_int_equal(cause(&tail, 60000, 60030, 60030 + VTB_GAP_NS - 30), VTB_TAIL_NONE);
}

/* Time that a hypervisor took in the middle of a call, which the thread's processor time lacks. */
static void stolen_in_a_call(void **state)
{
    (void)state;
    const int64_t ended_ns = 2030 + 2000000;
    for (int i = 0; i < 2; i++) {
        enum vtb_tail_cause found = VTB_TAIL_SWITCH;
        for (int k = 0; k < ATTEMPTS_N && found == VTB_TAIL_SWITCH; k++) {
            struct vtb_tail tail = {.pauses = NULL};
            look(&tail, 2000);
            vtb_tail_begin(&tail, 2000, 2030);
            found = cause_of(&tail, 2000, 2030, ended_ns, ended_ns - 1000015 + i);
        }
        assert_int_equal(found, i == 0 ? VTB_TAIL_STOLEN : VTB_TAIL_NONE);
    }
}

/* Pauses that took half of the time at least, from the last moment before the busy period on. */
static void collections(void **state)
{
    (void)state;
    struct vtb_tail tail = {.pauses = &pauses};
    vtb_pauses_start(&pauses, 0);
    look(&tail, 0);
    vtb_tail_begin(&tail, 2000, 2030);
    assert_int_equal(cause(&tail, 2000, 2030, 4000), VTB_TAIL_NONE);
    add_pause(500, 2000); /* it was over when the caller read the clock */
    assert_int_equal(cause(&tail, 2000, 2030, 4000), VTB_TAIL_NONE);
    add_pause(2050, 2500);
    assert_int_equal(cause(&tail, 2000, 2030, 4000), VTB_TAIL_NONE);
    add_pause(3000, 3550);
    assert_int_equal(cause(&tail, 2000, 2030, 4000), VTB_TAIL_COLLECTION);
    assert_int_equal(cause(&tail, 2500, 4000, 5000), VTB_TAIL_COLLECTION); /* waited */
    assert_int_equal(cause(&tail, 4900, 5000, 7000), VTB_TAIL_NONE);
}

/* A small nursery is collected again and again while the calls that a switch kept waiting are
 * made: that is not why they waited. Nor did a collection take long that was switched out. */
static void collections_behind_a_switch(void **state)
{
    (void)state;
    struct vtb_tail tail = {.pauses = &pauses};
    vtb_pauses_start(&pauses, 0);
    look(&tail, 0);
    vtb_tail_begin(&tail, 1000, 1030);
    vtb_pauses_add(&pauses, 2000, 14000000, 3000);
    sleep_a_moment();
    assert_int_equal(cause(&tail, 1000, 1030, 15000000), VTB_TAIL_SWITCH);
    for (int64_t i = 0; i < 2000; i++) {
        const int64_t started_ns = 15000000 + 3000 * i;
        add_pause((double)started_ns + 50, (double)started_ns + 2950);
        assert_int_equal(cause(&tail, 5000 * (i + 1), started_ns, started_ns + 3000),
                         VTB_TAIL_SWITCH);
    }
    /* One that takes longer than was waited so far is. */
    add_pause(21000000, 61000000);
    assert_int_equal(cause(&tail, 10005000, 21000000, 61000100), VTB_TAIL_COLLECTION);
}

int main(void)
{
    made_up_clock.step = to_cpu_ns;
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_stolen),
        cmocka_unit_test(switches),
        cmocka_unit_test(stolen_in_a_call),
        cmocka_unit_test(collections),
        cmocka_unit_test(collections_behind_a_switch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
