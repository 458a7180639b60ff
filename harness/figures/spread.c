#include "figures/spread.h"

#include <math.h>

static double mean_of(const struct vtb_session_value *values, size_t n)
{
    double sum = 0;
    for (size_t s = 0; s < n; s++)
        sum += values[s].median;
    return sum / (double)n;
}

struct vtb_spread vtb_spread_of(const struct vtb_session_value *first,
                                const struct vtb_session_value *second, size_t n)
{
    if (n < VTB_SESSIONS_MIN)
        return (struct vtb_spread){NAN, NAN, NAN};
    const double first_mean = mean_of(first, n);
    const double second_mean = mean_of(second, n);
    const double freedom = (double)(n - 1);
    double noise = 0;
    double together = 0;
    double apart = 0;
    for (size_t s = 0; s < n; s++) {
        const double a = first[s].median - first_mean;
        const double b = second[s].median - second_mean;
        noise += (first[s].noise + second[s].noise) / 2 / (double)n;
        together += a * b / freedom;
        apart += (a - b) * (a - b) / 2 / freedom;
    }
    return (struct vtb_spread){
        .rounds = noise,
        .session = fmax(0, together),
        .place = fmax(0, apart - noise),
    };
}
