/* Two builds, compared: written for people and for programs. */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "base/table.h"
#include "gate/builds.h"
#include "report/answer_lines.h"
#include "report/case_names.h"
#include "report/report_json.h"
#include "report/report_skips.h"
#include "report/report_title.h"

static const struct vtb_comparison *comparison_of(const struct vtb_builds *builds,
                                                  const struct vtb_built_case *own)
{
    return &builds->run.results.comparisons[own->comparison];
}

static const struct vtb_figures *figures_of(const struct vtb_builds *builds,
                                            const struct vtb_built_case *own, size_t edition)
{
    return &comparison_of(builds, own)->figures[own->places[edition]];
}

/* The mean of a build's times at its two places. */
static double ns_of(const struct vtb_builds *builds, const struct vtb_built_case *own, size_t build)
{
    double sum = 0;
    for (size_t p = 0; p < VTB_PLACES_N; p++)
        sum += figures_of(builds, own, build * VTB_PLACES_N + p)->ns.median;
    return sum / VTB_PLACES_N;
}

/* The heap, and behind it what sets a case apart from others of its strategy: the method and
 * callers. */
static const char *heap_of(char label[VTB_ANSWER_LABEL_BYTES], const struct vtb_builds *builds,
                           const struct vtb_built_case *own)
{
    return vtb_answer_table_name(label, comparison_of(builds, own),
                                 figures_of(builds, own, 0)->the_case);
}

/* What is told of a case's time. */
static const char *word_of(const struct vtb_built_case *own)
{
    static const char *const words[] = {
        [VTB_GATE_SAME] = "-",
        [VTB_GATE_WITHIN] = "no slower",
        [VTB_GATE_BETTER] = "faster",
        [VTB_GATE_WORSE] = "slower",
        [VTB_GATE_UNKNOWN] = "not known yet",
    };
    return words[own->verdict];
}

/* --- the table --- */

static void percent_cell(struct vtb_table *table, double share)
{
    if (isnan(share))
        vtb_table_cell(table, "-");
    else
        vtb_table_cell(table, "%+.1f %%", fabs(share) < 0.0005 ? 0 : 100 * share);
}

static void interval_cell(struct vtb_table *table, const struct vtb_interval *ratio)
{
    if (isnan(ratio->lo))
        vtb_table_cell(table, "-");
    else
        vtb_table_cell(table, "%+.1f to %+.1f %%", 100 * (ratio->lo - 1), 100 * (ratio->hi - 1));
}

static void add_row(struct vtb_table *table, const struct vtb_builds *builds,
                    const struct vtb_built_case *own)
{
    char number[VTB_NUMBER_BYTES];
    char label[VTB_ANSWER_LABEL_BYTES];
    const struct vtb_interval ratio = vtb_built_ratio(own);
    static const enum vtb_paint paints[] = {
        [VTB_GATE_SAME] = VTB_PAINT_DIM,    [VTB_GATE_WITHIN] = VTB_PAINT_DIM,
        [VTB_GATE_BETTER] = VTB_PAINT_GOOD, [VTB_GATE_WORSE] = VTB_PAINT_BAD,
        [VTB_GATE_UNKNOWN] = VTB_PAINT_DIM,
    };
    vtb_table_cell(table, "%s", own->strategy);
    vtb_table_cell(table, "%s", heap_of(label, builds, own));
    for (size_t b = 0; b < VTB_BUILDS_N; b++) {
        const double ns = ns_of(builds, own, b);
        vtb_table_cell(table, "%s", isnan(ns) ? "-" : vtb_figure_text(number, ns));
    }
    percent_cell(table, ratio.median - 1);
    interval_cell(table, &ratio);
    percent_cell(table, vtb_built_would_be_seen(builds, own));
    vtb_table_cell(table, "%s", word_of(own));
    vtb_table_paint(table, paints[own->verdict]);
}

/* Whether two cases are of one table: what its title says of the first is so of the other, too. */
static bool is_of_table(const struct vtb_builds *builds, const struct vtb_built_case *first,
                        const struct vtb_built_case *other)
{
    const struct vtb_case *a = figures_of(builds, first, 0)->the_case;
    const struct vtb_case *b = figures_of(builds, other, 0)->the_case;
    return first->comparison == other->comparison && a->heap == b->heap && a->method == b->method &&
           a->threads_n == b->threads_n;
}

/* Prints a table, whose cases are those from `first` on; returns the place behind its last. */
static size_t print_table(FILE *out, const struct vtb_builds *builds, size_t first,
                          enum vtb_format format)
{
    static const struct vtb_column columns[] = {
        {.title = "strategy"},
        {.title = "heap"},
        {.title = "A, ns/op", .side = VTB_SIDE_POINT},
        {.title = "B, ns/op", .side = VTB_SIDE_POINT},
        {.title = "change", .side = VTB_SIDE_RIGHT},
        {.title = "another run's", .side = VTB_SIDE_RIGHT},
        {.title = "seen from", .side = VTB_SIDE_RIGHT},
        {.title = "B is"},
    };
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_NEVER};
    const struct vtb_comparison *comparison = comparison_of(builds, &builds->cases[first]);
    size_t i = first;
    if (format == VTB_FORMAT_TABLE)
        vtb_report_title(out, comparison, builds->cases[first].places[0]);
    for (size_t c = 0; c < sizeof columns / sizeof *columns; c++)
        vtb_table_column(&table, columns[c]);
    for (; i < builds->cases_n && is_of_table(builds, &builds->cases[first], &builds->cases[i]);
         i++)
        add_row(&table, builds, &builds->cases[i]);
    vtb_table_print(out, &table, format);
    putc('\n', out);
    if (builds->cases[first].state[0] == VTB_STATE_BUSY)
        fputs("ns/op are those of a busy machine here.\n\n", out);
    vtb_table_free(&table);
    return i;
}

/* The mean spread of all cases that have one. */
static struct vtb_spread mean_spread(const struct vtb_builds *builds)
{
    struct vtb_spread sum = {0, 0, 0};
    size_t n = 0;
    for (size_t i = 0; i < builds->cases_n; i++) {
        const struct vtb_spread *own = &builds->cases[i].spread;
        if (isnan(own->rounds))
            continue;
        sum.rounds += own->rounds;
        sum.session += own->session;
        sum.place += own->place;
        n++;
    }
    const double all = n > 0 ? sum.rounds + sum.session + sum.place : NAN;
    return (struct vtb_spread){sum.rounds / all, sum.session / all, sum.place / all};
}

static void print_spread(FILE *out, const struct vtb_builds *builds)
{
    const struct vtb_spread spread = mean_spread(builds);
    if (isnan(spread.rounds))
        vtb_printf_wrapped(out,
                           "What the variance is made of is not known: fewer than %d sessions have "
                           "a value.\n",
                           VTB_SESSIONS_MIN);
    else
        vtb_printf_wrapped(
            out,
            "Of the variance of one session's change, %.0f %% is of its rounds, %.0f "
            "%% of the session and %.0f %% of where the code lies.\n",
            100 * spread.rounds, 100 * spread.session, 100 * spread.place);
}

static void print_counts(FILE *out, const struct vtb_builds *builds)
{
    char before[VTB_NUMBER_BYTES];
    char after[VTB_NUMBER_BYTES];
    char label[VTB_ANSWER_LABEL_BYTES];
    size_t differ_n = 0;
    for (size_t i = 0; i < builds->counts_n; i++) {
        const struct vtb_built_count *count = &builds->counts[i];
        if (count->before == count->after)
            continue;
        differ_n++;
        vtb_printf_wrapped(out, "%s on %s: %s is %s in A, %s in B.\n", count->of->strategy,
                           heap_of(label, builds, count->of), count->title,
                           vtb_digits_text(before, count->before, 6),
                           vtb_digits_text(after, count->after, 6));
    }
    vtb_printf_wrapped(out, "Of %zu counts, which are exact, %zu differ.\n", builds->counts_n,
                       differ_n);
}

static size_t count_of(const struct vtb_builds *builds, enum vtb_gate_verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < builds->cases_n; i++)
        n += builds->cases[i].verdict == verdict;
    return n;
}

static void print_answer(FILE *out, const struct vtb_builds *builds)
{
    const size_t slower_n = count_of(builds, VTB_GATE_WORSE);
    const size_t unknown_n = count_of(builds, VTB_GATE_UNKNOWN);
    fprintf(out, "A: %s\nB: %s\n\n", builds->builds[0].label, builds->builds[1].label);
    if (builds->runs_n == 0)
        vtb_printf_wrapped(out, "ANSWER  No times were taken.\n\n");
    else
        vtb_printf_wrapped(out,
                           "ANSWER  Of %zu case%s B is slower in %zu, faster in %zu, no slower by "
                           "more than %.3g %% in %zu; not known yet: %zu.\n\n",
                           builds->cases_n, vtb_plural((double)builds->cases_n, "", "s"), slower_n,
                           count_of(builds, VTB_GATE_BETTER), 100 * builds->margin,
                           count_of(builds, VTB_GATE_WITHIN), unknown_n);
}

static void print_legend(FILE *out, const struct vtb_builds *builds)
{
    vtb_printf_wrapped(
        out,
        "change: of B's time over A's, over %zu sessions in which both lie at places of their own; "
        "another run's is between (99 %%). seen from: a slowdown that 9 of 10 such comparisons "
        "would call slower. "
        "slower: by more than %.3g %%, at 99 %% over all cases, and once more in a run from new%s. "
        "ns/op are those of a quiet machine, where nothing else is said. docs/BUILDS.md tells "
        "more.\n",
        builds->run.results.sessions.done_n, 100 * builds->margin,
        builds->runs_n == VTB_GATE_RUNS ? ", which was made" : "");
}

static void report_text(FILE *out, const struct vtb_builds *builds, enum vtb_format format)
{
    struct vtb_skips skips;
    print_answer(out, builds);
    for (size_t i = 0; builds->runs_n > 0 && i < builds->cases_n;)
        i = print_table(out, builds, i, format);
    print_counts(out, builds);
    if (builds->runs_n > 0) {
        print_spread(out, builds);
        print_legend(out, builds);
    }
    for (size_t i = 0; i < builds->notes_n; i++)
        vtb_printf_wrapped(out, "Note: %s.\n", builds->notes[i]);
    vtb_built_skips(&skips, builds);
    vtb_report_skips(out, &skips, VTB_LINE_WIDTH);
}

/* --- for programs --- */

/* A figure of A and of B; their ratio with its interval; and p. */
#define CSV_NUMBERS_N 6

static void put_spread(json_t *json, const struct vtb_spread *spread)
{
    vtb_json_put_known(json, "variance_rounds", spread->rounds);
    vtb_json_put_known(json, "variance_session", spread->session);
    vtb_json_put_known(json, "variance_place", spread->place);
}

static json_t *case_json(const struct vtb_builds *builds, const struct vtb_built_case *own)
{
    char name[VTB_CASE_NAME_BYTES];
    json_t *json = vtb_json_checked(json_object());
    const struct vtb_figures *figures = figures_of(builds, own, 0);
    vtb_built_name(name, builds, own);
    vtb_json_put(json, "name", vtb_json_text(name));
    vtb_json_put(json, "strategy", vtb_json_text(own->strategy));
    vtb_json_put(json, "heap", vtb_json_text(vtb_case_heap(figures->the_case)));
    if (builds->runs_n == 0)
        return json;
    const struct vtb_interval ratio = vtb_built_ratio(own);
    vtb_json_put_known(json, "before_ns", ns_of(builds, own, 0));
    vtb_json_put_known(json, "after_ns", ns_of(builds, own, 1));
    vtb_json_put_known(json, "ratio", ratio.median);
    vtb_json_put_known(json, "ratio_lo", ratio.lo);
    vtb_json_put_known(json, "ratio_hi", ratio.hi);
    vtb_json_put_known(json, "p", own->p[0]);
    if (builds->runs_n == VTB_GATE_RUNS) {
        vtb_json_put_known(json, "again_ratio", exp(own->change[1].mean));
        vtb_json_put_known(json, "again_p", own->p[1]);
    }
    vtb_json_put_known(json, "would_be_seen", vtb_built_would_be_seen(builds, own));
    put_spread(json, &own->spread);
    vtb_json_put(json, "state", vtb_json_text(vtb_state_words[own->state[0]]));
    vtb_json_put(json, "verdict", vtb_json_text(word_of(own)));
    return json;
}

static json_t *count_json(const struct vtb_builds *builds, const struct vtb_built_count *count)
{
    char name[VTB_CASE_NAME_BYTES];
    json_t *json = vtb_json_checked(json_object());
    vtb_built_name(name, builds, count->of);
    vtb_json_put(json, "name", vtb_json_text(name));
    vtb_json_put(json, "metric", vtb_json_text(count->key));
    vtb_json_put(json, "before", vtb_json_number(count->before));
    vtb_json_put(json, "after", vtb_json_number(count->after));
    return json;
}

static void report_json(FILE *out, const struct vtb_builds *builds)
{
    static const char *const keys[VTB_BUILDS_N] = {"a", "b"};
    struct vtb_skips skips;
    json_t *json = vtb_json_checked(json_object());
    json_t *cases = vtb_json_checked(json_array());
    json_t *counts = vtb_json_checked(json_array());
    json_t *notes = vtb_json_checked(json_array());
    for (size_t b = 0; b < VTB_BUILDS_N; b++)
        vtb_json_put(json, keys[b], vtb_json_text(builds->builds[b].label));
    for (size_t i = 0; i < builds->notes_n; i++)
        vtb_json_append(notes, vtb_json_text(builds->notes[i]));
    vtb_json_put(json, "margin", vtb_json_number(builds->margin));
    vtb_json_put(json, "sessions_n", vtb_json_number((double)builds->run.results.sessions.done_n));
    vtb_json_put(json, "runs_n", vtb_json_number((double)builds->runs_n));
    vtb_json_put(json, "own_programs", json_boolean(builds->programs != NULL));
    for (size_t i = 0; i < builds->cases_n; i++)
        vtb_json_append(cases, case_json(builds, &builds->cases[i]));
    for (size_t i = 0; i < builds->counts_n; i++)
        vtb_json_append(counts, count_json(builds, &builds->counts[i]));
    vtb_json_put(json, "cases", cases);
    vtb_json_put(json, "counts", counts);
    vtb_json_put(json, "notes", notes);
    vtb_built_skips(&skips, builds);
    vtb_json_put(json, "skipped", vtb_skips_json(&skips));
    vtb_json_print(out, json, 0);
}

/* Prints a row: a figure of both builds, and what is known of their ratio. */
static void csv_row(FILE *out, const struct vtb_builds *builds, const struct vtb_built_case *own,
                    const char *metric, const double numbers[CSV_NUMBERS_N], const char *verdict)
{
    char name[VTB_CASE_NAME_BYTES];
    vtb_built_name(name, builds, own);
    vtb_print_csv_field(out, name, strlen(name));
    fprintf(out, ",%s", metric);
    for (size_t i = 0; i < CSV_NUMBERS_N; i++) {
        putc(',', out);
        if (!isnan(numbers[i]))
            fprintf(out, "%.15g", numbers[i]);
    }
    fprintf(out, ",%s\n", verdict);
}

static void report_csv(FILE *out, const struct vtb_builds *builds)
{
    fputs("name,metric,before,after,ratio,ratio_lo,ratio_hi,p,verdict\n", out);
    for (size_t i = 0; builds->runs_n > 0 && i < builds->cases_n; i++) {
        const struct vtb_built_case *own = &builds->cases[i];
        const struct vtb_interval ratio = vtb_built_ratio(own);
        const double numbers[CSV_NUMBERS_N] = {ns_of(builds, own, 0),
                                               ns_of(builds, own, 1),
                                               ratio.median,
                                               ratio.lo,
                                               ratio.hi,
                                               own->p[0]};
        csv_row(out, builds, own, "ns_per_op", numbers, word_of(own));
    }
    for (size_t i = 0; i < builds->counts_n; i++) {
        const struct vtb_built_count *count = &builds->counts[i];
        const double numbers[CSV_NUMBERS_N] = {count->before, count->after, NAN, NAN, NAN, NAN};
        csv_row(out, builds, count->of, count->key, numbers,
                count->before == count->after ? "same" : "differs");
    }
}

void vtb_builds_report(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_builds *builds = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, builds);
    else if (format == VTB_FORMAT_CSV)
        report_csv(out, builds);
    else
        report_text(out, builds, format);
}
