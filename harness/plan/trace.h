/*
 * A recorded stream of cache keys, read once and kept as key numbers.
 *
 * The input may be a pipe, of any length: the numbers go to a file without a name in TMPDIR (or
 * /tmp), 4 bytes a request, and only distinct keys take memory.
 */
#ifndef PLAN_TRACE_H
#define PLAN_TRACE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/*
 * The forms of a trace. Text: one key a line, whatever its bytes and length; an empty line is the
 * empty key. Be32: unsigned integers of 4 bytes, big-endian, with nothing between them. Arc: lines
 * of START LENGTH and more, which ask for LENGTH keys from START on. Csv: comma-separated values
 * (RFC 4180), of which one column has the keys. In all but be32 '\n' ends a line, which the last
 * one may lack, and so do '\r's before it; a byte order mark of UTF-8 may come first; and a byte
 * that no text has is refused.
 */
enum vtb_trace_kind { VTB_TRACE_TEXT, VTB_TRACE_BE32, VTB_TRACE_ARC, VTB_TRACE_CSV };

/* The words of the forms, in the order of the enum, then null. */
extern const char *const vtb_trace_format_words[];

struct vtb_trace_format {
    enum vtb_trace_kind kind;
    const char *column; /* csv: as it was given, a number or a name of the header; borrowed */
    size_t column_n;    /* csv: the column, from 1 on; 0: it has a name */
};

struct vtb_trace {
    const uint32_t *ids; /* one a request: keys are numbered 0 .. keys_n - 1 as they first come */
    size_t ids_n;        /* requests */
    uint64_t keys_n;     /* distinct keys, 1 .. VTB_ID_MASK */
    uint64_t digest;     /* of the ids: two traces of one digest make the same calls */
    bool has_columns;    /* text: each line has several, as far as was looked */
    bool has_header;     /* csv: the first line was no request */
};

/*
 * Reads the trace at `path`, or standard input if that is "-", to its end. On false nothing is left
 * open, *trace is zeroed, and *error has VTB_EXIT_USAGE where the trace is at fault, that of
 * vtb_interrupt_exit, or VTB_EXIT_INTERNAL where there is no memory for its keys or no room for its
 * numbers. The ids are read-only and shared with child processes; vtb_trace_close gives them back.
 */
VTB_MUST_USE bool vtb_trace_open(struct vtb_trace *trace, const char *path,
                                 const struct vtb_trace_format *format, struct vtb_error *error);

/* Opens a trace like vtb_trace_open, but accepts at most keys_max distinct keys: 1 ..
 * VTB_ID_MASK. */
VTB_MUST_USE bool vtb_trace_open_up_to(struct vtb_trace *trace, const char *path,
                                       const struct vtb_trace_format *format, uint64_t keys_max,
                                       struct vtb_error *error);

/* Whether a trace may be another one than was meant, which *warning then says in one line: its
 * lines have columns, no key comes twice, or its first line was taken for a header. */
bool vtb_trace_is_strange(const struct vtb_trace *trace, const char *path,
                          const struct vtb_trace_format *format, struct vtb_error *warning);

/* Closes a trace and zeroes it. A trace that is closed already, or zeroed, is allowed. */
void vtb_trace_close(struct vtb_trace *trace);

#endif
