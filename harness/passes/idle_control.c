#include "passes/idle_control.h"

#include <math.h>
#include <stdlib.h>

#include "base/clock.h"
#include "passes/processors.h"

/* How often the two clocks are compared. */
#define PAIR_EVERY_NS 10000000

/* A pair whose readings lie further apart says nothing: something came in between. */
#define PAIR_WITHIN_NS 2000

/* What the clocks may differ by without a jump: what two pairs are inexact by, and twice the 500
 * millionths by which the kernel speeds its clock up or slows it down. */
#define JUMP_MIN_NS 10000
#define ADJUSTED_SHARE 0.001

void vtb_idle_note(struct vtb_idle_control *control, int64_t before_ns, int64_t now_ns)
{
    const int64_t apart_ns = now_ns - before_ns;
    control->readings_n++;
    control->backwards_n += apart_ns < 0;
    if (apart_ns > 0 && (control->step_ns == 0 || apart_ns < control->step_ns))
        control->step_ns = apart_ns;
    if (apart_ns <= VTB_GAP_NS)
        return;
    control->gaps_n++;
    control->lost_ns += apart_ns;
    if (apart_ns > control->longest_ns)
        control->longest_ns = apart_ns;
}

void vtb_idle_note_pairs(struct vtb_idle_control *control, const struct vtb_clock_pair *before,
                         const struct vtb_clock_pair *now)
{
    const int64_t passed_ns = now->raw_ns - before->raw_ns;
    const int64_t jump_ns = llabs((now->corrected_ns - before->corrected_ns) - passed_ns);
    if (before->within_ns > PAIR_WITHIN_NS || now->within_ns > PAIR_WITHIN_NS)
        return;
    if ((double)jump_ns <= JUMP_MIN_NS + ADJUSTED_SHARE * (double)llabs(passed_ns))
        return;
    control->jumps_n++;
    if (jump_ns > control->longest_jump_ns)
        control->longest_jump_ns = jump_ns;
}

static struct vtb_clock_pair read_pair(void)
{
    const int64_t first_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    const int64_t raw_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC_RAW);
    const int64_t last_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    return (struct vtb_clock_pair){.corrected_ns = first_ns + (last_ns - first_ns) / 2,
                                   .raw_ns = raw_ns,
                                   .within_ns = llabs(last_ns - first_ns)};
}

/* Reads the clock until so many ns have passed. Comparing the two clocks makes no gap. */
static void spin(struct vtb_idle_control *control, int64_t duration_ns)
{
    struct vtb_clock_pair pair = read_pair();
    const int64_t start_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
    int64_t next_pair_ns = start_ns + PAIR_EVERY_NS;
    int64_t before_ns = start_ns;
    while (before_ns - start_ns < duration_ns) {
        const int64_t now_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
        vtb_idle_note(control, before_ns, now_ns);
        before_ns = now_ns;
        if (now_ns < next_pair_ns)
            continue;
        const struct vtb_clock_pair now = read_pair();
        vtb_idle_note_pairs(control, &pair, &now);
        if (now.within_ns <= PAIR_WITHIN_NS)
            pair = now;
        before_ns = vtb_clock_whole_ns(CLOCK_MONOTONIC);
        next_pair_ns = before_ns + PAIR_EVERY_NS;
    }
    control->lasted_ns = before_ns - start_ns;
}

void vtb_idle_control_run(struct vtb_idle_control *control, const char *root, double seconds)
{
    struct timespec resolution;
    struct vtb_ticks before;
    struct vtb_ticks after;
    *control = (struct vtb_idle_control){.runnable_n = vtb_runnable_n(root)};
    if (clock_getres(CLOCK_MONOTONIC, &resolution) == 0)
        control->resolution_ns = (int64_t)resolution.tv_sec * 1000000000 + resolution.tv_nsec;
    vtb_ticks_read(&before, root);
    spin(control, (int64_t)(seconds * 1e9));
    vtb_ticks_read(&after, root);
    control->stolen_share = vtb_stolen_share(&before, &after);
    control->runnable_n = fmin(control->runnable_n, vtb_runnable_n(root));
}

double vtb_idle_reading_ns(const struct vtb_idle_control *control)
{
    const uint64_t quiet_n = control->readings_n - control->gaps_n;
    if (quiet_n == 0)
        return NAN;
    return (double)(control->lasted_ns - control->lost_ns) / (double)quiet_n;
}
