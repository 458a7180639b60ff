#include "report/answer_lines.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "report/case_names.h"

/* --- lines --- */

/* Adds a line to the list; without a label it is one over the whole width. */
static void add_to_list(const struct vtb_answer_lines *lines, const char *label, const char *text)
{
    json_t *line = vtb_json_checked(json_object());
    if (label)
        vtb_json_put(line, "label", vtb_json_text(label));
    vtb_json_put(line, "text", vtb_json_text(text));
    vtb_json_append(lines->list, line);
}

/* Prints a text whose lines are no wider than the look's, each but the first behind `indent`
 * spaces. */
static void print_hanging(const struct vtb_answer_lines *lines, const char *text, size_t indent,
                          enum vtb_paint paint)
{
    char *wrapped = NULL;
    size_t wrapped_n;
    FILE *out = open_memstream(&wrapped, &wrapped_n);
    if (!out)
        return;
    vtb_print_wrapped_to(out, text, lines->look->width - indent);
    fclose(out);
    for (const char *line = wrapped; line && *line; line += strcspn(line, "\n")) {
        if (line != wrapped)
            fprintf(lines->out, "\n%*s", (int)indent, "");
        line += *line == '\n';
        vtb_paint(lines->out, paint);
        fwrite(line, 1, strcspn(line, "\n"), lines->out);
        vtb_paint(lines->out, VTB_PAINT_NONE);
    }
    putc('\n', lines->out);
    free(wrapped);
}

static void print_line(const struct vtb_answer_lines *lines, const char *label, const char *text,
                       enum vtb_paint paint)
{
    if (lines->format == VTB_FORMAT_JSON) {
        add_to_list(lines, label, text);
        return;
    }
    if (lines->format == VTB_FORMAT_MARKDOWN) {
        fprintf(lines->out, "- **%s**: %s\n", label, text);
        return;
    }
    const size_t own = vtb_characters(label, strlen(label));
    const size_t gap = lines->label_width > own ? lines->label_width - own : 0;
    fprintf(lines->out, "  %s%*s  ", label, (int)gap, "");
    print_hanging(lines, text, lines->label_width + 4, paint);
}

void vtb_answer_line(const struct vtb_answer_lines *lines, const char *label, const char *text)
{
    print_line(lines, label, text, VTB_PAINT_NONE);
}

enum vtb_paint vtb_ratio_paint(const struct vtb_figures *figures)
{
    switch (figures->verdict) {
    case VTB_VERDICT_DIFFERENT:
        return figures->ratio.median < 1 ? VTB_PAINT_GOOD : VTB_PAINT_BAD;
    case VTB_VERDICT_SAME:
    case VTB_VERDICT_UNKNOWN:
        return VTB_PAINT_DIM;
    case VTB_VERDICT_NONE:
        break;
    }
    return VTB_PAINT_NONE;
}

void vtb_answer_time_line(const struct vtb_answer_lines *lines, const char *label, const char *text,
                          const struct vtb_figures *figures)
{
    print_line(lines, label, text, vtb_ratio_paint(figures));
}

static void print_paragraph(const struct vtb_answer_lines *lines, const char *text,
                            enum vtb_paint paint)
{
    if (lines->format == VTB_FORMAT_JSON) {
        add_to_list(lines, NULL, text);
        return;
    }
    print_hanging(lines, text, 0, paint);
    if (lines->format == VTB_FORMAT_MARKDOWN)
        putc('\n', lines->out);
}

void vtb_answer_paragraph(const struct vtb_answer_lines *lines, const char *text)
{
    print_paragraph(lines, text, VTB_PAINT_NONE);
}

void vtb_answer_subject(const struct vtb_answer_lines *lines, const char *text)
{
    if (lines->format == VTB_FORMAT_MARKDOWN)
        fputs("### ", lines->out);
    vtb_answer_paragraph(lines, text);
}

void vtb_answer_headline(const struct vtb_answer_lines *lines, const char *text)
{
    print_paragraph(lines, text, VTB_PAINT_TITLE);
}

/* --- names --- */

const char *vtb_answer_strategy(const struct vtb_figures *figures)
{
    return figures->the_case->timing->name;
}

const char *vtb_answer_table_name(char name[VTB_ANSWER_LABEL_BYTES],
                                  const struct vtb_comparison *comparison,
                                  const struct vtb_case *the_case)
{
    const char *mark = vtb_method_mark(the_case->method);
    snprintf(name, VTB_ANSWER_LABEL_BYTES, "%s%s%s", vtb_case_heap(the_case), *mark ? " " : "",
             mark);
    if (comparison->caller_ns)
        vtb_append(name, VTB_ANSWER_LABEL_BYTES, " x%zu", the_case->threads_n);
    return name;
}

const char *vtb_gain_name(char name[VTB_ANSWER_LABEL_BYTES], const struct vtb_answer *answer,
                          const struct vtb_gain *gain)
{
    return vtb_answer_table_name(name, answer->comparison, gain->to->the_case);
}

void vtb_answer_heap_label(char label[VTB_ANSWER_LABEL_BYTES], const struct vtb_case *the_case)
{
    const char *mark = vtb_method_mark(the_case->method);
    const char *kind = the_case->guest                           ? "runtime"
                       : vtb_heap_collects(the_case->heap->heap) ? "collector"
                                                                 : "malloc";
    snprintf(label, VTB_ANSWER_LABEL_BYTES, "%s (%s)%s%s", kind, vtb_case_heap(the_case),
             *mark ? ", " : "", mark);
}

void vtb_answer_label(char label[VTB_ANSWER_LABEL_BYTES], const struct vtb_comparison *comparison,
                      const struct vtb_case *the_case)
{
    vtb_answer_heap_label(label, the_case);
    if (comparison->caller_ns)
        vtb_append(label, VTB_ANSWER_LABEL_BYTES, ", %zu caller%s", the_case->threads_n,
                   vtb_plural((double)the_case->threads_n, "", "s"));
}

/* --- what varies --- */

double vtb_answer_value(const struct vtb_comparison *comparison,
                        const struct vtb_parameter *parameter)
{
    return vtb_parameter_value(parameter, comparison->point, &comparison->point->cases[0]);
}

bool vtb_answer_varies(const struct vtb_results *results, const struct vtb_parameter *parameter)
{
    const double first = vtb_answer_value(results->comparisons, parameter);
    for (size_t c = 1; c < results->comparisons_n; c++) {
        const double value = vtb_answer_value(&results->comparisons[c], parameter);
        if (value != first && !(isnan(value) && isnan(first)))
            return true;
    }
    return false;
}

void vtb_answer_append_where(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_results *results,
                             const struct vtb_comparison *comparison,
                             const struct vtb_parameter *except)
{
    char number[VTB_NUMBER_BYTES];
    const char *separator = " (";
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        if (each == except || each->of_workload || !vtb_answer_varies(results, each))
            continue;
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s%s %s", separator, each->word,
                   vtb_digits_text(number, vtb_answer_value(comparison, each), 6));
        separator = ", ";
    }
    vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s", *separator == ',' ? ")" : "");
}

bool vtb_answer_workloads_vary(const struct vtb_results *results)
{
    for (size_t c = 1; c < results->comparisons_n; c++) {
        if (results->comparisons[c].point->workload != results->comparisons->point->workload)
            return true;
    }
    return false;
}

/* --- labels --- */

void vtb_answer_widen(struct vtb_answer_lines *lines, const char *label)
{
    const size_t width = vtb_characters(label, strlen(label));
    lines->label_width = width > lines->label_width ? width : lines->label_width;
}

void vtb_answer_widen_to_heaps(struct vtb_answer_lines *lines, const struct vtb_answer *answer)
{
    char label[VTB_ANSWER_LABEL_BYTES];
    for (size_t i = 0; i < answer->n; i++) {
        vtb_answer_label(label, answer->comparison, answer->gains[i].to->the_case);
        vtb_answer_widen(lines, label);
    }
}

/* --- what a gain is --- */

double vtb_told_ratio(const struct vtb_figures *from, const struct vtb_figures *to)
{
    const bool is_of_times = isnan(to->ratio.hi) && !isnan(to->ratio.median);
    return is_of_times ? to->ns.median / from->ns.median : to->ratio.median;
}

/* Appends a change in percent, with the distance to the farther end of its interval. */
static void append_change(char *text, const struct vtb_gain *gain)
{
    const struct vtb_interval *ratio = &gain->to->ratio;
    const double change = 100 * (vtb_told_ratio(gain->from, gain->to) - 1);
    const double margin = 100 * fmax(ratio->hi - ratio->median, ratio->median - ratio->lo);
    const int digits = margin < 1 || fabs(change) < 10 ? 1 : 0;
    vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%+.*f %%", digits, change);
    if (!isnan(margin))
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, " ±%.*f", digits, margin);
}

void vtb_append_time(char *text, const struct vtb_gain *gain)
{
    char from[VTB_NUMBER_BYTES];
    char to[VTB_NUMBER_BYTES];
    if (isnan(gain->from->ns.median) || isnan(gain->to->ns.median)) {
        vtb_append(text, VTB_ANSWER_TEXT_BYTES,
                   "not timed long enough in one state of the machine");
        return;
    }
    vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s -> %s ns a call, ",
               vtb_figure_text(from, gain->from->ns.median),
               vtb_figure_text(to, gain->to->ns.median));
    if (gain->to->verdict == VTB_VERDICT_SAME) {
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, "the same within %.0f %%", 100 * VTB_SAME_MARGIN);
        return;
    }
    if (isnan(gain->to->ratio.median)) { /* each had such rounds, but not the same ones */
        vtb_append(
            text, VTB_ANSWER_TEXT_BYTES,
            "without a ratio, which takes %d rounds of a session in one state of the machine",
            VTB_PAIRS_MIN);
        return;
    }
    append_change(text, gain);
    if (isnan(gain->to->ratio.hi))
        vtb_append(text, VTB_ANSWER_TEXT_BYTES,
                   " without an interval, which takes %d sessions in one state of the machine",
                   VTB_SESSIONS_MIN);
    else if (gain->to->verdict == VTB_VERDICT_UNKNOWN)
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, ", not known yet%s",
                   gain->to->disagree ? ": the sessions disagree" : "");
}

void vtb_answer_times(const struct vtb_answer_lines *lines, const struct vtb_answer *answer)
{
    for (size_t i = 0; answer->comparison->timed && i < answer->n; i++) {
        char label[VTB_ANSWER_LABEL_BYTES];
        char text[VTB_ANSWER_TEXT_BYTES] = "";
        vtb_answer_label(label, answer->comparison, answer->gains[i].to->the_case);
        vtb_append_time(text, &answer->gains[i]);
        vtb_answer_time_line(lines, label, text, answer->gains[i].to);
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
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s B a call, as before", number[0]);
    else
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s -> %s B a call", number[0], number[1]);
    if (from > 0 && from != to)
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, ", %+.1f %%", 100 * (to / from - 1));
    if (gain->to->counted.startup_bytes > 0)
        vtb_append(text, VTB_ANSWER_TEXT_BYTES, "; once at the start %s B",
                   vtb_thousands_text(number[0], (double)gain->to->counted.startup_bytes));
}

const char *vtb_allocated_label(char label[VTB_ANSWER_LABEL_BYTES], enum vtb_method method)
{
    const char *mark = vtb_method_mark(method);
    snprintf(label, VTB_ANSWER_LABEL_BYTES, "allocated%s%s", *mark ? ", " : "", mark);
    return label;
}

/* Prints what is allocated by one of the methods, if it was run. */
static void print_bytes(const struct vtb_answer_lines *lines, const struct vtb_answer *answer,
                        enum vtb_method method)
{
    char all[VTB_ANSWER_TEXT_BYTES] = "";
    char label[VTB_ANSWER_LABEL_BYTES];
    for (size_t i = 0; i < answer->n; i++) {
        char text[VTB_ANSWER_TEXT_BYTES] = "";
        const struct vtb_case *the_case = answer->gains[i].to->the_case;
        append_bytes(text, &answer->gains[i]);
        if (the_case->method != method || strstr(all, text))
            continue;
        vtb_append(all, sizeof all, "%s%s", *all ? "; " : "", text);
        if (the_case->guest) /* which counted something else than the models have */
            vtb_append(all, sizeof all, " (%s)", vtb_case_heap(the_case));
    }
    if (*all)
        vtb_answer_line(lines, vtb_allocated_label(label, method), all);
}

void vtb_answer_bytes(const struct vtb_answer_lines *lines, const struct vtb_answer *answer)
{
    for (int method = 0; method < VTB_METHODS_N; method++)
        print_bytes(lines, answer, (enum vtb_method)method);
}

void vtb_append_volume(char *text, double volume)
{
    char number[VTB_NUMBER_BYTES];
    const double unit = pow(10, floor(log10(volume)) - 1);
    vtb_append(text, VTB_ANSWER_TEXT_BYTES, "%s",
               vtb_thousands_text(number, unit < 1 ? volume : round(volume / unit) * unit));
}

/* Writes how long pauses are, or a mark where too few collections came to tell. */
static const char *pause_text(char text[VTB_NUMBER_BYTES], double ms)
{
    return isnan(ms) ? "?" : vtb_figure_text(text, ms);
}

void vtb_answer_pauses(const struct vtb_answer_lines *lines, const struct vtb_answer *answer)
{
    char name[VTB_ANSWER_LABEL_BYTES];
    const double volume = answer->calls_per_second;
    for (size_t i = 0; volume > 0 && i < answer->n; i++) {
        char text[VTB_ANSWER_TEXT_BYTES] = "";
        char number[4][VTB_NUMBER_BYTES];
        const struct vtb_pressure *from = &answer->gains[i].from->pressure;
        const struct vtb_pressure *to = &answer->gains[i].to->pressure;
        if (!from->collects || !vtb_collections_tell(from) || !vtb_collections_tell(to))
            continue;
        vtb_append(text, sizeof text, "%s -> %s collections a minute",
                   vtb_figure_text(number[0], 60 * volume / from->calls_per_collection),
                   vtb_figure_text(number[1], 60 * volume / to->calls_per_collection));
        const bool known[] = {!isnan(vtb_gc_ns(from)), !isnan(vtb_gc_ns(to))};
        if (known[0] || known[1])
            vtb_append(text, sizeof text, ", %s -> %s ms of pause a second%s",
                       pause_text(number[2], volume * vtb_gc_ns(from) / 1e6),
                       pause_text(number[3], volume * vtb_gc_ns(to) / 1e6),
                       known[0] && known[1] ? "" : ", as there was no pause to measure");
        vtb_append(text, sizeof text, " (%s)", vtb_gain_name(name, answer, &answer->gains[i]));
        vtb_answer_line(lines, "at this volume", text);
    }
}

void vtb_answer_rules(const struct vtb_answer_lines *lines, const struct vtb_answer *answer,
                      const char *label)
{
    char text[VTB_ANSWER_TEXT_BYTES] = "";
    const char *rules[VTB_RULES_MAX];
    const size_t n = vtb_gain_rules(answer->gains, rules);
    for (size_t i = 0; i < n; i++)
        vtb_append(text, sizeof text, "%s%s", i > 0 ? "; " : "", rules[i]);
    if (n == 0)
        return;
    vtb_append(text, sizeof text, " (run_bench misuse --strategy %s)",
               answer->gains->to->the_case->timing->name);
    vtb_answer_line(lines, label, text);
}
