#include "passes/sought_rate.h"

#include <math.h>

#include "base/interrupt.h"

/* How far apart the first two rates are that it is looked for between, and how near the last two. A
 * rate that was found by steps down is looked for once more if they were larger than the third. */
#define SOUGHT_FACTOR 4
#define PRECISION 1.006
#define COARSE 1.1

/* A rate is too high if so many trials running do not hold. */
#define TRIALS_N 2

static bool holds_once(double rate, vtb_rate_trial *holds, void *context)
{
    for (int i = 0; i < TRIALS_N; i++) {
        if (holds(context, rate))
            return true;
    }
    return false;
}

/* Two rates, of which the lower one held. */
struct bounds {
    double lo;
    double hi;
};

static void halve(struct bounds *bounds, vtb_rate_trial *holds, void *context)
{
    while (bounds->hi / bounds->lo > PRECISION && !vtb_interrupted()) {
        const double rate = sqrt(bounds->lo * bounds->hi);
        if (holds_once(rate, holds, context))
            bounds->lo = rate;
        else
            bounds->hi = rate;
    }
}

/* Steps down until a single trial holds. */
static void confirm(struct bounds *bounds, vtb_rate_trial *holds, void *context)
{
    for (double step = bounds->hi / bounds->lo;
         bounds->lo > 1 && !vtb_interrupted() && !holds(context, bounds->lo); step *= step) {
        bounds->hi = bounds->lo;
        bounds->lo /= step;
    }
}

double vtb_seek_rate(double too_high, vtb_rate_trial *holds, void *context)
{
    struct bounds bounds = {too_high / SOUGHT_FACTOR, too_high};
    while (!vtb_interrupted() && bounds.lo > 1 && !holds_once(bounds.lo, holds, context)) {
        bounds.hi = bounds.lo;
        bounds.lo /= SOUGHT_FACTOR;
    }
    do {
        halve(&bounds, holds, context);
        confirm(&bounds, holds, context);
    } while (bounds.hi / bounds.lo > COARSE && bounds.lo > 1 && !vtb_interrupted());
    return fmax(bounds.lo, 1);
}
