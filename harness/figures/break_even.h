/*
 * Where a range of a parameter makes strategies change sides: the points of a run along one of its
 * parameters are a curve for each strategy, and a break-even is where the curve crosses a level.
 */
#ifndef FIGURES_BREAK_EVEN_H
#define FIGURES_BREAK_EVEN_H

#include "base/numbers.h"
#include "figures/summary.h"
#include "plan/parameters.h"

/* --- one curve --- */

struct vtb_curve_point {
    double x;
    double median; /* lo <= median <= hi */
    double lo;
    double hi;
};

/* A curve: between points it is a straight line, and so are its lo and hi. */
struct vtb_curve {
    struct vtb_curve_point *points;
    size_t n;
    bool is_share; /* x is a share, and never shown by its logarithm */
};

/* A place where a curve goes from one side of a level to the other. */
struct vtb_crossing {
    /* The x at which the median crosses; where it crosses several times on its way, the middle
     * one. */
    double at;
    double lo; /* between here and hi the level lies within the curve's lo and hi */
    double hi;
    bool falls; /* the curve is above the level before, and below it behind */
    /* It lies between two neighbouring points: how far from straight the curve is there is not in
     * lo and hi. */
    bool within_step;
};

#define VTB_CROSSINGS_MAX 4

enum vtb_curve_verdict {
    VTB_CURVE_CROSSES,
    VTB_CURVE_BELOW, /* on this side wherever that can be told */
    VTB_CURVE_ABOVE, /* likewise */
    VTB_CURVE_UNDECIDED,
};

extern const char *const vtb_curve_words[];

struct vtb_crossings {
    enum vtb_curve_verdict verdict;
    struct vtb_crossing items[VTB_CROSSINGS_MAX]; /* in ascending order of x */
    size_t n;
    size_t left_out_n; /* crossings for which `items` has no room */
    /* From x_min up to here nothing can be told; NaN: the side is decided at x_min. */
    double undecided_to;
    /* From here up to x_max nothing can be told; NaN: the side is decided at x_max. Of a curve that
     * is UNDECIDED these two are x_max and x_min. */
    double undecided_from;
    bool has_gap; /* undecided between two ranges on the same side */
    /* Lines are straight over log x: all x are above 0, and the largest is 16 times the smallest or
     * more. */
    bool log_axis;
    double x_min; /* NaN: no point is known */
    double x_max;
};

/*
 * Finds where a curve crosses a level. The curve is below the level where its hi is, above it where
 * its lo is, and undecided in between; touching the level is no crossing. Points that are not
 * finite are left out; if fewer than two are left, all is undecided. Sorts the points in place.
 */
void vtb_cross(struct vtb_crossings *crossings, const struct vtb_curve *curve, double level);

/* Whether there is no answer, or no difference, at some places of the range. */
bool vtb_crossings_partial(const struct vtb_crossings *crossings);

/* --- the curves of a run --- */

/* Whether the cases of a run have several values of a parameter. */
bool vtb_parameter_varies(const struct vtb_parameter *parameter,
                          const struct vtb_comparison *comparisons, size_t n);

enum vtb_break_even_metric {
    VTB_BREAK_EVEN_RATIO, /* time, as a share of the baseline's */
    VTB_BREAK_EVEN_BYTES, /* bytes per operation, less the baseline's: below 0 it takes fewer */
};

/* How much faster a strategy must be to be worth its use, in percent, unless --min-gain says
 * otherwise. */
#define VTB_MIN_GAIN_PERCENT 5

/* One strategy against its baseline along one parameter, with all other parameters equal. */
struct vtb_break_even {
    const struct vtb_parameter *parameter;
    const struct vtb_comparison *first; /* the first of the curve's comparisons */
    size_t table;                       /* the place of its table's first case in that comparison */
    size_t case_index;
    enum vtb_break_even_metric metric;
    double min_gain_percent; /* how much faster the ratio's level is; 0: as fast */
    struct vtb_crossings crossings;
};

/* Its case at the first point of the curve; and the names of its strategy and of the baseline. */
const struct vtb_case *vtb_break_even_case(const struct vtb_break_even *entry);
const char *vtb_break_even_strategy(const struct vtb_break_even *entry);
const char *vtb_break_even_baseline(const struct vtb_break_even *entry);

/* All break-evens of a run; they borrow the comparisons. Those of a table follow one another, and
 * so do those of a strategy within it. */
struct vtb_break_evens {
    struct vtb_break_even *items; /* owned */
    size_t n;
    size_t room_n;
    const struct vtb_comparison *comparisons;
    size_t comparisons_n;
};

/*
 * Works out the break-evens of a run's comparisons, for each parameter with several values, each
 * table along it, and each strategy but the baseline and the references: where the ratio of times
 * crosses 1, and 1 - gain / 100 for each of `min_gains` (VTB_MIN_GAIN_PERCENT if it is empty), and
 * where the bytes per operation cross the baseline's. Bytes do not depend on the consumer, and are
 * there once, for the first one. Cold starts and steady states make different curves. On false
 * *error says why, and there is nothing to free.
 */
VTB_MUST_USE bool vtb_break_evens_make(struct vtb_break_evens *all,
                                       const struct vtb_comparison *comparisons, size_t n,
                                       const struct vtb_numbers *min_gains,
                                       struct vtb_error *error);

void vtb_break_evens_free(struct vtb_break_evens *all);

#endif
