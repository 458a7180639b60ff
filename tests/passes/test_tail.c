/* Why calls are slow: what happened to the thread since it was waiting. */
#include "check.h"

#include <time.h>

#include "passes/tail.h"

/* Attempts at what another process may come in between of. */
#define ATTEMPTS_N 1000

static struct vtb_pauses pauses;

static void add_pause(double start_ns, double end_ns)
{
    vtb_pauses_add(&pauses, start_ns, end_ns, 1);
}

/* A thread that was switched out, as one that sleeps is. */
static void sleep_a_moment(void)
{
    const struct timespec moment = {.tv_nsec = 1};
    (void)nanosleep(&moment, NULL);
}

/* The cause of a call behind two readings, if nothing else came in between. */
static enum vtb_tail_cause cause_behind(int64_t apart_ns)
{
    enum vtb_tail_cause cause = VTB_TAIL_SWITCH;
    for (int i = 0; i < ATTEMPTS_N && cause == VTB_TAIL_SWITCH; i++) {
        struct vtb_tail tail = {.pauses = NULL};
        vtb_tail_look(&tail, 1000);
        vtb_tail_begin(&tail, 2000, 2000 + apart_ns);
        cause = vtb_tail_cause(&tail, 1000000);
    }
    return cause;
}

static void gaps_are_stolen(void **state)
{
    (void)state;
    assert_int_equal(cause_behind(30), VTB_TAIL_NONE);
    assert_int_equal(cause_behind(VTB_TAIL_GAP_NS), VTB_TAIL_NONE);
    assert_int_equal(cause_behind(VTB_TAIL_GAP_NS + 1), VTB_TAIL_STOLEN);
}

/* Of the whole busy period, though it was looked at again meanwhile; and of no later one. */
static void switches(void **state)
{
    (void)state;
    struct vtb_tail tail = {.pauses = NULL};
    vtb_tail_look(&tail, 1000);
    assert_int_equal(tail.looked_ns, 1000);
    vtb_tail_begin(&tail, 2000, 2000 + 2 * VTB_TAIL_GAP_NS);
    sleep_a_moment();
    assert_int_equal(vtb_tail_cause(&tail, 3000), VTB_TAIL_SWITCH);
    assert_int_equal(vtb_tail_cause(&tail, 4000), VTB_TAIL_SWITCH);
    enum vtb_tail_cause later = VTB_TAIL_SWITCH;
    for (int i = 0; i < ATTEMPTS_N && later == VTB_TAIL_SWITCH; i++) {
        vtb_tail_begin(&tail, 5000, 5030);
        later = vtb_tail_cause(&tail, 6000);
    }
    assert_int_equal(later, VTB_TAIL_NONE);
}

/* A pause that ended while the caller was busy, or the last moment before; whatever else was. */
static void collections(void **state)
{
    (void)state;
    struct vtb_tail tail = {.pauses = &pauses};
    vtb_pauses_start(&pauses, 0);
    vtb_tail_look(&tail, 0);
    vtb_tail_begin(&tail, 2000, 2000);
    assert_int_not_equal(vtb_tail_cause(&tail, 2500), VTB_TAIL_COLLECTION);
    add_pause(1000, 2000); /* it was over when the caller read the clock */
    assert_int_not_equal(vtb_tail_cause(&tail, 2500), VTB_TAIL_COLLECTION);
    vtb_tail_begin(&tail, 1999, 3000);
    sleep_a_moment();
    assert_int_equal(vtb_tail_cause(&tail, 3500), VTB_TAIL_COLLECTION);
    assert_int_equal(vtb_tail_cause(&tail, 9000), VTB_TAIL_COLLECTION);
    vtb_tail_begin(&tail, 9000, 9000);
    assert_int_not_equal(vtb_tail_cause(&tail, 9500), VTB_TAIL_COLLECTION);
    add_pause(9100, 9200);
    assert_int_equal(vtb_tail_cause(&tail, 9500), VTB_TAIL_COLLECTION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(gaps_are_stolen),
        cmocka_unit_test(switches),
        cmocka_unit_test(collections),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
