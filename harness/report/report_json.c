/* Each row is written on a line of its own, so that two files can be compared with diff. */
#include "report/report_json.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <jansson.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "cells/code.h"
#include "cells/foreign.h"
#include "cells/malloc_owner.h"
#include "passes/cpu_info.h"
#include "passes/environment.h"
#include "passes/instructions.h"
#include "passes/libraries.h"
#include "report/break_even_json.h"
#include "report/case_names.h"
#include "report/counters.h"
#include "report/report_answer.h"
#include "report/report_shard.h"

/* Numbers are written with 15 digits: 78.4, not 78.400000000000006. */
#define REAL_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

static json_t *caches(const struct vtb_cpu_info *cpu)
{
    json_t *list = json_array();
    for (size_t i = 0; i < cpu->caches_n; i++) {
        json_t *cache = json_object();
        vtb_json_put(cache, "type", json_string(cpu->caches[i].type));
        vtb_json_put(cache, "level", json_integer(cpu->caches[i].level));
        vtb_json_put(cache, "size", json_integer(cpu->caches[i].size_bytes));
        vtb_json_put(cache, "num_sharing", json_integer(cpu->caches[i].num_sharing));
        vtb_json_append(list, cache);
    }
    return list;
}

json_t *vtb_skips_json(const struct vtb_skips *skips)
{
    json_t *list = json_array();
    for (size_t i = 0; i < skips->n; i++) {
        const struct vtb_skip *item = &skips->items[i];
        json_t *skip = json_object();
        if (item->strategy)
            vtb_json_put(skip, "strategy", json_string(item->strategy));
        vtb_json_put(skip,
                     item->strategy   ? "without"
                     : item->is_guest ? "guest"
                                      : "heap",
                     json_string(item->what));
        vtb_json_put(skip, "reason", vtb_json_text(item->reason));
        vtb_json_append(list, skip);
    }
    return list;
}

/* The source of an entry that a user brought: its file, and the digest of the file. */
static json_t *source_of(const char *name, const char *path, const char *digest)
{
    json_t *source = json_object();
    vtb_json_put(source, "name", json_string(name));
    vtb_json_put(source, "path", vtb_json_text(path));
    vtb_json_put(source, "sha256", json_string(digest));
    return source;
}

static json_t *foreign_strategies(void)
{
    json_t *list = json_array();
    const struct vtb_strategy_entry *entry;
    for (size_t i = 0; (entry = vtb_foreign_strategy_at(i)); i++)
        vtb_json_append(list, source_of(entry->name, entry->path, entry->digest));
    return list;
}

static json_t *foreign_workloads(void)
{
    json_t *list = json_array();
    const struct vtb_workload_entry *entry;
    for (size_t i = 0; (entry = vtb_foreign_workload_at(i)); i++) {
        if (entry->path) /* not if the entry is only another size of the build's workload */
            vtb_json_append(list, source_of(entry->name, entry->path, entry->digest));
    }
    return list;
}

/* Adds why a figure is missing of cases that paused too seldom for it. */
static void put_few_pauses(json_t *object, const struct vtb_results *results,
                           const struct vtb_pressure_metric *metric)
{
    char reason[160];
    const size_t cases_n = results->plan->points[0].cases_n;
    for (size_t i = 0; i < results->comparisons_n * cases_n; i++) {
        const struct vtb_pressure *pressure =
            &results->comparisons[i / cases_n].figures[i % cases_n].pressure;
        if (!pressure->collects || !isnan(vtb_pressure_value(metric, pressure)))
            continue;
        snprintf(reason, sizeof reason,
                 "known from %u pause%s on; where it is missing, pauses_n says how many there were",
                 metric->pauses_min, vtb_plural(metric->pauses_min, "", "s"));
        vtb_json_put(object, metric->key, json_string(reason));
        return;
    }
}

/* Adds the reasons why figures of the pressure pass are missing. */
static void put_no_pressure(json_t *object, const struct vtb_results *results)
{
    const struct vtb_plan *plan = results->plan;
    unsigned generations_n = 0;
    for (size_t i = 0; i < plan->points[0].cases_n; i++) {
        const struct vtb_collector *collector = plan->points[0].cases[i].heap->heap->collector;
        if (collector && collector->generations_n > generations_n)
            generations_n = collector->generations_n;
    }
    const bool collects = generations_n > 0;
    for (const struct vtb_pressure_metric *metric = vtb_pressure_metrics; metric->word; metric++) {
        if (metric->of_collector && !collects)
            vtb_json_put(object, metric->key, json_string("no heap of this run collects"));
        else if (!collects && plan->pressure_words.n == 0)
            vtb_json_put(object, metric->key, json_string("--pressure was not given"));
        else if (metric->of_generations && generations_n == 1)
            vtb_json_put(object, metric->key, json_string("no collector here has generations"));
        else if (metric->pauses_min > 0)
            put_few_pauses(object, results, metric);
    }
}

/* The keys of result files that this run does not fill in, and why. */
static json_t *unavailable_object(const struct vtb_results *results)
{
    const struct vtb_plan *plan = results->plan;
    json_t *object = json_object();
    put_no_pressure(object, results);
    const char *hindrance =
        plan->instructions ? vtb_instructions_hindrance(plan) : "--instructions was not given";
    if (hindrance)
        vtb_json_put(object, "instructions_per_op", json_string(hindrance));
    for (size_t i = 0; i < results->events.events.n; i++) {
        if (*results->events.events.items[i].reason)
            vtb_json_put(object, results->events.per_op[i],
                         json_string(results->events.events.items[i].reason));
    }
    if (plan->calls_per_second > 0 && vtb_plan_is_timed(plan) && vtb_plan_has_cold(plan))
        vtb_json_put(object, "cpu_s_per_second",
                     json_string("of cold starts no processor time at a volume is told"));
    if (!vtb_plan_is_timed(plan))
        vtb_json_put(object, "ns_per_op", json_string("--rounds 0 measures no time"));
    if (plan->guests_n > 0) {
        vtb_json_put(object, "allocs_per_op", json_string("guests do not tell it"));
        vtb_json_put(object, "cpu_time", json_string("guests do not tell it"));
    }
    return object;
}

/* The role that a case has in this run: where the user chose another baseline, it is that one. */
static enum vtb_role role_of(const struct vtb_point *point, size_t i)
{
    const struct vtb_case *the_case = &point->cases[i];
    const char *base = point->cases[the_case->variant_of].timing->name;
    if (the_case->empty == i)
        return VTB_ROLE_EMPTY;
    if (the_case->floor == i)
        return VTB_ROLE_FLOOR;
    if (the_case->baseline == i)
        return VTB_ROLE_BASELINE;
    return the_case->timing->strategy->role == VTB_ROLE_CHALLENGER &&
                   strcmp(base, the_case->timing->name) == 0
               ? VTB_ROLE_CHALLENGER
               : VTB_ROLE_NONE;
}

/* The strategies with a role, as all points have them. */
static json_t *roles(const struct vtb_point *point)
{
    json_t *object = json_object();
    for (size_t i = 0; i < point->cases_n; i++) {
        const enum vtb_role role = role_of(point, i);
        if (role != VTB_ROLE_NONE)
            vtb_json_put(object, point->cases[i].timing->name, json_string(vtb_role_words[role]));
    }
    return object;
}

/* The options that make the same cases again; or those that say how they are run. */
static json_t *given(const struct vtb_options *options, bool of_cases)
{
    json_t *object = json_object();
    for (size_t i = 0; options && i < options->given_n; i++) {
        if (options->given[i].of_cases == of_cases)
            vtb_json_put(object, options->given[i].name, vtb_json_text(options->given[i].text));
    }
    return object;
}

/* Adds the facts about the machine, under the keys of Google Benchmark. */
static void put_machine(json_t *object, const struct vtb_results *results)
{
    const struct vtb_machine *machine = &results->machine;
    const bool is_release = strcmp(vtb_machine_fact(machine, "build_type"), "Release") == 0;
    struct vtb_cpu_info cpu;
    char host[256] = "unknown";
    json_t *load = json_array();
    vtb_cpu_info_read(&cpu, "");
    (void)gethostname(host, sizeof host - 1);
    for (size_t i = 0; i < machine->load_average_n; i++)
        vtb_json_append(load, json_real(machine->load_average[i]));
    vtb_json_put(object, "date", json_string(results->date));
    vtb_json_put(object, "host_name", vtb_json_text(host));
    vtb_json_put(object, "executable", vtb_json_text(results->executable));
    vtb_json_put(object, "num_cpus", json_integer(cpu.num_cpus));
    vtb_json_put(object, "mhz_per_cpu", json_integer(cpu.mhz_per_cpu));
    vtb_json_put(object, "cpu_scaling_enabled", json_boolean(cpu.scaling));
    vtb_json_put(object, "caches", caches(&cpu));
    vtb_json_put(object, "load_avg", load);
    vtb_json_put(object, "library_build_type", json_string(is_release ? "release" : "debug"));
}

/* Variables, each with its value. */
static json_t *variables(char *const *list)
{
    json_t *object = json_object();
    for (size_t i = 0; list[i]; i++) {
        const char *value = strchrnul(list[i], '=');
        char *name = vtb_environment_name(list[i]); /* a key must be UTF-8 */
        vtb_json_put(object, name, vtb_json_text(value + (*value == '=')));
        free(name);
    }
    return object;
}

char *vtb_report_variables(char *const *list)
{
    json_t *object = variables(list);
    char *text = json_dumps(object, JSON_COMPACT);
    json_decref(object);
    return text ? text : vtb_copy_text("unknown", "the environment");
}

/* What reaches an allocator from outside. */
static json_t *environment(void)
{
    json_t *object = json_object();
    vtb_json_put(object, "removed", variables(vtb_environment_removed()));
    vtb_json_put(object, "kept", variables(vtb_environment_kept()));
    return object;
}

static json_t *loaded_libraries(void)
{
    struct vtb_libraries libraries;
    json_t *list = json_array();
    vtb_libraries_read(&libraries);
    for (size_t i = 0; i < libraries.n; i++) {
        json_t *library = json_object();
        vtb_json_put(library, "name", vtb_json_text(libraries.items[i].name));
        vtb_json_put(library, "version", vtb_json_text(libraries.items[i].version));
        vtb_json_put(library, "file", vtb_json_text(libraries.items[i].file));
        json_array_append_new(list, library);
    }
    vtb_libraries_free(&libraries);
    return list;
}

/* Adds what the intervals rest on. */
static void put_sessions(json_t *object, const struct vtb_results *results)
{
    const struct vtb_sessions *sessions = &results->sessions;
    if (!vtb_plan_is_timed(results->plan))
        return;
    vtb_json_put(object, "sessions", json_integer((json_int_t)sessions->done_n));
    vtb_json_put(object, "rounds", json_integer((json_int_t)results->plan->rounds_n));
    vtb_json_put(object, "rho", json_real(VTB_POOLED_RHO));
    vtb_json_put(object, "phi", json_real(VTB_POOLED_PHI));
    vtb_json_put(object, "probe_quiet_ns", json_real(results->quiet_ns));
    vtb_json_put(object, "probe_least_ns", json_real(sessions->level.least_ns));
    vtb_json_put(object, "probe_cycle_ns", json_real(sessions->level.cycle_ns));
}

/* Adds which recorded keys there were: the file may be another one by the next run. */
static void put_trace(json_t *object, const struct vtb_plan *plan)
{
    char digest[24];
    if (!plan->trace_path)
        return;
    snprintf(digest, sizeof digest, "%016" PRIx64, plan->trace.digest);
    vtb_json_put(object, "trace", vtb_json_text(plan->trace_path));
    vtb_json_put(object, "trace_requests", json_integer((json_int_t)plan->trace.ids_n));
    vtb_json_put(object, "trace_keys", json_integer((json_int_t)plan->trace.keys_n));
    vtb_json_put(object, "trace_digest", json_string(digest));
}

/* The code of the cells, if they are loaded. */
static void put_code(json_t *object, const struct vtb_plan *plan)
{
    char digest[24];
    size_t n;
    const struct vtb_cell **cells = vtb_plan_cells(plan, &n);
    if (!cells)
        vtb_no_memory(plan->points_n * sizeof *cells, "JSON");
    const uint64_t code = vtb_code_digest(cells, n);
    free(cells);
    snprintf(digest, sizeof digest, "%016" PRIx64, code);
    if (code != 0)
        vtb_json_put(object, "code", json_string(digest));
}

void vtb_report_made(json_t *object, const struct vtb_machine *machine, time_t began)
{
    static const char *const keys[] = {"version", "git_revision", "cpu_model"};
    char date[32] = "";
    struct tm local;
    if (localtime_r(&began, &local))
        (void)strftime(date, sizeof date, VTB_DATE_FORMAT, &local);
    vtb_json_put(object, "date", json_string(date));
    for (size_t i = 0; machine && i < sizeof keys / sizeof *keys; i++)
        vtb_json_put(object, keys[i], vtb_json_text(vtb_machine_fact(machine, keys[i])));
}

/* The guests, each with the version of its runtime, if it said one. */
static json_t *guests(const struct vtb_results *results)
{
    json_t *object = json_object();
    for (size_t i = 0; i < results->plan->guests_n; i++) {
        const char *version = results->guests ? results->guests[i].version : "";
        vtb_json_put(object, results->plan->guests[i].name,
                     vtb_json_text(*version ? version : "unknown"));
    }
    return object;
}

/* The context: first the keys of Google Benchmark, then those that it does not have. */
static json_t *context(const struct vtb_results *results)
{
    const struct vtb_machine *machine = &results->machine;
    const struct vtb_plan *plan = results->plan;
    char seed[24];
    json_t *object = json_object();
    put_machine(object, results);
    vtb_json_put(object, "command_line", vtb_json_text(results->command_line));
    for (size_t i = 0; i < machine->facts_n; i++)
        vtb_json_put(object, machine->facts[i].key, vtb_json_text(machine->facts[i].value));
    if (results->options && results->options->tag)
        vtb_json_put(object, "tag", vtb_json_text(results->options->tag));
    vtb_json_put(object, "environment", environment());
    const char *owner = vtb_file_of_function("malloc");
    vtb_json_put(object, "malloc", vtb_json_text(owner ? owner : "unknown"));
    vtb_json_put(object, "libraries", loaded_libraries());
    put_code(object, plan);
    if (plan->guests_n > 0)
        vtb_json_put(object, "guests", guests(results));
    snprintf(seed, sizeof seed, "%" PRIu64, plan->points[0].seed);
    vtb_json_put(object, "seed", json_string(seed)); /* as JSON's numbers may have only 53 bits */
    vtb_json_put(object, "confidence", json_real(VTB_CONFIDENCE));
    vtb_json_put(object, "same_margin", json_real(VTB_SAME_MARGIN));
    put_sessions(object, results);
    vtb_json_put(object, "interrupted", json_boolean(results->interrupted));
    put_trace(object, plan);
    vtb_report_shard(object, results);
    if (plan->calls_per_second > 0)
        vtb_json_put(object, "calls_per_second", json_real(plan->calls_per_second));
    if (plan->open_loop.hands_over)
        vtb_json_put(object, "wake", json_string(vtb_wake_words[plan->open_loop.wake]));
    vtb_json_put(object, "options", given(results->options, true));
    vtb_json_put(object, "run_options", given(results->options, false));
    vtb_json_put(object, "roles", roles(&plan->points[0]));
    vtb_json_put(object, "strategies", foreign_strategies());
    vtb_json_put(object, "workloads", foreign_workloads());
    vtb_json_put(object, "skipped", vtb_skips_json(&plan->skips));
    vtb_json_put(object, "unavailable", unavailable_object(results));
    return object;
}

/* The fields that rows of sessions and rows of medians share. */
static json_t *row_of(const char *name, const struct vtb_results *results,
                      const struct vtb_comparison *comparison, const struct vtb_figures *figures,
                      bool exact_only)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    const size_t n = vtb_counters(results, comparison, figures, counters);
    json_t *row = json_object();
    vtb_json_put(row, "run_name", json_string(name));
    if (figures->the_case->guest_word)
        vtb_json_put(row, "guest", vtb_json_text(figures->the_case->guest_word));
    vtb_json_put(row, "threads", json_integer((json_int_t)figures->the_case->threads_n));
    for (size_t i = 0; i < n; i++) {
        if ((counters[i].exact || !exact_only) && !isnan(counters[i].value))
            vtb_json_put(row, counters[i].key, json_real(counters[i].value));
    }
    return row;
}

static void print_row(FILE *out, json_t *row, bool *first)
{
    fputs(*first ? "\n" : ",\n", out);
    *first = false;
    vtb_json_dump(out, row, REAL_FLAGS);
    json_decref(row);
}

/* Puts the times that are known: of no state of the machine may there be enough. */
static void put_times(json_t *row, double real_ns, double cpu_ns)
{
    vtb_json_put_known(row, "real_time", real_ns);
    vtb_json_put_known(row, "cpu_time", cpu_ns);
    vtb_json_put(row, "time_unit", json_string("ns"));
}

/* The median of one of a case's figures over the rounds of a session. */
static double session_median(const struct vtb_samples *samples, const double *figures,
                             size_t session, size_t own)
{
    return vtb_median_of_case(figures + vtb_samples_at(samples, session, 0, 0), samples->rounds_n,
                              samples->cases_n, own);
}

/* Prints a row a session, of all of its epochs, whatever state they were in. */
static void print_sessions(FILE *out, const struct vtb_results *results,
                           const struct vtb_comparison *comparison, size_t own, const char *name,
                           bool *first)
{
    const struct vtb_samples *samples = &comparison->samples;
    const size_t epoch_n = vtb_samples_epoch_n(samples, comparison->figures[own].the_case);
    json_t *row = row_of(name, results, comparison, &comparison->figures[own], true);
    vtb_json_put(row, "name", json_string(name));
    vtb_json_put(row, "run_type", json_string("iteration"));
    vtb_json_put(row, "repetitions", json_integer((json_int_t)samples->sessions_n));
    for (size_t session = 0; session < samples->sessions_n; session++) {
        vtb_json_put(row, "repetition_index", json_integer((json_int_t)session));
        vtb_json_put(row, "session", json_integer((json_int_t)session + 1));
        vtb_json_put(row, "iterations",
                     json_integer((json_int_t)epoch_n * (json_int_t)samples->rounds_n));
        put_times(row, session_median(samples, samples->real_ns, session, own),
                  session_median(samples, samples->cpu_ns, session, own));
        print_row(out, json_incref(row), first);
    }
    json_decref(row);
}

static double cpu_median(const struct vtb_samples *samples, size_t own)
{
    double *medians = vtb_allocate(samples->sessions_n, sizeof *medians, "the times of a case");
    for (size_t session = 0; session < samples->sessions_n; session++)
        medians[session] = session_median(samples, samples->cpu_ns, session, own);
    const double median = vtb_median(medians, samples->sessions_n);
    free(medians);
    return median;
}

static json_t *callers(const struct vtb_figures *figures)
{
    json_t *list = json_array();
    for (size_t i = 0; i < figures->the_case->threads_n; i++)
        vtb_json_append(list, isfinite(figures->caller_ns[i]) ? json_real(figures->caller_ns[i])
                                                              : json_null());
    return list;
}

static void print_median(FILE *out, const struct vtb_results *results,
                         const struct vtb_comparison *comparison, size_t own, const char *name,
                         bool *first)
{
    const struct vtb_figures *figures = &comparison->figures[own];
    const struct vtb_samples *samples = &comparison->samples;
    char median_name[600];
    snprintf(median_name, sizeof median_name, "%s_median", name);
    json_t *row = row_of(name, results, comparison, figures, false);
    vtb_json_put(row, "name", json_string(median_name));
    vtb_json_put(row, "run_type", json_string("aggregate"));
    vtb_json_put(row, "aggregate_name", json_string("median"));
    vtb_json_put(row, "aggregate_unit", json_string("time"));
    vtb_json_put(row, "repetitions", json_integer((json_int_t)samples->sessions_n));
    vtb_json_put(row, "iterations", json_integer((json_int_t)samples->sessions_n));
    put_times(row, figures->ns.median, cpu_median(samples, own));
    vtb_json_put(row, "state", json_string(vtb_state_words[comparison->state]));
    if (figures->caller_ns)
        vtb_json_put(row, "caller_ns_per_op", callers(figures));
    vtb_json_put(row, "optimised_away", json_boolean(figures->optimised_away));
    if (figures->verdict != VTB_VERDICT_NONE)
        vtb_json_put(row, "verdict", json_string(vtb_verdict_words[figures->verdict]));
    print_row(out, row, first);
}

/* Prints the one row of a case without times, which has only counts. */
static void print_counts(FILE *out, const struct vtb_results *results,
                         const struct vtb_comparison *comparison, size_t own, const char *name,
                         bool *first)
{
    json_t *row = row_of(name, results, comparison, &comparison->figures[own], false);
    vtb_json_put(row, "name", json_string(name));
    vtb_json_put(row, "run_type", json_string("counts"));
    print_row(out, row, first);
}

static void print_break_evens(FILE *out, const struct vtb_results *results)
{
    json_t *list = vtb_break_evens_json(&results->break_evens);
    bool first = true;
    for (size_t i = 0; i < json_array_size(list); i++)
        print_row(out, json_incref(json_array_get(list, i)), &first);
    json_decref(list);
}

void vtb_report_context(FILE *out, const void *what, enum vtb_format format)
{
    json_t *object = context(what);
    (void)format;
    vtb_json_dump(out, object, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(object);
}

static void print_answer(FILE *out, const struct vtb_results *results)
{
    json_t *list = vtb_report_answer_json(results);
    bool first = true;
    fputs(",\n\"answer\": [", out);
    for (size_t i = 0; i < json_array_size(list); i++)
        print_row(out, json_incref(json_array_get(list, i)), &first);
    fputs("\n]", out);
    json_decref(list);
}

/* A baseline is only compared with: it has no sessions, and no answer. */
static void report(FILE *out, const struct vtb_results *results, bool is_baseline)
{
    char name[VTB_CASE_NAME_BYTES];
    bool first = true;
    fputs("{\n\"context\": ", out);
    vtb_report_context(out, results, VTB_FORMAT_JSON);
    fputs(",\n\"benchmarks\": [", out);
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t own = 0; own < comparison->point->cases_n; own++) {
            vtb_case_name(name, sizeof name, comparison, &comparison->figures[own]);
            if (comparison->timed) {
                if (!is_baseline)
                    print_sessions(out, results, comparison, own, name, &first);
                print_median(out, results, comparison, own, name, &first);
            } else {
                print_counts(out, results, comparison, own, name, &first);
            }
        }
    }
    fputs("\n],\n\"break_even\": [", out);
    print_break_evens(out, results);
    fputs("\n]", out);
    if (!is_baseline)
        print_answer(out, results);
    fputs("\n}\n", out);
}

void vtb_report_json(FILE *out, const struct vtb_results *results)
{
    report(out, results, false);
}

void vtb_report_baseline(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_results *results = what;
    (void)format;
    report(out, results, true);
}
