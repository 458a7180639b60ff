#include "gate/history_file.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/lock.h"
#include "base/prose.h"
#include "base/shown.h"
#include "figures/states.h"
#include "gate/compare.h"
#include "plan/metrics.h"
#include "report/report_json.h"

#define WHAT "a history"

/* --- a line --- */

static void put_fact(json_t *line, const char *key, const struct vtb_result_file *file,
                     const char *fact)
{
    vtb_json_put(line, key, vtb_json_text(vtb_recorded_fact(file, fact)));
}

static void put_baseline(json_t *line, const struct vtb_result_file *file)
{
    size_t n;
    const char *baseline = vtb_compare_baseline(file, &n);
    if (baseline)
        vtb_json_put(line, "baseline", json_stringn(baseline, n));
}

static void put_number(json_t *object, const struct vtb_recorded_row *row, const char *key)
{
    vtb_json_put_known(object, key, vtb_recorded(row, key));
}

/* Whether a row is of the empty loop, whose time is next to nothing, and so is what it is in
 * proportion to any. */
static bool is_empty_loop(const struct vtb_result_file *file, const struct vtb_recorded_row *row)
{
    size_t n;
    char key[160];
    const char *strategy = vtb_name_strategy(row->name, &n);
    (void)snprintf(key, sizeof key, "roles.%.*s", (int)n, strategy);
    return strcmp(vtb_recorded_fact(file, key), "empty") == 0;
}

static json_t *line_row(const struct vtb_result_file *file, const struct vtb_recorded_row *row)
{
    static const char *const ratio_keys[] = {"ratio", "ratio_lo", "ratio_hi"};
    json_t *object = vtb_json_checked(json_object());
    const char *guest = vtb_guest_version(file, row->name);
    const bool is_guest = strcmp(guest, "unknown") != 0;
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        /* when a guest collects follows from its machine, and from what else it does */
        for (size_t i = 0; i < VTB_GATE_FIGURES_MAX && metric->keys[i]; i++)
            if (!is_guest || !metric->of_budgets)
                put_number(object, row, metric->keys[i]);
    }
    if (is_guest)
        vtb_json_put(object, "guest", vtb_json_text(guest));
    for (const char *const *key = vtb_budget_keys; *key; key++)
        put_number(object, row, *key);
    for (size_t i = 0; !is_empty_loop(file, row) && i < sizeof ratio_keys / sizeof *ratio_keys; i++)
        put_number(object, row, ratio_keys[i]);
    if (row->state == VTB_STATE_BUSY)
        vtb_json_put(object, "state", json_string(vtb_state_words[VTB_STATE_BUSY]));
    return object;
}

json_t *vtb_history_line(const struct vtb_result_file *file)
{
    json_t *line = vtb_json_checked(json_object());
    json_t *rows = vtb_json_checked(json_object());
    vtb_json_put(line, "history", json_integer(VTB_HISTORY_VERSION));
    put_fact(line, "date", file, "date");
    put_fact(line, "revision", file, "git_revision");
    if (strcmp(vtb_recorded_fact(file, "tag"), "unknown") != 0)
        put_fact(line, "tag", file, "tag");
    put_fact(line, "version", file, "version");
    put_fact(line, "host", file, "host_name");
    put_fact(line, "cpu", file, "cpu_model");
    put_fact(line, "toolchain", file, "fingerprint");
    put_fact(line, "isa", file, "isa");
    put_fact(line, "seed", file, "seed");
    put_baseline(line, file);
    for (size_t i = 0; i < file->rows_n; i++)
        vtb_json_put(rows, file->rows[i].name, line_row(file, &file->rows[i]));
    vtb_json_put(line, "rows", rows);
    return line;
}

static void print_line(FILE *out, const json_t *line)
{
    vtb_json_dump(out, line, JSON_COMPACT | JSON_REAL_PRECISION(15));
    putc('\n', out);
}

/* --- adding to a file --- */

static bool refuse_path(const char *path, const char *reason, enum vtb_exit status,
                        struct vtb_error *error)
{
    return vtb_fail(error, status, "'%s%s' %s", vtb_path_dots(path), vtb_path_end(path), reason);
}

/* Whether bytes begin with a line of a history file. */
static bool is_history(const char *bytes, size_t n)
{
    const char *end = n > 0 ? memchr(bytes, '\n', n) : NULL;
    json_t *line = n > 0 ? json_loadb(bytes, end ? (size_t)(end - bytes) : n, 0, NULL) : NULL;
    const bool found = json_is_number(json_object_get(line, "history"));
    json_decref(line);
    return found;
}

/* How a history file begins that was made here. */
#define HEAD "{\"history\":"

/* Checks that an open file is empty, or of histories of this version. */
static bool check_head(int file, const char *path, struct vtb_error *error)
{
    char head[sizeof HEAD + 20] = "";
    const ssize_t n = pread(file, head, sizeof head - 1, 0);
    if (n != 0 && (n < 0 || strncmp(head, HEAD, sizeof HEAD - 1) != 0))
        return refuse_path(path, "is no history; --history takes a file that it made, or a new one",
                           VTB_EXIT_USAGE, error);
    return n == 0 || strtod(head + sizeof HEAD - 1, NULL) <= VTB_HISTORY_VERSION ||
           refuse_path(path, "is a history of a later version; --history takes a new file",
                       VTB_EXIT_USAGE, error);
}

bool vtb_history_check(const char *path, struct vtb_error *error)
{
    struct stat status;
    if (stat(path, &status) != 0)
        return vtb_output_check(path, error);
    if (!S_ISREG(status.st_mode))
        return refuse_path(path, "is no file to which results could be added", VTB_EXIT_USAGE,
                           error);
    const int file = open(path, O_RDWR | O_CLOEXEC);
    if (file < 0)
        return refuse_path(path, strerror(errno), VTB_EXIT_USAGE, error);
    const bool ok = check_head(file, path, error);
    close(file);
    return ok;
}

/* Whether a file ends in the middle of a line, as a crash leaves it. */
static bool is_torn(int file, off_t size)
{
    char last = '\n';
    return size > 0 && pread(file, &last, 1, size - 1) == 1 && last != '\n';
}

/* Writes to a file that is locked, by one call; what cannot be written whole is taken back. */
static bool write_locked(int file, const char *path, const char *lines, size_t n,
                         struct vtb_error *error)
{
    struct stat status;
    if (fstat(file, &status) != 0)
        return refuse_path(path, strerror(errno), VTB_EXIT_INTERNAL, error);
    const bool torn = is_torn(file, status.st_size);
    char *bytes = vtb_allocate(n + 1, 1, WHAT);
    memcpy(bytes + torn, lines, n);
    if (torn)
        *bytes = '\n';
    const ssize_t written = write(file, bytes, n + torn);
    const int cause = written < 0 ? errno : ENOSPC;
    free(bytes);
    if (written == (ssize_t)(n + torn))
        return true;
    if (written > 0)
        (void)!ftruncate(file, status.st_size);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "nothing was added to '%s%s': %s",
                    vtb_path_dots(path), vtb_path_end(path), strerror(cause));
}

bool vtb_history_append_lines(const char *path, const char *lines, size_t n,
                              struct vtb_error *error)
{
    const int lock = vtb_lock(path, "adds to this history", error);
    if (lock < 0)
        return false;
    const int file = open(path, O_RDWR | O_APPEND | O_CLOEXEC);
    const bool ok = file >= 0 ? write_locked(file, path, lines, n, error)
                              : refuse_path(path, strerror(errno), VTB_EXIT_INTERNAL, error);
    if (file >= 0)
        close(file);
    close(lock);
    return ok;
}

static bool append_file(const char *path, const struct vtb_result_file *file,
                        struct vtb_error *error)
{
    char *text = NULL;
    size_t n = 0;
    json_t *line = vtb_history_line(file);
    FILE *out = open_memstream(&text, &n);
    if (!out)
        vtb_no_memory(sizeof *out, WHAT);
    print_line(out, line);
    json_decref(line);
    const bool ok = fclose(out) == 0 && vtb_history_append_lines(path, text, n, error);
    free(text);
    return ok;
}

bool vtb_history_append(const char *path, const struct vtb_results *results,
                        struct vtb_error *error)
{
    struct vtb_result_file file = {0};
    char *text = NULL;
    size_t n = 0;
    if (!vtb_output_text(vtb_report_baseline, results, VTB_FORMAT_JSON, &text, &n))
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a line of a history");
    const bool ok = vtb_result_file_parse(&file, "a run", text, n, VTB_EXIT_INTERNAL, error) &&
                    append_file(path, &file, error);
    vtb_result_file_free(&file);
    free(text);
    return ok;
}

/* --- reading --- */

/* A source that is being read. */
struct source {
    struct vtb_history *history;
    const char *path;
    FILE *lines; /* null: none are printed */
    size_t interrupted_n;
    size_t others_n;
    size_t torn_n; /* lines of this file that are no JSON */
    struct vtb_error *error;
};

static bool refuse_line(const struct source *source, size_t number)
{
    const struct vtb_error reason = *source->error;
    return vtb_fail(source->error, VTB_EXIT_USAGE, "'%s%s' line %zu: %.600s",
                    vtb_path_dots(source->path), vtb_path_end(source->path), number,
                    reason.message);
}

static bool add(const struct source *source, const json_t *line)
{
    const size_t before_n = source->history->results_n;
    if (!vtb_history_add(source->history, line, source->error))
        return false;
    if (source->lines && source->history->results_n > before_n)
        print_line(source->lines, line);
    return true;
}

/* Lines of a file that are no JSON are told one by one up to so many. */
#define TORN_TOLD_N ((size_t)5)

/* Adds a line; one that is no JSON is what a crash left of one. */
static bool read_line(struct source *source, const char *bytes, size_t n, size_t number)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
    json_t *line = json_loadb(bytes, n, flags, NULL);
    if (!line && source->torn_n++ < TORN_TOLD_N)
        vtb_tell("'%s%s' line %zu: no whole result, passed over", vtb_path_dots(source->path),
                 vtb_path_end(source->path), number);
    const bool ok = !line || add(source, line) || refuse_line(source, number);
    json_decref(line);
    return ok;
}

static bool read_lines(struct source *source, const char *bytes, size_t n)
{
    size_t number = 0;
    source->torn_n = 0;
    for (const char *at = bytes, *end; at < bytes + n; at = end + 1) {
        end = memchr(at, '\n', (size_t)(bytes + n - at));
        end = end ? end : bytes + n;
        number++;
        if (end > at && !read_line(source, at, (size_t)(end - at), number))
            return false;
    }
    if (source->torn_n > TORN_TOLD_N)
        vtb_tell("'%s%s': %zu more line%s likewise", vtb_path_dots(source->path),
                 vtb_path_end(source->path), source->torn_n - TORN_TOLD_N,
                 vtb_plural((double)(source->torn_n - TORN_TOLD_N), "", "s"));
    return true;
}

/* Adds a result file, unless its run was interrupted. */
static bool read_result(struct source *source, const char *bytes, size_t n)
{
    struct vtb_result_file file;
    if (!vtb_result_file_parse(&file, source->path, bytes, n, VTB_EXIT_USAGE, source->error))
        return false;
    source->interrupted_n += file.interrupted;
    json_t *line = file.interrupted ? NULL : vtb_history_line(&file);
    const bool ok = !line || add(source, line);
    json_decref(line);
    vtb_result_file_free(&file);
    return ok;
}

static bool has_end(const char *path, const char *end)
{
    const size_t n = strlen(path);
    const size_t end_n = strlen(end);
    return n > end_n && strcmp(path + n - end_n, end) == 0;
}

static bool read_file(struct source *source)
{
    char *bytes = NULL;
    size_t n = 0;
    bool ok = vtb_result_bytes_read(source->path, &bytes, &n, VTB_EXIT_USAGE, source->error);
    if (ok)
        ok = has_end(source->path, ".jsonl") || is_history(bytes, n)
                 ? read_lines(source, bytes, n)
                 : read_result(source, bytes, n);
    free(bytes);
    return ok;
}

static int is_read(const struct dirent *entry)
{
    return has_end(entry->d_name, ".json") || has_end(entry->d_name, ".jsonl");
}

/* Reads a file of a folder. What is no result is not meant. */
static bool read_entry(struct source *folder, const char *name)
{
    char *path = NULL;
    struct vtb_error reason;
    struct source source = *folder;
    const size_t before_n = folder->history->results_n;
    if (asprintf(&path, "%s/%s", folder->path, name) < 0)
        vtb_no_memory(strlen(name), WHAT);
    source.path = path;
    source.error = &reason;
    const bool ok = read_file(&source);
    folder->interrupted_n = source.interrupted_n;
    folder->others_n += !ok;
    free(path);
    if (ok || (reason.exit_code == VTB_EXIT_USAGE && folder->history->results_n == before_n &&
               before_n < VTB_HISTORY_RESULTS_MAX))
        return true;
    *folder->error = reason;
    return false;
}

static bool read_folder(struct source *source)
{
    struct dirent **entries = NULL;
    const int n = scandir(source->path, &entries, is_read, alphasort);
    if (n < 0)
        return refuse_path(source->path, strerror(errno), VTB_EXIT_USAGE, source->error);
    bool ok = true;
    for (int i = 0; i < n; i++) {
        ok = ok && read_entry(source, entries[i]->d_name);
        free(entries[i]);
    }
    free(entries);
    return ok;
}

static void tell_passed_over(const struct source *source, size_t n, const char *noun,
                             const char *what)
{
    if (n > 0)
        vtb_tell("'%s%s': %zu %s%s passed over: %s", vtb_path_dots(source->path),
                 vtb_path_end(source->path), n, noun, vtb_plural((double)n, "", "s"), what);
}

bool vtb_history_read(struct vtb_history *history, const char *path, FILE *lines,
                      struct vtb_error *error)
{
    struct stat status;
    struct source source = {.history = history, .path = path, .lines = lines, .error = error};
    const bool is_folder = stat(path, &status) == 0 && S_ISDIR(status.st_mode);
    const size_t repeated_n = history->repeated_n;
    const bool ok = is_folder ? read_folder(&source) : read_file(&source);
    if (ok) {
        tell_passed_over(&source, source.interrupted_n, "file", "runs that were interrupted");
        tell_passed_over(&source, source.others_n, "file", "no result files of `run`");
        tell_passed_over(&source, history->repeated_n - repeated_n, "result", "read before");
    }
    return ok;
}
