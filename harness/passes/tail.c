#include "passes/tail.h"

#include <math.h>
#include <sched.h>
#include <sys/resource.h>

#include "base/clock.h"

static long switches_n(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw + usage.ru_nivcsw : 0;
}

void vtb_tail_look(struct vtb_tail *tail, int64_t now_ns)
{
    tail->looked_ns = now_ns;
    tail->cpu_ns = vtb_clock_whole_ns(CLOCK_THREAD_CPUTIME_ID);
    tail->switches_n = switches_n();
    tail->processor = sched_getcpu();
}

/* How long the heap collected from a reading of the clock on. */
static double collected_ns(const struct vtb_pauses *pauses, double from_ns)
{
    double ns = 0;
    for (uint64_t i = pauses->wall.n; i > 0 && pauses->wall.n - i < VTB_PAUSES_KEPT; i--) {
        const struct vtb_pause *pause = &pauses->kept[(i - 1) % VTB_PAUSES_KEPT];
        if (pause->end_ns <= from_ns)
            break;
        ns += fmin(pause->cpu_ns, pause->end_ns - fmax(pause->start_ns, from_ns));
    }
    return ns;
}

/* What happened to the thread since it was looked at last that took half of `kept_ns`: the kernel
 * did something else, or time went on that is not in the thread's. */
static enum vtb_tail_cause what_happened(struct vtb_tail *tail, int64_t now_ns, int64_t kept_ns)
{
    const struct vtb_tail before = *tail;
    vtb_tail_look(tail, now_ns);
    if (tail->switches_n != before.switches_n || tail->processor != before.processor)
        return VTB_TAIL_SWITCH;
    const int64_t taken_ns = now_ns - before.looked_ns - (tail->cpu_ns - before.cpu_ns);
    return 2 * taken_ns >= kept_ns ? VTB_TAIL_STOLEN : VTB_TAIL_NONE;
}

enum vtb_tail_cause vtb_tail_cause(struct vtb_tail *tail, int64_t intended_ns, int64_t started_ns,
                                   int64_t ended_ns)
{
    const bool is_first = started_ns == tail->begun_ns;
    const int64_t from_ns = is_first ? tail->busy_from_ns : started_ns;
    const int64_t kept_ns = ended_ns - from_ns;
    if (kept_ns <= from_ns - intended_ns)
        return tail->cause;
    if (!is_first)
        tail->cause = VTB_TAIL_NONE;
    if (tail->pauses && 2 * collected_ns(tail->pauses, (double)from_ns) >= (double)kept_ns)
        tail->cause = VTB_TAIL_COLLECTION;
    else if (kept_ns > VTB_GAP_NS) {
        const enum vtb_tail_cause happened = what_happened(tail, ended_ns, kept_ns);
        if (happened != VTB_TAIL_NONE)
            tail->cause = happened;
    }
    return tail->cause;
}
