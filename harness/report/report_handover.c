#include "report/report_handover.h"

#include <inttypes.h>
#include <math.h>

#include "base/json_text.h"
#include "base/look.h"
#include "base/table.h"
#include "figures/summary.h"
#include "report/case_names.h"

const char *const vtb_handover_kind_words[VTB_HANDOVER_KINDS_N] = {"handover", "wake"};

/* --- files --- */

void vtb_handover_count(struct vtb_latency_counters *counters,
                        const struct vtb_handover_table *table,
                        const struct vtb_handover_figures *figures)
{
    vtb_latency_add(counters, figures->calls_n > 0 ? (double)figures->calls_n : NAN,
                    "handover_calls_n");
    vtb_latency_add(counters, (double)table->backwards_n, "handover_backwards_n");
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++)
        vtb_latency_add_quantiles(counters, vtb_handover_kind_words[k], figures->ns[k],
                                  figures->ratios[k]);
    vtb_latency_add(counters, figures->asleep_share, "wake_asleep_share");
}

void vtb_handover_put_session(json_t *row, const struct vtb_handover_table *table, size_t session,
                              size_t unit)
{
    const struct vtb_handovers *handovers = &table->handovers;
    const struct vtb_handover_tally *tally =
        &handovers->tallies[session * handovers->units_n + unit];
    if (tally->calls_n == 0)
        return;
    vtb_json_put(row, "handover_calls_n", json_integer((json_int_t)tally->calls_n));
    for (size_t k = 0; table->backwards_n == 0 && k < VTB_HANDOVER_KINDS_N; k++)
        vtb_latency_put_quantiles(row, vtb_handover_kind_words[k], tally->ns[k]);
}

/* --- tables --- */

/* The rows of a table: the idle control, and cases. */
struct rows {
    const struct vtb_latency_table *table;
    size_t idle;
    size_t first;
    size_t end;
};

static const char *name_of(const struct rows *rows, size_t unit)
{
    return unit == rows->idle ? VTB_IDLE_NAME : vtb_case_strategy(&rows->table->point->cases[unit]);
}

static void fill_quantiles(struct vtb_table *text, const struct rows *rows, size_t unit,
                           enum vtb_handover_kind kind)
{
    char number[VTB_NUMBER_BYTES];
    const struct vtb_handover_figures *figures = &rows->table->handovers.figures[unit];
    vtb_table_cell(text, "%s", name_of(rows, unit));
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
        vtb_table_cell(text, "%s", vtb_latency_time_text(number, figures->ns[kind][q].median));
}

static void print_quantiles(FILE *out, const struct rows *rows, const char *title,
                            enum vtb_handover_kind kind, enum vtb_format format)
{
    struct vtb_table text = {.gap = 2, .split = VTB_SPLIT_ALIGNED, .width = VTB_LOOK_WIDTH};
    vtb_latency_add_columns(&text, &title, 1);
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++)
        vtb_table_column(
            &text, (struct vtb_column){vtb_latency_quantile_titles[q], 6, VTB_SIDE_RIGHT, false});
    fill_quantiles(&text, rows, rows->idle, kind);
    for (size_t i = rows->first; i < rows->end; i++)
        fill_quantiles(&text, rows, i, kind);
    vtb_table_print(out, &text, format);
    vtb_table_free(&text);
    putc('\n', out);
}

static void fill_ratios(struct vtb_table *text, const struct rows *rows, size_t unit)
{
    static const size_t quantiles[] = {0, 2};
    const struct vtb_handover_figures *figures = &rows->table->handovers.figures[unit];
    char number[VTB_NUMBER_BYTES];
    char ratio[VTB_NUMBER_BYTES];
    vtb_table_cell(text, "%s", name_of(rows, unit));
    vtb_table_cell(text, "%s",
                   figures->calls_n > 0 ? vtb_thousands_text(number, (double)figures->calls_n)
                                        : "-");
    if (isnan(figures->asleep_share))
        vtb_table_cell(text, "-");
    else
        vtb_table_cell(text, "%.3g %%", 100 * figures->asleep_share);
    for (size_t k = 0; k < VTB_HANDOVER_KINDS_N; k++) {
        for (size_t i = 0; i < sizeof quantiles / sizeof *quantiles; i++)
            vtb_table_cell(text, "%s",
                           vtb_latency_ratio_text(ratio, &figures->ratios[k][quantiles[i]]));
    }
}

static void print_ratios(FILE *out, const struct rows *rows, enum vtb_format format)
{
    static const char *const titles[] = {"hand-overs", "timed",       "asleep",     "p50 vs",
                                         "p99 vs",     "wake p50 vs", "wake p99 vs"};
    struct vtb_table text = {.gap = 2, .width = VTB_LOOK_WIDTH};
    vtb_latency_add_columns(&text, titles, sizeof titles / sizeof *titles);
    fill_ratios(&text, rows, rows->idle);
    for (size_t i = rows->first; i < rows->end; i++)
        fill_ratios(&text, rows, i);
    vtb_table_print(out, &text, format);
    vtb_table_free(&text);
    putc('\n', out);
}

/* --- what they mean --- */

#define TEXT_BYTES 1200

/* Appends which cases have no hand-over, and why. */
static void append_without(char text[TEXT_BYTES], const struct rows *rows)
{
    size_t n = 0;
    for (size_t i = rows->first; i < rows->end; i++) {
        if (!rows->table->point->cases[i].handover)
            vtb_append(text, TEXT_BYTES, "%s%s", n++ ? ", " : " ", name_of(rows, i));
    }
    if (n > 0)
        vtb_append(text, TEXT_BYTES, ": -, as %s, so that nothing is handed over.",
                   n > 1 ? "they never suspend" : "it never suspends");
}

static void print_meaning(FILE *out, const struct rows *rows)
{
    const struct vtb_handover_figures *idle = &rows->table->handovers.figures[rows->idle];
    const double reading_ns = idle->ns[VTB_HANDOVER_RUN][0].median;
    char number[VTB_NUMBER_BYTES];
    char text[TEXT_BYTES] =
        "From the completion, by another thread, of the one operation that a caller has under way, "
        "to the first instruction of its continuation, which runs there, and to that of the "
        "caller, which the continuation wakes. The idle control has no strategy in between: what "
        "it "
        "shows is the machine's";
    if (isfinite(reading_ns))
        vtb_append(text, sizeof text, ", and reading the clock, %s here, which is in every figure",
                   vtb_latency_time_text(number, reading_ns));
    vtb_append(
        text, sizeof text,
        ". asleep: callers that the kernel found asleep. vs: over the baseline's, as above.");
    append_without(text, rows);
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    fputs("\n\n", out);
}

static void print_unknown(FILE *out, const struct vtb_handover_table *table)
{
    char text[TEXT_BYTES] = "";
    vtb_append(text, sizeof text,
               "Hand-overs are not known here: CLOCK_MONOTONIC went back in %" PRIu64
               " of them, from one processor to another, so that no time between two threads can "
               "be told. `run_bench doctor` says what clock that is.",
               table->backwards_n);
    vtb_print_wrapped_to(out, text, VTB_LOOK_WIDTH);
    fputs("\n\n", out);
}

void vtb_handover_print(FILE *out, const struct vtb_latency_table *table, size_t first, size_t end,
                        enum vtb_wake wake, enum vtb_format format)
{
    static const char *const callers[] = {"to the caller, spinning", "to the caller, asleep"};
    const struct rows rows = {table, vtb_latency_idle_of(table, first), first, end};
    if (table->handovers.backwards_n > 0) {
        print_unknown(out, &table->handovers);
        return;
    }
    print_quantiles(out, &rows, "to the continuation", VTB_HANDOVER_RUN, format);
    print_quantiles(out, &rows, callers[wake], VTB_HANDOVER_WAKE, format);
    print_ratios(out, &rows, format);
    print_meaning(out, &rows);
}
