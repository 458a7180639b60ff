/*
 * The lines that answers are made of: a label and a text beside it, no wider than the look; and
 * those that every answer has. Texts are appended to buffers of VTB_ANSWER_TEXT_BYTES.
 */
#ifndef REPORT_ANSWER_LINES_H
#define REPORT_ANSWER_LINES_H

#include <stdio.h>

#include <jansson.h>

#include "base/look.h"
#include "base/output.h"
#include "base/paint.h"
#include "figures/answer.h"
#include "figures/results.h"

#define VTB_ANSWER_TEXT_BYTES 2048
#define VTB_ANSWER_LABEL_BYTES 80

/* Where lines go, and how. */
struct vtb_answer_lines {
    FILE *out;
    const struct vtb_look *look;
    enum vtb_format format; /* VTB_FORMAT_TABLE, _MARKDOWN or _JSON */
    size_t label_width;     /* in characters */
    json_t *list;           /* of _JSON, to which {label, text} is added instead; borrowed */
};

/* The name of a case's strategy. */
const char *vtb_answer_strategy(const struct vtb_figures *figures);

/* Whether a run's tables differ in a parameter: not only the cases of each, as in their callers. */
bool vtb_answer_varies(const struct vtb_results *results, const struct vtb_parameter *parameter);
double vtb_answer_value(const struct vtb_comparison *comparison,
                        const struct vtb_parameter *parameter);

/* Appends the values of the parameters, but for one, that differ between a run's tables, in
 * brackets: " (depth 2, calls 100)"; nothing if there are none. */
void vtb_answer_append_where(char text[VTB_ANSWER_TEXT_BYTES], const struct vtb_results *results,
                             const struct vtb_comparison *comparison,
                             const struct vtb_parameter *except);

/* Whether a run is of several workloads. */
bool vtb_answer_workloads_vary(const struct vtb_results *results);

/* Makes room for a label, or for those of all heaps. */
void vtb_answer_widen(struct vtb_answer_lines *lines, const char *label);
void vtb_answer_widen_to_heaps(struct vtb_answer_lines *lines, const struct vtb_answer *answer);

/* Prints a label and a text beside it, whose further lines hang below it. */
void vtb_answer_line(const struct vtb_answer_lines *lines, const char *label, const char *text);

/* Likewise, a text on a time, which looks as its ratio does. */
void vtb_answer_time_line(const struct vtb_answer_lines *lines, const char *label, const char *text,
                          const struct vtb_figures *figures);

/* Prints a text over the whole width; the first function what was measured, which is a heading of
 * Markdown, and the last the one that all others explain. */
void vtb_answer_subject(const struct vtb_answer_lines *lines, const char *text);
void vtb_answer_paragraph(const struct vtb_answer_lines *lines, const char *text);
void vtb_answer_headline(const struct vtb_answer_lines *lines, const char *text);

/* How a ratio looks: good if it is certainly below 1, bad if it is certainly above. */
enum vtb_paint vtb_ratio_paint(const struct vtb_figures *figures);

/* Write the kind of a case's heap and its name; and with what sets its table apart from another one
 * of that heap. */
void vtb_answer_heap_label(char label[VTB_ANSWER_LABEL_BYTES], const struct vtb_case *the_case);
void vtb_answer_label(char label[VTB_ANSWER_LABEL_BYTES], const struct vtb_comparison *comparison,
                      const struct vtb_case *the_case);

/* Writes "allocated", or "allocated, async", of a method. */
const char *vtb_allocated_label(char label[VTB_ANSWER_LABEL_BYTES], enum vtb_method method);

/* Writes what sets a case's table apart from the others of its comparison, "glibc" or "glibc async
 * x2", with the number of callers; and returns it. */
const char *vtb_answer_table_name(char name[VTB_ANSWER_LABEL_BYTES],
                                  const struct vtb_comparison *comparison,
                                  const struct vtb_case *the_case);
const char *vtb_gain_name(char name[VTB_ANSWER_LABEL_BYTES], const struct vtb_answer *answer,
                          const struct vtb_gain *gain);

/* Gives the ratio of times that is told of a case, beside those times, and of the case that it is
 * held against: of paired rounds, where it has an interval. Without one it may be anything, and
 * would contradict the times: it is theirs. NaN: there is none. */
double vtb_told_ratio(const struct vtb_figures *from, const struct vtb_figures *to);

/* Append the time of a call, before and after; and a volume of calls, to two digits. */
void vtb_append_time(char *text, const struct vtb_gain *gain);
void vtb_append_volume(char *text, double volume);

/* Print a line for each gain, of its time; one of what a call allocates, which is the same on all
 * heaps, though methods differ; and for each heap that collects, if there is a volume, how many
 * collections there are a minute, and for how long they pause. */
void vtb_answer_times(const struct vtb_answer_lines *lines, const struct vtb_answer *answer);
void vtb_answer_bytes(const struct vtb_answer_lines *lines, const struct vtb_answer *answer);
void vtb_answer_pauses(const struct vtb_answer_lines *lines, const struct vtb_answer *answer);

/* Prints what the strategy lacks that the baseline has, as callers must not do it; nothing if it
 * lacks nothing of that. */
void vtb_answer_rules(const struct vtb_answer_lines *lines, const struct vtb_answer *answer,
                      const char *label);

#endif
