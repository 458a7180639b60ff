#include "passes/tail.h"

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

static bool has_collected(const struct vtb_tail *tail)
{
    const struct vtb_pauses *pauses = tail->pauses;
    return pauses && pauses->wall.n > 0 &&
           pauses->kept[(pauses->wall.n - 1) % VTB_PAUSES_KEPT].end_ns > (double)tail->busy_from_ns;
}

/* Whether the kernel did something with the thread since it was looked at last. */
static bool was_moved(struct vtb_tail *tail, int64_t now_ns)
{
    const long before_n = tail->switches_n;
    const int processor = tail->processor;
    vtb_tail_look(tail, now_ns);
    return tail->switches_n != before_n || tail->processor != processor;
}

enum vtb_tail_cause vtb_tail_cause(struct vtb_tail *tail, int64_t now_ns)
{
    if (tail->cause > VTB_TAIL_SWITCH && was_moved(tail, now_ns))
        tail->cause = VTB_TAIL_SWITCH;
    if (tail->cause > VTB_TAIL_COLLECTION && has_collected(tail))
        tail->cause = VTB_TAIL_COLLECTION;
    return tail->cause;
}
