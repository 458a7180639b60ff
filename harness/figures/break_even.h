/*
 * Where a range of a parameter makes strategies change sides: the points of a run along one of its
 * parameters are a curve for each strategy, and a break-even is where the curve crosses a level.
 */
#ifndef FIGURES_BREAK_EVEN_H
#define FIGURES_BREAK_EVEN_H

#include "base/numbers.h"
#include "figures/summary.h"

/* --- one curve --- */

struct vtb_curve_point {
    double x;
    double median; /* lo <= median <= hi */
    double lo;
    double hi;
};

/* Between points it is a straight line, and so are lo and hi. */
struct vtb_curve {
    struct vtb_curve_point *points;
    size_t n;
    bool is_share; /* of x: never by its logarithm */
};

/* Where a curve goes over from one side of a level to the other. */
struct vtb_crossing {
    double at; /* of the median; where it crosses several times on its way, the middle one */
    double lo; /* from here to hi the level lies between the curve's lo and hi */
    double hi;
    bool falls; /* below the level behind it, above it before; otherwise the reverse */
};

#define VTB_CROSSINGS_MAX 4

enum vtb_curve_verdict {
    VTB_CURVE_CROSSES,
    VTB_CURVE_BELOW, /* wherever it can be told */
    VTB_CURVE_ABOVE, /* likewise */
    VTB_CURVE_UNDECIDED,
};

extern const char *const vtb_curve_words[];

struct vtb_crossings {
    enum vtb_curve_verdict verdict;
    struct vtb_crossing items[VTB_CROSSINGS_MAX]; /* upwards in x */
    size_t n;
    size_t left_out_n;     /* crossings behind these */
    double undecided_to;   /* from x_min to here; NaN: it is decided at x_min */
    double undecided_from; /* from here to x_max; NaN: it is decided at x_max. Both at UNDECIDED. */
    bool has_gap;          /* undecided between two places where it is on the same side */
    bool log_axis;         /* lines are straight over log x: all x > 0, of a ratio of 16 or more */
    double x_min;          /* NaN: no point is known */
    double x_max;
};

/*
 * Finds where a curve crosses a level. It is below where its hi is, above where its lo is, and
 * undecided between; touching the level is no crossing. Points that are not finite are left out;
 * with less than two others all is undecided. Sorts the points in place.
 */
void vtb_cross(struct vtb_crossings *crossings, const struct vtb_curve *curve, double level);

/* Whether there is no answer, or no difference, at some places of the range. */
bool vtb_crossings_partial(const struct vtb_crossings *crossings);

/* --- the curves of a run --- */

/* A parameter that a run may have a range of. */
struct vtb_parameter {
    const char *word; /* as in the names of rows */
    double (*value)(const struct vtb_point *point, const struct vtb_case *the_case); /* NaN: none */
    const char *const *units; /* each so many times the one before, ended by null */
    double unit_factor;
    bool is_share;
    bool of_workload; /* the points of a curve are of several workloads */
};

/* Ended by a null word. */
extern const struct vtb_parameter vtb_parameters[];

/* Whether the cases of a run have several values of it. */
bool vtb_parameter_varies(const struct vtb_parameter *parameter,
                          const struct vtb_comparison *comparisons, size_t n);

enum vtb_break_even_metric {
    VTB_BREAK_EVEN_RATIO, /* time, as a share of the baseline's */
    VTB_BREAK_EVEN_BYTES, /* bytes per operation, less the baseline's: below 0 it takes fewer */
};

/* How much faster something must be to be worth it, in percent, if nothing is said. */
#define VTB_WORTH_PERCENT 5

/* One strategy against its baseline along one parameter, all others being equal. */
struct vtb_break_even {
    const struct vtb_parameter *parameter;
    const struct vtb_comparison *first; /* of the comparisons that the curve is made of */
    size_t table;                       /* place of the first case of its table there */
    size_t case_index;
    enum vtb_break_even_metric metric;
    double worth_percent; /* of the ratio; 0: where it is as fast */
    struct vtb_crossings crossings;
};

/* Its case at the first point of the curve; and the names of its strategy and of the baseline. */
const struct vtb_case *vtb_break_even_case(const struct vtb_break_even *entry);
const char *vtb_break_even_strategy(const struct vtb_break_even *entry);
const char *vtb_break_even_baseline(const struct vtb_break_even *entry);

/* Borrows the comparisons. Those of a table follow one another, and in it those of a strategy. */
struct vtb_break_evens {
    struct vtb_break_even *items; /* owned */
    size_t n;
    size_t room_n;
    const struct vtb_comparison *comparisons;
    size_t comparisons_n;
};

/*
 * Works out the break-evens of a run's comparisons: of each parameter with several values, each
 * table along it, and each strategy but baseline and references, where the ratio of times crosses 1
 * and 1 - worth / 100 for each of `worth` (if it is empty, VTB_WORTH_PERCENT), and where the bytes
 * per operation cross the baseline's. Bytes depend on no consumer and are there once, with that of
 * the first. Cold starts and steady states are curves of their own. On false *error says why, and
 * there is nothing to free.
 */
VTB_MUST_USE bool vtb_break_evens_make(struct vtb_break_evens *all,
                                       const struct vtb_comparison *comparisons, size_t n,
                                       const struct vtb_numbers *worth, struct vtb_error *error);

void vtb_break_evens_free(struct vtb_break_evens *all);

#endif
