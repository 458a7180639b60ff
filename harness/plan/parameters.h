/* The parameters of a run, from one table: parameter_rows.h. */
#ifndef PLAN_PARAMETERS_H
#define PLAN_PARAMETERS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/numbers.h"

/* The most callers that may run at once. */
#define VTB_THREADS_MAX 256

/* The most operations that may be in flight. */
#define VTB_IN_FLIGHT_MAX 16777216

/* The operations of a request, unless --request-ops says otherwise. */
#define VTB_REQUEST_OPS 64

/* A parameter's number, by the name that rows have: VTB_P(hit_rate). */
#define VTB_P(name) VTB_PARAMETER_##name

enum vtb_parameter_id {
#define PARAMETER(name, place, ...) VTB_P(name),
#define PARAMETER_ELSEWHERE(name, ...) VTB_P(name),
#include "plan/parameter_rows.h"
#undef PARAMETER
#undef PARAMETER_ELSEWHERE
    VTB_PARAMETERS_N
};

struct vtb_point;
struct vtb_case;

enum vtb_parameter_type {
    /* No part of a point, but of the case or of the workload. */
    VTB_PARAMETER_NOWHERE,
    VTB_PARAMETER_DOUBLE,
    VTB_PARAMETER_WHOLE,
    VTB_PARAMETER_FLAG
};

/* Whether a parameter is part of a case's name where it is not as usual, and whether before or
 * behind the others. The order of names must stay: files are compared by them. */
enum vtb_naming { VTB_UNNAMED, VTB_NAMED_FIRST, VTB_NAMED, VTB_NAMED_LAST };

struct vtb_parameter {
    const char *word; /* in the names of cases, in result files and in sentences */
    /* On the command line, as is `number`. */
    const char *option;
    const char *metavar; /* null: a flag */
    const char *accepts;
    const char *help;
    /* In the title of a table where it is not as usual, with %s for the value; null: it is told
     * elsewhere, or not at all. */
    const char *sentence;
    double usual;             /* where nothing is said; NaN: it follows from workload or run */
    size_t place;             /* in struct vtb_point */
    double scale;             /* so much more than on the command line is kept there; 0: as much */
    const char *const *units; /* each so many times the one before, ended by null */
    double unit_factor;
    /* Its value for a case, where that is not simply what stands at the place; NaN: it means
     * nothing to the case. */
    double (*value)(const struct vtb_point *point, const struct vtb_case *the_case);
    struct vtb_number_kind number;
    enum vtb_parameter_type type;
    bool is_share;
    bool none_at_zero; /* 0 at its place says that it means nothing */
    bool of_workload;  /* the points along it are of several workloads */
    bool of_method;    /* whoever asks about one method knows it: `advise` takes it */
    enum vtb_naming named;
};

/* All parameters, by number; ended by a null word. */
extern const struct vtb_parameter vtb_parameters[];

/* Gives a parameter's value for a case of the point; NaN: it means nothing to that case. */
double vtb_parameter_value(const struct vtb_parameter *parameter, const struct vtb_point *point,
                           const struct vtb_case *the_case);

/* Sets a parameter in a point; does nothing if it is no part of one. */
void vtb_parameter_set(const struct vtb_parameter *parameter, struct vtb_point *point,
                       double value);

#endif
