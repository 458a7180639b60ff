#include "gate/gate.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/prose.h"
#include "base/shown.h"
#include "report/counters.h"

const char *const vtb_gate_verdict_words[] = {"same", "within limit", "better", "worse",
                                              "inconclusive"};

/* The facts of a result file that make up a fingerprint of the toolchain. */
static const char *const toolchain_keys[] = {"compiler", "cell_flags", "libc", "architecture",
                                             NULL};

size_t vtb_gate_count(const struct vtb_gate *gate, enum vtb_gate_verdict verdict)
{
    size_t n = 0;
    for (size_t i = 0; i < gate->checks_n; i++)
        n += gate->checks[i].verdict == verdict;
    return n;
}

void vtb_gate_free(struct vtb_gate *gate)
{
    free(gate->checks);
    *gate = (struct vtb_gate){0};
}

void vtb_gate_line(char *line, size_t line_bytes, const struct vtb_gate_check *check)
{
    const bool is_time = strcmp(check->metric, "ratio") == 0;
    snprintf(line, line_bytes, "%s on %s: %s was %.6g, is %.6g (%+.3g %%; allowed %+.3g%s)",
             check->strategy, check->heap, check->title, check->before, check->after,
             check->before != 0 ? 100 * (check->after - check->before) / check->before : INFINITY,
             is_time ? 100 * check->allowed : check->allowed, is_time ? " %" : "");
}

/* --- before the run --- */

/* Finds the first part of the toolchains that differs; false if none does. */
static bool find_difference(const struct vtb_result_file *file, const struct vtb_machine *machine,
                            char *text, size_t text_bytes)
{
    for (const char *const *key = toolchain_keys; *key; key++) {
        const char *before = vtb_recorded_fact(file, *key);
        const char *after = vtb_machine_fact(machine, *key);
        if (strcmp(before, after) == 0)
            continue;
        snprintf(text, text_bytes, "%s was '%.120s', is '%.120s'", *key, before, after);
        return true;
    }
    const char *now = vtb_machine_fact(machine, "fingerprint");
    snprintf(text, text_bytes, "its fingerprint is another");
    return strcmp(vtb_recorded_fact(file, "fingerprint"), now) != 0 || !vtb_is_fingerprint(now);
}

/* The instruction set that counts under valgrind, which knows no AVX-512: with that, or with AVX2
 * alone, the same instructions run there. */
static const char *isa_under_valgrind(const char *isa)
{
    return strcmp(isa, "avx512") == 0 ? "avx2" : isa;
}

static bool has_same_isa(const struct vtb_result_file *file, const struct vtb_machine *machine)
{
    return strcmp(isa_under_valgrind(vtb_recorded_fact(file, "isa")),
                  isa_under_valgrind(vtb_machine_fact(machine, "isa"))) == 0;
}

static void leave_out_instructions(struct vtb_options *options)
{
    options->instructions = false;
    for (size_t m = 0; m < VTB_GATE_METRICS_N; m++)
        options->limits[m].off |= vtb_gate_metrics[m].of_toolchain;
}

bool vtb_gate_prepare(struct vtb_options *options, const struct vtb_result_file *file,
                      bool *same_toolchain, struct vtb_error *error)
{
    char difference[400];
    struct vtb_error reason;
    struct vtb_machine machine;
    vtb_machine_read(&machine);
    *same_toolchain = !find_difference(file, &machine, difference, sizeof difference);
    if (file->interrupted)
        return vtb_fail(error, VTB_EXIT_BASELINE,
                        "the baseline '%.200s' is of a run that was interrupted; " VTB_GATE_RENEW,
                        file->path);
    if (!*same_toolchain && !options->any_toolchain)
        return vtb_fail(error, VTB_EXIT_BASELINE,
                        "the baseline '%.200s' is of another toolchain: %s; --any-toolchain "
                        "compares what does not depend on it, or " VTB_GATE_RENEW,
                        file->path, difference);
    for (size_t i = 0; i < file->options_n; i++) {
        const struct vtb_recorded_text *option = &file->options[i];
        if (!vtb_options_replay(options, option->key, option->value, &reason))
            return vtb_fail(error, VTB_EXIT_BASELINE, "the baseline '%.200s' cannot be run: %.600s",
                            file->path, reason.message);
    }
    if (!*same_toolchain)
        options->time_s = 0;
    if (!*same_toolchain || !has_same_isa(file, &machine))
        leave_out_instructions(options);
    return true;
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

/* The names of all cases of a plan, sorted; null if there is no memory. */
static char **names_of(const struct vtb_plan *plan, size_t *n)
{
    size_t room_n = 0;
    for (size_t p = 0; p < plan->points_n; p++)
        room_n += plan->points[p].cases_n * plan->consumers_n;
    char **names = calloc(room_n + 1, sizeof *names);
    *n = 0;
    for (size_t p = 0; names && p < plan->points_n; p++) {
        for (size_t i = 0; i < plan->points[p].cases_n * plan->consumers_n; i++) {
            const struct vtb_point *point = &plan->points[p];
            const struct vtb_comparison comparison = {
                .point = point, .consumer = plan->consumers[i / point->cases_n]};
            const struct vtb_figures figures = {.the_case = &point->cases[i % point->cases_n]};
            char name[VTB_CASE_NAME_BYTES];
            vtb_case_name(name, sizeof name, &comparison, &figures);
            names[(*n)++] = strdup(name);
        }
    }
    if (names)
        qsort(names, *n, sizeof *names, compare_names);
    return names;
}

bool vtb_gate_check_cases(const struct vtb_plan *plan, const struct vtb_result_file *file,
                          struct vtb_error *error)
{
    size_t n;
    const char *missing = NULL;
    char **names = names_of(plan, &n);
    if (!names)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the names of a plan's cases");
    for (size_t i = 0; !missing && i < file->rows_n; i++) {
        char *const name = file->rows[i].name;
        if (!bsearch(&name, names, n, sizeof *names, compare_names))
            missing = name;
    }
    for (size_t i = 0; i < n; i++)
        free(names[i]);
    free(names);
    return !missing || vtb_fail(error, VTB_EXIT_BASELINE,
                                "the baseline '%.200s' has a case that its options do not make "
                                "here: '%.400s'; " VTB_GATE_RENEW,
                                file->path, missing);
}

/* --- counts --- */

void vtb_gate_note(struct vtb_gate *gate, const char *format, ...)
{
    char told[sizeof *gate->notes];
    char text[sizeof *gate->notes];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(told, sizeof told, format, arguments);
    va_end(arguments);
    vtb_show(text, sizeof text, told); /* a file's name may have any characters */
    for (size_t i = 0; i < gate->notes_n; i++) {
        if (strcmp(gate->notes[i], text) == 0)
            return;
    }
    if (gate->notes_n < sizeof gate->notes / sizeof *gate->notes)
        snprintf(gate->notes[gate->notes_n++], sizeof *gate->notes, "%s", text);
}

void vtb_gate_note_source(struct vtb_gate *gate, const char *name, const char *path,
                          const char *digest)
{
    char key[VTB_SOURCE_KEY_BYTES];
    char text[VTB_SOURCE_TEXT_BYTES];
    snprintf(key, sizeof key, VTB_SOURCE_KEY, name);
    vtb_source_text(text, path, digest);
    const char *before = vtb_source_digest(vtb_recorded_fact(gate->baseline, key));
    if (!before)
        vtb_gate_note(gate, "the %s is %s; the baseline does not say what it was", key, text);
    else if (strcmp(before, digest) != 0)
        vtb_gate_note(gate, "the %s is %s; the baseline's had sha256 %s", key, text, before);
}

struct vtb_gate_check *vtb_gate_add_check(struct vtb_gate *gate, struct vtb_error *error)
{
    if (gate->checks_n == gate->room_n) {
        const size_t room_n = gate->room_n ? 2 * gate->room_n : 64;
        struct vtb_gate_check *checks = realloc(gate->checks, room_n * sizeof *checks);
        if (!checks) {
            vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu checks", room_n);
            return NULL;
        }
        gate->checks = checks;
        gate->room_n = room_n;
    }
    return &gate->checks[gate->checks_n++];
}

/* Whether two counts are the same, of which the first was written with 15 digits. */
static bool is_same(double before, double after)
{
    return fabs(after - before) <= 1e-12 * fmax(fabs(before), fabs(after));
}

static enum vtb_gate_verdict judge(const struct vtb_gate_check *check)
{
    if (is_same(check->before, check->after))
        return VTB_GATE_SAME;
    const double more = check->after - check->before;
    if (fabs(more) <= check->allowed || is_same(fabs(more), check->allowed))
        return VTB_GATE_WITHIN;
    return more > 0 ? VTB_GATE_WORSE : VTB_GATE_BETTER;
}

/* A counter of the run by its key; NaN if the run has no such counter. */
static double counter_of(const struct vtb_counter *counters, size_t n, const char *key)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(counters[i].key, key) == 0)
            return counters[i].value;
    }
    return NAN;
}

/* Whether collections may be compared: they depend on how much is allocated between two of them,
 * on what lives meanwhile, and in their last digits on how many calls were made. */
static bool has_same_budgets(struct vtb_gate *gate, const struct vtb_recorded_row *row,
                             const struct vtb_counter *counters, size_t n)
{
    for (const char *const *key = vtb_budget_keys; *key; key++) {
        const double before = vtb_recorded(row, *key);
        const double after = counter_of(counters, n, *key);
        if (isnan(before) || is_same(before, after))
            continue;
        vtb_gate_note(gate,
                      "collections are left out: %s was %.0f, is %.0f; give --gen0-budget, "
                      "--live-heap and --calls when the baseline is made",
                      *key, before, after);
        return false;
    }
    return true;
}

/* Compares one metric of one case. */
static bool check_metric(struct vtb_gate *gate, const struct vtb_gate_metric *metric,
                         const struct vtb_limit *limit, const struct vtb_recorded_row *row,
                         const struct vtb_gate_check *blank, const struct vtb_counter *counters,
                         size_t n, struct vtb_error *error)
{
    for (size_t k = 0; metric->keys[k]; k++) {
        const double before = vtb_recorded(row, metric->keys[k]);
        const double after = counter_of(counters, n, metric->keys[k]);
        if (isnan(before) || isnan(after))
            continue;
        struct vtb_gate_check *check = vtb_gate_add_check(gate, error);
        if (!check)
            return false;
        *check = *blank;
        check->metric = metric->keys[k];
        check->title = metric->titles[k];
        check->before = before;
        check->after = after;
        check->allowed = fmax(limit->number, limit->share * before);
        check->verdict = judge(check);
    }
    return true;
}

static bool check_case(struct vtb_gate *gate, const struct vtb_results *results,
                       const struct vtb_comparison *comparison, size_t own,
                       const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    const struct vtb_figures *figures = &comparison->figures[own];
    const size_t n = vtb_counters(results, comparison, figures, counters);
    const bool is_first = comparison->consumer == results->plan->consumers[0];
    struct vtb_gate_check blank = {.strategy = figures->the_case->timing->name,
                                   .heap = figures->the_case->heap->name};
    vtb_case_name(blank.name, sizeof blank.name, comparison, figures);
    const struct vtb_recorded_row *row = vtb_result_file_find(gate->baseline, blank.name);
    bool ok = true;
    gate->unknown_cases_n += !row && is_first;
    for (size_t m = 0; ok && row && m < VTB_GATE_METRICS_N; m++) {
        const struct vtb_gate_metric *metric = &vtb_gate_metrics[m];
        if (options->limits[m].off || (!is_first && !metric->of_toolchain) ||
            (metric->of_budgets && !has_same_budgets(gate, row, counters, n)))
            continue;
        ok = check_metric(gate, metric, &options->limits[m], row, &blank, counters, n, error);
    }
    return ok;
}

bool vtb_gate_counts(struct vtb_gate *gate, const struct vtb_results *results,
                     const struct vtb_options *options, struct vtb_error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t own = 0; ok && own < comparison->point->cases_n; own++) {
            ok = check_case(gate, results, comparison, own, options, error);
        }
    }
    if (gate->unknown_cases_n > 0)
        vtb_gate_note(gate, "%zu case%s not in the baseline, and not compared; renew it",
                      gate->unknown_cases_n,
                      vtb_plural((double)gate->unknown_cases_n, " is", "s are"));
    return ok;
}
