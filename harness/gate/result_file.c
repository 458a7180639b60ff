/*
 * The outermost object and its array of rows are read here, and each value in them by jansson. So
 * only one row at a time is in memory as JSON, and rows of sessions, which are most of a file,
 * leave nothing behind.
 */
#include "gate/result_file.h"

#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <poll.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <jansson.h>

#include "base/output.h"
#include "base/shown.h"
#include "figures/states.h"
#include "plan/metrics.h"
#include "report/report_shard.h"

/* Limits: bytes of one value in the outermost object or of one row, and number of rows. A value
 * takes up to a hundred times as many bytes as JSON in memory. */
#define VALUE_BYTES_MAX ((size_t)1 << 20)
#define ROWS_MAX ((size_t)500000)
#define ROW_NUMBERS_MAX 128 /* more than twice as many as a run records */
#define KEYS_MAX ((size_t)256)
#define KEY_BYTES_MAX ((size_t)64)
#define NAME_BYTES_MAX ((size_t)511) /* of a case, as runs name them */
#define TEXTS_MAX ((size_t)1024)     /* of facts, and of options */

#define JSON_FLAGS \
    (JSON_REJECT_DUPLICATES | JSON_DISABLE_EOF_CHECK | JSON_DECODE_INT_AS_REAL | JSON_DECODE_ANY)

struct reader {
    struct vtb_result_file *file;
    const char *path;
    const char *bytes;
    size_t n;
    size_t at;
    size_t value_at; /* where the current value starts */
    size_t rows_capacity;
    bool has_context;
    bool has_rows;
    struct vtb_result_text *text;       /* null: it is not kept */
    char last_name[NAME_BYTES_MAX + 1]; /* of the row before, if the text is kept */
    enum vtb_exit refused;
    struct vtb_error *error;
};

/* --- errors --- */

static bool refuse_unread(const char *path, const char *reason, enum vtb_exit refused,
                          struct vtb_error *error)
{
    return vtb_fail(error, refused, "'%s%s' cannot be read: %s; " VTB_RESULT_FILE_REMEDY,
                    vtb_path_dots(path), vtb_path_end(path), reason);
}

static bool refuse(const struct reader *reader, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Refuses the file. Its own text, which may hold anything, is quoted as ASCII. */
static bool refuse(const struct reader *reader, const char *format, ...)
{
    char reason[400];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    for (char *c = reason; *c; c++)
        *c = (char)((unsigned char)*c < 0x80 ? *c : '?');
    return vtb_fail(reader->error, reader->refused,
                    "'%s%s' is not a result file: %s; " VTB_RESULT_FILE_REMEDY,
                    vtb_path_dots(reader->path), vtb_path_end(reader->path), reason);
}

/* Refuses a file that another command has written. */
static bool refuse_latencies(const struct reader *reader)
{
    return vtb_fail(reader->error, reader->refused,
                    "'%s%s' is of `latency`; accepted: of `run`; latencies are compared within one "
                    "run (latency_p99_ratio in the file); for times, " VTB_RESULT_FILE_REMEDY,
                    vtb_path_dots(reader->path), vtb_path_end(reader->path));
}

static bool fail_memory(struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a result file");
}

static size_t line_at(const struct reader *reader, size_t at)
{
    size_t line = 1;
    for (size_t i = 0; i < at; i++)
        line += reader->bytes[i] == '\n';
    return line;
}

/* The line of the current value. */
static size_t value_line(const struct reader *reader)
{
    return line_at(reader, reader->value_at);
}

/* --- texts --- */

static bool is_printable_ascii(const char *text)
{
    while (*text >= 0x20 && *text < 0x7f)
        text++;
    return *text == '\0';
}

/* --- JSON --- */

static bool is_space(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static void skip_space(struct reader *reader)
{
    while (reader->at < reader->n && is_space(reader->bytes[reader->at]))
        reader->at++;
}

static bool take_if(struct reader *reader, char c)
{
    skip_space(reader);
    if (reader->at == reader->n || reader->bytes[reader->at] != c)
        return false;
    reader->at++;
    return true;
}

static bool take(struct reader *reader, char c)
{
    if (take_if(reader, c))
        return true;
    return refuse(reader, "JSON error at line %zu: '%c' expected%s", line_at(reader, reader->at), c,
                  reader->at == reader->n ? ", but the file ends" : "");
}

static json_t *refuse_value(const struct reader *reader, size_t read_n, const json_error_t *cause)
{
    const enum json_error_code code = json_error_code(cause);
    const size_t line = line_at(reader, reader->at);
    if (code == json_error_out_of_memory)
        (void)fail_memory(reader->error);
    else if (read_n < reader->n - reader->at && (size_t)cause->position + 4 >= read_n)
        (void)refuse(reader, "line %zu: a value of more than %zu KiB", line, read_n >> 10);
    else
        (void)refuse(reader, "JSON error at line %zu: %s", line + (size_t)cause->line - 1,
                     cause->text);
    return NULL;
}

/* Reads the next value, which the caller releases; null, with the reader's error set, if there is
 * none. */
static json_t *take_value(struct reader *reader)
{
    json_error_t cause;
    skip_space(reader);
    reader->value_at = reader->at;
    const size_t left_n = reader->n - reader->at;
    const size_t n = left_n < VALUE_BYTES_MAX ? left_n : VALUE_BYTES_MAX;
    json_t *value = json_loadb(reader->bytes + reader->at, n, JSON_FLAGS, &cause);
    if (!value)
        return refuse_value(reader, n, &cause);
    reader->at += (size_t)cause.position;
    return value;
}

/* --- rows --- */

static int compare_keys(const void *wanted, const void *key)
{
    return strcmp(wanted, *(char *const *)key);
}

/* The file's own copy of a key; null, with the error set, if it cannot be made. */
static const char *own_key(struct reader *reader, const char *key)
{
    struct vtb_result_file *file = reader->file;
    char **found = file->keys_n == 0
                       ? NULL
                       : bsearch(key, file->keys, file->keys_n, sizeof *file->keys, compare_keys);
    if (found)
        return *found;
    if (!is_printable_ascii(key) || strlen(key) > KEY_BYTES_MAX) {
        (void)refuse(reader, "line %zu: a key that is no word of ASCII, or has more than %zu bytes",
                     value_line(reader), KEY_BYTES_MAX);
        return NULL;
    }
    if (file->keys_n == KEYS_MAX) {
        (void)refuse(reader, "line %zu: rows with more than %zu different keys", value_line(reader),
                     KEYS_MAX);
        return NULL;
    }
    if (!file->keys)
        file->keys = malloc(KEYS_MAX * sizeof *file->keys);
    char *copy = file->keys ? strdup(key) : NULL;
    if (!copy) {
        (void)fail_memory(reader->error);
        return NULL;
    }
    size_t place = file->keys_n++;
    for (; place > 0 && strcmp(file->keys[place - 1], key) > 0; place--)
        file->keys[place] = file->keys[place - 1];
    return file->keys[place] = copy;
}

/* Whether a key is one of the figures, which must be numbers that are not negative wherever they
 * are present. */
static bool is_known_key(const char *key)
{
    static const char *const others[] = {
        "usable_bytes_per_op",
        "ns_per_op",
        "ns_per_op_lo",
        "ns_per_op_hi",
        "ratio",
        "ratio_lo",
        "ratio_hi",
        "mde",
        "actual_hit_rate",
        NULL,
    };
    for (const char *const *other = others; *other; other++) {
        if (strcmp(*other, key) == 0)
            return true;
    }
    for (const char *const *budget = vtb_budget_keys; *budget; budget++) {
        if (strcmp(*budget, key) == 0)
            return true;
    }
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        for (size_t i = 0; i < VTB_GATE_FIGURES_MAX && metric->keys[i]; i++) {
            if (strcmp(metric->keys[i], key) == 0)
                return true;
        }
    }
    return false;
}

/* The name that a key has now, of those that older files have under another. */
static const char *present_key(const char *key)
{
    static const struct {
        const char *old;
        const char *present;
    } renamed[] = {{"realized_hit_rate", "actual_hit_rate"}};
    for (size_t i = 0; i < sizeof renamed / sizeof *renamed; i++) {
        if (strcmp(renamed[i].old, key) == 0)
            return renamed[i].present;
    }
    return key;
}

/* Adds a number to a row, which has room for every member of the object. */
static bool add_number(struct reader *reader, struct vtb_recorded_row *row, const char *key,
                       const json_t *value)
{
    const bool known = is_known_key(present_key(key));
    if (!json_is_number(value))
        return !known || refuse(reader, "line %zu: '%s' is not a number", value_line(reader), key);
    const double number = json_number_value(value);
    if (known && number < 0)
        return refuse(reader, "line %zu: '%s' is %g, less than 0", value_line(reader), key, number);
    if (row->numbers_n == ROW_NUMBERS_MAX)
        return refuse(reader, "line %zu: a row of more than %d numbers", value_line(reader),
                      ROW_NUMBERS_MAX);
    const char *own = own_key(reader, present_key(key));
    if (own)
        row->numbers[row->numbers_n++] = (struct vtb_recorded_number){own, number};
    return own != NULL;
}

/* Checks that a median lies in its interval, if the row has both. */
static bool check_interval(const struct reader *reader, const struct vtb_recorded_row *row,
                           const char *const keys[3])
{
    const double median = vtb_recorded(row, keys[0]);
    if (vtb_recorded(row, keys[1]) > median || vtb_recorded(row, keys[2]) < median)
        return refuse(reader, "line %zu: '%s' is not within its interval", value_line(reader),
                      keys[0]);
    return true;
}

static bool add_numbers(struct reader *reader, struct vtb_recorded_row *row, json_t *object)
{
    static const char *const ratio[] = {"ratio", "ratio_lo", "ratio_hi"};
    static const char *const ns[] = {"ns_per_op", "ns_per_op_lo", "ns_per_op_hi"};
    const size_t room = json_object_size(object);
    const char *key;
    json_t *value;
    row->numbers = malloc((room < ROW_NUMBERS_MAX ? room : ROW_NUMBERS_MAX) * sizeof *row->numbers);
    if (!row->numbers)
        return fail_memory(reader->error);
    json_object_foreach(object, key, value)
    {
        if (!add_number(reader, row, key, value))
            return false;
    }
    return check_interval(reader, row, ratio) && check_interval(reader, row, ns);
}

static bool check_name(const struct reader *reader, const char *name)
{
    if (!name || !*name)
        return refuse(reader, "line %zu: a row without a 'run_name'", value_line(reader));
    if (strlen(name) > NAME_BYTES_MAX)
        return refuse(reader, "line %zu: a name of %zu bytes; accepted: up to %zu",
                      value_line(reader), strlen(name), NAME_BYTES_MAX);
    if (!is_printable_ascii(name))
        return refuse(reader, "line %zu: a name with characters that are not printable ASCII",
                      value_line(reader));
    return true;
}

/* Makes room for one more row; null, with the error set, if there is none. */
static struct vtb_recorded_row *next_row(struct reader *reader)
{
    struct vtb_result_file *file = reader->file;
    if (file->rows_n == ROWS_MAX) {
        (void)refuse(reader, "it has more than %zu rows", ROWS_MAX);
        return NULL;
    }
    if (file->rows_n == reader->rows_capacity) {
        const size_t capacity = reader->rows_capacity ? 2 * reader->rows_capacity : 64;
        struct vtb_recorded_row *moved = realloc(file->rows, capacity * sizeof *moved);
        if (!moved) {
            (void)fail_memory(reader->error);
            return NULL;
        }
        file->rows = moved;
        reader->rows_capacity = capacity;
    }
    struct vtb_recorded_row *row = &file->rows[file->rows_n++];
    *row = (struct vtb_recorded_row){.name = NULL};
    return row;
}

static bool is_text(const json_t *value, const char *text)
{
    return json_is_string(value) && strcmp(json_string_value(value), text) == 0;
}

static enum vtb_verdict verdict_of(const json_t *value)
{
    for (int i = VTB_VERDICT_DIFFERENT; i <= VTB_VERDICT_UNKNOWN; i++) {
        if (is_text(value, vtb_verdict_words[i]))
            return (enum vtb_verdict)i;
    }
    return VTB_VERDICT_NONE;
}

static enum vtb_state state_of(const json_t *value)
{
    for (int i = VTB_STATE_QUIET; i < VTB_STATE_ANY; i++) {
        if (is_text(value, vtb_state_words[i]))
            return (enum vtb_state)i;
    }
    return VTB_STATE_ANY;
}

static bool add_row(struct reader *reader, json_t *object)
{
    if (!json_is_object(object))
        return refuse(reader, "line %zu: a row that is not an object", value_line(reader));
    const json_t *type = json_object_get(object, "run_type");
    if (!json_is_string(type))
        return refuse(reader, "line %zu: a row without a 'run_type'", value_line(reader));
    if (is_text(json_object_get(object, "aggregate_name"), "pooled"))
        return refuse_latencies(reader);
    const bool median =
        is_text(type, "aggregate") && is_text(json_object_get(object, "aggregate_name"), "median");
    if (!median && !is_text(type, "counts"))
        return true;
    const char *name = json_string_value(json_object_get(object, "run_name"));
    if (!check_name(reader, name))
        return false;
    struct vtb_recorded_row *row = next_row(reader);
    if (!row)
        return false;
    row->state = state_of(json_object_get(object, "state"));
    row->verdict = verdict_of(json_object_get(object, "verdict"));
    row->name = strdup(name);
    return row->name ? add_numbers(reader, row, object) : fail_memory(reader->error);
}

/* The current value's place. */
static struct vtb_text_part current_part(const struct reader *reader)
{
    return (struct vtb_text_part){reader->value_at, reader->at - reader->value_at};
}

/* Notes where the current value, which is a row, stands. */
static bool keep_row(struct reader *reader, const json_t *object)
{
    struct vtb_result_text *text = reader->text;
    const char *name = json_string_value(json_object_get(object, "run_name"));
    if (!text)
        return true;
    if (!check_name(reader, name))
        return false;
    if ((text->rows_n & (text->rows_n - 1)) == 0) { /* a power of two: there is no room left */
        struct vtb_text_row *moved = realloc(text->rows, 2 * (text->rows_n + 1) * sizeof *moved);
        if (!moved)
            return fail_memory(reader->error);
        text->rows = moved;
    }
    text->rows[text->rows_n++] =
        (struct vtb_text_row){current_part(reader), strcmp(name, reader->last_name) != 0};
    snprintf(reader->last_name, sizeof reader->last_name, "%s", name);
    return true;
}

static bool read_rows(struct reader *reader)
{
    if (reader->has_rows)
        return refuse(reader, "it has 'benchmarks' twice");
    reader->has_rows = true;
    if (!take(reader, '['))
        return false;
    if (take_if(reader, ']'))
        return true;
    do {
        json_t *row = take_value(reader);
        const bool ok = row && add_row(reader, row) && keep_row(reader, row);
        json_decref(row);
        if (!ok)
            return false;
    } while (take_if(reader, ','));
    return take(reader, ']');
}

/* --- context --- */

/* Copies a key and a value, as they are shown; both stay the caller's. */
static bool set_text(struct reader *reader, struct vtb_recorded_text *text, const char *key,
                     const char *value)
{
    text->key = vtb_shown_copy(key);
    text->value = vtb_shown_copy(value);
    return (text->key && text->value) || fail_memory(reader->error);
}

/* Makes room for a text from each member of an object, and `more_n` more; null, with the error set,
 * if there is no memory. */
static struct vtb_recorded_text *texts_of(struct reader *reader, const json_t *object,
                                          size_t more_n)
{
    const size_t n = json_object_size(object) + more_n;
    if (n > TEXTS_MAX) {
        (void)refuse(reader, "line %zu: the context, or an object in it, has more than %zu members",
                     value_line(reader), TEXTS_MAX);
        return NULL;
    }
    struct vtb_recorded_text *texts = calloc(n > 0 ? n : 1, sizeof *texts);
    if (!texts)
        (void)fail_memory(reader->error);
    return texts;
}

#define SOURCE_PATH_MAX ((size_t)140)
#define SOURCE_DIGEST ", sha256 "

void vtb_source_text(char text[VTB_SOURCE_TEXT_BYTES], const char *path, const char *digest)
{
    const size_t n = strlen(path);
    const char *end = n > SOURCE_PATH_MAX ? path + n - SOURCE_PATH_MAX : path;
    while (((unsigned char)*end & 0xc0) == 0x80) /* inside of a character */
        end++;
    snprintf(text, VTB_SOURCE_TEXT_BYTES, "%s%s" SOURCE_DIGEST "%.64s", end > path ? "..." : "",
             end, digest);
}

/* Takes the last digest in the text, as the path before it may hold anything. */
const char *vtb_source_digest(const char *text)
{
    const char *found = NULL;
    for (const char *next = text; (next = strstr(next, SOURCE_DIGEST)); found = next)
        next += sizeof SOURCE_DIGEST - 1;
    return found;
}

static bool is_digest(const char *text)
{
    return text && (strcmp(text, "unknown") == 0 ||
                    (strlen(text) == 64 && strspn(text, "0123456789abcdef") == 64));
}

/* Adds a file that a user brought as a fact: its path, and the digest of its content. */
static bool add_source(struct reader *reader, const char *list, const json_t *source)
{
    struct vtb_result_file *file = reader->file;
    char key[VTB_SOURCE_KEY_BYTES];
    char text[VTB_SOURCE_TEXT_BYTES];
    const char *name = json_string_value(json_object_get(source, "name"));
    const char *path = json_string_value(json_object_get(source, "path"));
    const char *digest = json_string_value(json_object_get(source, "sha256"));
    if (!name || !*name || strlen(name) > KEY_BYTES_MAX || !is_printable_ascii(name))
        return refuse(reader, "line %zu: one of '%s' without a 'name'", value_line(reader), list);
    if (!path || !is_digest(digest))
        return refuse(reader, "line %zu: '%s' of '%s' has no '%s'", value_line(reader), name, list,
                      path ? "sha256" : "path");
    snprintf(key, sizeof key, VTB_SOURCE_KEY, name);
    vtb_source_text(text, path, digest);
    return set_text(reader, &file->facts[file->facts_n++], key, text);
}

static bool add_sources(struct reader *reader, const char *key, const json_t *list)
{
    size_t index;
    const json_t *source;
    if (list && !json_is_array(list))
        return refuse(reader, "line %zu: '%s' is not a list", value_line(reader), key);
    json_array_foreach(list, index, source)
    {
        if (!add_source(reader, key, source))
            return false;
    }
    return true;
}

/* A value of the context as a text: a list or an object as it stands in the file. Owned by the
 * caller; null: no memory. */
static char *text_of_value(const json_t *value)
{
    char *text;
    if (json_is_string(value))
        return strdup(json_string_value(value));
    if (json_is_number(value))
        return asprintf(&text, "%.15g", json_number_value(value)) < 0 ? NULL : text;
    return json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY | JSON_REAL_PRECISION(15));
}

/* Adds a fact "key", or "key.name" of a member of it. */
static bool add_fact(struct reader *reader, const char *key, const char *name, const json_t *value)
{
    struct vtb_result_file *file = reader->file;
    char whole[2 * KEY_BYTES_MAX];
    char *text = text_of_value(value);
    snprintf(whole, sizeof whole, "%s%s%s", key, *name ? "." : "", name);
    const bool ok = text ? set_text(reader, &file->facts[file->facts_n++], whole, text)
                         : fail_memory(reader->error);
    free(text);
    return ok;
}

/* A value that has names for its parts: an object, or a list of objects with a "name". */
static bool has_parts(const json_t *value)
{
    return json_is_object(value) || json_object_get(json_array_get(value, 0), "name") != NULL;
}

/* Adds the parts of such a value, a fact each. */
static bool add_parts(struct reader *reader, const char *key, json_t *value)
{
    const char *name;
    size_t index;
    json_t *part;
    json_object_foreach(value, name, part)
    {
        if (!add_fact(reader, key, name, part))
            return false;
    }
    json_array_foreach(value, index, part)
    {
        const char *own = json_string_value(json_object_get(part, "name"));
        if (own && !add_fact(reader, key, own, part))
            return false;
    }
    return true;
}

/* What has a part for each table, cell or shard, and is for `merge` alone, or of it. */
static bool is_of_merging(const char *key)
{
    return strcmp(key, VTB_SHARD_TABLES_KEY) == 0 || strcmp(key, VTB_SHARD_CELLS_KEY) == 0 ||
           strcmp(key, VTB_MERGED_FROM_KEY) == 0;
}

/* What is read by itself, as more than a text, or not at all. */
static bool is_read_apart(const char *key)
{
    static const char *const keys[] = {"options", "strategies", "workloads", "confidence",
                                       "interrupted"};
    if (is_of_merging(key))
        return true;
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (strcmp(keys[i], key) == 0)
            return true;
    }
    return false;
}

static size_t parts_n(json_t *context)
{
    const char *key;
    json_t *value;
    size_t n = 0;
    json_object_foreach(context, key, value)
    {
        if (!is_of_merging(key))
            n += json_is_object(value) ? json_object_size(value) : json_array_size(value);
    }
    return n;
}

static bool add_facts(struct reader *reader, json_t *context)
{
    const char *key;
    json_t *value;
    reader->file->facts = texts_of(reader, context, parts_n(context));
    if (!reader->file->facts)
        return false;
    json_object_foreach(context, key, value)
    {
        if (is_read_apart(key))
            continue;
        if (!(has_parts(value) ? add_parts(reader, key, value) : add_fact(reader, key, "", value)))
            return false;
    }
    return add_sources(reader, "strategies", json_object_get(context, "strategies")) &&
           add_sources(reader, "workloads", json_object_get(context, "workloads"));
}

/* Checks an option. Options are given to a program again, so a text in which characters would have
 * to be replaced is refused. */
static bool check_option(const struct reader *reader, const char *name, const json_t *value)
{
    if (!*name || *name == '-' ||
        name[strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789-")] != '\0')
        return refuse(reader, "line %zu: 'options' has a name that is none of an option",
                      value_line(reader));
    if (!json_is_string(value))
        return refuse(reader, "line %zu: option '%.64s' is not a text", value_line(reader), name);
    if (!vtb_is_shown(json_string_value(value)))
        return refuse(reader, "line %zu: option '%.64s' holds control characters",
                      value_line(reader), name);
    return true;
}

static bool add_options(struct reader *reader, json_t *options)
{
    struct vtb_result_file *file = reader->file;
    const char *name;
    json_t *value;
    if (!options)
        return true;
    if (!json_is_object(options))
        return refuse(reader, "line %zu: 'options' is not an object", value_line(reader));
    file->options = texts_of(reader, options, 0);
    if (!file->options)
        return false;
    json_object_foreach(options, name, value)
    {
        if (!check_option(reader, name, value) ||
            !set_text(reader, &file->options[file->options_n++], name, json_string_value(value)))
            return false;
    }
    return true;
}

static bool read_context(struct reader *reader, json_t *context)
{
    struct vtb_result_file *file = reader->file;
    if (reader->has_context)
        return refuse(reader, "it has 'context' twice");
    reader->has_context = true;
    if (!json_is_object(context))
        return refuse(reader, "line %zu: 'context' is not an object", value_line(reader));
    const json_t *fingerprint = json_object_get(context, "fingerprint");
    const json_t *confidence = json_object_get(context, "confidence");
    const json_t *quiet = json_object_get(context, "probe_quiet_ns");
    const json_t *interrupted = json_object_get(context, "interrupted");
    if (!json_is_string(fingerprint) || json_string_length(fingerprint) == 0)
        return refuse(reader, "its context has no 'fingerprint', as every run's has");
    if (interrupted && !json_is_boolean(interrupted))
        return refuse(reader, "line %zu: 'interrupted' is neither true nor false",
                      value_line(reader));
    const double share = json_number_value(confidence);
    if (confidence && !(json_is_number(confidence) && share > 0 && share < 1))
        return refuse(reader, "line %zu: 'confidence' is not a number between 0 and 1",
                      value_line(reader));
    file->confidence = confidence ? share : NAN;
    file->quiet_ns = json_is_number(quiet) ? json_number_value(quiet) : NAN;
    file->interrupted = json_is_true(interrupted);
    if (reader->text)
        reader->text->context = current_part(reader);
    return add_facts(reader, context) && add_options(reader, json_object_get(context, "options"));
}

/* --- the whole --- */

/* Reads a key with its value. */
static bool read_member(struct reader *reader)
{
    json_t *key = take_value(reader);
    if (!key)
        return false;
    const bool named = json_is_string(key);
    const bool is_rows = is_text(key, "benchmarks");
    const bool is_context = is_text(key, "context");
    json_decref(key);
    if (!named)
        return refuse(reader, "JSON error at line %zu: a key in quotes expected",
                      value_line(reader));
    if (!take(reader, ':'))
        return false;
    if (is_rows)
        return read_rows(reader);
    json_t *value = take_value(reader);
    const bool ok = value && (!is_context || read_context(reader, value));
    json_decref(value);
    return ok;
}

static bool read_members(struct reader *reader)
{
    if (!take(reader, '{'))
        return false;
    if (take_if(reader, '}'))
        return true;
    do {
        if (!read_member(reader))
            return false;
    } while (take_if(reader, ','));
    return take(reader, '}');
}

static int compare_rows(const void *a, const void *b)
{
    return strcmp((*(struct vtb_recorded_row *const *)a)->name,
                  (*(struct vtb_recorded_row *const *)b)->name);
}

static bool sort_rows(const struct reader *reader)
{
    struct vtb_result_file *file = reader->file;
    file->by_name = malloc((file->rows_n + 1) * sizeof(*file->by_name));
    if (!file->by_name)
        return fail_memory(reader->error);
    for (size_t i = 0; i < file->rows_n; i++)
        file->by_name[i] = &file->rows[i];
    qsort(file->by_name, file->rows_n, sizeof(*file->by_name), compare_rows);
    for (size_t i = 1; !reader->text && i < file->rows_n; i++) {
        if (compare_rows(&file->by_name[i - 1], &file->by_name[i]) == 0)
            return refuse(reader, "it has two rows of the name '%.200s'", file->by_name[i]->name);
    }
    return true;
}

static bool read_all(struct reader *reader)
{
    skip_space(reader);
    if (reader->at == reader->n)
        return refuse(reader, "it is empty");
    if (!read_members(reader))
        return false;
    skip_space(reader);
    if (reader->at < reader->n)
        return refuse(reader, "JSON error at line %zu: something follows the last '}'",
                      line_at(reader, reader->at));
    if (!reader->has_context || !reader->has_rows)
        return refuse(reader, "it has no '%s'", reader->has_context ? "benchmarks" : "context");
    if (reader->file->rows_n == 0 && !reader->text)
        return refuse(reader, "it holds no results, neither medians nor counts");
    return sort_rows(reader);
}

/* Reads all of a file by one function, from bytes in memory. */
static bool parse(struct vtb_result_file *file, struct vtb_result_text *text,
                  bool (*read)(struct reader *reader), const char *path, const char *bytes,
                  size_t n, enum vtb_exit refused, struct vtb_error *error)
{
    struct reader reader = {.file = file,
                            .path = path,
                            .bytes = n > 0 ? bytes : "",
                            .n = n,
                            .text = text,
                            .refused = refused,
                            .error = error};
    *file =
        (struct vtb_result_file){.confidence = NAN, .quiet_ns = NAN, .path = vtb_shown_copy(path)};
    if (file->path ? read(&reader) : fail_memory(error))
        return true;
    vtb_result_file_free(file);
    return false;
}

bool vtb_result_file_parse(struct vtb_result_file *file, const char *path, const char *bytes,
                           size_t n, enum vtb_exit refused, struct vtb_error *error)
{
    return parse(file, NULL, read_all, path, bytes, n, refused, error);
}

static bool read_context_alone(struct reader *reader)
{
    json_t *context = take_value(reader);
    const bool ok = context && read_context(reader, context);
    json_decref(context);
    return ok;
}

bool vtb_result_file_parse_context(struct vtb_result_file *file, const char *path,
                                   const char *bytes, size_t n, struct vtb_error *error)
{
    return parse(file, NULL, read_context_alone, path, bytes, n, VTB_EXIT_INTERNAL, error);
}

static bool refuse_size(const char *path, enum vtb_exit refused, struct vtb_error *error)
{
    char reason[100];
    snprintf(reason, sizeof reason, "it is too large; a result file has at most %zu MiB",
             VTB_RESULT_FILE_BYTES_MAX >> 20);
    return refuse_unread(path, reason, refused, error);
}

/* Reads a file to its end, whatever size the system gives: files grow, and some of the system's
 * have none. *bytes is the caller's to free in any case. */
static bool read_bytes(int input, const char *path, size_t size, char **bytes, size_t *n,
                       enum vtb_exit refused, struct vtb_error *error)
{
    size_t capacity = 0;
    for (*n = 0;;) {
        if (*n > VTB_RESULT_FILE_BYTES_MAX)
            return refuse_size(path, refused, error);
        if (*n == capacity) {
            capacity = capacity == 0 ? size + 4096 : 2 * capacity;
            char *moved = realloc(*bytes, capacity);
            if (!moved)
                return fail_memory(error);
            *bytes = moved;
        }
        const ssize_t got = read(input, *bytes + *n, capacity - *n);
        if (got == 0)
            return true;
        if (got < 0 && errno != EINTR)
            return refuse_unread(path, strerror(errno), refused, error);
        *n += got > 0 ? (size_t)got : 0;
    }
}

static bool read_open(int input, const char *path, char **bytes, size_t *n, enum vtb_exit refused,
                      struct vtb_error *error)
{
    struct stat status;
    if (fstat(input, &status) != 0)
        return refuse_unread(path, strerror(errno), refused, error);
    if (S_ISDIR(status.st_mode))
        return refuse_unread(path, "it is a directory", refused, error);
    if (S_ISREG(status.st_mode) && status.st_size > (off_t)VTB_RESULT_FILE_BYTES_MAX)
        return refuse_size(path, refused, error);
    const size_t expected = S_ISREG(status.st_mode) ? (size_t)status.st_size : 0;
    return read_bytes(input, path, expected, bytes, n, refused, error);
}

/* How long a named pipe is waited for until somebody writes to it. */
#define WRITER_MS 5000

/* Waits until a named pipe, opened without waiting, has something to read, and has reading wait
 * from then on. */
static bool await_writer(int pipe, const char *path, enum vtb_exit refused, struct vtb_error *error)
{
    struct pollfd poll_fd = {.fd = pipe, .events = POLLIN};
    const int found = poll(&poll_fd, 1, WRITER_MS);
    if (found == 0)
        return refuse_unread(path, "nobody writes to this pipe", refused, error);
    if (found < 0 || fcntl(pipe, F_SETFL, 0) != 0)
        return refuse_unread(path, strerror(errno), refused, error);
    return true;
}

/* The descriptor that a path is a name of, which need not be a file that can be opened once more;
 * -1: none. */
static int descriptor_of(const char *path)
{
    const bool is_input = strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0;
    return is_input ? STDIN_FILENO : vtb_output_number(path);
}

/* Opens a file by its path. What is neither a file nor a pipe is not even opened, as that alone may
 * have an effect. Returns -1 with *error set. */
static int open_path(const char *path, enum vtb_exit refused, struct vtb_error *error)
{
    struct stat status;
    const char *reason = NULL;
    if (stat(path, &status) != 0)
        reason = strerror(errno);
    else if (S_ISDIR(status.st_mode))
        reason = "it is a directory";
    else if (!S_ISREG(status.st_mode) && !S_ISFIFO(status.st_mode))
        reason = "it is neither a file nor a pipe";
    const int input = reason ? -1 : open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
    if (input < 0) {
        (void)refuse_unread(path, reason ? reason : strerror(errno), refused, error);
        return -1;
    }
    if (!S_ISFIFO(status.st_mode) || await_writer(input, path, refused, error))
        return input;
    close(input);
    return -1;
}

bool vtb_result_bytes_read(const char *path, char **bytes, size_t *n, enum vtb_exit refused,
                           struct vtb_error *error)
{
    const int descriptor = descriptor_of(path);
    *bytes = NULL;
    *n = 0;
    if (descriptor >= 0)
        return read_open(descriptor, path, bytes, n, refused, error);
    const int input = open_path(path, refused, error);
    if (input < 0)
        return false;
    const bool ok = read_open(input, path, bytes, n, refused, error);
    close(input);
    return ok;
}

bool vtb_result_file_read(struct vtb_result_file *file, const char *path, enum vtb_exit refused,
                          struct vtb_error *error)
{
    char *bytes;
    size_t n;
    *file = (struct vtb_result_file){.confidence = NAN, .quiet_ns = NAN};
    const bool ok = vtb_result_bytes_read(path, &bytes, &n, refused, error) &&
                    vtb_result_file_parse(file, path, bytes, n, refused, error);
    free(bytes);
    return ok;
}

bool vtb_result_text_read(struct vtb_result_file *file, struct vtb_result_text *text,
                          const char *path, enum vtb_exit refused, struct vtb_error *error)
{
    *file = (struct vtb_result_file){.confidence = NAN, .quiet_ns = NAN};
    *text = (struct vtb_result_text){.bytes = NULL};
    if (vtb_result_bytes_read(path, &text->bytes, &text->n, refused, error) &&
        parse(file, text, read_all, path, text->bytes, text->n, refused, error))
        return true;
    vtb_result_text_free(text);
    return false;
}

void vtb_result_text_free(struct vtb_result_text *text)
{
    free(text->bytes);
    free(text->rows);
    *text = (struct vtb_result_text){.bytes = NULL};
}

static void free_texts(struct vtb_recorded_text *texts, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        free(texts[i].key);
        free(texts[i].value);
    }
    free(texts);
}

void vtb_result_file_free(struct vtb_result_file *file)
{
    for (size_t i = 0; i < file->rows_n; i++) {
        free(file->rows[i].name);
        free(file->rows[i].numbers);
    }
    for (size_t i = 0; i < file->keys_n; i++)
        free(file->keys[i]);
    free_texts(file->facts, file->facts_n);
    free_texts(file->options, file->options_n);
    free(file->by_name);
    free(file->keys);
    free(file->rows);
    free(file->path);
    *file = (struct vtb_result_file){.confidence = NAN, .quiet_ns = NAN};
}

/* --- what was recorded --- */

static int compare_name(const void *name, const void *row)
{
    return strcmp(name, (*(struct vtb_recorded_row *const *)row)->name);
}

const struct vtb_recorded_row *vtb_result_file_find(const struct vtb_result_file *file,
                                                    const char *name)
{
    struct vtb_recorded_row **found =
        bsearch(name, file->by_name, file->rows_n, sizeof(*file->by_name), compare_name);
    return found ? *found : NULL;
}

double vtb_recorded(const struct vtb_recorded_row *row, const char *key)
{
    for (size_t i = 0; i < row->numbers_n; i++) {
        if (strcmp(row->numbers[i].key, key) == 0)
            return row->numbers[i].value;
    }
    return NAN;
}

bool vtb_recorded_is_baseline(const struct vtb_recorded_row *row)
{
    return vtb_recorded(row, "ratio") == 1 && vtb_recorded(row, "ratio_lo") == 1 &&
           vtb_recorded(row, "ratio_hi") == 1;
}

static const char *value_of(const struct vtb_recorded_text *texts, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(texts[i].key, key) == 0)
            return texts[i].value;
    }
    return NULL;
}

/* What no run's spread is beyond, whatever a file says: so nothing that is worked out from it is
 * infinite, or no number. */
#define DEVIATION_MIN 1e-9
#define DEVIATION_MAX 1e9
#define FREEDOM_MIN 1
#define FREEDOM_MAX 1e6
#define SESSIONS_MAX 1e6

/* A variance of a file; NaN if it has none, or one that no run writes. */
static double bounded(double variance)
{
    return variance >= 0 && variance <= DEVIATION_MAX * DEVIATION_MAX ? variance : NAN;
}

struct vtb_pooled vtb_recorded_log_ratio(const struct vtb_recorded_row *row)
{
    const double ratio = vtb_recorded(row, "ratio");
    const double deviation = vtb_recorded(row, "ratio_log_se");
    const double freedom = vtb_recorded(row, "ratio_freedom");
    const double sessions_n = vtb_recorded(row, "sessions_n");
    struct vtb_pooled pooled = {.mean = ratio > 0 ? log(ratio) : NAN,
                                .variance = NAN,
                                .freedom = NAN,
                                .square = NAN,
                                .between_share = NAN};
    if (!(ratio > 0 && sessions_n >= VTB_SESSIONS_MIN && sessions_n <= SESSIONS_MAX))
        return pooled;
    pooled.square = bounded(vtb_recorded(row, "ratio_log_session_variance"));
    pooled.added = bounded(vtb_recorded(row, "ratio_log_added_variance"));
    const bool is_known = deviation >= DEVIATION_MIN && deviation <= DEVIATION_MAX &&
                          freedom >= FREEDOM_MIN && freedom <= FREEDOM_MAX;
    if (!is_known && isnan(pooled.square))
        return pooled;
    pooled.sessions_n = (size_t)sessions_n;
    if (is_known) {
        pooled.variance = deviation * deviation;
        pooled.freedom = freedom;
    }
    return pooled;
}

const char *vtb_recorded_fact(const struct vtb_result_file *file, const char *key)
{
    const char *value = value_of(file->facts, file->facts_n, key);
    return value ? value : "unknown";
}

const char *vtb_recorded_option(const struct vtb_result_file *file, const char *name)
{
    return value_of(file->options, file->options_n, name);
}

bool vtb_is_fingerprint(const char *text)
{
    return !strstr(text, "; rule several;") && !strstr(text, "; rule unknown;");
}
