#include "figures/states.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/stats.h"

const char *const vtb_state_words[] = {"quiet", "busy", "any"};

/* The most readings of one table that the level is taken from, and the share of them that may be
 * below it. */
#define READINGS_MAX ((size_t)20000)
#define BELOW_SHARE 0.01

bool vtb_is_in_state(enum vtb_state state, double before_ns, double after_ns, double quiet_ns)
{
    const bool told = before_ns > 0 && after_ns > 0;
    switch (state) {
    case VTB_STATE_QUIET:
        return told && fmax(before_ns, after_ns) <= VTB_QUIET_MAX * quiet_ns;
    case VTB_STATE_BUSY:
        return told && fmin(before_ns, after_ns) >= VTB_BUSY_MIN * quiet_ns;
    default:
        return true;
    }
}

static size_t times_n(const struct vtb_samples *samples)
{
    return samples->sessions_n * samples->rounds_n * samples->cases_n;
}

bool vtb_has_states(const struct vtb_samples *samples)
{
    return times_n(samples) > 0 && samples->probe_after_ns && samples->probe_after_ns[0] > 0;
}

double vtb_state_share(const struct vtb_samples *samples, size_t own, enum vtb_state state,
                       double quiet_ns)
{
    size_t in_n = 0;
    for (size_t at = own; at < times_n(samples); at += samples->cases_n)
        in_n += vtb_is_in_state(state, samples->probe_before_ns[at], samples->probe_after_ns[at],
                                quiet_ns);
    return (double)in_n / (double)(samples->sessions_n * samples->rounds_n);
}

double vtb_low_reading(const struct vtb_samples *samples)
{
    const size_t all_n = times_n(samples);
    const size_t stride = all_n / READINGS_MAX + 1;
    size_t n = 0;
    if (!vtb_has_states(samples))
        return INFINITY;
    double *readings = vtb_allocate(all_n / stride + 1, sizeof *readings, "readings of a probe");
    for (size_t at = 0; at < all_n; at += stride)
        readings[n++] = samples->probe_after_ns[at];
    (void)vtb_median(readings, n); /* sorts them */
    const double reading = readings[(size_t)(BELOW_SHARE * (double)n)];
    free(readings);
    return reading;
}

double vtb_quiet_level(const struct vtb_sessions *sessions)
{
    double level = sessions->level.ns;
    for (size_t p = 0; p < sessions->plan->points_n; p++) {
        for (size_t t = 0; t < sessions->plan->consumers_n; t++) {
            const struct vtb_samples samples = vtb_sessions_samples(sessions, p, t);
            level = fmin(level, vtb_low_reading(&samples));
        }
    }
    return level;
}
