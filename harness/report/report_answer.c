#include "report/report_answer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "figures/answer.h"
#include "report/answer_lines.h"
#include "report/answer_table.h"
#include "report/break_even_cells.h"
#include "report/case_names.h"
#include "report/report_environment.h"
#include "report/report_guests.h"
#include "report/report_skips.h"
#include "report/report_store.h"
#include "report/report_title.h"

#define TEXT_BYTES VTB_ANSWER_TEXT_BYTES
#define LABEL_BYTES VTB_ANSWER_LABEL_BYTES

/* What is printed, and how. */
struct screen {
    struct vtb_answer_lines lines;
    const struct vtb_results *results;
    struct vtb_answer answer;
};

/* --- what the run was --- */

/* Appends the parameters that have several values, each from its least to its greatest. */
static void append_ranges(char *text, const struct vtb_results *results)
{
    char number[2][VTB_NUMBER_BYTES];
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        double low = INFINITY;
        double high = -INFINITY;
        if (each->of_workload || !vtb_answer_varies(results, each))
            continue;
        for (size_t c = 0; c < results->comparisons_n; c++) {
            low = fmin(low, vtb_answer_value(&results->comparisons[c], each));
            high = fmax(high, vtb_answer_value(&results->comparisons[c], each));
        }
        if (low < high) /* unless it means nothing at some points */
            vtb_append(text, TEXT_BYTES, "%s %s to %s, ", each->word,
                       vtb_digits_text(number[0], low, 6), vtb_digits_text(number[1], high, 6));
    }
}

static bool sizes_vary(const struct vtb_results *results)
{
    const size_t first = results->comparisons->point->workload->workload->value_bytes;
    for (size_t c = 1; c < results->comparisons_n; c++) {
        if (results->comparisons[c].point->workload->workload->value_bytes != first)
            return true;
    }
    return false;
}

/* Appends what all points have in common of what is always told. */
static void append_usual(char *text, const struct vtb_results *results)
{
    char number[VTB_NUMBER_BYTES];
    char caller[VTB_POINT_TEXT_BYTES];
    const struct vtb_comparison *comparison = results->comparisons;
    const struct vtb_point *point = comparison->point;
    const struct vtb_counted *counted = &comparison->figures[0].counted;
    if (!vtb_answer_varies(results, &vtb_parameters[VTB_P(calls)]))
        vtb_append(text, TEXT_BYTES, "%s call%s, ",
                   vtb_thousands_text(number, (double)point->calls_n),
                   vtb_plural((double)point->calls_n, "", "s"));
    if (results->plan->points_n == 1)
        vtb_append(text, TEXT_BYTES, "%s %% answered at once, ",
                   vtb_decimal_text(number, 100 * vtb_per_op(counted, counted->hits_n), 2));
    if (!vtb_answer_varies(results, &vtb_parameters[VTB_P(in_flight)]))
        vtb_append(text, TEXT_BYTES, "%s in flight, ",
                   vtb_thousands_text(number, (double)point->in_flight));
    if (sizes_vary(results))
        vtb_append(text, TEXT_BYTES, "results of several sizes");
    else
        vtb_append(text, TEXT_BYTES, "%zu-byte result", point->workload->workload->value_bytes);
    vtb_append(text, TEXT_BYTES, "%s", vtb_caller_text(caller, point));
    vtb_append_surroundings(text, TEXT_BYTES, point);
}

/* Appends the workloads, which follow one another. */
static void append_workloads(char *text, const struct vtb_results *results)
{
    const struct vtb_workload_entry *last = NULL;
    for (size_t c = 0; c < results->comparisons_n; c++) {
        const struct vtb_workload_entry *workload = results->comparisons[c].point->workload;
        if (workload != last)
            vtb_append(text, TEXT_BYTES, "%s%s", last ? ", " : "", workload->name);
        last = workload;
    }
}

static void print_subject(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_comparison *comparison = screen->results->comparisons;
    const struct vtb_comparison *last = comparison + screen->results->comparisons_n - 1;
    append_workloads(text, screen->results);
    vtb_append(text, sizeof text, ": ");
    append_ranges(text, screen->results);
    append_usual(text, screen->results);
    if (comparison->timed)
        vtb_append(text, sizeof text, "; %zu session%s of %zu %s", comparison->samples.sessions_n,
                   vtb_plural((double)comparison->samples.sessions_n, "", "s"),
                   comparison->samples.rounds_n,
                   comparison->point->cold && last->point->cold ? "cold starts" : "rounds");
    vtb_answer_subject(&screen->lines, text);
}

/* --- the answer, of one table --- */

/* Writes a number of calls to three digits. */
static const char *calls_text(char number[VTB_NUMBER_BYTES], double calls)
{
    const double unit = pow(10, fmax(0, floor(log10(calls)) - 2));
    return vtb_thousands_text(number, round(calls / unit) * unit);
}

/* Appends how often collections come, before and after. */
static void append_frequency(char *text, const struct vtb_pressure *from,
                             const struct vtb_pressure *to)
{
    char number[2][VTB_NUMBER_BYTES];
    const double before = from->calls_per_collection;
    const double after = to->calls_per_collection;
    if (!vtb_collections_tell(from) || !vtb_collections_tell(to))
        vtb_append(text, TEXT_BYTES, "%" PRIu64 " and %" PRIu64 " came, too few to compare",
                   vtb_collections_n(&from->collected, 0), vtb_collections_n(&to->collected, 0));
    else if (isinf(before) && isinf(after))
        vtb_append(text, TEXT_BYTES, "none");
    else if (isinf(after))
        vtb_append(text, TEXT_BYTES, "one every %s calls -> none", calls_text(number[0], before));
    else if (isinf(before))
        vtb_append(text, TEXT_BYTES, "none -> one every %s calls", calls_text(number[0], after));
    else
        vtb_append(text, TEXT_BYTES, "one every %s -> %s calls", calls_text(number[0], before),
                   calls_text(number[1], after));
}

/* Prints, of each heap that collects, how many calls there are to a collection. */
static void print_collections(const struct screen *screen)
{
    char name[LABEL_BYTES];
    for (size_t i = 0; i < screen->answer.n; i++) {
        const struct vtb_pressure *from = &screen->answer.gains[i].from->pressure;
        const struct vtb_pressure *to = &screen->answer.gains[i].to->pressure;
        char text[TEXT_BYTES] = "";
        if (!from->collects || !from->measured || !to->measured)
            continue;
        append_frequency(text, from, to);
        vtb_append(text, sizeof text, " (%s)",
                   vtb_gain_name(name, &screen->answer, &screen->answer.gains[i]));
        vtb_answer_line(&screen->lines, "collections", text);
    }
}

/* --- the answer, of all of them --- */

/* What can be said of a gain's time, in a word or two. */
enum said { FASTER, SLOWER, AS_FAST, UNKNOWN, UNTIMED, SAID_N };

static const char *const said_words[SAID_N] = {
    "faster", "slower", "as fast", "difference not known yet", "times were not measured"};

static enum said said_of(const struct vtb_answer *answer, const struct vtb_gain *gain)
{
    if (!answer->comparison->timed)
        return UNTIMED;
    if (!vtb_gain_is_known(gain))
        return UNKNOWN;
    if (gain->to->verdict == VTB_VERDICT_SAME)
        return AS_FAST;
    return gain->to->ratio.median < 1 ? FASTER : SLOWER;
}

/* Appends the names of the heaps of which this is said, unless it is of all. */
static void append_heaps(char *text, const struct vtb_answer *answer, enum said said, size_t said_n)
{
    char name[LABEL_BYTES];
    size_t done_n = 0;
    for (size_t i = 0; said_n < answer->n && i < answer->n; i++) {
        if (said_of(answer, &answer->gains[i]) != said)
            continue;
        vtb_append(text, TEXT_BYTES, "%s%s", done_n == 0 ? " on " : vtb_separator(done_n, said_n),
                   vtb_gain_name(name, answer, &answer->gains[i]));
        done_n++;
    }
}

static void append_verdicts(char *text, const struct vtb_answer *answer)
{
    const char *separator = ": ";
    for (int said = 0; said < SAID_N; said++) {
        size_t n = 0;
        for (size_t i = 0; i < answer->n; i++)
            n += said_of(answer, &answer->gains[i]) == (enum said)said;
        if (n == 0)
            continue;
        vtb_append(text, TEXT_BYTES, "%s%s", separator, said_words[said]);
        append_heaps(text, answer, (enum said)said, n);
        vtb_append(text, TEXT_BYTES, "%s", said == UNKNOWN ? " (more --sessions may tell)" : "");
        separator = "; ";
    }
}

static void print_headline(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_answer *answer = &screen->answer;
    vtb_append(text, sizeof text, "ANSWER  %s instead of %s",
               vtb_answer_strategy(answer->gains->to), vtb_answer_strategy(answer->gains->from));
    append_verdicts(text, answer);
    vtb_answer_headline(&screen->lines, text);
}

/* --- whether it matters --- */

/* What can be said of a gain's volume. */
enum worth { SAVED, LOST, AT_STAKE, WORTH_N };

/* The volume from which on, or up to which, that is so; NaN: it is not. */
static double worth_at(const struct vtb_gain *gain, enum worth worth)
{
    if (worth == AT_STAKE)
        return gain->safe_to;
    return (gain->saved_ns.median < 0) == (worth == LOST) ? gain->worth_from.median : NAN;
}

/* Appends from which volume on a share of a core is saved or lost, and up to which less than that
 * is at stake, heap by heap. */
static void append_worth(char *text, const struct vtb_answer *answer)
{
    static const char *const words[WORTH_N] = {
        [SAVED] = "is saved from",
        [LOST] = "is lost from",
        [AT_STAKE] = "is at stake up to",
    };
    char name[LABEL_BYTES];
    for (int worth = 0; worth < WORTH_N; worth++) {
        const char *separator = NULL;
        for (size_t i = 0; i < answer->n; i++) {
            const struct vtb_gain *gain = &answer->gains[i];
            const double volume = worth_at(gain, (enum worth)worth);
            if (isnan(volume))
                continue;
            if (!separator)
                vtb_append(text, TEXT_BYTES, "%s%s%.0f %% of a core %s ", *text ? "; " : "",
                           worth == AT_STAKE ? "less than " : "", 100 * VTB_WORTH_SHARE,
                           words[worth]);
            vtb_append(text, TEXT_BYTES, "%s", separator ? separator : "");
            vtb_append_volume(text, volume);
            vtb_append(text, TEXT_BYTES, "%s%s (%s)", separator ? "" : " calls a second",
                       worth == AT_STAKE ? "" : " on", vtb_gain_name(name, answer, gain));
            separator = ", ";
        }
    }
}

static const char *const matters_words[] = {
    [VTB_MATTERS_UNKNOWN] = "not known",
    [VTB_MATTERS_NO] = "no",
    [VTB_MATTERS_YES] = "yes",
};

#define MATTERS_N (sizeof matters_words / sizeof *matters_words)

/* Appends what it comes to at the volume that was given. */
static void append_share(char *text, const struct vtb_answer *answer)
{
    char number[VTB_NUMBER_BYTES];
    char name[LABEL_BYTES];
    if (!(answer->calls_per_second > 0))
        return;
    vtb_append(text, TEXT_BYTES,
               "at %s calls a second: ", vtb_thousands_text(number, answer->calls_per_second));
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_gain *gain = &answer->gains[i];
        const struct vtb_interval *share = &gain->core_share;
        vtb_append(text, TEXT_BYTES, "%s%s with %s", i > 0 ? ", " : "",
                   matters_words[gain->matters], vtb_gain_name(name, answer, gain));
        if (isnan(share->lo))
            continue;
        vtb_append(text, TEXT_BYTES, " (%s %% of a core", vtb_figure_text(number, 100 * share->lo));
        vtb_append(text, TEXT_BYTES, " to %s %%)", vtb_figure_text(number, 100 * share->hi));
    }
}

static void print_matters(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_answer *answer = &screen->answer;
    if (!answer->comparison->timed)
        return;
    if (answer->comparison->point->cold)
        vtb_append(text, sizeof text,
                   "not told: these are the first calls of a process, which come once");
    else
        append_worth(text, answer);
    if (!*text)
        vtb_append(text, sizeof text, "not known, as the difference in time is not");
    if (!answer->comparison->point->cold && answer->calls_per_second > 0) {
        vtb_append(text, sizeof text, "; ");
        append_share(text, answer);
    }
    vtb_answer_line(&screen->lines, "does it matter?", text);
}

/* --- what else there is to know --- */

/* Writes from where on the strategy pays, for an entry of the break-evens; or nothing, if that is
 * of another strategy or of a level of its own. */
static void break_even_text(char text[TEXT_BYTES], const struct screen *screen,
                            const struct vtb_break_even *entry)
{
    char cell[VTB_BREAK_EVEN_CELL_BYTES];
    *text = '\0';
    if (strcmp(vtb_break_even_strategy(entry), vtb_answer_strategy(screen->answer.gains->to)) !=
            0 ||
        (entry->metric == VTB_BREAK_EVEN_RATIO && entry->min_gain_percent > 0))
        return;
    vtb_break_even_cell(cell, entry);
    vtb_append(text, TEXT_BYTES,
               "%s along %s: ", entry->metric == VTB_BREAK_EVEN_BYTES ? "fewer bytes" : "faster",
               entry->parameter->word);
    for (const char *c = cell; *c; c++)
        vtb_append(text, TEXT_BYTES, *c == '\n' ? "; " : "%c", *c);
    if (entry->first->timed && screen->results->plan->consumers_n > 1)
        vtb_append(text, TEXT_BYTES, " (%s lookups)", vtb_consumer_words[entry->first->consumer]);
}

/* Whether two entries are about the same, but for the values of other parameters. What is allocated
 * is the same on all heaps, and for any number of callers; but a guest counts its own. */
static bool are_alike(const struct vtb_break_even *one, const struct vtb_break_even *other)
{
    const struct vtb_case *own = vtb_break_even_case(one);
    const struct vtb_case *its = vtb_break_even_case(other);
    return one->parameter == other->parameter && one->metric == other->metric &&
           one->first->consumer == other->first->consumer && own->method == its->method &&
           own->guest == its->guest &&
           (one->metric == VTB_BREAK_EVEN_BYTES ||
            (own->heap == its->heap && own->threads_n == its->threads_n));
}

/* Whether an entry says what all that are like it do; if so, *is_first says whether it is the first
 * of them. There may be thousands, so it ends with the first that says something else. */
static bool is_general(const struct screen *screen, const struct vtb_break_even *entry,
                       const char *text, bool *is_first)
{
    const struct vtb_break_evens *all = &screen->results->break_evens;
    bool general = true;
    *is_first = true;
    for (size_t i = 0; general && i < all->n; i++) {
        char its[TEXT_BYTES];
        if (!are_alike(entry, &all->items[i]))
            continue;
        break_even_text(its, screen, &all->items[i]);
        if (!*its)
            continue;
        general = strcmp(text, its) == 0;
        *is_first = *is_first && &all->items[i] >= entry;
    }
    return general;
}

/* Along callers it is of no number of them. */
static void break_even_label(char label[LABEL_BYTES], const struct vtb_break_even *entry)
{
    if (entry->parameter == &vtb_parameters[VTB_P(threads)])
        vtb_answer_heap_label(label, vtb_break_even_case(entry));
    else
        vtb_answer_label(label, entry->first, vtb_break_even_case(entry));
}

/* Prints from where on the strategy pays along a parameter; what is so for all values of the others
 * stands once. */
static void print_break_even(const struct screen *screen, const struct vtb_break_even *entry)
{
    char label[LABEL_BYTES];
    char text[TEXT_BYTES];
    bool is_first;
    break_even_text(text, screen, entry);
    if (!*text)
        return;
    if (!is_general(screen, entry, text, &is_first))
        vtb_answer_append_where(text, screen->results, entry->first, entry->parameter);
    else if (!is_first)
        return;
    const struct vtb_case *the_case = vtb_break_even_case(entry);
    if (entry->metric != VTB_BREAK_EVEN_BYTES)
        break_even_label(label, entry);
    else
        vtb_allocated_label(label, the_case->method);
    if (entry->metric == VTB_BREAK_EVEN_BYTES && the_case->guest)
        vtb_append(text, sizeof text, " (%s)", vtb_case_heap(the_case));
    vtb_answer_line(&screen->lines, label, text);
}

/* Prints those of heaps that free, and then those of heaps that collect. */
static void print_break_evens(const struct screen *screen)
{
    const struct vtb_break_evens *all = &screen->results->break_evens;
    for (int collects = 0; collects < 2; collects++) {
        for (size_t i = 0; i < all->n; i++) {
            if (vtb_heap_collects(vtb_break_even_case(&all->items[i])->heap->heap) == collects)
                print_break_even(screen, &all->items[i]);
        }
    }
}

/* Appends how much more several callers do with a strategy than one does. */
static void append_scaling(char *text, const char *separator, const struct vtb_figures *figures)
{
    const struct vtb_interval *scaling = &figures->scaling;
    const double half = fmax(scaling->hi - scaling->median, scaling->median - scaling->lo);
    vtb_append(text, TEXT_BYTES, "%s%s %.2f", separator, vtb_answer_strategy(figures),
               scaling->median);
    if (!isnan(half))
        vtb_append(text, TEXT_BYTES, " \302\261%.2f", half);
}

/* Prints, of each table of several callers, how much more they do together than one, unless threads
 * had to share processors, which then is the reason. */
static void print_scaling(const struct screen *screen)
{
    const struct vtb_results *results = screen->results;
    const struct vtb_answer *answer = &screen->answer;
    const double processors_n = vtb_processors_usable(&results->machine.processors);
    char name[LABEL_BYTES];
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_gain *gain = &answer->gains[i];
        const size_t callers_n = gain->to->the_case->threads_n;
        char text[TEXT_BYTES] = "";
        char number[VTB_NUMBER_BYTES];
        if (isnan(gain->from->scaling.median) || isnan(gain->to->scaling.median) || callers_n == 1)
            continue;
        const size_t threads_n = callers_n + vtb_point_completers_n(answer->comparison->point);
        if ((double)threads_n > processors_n) {
            vtb_append(text, sizeof text, "not told, as %zu threads share %s processors", threads_n,
                       vtb_digits_text(number, processors_n, 3));
        } else {
            append_scaling(text, "", gain->from);
            append_scaling(text, ", ", gain->to);
            vtb_append(text, sizeof text, " times what one caller does");
        }
        vtb_append(text, sizeof text, " (%s)", vtb_gain_name(name, answer, gain));
        vtb_answer_line(&screen->lines, "scaling", text);
    }
}

/* Prints, in a line, the same question for other lookups at the same point. */
static void print_other_consumer(const struct screen *screen)
{
    const struct vtb_results *results = screen->results;
    struct vtb_answer answer;
    char text[TEXT_BYTES] = "";
    char name[LABEL_BYTES];
    char label[LABEL_BYTES];
    if (!results->comparisons->timed) /* for each consumer instructions alone were counted */
        return;
    for (size_t c = 1; results->plan->points_n == 1 && c < results->comparisons_n; c++) {
        vtb_answer_make_alike(&answer, &results->comparisons[c], &screen->answer);
        for (size_t i = 0; i < answer.n; i++) {
            vtb_append(text, sizeof text, "%s%s: ", *text ? "; " : "",
                       vtb_gain_name(name, &answer, &answer.gains[i]));
            char time[TEXT_BYTES] = "";
            vtb_append_time(time, &answer.gains[i]);
            vtb_append(text, sizeof text, "%s", time);
        }
        snprintf(label, sizeof label, "%s lookups",
                 vtb_consumer_words[results->comparisons[c].consumer]);
        vtb_answer_line(&screen->lines, label, text);
    }
}

/* --- whether it matters, of several points --- */

/* Counts the points by whether a gain matters there, of those that have it, but for cold starts. */
static void count_matters(size_t points_n[MATTERS_N], const struct screen *screen,
                          const struct vtb_gain *gain)
{
    for (size_t c = 0; c < screen->results->comparisons_n; c++) {
        struct vtb_answer answer;
        const struct vtb_comparison *comparison = &screen->results->comparisons[c];
        vtb_answer_make_alike(&answer, comparison, &screen->answer);
        const struct vtb_gain *its = vtb_answer_same(&answer, gain);
        if (its && comparison->timed && !comparison->point->cold)
            points_n[its->matters]++;
    }
}

/* Prints, for each table of the first answer, at how many points which verdict holds. */
static void print_sweep_verdicts(const struct screen *screen)
{
    const struct vtb_results *results = screen->results;
    for (size_t i = 0; i < screen->answer.n; i++) {
        size_t points_n[SAID_N] = {0};
        size_t all_n = 0;
        char label[LABEL_BYTES];
        char text[TEXT_BYTES] = "";
        for (size_t c = 0; c < results->comparisons_n; c++) {
            struct vtb_answer answer;
            vtb_answer_make_alike(&answer, &results->comparisons[c], &screen->answer);
            const struct vtb_gain *gain = vtb_answer_same(&answer, &screen->answer.gains[i]);
            if (!gain || !answer.comparison->timed)
                continue;
            points_n[said_of(&answer, gain)]++;
            all_n++;
        }
        for (size_t said = 0; said < SAID_N; said++) {
            if (points_n[said] > 0)
                vtb_append(text, sizeof text, "%s%s at %zu", *text ? ", " : "", said_words[said],
                           points_n[said]);
        }
        if (all_n == 0)
            continue;
        vtb_append(text, sizeof text, " of %zu tables", all_n);
        vtb_answer_label(label, screen->answer.comparison, screen->answer.gains[i].to->the_case);
        vtb_answer_line(&screen->lines, label, text);
    }
}

/* Prints, if there is a volume, at how many of the points a gain matters. */
static void print_sweep_matters(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    char number[VTB_NUMBER_BYTES];
    char name[LABEL_BYTES];
    const struct vtb_answer *answer = &screen->answer;
    for (size_t i = 0; answer->calls_per_second > 0 && i < answer->n; i++) {
        size_t points_n[MATTERS_N] = {0};
        const char *separator = *text ? "; " : "";
        count_matters(points_n, screen, &answer->gains[i]);
        for (size_t m = 0; m < MATTERS_N; m++) {
            if (points_n[m] == 0)
                continue;
            vtb_append(text, sizeof text, "%s%s at %zu", separator, matters_words[m], points_n[m]);
            separator = ", ";
        }
        if (*separator == ',')
            vtb_append(text, sizeof text, " of %zu tables (%s)",
                       points_n[0] + points_n[1] + points_n[2],
                       vtb_gain_name(name, answer, &answer->gains[i]));
    }
    if (!*text)
        return;
    vtb_append(text, sizeof text, "; at %s calls a second",
               vtb_thousands_text(number, answer->calls_per_second));
    vtb_answer_line(&screen->lines, "does it matter?", text);
}

/* --- the whole --- */

/* Whether the results are those of shards, which have rows, but no samples for --details. */
static bool is_merged(const struct vtb_results *results)
{
    return results->options && results->options->command == VTB_COMMAND_MERGE;
}

static void print_answer(struct screen *screen)
{
    if (screen->answer.n == 0) {
        char text[TEXT_BYTES] = "No two strategies were compared: --strategy A,B does that";
        if (screen->results->plan->points_n > 1)
            vtb_append(text, sizeof text, "; %s has the figures",
                       is_merged(screen->results) ? "--format csv" : "--details");
        vtb_append(text, sizeof text, ".");
        vtb_answer_paragraph(&screen->lines, text);
        return;
    }
    vtb_answer_widen(&screen->lines, "does it matter?");
    if (screen->results->plan->consumers_n > 1)
        vtb_answer_widen(&screen->lines, "independent lookups");
    vtb_answer_widen_to_heaps(&screen->lines, &screen->answer);
    if (screen->results->plan->points_n > 1) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "ANSWER  %s instead of %s",
                 vtb_answer_strategy(screen->answer.gains->to),
                 vtb_answer_strategy(screen->answer.gains->from));
        vtb_answer_headline(&screen->lines, text);
        print_sweep_verdicts(screen);
        print_break_evens(screen);
        vtb_answer_stores(&screen->lines, screen->results, &screen->answer);
        print_sweep_matters(screen);
    } else {
        print_headline(screen);
        vtb_answer_times(&screen->lines, &screen->answer);
        print_scaling(screen);
        vtb_answer_store(&screen->lines, &screen->answer);
        print_other_consumer(screen);
        vtb_answer_bytes(&screen->lines, &screen->answer);
        print_collections(screen);
        print_matters(screen);
        vtb_answer_pauses(&screen->lines, &screen->answer);
    }
    vtb_answer_rules(&screen->lines, &screen->answer, "beware");
}

/* Prints which state of the machine the times are of. */
static void append_state(char *text, const struct vtb_comparison *comparison)
{
    double quiet = 0;
    size_t n = 0;
    for (size_t i = 0; i < comparison->point->cases_n; i++) {
        if (isnan(comparison->figures[i].quiet_share))
            continue;
        quiet += comparison->figures[i].quiet_share;
        n++;
    }
    if (comparison->timed && n > 0)
        vtb_append(
            text, TEXT_BYTES, "The core was quiet in %.0f %% of the epochs; times are of %s. ",
            100 * quiet / (double)n,
            comparison->state == VTB_STATE_BUSY ? "the others, beside a busy sibling" : "those");
}

/* Prints how lookups were made, and what measures the others. */
static void append_consumer(char *text, const struct vtb_results *results)
{
    if (results->comparisons->timed && results->plan->consumers_n == 1)
        vtb_append(text, TEXT_BYTES, "Lookups were %s; --consumer both measures the others, too. ",
                   vtb_consumer_words[results->comparisons->consumer]);
}

static void print_notes(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_results *results = screen->results;
    if (vtb_store_failure_text(text, results))
        vtb_append(text, sizeof text, ". ");
    append_state(text, results->comparisons);
    append_consumer(text, results);
    if (screen->answer.n > 0 && results->comparisons->timed && results->plan->points_n == 1 &&
        !results->plan->points->hits.emerge)
        vtb_append(text, sizeof text,
                   "--hit-rate 0:1:0.05 measures whether there is a hit rate from which on it "
                   "pays. ");
    vtb_append(text, sizeof text, "%s pictures: --plot DIR; a page to share: --report FILE.html.",
               is_merged(results) ? "All rows: --format csv; with --export-json FILE,"
                                  : "All tables and sentences: --details;");
    vtb_answer_paragraph(&screen->lines, text);
}

void vtb_report_answer(FILE *out, const struct vtb_results *results, const struct vtb_look *look,
                       enum vtb_format format)
{
    struct screen screen = {.lines = {.out = out, .look = look, .format = format},
                            .results = results};
    if (results->comparisons_n == 0)
        return;
    vtb_answer_make_first(&screen.answer, results->comparisons, results->comparisons_n,
                          results->plan->calls_per_second);
    print_subject(&screen);
    print_answer(&screen);
    putc('\n', out);
    vtb_answer_table(out, results, &screen.answer, look, format);
    putc('\n', out);
    vtb_report_guests(out, results, look->width);
    print_notes(&screen);
    vtb_report_skips(out, &results->plan->skips, look->width);
    vtb_report_environment(out, look->width);
}

json_t *vtb_report_answer_json(const struct vtb_results *results)
{
    static const struct vtb_look look = {.width = VTB_LOOK_WIDTH};
    json_t *list = vtb_json_checked(json_array());
    struct screen screen = {.lines = {.look = &look, .format = VTB_FORMAT_JSON, .list = list},
                            .results = results};
    char text[TEXT_BYTES] = "";
    if (results->comparisons_n == 0)
        return list;
    vtb_answer_make_first(&screen.answer, results->comparisons, results->comparisons_n,
                          results->plan->calls_per_second);
    print_subject(&screen);
    print_answer(&screen);
    append_state(text, results->comparisons);
    append_consumer(text, results);
    if (*text)
        vtb_answer_paragraph(&screen.lines, text);
    return list;
}
