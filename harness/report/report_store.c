#include "report/report_store.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "figures/asked.h"
#include "report/case_names.h"

#define TEXT_BYTES VTB_ANSWER_TEXT_BYTES

/* Appends a share as percent: "1.1 % ±0.4". */
static void append_share(char *text, const struct vtb_interval *share)
{
    char number[VTB_NUMBER_BYTES];
    vtb_append(text, TEXT_BYTES, "%s %%", vtb_decimal_text(number, 100 * share->median, 1));
    if (!isnan(share->lo))
        vtb_append(text, TEXT_BYTES, " ±%s",
                   vtb_decimal_text(number, 50 * (share->hi - share->lo), 1));
}

static const char *us_text(char text[VTB_NUMBER_BYTES], double ns)
{
    return vtb_digits_text(text, ns / 1e3, 3);
}

/* --- in an answer --- */

static void append_gain(char *text, const struct vtb_gain *gain)
{
    char number[VTB_NUMBER_BYTES];
    const struct vtb_figures *from = gain->from;
    const struct vtb_figures *to = gain->to;
    const struct vtb_counted *counted = &to->counted;
    vtb_append(text, TEXT_BYTES, "at %s us a miss (99 %% within ",
               us_text(number, from->store.p50_ns));
    vtb_append(text, TEXT_BYTES, "%s us) and ", us_text(number, from->store.p99_ns));
    vtb_append(text, TEXT_BYTES, "%s %% hits ",
               vtb_decimal_text(number, 100 * vtb_per_op(counted, counted->hits_n), 1));
    vtb_append(text, TEXT_BYTES, "%s can save ", vtb_case_strategy(to->the_case));
    append_share(text, &to->handover_saved);
    vtb_append(text, TEXT_BYTES, " of a call: the hand-over makes ");
    append_share(text, &from->handover_share);
    vtb_append(text, TEXT_BYTES, " of one with %s, ", vtb_case_strategy(from->the_case));
    append_share(text, &to->handover_share);
    vtb_append(text, TEXT_BYTES, " with %s", vtb_case_strategy(to->the_case));
}

void vtb_answer_store(const struct vtb_answer_lines *lines, const struct vtb_answer *answer)
{
    const struct vtb_store *store = answer->comparison->point->store;
    char name[VTB_ANSWER_LABEL_BYTES];
    for (size_t i = 0; store && i < answer->n; i++) {
        const struct vtb_gain *gain = &answer->gains[i];
        char text[TEXT_BYTES] = "";
        if (isnan(gain->to->handover_saved.median) || isnan(gain->from->store.p50_ns))
            continue;
        append_gain(text, gain);
        if (answer->n > 1)
            vtb_append(text, sizeof text, " (%s)", vtb_gain_name(name, answer, gain));
        vtb_answer_line(lines, store->title, text);
    }
}

/* The tables of a run that have the least and the most of what can be saved. */
struct extremes {
    const struct vtb_figures *least; /* null, as all others: none has any */
    const struct vtb_figures *most;
    const struct vtb_comparison *at_least;
    const struct vtb_comparison *at_most;
    double least_ns; /* of the store's answers */
    double most_ns;
};

static void heed(struct extremes *extremes, const struct vtb_comparison *comparison,
                 const struct vtb_gain *gain)
{
    const double saved = gain->to->handover_saved.median;
    const double ns = gain->from->store.p50_ns;
    if (isnan(saved) || isnan(ns))
        return;
    if (!extremes->least || saved < extremes->least->handover_saved.median) {
        extremes->least = gain->to;
        extremes->at_least = comparison;
    }
    if (!extremes->most || saved > extremes->most->handover_saved.median) {
        extremes->most = gain->to;
        extremes->at_most = comparison;
    }
    extremes->least_ns = fmin(extremes->least_ns, ns);
    extremes->most_ns = fmax(extremes->most_ns, ns);
}

static struct extremes find_extremes(const struct vtb_results *results,
                                     const struct vtb_answer *first, const struct vtb_gain *gain)
{
    struct extremes extremes = {.least_ns = INFINITY};
    for (size_t c = 0; c < results->comparisons_n; c++) {
        struct vtb_answer answer;
        vtb_answer_make_alike(&answer, &results->comparisons[c], first);
        const struct vtb_gain *its = vtb_answer_same(&answer, gain);
        if (its)
            heed(&extremes, &results->comparisons[c], its);
    }
    return extremes;
}

void vtb_answer_stores(const struct vtb_answer_lines *lines, const struct vtb_results *results,
                       const struct vtb_answer *first)
{
    const struct vtb_store *store = first->comparison->point->store;
    char name[VTB_ANSWER_LABEL_BYTES];
    char number[2][VTB_NUMBER_BYTES];
    for (size_t i = 0; store && i < first->n; i++) {
        const struct extremes extremes = find_extremes(results, first, &first->gains[i]);
        char text[TEXT_BYTES] = "";
        if (!extremes.least)
            continue;
        vtb_append(text, sizeof text, "at %s to %s us a miss %s can save ",
                   us_text(number[0], extremes.least_ns), us_text(number[1], extremes.most_ns),
                   vtb_case_strategy(extremes.least->the_case));
        append_share(text, &extremes.least->handover_saved);
        vtb_append(text, sizeof text, " of a call");
        vtb_answer_append_where(text, results, extremes.at_least, NULL);
        vtb_append(text, sizeof text, " to ");
        append_share(text, &extremes.most->handover_saved);
        vtb_answer_append_where(text, results, extremes.at_most, NULL);
        if (first->n > 1)
            vtb_append(text, sizeof text, "; %s", vtb_gain_name(name, first, &first->gains[i]));
        vtb_answer_line(lines, store->title, text);
    }
}

/* --- of a table --- */

static void print_latency(FILE *out, const struct vtb_comparison *comparison, size_t first,
                          size_t end)
{
    char number[3][VTB_NUMBER_BYTES];
    const struct vtb_figures *baseline =
        &comparison->figures[comparison->point->cases[first].baseline];
    const struct vtb_store_sums all =
        vtb_asked(&comparison->figures[first].store, sizeof *baseline, end - first);
    fprintf(out,
            "%s was asked %s times; with %s it answered half of them within %s us, "
            "and 99 %% within %s us.\n",
            comparison->point->store->title, vtb_thousands_text(number[0], all.asked_n),
            vtb_case_strategy(baseline->the_case), us_text(number[1], baseline->store.p50_ns),
            us_text(number[2], baseline->store.p99_ns));
    if (all.expired_n > 0)
        fprintf(out, "%s records had expired, and were put there again.\n",
                vtb_thousands_text(number[0], all.expired_n));
}

void vtb_report_store(FILE *out, const struct vtb_comparison *comparison, size_t first, size_t end)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_figures *baseline =
        &comparison->figures[comparison->point->cases[first].baseline];
    if (!isnan(baseline->store.p50_ns))
        print_latency(out, comparison, first, end);
    for (size_t i = first; i < end; i++) {
        const struct vtb_figures *figures = &comparison->figures[i];
        if (isnan(figures->handover_share.median))
            continue;
        vtb_append(text, sizeof text, "%s%s ", *text ? ", " : "",
                   vtb_case_strategy(figures->the_case));
        append_share(text, &figures->handover_share);
    }
    if (*text)
        fprintf(out, "Of an operation's time the hand-over makes: %s.\n", text);
}

/* --- what failed --- */

static bool failure_text(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_store *store,
                         const struct vtb_store_sums *all)
{
    char number[2][VTB_NUMBER_BYTES];
    const bool failed = store && all->failed_n > 0;
    *text = '\0';
    if (failed)
        vtb_append(text, TEXT_BYTES,
                   "%s failed on %s of %s questions, whose operations ended in a fault; it said "
                   "first: %s",
                   store->title, vtb_thousands_text(number[0], all->failed_n),
                   vtb_thousands_text(number[1], all->asked_n), all->said);
    return failed;
}

bool vtb_store_failure_text(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_results *results)
{
    const struct vtb_store *store = results->plan->points->store;
    struct vtb_store_sums *each =
        vtb_allocate(results->comparisons_n, sizeof *each, "what a store was asked");
    for (size_t c = 0; store && c < results->comparisons_n; c++)
        each[c] = vtb_asked(&results->comparisons[c].figures->store, sizeof(struct vtb_figures),
                            results->comparisons[c].point->cases_n);
    const struct vtb_store_sums all = vtb_asked(each, sizeof *each, results->comparisons_n);
    free(each);
    return failure_text(text, store, &all);
}

/* --- of an open loop --- */

static struct vtb_store_sums asked_in_loop(const struct vtb_latency_report *report)
{
    struct vtb_store_sums *each =
        vtb_allocate(report->tables_n, sizeof *each, "what a store was asked");
    for (size_t t = 0; t < report->tables_n; t++)
        each[t] = vtb_asked(&report->tables[t].figures->store, sizeof(struct vtb_latency_figures),
                            report->tables[t].latencies.units_n);
    const struct vtb_store_sums all = vtb_asked(each, sizeof *each, report->tables_n);
    free(each);
    return all;
}

void vtb_append_loop_store(char *text, size_t text_bytes, const struct vtb_latency_report *report)
{
    const struct vtb_store *store = report->results->plan->points->store;
    const struct vtb_store_sums all = asked_in_loop(report);
    char number[3][VTB_NUMBER_BYTES];
    if (store && all.asked_n > 0)
        vtb_append(text, text_bytes,
                   "%s was asked %s times; it answered half of them within %s us, and 99 %% within "
                   "%s us (the median of cases and sessions). ",
                   store->title, vtb_thousands_text(number[0], all.asked_n),
                   us_text(number[1], all.p50_ns), us_text(number[2], all.p99_ns));
}

bool vtb_loop_store_failure_text(char text[VTB_ANSWER_TEXT_BYTES],
                                 const struct vtb_latency_report *report)
{
    const struct vtb_store_sums all = asked_in_loop(report);
    return failure_text(text, report->results->plan->points->store, &all);
}
