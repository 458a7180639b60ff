#include "figures/of_sessions.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "figures/pooled.h"

struct vtb_interval vtb_range_of_sessions(double figure, const double *values, size_t n)
{
    struct vtb_interval range = {figure, NAN, NAN};
    for (size_t s = 0; s < n; s++) {
        range.lo = fmin(range.lo, values[s]); /* fmin passes NaN over */
        range.hi = fmax(range.hi, values[s]);
    }
    return range;
}

struct vtb_interval vtb_ratio_of_sessions(const double *own, const double *base, size_t n)
{
    struct vtb_session_value *values =
        vtb_allocate(n, sizeof *values, "the figures of a table's sessions");
    size_t values_n = 0;
    for (size_t s = 0; s < n; s++) {
        const double ratio = own[s] / base[s];
        if (ratio > 0 && isfinite(ratio))
            values[values_n++] = (struct vtb_session_value){log(ratio), 0};
    }
    const struct vtb_pooled pooled = vtb_pool(values, values_n);
    const struct vtb_interval logs = vtb_pooled_interval(&pooled, 1);
    free(values);
    return (struct vtb_interval){exp(logs.median), exp(logs.lo), exp(logs.hi)};
}
