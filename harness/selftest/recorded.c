#include "selftest/recorded.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

/* The parts of a case's name: workload/strategy/heap and more. */
struct parts {
    const char *strategy;
    size_t strategy_n;
    const char *rest; /* the heap and what follows */
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

/* --- the stream --- */

/* The name has all of them, as a file of samples is refused otherwise. */
static struct parts parts_of(const char *name)
{
    const char *strategy = strchr(name, '/') + 1;
    const char *slash = strchr(strategy, '/');
    return (struct parts){strategy, (size_t)(slash - strategy), slash + 1};
}

/* The case that a case is compared with: what it is a copy of, or the first of its heap. */
static size_t baseline_of(const struct vtb_samples_file *file, size_t i)
{
    size_t n;
    const struct parts own = parts_of(file->names[i]);
    const struct vtb_subject subject = vtb_subject_of_name(own.strategy, own.strategy_n, &n);
    for (size_t other = 0; other < file->cases_n; other++) {
        const struct parts found = parts_of(file->names[other]);
        if (strcmp(found.rest, own.rest) != 0)
            continue;
        if (subject.truth == VTB_TRUTH_NONE ||
            (found.strategy_n == n && memcmp(found.strategy, own.strategy, n) == 0))
            return other;
    }
    return i;
}

static void make_cases(struct vtb_recording *recording)
{
    static const char what[] = "the recorded cases";
    const struct vtb_samples_file *file = &recording->file;
    const size_t cases_n = file->cases_n;
    recording->cases = vtb_allocate(cases_n, sizeof *recording->cases, what);
    recording->cells = vtb_allocate(cases_n, sizeof *recording->cells, what);
    recording->subjects = vtb_allocate(cases_n, sizeof *recording->subjects, what);
    recording->counted = vtb_allocate(cases_n, sizeof *recording->counted, what);
    for (size_t i = 0; i < cases_n; i++) {
        const struct parts parts = parts_of(file->names[i]);
        size_t n;
        recording->cells[i].name = file->names[i];
        recording->subjects[i] = vtb_subject_of_name(parts.strategy, parts.strategy_n, &n);
        recording->counted[i].calls_n = 1;
        recording->cases[i] = (struct vtb_case){.timing = &recording->cells[i],
                                                .counting = &recording->cells[i],
                                                .heap = &recording->heap_entry,
                                                .threads_n = 1,
                                                .baseline = baseline_of(file, i),
                                                .floor = i,
                                                .empty = cases_n,
                                                .variant_of = i,
                                                .serial = i};
    }
    recording->point = (struct vtb_point){.cases = recording->cases, .cases_n = cases_n};
}

static bool make_samples(struct vtb_recording *recording, struct vtb_error *error)
{
    const struct vtb_samples_file *file = &recording->file;
    struct vtb_samples samples;
    if (!vtb_samples_make(&samples, &recording->point, file->sessions_n, file->rounds_n, error))
        return false;
    size_t *places = vtb_allocate(file->cases_n, sizeof *places, "the recorded cases");
    for (size_t i = 0; i < file->cases_n; i++)
        places[i] = i;
    vtb_samples_file_take(file, places, &samples);
    free(places);
    recording->stream.samples = samples;
    recording->stream.quiet_ns = vtb_low_reading(&samples);
    return true;
}

/* Whether there is anything whose truth is known. */
static bool has_copies(const struct vtb_recording *recording, struct vtb_error *error)
{
    for (size_t i = 0; i < recording->file.cases_n; i++) {
        if (recording->subjects[i].truth != VTB_TRUTH_NONE)
            return true;
    }
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--samples: '%.300s' has no copy of a strategy, NAME_twin or NAME_slow_10, by "
                    "which it could be judged",
                    recording->file.path);
}

static void make_stream(struct vtb_recording *recording)
{
    const char *path = recording->file.path;
    const char *slash = strrchr(path, '/');
    recording->heap_entry = (struct vtb_heap_entry){.name = "recorded", .heap = &recording->heap};
    make_cases(recording);
    recording->stream = (struct vtb_stream){.condition = slash ? slash + 1 : path,
                                            .point = &recording->point,
                                            .subjects = recording->subjects,
                                            .found = {.counted = recording->counted}};
}

bool vtb_recording_read(struct vtb_recording *recording, const char *path, struct vtb_error *error)
{
    *recording = (struct vtb_recording){.file = {.option = "--samples", .path = path}};
    bool ok = vtb_samples_file_read(&recording->file, error);
    if (ok) {
        make_stream(recording);
        ok = has_copies(recording, error) && make_samples(recording, error);
    }
    if (!ok)
        vtb_recording_free(recording);
    return ok;
}

void vtb_recording_free(struct vtb_recording *recording)
{
    vtb_samples_free(&recording->stream.samples);
    vtb_samples_file_free(&recording->file);
    free(recording->cases);
    free(recording->cells);
    free(recording->subjects);
    free(recording->counted);
    *recording = (struct vtb_recording){.point = {.cases_n = 0}};
}
