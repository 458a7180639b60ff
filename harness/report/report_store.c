#include "report/report_store.h"

#include <math.h>

#include "base/prose.h"
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

/* --- of a table --- */

static void print_latency(FILE *out, const struct vtb_comparison *comparison, size_t first,
                          size_t end)
{
    char number[3][VTB_NUMBER_BYTES];
    const struct vtb_figures *baseline =
        &comparison->figures[comparison->point->cases[first].baseline];
    double asked_n = 0;
    for (size_t i = first; i < end; i++)
        asked_n += comparison->figures[i].store.asked_n;
    fprintf(out,
            "%s was asked %s times; with %s it answered half of them within %s us, "
            "and 99 %% within %s us.\n",
            comparison->point->store->title, vtb_thousands_text(number[0], asked_n),
            vtb_case_strategy(baseline->the_case), us_text(number[1], baseline->store.p50_ns),
            us_text(number[2], baseline->store.p99_ns));
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

bool vtb_store_failure_text(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_results *results)
{
    char number[2][VTB_NUMBER_BYTES];
    const struct vtb_store_sums *first = NULL;
    double asked_n = 0;
    double failed_n = 0;
    for (size_t c = 0; c < results->comparisons_n; c++) {
        const struct vtb_comparison *comparison = &results->comparisons[c];
        for (size_t i = 0; comparison->point->store && i < comparison->point->cases_n; i++) {
            const struct vtb_store_sums *store = &comparison->figures[i].store;
            first = !first && store->failed_n > 0 ? store : first;
            asked_n += store->asked_n;
            failed_n += store->failed_n;
        }
    }
    *text = '\0';
    if (first)
        vtb_append(text, TEXT_BYTES,
                   "%s failed on %s of %s questions, whose operations ended in a fault; it said "
                   "first: %s",
                   results->plan->points->store->title, vtb_thousands_text(number[0], failed_n),
                   vtb_thousands_text(number[1], asked_n), first->said);
    return first != NULL;
}
