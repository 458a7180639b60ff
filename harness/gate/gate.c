#include "gate/gate.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"
#include "gate/compare.h"
#include "passes/environment.h"
#include "report/counters.h"
#include "report/report_json.h"

const char *const vtb_gate_verdict_words[] = {"same", "within limit", "better", "worse",
                                              "inconclusive"};

/* The facts of a result file that make up a fingerprint of the toolchain. */
static const char *const toolchain_keys[] = {"compiler", "cell_flags", "libc", "architecture",
                                             NULL};

const char *vtb_gate_reference(const struct vtb_gate *gate)
{
    return gate->of_builds ? "the other build" : "the baseline";
}

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
    free(gate->gaps);
    free(gate->unasked);
    free(gate->notes);
    *gate = (struct vtb_gate){0};
}

bool vtb_gate_check_fails(const struct vtb_gate *gate, const struct vtb_gate_check *check)
{
    return check->verdict == VTB_GATE_WORSE || (gate->strict && check->verdict == VTB_GATE_UNKNOWN);
}

bool vtb_gate_fails(const struct vtb_gate *gate)
{
    bool fails = gate->strict && gate->gaps_n > 0;
    for (size_t i = 0; i < gate->checks_n; i++)
        fails |= vtb_gate_check_fails(gate, &gate->checks[i]);
    return fails;
}

double vtb_gate_change(const struct vtb_gate_check *check)
{
    return check->before != 0 ? (check->after - check->before) / check->before : NAN;
}

void vtb_gate_line(char *line, size_t line_bytes, const struct vtb_gate_check *check)
{
    const bool is_time = strcmp(check->metric, "ratio") == 0;
    char numbers[4][VTB_NUMBER_BYTES];
    const bool changes = check->before != 0;
    snprintf(line, line_bytes, "%s on %s: %s was %s, is %s (%s%sallowed %s%s)", check->strategy,
             check->heap, check->title, vtb_digits_text(numbers[0], check->before, 6),
             vtb_digits_text(numbers[1], check->after, 6),
             changes ? vtb_signed_text(numbers[2], 100 * vtb_gate_change(check), 3) : "",
             changes ? " %; " : "",
             vtb_signed_text(numbers[3], is_time ? 100 * check->allowed : check->allowed, 3),
             is_time ? " %" : "");
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

/* Also of the options that are recorded, so that a new baseline does not claim to have them. */
static void leave_out_instructions(struct vtb_options *options)
{
    struct vtb_error error;
    if (options->instructions)
        (void)!vtb_options_replay(options, "instructions", "0", &error);
    for (size_t m = 0; m < VTB_GATE_METRICS_N; m++)
        options->limits[m].off |= vtb_gate_metrics[m].of_toolchain;
}

/* Whether a row is of one of these strategies. */
static bool is_of(const struct vtb_recorded_row *row, const char *const *strategies, size_t n)
{
    size_t own_n;
    const char *own = vtb_name_strategy(row->name, &own_n);
    for (size_t i = 0; i < n; i++) {
        if (strlen(strategies[i]) == own_n && memcmp(strategies[i], own, own_n) == 0)
            return true;
    }
    return false;
}

static bool has_strategy(const struct vtb_result_file *file, const char *strategy)
{
    for (size_t i = 0; i < file->rows_n; i++) {
        if (is_of(&file->rows[i], &strategy, 1))
            return true;
    }
    return false;
}

void vtb_gate_list_strategy(char *list, size_t list_bytes, const struct vtb_recorded_row *row)
{
    char item[VTB_CASE_NAME_BYTES];
    size_t n;
    const char *strategy = vtb_name_strategy(row->name, &n);
    snprintf(item, sizeof item, "%.*s", (int)n, strategy);
    vtb_append_once(list, list_bytes, item);
}

static bool refuse_strategy(const struct vtb_result_file *file, const char *strategy,
                            struct vtb_error *error)
{
    char accepted[400] = "";
    for (size_t i = 0; i < file->rows_n; i++)
        vtb_gate_list_strategy(accepted, sizeof accepted, &file->rows[i]);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--strategy: '%.100s' is not in the baseline '%.200s'; accepted: %s", strategy,
                    file->path, accepted);
}

/* Leaves the strategies that --strategy names: the text was checked as it was parsed. */
static bool choose_strategies(struct vtb_options *options, const struct vtb_result_file *file,
                              const char *asked, struct vtb_error *error)
{
    if (!asked)
        return true;
    if (!vtb_options_replay(options, "strategy", asked, error))
        return false;
    for (size_t i = 0; i < options->strategies.n; i++) {
        if (!has_strategy(file, options->strategies.items[i]))
            return refuse_strategy(file, options->strategies.items[i], error);
    }
    return true;
}

/* The key under which a file has an option that does not say which cases are run. */
#define RUN_OPTION "run_options."

const char *vtb_recorded_run_option(const struct vtb_recorded_text *fact)
{
    const size_t n = sizeof RUN_OPTION - 1;
    return strncmp(fact->key, RUN_OPTION, n) == 0 ? fact->key + n : NULL;
}

bool vtb_recorded_replay(struct vtb_options *options, const struct vtb_result_file *file,
                         struct vtb_error *error)
{
    bool ok = true;
    for (size_t i = 0; ok && i < file->options_n; i++)
        ok = vtb_options_replay(options, file->options[i].key, file->options[i].value, error);
    return ok;
}

bool vtb_gate_prepare(struct vtb_options *options, const struct vtb_result_file *file,
                      bool *same_toolchain, struct vtb_error *error)
{
    char difference[400];
    struct vtb_error reason;
    const char *asked = vtb_options_given(options, "strategy");
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
    if (!vtb_recorded_replay(options, file, &reason))
        return vtb_fail(error, VTB_EXIT_BASELINE, "the baseline '%.200s' cannot be run: %.600s",
                        file->path, reason.message);
    if (!*same_toolchain)
        options->time_s = 0;
    if (!*same_toolchain || !has_same_isa(file, &machine))
        leave_out_instructions(options);
    return choose_strategies(options, file, asked, error);
}

static int compare_names(const void *left, const void *right)
{
    return strcmp(*(char *const *)left, *(char *const *)right);
}

#define NAMES "the names of a plan's cases"

/* The names of all cases of a plan, sorted. The caller frees them, and the list. */
static char **names_of(const struct vtb_plan *plan, size_t *n)
{
    size_t room_n = 0;
    for (size_t p = 0; p < plan->points_n; p++)
        room_n += plan->points[p].cases_n * plan->consumers_n;
    char **names = vtb_allocate(room_n, sizeof *names, NAMES);
    *n = 0;
    for (size_t p = 0; p < plan->points_n; p++) {
        for (size_t i = 0; i < plan->points[p].cases_n * plan->consumers_n; i++) {
            const struct vtb_point *point = &plan->points[p];
            const struct vtb_comparison comparison = {
                .point = point, .consumer = plan->consumers[i / point->cases_n]};
            const struct vtb_figures figures = {.the_case = &point->cases[i % point->cases_n]};
            char name[VTB_CASE_NAME_BYTES];
            vtb_case_name(name, sizeof name, &comparison, &figures);
            names[(*n)++] = vtb_copy_text(name, NAMES);
        }
    }
    qsort(names, *n, sizeof *names, compare_names);
    return names;
}

static void leave_unasked(struct vtb_gate *gate, const struct vtb_recorded_row *row)
{
    gate->unasked = vtb_reallocate(gate->unasked, gate->unasked_n + 1, sizeof *gate->unasked,
                                   "the cases that a gate leaves out");
    gate->unasked[gate->unasked_n++] = row;
}

bool vtb_gate_check_cases(struct vtb_gate *gate, const struct vtb_plan *plan,
                          const struct vtb_names *asked, struct vtb_error *error)
{
    const struct vtb_result_file *file = gate->baseline;
    size_t n;
    const char *missing = NULL;
    char **names = names_of(plan, &n);
    for (size_t i = 0; !missing && i < file->rows_n; i++) {
        char *const name = file->rows[i].name;
        if (bsearch(&name, names, n, sizeof *names, compare_names))
            continue;
        if (asked && !is_of(&file->rows[i], asked->items, asked->n))
            leave_unasked(gate, &file->rows[i]);
        else
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
    gate->notes =
        vtb_reallocate(gate->notes, gate->notes_n + 1, sizeof *gate->notes, "the notes of a gate");
    memcpy(gate->notes[gate->notes_n++], text, sizeof text);
}

/* Whether another note tells of a fact, or it follows from what was asked for. */
static bool is_told_otherwise(const char *key)
{
    static const char *const starts[] = {"environment.", "source of ", "skipped", "unavailable.",
                                         "sessions",     "rounds",     "tag",     "code"};
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(key, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

bool vtb_context_read(struct vtb_result_file *file, const struct vtb_results *run,
                      struct vtb_error *error)
{
    char *text;
    size_t text_n;
    const bool ok =
        vtb_output_text(vtb_report_context, run, VTB_FORMAT_JSON, &text, &text_n)
            ? vtb_result_file_parse_context(file, "this run", text, text_n, error)
            : vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for what a result file would say");
    free(text);
    return ok;
}

void vtb_gate_note_facts(struct vtb_gate *gate, const struct vtb_result_file *now)
{
    struct vtb_compared compared;
    vtb_compare_contexts(&compared, gate->baseline, now);
    for (size_t i = 0; i < compared.facts_n; i++) {
        const struct vtb_compared_fact *fact = &compared.facts[i];
        if (fact->before && fact->after && !is_told_otherwise(fact->key))
            vtb_gate_note(gate, "%.60s was '%.150s', is '%.150s'", fact->key, fact->before,
                          fact->after);
    }
    vtb_compare_free(&compared);
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

void vtb_gate_add_gap(struct vtb_gate *gate, const char *name, const char *metric,
                      const char *reason)
{
    gate->gaps = vtb_reallocate(gate->gaps, gate->gaps_n + 1, sizeof *gate->gaps,
                                "the figures that a gate does not compare");
    struct vtb_gate_gap *gap = &gate->gaps[gate->gaps_n++];
    *gap = (struct vtb_gate_gap){.metric = metric, .reason = reason};
    snprintf(gap->name, sizeof gap->name, "%s", name);
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

enum vtb_gate_verdict vtb_gate_judge(const struct vtb_gate_check *check)
{
    if (is_same(check->before, check->after))
        return VTB_GATE_SAME;
    const double more = check->after - check->before;
    if (fabs(more) <= check->allowed || is_same(fabs(more), check->allowed))
        return VTB_GATE_WITHIN;
    return more > 0 ? VTB_GATE_WORSE : VTB_GATE_BETTER;
}

/* Notes what reaches allocators through the environment, if there is anything, and what was taken
 * out, or reached them, when the baseline was made and not now. */
static void note_environment(struct vtb_gate *gate)
{
    static const char *const keys[] = {"environment.kept", "environment.removed"};
    char *const *const lists[] = {vtb_environment_kept(), vtb_environment_removed()};
    for (size_t i = 0; i < 2; i++) {
        const char *before = vtb_recorded_fact(gate->baseline, keys[i]);
        const bool known = strcmp(before, "unknown") != 0;
        char *now = vtb_report_variables(lists[i]);
        if (known && strcmp(before, now) != 0)
            vtb_gate_note(gate, "%s was %.150s, is %.150s: what allocators read (docs/CLI.md)",
                          keys[i], before, now);
        else if (i == 0 && *lists[i])
            vtb_gate_note(gate, "%s is %.150s, %s: what allocators read (docs/CLI.md)", keys[i],
                          now, known ? "as it was" : "and the baseline does not say what it was");
        free(now);
    }
}

/* Whether collections may be compared: they depend on how much is allocated between two of them,
 * on what lives meanwhile, and in their last digits on how many calls were made. */
static bool has_same_budgets(struct vtb_gate *gate, const struct vtb_recorded_row *row,
                             const struct vtb_counter *counters, size_t n)
{
    for (const char *const *key = vtb_budget_keys; *key; key++) {
        const double before = vtb_recorded(row, *key);
        const double after = vtb_counter_value(counters, n, *key);
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

/* Why two figures are not compared of which there is at least one; null if they are. */
static const char *hindrance_of(const struct vtb_gate_metric *metric, bool same_budgets,
                                double before, double after)
{
    if (isnan(before))
        return VTB_GATE_NOT_BEFORE;
    if (isnan(after))
        return VTB_GATE_NOT_NOW;
    return metric->of_budgets && !same_budgets ? VTB_GATE_OTHER_BUDGET : NULL;
}

/* Compares one metric of one case. */
static bool check_metric(struct vtb_gate *gate, const struct vtb_gate_metric *metric,
                         const struct vtb_limit *limit, const struct vtb_recorded_row *row,
                         const struct vtb_gate_check *blank, const struct vtb_counter *counters,
                         size_t n, struct vtb_error *error)
{
    const bool same_budgets = !metric->of_budgets || has_same_budgets(gate, row, counters, n);
    for (size_t k = 0; metric->keys[k]; k++) {
        const double before = vtb_recorded(row, metric->keys[k]);
        const double after = vtb_counter_value(counters, n, metric->keys[k]);
        if (isnan(before) && isnan(after))
            continue;
        const char *hindrance = hindrance_of(metric, same_budgets, before, after);
        if (hindrance) {
            vtb_gate_add_gap(gate, blank->name, metric->keys[k], hindrance);
            continue;
        }
        struct vtb_gate_check *check = vtb_gate_add_check(gate, error);
        if (!check)
            return false;
        *check = *blank;
        check->metric = metric->keys[k];
        check->title = metric->titles[k];
        check->before = before;
        check->after = after;
        check->allowed = fmax(limit->number, limit->share * before);
        check->verdict = vtb_gate_judge(check);
    }
    return true;
}

/* Notes what no metric says: a time that the baseline lacks, or has of another toolchain, of a case
 * that has a ratio; and instructions that it has, but of another processor. */
static void look_for_others(struct vtb_gate *gate, const struct vtb_comparison *comparison,
                            size_t own, const struct vtb_recorded_row *row)
{
    const struct vtb_case *the_case = &comparison->point->cases[own];
    const bool is_unknown = isnan(vtb_recorded_log_ratio(row).mean);
    if (gate->wants_times && own != the_case->baseline && own != the_case->empty &&
        (is_unknown || gate->lacks_times))
        vtb_gate_add_gap(gate, row->name, "ratio",
                         is_unknown ? VTB_GATE_NOT_BEFORE : VTB_GATE_OTHER_TOOLCHAIN);
    if (gate->lacks_instructions && !isnan(vtb_recorded(row, "instructions_per_op")))
        vtb_gate_add_gap(gate, row->name, "instructions_per_op", VTB_GATE_OTHER_ISA);
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
    if (!row) {
        vtb_gate_add_gap(gate, blank.name, NULL, VTB_GATE_NOT_BEFORE);
        return true;
    }
    for (size_t m = 0; ok && m < VTB_GATE_METRICS_N; m++) {
        const struct vtb_gate_metric *metric = &vtb_gate_metrics[m];
        if (options->limits[m].off || (!is_first && !metric->of_toolchain))
            continue;
        ok = check_metric(gate, metric, &options->limits[m], row, &blank, counters, n, error);
    }
    look_for_others(gate, comparison, own, row);
    return ok;
}

bool vtb_gate_counts(struct vtb_gate *gate, const struct vtb_results *results,
                     const struct vtb_options *options, struct vtb_error *error)
{
    bool ok = true;
    note_environment(gate);
    for (size_t i = 0; ok && i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t own = 0; ok && own < comparison->point->cases_n; own++) {
            ok = check_case(gate, results, comparison, own, options, error);
        }
    }
    return ok;
}
