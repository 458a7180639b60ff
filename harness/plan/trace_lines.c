#include "plan/trace_lines.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"

#define SEPARATORS_N (sizeof VTB_TRACE_SEPARATORS - 1)

/* Lines by which it is told whether they have columns. */
#define LOOKED_AT 1000

/* The most keys that a line of ARC's may ask for at once. */
#define ARC_LENGTH_MAX 100000

/* Fails with what is wrong with the record under way. */
static bool refuse_line(const struct vtb_trace_lines *lines, const char *reason,
                        struct vtb_error *error)
{
    return vtb_trace_refuse(lines->keys->path, error, "line %llu: %s",
                            (unsigned long long)lines->begin_n + 1, reason);
}

static bool check_returns(const struct vtb_trace_lines *lines, const char *bytes, size_t n,
                          struct vtb_error *error)
{
    return !memchr(bytes, '\r', n) ||
           refuse_line(lines,
                       "a CR in it; if CR alone ends lines: `tr '\\r' '\\n' < FILE | run_bench "
                       "--trace -`",
                       error);
}

/* --- text --- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t';
}

/* Notes which separators a line has, but for blanks at its ends. */
static void note_separators(struct vtb_trace_lines *lines)
{
    const char *from = vtb_trace_keys_line(lines->keys);
    const char *to = from + lines->keys->line_bytes;
    while (from < to && is_blank(*from))
        from++;
    while (from < to && is_blank(to[-1]))
        to--;
    for (size_t i = 0; i < SEPARATORS_N; i++)
        lines->separated_by[i] = (lines->records_n == 1 || lines->separated_by[i]) &&
                                 memchr(from, VTB_TRACE_SEPARATORS[i], (size_t)(to - from));
}

static bool take_text(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    struct vtb_trace_keys *keys = lines->keys;
    if (lines->records_n <= LOOKED_AT)
        note_separators(lines);
    return check_returns(lines, vtb_trace_keys_line(keys), keys->line_bytes, error) &&
           vtb_trace_keys_take_line(keys, error);
}

/* --- arc --- */

/* Reads a whole number and the blanks around it. */
static bool read_number(const char **text, uint64_t *number)
{
    char *end;
    while (is_blank(**text))
        ++*text;
    if (!isdigit((unsigned char)**text))
        return false;
    errno = 0;
    *number = strtoull(*text, &end, 10);
    const bool ok = errno == 0 && (*end == '\0' || is_blank(*end));
    while (is_blank(*end))
        end++;
    *text = end;
    return ok;
}

/* Takes a line "START LENGTH ...": consecutive keys. Blank lines are none. */
static bool take_arc(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    uint64_t start;
    uint64_t length;
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    if (!vtb_trace_keys_append(lines->keys, "", 1, error))
        return false;
    const char *text = vtb_trace_keys_line(lines->keys);
    lines->keys->line_bytes = 0;
    if (text[strspn(text, " \t")] == '\0')
        return true;
    if (!read_number(&text, &start) || !read_number(&text, &length) || length > ARC_LENGTH_MAX ||
        start > UINT64_MAX - length)
        return refuse_line(lines,
                           "no request of ARC's; accepted: START LENGTH, two whole numbers, "
                           "LENGTH up to 100000, and whatever follows",
                           error);
    for (uint64_t i = 0; i < length; i++) {
        if (!vtb_trace_keys_take_number(lines->keys, start + i, error))
            return false;
    }
    return true;
}

/* --- csv: RFC 4180 --- */

/* A field, without its quotes. */
struct field {
    char *text;
    size_t n;
};

/* Reads a field that is quoted, and takes the quotes out of it where it stands. */
static bool read_quoted(const struct vtb_trace_lines *lines, char **rest, char *end,
                        struct field *field, struct vtb_error *error)
{
    const char *in = *rest + 1;
    char *out = *rest;
    while (in < end && (*in != '"' || (in + 1 < end && in[1] == '"'))) {
        in += *in == '"';
        *out++ = *in++;
    }
    if (in == end)
        return refuse_line(lines, "a quote that nothing closes", error);
    if (in + 1 < end && in[1] != ',')
        return refuse_line(lines, "text behind a quoted field", error);
    *field = (struct field){*rest, (size_t)(out - *rest)};
    *rest = in + 1 < end ? *rest + (in + 2 - *rest) : NULL;
    return true;
}

/* Reads the field at *rest, and moves that on to the next one; null: there is none. */
static bool read_field(const struct vtb_trace_lines *lines, char **rest, char *end,
                       struct field *field, struct vtb_error *error)
{
    if (*rest < end && **rest == '"')
        return read_quoted(lines, rest, end, field, error);
    char *comma = memchr(*rest, ',', (size_t)(end - *rest));
    *field = (struct field){*rest, (size_t)((comma ? comma : end) - *rest)};
    *rest = comma ? comma + 1 : NULL;
    if (memchr(field->text, '"', field->n))
        return refuse_line(lines, "a quote in a field that does not begin with one", error);
    return check_returns(lines, field->text, field->n, error);
}

static bool is_number(const struct field *field)
{
    bool has_digit = false;
    for (size_t i = 0; i < field->n; i++) {
        if (!field->text[i] || !strchr("0123456789.+-eE", field->text[i]))
            return false;
        has_digit |= isdigit((unsigned char)field->text[i]) != 0;
    }
    return has_digit;
}

/* Finds the column of the keys by its name in the header. */
static bool read_header(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    const char *name = lines->format->column;
    char *rest = vtb_trace_keys_line(lines->keys);
    char *end = rest + lines->keys->line_bytes;
    char header[201] = "";
    memcpy(header, rest, (size_t)(end - rest) < sizeof header ? (size_t)(end - rest) : 200);
    lines->has_header = true;
    lines->keys->line_bytes = 0;
    for (lines->column = 0; rest; lines->column++) {
        struct field field;
        if (!read_field(lines, &rest, end, &field, error))
            return false;
        if (field.n == strlen(name) && memcmp(field.text, name, field.n) == 0)
            return true;
    }
    return vtb_trace_refuse(lines->keys->path, error,
                            "no column '%.100s' in its first line, which is '%s'", name, header);
}

/* Makes the key of a record the current line. */
static bool read_record(struct vtb_trace_lines *lines, bool *has_number, struct vtb_error *error)
{
    struct vtb_trace_keys *keys = lines->keys;
    char *rest = vtb_trace_keys_line(keys);
    char *end = rest + keys->line_bytes;
    struct field key = {NULL, 0};
    *has_number = false;
    for (size_t column = 0; rest; column++) {
        struct field field;
        if (!read_field(lines, &rest, end, &field, error))
            return false;
        *has_number |= is_number(&field);
        if (column == lines->column)
            key = field;
    }
    if (!key.text)
        return refuse_line(lines, "too few columns", error);
    memmove(vtb_trace_keys_line(keys), key.text, key.n);
    keys->line_bytes = key.n;
    return true;
}

/* Takes a record. If the column has a number, the first record may be a header: if it has no number
 * in it, and the second one has. */
static bool take_csv(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    bool has_number;
    const bool is_named = lines->format->column_n == 0;
    if (is_named && !lines->has_header)
        return read_header(lines, error);
    if (!read_record(lines, &has_number, error))
        return false;
    if (lines->records_n == 1)
        lines->begins_plain = !has_number;
    if (!is_named && lines->records_n == 2 && lines->begins_plain && has_number) {
        vtb_trace_keys_forget(lines->keys);
        lines->has_header = true;
    }
    return vtb_trace_keys_take_line(lines->keys, error);
}

/* --- lines --- */

void vtb_trace_lines_open(struct vtb_trace_lines *lines, struct vtb_trace_keys *keys,
                          const struct vtb_trace_format *format)
{
    *lines = (struct vtb_trace_lines){
        .keys = keys,
        .format = format,
        .column = format->column_n > 0 ? format->column_n - 1 : 0,
    };
}

/* Takes a record that is whole. CRs at its end are part of the line's end. */
static bool take_record(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    struct vtb_trace_keys *keys = lines->keys;
    bool ok = true;
    while (keys->line_bytes > 0 && vtb_trace_keys_line(keys)[keys->line_bytes - 1] == '\r')
        keys->line_bytes--;
    const bool is_none = lines->format->kind == VTB_TRACE_CSV && keys->line_bytes == 0;
    lines->records_n += !is_none;
    if (lines->format->kind == VTB_TRACE_ARC)
        ok = take_arc(lines, error);
    else if (lines->format->kind == VTB_TRACE_TEXT)
        ok = take_text(lines, error);
    else if (!is_none)
        ok = take_csv(lines, error);
    lines->begin_n = lines->line_n;
    return ok;
}

/* Ends a line, which in quotes goes on. */
static bool end_line(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    lines->line_n++;
    return lines->in_quotes ? vtb_trace_keys_append(lines->keys, "\n", 1, error)
                            : take_record(lines, error);
}

static void note_quotes(struct vtb_trace_lines *lines, const char *bytes, const char *end)
{
    for (; bytes < end; bytes++)
        lines->in_quotes ^= *bytes == '"';
}

bool vtb_trace_lines_take(struct vtb_trace_lines *lines, const char *bytes, size_t n,
                          struct vtb_error *error)
{
    const char *end = bytes + n;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *stop = newline ? newline : end;
        if (lines->format->kind == VTB_TRACE_CSV)
            note_quotes(lines, bytes, stop);
        if (!vtb_trace_keys_append(lines->keys, bytes, (size_t)(stop - bytes), error) ||
            (newline && !end_line(lines, error)))
            return false;
        bytes = newline ? newline + 1 : end;
    }
    return true;
}

bool vtb_trace_lines_end(struct vtb_trace_lines *lines, struct vtb_error *error)
{
    return lines->keys->line_bytes == 0 || take_record(lines, error);
}

bool vtb_trace_lines_have_columns(const struct vtb_trace_lines *lines)
{
    bool any = false;
    for (size_t i = 0; i < SEPARATORS_N; i++)
        any |= lines->separated_by[i];
    return any && lines->format->kind == VTB_TRACE_TEXT && lines->records_n > 1;
}
