/* A table of made-up entries, for tests of what is written about one: nothing of it is planned,
 * compiled or measured. */
#ifndef MADE_UP_H
#define MADE_UP_H

#include "check.h"

#include "figures/results.h"

#define MADE_UP_CASES_N 2

struct made_up {
    struct vtb_workload workload;
    struct vtb_workload_entry workload_entry;
    struct vtb_collector collector;
    struct vtb_heap heap;
    struct vtb_heap_entry heap_entry;
    struct vtb_strategy strategies[MADE_UP_CASES_N];
    struct vtb_cell cells[MADE_UP_CASES_N];
    struct vtb_case cases[MADE_UP_CASES_N];
    struct vtb_point point;
    struct vtb_plan plan;
    struct vtb_figures figures[MADE_UP_CASES_N];
    struct vtb_comparison comparison;
    struct vtb_results results;
};

/* Strategies "left", the baseline, and "right", its challenger, on a heap that frees: 8 of 10 calls
 * hit, and each miss takes two blocks of 24 bytes. There are no references. Its parts refer to each
 * other: it stays where it is. */
static inline void make_up(struct made_up *it)
{
    static const char *const names[MADE_UP_CASES_N] = {"left", "right"};
    memset(it, 0, sizeof *it);
    it->workload_entry = (struct vtb_workload_entry){.name = "errands", .workload = &it->workload};
    it->heap_entry = (struct vtb_heap_entry){.name = "heap", .heap = &it->heap};
    it->point = (struct vtb_point){
        .workload = &it->workload_entry,
        .hits = {.rate = 0.8},
        .calls_n = 10,
        .keys_n = 1000,
        .in_flight = 64,
        .depth = 1,
        .request_ops = VTB_REQUEST_OPS,
        .cases = it->cases,
        .cases_n = MADE_UP_CASES_N,
    };
    it->plan = (struct vtb_plan){.points = &it->point, .points_n = 1};
    it->comparison =
        (struct vtb_comparison){.point = &it->point, .timed_hit_rate = NAN, .figures = it->figures};
    it->results =
        (struct vtb_results){.plan = &it->plan, .comparisons = &it->comparison, .comparisons_n = 1};
    for (size_t i = 0; i < MADE_UP_CASES_N; i++) {
        it->strategies[i].role = i == 0 ? VTB_ROLE_BASELINE : VTB_ROLE_CHALLENGER;
        it->cells[i].name = names[i];
        it->cells[i].strategy = &it->strategies[i];
        it->cases[i] = (struct vtb_case){.timing = &it->cells[i],
                                         .counting = &it->cells[i],
                                         .heap = &it->heap_entry,
                                         .empty = MADE_UP_CASES_N,
                                         .floor = MADE_UP_CASES_N,
                                         .serial = i,
                                         .threads_n = 1};
        it->figures[i].the_case = &it->cases[i];
        it->figures[i].counted = (struct vtb_counted){
            .calls_n = 10,
            .hits_n = 8,
            .counts = {.allocs_n = 4,
                       .frees_n = 4,
                       .requested_bytes = 96,
                       .usable_bytes = 128,
                       .peak_live_bytes = 48},
        };
    }
}

/* What a function writes about it; the caller's to free. */
static inline char *written_about(void (*write_it)(FILE *out, const struct made_up *it),
                                  const struct made_up *it)
{
    char *text = NULL;
    size_t text_n;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    write_it(out, it);
    assert_int_equal(fclose(out), 0);
    return text;
}

#endif
