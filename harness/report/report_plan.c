#include "report/report_plan.h"

#include <jansson.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "report/case_names.h"
#include "report/report_skips.h"
#include "report/report_title.h"

static double point_s(const struct vtb_plan *plan, const struct vtb_estimate *estimate, size_t i)
{
    return estimate->count_s[i] +
           (vtb_plan_is_timed(plan) ? estimate->time_s[i] * (double)plan->consumers_n : 0);
}

static const char *pass_of(const struct vtb_plan *plan, const struct vtb_point *point)
{
    if (!vtb_plan_is_timed(plan))
        return "counts";
    return point->cold ? "cold" : "steady";
}

static void print_points(FILE *out, const struct vtb_plan *plan,
                         const struct vtb_estimate *estimate)
{
    static const struct vtb_column columns[] = {
        {"workload", 17, VTB_SIDE_LEFT, true},   {"hit rate", 10, VTB_SIDE_RIGHT, true},
        {"calls", 13, VTB_SIDE_RIGHT, false},    {"keys", 10, VTB_SIDE_RIGHT, false},
        {"in flight", 9, VTB_SIDE_RIGHT, false}, {"cases", 5, VTB_SIDE_RIGHT, true},
        {"timed", 6, VTB_SIDE_RIGHT, true},      {"s", 7, VTB_SIDE_RIGHT, true},
    };
    struct vtb_table table = {.gap = 1};
    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        vtb_table_column(&table, columns[i]);
    for (size_t i = 0; i < plan->points_n; i++) {
        const struct vtb_point *point = &plan->points[i];
        char hits[VTB_POINT_TEXT_BYTES];
        char number[VTB_NUMBER_BYTES];
        vtb_hits_text(hits, point);
        vtb_table_cell(&table, "%s", point->workload->name);
        vtb_table_cell(&table, "%s", hits);
        vtb_table_cell(&table, "%s", vtb_thousands_text(number, (double)point->calls_n));
        vtb_table_cell(&table, "%s", vtb_thousands_text(number, (double)point->keys_n));
        vtb_table_cell(&table, "%s", vtb_thousands_text(number, (double)point->in_flight));
        vtb_table_cell(&table, "%zu", point->cases_n);
        vtb_table_cell(&table, "%s", pass_of(plan, point));
        vtb_table_cell(&table, "%.1f", point_s(plan, estimate, i));
    }
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    vtb_table_free(&table);
}

/* Prints how much there is to do, with what of all points is not as usual. */
static void print_sum(FILE *out, const struct vtb_plan *plan, size_t cases_n, double total_s)
{
    char text[500] = "";
    char number[VTB_NUMBER_BYTES];
    vtb_append(text, sizeof text, "%zu combination%s, %zu case%s, %zu consumer%s", plan->points_n,
               vtb_plural((double)plan->points_n, "", "s"), cases_n,
               vtb_plural((double)cases_n, "", "s"), plan->consumers_n,
               vtb_plural((double)plan->consumers_n, "", "s"));
    vtb_append_surroundings(text, sizeof text, plan->points);
    vtb_append(text, sizeof text, ": %s.", vtb_duration_text(number, total_s));
    putc('\n', out);
    vtb_print_wrapped_to(out, text, VTB_LINE_WIDTH);
    fputs("\n\n", out);
}

static void report_table(FILE *out, const struct vtb_plan *plan,
                         const struct vtb_estimate *estimate)
{
    char text[VTB_NUMBER_BYTES];
    size_t cases_n = 0;
    for (size_t i = 0; i < plan->points_n; i++)
        cases_n += plan->points[i].cases_n;
    print_points(out, plan, estimate);
    print_sum(out, plan, cases_n, estimate->total_s);
    if (estimate->stale_n > 0)
        fprintf(out, "%zu cell%s to be built first, which is in it: %s.\n\n", estimate->stale_n,
                vtb_plural((double)estimate->stale_n, " has", "s have"),
                vtb_duration_text(text, estimate->build_s));
    vtb_report_skips(out, &plan->skips, VTB_LINE_WIDTH);
}

static void report_json(FILE *out, const struct vtb_plan *plan, const struct vtb_estimate *estimate)
{
    json_t *points = vtb_json_checked(json_array());
    for (size_t i = 0; i < plan->points_n; i++) {
        const struct vtb_point *point = &plan->points[i];
        char hits[VTB_POINT_TEXT_BYTES];
        vtb_hits_text(hits, point);
        vtb_json_append(
            points,
            vtb_json_checked(json_pack(
                "{ss ss sI sI sI sI ss sf ss sI ss}", "workload", point->workload->name, "hit_rate",
                hits, "calls", (json_int_t)point->calls_n, "keys", (json_int_t)point->keys_n,
                "in_flight", (json_int_t)point->in_flight, "cases", (json_int_t)point->cases_n,
                "timed", pass_of(plan, point), "seconds", point_s(plan, estimate, i), "store",
                point->store ? point->store->word : vtb_store_words[VTB_STORE_SIMULATED],
                "store_threads", (json_int_t)(point->store ? point->store_threads_n : 0), "table",
                vtb_table_words[point->concurrent_table])));
    }
    json_t *all = vtb_json_checked(json_pack("{sf sI sI sf so}", "seconds", estimate->total_s,
                                             "consumers", (json_int_t)plan->consumers_n,
                                             "cells_to_build", (json_int_t)estimate->stale_n,
                                             "build_seconds", estimate->build_s, "points", points));
    vtb_json_print(out, all, JSON_REAL_PRECISION(6));
}

void vtb_report_plan(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_planned *planned = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, planned->plan, &planned->estimate);
    else
        report_table(out, planned->plan, &planned->estimate);
}
