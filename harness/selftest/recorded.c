#include "selftest/recorded.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

#define CASES_MAX 256
#define NAME_BYTES 256
#define LINE_BYTES 1024

/* A case of a file: its name, workload/strategy/heap and more. */
struct vtb_recorded_case {
    char name[NAME_BYTES];
    const char *strategy; /* in the name */
    size_t strategy_n;
    const char *rest; /* in the name: the heap and what follows */
};

/* A line of the file. */
struct line {
    size_t of_case;
    size_t session; /* from 0 on, as is the next */
    size_t round;
    double operations_n;
    double real_ns;
    double cpu_ns;
    double gc_ns;
    double before_ns;
    double after_ns;
};

struct reader {
    struct vtb_recording *recording;
    const char *path;
    struct line *lines;
    size_t lines_n;
    size_t room_n;
    size_t cases_n;
    size_t sessions_n;
    size_t rounds_n;
};

static bool ends_in(const char *name, size_t name_n, const char *word, size_t *at, double *number)
{
    const size_t word_n = strlen(word);
    for (size_t i = 1; i + word_n <= name_n; i++) {
        char *end = NULL;
        if (memcmp(name + i, word, word_n) != 0)
            continue;
        *at = i;
        *number = 0;
        if (i + word_n == name_n)
            return true;
        if (name[i + word_n] != '_')
            continue;
        *number = strtod(name + i + word_n + 1, &end);
        return end == name + name_n;
    }
    return false;
}

struct vtb_subject vtb_subject_of_name(const char *name, size_t name_n, size_t *n)
{
    double number = 0;
    *n = name_n;
    if (ends_in(name, name_n, "_twin", n, &number))
        return (struct vtb_subject){VTB_TRUTH_TWIN, 0};
    if (ends_in(name, name_n, "_slow", n, &number) && number > 0)
        return (struct vtb_subject){VTB_TRUTH_SLOW, number};
    *n = name_n;
    return (struct vtb_subject){VTB_TRUTH_NONE, 0};
}

/* --- lines --- */

/* Finds a case by its name, or makes it; CASES_MAX if the name is none, or there is no room. */
static size_t case_of(struct reader *reader, const char *name)
{
    struct vtb_recorded_case *names = reader->recording->names;
    const char *strategy = strchr(name, '/');
    const char *rest = strategy ? strchr(strategy + 1, '/') : NULL;
    for (size_t i = 0; i < reader->cases_n; i++) {
        if (strcmp(names[i].name, name) == 0)
            return i;
    }
    if (!rest || reader->cases_n == CASES_MAX || strlen(name) >= NAME_BYTES)
        return CASES_MAX;
    struct vtb_recorded_case *made = &names[reader->cases_n];
    memcpy(made->name, name, strlen(name) + 1);
    made->strategy = made->name + (strategy + 1 - name);
    made->strategy_n = (size_t)(rest - strategy - 1);
    made->rest = made->name + (rest + 1 - name);
    return reader->cases_n++;
}

/* Above all that is measured. */
#define NUMBER_MAX 1e12

/* Reads a line: a name, and eight numbers. */
static bool read_line(struct reader *reader, char *text)
{
    double numbers[8];
    char *comma = strchr(text, ',');
    if (!comma)
        return false;
    *comma = '\0';
    for (size_t i = 0; i < 8; i++) {
        char *end;
        numbers[i] = strtod(comma + 1, &end);
        if (end == comma + 1 || !(0 <= numbers[i] && numbers[i] <= NUMBER_MAX) ||
            *end != (i < 7 ? ',' : '\n'))
            return false;
        comma = end;
    }
    const struct line line = {
        case_of(reader, text),
        (size_t)numbers[0] - 1,
        (size_t)numbers[1],
        numbers[2],
        numbers[3],
        numbers[4],
        numbers[5],
        numbers[6],
        numbers[7],
    };
    if (line.of_case == CASES_MAX || numbers[0] < 1 || numbers[0] > 1e6 || numbers[1] > 1e6 ||
        line.operations_n < 1 || line.real_ns <= 0)
        return false;
    if (reader->lines_n == reader->room_n) {
        reader->room_n = 2 * reader->room_n + 1024;
        reader->lines =
            vtb_reallocate(reader->lines, reader->room_n, sizeof *reader->lines, "the samples");
    }
    reader->lines[reader->lines_n++] = line;
    reader->sessions_n = line.session >= reader->sessions_n ? line.session + 1 : reader->sessions_n;
    reader->rounds_n = line.round >= reader->rounds_n ? line.round + 1 : reader->rounds_n;
    return true;
}

static bool read_lines(struct reader *reader, FILE *file, struct vtb_error *error)
{
    static const char head[] =
        "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,"
        "gc_ns_per_op,probe_before_ns,probe_after_ns\n";
    char text[LINE_BYTES];
    size_t number = 1;
    if (!fgets(text, sizeof text, file) || strcmp(text, head) != 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--samples: '%.300s' has no samples: its first line is not '%.*s'",
                        reader->path, (int)sizeof head - 2, head);
    while (fgets(text, sizeof text, file)) {
        number++;
        if (!read_line(reader, text))
            return vtb_fail(
                error, VTB_EXIT_USAGE,
                "--samples: '%.300s': line %zu is not a name and eight numbers from 0 to "
                "1e12, of which session, operations and real_ns_per_op are above 0",
                reader->path, number);
    }
    const size_t whole_n = reader->cases_n * reader->sessions_n * reader->rounds_n;
    return (reader->lines_n > 0 && reader->lines_n == whole_n) ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--samples: '%.300s' has %zu samples, and not one of each of %zu cases in each "
                    "of %zu rounds of %zu sessions",
                    reader->path, reader->lines_n, reader->cases_n, reader->rounds_n,
                    reader->sessions_n);
}

/* --- the stream --- */

/* The case that a case is compared with: what it is a copy of, or the first of its heap. */
static size_t baseline_of(const struct reader *reader, size_t i)
{
    const struct vtb_recorded_case *names = reader->recording->names;
    size_t n;
    const struct vtb_subject subject =
        vtb_subject_of_name(names[i].strategy, names[i].strategy_n, &n);
    for (size_t other = 0; other < reader->cases_n; other++) {
        if (strcmp(names[other].rest, names[i].rest) != 0)
            continue;
        if (subject.truth == VTB_TRUTH_NONE ||
            (names[other].strategy_n == n &&
             memcmp(names[other].strategy, names[i].strategy, n) == 0))
            return other;
    }
    return i;
}

static void make_cases(const struct reader *reader)
{
    struct vtb_recording *recording = reader->recording;
    for (size_t i = 0; i < reader->cases_n; i++) {
        const struct vtb_recorded_case *name = &recording->names[i];
        size_t n;
        recording->cells[i].name = name->name;
        recording->subjects[i] = vtb_subject_of_name(name->strategy, name->strategy_n, &n);
        recording->counted[i].calls_n = 1;
        recording->cases[i] = (struct vtb_case){.timing = &recording->cells[i],
                                                .counting = &recording->cells[i],
                                                .heap = &recording->heap_entry,
                                                .threads_n = 1,
                                                .baseline = baseline_of(reader, i),
                                                .floor = i,
                                                .empty = reader->cases_n,
                                                .variant_of = i,
                                                .serial = i};
    }
}

static bool make_samples(const struct reader *reader, struct vtb_error *error)
{
    struct vtb_recording *recording = reader->recording;
    struct vtb_samples samples;
    if (!vtb_samples_make(&samples, &recording->point, reader->sessions_n, reader->rounds_n, error))
        return false;
    for (size_t i = 0; i < reader->lines_n; i++) {
        const struct line *line = &reader->lines[i];
        const size_t at = vtb_samples_at(&samples, line->session, line->round, line->of_case);
        samples.operations_n = (size_t)line->operations_n;
        samples.real_ns[at] = line->real_ns;
        samples.cpu_ns[at] = line->cpu_ns;
        samples.gc_ns[at] = line->gc_ns;
        samples.probe_before_ns[at] = line->before_ns;
        samples.probe_after_ns[at] = line->after_ns;
    }
    recording->stream.samples = samples;
    recording->stream.quiet_ns = vtb_low_reading(&samples);
    return true;
}

/* Whether there is anything whose truth is known. */
static bool has_copies(const struct reader *reader, struct vtb_error *error)
{
    for (size_t i = 0; i < reader->cases_n; i++) {
        if (reader->recording->subjects[i].truth != VTB_TRUTH_NONE)
            return true;
    }
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--samples: '%.300s' has no copy of a strategy, NAME_twin or NAME_slow_10, by "
                    "which it could be judged",
                    reader->path);
}

static void make_stream(const struct reader *reader)
{
    struct vtb_recording *recording = reader->recording;
    recording->heap_entry = (struct vtb_heap_entry){.name = "recorded", .heap = &recording->heap};
    recording->point = (struct vtb_point){.cases = recording->cases, .cases_n = reader->cases_n};
    const char *slash = strrchr(reader->path, '/');
    recording->stream = (struct vtb_stream){.condition = slash ? slash + 1 : reader->path,
                                            .point = &recording->point,
                                            .subjects = recording->subjects,
                                            .found = {.counted = recording->counted}};
    make_cases(reader);
}

bool vtb_recording_read(struct vtb_recording *recording, const char *path, struct vtb_error *error)
{
    static const char what[] = "the recorded cases";
    struct reader reader = {.recording = recording, .path = path};
    *recording = (struct vtb_recording){
        .cases = vtb_allocate(CASES_MAX, sizeof *recording->cases, what),
        .cells = vtb_allocate(CASES_MAX, sizeof *recording->cells, what),
        .subjects = vtb_allocate(CASES_MAX, sizeof *recording->subjects, what),
        .counted = vtb_allocate(CASES_MAX, sizeof *recording->counted, what),
        .names = vtb_allocate(CASES_MAX, sizeof *recording->names, what),
    };
    FILE *file = fopen(path, "re");
    bool ok = file || vtb_fail(error, VTB_EXIT_USAGE, "--samples: '%.300s' cannot be read: %s",
                               path, strerror(errno));
    ok = ok && read_lines(&reader, file, error);
    if (file)
        (void)fclose(file);
    if (ok) {
        make_stream(&reader);
        ok = has_copies(&reader, error) && make_samples(&reader, error);
    }
    free(reader.lines);
    if (!ok)
        vtb_recording_free(recording);
    return ok;
}

void vtb_recording_free(struct vtb_recording *recording)
{
    vtb_samples_free(&recording->stream.samples);
    free(recording->cases);
    free(recording->cells);
    free(recording->subjects);
    free(recording->counted);
    free(recording->names);
    *recording = (struct vtb_recording){0};
}
