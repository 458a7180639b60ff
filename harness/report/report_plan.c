/* What a plan would run, before it is. */
#include <inttypes.h>
#include <stdlib.h>

#include <jansson.h>

#include "report/report.h"

static double point_s(const struct vtb_plan *plan, const struct vtb_estimate *estimate, size_t i)
{
    return estimate->count_s[i] +
           (vtb_plan_is_timed(plan) ? estimate->time_s[i] * (double)plan->consumers_n : 0);
}

static void rate_text(char *text, size_t text_bytes, const struct vtb_point *point)
{
    if (!point->emerges)
        snprintf(text, text_bytes, "%.12g", point->hit_rate);
    else if (point->cache.capacity > 0)
        snprintf(text, text_bytes, "lru:%" PRIu64, point->cache.capacity);
    else
        snprintf(text, text_bytes, "ttl:%.12g", (double)point->cache.ttl_ns / 1e9);
}

static const char *pass_of(const struct vtb_plan *plan, const struct vtb_point *point)
{
    if (!vtb_plan_is_timed(plan))
        return "counts";
    return point->cold ? "cold" : "steady";
}

static void report_table(FILE *out, const struct vtb_plan *plan,
                         const struct vtb_estimate *estimate)
{
    char total[VTB_NUMBER_BYTES];
    size_t cases_n = 0;
    fprintf(out, "%-17s %10s %13s %10s %9s %5s %6s %7s\n", "workload", "hit rate", "calls", "keys",
            "in flight", "cases", "timed", "s");
    for (size_t i = 0; i < plan->points_n; i++) {
        const struct vtb_point *point = &plan->points[i];
        char rate[40];
        rate_text(rate, sizeof rate, point);
        fprintf(out, "%-17s %10s %13" PRIu64 " %10" PRIu64 " %9zu %5zu %6s %7.1f\n",
                point->workload->name, rate, point->calls_n, point->keys_n, point->in_flight,
                point->cases_n, pass_of(plan, point), point_s(plan, estimate, i));
        cases_n += point->cases_n;
    }
    vtb_duration_text(total, estimate->total_s);
    fprintf(out, "\n%zu combination%s, %zu case%s, %zu consumer%s: %s.\n\n", plan->points_n,
            plan->points_n == 1 ? "" : "s", cases_n, cases_n == 1 ? "" : "s", plan->consumers_n,
            plan->consumers_n == 1 ? "" : "s", total);
    if (estimate->stale_n > 0) {
        char build[VTB_NUMBER_BYTES];
        vtb_duration_text(build, estimate->build_s);
        fprintf(out, "%zu cell%s to be built first, which is in it: %s.\n\n", estimate->stale_n,
                estimate->stale_n == 1 ? " has" : "s have", build);
    }
    vtb_report_skips(out, &plan->skips);
}

static json_t *checked(json_t *json)
{
    if (!json)
        abort(); /* no memory for a few bytes of text */
    return json;
}

static void report_json(FILE *out, const struct vtb_plan *plan, const struct vtb_estimate *estimate)
{
    json_t *points = checked(json_array());
    for (size_t i = 0; i < plan->points_n; i++) {
        const struct vtb_point *point = &plan->points[i];
        char rate[40];
        rate_text(rate, sizeof rate, point);
        json_array_append_new(
            points,
            checked(json_pack("{ss ss sI sI sI sI ss sf}", "workload", point->workload->name,
                              "hit_rate", rate, "calls", (json_int_t)point->calls_n, "keys",
                              (json_int_t)point->keys_n, "in_flight", (json_int_t)point->in_flight,
                              "cases", (json_int_t)point->cases_n, "timed", pass_of(plan, point),
                              "seconds", point_s(plan, estimate, i))));
    }
    json_t *all = checked(json_pack("{sf sI sI sf so}", "seconds", estimate->total_s, "consumers",
                                    (json_int_t)plan->consumers_n, "cells_to_build",
                                    (json_int_t)estimate->stale_n, "build_seconds",
                                    estimate->build_s, "points", points));
    json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(6));
    putc('\n', out);
    json_decref(all);
}

void vtb_report_plan(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_planned *planned = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, planned->plan, &planned->estimate);
    else
        report_table(out, planned->plan, &planned->estimate);
}
