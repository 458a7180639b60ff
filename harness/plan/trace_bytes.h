/* What the bytes of a trace say that it is, where that is nothing that can be read. */
#ifndef PLAN_TRACE_BYTES_H
#define PLAN_TRACE_BYTES_H

#include "plan/trace.h"

/* Looks at the first n bytes of a trace, and gives at *skip_n how many of them are no key: a byte
 * order mark. On false *error says that they are compressed, or another encoding of text, and what
 * makes a trace of them. */
VTB_MUST_USE bool vtb_trace_check_start(const char *path, enum vtb_trace_kind kind,
                                        const char *bytes, size_t n, size_t *skip_n,
                                        struct vtb_error *error);

/* Checks n bytes of a text, the first of which is byte `first` of the trace. On false *error names
 * one that no text has. */
VTB_MUST_USE bool vtb_trace_check_text(const char *path, uint64_t first, const char *bytes,
                                       size_t n, struct vtb_error *error);

#endif
