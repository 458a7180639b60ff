/* A made-up comparison of two strategies on two heaps, for tests of what is said about it, and what
 * such tests ask of the text. */
#ifndef TWO_HEAPS_H
#define TWO_HEAPS_H

#include "made_up.h"

#define CASES_N 4 /* left and right on a heap that frees, and on one that collects */

static struct made_up it;
static struct vtb_case cases[CASES_N];
static struct vtb_figures figures[CASES_N];
static struct vtb_collector collector;
static struct vtb_heap collecting;
static struct vtb_heap_entry collecting_entry;

/* Times of 20 and 30 ns on the two heaps; the second strategy's ratio and verdict on each. */
static inline void make(double ratio_a, enum vtb_verdict verdict_a, double ratio_b,
                        enum vtb_verdict verdict_b)
{
    const double ratios[CASES_N] = {1, ratio_a, 1, ratio_b};
    const enum vtb_verdict verdicts[CASES_N] = {VTB_VERDICT_NONE, verdict_a, VTB_VERDICT_NONE,
                                                verdict_b};
    make_up(&it);
    it.comparison.timed = true;
    it.comparison.samples.sessions_n = 7;
    it.comparison.samples.rounds_n = 80;
    collecting = (struct vtb_heap){.collector = &collector};
    collecting_entry = (struct vtb_heap_entry){.name = "sweeper", .heap = &collecting};
    for (size_t i = 0; i < CASES_N; i++) {
        const double ns = (i < 2 ? 20 : 30) * ratios[i];
        cases[i] = it.cases[i % 2];
        cases[i].baseline = i / 2 * 2;
        cases[i].empty = cases[i].floor = CASES_N;
        cases[i].heap = i < 2 ? &it.heap_entry : &collecting_entry;
        figures[i] = it.figures[i % 2];
        figures[i].the_case = &cases[i];
        figures[i].ns = (struct vtb_interval){ns, ns - 1, ns + 1};
        figures[i].ratio = (struct vtb_interval){ratios[i], ratios[i] - 0.04, ratios[i] + 0.05};
        figures[i].log_ratio = (struct vtb_pooled){
            .mean = log(ratios[i]), .variance = 1e-6, .freedom = 6, .sessions_n = 7};
        figures[i].verdict = verdicts[i];
        figures[i].quiet_share = NAN;
        figures[i].pressure =
            (struct vtb_pressure){.measured = i >= 2,
                                  .collects = i >= 2,
                                  .calls_per_collection = i == 2 ? 213995.0 : 806597.0,
                                  .is_exact = true};
    }
    figures[1].counted.counts.requested_bytes = figures[3].counted.counts.requested_bytes = 24;
    it.point.cases = cases;
    it.point.cases_n = CASES_N;
    it.point.calls_n = 1000000;
    it.plan.consumers_n = 1;
    it.comparison.figures = figures;
}

/* Makes a guest of the second heap. */
static inline void make_guest(void)
{
    static const struct vtb_plan_guest guest = {.name = "runs", .title = "runs 1.2"};
    for (size_t i = 2; i < CASES_N; i++) {
        cases[i].guest = &guest;
        cases[i].guest_word = i == 2 ? "there_left" : "there_right";
    }
}

static char text[8192];

static struct vtb_comparison two[2];
static struct vtb_point second_point;
static struct vtb_figures second_figures[CASES_N];
static struct vtb_break_evens no_break_evens;

/* Makes a sweep of it: the same figures at a hit rate of 0.8 and, as `second_figures`, at 0.9. */
static inline void make_two(void)
{
    second_point = it.point;
    second_point.hits.rate = 0.9;
    memcpy(second_figures, figures, sizeof figures);
    two[0] = two[1] = it.comparison;
    two[1].point = &second_point;
    two[1].figures = second_figures;
    it.results.comparisons = two;
    it.results.comparisons_n = it.plan.points_n = 2;
    it.results.break_evens = no_break_evens;
}

/* Prints to `text`, by a function that gets the lines' width. */
static inline void print_by(void (*write_it)(FILE *out, size_t width), size_t width)
{
    char *printed = NULL;
    size_t printed_n;
    FILE *out = open_memstream(&printed, &printed_n);
    assert_non_null(out);
    write_it(out, width);
    assert_int_equal(fclose(out), 0);
    assert_true(printed_n < sizeof text);
    memcpy(text, printed, printed_n + 1);
    free(printed);
}

/* In one line, as where a line ends depends on the width. */
static inline void says(const char *sentence)
{
    static char flat[sizeof text];
    size_t n = 0;
    for (const char *at = text; *at; at++) {
        const bool space = *at == ' ' || *at == '\n';
        if (!space || (n > 0 && flat[n - 1] != ' '))
            flat[n++] = (char)(space ? ' ' : *at);
    }
    flat[n] = '\0';
    if (!strstr(flat, sentence))
        fail_msg("'%s' is not said in:\n%s", sentence, text);
}

static inline void says_not(const char *sentence)
{
    if (strstr(text, sentence))
        fail_msg("'%s' is said in:\n%s", sentence, text);
}

#endif
