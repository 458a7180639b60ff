/* Cases are read from their names and narrowed down, one property after the other, until those are
 * left that were asked about. */
#include "gate/recorded_tables.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "cells/foreign.h"
#include "gate/compare.h"
#include "gate/gate.h"
#include "gate/recorded_figures.h"
#include "plan/guest_cases.h"
#include "plan/option_values.h"
#include "report/case_names.h"

#define WHAT "the tables of a result file"
#define NAME_BYTES 512
#define LIST_BYTES 400

/* A case of the file, by what its name says. */
struct recorded {
    const struct vtb_recorded_row *row;
    struct vtb_point point; /* its workload, and the parameters that are in the name */
    const struct vtb_heap_entry *heap;
    const struct vtb_plan_guest *guest; /* that ran it; null: cells did */
    double threads_n;
    bool is_other;     /* of the pair the other strategy; else the baseline */
    char obstacle[64]; /* the part of its name that makes it no case of advice; "": none */
};

struct choice {
    struct recorded *cases; /* those that are left, in the file's order; owned */
    size_t n;
    const struct vtb_result_file *file;
    const struct vtb_options *options;
    const struct vtb_recorded_pair *pair;
    const struct vtb_workload_entry *workload;
    struct vtb_plan *plan; /* which gets the guests that the file tells of */
    struct vtb_error *error;
};

static bool refuse(const struct choice *choice, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* Refuses the file: the text says what it lacks, behind its name. */
static bool refuse(const struct choice *choice, const char *format, ...)
{
    char reason[2 * LIST_BYTES];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return vtb_fail(choice->error, VTB_EXIT_USAGE, "--from: '%.200s' %s", choice->file->path,
                    reason);
}

/* --- workload --- */

/* The workload that was asked for, by its name or by its size; null: none was. */
static const char *asked_workload(const struct vtb_options *options)
{
    const struct vtb_numbers *payload = &options->parameters[VTB_P(payload)];
    if (payload->n > 0)
        return vtb_sized_workload((size_t)payload->values[0]);
    return options->workloads.n > 0 ? options->workloads.items[0] : NULL;
}

/* The name of the workload that is meant: what was asked, or the default, or else the only one.
 * Null: the error is set. */
static const char *find_workload(const struct choice *choice)
{
    const char *asked = asked_workload(choice->options);
    const char *wanted = asked ? asked : vtb_default_workload_name;
    char list[LIST_BYTES] = "";
    bool has = false;
    for (size_t i = 0; i < choice->file->rows_n; i++) {
        char own[NAME_BYTES];
        snprintf(own, sizeof own, "%.*s", (int)strcspn(choice->file->rows[i].name, "/"),
                 choice->file->rows[i].name);
        vtb_append_once(list, LIST_BYTES, own);
        has |= strcmp(own, wanted) == 0;
    }
    const char *only = strchr(list, ',') ? NULL : vtb_find_workload_name(list);
    if (has || (!asked && only))
        return has ? wanted : only;
    if (asked)
        (void)vtb_fail(choice->error, VTB_EXIT_USAGE,
                       "--%s: '%.200s' has no figures of %.100s; it has %s",
                       choice->options->workloads.n > 0 ? "workload" : "payload",
                       choice->file->path, asked, list);
    else
        (void)refuse(choice,
                     "is of several workloads, or of one that is not known here: %s; "
                     "--workload NAME says which is meant",
                     list);
    return NULL;
}

/* A workload whose size the build did not list has to be compiled before anything is known of
 * it. */
static bool choose_workload(struct choice *choice)
{
    const char *name = find_workload(choice);
    if (!name || !vtb_foreign_load(choice->error))
        return false;
    choice->workload = vtb_find_workload(name);
    return true;
}

/* --- names --- */

/* A case's value of a parameter; NaN: it has none. */
static double value_of(const struct recorded *recorded, enum vtb_parameter_id id)
{
    const struct vtb_case the_case = {.heap = recorded->heap,
                                      .threads_n = (size_t)recorded->threads_n};
    return vtb_parameter_value(&vtb_parameters[id], &recorded->point, &the_case);
}

static const struct vtb_parameter *parameter_of(const char *word)
{
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        if (strcmp(each->word, word) == 0)
            return each;
    }
    return NULL;
}

/* Takes the value of a parameter; false if advice cannot be asked for cases with it. */
static bool take_value(struct recorded *recorded, const struct vtb_parameter *parameter,
                       const char *text)
{
    char *end;
    const double value = strtod(text, &end);
    const struct vtb_number_kind *kind = &parameter->number;
    if (end == text || *end || !(value >= kind->min && value <= kind->max))
        return false;
    if (parameter == &vtb_parameters[VTB_P(threads)])
        recorded->threads_n = value;
    vtb_parameter_set(parameter, &recorded->point, value);
    return parameter->of_method || parameter == &vtb_parameters[VTB_P(calls)] ||
           value == parameter->usual;
}

/* Whether a part of a name that is no parameter is as it is by default. */
static bool is_usual(const struct vtb_point *point, const char *word, const char *value)
{
    const struct vtb_workload *workload = point->workload->workload;
    const struct vtb_point usual = {
        .distribution = {workload->default_zipf > 0, workload->default_zipf}};
    char keys[VTB_POINT_TEXT_BYTES];
    vtb_keys_text(keys, &usual);
    const struct {
        const char *word;
        const char *value;
    } parts[] = {
        {"completion", vtb_completion_words[VTB_COMPLETION_FIFO]},
        {"distribution", keys},
        {"consumer", vtb_consumer_words[VTB_CONSUMER_INDEPENDENT]},
        {"method", vtb_method_words[VTB_METHOD_DIRECT]},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++) {
        if (strcmp(parts[i].word, word) == 0)
            return strcmp(parts[i].value, value) == 0;
    }
    return false;
}

/* Reads the parts behind workload, strategy and heap. */
static void read_parts(struct recorded *recorded, char *rest)
{
    char *part;
    recorded->point.hits.rate = NAN;
    while ((part = strsep(&rest, "/"))) {
        char whole[sizeof recorded->obstacle];
        snprintf(whole, sizeof whole, "%s", part);
        char *value = part;
        const char *word = strsep(&value, ":");
        const struct vtb_parameter *parameter = parameter_of(word);
        const bool ok = value && (parameter ? take_value(recorded, parameter, value)
                                            : is_usual(&recorded->point, word, value));
        if (!ok && !*recorded->obstacle)
            memcpy(recorded->obstacle, whole, sizeof whole);
    }
    if (isnan(recorded->point.hits.rate) && !*recorded->obstacle)
        snprintf(recorded->obstacle, sizeof recorded->obstacle, "no hit rate");
}

/* Finds what stands for a heap in a name: one of ours, or a guest whose version the file has, whose
 * rows weigh as those of a heap more. False: it is neither. */
static bool find_heap(const struct choice *choice, struct recorded *recorded, const char *name)
{
    char key[NAME_BYTES];
    recorded->heap = vtb_find_heap(name);
    if (recorded->heap)
        return true;
    snprintf(key, sizeof key, "guests.%.300s", name);
    const char *version = vtb_recorded_fact(choice->file, key);
    if (strcmp(version, "unknown") != 0)
        recorded->guest = vtb_guest_cases_recorded(choice->plan, name, version);
    if (recorded->guest)
        recorded->heap = &recorded->guest->heap;
    return recorded->guest;
}

/* Reads a row's name; false if the case is not of the pair and the workload, or of a heap that is
 * not known here. */
static bool read_case(const struct choice *choice, struct recorded *recorded,
                      const struct vtb_recorded_row *row)
{
    char name[NAME_BYTES];
    char *rest = name;
    *recorded =
        (struct recorded){.row = row, .point = {.workload = choice->workload}, .threads_n = 1};
    snprintf(name, sizeof name, "%s", row->name);
    const char *workload = strsep(&rest, "/");
    const char *strategy = strsep(&rest, "/");
    const char *heap = strsep(&rest, "/");
    if (!rest)
        return false;
    recorded->is_other = strcmp(strategy, choice->pair->other) == 0;
    if (strcmp(workload, choice->workload->name) != 0 ||
        !(recorded->is_other || strcmp(strategy, choice->pair->baseline) == 0) ||
        !find_heap(choice, recorded, heap))
        return false;
    read_parts(recorded, rest);
    return true;
}

static bool refuse_strategies(const struct choice *choice)
{
    char list[LIST_BYTES] = "";
    for (size_t i = 0; i < choice->file->rows_n; i++)
        vtb_gate_list_strategy(list, sizeof list, &choice->file->rows[i]);
    return refuse(choice, "has not both %s and %s, of %s on a heap that is known here; it has %s",
                  choice->pair->baseline, choice->pair->other, choice->workload->name, list);
}

static bool read_cases(struct choice *choice)
{
    const struct vtb_result_file *file = choice->file;
    size_t others_n = 0;
    choice->cases = vtb_allocate(file->rows_n, sizeof *choice->cases, WHAT);
    for (size_t i = 0; i < file->rows_n; i++) {
        if (read_case(choice, &choice->cases[choice->n], &file->rows[i]))
            others_n += choice->cases[choice->n++].is_other;
    }
    return (others_n > 0 && others_n < choice->n) || refuse_strategies(choice);
}

/* --- what advice can be worked out from --- */

/* Leaves the cases for which `keeps` says so. */
static void narrow(struct choice *choice,
                   bool (*keeps)(const struct choice *choice, const struct recorded *recorded))
{
    size_t n = 0;
    for (size_t i = 0; i < choice->n; i++) {
        if (keeps(choice, &choice->cases[i]))
            choice->cases[n++] = choice->cases[i];
    }
    choice->n = n;
}

static bool is_plain(const struct choice *choice, const struct recorded *recorded)
{
    (void)choice;
    return !*recorded->obstacle;
}

static bool keep_plain(struct choice *choice)
{
    const struct recorded first = *choice->cases;
    narrow(choice, is_plain);
    return choice->n > 0 ||
           refuse(choice,
                  "holds no case such as advice is for, of a steady state, at a hit rate, by the "
                  "direct method, and else as by default: '%s' is none of it",
                  first.obstacle);
}

static bool is_timed(const struct choice *choice, const struct recorded *recorded)
{
    (void)choice;
    return !isnan(vtb_recorded(recorded->row, "ratio"));
}

static bool keep_timed(struct choice *choice)
{
    narrow(choice, is_timed);
    if (choice->n == 0)
        return refuse(choice,
                      "holds counts alone, and advice takes times: make one without "
                      "--rounds 0");
    for (size_t i = 0; i < choice->n; i++) {
        if (!choice->cases[i].is_other && !vtb_recorded_is_baseline(choice->cases[i].row))
            return refuse(choice, "has ratios to another strategy than %s", choice->pair->baseline);
        if (isnan(vtb_recorded(choice->cases[i].row, "bytes_per_op")))
            return refuse(choice, "does not say what a call allocates (bytes_per_op)");
    }
    return true;
}

/* --- heaps --- */

static bool is_on_heap(const struct choice *choice, const struct recorded *recorded)
{
    const struct vtb_names *asked = &choice->options->heaps;
    return !recorded->heap->heap->unavailable &&
           vtb_runtime_has_heap(choice->pair->runtime, recorded->heap->heap) &&
           (!recorded->guest ||
            vtb_runtime_has_guest(choice->pair->runtime, recorded->guest->name)) &&
           (asked->n == 0 || vtb_names_have(asked, recorded->heap->name));
}

/* Notes the heaps of the file that cannot be told of here, as it is not known what they do. */
static void skip_heaps(const struct choice *choice, struct vtb_skips *skips)
{
    for (size_t i = 0; i < choice->n; i++) {
        const struct vtb_heap_entry *heap = choice->cases[i].heap;
        bool is_new = heap->heap->unavailable != NULL && skips->n < VTB_SKIPS_MAX;
        for (size_t s = 0; is_new && s < skips->n; s++)
            is_new = skips->items[s].what != heap->name;
        if (is_new)
            skips->items[skips->n++] =
                (struct vtb_skip){.what = heap->name, .reason = heap->heap->unavailable};
    }
}

static bool keep_heaps(struct choice *choice, struct vtb_skips *skips)
{
    const struct vtb_names *asked = &choice->options->heaps;
    char list[LIST_BYTES] = "";
    skip_heaps(choice, skips);
    for (size_t i = 0; i < choice->n; i++)
        vtb_append_once(list, LIST_BYTES, choice->cases[i].heap->name);
    narrow(choice, is_on_heap);
    for (size_t h = 0; !asked->all && h < asked->n; h++) {
        bool has = false;
        for (size_t i = 0; !has && i < choice->n; i++)
            has = strcmp(choice->cases[i].heap->name, asked->items[h]) == 0;
        if (!has)
            return vtb_fail(choice->error, VTB_EXIT_USAGE,
                            "--heap: '%s': '%.200s' has no figures of it; it has %s",
                            asked->items[h], choice->file->path, list);
    }
    return choice->n > 0 || refuse(choice, "has no heap that can be told of here%s%s; it has %s",
                                   choice->pair->runtime ? ", and is as that of --runtime " : "",
                                   choice->pair->runtime ? choice->pair->runtime->word : "", list);
}

/* --- parameters --- */

/* What is asked of a parameter: NaN where nothing is said of it; the option that says it; and the
 * hit rate at which it is asked, NaN: at any. */
struct asked {
    enum vtb_parameter_id id;
    double value;
    const char *option;
    double at_rate;
};

static struct asked asked_of(const struct vtb_options *options, enum vtb_parameter_id id)
{
    const struct vtb_numbers *given = &options->parameters[id];
    return (struct asked){id, given->n > 0 ? given->values[0] : NAN, vtb_parameters[id].option,
                          NAN};
}

/* The parameter's values among the cases, the first of them, and whether one is `wanted`. */
struct values {
    char list[LIST_BYTES];
    double first;
    bool has;
};

static void find_values(struct values *values, const struct choice *choice,
                        const struct asked *asked, double wanted)
{
    *values = (struct values){.first = NAN};
    for (size_t i = 0; i < choice->n; i++) {
        char number[VTB_NUMBER_BYTES];
        const double value = value_of(&choice->cases[i], asked->id);
        if (!isnan(asked->at_rate) && choice->cases[i].point.hits.rate != asked->at_rate)
            continue;
        snprintf(number, sizeof number, "%.12g", value);
        vtb_append_once(values->list, LIST_BYTES, number);
        values->first = isnan(values->first) ? value : values->first;
        values->has |= value == wanted;
    }
}

static bool refuse_value(const struct choice *choice, const struct asked *asked,
                         const struct values *values)
{
    const struct vtb_parameter *parameter = &vtb_parameters[asked->id];
    if (!isnan(asked->value))
        return vtb_fail(choice->error, VTB_EXIT_USAGE,
                        "--%s: '%.200s' has no figures at %s %.12g; it has %s", asked->option,
                        choice->file->path, parameter->word, asked->value, values->list);
    return refuse(choice, "has several values of %s: %s%s%s", parameter->word, values->list,
                  parameter->of_method ? "; say which with --" : "",
                  parameter->of_method ? parameter->option : "");
}

/* Finds the value that is meant: what was asked, or as it is by default, or else the only one. */
static bool find_value(const struct choice *choice, const struct asked *asked, double usual,
                       double *found)
{
    struct values values;
    const bool is_asked = !isnan(asked->value);
    find_values(&values, choice, asked, is_asked ? asked->value : usual);
    *found = is_asked ? asked->value : values.has ? usual : values.first;
    return values.has || (!is_asked && !strchr(values.list, ',')) ||
           refuse_value(choice, asked, &values);
}

/* Leaves the cases with the value of a parameter that is meant. */
static bool keep_value(struct choice *choice, enum vtb_parameter_id id, double usual)
{
    const struct asked asked = asked_of(choice->options, id);
    double wanted;
    size_t n = 0;
    if (!find_value(choice, &asked, usual, &wanted))
        return false;
    for (size_t i = 0; i < choice->n; i++) {
        if (value_of(&choice->cases[i], id) == wanted)
            choice->cases[n++] = choice->cases[i];
    }
    choice->n = n;
    return true;
}

/* --- hit rates, each with its operations in flight --- */

/* The operations in flight at a hit rate by what was said; NaN: nothing was. */
static bool asked_in_flight(const struct choice *choice, double rate, struct asked *in_flight)
{
    const struct vtb_options *options = choice->options;
    struct vtb_point point = {.hits = {.rate = rate}};
    *in_flight = asked_of(options, VTB_P(in_flight));
    in_flight->at_rate = rate;
    if (options->miss_time_s == 0 || !isnan(in_flight->value))
        return true;
    if (!vtb_point_follow_miss_time(&point, options, choice->error))
        return false;
    in_flight->value = (double)point.in_flight;
    in_flight->option = "miss-time";
    return true;
}

/* Finds the hit rate that is asked about, and the operations that are in flight at it. */
static bool find_rate(const struct choice *choice, double *rate, double *in_flight)
{
    struct asked asked = asked_of(choice->options, VTB_P(hit_rate));
    if (choice->options->always_async)
        asked = (struct asked){VTB_P(hit_rate), 0, "always-async", NAN};
    return find_value(choice, &asked, NAN, rate) && asked_in_flight(choice, *rate, &asked) &&
           find_value(choice, &asked, vtb_parameters[VTB_P(in_flight)].usual, in_flight);
}

/* --- tables --- */

static void add_figures(struct vtb_comparison *comparison, struct vtb_point *point,
                        const struct recorded *recorded)
{
    const size_t i = point->cases_n++;
    const struct vtb_kind kind = {.collected =
                                      !recorded->guest && vtb_heap_collects(recorded->heap->heap)};
    size_t name_n;
    char name[NAME_BYTES];
    const char *strategy = vtb_name_strategy(recorded->row->name, &name_n);
    snprintf(name, sizeof name, "%.*s", (int)name_n, strategy);
    const struct vtb_cell *cell = vtb_find_cell(name, point->workload->name, kind);
    point->cases[i] = (struct vtb_case){.timing = cell,
                                        .heap = recorded->heap,
                                        .guest = recorded->guest,
                                        .threads_n = (size_t)recorded->threads_n,
                                        .baseline = i / 2 * 2,
                                        .variant_of = i,
                                        .serial = i};
    comparison->figures[i] =
        vtb_recorded_figures(recorded->row, &recorded->point, &point->cases[i]);
    comparison->figures[i].caller_ns = comparison->caller_ns;
}

static bool is_at(const struct recorded *recorded, double rate, double in_flight)
{
    return recorded->point.hits.rate == rate && (double)recorded->point.in_flight == in_flight;
}

/* The case of the other strategy beside one of the baseline; null: the file has none. */
static const struct recorded *find_other(const struct choice *choice, const struct recorded *base)
{
    for (size_t i = 0; i < choice->n; i++) {
        const struct recorded *other = &choice->cases[i];
        if (other->is_other && other->heap == base->heap &&
            is_at(other, base->point.hits.rate, (double)base->point.in_flight))
            return other;
    }
    return NULL;
}

/* The number of a text of the context; 0: it is none. */
static size_t number_of(const struct vtb_result_file *file, const char *key)
{
    uint64_t number;
    struct vtb_error error;
    return vtb_uint64_parse(vtb_recorded_fact(file, key), &number, &error) ? number : 0;
}

/* Adds the table of a hit rate, if the file has both strategies there. */
static void add_table(struct vtb_recorded_tables *tables, const struct choice *choice, double rate,
                      double in_flight)
{
    struct vtb_point *point = &tables->plan.points[tables->plan.points_n];
    struct vtb_comparison *comparison = &tables->results.comparisons[tables->plan.points_n];
    const size_t room_n = 2 * choice->n; /* if each of all but one has that one beside it */
    struct vtb_case *cases = vtb_allocate(room_n, sizeof *cases, WHAT);
    *comparison =
        (struct vtb_comparison){.point = point,
                                .consumer = VTB_CONSUMER_INDEPENDENT,
                                .timed = true,
                                .timed_hit_rate = NAN,
                                .samples = {.sessions_n = number_of(choice->file, "sessions"),
                                            .rounds_n = number_of(choice->file, "rounds")},
                                .figures = vtb_allocate(room_n, sizeof *comparison->figures, WHAT)};
    for (size_t i = 0; i < choice->n; i++) {
        const struct recorded *base = &choice->cases[i];
        const struct recorded *other = find_other(choice, base);
        if (base->is_other || !other || !is_at(base, rate, in_flight))
            continue;
        if (point->cases_n == 0) {
            *point = base->point;
            point->cases = cases;
        }
        if (base->threads_n > 1 && !comparison->caller_ns)
            comparison->caller_ns = vtb_allocate(1, sizeof *comparison->caller_ns, WHAT);
        add_figures(comparison, point, base);
        add_figures(comparison, point, other);
    }
    for (size_t i = 0; i < point->cases_n; i++)
        cases[i].empty = cases[i].floor = point->cases_n;
    if (point->cases_n > 0) {
        tables->results.comparisons_n = ++tables->plan.points_n;
        return;
    }
    free(cases);
    free(comparison->figures);
}

static bool has_table(const struct vtb_recorded_tables *tables, double rate)
{
    for (size_t i = 0; i < tables->plan.points_n; i++) {
        if (tables->plan.points[i].hits.rate == rate)
            return true;
    }
    return false;
}

static bool add_tables(struct vtb_recorded_tables *tables, const struct choice *choice)
{
    double rate;
    double in_flight;
    if (!find_rate(choice, &rate, &in_flight))
        return false;
    tables->plan.points = vtb_allocate(choice->n, sizeof *tables->plan.points, WHAT);
    tables->results.comparisons =
        vtb_allocate(choice->n, sizeof *tables->results.comparisons, WHAT);
    add_table(tables, choice, rate, in_flight);
    if (tables->plan.points_n == 0)
        return refuse(choice, "has %s and %s on no heap both, at a hit rate of %.12g",
                      choice->pair->baseline, choice->pair->other, rate);
    for (size_t i = 0; i < choice->n; i++) {
        const double own = choice->cases[i].point.hits.rate;
        struct asked there;
        if (has_table(tables, own))
            continue;
        if (!asked_in_flight(choice, own, &there))
            return false;
        add_table(tables, choice, own, isnan(there.value) ? in_flight : there.value);
    }
    return true;
}

/* --- the whole --- */

static void describe(struct vtb_recorded_tables *tables, const struct choice *choice)
{
    struct vtb_results *results = &tables->results;
    results->plan = &tables->plan;
    results->options = choice->options;
    results->from = choice->file->path;
    results->interrupted = choice->file->interrupted;
    snprintf(results->date, sizeof results->date, "%s", vtb_recorded_fact(choice->file, "date"));
    results->machine.facts[0].key = "cpu_model";
    snprintf(results->machine.facts[0].value, sizeof results->machine.facts[0].value, "%s",
             vtb_recorded_fact(choice->file, "cpu_model"));
    results->machine.facts_n = 1;
    tables->plan.calls_per_second = choice->options->calls_per_second;
}

bool vtb_recorded_tables_make(struct vtb_recorded_tables *tables,
                              const struct vtb_result_file *file, const struct vtb_options *options,
                              const struct vtb_recorded_pair *pair, struct vtb_error *error)
{
    struct choice choice = {
        .file = file, .options = options, .pair = pair, .plan = &tables->plan, .error = error};
    *tables = (struct vtb_recorded_tables){0};
    bool ok = choose_workload(&choice) && read_cases(&choice) && keep_plain(&choice) &&
              keep_timed(&choice) && keep_heaps(&choice, &tables->plan.skips) &&
              keep_value(&choice, VTB_P(keys), (double)choice.workload->workload->default_keys) &&
              keep_value(&choice, VTB_P(threads), vtb_parameters[VTB_P(threads)].usual) &&
              keep_value(&choice, VTB_P(calls), NAN) && add_tables(tables, &choice);
    describe(tables, &choice);
    free(choice.cases);
    if (!ok)
        vtb_recorded_tables_free(tables);
    return ok;
}

void vtb_recorded_tables_free(struct vtb_recorded_tables *tables)
{
    vtb_results_free(&tables->results);
    vtb_plan_free(&tables->plan);
}
