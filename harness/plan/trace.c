#include "plan/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vtb/workload.h>

#include "base/interrupt.h"
#include "base/prose.h"
#include "plan/trace_bytes.h"
#include "plan/trace_lines.h"

const char *const vtb_trace_format_words[] = {"text", "be32", "arc", "csv", NULL};

struct reader {
    const char *path;
    const struct vtb_trace_format *format;
    struct vtb_trace_keys keys;
    struct vtb_trace_lines lines; /* unused by be32 */
    int input;
    uint64_t read_bytes;
    char buffer[1 << 16]; /* whole be32 keys, so that only the end of the input can part one */
};

static bool refuse_unreadable(const struct reader *reader, int cause, struct vtb_error *error)
{
    return vtb_trace_refuse(reader->path, error, "cannot be read: %s", strerror(cause));
}

/* --- from bytes to keys --- */

/* Takes keys of 4 bytes. They are big-endian on any machine, so that the same file gives the same
 * keys. */
static bool take_be32(struct reader *reader, size_t n, struct vtb_error *error)
{
    for (size_t i = 0; i + sizeof(uint32_t) <= n; i += sizeof(uint32_t)) {
        uint32_t key;
        memcpy(&key, reader->buffer + i, sizeof key);
        if (!vtb_trace_keys_take_number(&reader->keys, key, error))
            return false;
    }
    return n % sizeof(uint32_t) == 0 ||
           vtb_trace_refuse(reader->path, error,
                            "truncated: %llu bytes are no whole number of 4-byte keys",
                            (unsigned long long)reader->read_bytes);
}

static bool take_text(struct reader *reader, size_t n, size_t skip_n, struct vtb_error *error)
{
    const char *bytes = reader->buffer + skip_n;
    const uint64_t first = reader->read_bytes - n + skip_n;
    return vtb_trace_check_text(reader->path, first, bytes, n - skip_n, error) &&
           vtb_trace_lines_take(&reader->lines, bytes, n - skip_n, error);
}

/* Fills the buffer; *n is less than its size only at the end of the input. */
static bool read_buffer(struct reader *reader, size_t *n, struct vtb_error *error)
{
    *n = 0;
    while (*n < sizeof reader->buffer) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        const ssize_t read_n = read(reader->input, reader->buffer + *n, sizeof reader->buffer - *n);
        if (read_n == 0)
            return true;
        if (read_n < 0 && errno != EINTR)
            return refuse_unreadable(reader, errno, error);
        if (read_n > 0) {
            *n += (size_t)read_n;
            reader->read_bytes += (size_t)read_n;
        }
    }
    return true;
}

static bool read_input(struct reader *reader, struct vtb_error *error)
{
    const bool is_text = reader->format->kind != VTB_TRACE_BE32;
    size_t n = sizeof reader->buffer;
    size_t skip_n = 0;
    while (n == sizeof reader->buffer) {
        const bool is_start = reader->read_bytes == 0;
        if (!read_buffer(reader, &n, error) ||
            (is_start && !vtb_trace_check_start(reader->path, reader->format->kind, reader->buffer,
                                                n, &skip_n, error)) ||
            !(is_text ? take_text(reader, n, skip_n, error) : take_be32(reader, n, error)))
            return false;
        skip_n = 0;
    }
    if (is_text && !vtb_trace_lines_end(&reader->lines, error))
        return false;
    return reader->keys.ids_n > 0 ||
           vtb_trace_refuse(reader->path, error, "empty; accepted: at least one key");
}

/* --- files --- */

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Opens the trace. A named pipe makes it wait for its writer. */
static bool open_input(struct reader *reader, struct vtb_error *error)
{
    reader->input = is_standard_input(reader->path) ? STDIN_FILENO : -1;
    while (reader->input < 0) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        reader->input = open(reader->path, O_RDONLY | O_CLOEXEC);
        if (reader->input < 0 && errno != EINTR)
            return refuse_unreadable(reader, errno, error);
    }
    return true;
}

bool vtb_trace_open_up_to(struct vtb_trace *trace, const char *path,
                          const struct vtb_trace_format *format, uint64_t keys_max,
                          struct vtb_error *error)
{
    struct reader reader = {.path = path, .format = format, .keys.spool = -1, .input = -1};
    const bool are_numbers = format->kind == VTB_TRACE_BE32 || format->kind == VTB_TRACE_ARC;
    *trace = (struct vtb_trace){0};
    vtb_trace_lines_open(&reader.lines, &reader.keys, format);
    const bool ok = open_input(&reader, error) &&
                    vtb_trace_keys_open(&reader.keys, path, keys_max, are_numbers, error) &&
                    read_input(&reader, error) && vtb_trace_keys_map(&reader.keys, trace, error);
    if (ok) {
        trace->has_columns = vtb_trace_lines_have_columns(&reader.lines);
        trace->has_header = reader.lines.has_header;
    }
    if (reader.input >= 0 && !is_standard_input(path))
        (void)close(reader.input);
    vtb_trace_keys_close(&reader.keys);
    return ok;
}

bool vtb_trace_open(struct vtb_trace *trace, const char *path,
                    const struct vtb_trace_format *format, struct vtb_error *error)
{
    return vtb_trace_open_up_to(trace, path, format, VTB_ID_MASK, error);
}

void vtb_trace_close(struct vtb_trace *trace)
{
    if (trace->ids)
        munmap((void *)trace->ids, trace->ids_n * sizeof *trace->ids);
    *trace = (struct vtb_trace){0};
}

/* --- what is strange about one --- */

bool vtb_trace_is_strange(const struct vtb_trace *trace, const char *path,
                          const struct vtb_trace_format *format, struct vtb_error *warning)
{
    const bool never_twice = trace->keys_n == trace->ids_n && trace->ids_n > 1;
    const bool is_guess = trace->has_header && format->column_n > 0;
    char text[500] = "";
    if (trace->has_columns)
        vtb_append(text, sizeof text, "its lines have several columns%s",
                   never_twice ? ", and " : "");
    if (never_twice)
        vtb_append(text, sizeof text, "no key comes twice, so that no call hits");
    if (format->kind == VTB_TRACE_TEXT)
        vtb_append(text, sizeof text,
                   ": as text a whole line is a key; other formats are --trace-format csv:COLUMN "
                   "(a column of comma-separated ones), arc (lines of START LENGTH) and be32");
    if (is_guess)
        vtb_append(text, sizeof text,
                   "%sits first line is taken for a header, as it has no number and the second "
                   "has",
                   never_twice ? "; " : "");
    if (!trace->has_columns && !never_twice && !is_guess)
        return false;
    return !vtb_trace_refuse(path, warning, "%s", text);
}
