/* A caller that waits, spinning or asleep: it goes on once its continuation has run, and not
 * before, whoever wakes it; and no wake is lost. What the clock says is made up, or not asked. */
#include "check.h"

#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>

#include "bench/waiter.h"
#include "made_up_clock.h"

#define TURNS_N 20000
#define SLEEPS_N 1000 /* if each waited for its nap to end, it took minutes */

static const enum vtb_wake ways[] = {VTB_WAKE_SPIN, VTB_WAKE_FUTEX};

static uint64_t step_ns;

static uint64_t step_of(size_t reading)
{
    (void)reading;
    return step_ns;
}

/* Makes the clock up from now on, of which each reading is so much later than the one before. */
static void make_clock_up(uint64_t ns)
{
    step_ns = ns;
    made_up_clock.now_ns = made_up_clock.readings_n = 0;
    made_up_clock.step = step_of;
}

static int64_t ns_of(const struct timespec *time)
{
    return (int64_t)time->tv_sec * 1000000000 + time->tv_nsec;
}

static void run(struct vtb_waiter *waiter)
{
    waiter->continuation.run(&waiter->continuation, NULL);
}

/* If the continuation runs first, nobody sleeps, nor is woken. Each notes the clock. */
static void the_word_is_set_already(void **state)
{
    (void)state;
    struct vtb_waiter waiter;
    for (size_t i = 0; i < 2; i++) {
        vtb_waiter_open(&waiter, ways[i]);
        for (int64_t n = 0; n < 3; n++) {
            vtb_waiter_begin(&waiter);
            assert_false(vtb_waiter_is_done(&waiter));
            make_clock_up(10);
            run(&waiter);
            assert_true(vtb_waiter_is_done(&waiter));
            assert_true(vtb_waiter_wait(&waiter));
            made_up_clock.step = NULL;
            assert_int_equal(ns_of(&waiter.ran), 10);
            assert_true(ns_of(&waiter.went_on) > ns_of(&waiter.ran));
            assert_false(vtb_waiter_sleeps(&waiter));
        }
        assert_int_equal(waiter.asleep_n, 0);
    }
}

/* Nobody wakes the caller: it gives up, and says so. A clock that jumps by a minute each time, as
 * if the machine had stood still, takes none of its patience but a second for each. */
static void patience_ends(void **state)
{
    (void)state;
    struct vtb_waiter waiter;
    for (size_t i = 0; i < 2; i++) {
        vtb_waiter_open(&waiter, ways[i]);
        vtb_waiter_begin(&waiter);
        make_clock_up(UINT64_C(60000000000));
        const bool came = vtb_waiter_wait(&waiter);
        made_up_clock.step = NULL;
        assert_false(came);
        assert_int_equal(made_up_clock.readings_n, 1 + VTB_WAITER_PATIENCE_S);
        assert_false(vtb_waiter_is_done(&waiter));
        run(&waiter); /* it may still come, and find nobody */
        assert_int_equal(waiter.asleep_n, 0);
    }
}

/* --- two threads --- */

struct pair {
    struct vtb_waiter waiter;
    uint32_t turns_n;
    uint32_t sent_n;     /* atomic: calls that may be completed */
    bool waits_for_it;   /* each is completed only when its caller says that it sleeps */
    bool wakes_for_none; /* before that the caller is woken, and nothing has come */
    uint64_t value;      /* not atomic: passed on by the wake */
};

static void wake_for_nothing(struct pair *pair)
{
    for (int i = 0; pair->wakes_for_none && i < 3; i++) {
        syscall(SYS_futex, &pair->waiter.word, FUTEX_WAKE_PRIVATE, 1);
        sched_yield();
    }
}

static void *complete(void *context)
{
    struct pair *pair = context;
    for (uint32_t n = 1; n <= pair->turns_n; n++) {
        while (__atomic_load_n(&pair->sent_n, __ATOMIC_ACQUIRE) < n)
            sched_yield();
        while (pair->waits_for_it && !vtb_waiter_sleeps(&pair->waiter))
            sched_yield();
        wake_for_nothing(pair);
        pair->value = n;
        run(&pair->waiter);
    }
    return NULL;
}

static void hand_over(struct pair *pair, enum vtb_wake how)
{
    pthread_t thread;
    vtb_waiter_open(&pair->waiter, how);
    assert_int_equal(pthread_create(&thread, NULL, complete, pair), 0);
    for (uint32_t n = 1; n <= pair->turns_n; n++) {
        vtb_waiter_begin(&pair->waiter);
        __atomic_store_n(&pair->sent_n, n, __ATOMIC_RELEASE);
        if (!vtb_waiter_wait(&pair->waiter))
            fail_msg("turn %u was lost", (unsigned)n);
        assert_int_equal(pair->value, n);
    }
    pthread_join(thread, NULL);
}

/* Whether the caller is about to sleep, sleeps, or has not begun to wait when all is done. */
static void no_wake_is_lost(void **state)
{
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct pair pair = {.turns_n = TURNS_N};
        hand_over(&pair, ways[i]);
    }
}

/* The kernel finds callers asleep, where these sleep; and never more than there were. */
static void callers_sleep(void **state)
{
    (void)state;
    struct pair pair = {.turns_n = SLEEPS_N, .waits_for_it = true};
    hand_over(&pair, VTB_WAKE_FUTEX);
    assert_in_range(pair.waiter.asleep_n, 1, SLEEPS_N);
}

static void woken_for_nothing(void **state)
{
    (void)state;
    struct pair pair = {.turns_n = SLEEPS_N, .waits_for_it = true, .wakes_for_none = true};
    hand_over(&pair, VTB_WAKE_FUTEX);
}

static int setup(void **state)
{
    (void)state;
    alarm(600); /* threads that wait for one another in vain end the test */
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_word_is_set_already), cmocka_unit_test(patience_ends),
        cmocka_unit_test(no_wake_is_lost),         cmocka_unit_test(callers_sleep),
        cmocka_unit_test(woken_for_nothing),
    };
    return cmocka_run_group_tests(tests, setup, NULL);
}
