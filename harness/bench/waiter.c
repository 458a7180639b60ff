#include "bench/waiter.h"

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/clock.h"
#include "cells/runtime.h"

/* What the word says. */
enum { WAITS, SLEEPS, DONE };

/* --- patience --- */

#define SECOND_NS INT64_C(1000000000)

/* How long a caller still waits; a process or machine that was stopped loses a second of it. */
struct patience {
    int64_t looked_ns;
    int64_t left_ns;
};

static struct patience new_patience(void)
{
    return (struct patience){vtb_clock_whole_ns(CLOCK_MONOTONIC),
                             VTB_WAITER_PATIENCE_S * SECOND_NS};
}

static bool is_out(struct patience *patience)
{
    const int64_t now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    const int64_t passed_ns = now_ns - patience->looked_ns;
    patience->looked_ns = now_ns;
    patience->left_ns -= passed_ns < SECOND_NS ? passed_ns : SECOND_NS;
    return patience->left_ns <= 0;
}

/* --- the continuation --- */

/* Runs on the completing thread. Once the word is set the caller goes on, and may wait for its next
 * operation by the time that it is woken: then it looks at the word, and sleeps again. */
static void wake(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_waiter *waiter = (struct vtb_waiter *)self;
    (void)clock_gettime(CLOCK_MONOTONIC, &waiter->ran);
    (void)service;
    if (waiter->how == VTB_WAKE_SPIN)
        __atomic_store_n(&waiter->word, (uint32_t)DONE, __ATOMIC_RELEASE);
    else if (__atomic_exchange_n(&waiter->word, (uint32_t)DONE, __ATOMIC_ACQ_REL) == SLEEPS)
        waiter->asleep_n += syscall(SYS_futex, &waiter->word, FUTEX_WAKE_PRIVATE, 1) == 1;
}

void vtb_waiter_open(struct vtb_waiter *waiter, enum vtb_wake how)
{
    *waiter = (struct vtb_waiter){.continuation = {wake}, .how = how};
}

void vtb_waiter_begin(struct vtb_waiter *waiter)
{
    __atomic_store_n(&waiter->word, (uint32_t)WAITS, __ATOMIC_RELAXED);
}

/* --- waiting --- */

bool vtb_waiter_is_done(const struct vtb_waiter *waiter)
{
    return __atomic_load_n(&waiter->word, __ATOMIC_ACQUIRE) == DONE;
}

bool vtb_waiter_sleeps(const struct vtb_waiter *waiter)
{
    return __atomic_load_n(&waiter->word, __ATOMIC_ACQUIRE) == SLEEPS;
}

/* A caller that spins looks at the clock every so many turns: to read it takes longer than to be
 * woken. */
#define TURNS_N 1024

static bool spin(struct vtb_waiter *waiter)
{
    struct patience patience = {.left_ns = 0};
    for (unsigned n = 1; !vtb_waiter_is_done(waiter); n++) {
        if (n == TURNS_N)
            patience = new_patience();
        else if (n % TURNS_N == 0 && is_out(&patience))
            return false;
        vtb_pause(n);
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &waiter->went_on);
    return true;
}

/* The kernel lets a caller sleep only if the word still says so. A sleep ends by itself now and
 * then, so that patience is looked at. */
static bool sleep_until_woken(struct vtb_waiter *waiter)
{
    static const struct timespec nap = {.tv_nsec = SECOND_NS / 10};
    struct patience patience = new_patience();
    uint32_t before = WAITS;
    (void)__atomic_compare_exchange_n(&waiter->word, &before, (uint32_t)SLEEPS, false,
                                      __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE);
    while (!vtb_waiter_is_done(waiter)) {
        (void)syscall(SYS_futex, &waiter->word, FUTEX_WAIT_PRIVATE, (uint32_t)SLEEPS, &nap);
        if (!vtb_waiter_is_done(waiter) && is_out(&patience))
            return false;
    }
    (void)clock_gettime(CLOCK_MONOTONIC, &waiter->went_on);
    return true;
}

bool vtb_waiter_wait(struct vtb_waiter *waiter)
{
    return waiter->how == VTB_WAKE_SPIN ? spin(waiter) : sleep_until_woken(waiter);
}
