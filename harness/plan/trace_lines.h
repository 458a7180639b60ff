/* From the lines of a trace that is text to its keys, in each of the formats of text. */
#ifndef PLAN_TRACE_LINES_H
#define PLAN_TRACE_LINES_H

#include "plan/trace_keys.h"

/* What may stand between columns. */
#define VTB_TRACE_SEPARATORS ",;\t "

struct vtb_trace_lines {
    struct vtb_trace_keys *keys;           /* borrowed, as is the next */
    const struct vtb_trace_format *format; /* none but one of text */
    uint64_t line_n;                       /* lines that were read */
    uint64_t begin_n;                      /* of them, those before the record under way */
    uint64_t records_n;                    /* a record is a line, or several if quotes say so */
    bool in_quotes;
    size_t column;     /* csv: that of the keys, from 0 on */
    bool begins_plain; /* csv: no field of the first record is a number */
    bool has_header;   /* csv: the first record was no request */
    /* Whether all lines that were looked at have the separator. */
    bool separated_by[sizeof VTB_TRACE_SEPARATORS - 1];
};

void vtb_trace_lines_open(struct vtb_trace_lines *lines, struct vtb_trace_keys *keys,
                          const struct vtb_trace_format *format);

/* Takes the next n bytes, which are text. On false *error says in which line something is wrong, or
 * why its keys cannot be kept. */
VTB_MUST_USE bool vtb_trace_lines_take(struct vtb_trace_lines *lines, const char *bytes, size_t n,
                                       struct vtb_error *error);

/* Takes the last line, if its end is missing. */
VTB_MUST_USE bool vtb_trace_lines_end(struct vtb_trace_lines *lines, struct vtb_error *error);

/* Whether the lines of a text, of which there are several, have columns. */
bool vtb_trace_lines_have_columns(const struct vtb_trace_lines *lines);

#endif
