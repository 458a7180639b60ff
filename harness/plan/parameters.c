#include "plan/parameters.h"

#include <assert.h>
#include <math.h>

#include "plan/plan.h"

/* --- values that depend on more than their place --- */

#define VALUE(name, expression)                                                             \
    static double name##_of(const struct vtb_point *point, const struct vtb_case *the_case) \
    {                                                                                       \
        (void)point;                                                                        \
        (void)the_case;                                                                     \
        return (expression);                                                                \
    }

VALUE(hit_rate, point->hits.emerge ? NAN : point->hits.rate)
VALUE(in_flight, point->in_flight_follows ? NAN : (double)point->in_flight)
VALUE(threads, (double)the_case->threads_n)

static double gen0_budget_of(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const struct vtb_collector *collector = the_case->heap->heap->collector;
    return collector && collector->has_budget ? (double)point->gen0_budget_bytes : NAN;
}

static double incremental_of(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const struct vtb_collector *collector = the_case->heap->heap->collector;
    return collector && collector->has_steps ? (double)point->incremental : NAN;
}

static double payload_of(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const size_t bytes = point->workload->workload->payload_bytes;
    (void)the_case;
    return bytes > 0 ? (double)bytes : NAN;
}

/* --- the table --- */

static const char *const no_units[] = {"", NULL};
static const char *const thousands[] = {"", " k", " M", " G", " T", NULL};
static const char *const bytes[] = {" B", " KiB", " MiB", " GiB", NULL};
static const char *const seconds[] = {" s", NULL};

#define NO_UNITS no_units, .unit_factor = 1
#define THOUSANDS thousands, .unit_factor = 1000
#define BYTES bytes, .unit_factor = 1024
#define SECONDS seconds, .unit_factor = 1

/* Only of these types can a place be. */
#define TYPE_OF(place)                        \
    _Generic((place), double                  \
             : VTB_PARAMETER_DOUBLE, uint64_t \
             : VTB_PARAMETER_WHOLE, bool      \
             : VTB_PARAMETER_FLAG)

static_assert(sizeof(size_t) == sizeof(uint64_t), "whole numbers are of one size");

const struct vtb_parameter vtb_parameters[] = {
#define PARAMETER(name, at, ...)                      \
    {.word = #name,                                   \
     .type = TYPE_OF(((struct vtb_point *)NULL)->at), \
     .place = offsetof(struct vtb_point, at),         \
     __VA_ARGS__},
#define PARAMETER_ELSEWHERE(name, ...) {.word = #name, __VA_ARGS__},
#include "plan/parameter_rows.h"
#undef PARAMETER
#undef PARAMETER_ELSEWHERE
    {.word = NULL},
};

static double scale_of(const struct vtb_parameter *parameter)
{
    return parameter->scale > 0 ? parameter->scale : 1;
}

/* The number at a parameter's place in a point, as it is kept there; NaN: it has none. */
static double kept_in(const struct vtb_parameter *parameter, const struct vtb_point *point)
{
    const void *place = (const char *)point + parameter->place;
    switch (parameter->type) {
    case VTB_PARAMETER_DOUBLE:
        return *(const double *)place;
    case VTB_PARAMETER_WHOLE:
        return (double)*(const uint64_t *)place;
    case VTB_PARAMETER_FLAG:
        return *(const bool *)place;
    case VTB_PARAMETER_NOWHERE:
        break;
    }
    return NAN;
}

double vtb_parameter_value(const struct vtb_parameter *parameter, const struct vtb_point *point,
                           const struct vtb_case *the_case)
{
    if (parameter->value)
        return parameter->value(point, the_case);
    const double kept = kept_in(parameter, point);
    return parameter->none_at_zero && kept == 0 ? NAN : kept / scale_of(parameter);
}

void vtb_parameter_set(const struct vtb_parameter *parameter, struct vtb_point *point, double value)
{
    void *place = (char *)point + parameter->place;
    const double kept = value * scale_of(parameter);
    switch (parameter->type) {
    case VTB_PARAMETER_DOUBLE:
        *(double *)place = kept;
        break;
    case VTB_PARAMETER_WHOLE:
        *(uint64_t *)place = (uint64_t)llround(kept);
        break;
    case VTB_PARAMETER_FLAG:
        *(bool *)place = kept != 0;
        break;
    case VTB_PARAMETER_NOWHERE:
        break;
    }
}
