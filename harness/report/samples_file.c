#include "report/samples_file.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

#define LINE_BYTES 1024

/* Above all that is measured; and more sessions, or rounds of one, than any run has. */
#define NUMBER_MAX 1e12
#define COUNT_MAX 1e6

/* The numbers of a line, in the order of the file's columns behind the name. */
enum { SESSION, ROUND, OPERATIONS, REAL, CPU, GC, BEFORE, AFTER, NUMBERS_N };

size_t vtb_samples_file_find(const struct vtb_samples_file *file, const char *name)
{
    size_t i = 0;
    while (i < file->cases_n && strcmp(file->names[i], name) != 0)
        i++;
    return i;
}

/* Finds a case by its name, or adds it. The lines of a case follow one another. */
static size_t case_of(struct vtb_samples_file *file, const char *name)
{
    static const char what[] = "the cases of samples";
    if (file->lines_n > 0) {
        const size_t latest = file->lines[file->lines_n - 1].of_case;
        if (strcmp(file->names[latest], name) == 0)
            return latest;
    }
    const size_t found = vtb_samples_file_find(file, name);
    if (found < file->cases_n)
        return found;
    file->names = vtb_reallocate(file->names, file->cases_n + 1, sizeof *file->names, what);
    file->names[file->cases_n] = vtb_copy_text(name, what);
    return file->cases_n++;
}

/* Reads the numbers behind the name, each behind a comma. */
static bool read_numbers(const char *text, double numbers[NUMBERS_N])
{
    for (size_t i = 0; i < NUMBERS_N; i++) {
        char *end;
        numbers[i] = strtod(text, &end);
        if (end == text || !(0 <= numbers[i] && numbers[i] <= NUMBER_MAX) ||
            *end != (i + 1 < NUMBERS_N ? ',' : '\n'))
            return false;
        text = end + 1;
    }
    return numbers[SESSION] >= 1 && numbers[SESSION] <= COUNT_MAX && numbers[ROUND] <= COUNT_MAX &&
           numbers[OPERATIONS] >= 1 && numbers[REAL] > 0;
}

/* Whether a name has the three parts that one of a case has at least. */
static bool is_name(const char *name)
{
    const char *slash = strchr(name, '/');
    return slash && strchr(slash + 1, '/');
}

static bool read_line(struct vtb_samples_file *file, char *text)
{
    double numbers[NUMBERS_N];
    char *comma = strchr(text, ',');
    if (!comma || !read_numbers(comma + 1, numbers))
        return false;
    *comma = '\0';
    if (!is_name(text))
        return false;
    const struct vtb_samples_line line = {
        .of_case = case_of(file, text),
        .session = (size_t)numbers[SESSION] - 1,
        .round = (size_t)numbers[ROUND],
        .operations_n = numbers[OPERATIONS],
        .real_ns = numbers[REAL],
        .cpu_ns = numbers[CPU],
        .gc_ns = numbers[GC],
        .before_ns = numbers[BEFORE],
        .after_ns = numbers[AFTER],
    };
    if (file->lines_n == file->room_n) {
        file->room_n = 2 * file->room_n + 1024;
        file->lines = vtb_reallocate(file->lines, file->room_n, sizeof *file->lines, "the samples");
    }
    file->lines[file->lines_n++] = line;
    file->sessions_n = line.session >= file->sessions_n ? line.session + 1 : file->sessions_n;
    file->rounds_n = line.round >= file->rounds_n ? line.round + 1 : file->rounds_n;
    return true;
}

static bool read_lines(struct vtb_samples_file *file, FILE *in, struct vtb_error *error)
{
    static const char head[] =
        "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,"
        "gc_ns_per_op,probe_before_ns,probe_after_ns\n";
    char text[LINE_BYTES];
    size_t number = 1;
    if (!fgets(text, sizeof text, in) || strcmp(text, head) != 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "%s: '%.300s' has no samples: its first line is not '%.*s'", file->option,
                        file->path, (int)sizeof head - 2, head);
    while (fgets(text, sizeof text, in)) {
        number++;
        if (!read_line(file, text))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "%s: '%.300s': line %zu is not a name and eight numbers from 0 to "
                            "1e12, of which session, operations and real_ns_per_op are above 0",
                            file->option, file->path, number);
    }
    const size_t whole_n = file->cases_n * file->sessions_n * file->rounds_n;
    return (file->lines_n > 0 && file->lines_n == whole_n) ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "%s: '%.300s' has %zu samples, and not one of each of %zu cases in each of %zu "
                    "rounds of %zu sessions",
                    file->option, file->path, file->lines_n, file->cases_n, file->rounds_n,
                    file->sessions_n);
}

bool vtb_samples_file_read(struct vtb_samples_file *file, struct vtb_error *error)
{
    FILE *in = fopen(file->path, "re");
    if (!in)
        return vtb_fail(error, VTB_EXIT_USAGE, "%s: '%.300s' cannot be read: %s", file->option,
                        file->path, strerror(errno));
    const bool ok = read_lines(file, in, error);
    (void)fclose(in);
    return ok;
}

void vtb_samples_file_take(const struct vtb_samples_file *file, const size_t *places,
                           struct vtb_samples *samples)
{
    for (size_t i = 0; i < file->lines_n; i++) {
        const struct vtb_samples_line *line = &file->lines[i];
        const size_t place = places[line->of_case];
        if (place == VTB_SAMPLES_NOWHERE)
            continue;
        const size_t at = vtb_samples_at(samples, line->session, line->round, place);
        samples->operations_n = (size_t)line->operations_n;
        samples->real_ns[at] = line->real_ns;
        samples->cpu_ns[at] = line->cpu_ns;
        samples->gc_ns[at] = line->gc_ns;
        samples->probe_before_ns[at] = line->before_ns;
        samples->probe_after_ns[at] = line->after_ns;
    }
}

void vtb_samples_file_free(struct vtb_samples_file *file)
{
    for (size_t i = 0; i < file->cases_n; i++)
        free(file->names[i]);
    free(file->names);
    free(file->lines);
    *file = (struct vtb_samples_file){.option = file->option, .path = file->path};
}
