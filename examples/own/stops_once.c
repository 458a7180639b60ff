/*
 * stops_once: a plain function that stops for 100 ms, once: a strategy outside of the program's own
 * by which to see what an open loop is for.
 *
 *     run_bench latency --strategy examples/own/stops_once.c --rate 200k --hit-rate 1 --keys 1000 \
 *         --slices 1 --sessions 1
 *
 * All calls that were meant to start while it stood still are late, the first by 100 ms. From the
 * intended start that is most of the calls of the slice in which it stops; from the actual start
 * one call of 10,000 took long, and all others are as fast as ever: so much a closed loop, which
 * makes no call while it waits, leaves out (docs/LATENCY.md).
 */
#define VTB_NEVER_SUSPENDS 1
#include <stddef.h>
#include <time.h>
#include <vtb/strategy.h>

/* The call at which it stops: early in the first slice that counts, behind all that a session makes
 * before it measures, and a slice of 10,000 that is not counted. */
#define STOPS_AT 112000

typedef vtb_value vtb_handover;

static void count_to_stop(void)
{
    static size_t calls_n;
    const struct timespec stop = {.tv_nsec = 100000000};
    if (++calls_n == STOPS_AT)
        (void)nanosleep(&stop, NULL);
}

static inline vtb_handover vtb_ready(struct vtb_service *service, struct vtb_slot *slot,
                                     const vtb_value *value)
{
    (void)service;
    (void)slot;
    count_to_stop();
    return *value;
}

static inline vtb_handover vtb_answer_now(struct vtb_service *service, vtb_key key)
{
    vtb_value value;
    if (!vtb_ask(service, key, &value)) {
        service->failed_n++;
        service->failed_share += vtb_consume(&value);
    }
    return value;
}

static inline enum vtb_fault vtb_get(struct vtb_service *service, vtb_handover *handover,
                                     struct vtb_slot *slot, vtb_value *value)
{
    (void)service;
    (void)slot;
    *value = *handover;
    return VTB_FAULT_NONE;
}

static inline void vtb_drop(struct vtb_service *service, vtb_handover *handover,
                            struct vtb_slot *slot)
{
    (void)service;
    (void)handover;
    (void)slot;
}

VTB_STRATEGY(stops_once) = {
    .summary = "a plain function that stops for 100 ms, once in a process",
    .modelled_on = "a thread that is put aside",
    .shape = VTB_SHAPE_VALUE,
    .lacks = {.async_method = "it never suspends",
              .runtime_async = "it never suspends",
              .several_consumers = "there is no operation, only its value",
              .storing = "there is no operation, only its value",
              .other_threads = "it never suspends",
              .as_task = "there is no operation, only its value"},
};
