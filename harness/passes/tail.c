#include "passes/tail.h"

#include <math.h>
#include <sched.h>
#include <sys/resource.h>

static long switches_n(void)
{
    struct rusage usage;
    return getrusage(RUSAGE_THREAD, &usage) == 0 ? usage.ru_nvcsw + usage.ru_nivcsw : 0;
}

void vtb_tail_look(struct vtb_tail *tail, int64_t now_ns)
{
    tail->looked_ns = now_ns;
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

/* Whether the kernel did something with the thread since it was looked at last. */
static bool was_moved(struct vtb_tail *tail, int64_t now_ns)
{
    const long before_n = tail->switches_n;
    const int processor = tail->processor;
    vtb_tail_look(tail, now_ns);
    return tail->switches_n != before_n || tail->processor != processor;
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
    else if (kept_ns > VTB_GAP_NS && was_moved(tail, ended_ns))
        tail->cause = VTB_TAIL_SWITCH;
    return tail->cause;
}
