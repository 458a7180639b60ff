#include "gate/merge.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "base/shown.h"
#include "gate/gate.h"
#include "report/report_shard.h"

#define WHAT "the merged result"

/* --- one file --- */

static bool refuse(const struct vtb_result_file *file, const char *reason, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "merge: '%s%s' %s", vtb_path_dots(file->path),
                    vtb_path_end(file->path), reason);
}

/* Has an error that refuses a file say what to do about a shard. */
static void advise_on_shard(struct vtb_error *error)
{
    char *remedy = strstr(error->message, VTB_RESULT_FILE_REMEDY);
    if (remedy)
        snprintf(remedy, sizeof VTB_RESULT_FILE_REMEDY, "run that shard again");
}

/* Reads the shard's own facts; its tables are looked at once all files are known to be of one
 * plan. */
static bool read_shard(struct vtb_merged_shard *shard, struct vtb_error *error)
{
    const struct vtb_result_file *file = &shard->file;
    json_error_t unused;
    if (!vtb_shard_parse(vtb_recorded_fact(file, VTB_SHARD_KEY), &shard->shard))
        return refuse(
            file, "is no shard; accepted: what `run --shard I/N` wrote, and no merged file", error);
    if (file->interrupted)
        return refuse(file,
                      "is of a shard that was interrupted: run it again, or go on with "
                      "`run_bench --resume`",
                      error);
    shard->context =
        json_loadb(shard->text.bytes + shard->text.context.at, shard->text.context.n, 0, &unused);
    return shard->context || refuse(file, "has a context that cannot be read", error);
}

static void free_shard(struct vtb_merged_shard *shard)
{
    json_decref(shard->context);
    vtb_result_text_free(&shard->text);
    vtb_result_file_free(&shard->file);
}

/* --- whether they are of one plan --- */

/* Facts that must be the same in all shards; of what a shard is another one if they are not, and
 * what of it says so. */
static const struct {
    const char *key;
    const char *what;
    const char *by;
} same_facts[] = {
    {"seed", "seed", ""},
    {VTB_SHARD_ALL_KEY, "plan", "number of tables"},
    {VTB_SHARD_PLAN_KEY, "plan", "digest"},
    {"trace_digest", "trace", "digest"},
    {"version", "build", "version"},
    {"git_revision", "build", "revision"},
    {"build_type", "build", "type"},
    {"fingerprint", "build", "fingerprint"},
    {"malloc", "build", "malloc"},
    {"environment.kept", "environment", "settings of allocators"},
    {"same_margin", "build", "margin"},
};

static bool refuse_foreign(const struct vtb_result_file *file, const struct vtb_result_file *first,
                           const char *what, const char *by, const char *own, const char *firsts,
                           struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "merge: '%s%s' is of another %s than '%s%s'%s%s: '%.150s', and '%.150s' there",
                    vtb_path_dots(file->path), vtb_path_end(file->path), what,
                    vtb_path_dots(first->path), vtb_path_end(first->path), *by ? ", by its " : "",
                    by, own, firsts);
}

static const char *option_of(const struct vtb_result_file *file, const char *name)
{
    const char *text = vtb_recorded_option(file, name);
    return text ? text : "not given";
}

/* Checks that the options of one file that say which cases are run are those of the other one, too.
 * Which of the shards it is they may say differently. */
static bool check_options(const struct vtb_result_file *file, const struct vtb_result_file *first,
                          const struct vtb_recorded_text *options, size_t n,
                          struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        char by[100];
        const char *name = options[i].key;
        if (strcmp(name, VTB_SHARD_KEY) == 0 ||
            strcmp(option_of(file, name), option_of(first, name)) == 0)
            continue;
        snprintf(by, sizeof by, "--%.64s", name);
        return refuse_foreign(file, first, "plan", by, option_of(file, name),
                              option_of(first, name), error);
    }
    return true;
}

/* Whether a fact must be the same, by the start of its key: options that say how cases are run, but
 * for those that are of each process; libraries, guests and a user's files. */
static bool is_of_all(const char *key)
{
    static const char *const starts[] = {"run_options.", "libraries.", "guests.", "source of "};
    static const char *const own[] = {"run_options.pin", "run_options.tag"};
    for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
        if (strcmp(key, own[i]) == 0)
            return false;
    }
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        if (strncmp(key, starts[i], strlen(starts[i])) == 0)
            return true;
    }
    return false;
}

static bool check_facts(const struct vtb_result_file *file, const struct vtb_result_file *first,
                        const struct vtb_result_file *either, struct vtb_error *error)
{
    for (size_t i = 0; i < either->facts_n; i++) {
        const char *key = either->facts[i].key;
        const char *own = vtb_recorded_fact(file, key);
        const char *firsts = vtb_recorded_fact(first, key);
        if (!is_of_all(key) || strcmp(own, firsts) == 0)
            continue;
        return refuse_foreign(file, first,
                              vtb_recorded_run_option(&either->facts[i]) ? "plan" : "build", key,
                              own, firsts, error);
    }
    return true;
}

/* Names a cell whose code is not that of the first shard that has it, too. */
static bool refuse_code(const struct vtb_merged *merged, const struct vtb_merged_shard *shard,
                        const char *name, struct vtb_error *error)
{
    char by[160];
    const struct vtb_merged_shard *first = merged->shards;
    const json_t *cells;
    while (cells = json_object_get(first->context, VTB_SHARD_CELLS_KEY),
           !json_object_get(cells, name))
        first++;
    snprintf(by, sizeof by, "code of %.120s", name);
    return refuse_foreign(&shard->file, &first->file, "build", by,
                          json_string_value(json_object_get(
                              json_object_get(shard->context, VTB_SHARD_CELLS_KEY), name)),
                          json_string_value(json_object_get(cells, name)), error);
}

/* Adds a shard's cells to those of all; each must be of the same code wherever it is. */
static bool add_cells(struct vtb_merged *merged, const struct vtb_merged_shard *shard,
                      struct vtb_error *error)
{
    const char *name;
    json_t *code;
    json_object_foreach(json_object_get(shard->context, VTB_SHARD_CELLS_KEY), name, code)
    {
        const json_t *known = json_object_get(merged->cells, name);
        if (!json_is_string(code))
            return refuse(&shard->file, "has a cell without the digest of its code", error);
        if (known && !json_equal(code, known))
            return refuse_code(merged, shard, name, error);
        vtb_json_put(merged->cells, name, json_incref(code));
    }
    return true;
}

static bool check_fact(const struct vtb_result_file *file, const struct vtb_result_file *first,
                       size_t i, struct vtb_error *error)
{
    const char *own = vtb_recorded_fact(file, same_facts[i].key);
    const char *firsts = vtb_recorded_fact(first, same_facts[i].key);
    return strcmp(own, firsts) == 0 ||
           refuse_foreign(file, first, same_facts[i].what, same_facts[i].by, own, firsts, error);
}

static bool check_foreign(const struct vtb_merged_shard *shard,
                          const struct vtb_merged_shard *first, struct vtb_error *error)
{
    const struct vtb_result_file *file = &shard->file;
    const struct vtb_result_file *other = &first->file;
    if (shard->shard.n != first->shard.n)
        return refuse_foreign(file, other, "number of shards", "",
                              vtb_recorded_fact(file, VTB_SHARD_KEY),
                              vtb_recorded_fact(other, VTB_SHARD_KEY), error);
    if (!check_fact(file, other, 0, error) || /* a seed is an option, too, but better named so */
        !check_options(file, other, file->options, file->options_n, error) ||
        !check_options(file, other, other->options, other->options_n, error))
        return false;
    for (size_t i = 1; i < sizeof same_facts / sizeof *same_facts; i++) {
        if (!check_fact(file, other, i, error))
            return false;
    }
    return check_facts(file, other, file, error) && check_facts(file, other, other, error);
}

/* --- machines --- */

static void find_machine(struct vtb_merged *merged, struct vtb_merged_shard *shard)
{
    const char *host = vtb_recorded_fact(&shard->file, "host_name");
    const char *cpu_model = vtb_recorded_fact(&shard->file, "cpu_model");
    size_t i = 0;
    while (i < merged->machines_n && (strcmp(merged->machines[i].host, host) != 0 ||
                                      strcmp(merged->machines[i].cpu_model, cpu_model) != 0))
        i++;
    shard->machine = i;
    if (i == merged->machines_n)
        merged->machines[merged->machines_n++] =
            (struct vtb_merged_machine){.host = host, .cpu_model = cpu_model};
    merged->machines[i].shards_n++;
}

static void label_machines(struct vtb_merged *merged)
{
    for (size_t i = 0; i < merged->machines_n; i++) {
        struct vtb_merged_machine *machine = &merged->machines[i];
        char label[300];
        bool is_only = true;
        for (size_t j = 0; j < merged->machines_n; j++)
            is_only &= j == i || strcmp(merged->machines[j].host, machine->host) != 0;
        snprintf(label, sizeof label, is_only ? "%.100s" : "%.100s (%.150s)", machine->host,
                 machine->cpu_model);
        for (char *c = label; *c; c++) { /* it is to be a part of rows' names */
            if (*c == '/' || *c < 0x20 || *c > 0x7e)
                *c = '-';
        }
        machine->label = vtb_copy_text(label, WHAT);
    }
}

static int compare_shards(const void *left, const void *right)
{
    const struct vtb_merged_shard *a = left;
    const struct vtb_merged_shard *b = right;
    if (a->machine != b->machine)
        return a->machine < b->machine ? -1 : 1;
    return (a->shard.number > b->shard.number) - (a->shard.number < b->shard.number);
}

/* --- which are there --- */

/* Checks that no shard is there twice: of one machine, or of several if these do not have all. */
static bool check_double(const struct vtb_merged *merged, struct vtb_error *error)
{
    for (size_t i = 0; i < merged->shards_n; i++) {
        for (size_t j = 0; j < i; j++) {
            const struct vtb_merged_shard *one = &merged->shards[j];
            const struct vtb_merged_shard *other = &merged->shards[i];
            if (one->shard.number != other->shard.number ||
                (merged->side_by_side && one->machine != other->machine))
                continue;
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "merge: shard %s is there twice: '%s%s' and '%s%s'; accepted: each "
                            "shard once, or all of them of each machine",
                            vtb_recorded_fact(&one->file, VTB_SHARD_KEY),
                            vtb_path_dots(one->file.path), vtb_path_end(one->file.path),
                            vtb_path_dots(other->file.path), vtb_path_end(other->file.path));
        }
    }
    return true;
}

/* Whether a shard is there, of one machine or of any. */
static bool has_shard(const struct vtb_merged *merged, size_t number, size_t machine)
{
    for (size_t i = 0; i < merged->shards_n; i++) {
        if (merged->shards[i].shard.number == number &&
            (!merged->side_by_side || merged->shards[i].machine == machine))
            return true;
    }
    return false;
}

/* Checks that none is missing; so many are named. */
#define NAMED_MAX 20
static bool check_missing(const struct vtb_merged *merged, struct vtb_error *error)
{
    char list[300] = "";
    size_t missing_n = 0;
    const size_t n = merged->shards[0].shard.n;
    for (size_t number = 1; number <= n; number++) {
        if (has_shard(merged, number, 0))
            continue;
        if (missing_n++ < NAMED_MAX)
            vtb_append_item(list, sizeof list, "%zu/%zu", number, n);
    }
    return missing_n == 0 ||
           vtb_fail(error, VTB_EXIT_USAGE, "merge: %zu of %zu shards %s missing: %s%s", missing_n,
                    n, vtb_plural((double)missing_n, "is", "are"), list,
                    missing_n > NAMED_MAX ? ", ..." : "");
}

/* Several machines have all shards each where there are that many files; if not all of these are of
 * different shards, check_double says so. */
static bool check_shards(struct vtb_merged *merged, struct vtb_error *error)
{
    merged->side_by_side = merged->machines_n > 1;
    for (size_t i = 0; i < merged->machines_n; i++)
        merged->side_by_side &= merged->machines[i].shards_n == merged->shards[0].shard.n;
    return check_double(merged, error) && check_missing(merged, error);
}

/* --- tables --- */

static struct vtb_merged_table *at(const struct vtb_merged *merged, size_t place, size_t machine)
{
    const size_t n = merged->side_by_side ? merged->machines_n : 1;
    return &merged->tables[place * n + (merged->side_by_side ? machine : 0)];
}

bool vtb_merged_is_apart(const struct vtb_merged *merged)
{
    return merged->machines_n > 1 && (merged->timed || merged->side_by_side);
}

const struct vtb_merged_table *vtb_merged_at(const struct vtb_merged *merged, size_t place,
                                             size_t machine)
{
    return at(merged, place, machine);
}

/* The end of so many cases that begin at a row; SIZE_MAX: there are fewer. */
static size_t cases_end(const struct vtb_result_text *text, size_t first, size_t cases_n)
{
    size_t end = first;
    for (size_t i = 0; i < cases_n; i++) {
        if (end == text->rows_n)
            return SIZE_MAX;
        end++;
        while (end < text->rows_n && !text->rows[end].begins_case)
            end++;
    }
    return end;
}

/* Places a shard's tables; each begins where the one before ends. */
static bool place_tables(struct vtb_merged *merged, struct vtb_merged_shard *shard,
                         struct vtb_error *error)
{
    static const char broken[] = "does not have the tables that it says it has";
    size_t index;
    size_t end = 0;
    size_t cases_n_before = 0;
    json_t *item;
    json_array_foreach(json_object_get(shard->context, VTB_SHARD_TABLES_KEY), index, item)
    {
        const json_int_t place = json_integer_value(json_array_get(item, 0));
        const json_int_t cases_n = json_integer_value(json_array_get(item, 1));
        if (place < 0 || (size_t)place >= merged->tables_n || cases_n < 1)
            return refuse(&shard->file, broken, error);
        struct vtb_merged_table *table = at(merged, (size_t)place, shard->machine);
        if (table->shard)
            return refuse(&shard->file, "has a table that another shard has, too", error);
        *table = (struct vtb_merged_table){
            .shard = shard, .first = end, .first_case = cases_n_before, .cases_n = (size_t)cases_n};
        cases_n_before += (size_t)cases_n;
        end = cases_end(&shard->text, end, (size_t)cases_n);
        if (end == SIZE_MAX)
            return refuse(&shard->file, broken, error);
        table->rows_n = end - table->first;
        shard->tables_n++;
        merged->machines[shard->machine].tables_n++;
    }
    return (end == shard->text.rows_n && cases_n_before == shard->file.rows_n) ||
           refuse(&shard->file, broken, error);
}

/* A plan has at most so many tables: two for each combination of parameters. */
#define TABLES_MAX 20000

static bool find_tables(struct vtb_merged *merged, struct vtb_error *error)
{
    const json_int_t n =
        json_integer_value(json_object_get(merged->shards[0].context, VTB_SHARD_ALL_KEY));
    if (n < 1 || n > TABLES_MAX)
        return refuse(&merged->shards[0].file, "does not say how many tables the plan has", error);
    merged->tables_n = (size_t)n;
    const size_t all_n = merged->tables_n * (merged->side_by_side ? merged->machines_n : 1);
    merged->tables = vtb_allocate(all_n, sizeof *merged->tables, WHAT);
    for (size_t i = 0; i < merged->shards_n; i++) {
        if (!place_tables(merged, &merged->shards[i], error))
            return false;
    }
    for (size_t i = 0; i < all_n; i++) {
        if (!merged->tables[i].shard)
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "merge: table %zu of %zu is in none of the shards",
                            i / (all_n / merged->tables_n) + 1, merged->tables_n);
    }
    return true;
}

/* --- the whole --- */

static bool read_all(struct vtb_merged *merged, const char *const *paths, size_t n,
                     struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        struct vtb_merged_shard *shard = &merged->shards[i];
        if (!vtb_result_text_read(&shard->file, &shard->text, paths[i], VTB_EXIT_USAGE, error)) {
            advise_on_shard(error);
            return false;
        }
        merged->shards_n++;
        if (!read_shard(shard, error) || !check_foreign(shard, merged->shards, error) ||
            !add_cells(merged, shard, error))
            return false;
        find_machine(merged, shard);
        merged->timed |= json_object_get(shard->context, "sessions") != NULL;
    }
    return true;
}

bool vtb_merge_open(struct vtb_merged *merged, const char *const *paths, size_t n,
                    struct vtb_error *error)
{
    *merged = (struct vtb_merged){
        .shards = vtb_allocate(n, sizeof *merged->shards, WHAT),
        .machines = vtb_allocate(n, sizeof *merged->machines, WHAT),
        .cells = vtb_json_checked(json_object()),
    };
    bool ok = read_all(merged, paths, n, error);
    if (ok) {
        label_machines(merged);
        qsort(merged->shards, merged->shards_n, sizeof *merged->shards, compare_shards);
    }
    ok = ok && check_shards(merged, error) && find_tables(merged, error);
    if (!ok)
        vtb_merge_free(merged);
    return ok;
}

void vtb_merge_free(struct vtb_merged *merged)
{
    for (size_t i = 0; i < merged->shards_n; i++)
        free_shard(&merged->shards[i]);
    for (size_t i = 0; i < merged->machines_n; i++)
        free(merged->machines[i].label);
    json_decref(merged->cells);
    free(merged->shards);
    free(merged->machines);
    free(merged->tables);
    *merged = (struct vtb_merged){.shards = NULL};
}
