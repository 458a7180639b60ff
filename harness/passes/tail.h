/*
 * Why a caller's calls are slow: what happened to its thread in the busy period that a slow call is
 * part of. A busy period begins with a call for which the caller has waited, and ends when it waits
 * again. A call of it that waited longer than it took has the cause of those before it, which it
 * waited for; of any other it is looked for what took most of it. The thread is looked at in spare
 * time as well, so that what happened before a busy period is not taken for its cause. For the
 * thread of the caller.
 */
#ifndef PASSES_TAIL_H
#define PASSES_TAIL_H

#include <stdint.h>

#include "bench/pauses.h"
#include "passes/idle_control.h"

/* The causes, of which the first that applies is told: the heap collected for half of the time, by
 * the processor time of the collecting thread, as one that is put aside in the middle has not
 * collected for long; the kernel ran another thread in the caller's place, or moved it to another
 * processor; or, though the kernel ran nothing else, the clock went on without the caller: for more
 * than VTB_GAP_NS between two readings, or for half of the time in which a call was made, which the
 * thread's processor time lacks. Linux takes from that what a hypervisor says it took (with
 * PARAVIRT_TIME_ACCOUNTING; elsewhere the processor time has it, and no such cause is found). */
enum vtb_tail_cause {
    VTB_TAIL_COLLECTION,
    VTB_TAIL_SWITCH,
    VTB_TAIL_STOLEN,
    VTB_TAIL_NONE /* that is known */
};

/* Collections are looked for in calls that took longer than this, and other causes in those of more
 * than VTB_GAP_NS: nothing else is told of shorter ones. */
#define VTB_TAIL_LEAST_NS 1000

/* In spare time, which is at least so much, the thread is looked at about so often. */
#define VTB_TAIL_SPARE_NS 3000
#define VTB_TAIL_EVERY_NS 200000

/* The state of a caller. */
struct vtb_tail {
    const struct vtb_pauses *pauses; /* of its heap; null: it does not collect */
    enum vtb_tail_cause cause;       /* of the busy period, as far as it is known */
    int64_t busy_from_ns;            /* when the caller was still waiting */
    int64_t begun_ns;                /* the first call of the busy period started */
    int64_t looked_ns;               /* the thread was looked at last; what it was like then: */
    int64_t cpu_ns;                  /* the thread's processor time */
    long switches_n;
    int processor;
};

/* Looks at the calling thread, as it is before a busy period. Takes some hundreds of ns. */
void vtb_tail_look(struct vtb_tail *tail, int64_t now_ns);

/* Begins a busy period: `before_ns` and `now_ns` are the last two readings of the clock by which
 * the caller waited. */
static inline void vtb_tail_begin(struct vtb_tail *tail, int64_t before_ns, int64_t now_ns)
{
    tail->busy_from_ns = before_ns;
    tail->begun_ns = now_ns;
    tail->cause = now_ns - before_ns > VTB_GAP_NS ? VTB_TAIL_STOLEN : VTB_TAIL_NONE;
}

/* Gives the cause of a call of the busy period, which has just ended, and has taken longer than
 * VTB_TAIL_LEAST_NS from its intended start. */
enum vtb_tail_cause vtb_tail_cause(struct vtb_tail *tail, int64_t intended_ns, int64_t started_ns,
                                   int64_t ended_ns);

#endif
