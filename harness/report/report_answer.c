#include "report/report_answer.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/prose.h"
#include "figures/answer.h"
#include "report/answer_table.h"
#include "report/break_even_cells.h"
#include "report/case_names.h"
#include "report/report_environment.h"
#include "report/report_skips.h"

#define TEXT_BYTES 2048
#define LABEL_BYTES 80

/* What is printed, and how. */
struct screen {
    FILE *out;
    const struct vtb_results *results;
    const struct vtb_look *look;
    enum vtb_format format;
    struct vtb_answer answer;
    size_t label_width;
};

/* --- lines --- */

/* Prints a text whose lines are no wider than the look's, each but the first behind `indent`
 * spaces. */
static void print_hanging(const struct screen *screen, const char *text, size_t indent)
{
    char *wrapped = NULL;
    size_t wrapped_n;
    FILE *lines = open_memstream(&wrapped, &wrapped_n);
    if (!lines)
        return;
    vtb_print_wrapped_to(lines, text, screen->look->width - indent);
    fclose(lines);
    for (const char *line = wrapped; line && *line; line += strcspn(line, "\n")) {
        if (line != wrapped)
            fprintf(screen->out, "\n%*s", (int)indent, "");
        line += *line == '\n';
        fwrite(line, 1, strcspn(line, "\n"), screen->out);
    }
    putc('\n', screen->out);
    free(wrapped);
}

/* Prints a line of the answer: a label, and a text beside it. */
static void print_line(const struct screen *screen, const char *label, const char *text)
{
    if (screen->format == VTB_FORMAT_MARKDOWN) {
        fprintf(screen->out, "- **%s**: %s\n", label, text);
        return;
    }
    const size_t own = vtb_characters(label, strlen(label));
    const size_t gap = screen->label_width > own ? screen->label_width - own : 0;
    fprintf(screen->out, "  %s%*s  ", label, (int)gap, "");
    print_hanging(screen, text, screen->label_width + 4);
}

static void print_paragraph(const struct screen *screen, const char *text)
{
    print_hanging(screen, text, 0);
    if (screen->format == VTB_FORMAT_MARKDOWN)
        putc('\n', screen->out);
}

/* --- names --- */

/* Writes the kind of a case's heap and its name, with what sets its table apart from another one of
 * that heap. */
static void heap_label(char label[LABEL_BYTES], const struct vtb_comparison *comparison,
                       const struct vtb_case *the_case)
{
    snprintf(label, LABEL_BYTES, "%s (%s)",
             vtb_heap_collects(the_case->heap->heap) ? "collector" : "malloc",
             the_case->heap->name);
    if (the_case->async)
        vtb_append(label, LABEL_BYTES, ", async");
    if (comparison->caller_ns)
        vtb_append(label, LABEL_BYTES, ", %zu caller%s", the_case->threads_n,
                   vtb_plural((double)the_case->threads_n, "", "s"));
}

static const char *name_of(const struct vtb_figures *figures)
{
    return figures->the_case->timing->name;
}

static const char *heap_of(const struct vtb_gain *gain)
{
    return gain->to->the_case->heap->name;
}

/* --- what the run was --- */

static void print_subject(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    char number[VTB_NUMBER_BYTES];
    const struct vtb_comparison *comparison = screen->results->comparisons;
    const struct vtb_point *point = comparison->point;
    const struct vtb_counted *counted = &comparison->figures[0].counted;
    vtb_append(text, sizeof text, "%s: %s calls, ", point->workload->name,
               vtb_thousands_text(number, (double)point->calls_n));
    if (screen->results->comparisons_n == 1)
        vtb_append(text, sizeof text, "%s %% answered at once, ",
                   vtb_decimal_text(number, 100 * vtb_per_op(counted, counted->hits_n), 2));
    vtb_append(text, sizeof text, "%zu in flight, %zu-byte result", point->in_flight,
               point->workload->workload->value_bytes);
    if (comparison->timed)
        vtb_append(text, sizeof text, "; %zu session%s of %zu %s", comparison->samples.sessions_n,
                   vtb_plural((double)comparison->samples.sessions_n, "", "s"),
                   comparison->samples.rounds_n, point->cold ? "cold starts" : "rounds");
    if (screen->format == VTB_FORMAT_MARKDOWN)
        fputs("### ", screen->out);
    print_paragraph(screen, text);
}

/* --- the answer, of one table --- */

/* Appends a change in percent, with the distance to the farther end of its interval. */
static void append_change(char *text, const struct vtb_interval *ratio)
{
    const double change = 100 * (ratio->median - 1);
    const double margin = 100 * fmax(ratio->hi - ratio->median, ratio->median - ratio->lo);
    const int digits = margin < 1 || fabs(change) < 10 ? 1 : 0;
    vtb_append(text, TEXT_BYTES, "%+.*f %%", digits, change);
    if (!isnan(margin))
        vtb_append(text, TEXT_BYTES, " ±%.*f", digits, margin);
}

static void append_time(char *text, const struct vtb_gain *gain)
{
    char from[VTB_NUMBER_BYTES];
    char to[VTB_NUMBER_BYTES];
    if (isnan(gain->from->ns.median) || isnan(gain->to->ns.median)) {
        vtb_append(text, TEXT_BYTES, "not timed long enough in one state of the machine");
        return;
    }
    vtb_append(text, TEXT_BYTES, "%s -> %s ns a call, ",
               vtb_fitted_text(from, gain->from->ns.median, 4),
               vtb_fitted_text(to, gain->to->ns.median, 4));
    if (gain->to->verdict == VTB_VERDICT_SAME) {
        vtb_append(text, TEXT_BYTES, "the same within %.0f %%", 100 * VTB_SAME_MARGIN);
        return;
    }
    append_change(text, &gain->to->ratio);
    if (isnan(gain->to->ratio.hi))
        vtb_append(text, TEXT_BYTES, " without an interval");
    else if (gain->to->verdict == VTB_VERDICT_UNKNOWN)
        vtb_append(text, TEXT_BYTES, ", not known yet");
}

static void print_times(const struct screen *screen)
{
    for (size_t i = 0; screen->answer.comparison->timed && i < screen->answer.n; i++) {
        char label[LABEL_BYTES];
        char text[TEXT_BYTES] = "";
        heap_label(label, screen->answer.comparison, screen->answer.gains[i].to->the_case);
        append_time(text, &screen->answer.gains[i]);
        print_line(screen, label, text);
    }
}

static void append_bytes(char *text, const struct vtb_gain *gain)
{
    char number[2][VTB_NUMBER_BYTES];
    const double from = vtb_steady_bytes_per_op(&gain->from->counted);
    const double to = vtb_steady_bytes_per_op(&gain->to->counted);
    vtb_decimal_text(number[0], from, 3);
    vtb_decimal_text(number[1], to, 3);
    if (strcmp(number[0], number[1]) == 0)
        vtb_append(text, TEXT_BYTES, "%s B a call, as before", number[0]);
    else
        vtb_append(text, TEXT_BYTES, "%s -> %s B a call", number[0], number[1]);
    if (from > 0 && from != to)
        vtb_append(text, TEXT_BYTES, ", %+.1f %%", 100 * (to / from - 1));
    if (gain->to->counted.startup_bytes > 0)
        vtb_append(text, TEXT_BYTES, "; once at the start %s B",
                   vtb_thousands_text(number[0], (double)gain->to->counted.startup_bytes));
}

/* Prints what a call allocates: what it asks for is the same on every heap, but methods differ. */
static void print_bytes(const struct screen *screen)
{
    char all[TEXT_BYTES] = "";
    for (size_t i = 0; i < screen->answer.n; i++) {
        char text[TEXT_BYTES] = "";
        append_bytes(text, &screen->answer.gains[i]);
        if (!strstr(all, text))
            vtb_append(all, sizeof all, "%s%s", *all ? "; " : "", text);
    }
    print_line(screen, "allocated", all);
}

/* Appends how many calls there are to a collection, to three digits. */
static void append_calls(char *text, double calls)
{
    char number[VTB_NUMBER_BYTES];
    const double unit = pow(10, fmax(0, floor(log10(calls)) - 2));
    if (isinf(calls))
        vtb_append(text, TEXT_BYTES, "never");
    else
        vtb_append(text, TEXT_BYTES, "%s", vtb_thousands_text(number, round(calls / unit) * unit));
}

/* Prints, of each heap that collects, how many calls there are to a collection. */
static void print_collections(const struct screen *screen)
{
    for (size_t i = 0; i < screen->answer.n; i++) {
        const struct vtb_pressure *from = &screen->answer.gains[i].from->pressure;
        const struct vtb_pressure *to = &screen->answer.gains[i].to->pressure;
        char text[TEXT_BYTES] = "";
        if (!from->collects || isnan(from->calls_per_collection) || isnan(to->calls_per_collection))
            continue;
        if (isinf(from->calls_per_collection) && isinf(to->calls_per_collection)) {
            vtb_append(text, sizeof text, "none");
        } else {
            vtb_append(text, sizeof text, "one every ");
            append_calls(text, from->calls_per_collection);
            vtb_append(text, sizeof text, " -> ");
            append_calls(text, to->calls_per_collection);
            vtb_append(text, sizeof text, " calls");
        }
        vtb_append(text, sizeof text, " (%s)", heap_of(&screen->answer.gains[i]));
        print_line(screen, "collections", text);
    }
}

/* --- the answer, of all of them --- */

/* What can be said of a gain's time, in a word or two. */
enum said { FASTER, SLOWER, AS_FAST, UNKNOWN, UNTIMED, SAID_N };

static enum said said_of(const struct vtb_answer *answer, const struct vtb_gain *gain)
{
    if (!answer->comparison->timed)
        return UNTIMED;
    if (gain->to->verdict == VTB_VERDICT_SAME)
        return AS_FAST;
    if (gain->to->verdict != VTB_VERDICT_DIFFERENT)
        return UNKNOWN;
    return gain->to->ratio.median < 1 ? FASTER : SLOWER;
}

/* Appends the names of the heaps of which this is said, unless it is of all. */
static void append_heaps(char *text, const struct vtb_answer *answer, enum said said, size_t said_n)
{
    size_t done_n = 0;
    for (size_t i = 0; said_n < answer->n && i < answer->n; i++) {
        if (said_of(answer, &answer->gains[i]) == said)
            vtb_append(text, TEXT_BYTES, "%s%s",
                       done_n == 0 ? " on " : vtb_separator(done_n, said_n),
                       heap_of(&answer->gains[i])),
                done_n++;
    }
}

static void append_verdicts(char *text, const struct vtb_answer *answer)
{
    static const char *const words[SAID_N] = {"faster", "slower", "as fast",
                                              "not told apart yet: take more --sessions",
                                              "times were not measured"};
    const char *separator = ": ";
    for (int said = 0; said < SAID_N; said++) {
        size_t n = 0;
        for (size_t i = 0; i < answer->n; i++)
            n += said_of(answer, &answer->gains[i]) == (enum said)said;
        if (n == 0)
            continue;
        vtb_append(text, TEXT_BYTES, "%s%s", separator, words[said]);
        append_heaps(text, answer, (enum said)said, n);
        separator = "; ";
    }
}

static void print_headline(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_answer *answer = &screen->answer;
    vtb_append(text, sizeof text, "ANSWER  %s instead of %s", name_of(answer->gains->to),
               name_of(answer->gains->from));
    append_verdicts(text, answer);
    print_paragraph(screen, text);
}

/* --- whether it matters --- */

/* Appends a volume to two digits. */
static void append_volume(char *text, double volume)
{
    char number[VTB_NUMBER_BYTES];
    const double unit = pow(10, floor(log10(volume)) - 1);
    vtb_append(text, TEXT_BYTES, "%s",
               vtb_thousands_text(number, unit < 1 ? volume : round(volume / unit) * unit));
}

/* Appends from which volume on a share of a core is saved or lost, heap by heap. */
static void append_worth(char *text, const struct vtb_answer *answer)
{
    for (int lost = 0; lost < 2; lost++) {
        const char *separator = NULL;
        for (size_t i = 0; i < answer->n; i++) {
            const struct vtb_gain *gain = &answer->gains[i];
            if (isnan(gain->worth_from.median) || (gain->saved_ns.median < 0) != lost)
                continue;
            if (!separator)
                vtb_append(text, TEXT_BYTES, "%s%.0f %% of a core is %s from ", *text ? "; " : "",
                           100 * VTB_WORTH_SHARE, lost ? "lost" : "saved");
            vtb_append(text, TEXT_BYTES, "%s", separator ? separator : "");
            append_volume(text, gain->worth_from.median);
            vtb_append(text, TEXT_BYTES, "%s on (%s)", separator ? "" : " calls a second",
                       heap_of(gain));
            separator = ", ";
        }
    }
}

/* Appends what it comes to at the volume that was given. */
static void append_share(char *text, const struct vtb_answer *answer)
{
    static const char *const words[] = {
        [VTB_MATTERS_UNKNOWN] = "not known",
        [VTB_MATTERS_NO] = "no",
        [VTB_MATTERS_YES] = "yes",
    };
    char number[VTB_NUMBER_BYTES];
    if (!(answer->calls_per_second > 0))
        return;
    vtb_append(text, TEXT_BYTES,
               "at %s calls a second: ", vtb_thousands_text(number, answer->calls_per_second));
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_gain *gain = &answer->gains[i];
        const struct vtb_interval *share = &gain->core_share;
        vtb_append(text, TEXT_BYTES, "%s%s with %s", i > 0 ? ", " : "", words[gain->matters],
                   heap_of(gain));
        if (!isnan(share->lo))
            vtb_append(text, TEXT_BYTES, " (%s %% of a core",
                       vtb_fitted_text(number, 100 * share->lo, 6)),
                vtb_append(text, TEXT_BYTES, " to %s %%)",
                           vtb_fitted_text(number, 100 * share->hi, 6));
    }
}

static bool is_any(const struct vtb_answer *answer, enum said said)
{
    for (size_t i = 0; i < answer->n; i++) {
        if (said_of(answer, &answer->gains[i]) == said)
            return true;
    }
    return false;
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
    if (!*text && is_any(answer, AS_FAST) && !is_any(answer, UNKNOWN))
        vtb_append(text, sizeof text, "not for its time, which is the same within %.0f %%",
                   100 * VTB_SAME_MARGIN);
    if (!*text)
        vtb_append(text, sizeof text, "not known, as the times are not told apart");
    if (!answer->comparison->point->cold && answer->calls_per_second > 0) {
        vtb_append(text, sizeof text, "; ");
        append_share(text, answer);
    }
    print_line(screen, "does it matter?", text);
}

/* Prints what collections come to at the volume: how many a minute, and for how long they pause. */
static void print_pauses(const struct screen *screen)
{
    const double volume = screen->answer.calls_per_second;
    for (size_t i = 0; volume > 0 && i < screen->answer.n; i++) {
        char text[TEXT_BYTES] = "";
        char number[4][VTB_NUMBER_BYTES];
        const struct vtb_pressure *from = &screen->answer.gains[i].from->pressure;
        const struct vtb_pressure *to = &screen->answer.gains[i].to->pressure;
        if (!from->collects || isnan(from->calls_per_collection) || isnan(to->calls_per_collection))
            continue;
        vtb_append(text, sizeof text, "%s -> %s collections a minute",
                   vtb_fitted_text(number[0], 60 * volume / from->calls_per_collection, 5),
                   vtb_fitted_text(number[1], 60 * volume / to->calls_per_collection, 5));
        if (!isnan(vtb_gc_ns(from)) && !isnan(vtb_gc_ns(to)))
            vtb_append(text, sizeof text, ", %s -> %s ms of pause a second",
                       vtb_fitted_text(number[2], volume * vtb_gc_ns(from) / 1e6, 6),
                       vtb_fitted_text(number[3], volume * vtb_gc_ns(to) / 1e6, 6));
        vtb_append(text, sizeof text, " (%s)", heap_of(&screen->answer.gains[i]));
        print_line(screen, "at this volume", text);
    }
}

/* --- what else there is to know --- */

/* Prints what the strategy lacks that the baseline has, as callers must not do it. */
static void print_rules(const struct screen *screen)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_cell *to = screen->answer.gains->to->the_case->timing;
    const struct vtb_lacks *had = &screen->answer.gains->from->the_case->timing->strategy->lacks;
    const struct vtb_lacks *lacks = &to->strategy->lacks;
    if (lacks->several_consumers && !had->several_consumers)
        vtb_append(text, sizeof text, "%s", lacks->several_consumers);
    if (lacks->storing && !had->storing)
        vtb_append(text, sizeof text, "%s%s", *text ? "; " : "", lacks->storing);
    if (!*text)
        return;
    vtb_append(text, sizeof text, " (run_bench misuse --strategy %s)", to->name);
    print_line(screen, "beware", text);
}

/* Writes from where on the strategy pays, for an entry of the break-evens; or nothing, if that is
 * of another strategy or of a level of its own. */
static void break_even_text(char text[TEXT_BYTES], const struct screen *screen,
                            const struct vtb_break_even *entry)
{
    char cell[VTB_BREAK_EVEN_CELL_BYTES];
    *text = '\0';
    if (entry->parameter->of_workload ||
        strcmp(vtb_break_even_strategy(entry), name_of(screen->answer.gains->to)) != 0 ||
        (entry->metric == VTB_BREAK_EVEN_RATIO && entry->min_gain_percent > 0))
        return;
    vtb_break_even_cell(cell, entry);
    for (char *end = cell; (end = strchr(end, '\n'));)
        *end = ';';
    snprintf(text, TEXT_BYTES, "%s along %s: %s",
             entry->metric == VTB_BREAK_EVEN_BYTES ? "fewer bytes" : "faster",
             entry->parameter->word, cell);
    if (entry->first->timed && screen->results->plan->consumers_n > 1)
        vtb_append(text, TEXT_BYTES, " (%s lookups)", vtb_consumer_words[entry->first->consumer]);
}

/* Prints from where on the strategy pays along each parameter of which there are several values;
 * what is so for several values of the others stands once. */
static void print_break_evens(const struct screen *screen)
{
    char last[TEXT_BYTES] = "";
    const struct vtb_break_evens *all = &screen->results->break_evens;
    for (size_t i = 0; i < all->n; i++) {
        char label[LABEL_BYTES];
        char text[TEXT_BYTES];
        break_even_text(text, screen, &all->items[i]);
        if (!*text || strcmp(text, last) == 0)
            continue;
        heap_label(label, all->items[i].first, vtb_break_even_case(&all->items[i]));
        print_line(screen, label, text);
        strcpy(last, text);
    }
}

/* Prints, in a line, the same question for other lookups at the same point. */
static void print_other_consumer(const struct screen *screen)
{
    const struct vtb_results *results = screen->results;
    struct vtb_answer answer;
    char text[TEXT_BYTES] = "";
    char label[LABEL_BYTES];
    for (size_t c = 1; results->plan->points_n == 1 && c < results->comparisons_n; c++) {
        vtb_answer_make(&answer, &results->comparisons[c], screen->answer.calls_per_second);
        for (size_t i = 0; i < answer.n; i++) {
            vtb_append(text, sizeof text, "%s%s: ", *text ? "; " : "", heap_of(&answer.gains[i]));
            char time[TEXT_BYTES] = "";
            append_time(time, &answer.gains[i]);
            vtb_append(text, sizeof text, "%s", time);
        }
        snprintf(label, sizeof label, "%s lookups",
                 vtb_consumer_words[results->comparisons[c].consumer]);
        print_line(screen, label, text);
    }
}

/* --- the whole --- */

static void set_label_width(struct screen *screen)
{
    char label[LABEL_BYTES];
    screen->label_width = strlen("does it matter?");
    for (size_t i = 0; i < screen->answer.n; i++) {
        heap_label(label, screen->answer.comparison, screen->answer.gains[i].to->the_case);
        if (strlen(label) > screen->label_width)
            screen->label_width = strlen(label);
    }
}

static void print_answer(struct screen *screen)
{
    if (screen->answer.n == 0) {
        print_paragraph(screen, "No two strategies were compared: --strategy A,B does that.");
        return;
    }
    set_label_width(screen);
    if (screen->results->plan->points_n > 1) {
        char text[TEXT_BYTES];
        snprintf(text, sizeof text, "ANSWER  %s instead of %s", name_of(screen->answer.gains->to),
                 name_of(screen->answer.gains->from));
        print_paragraph(screen, text);
        print_break_evens(screen);
    } else {
        print_headline(screen);
        print_times(screen);
        print_other_consumer(screen);
        print_bytes(screen);
        print_collections(screen);
        print_matters(screen);
        print_pauses(screen);
    }
    print_rules(screen);
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
    append_state(text, results->comparisons);
    append_consumer(text, results);
    if (results->plan->points_n == 1 && !results->plan->points->hits.emerge)
        vtb_append(text, sizeof text,
                   "--hit-rate 0:1:0.05 measures from which hit rate on it pays. ");
    vtb_append(text, sizeof text, "All tables and sentences: --details; pictures: --plot DIR.");
    print_paragraph(screen, text);
}

void vtb_report_answer(FILE *out, const struct vtb_results *results, const struct vtb_look *look,
                       enum vtb_format format)
{
    struct screen screen = {.out = out, .results = results, .look = look, .format = format};
    if (results->comparisons_n == 0)
        return;
    vtb_answer_make(&screen.answer, results->comparisons, results->plan->calls_per_second);
    print_subject(&screen);
    print_answer(&screen);
    putc('\n', out);
    vtb_answer_table(out, results, look, format);
    putc('\n', out);
    print_notes(&screen);
    vtb_report_skips(out, &results->plan->skips, look->width);
    vtb_report_environment(out, look->width);
}
