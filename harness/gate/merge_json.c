#include "gate/merge_json.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "report/break_even_json.h"
#include "report/report_answer.h"
#include "report/report_shard.h"

/* As result files have numbers. */
#define REAL_FLAGS (JSON_COMPACT | JSON_REAL_PRECISION(15))

/* --- context --- */

/* The first shard that has tables: one without knows nothing of sessions. */
static const struct vtb_merged_shard *first_of(const struct vtb_merged *merged)
{
    const struct vtb_merged_shard *first = merged->shards;
    while (first->tables_n == 0)
        first++;
    return first;
}

static const char *label_of(const struct vtb_merged *merged, const struct vtb_merged_shard *shard)
{
    return merged->machines[shard->machine].label;
}

/* Facts that each shard has of its own, and the context of all of them only once. */
static const char *const own_facts[] = {
    "date",   "host_name",        "cpu_model",          "kernel",    "num_cpus", "load_avg",
    "pinned", "steal_during_run", "waiting_during_run", "throttled", "governor", "tag"};

/* The files that it was made of, in the order of machines and shards. */
static json_t *merged_from(const struct vtb_merged *merged)
{
    json_t *list = vtb_json_checked(json_array());
    for (size_t i = 0; i < merged->shards_n; i++) {
        const struct vtb_merged_shard *shard = &merged->shards[i];
        json_t *from = vtb_json_checked(json_object());
        vtb_json_put(from, "file", vtb_json_text(shard->file.path));
        vtb_json_put(from, VTB_SHARD_KEY,
                     json_string(vtb_recorded_fact(&shard->file, VTB_SHARD_KEY)));
        vtb_json_put(from, "machine", vtb_json_text(label_of(merged, shard)));
        vtb_json_put(from, "tables_n", json_integer((json_int_t)shard->tables_n));
        for (size_t f = 0; f < sizeof own_facts / sizeof *own_facts; f++) {
            json_t *fact = json_object_get(shard->context, own_facts[f]);
            if (fact)
                vtb_json_put(from, own_facts[f], json_incref(fact));
        }
        vtb_json_append(list, from);
    }
    return list;
}

/* The digest of the code of all cells: see vtb_code_digest. */
static json_t *code_of(const struct vtb_merged *merged)
{
    char text[24];
    const char *name;
    json_t *code;
    uint64_t digest = 0;
    json_object_foreach(merged->cells, name, code) digest +=
        strtoull(json_string_value(code), NULL, 16);
    snprintf(text, sizeof text, "%016" PRIx64, digest);
    return json_string(text);
}

/* Adds why figures are missing in any of the shards. */
static void put_unavailable(json_t *context, const struct vtb_merged *merged)
{
    json_t *all = json_object_get(context, "unavailable");
    for (size_t i = 0; i < merged->shards_n; i++)
        (void)json_object_update_missing(all,
                                         json_object_get(merged->shards[i].context, "unavailable"));
}

/* Names all machines in place of one. */
static void put_machines(json_t *context, const struct vtb_merged *merged)
{
    char hosts[400] = "";
    char models[400] = "";
    for (size_t i = 0; i < merged->machines_n; i++) {
        vtb_append_once(hosts, sizeof hosts, merged->machines[i].host);
        vtb_append_once(models, sizeof models, merged->machines[i].cpu_model);
    }
    vtb_json_put(context, "host_name", vtb_json_text(hosts));
    vtb_json_put(context, "cpu_model", vtb_json_text(models));
}

static json_t *context_of(const struct vtb_merged_report *report)
{
    static const char *const of_a_shard[] = {VTB_SHARD_KEY, VTB_SHARD_PLAN_KEY, VTB_SHARD_ALL_KEY,
                                             VTB_SHARD_TABLES_KEY, VTB_SHARD_CELLS_KEY};
    const struct vtb_merged *merged = report->merged;
    json_t *context = vtb_json_checked(json_deep_copy(first_of(merged)->context));
    for (size_t i = 0; i < sizeof of_a_shard / sizeof *of_a_shard; i++)
        (void)json_object_del(context, of_a_shard[i]);
    (void)json_object_del(json_object_get(context, "options"), VTB_SHARD_KEY);
    if (json_object_size(merged->cells) > 0)
        vtb_json_put(context, "code", code_of(merged));
    put_unavailable(context, merged);
    if (merged->machines_n > 1)
        put_machines(context, merged);
    vtb_json_put(context, VTB_MERGED_FROM_KEY, merged_from(merged));
    if (!report->results->made)
        vtb_json_put(context, "merged_without_answer",
                     vtb_json_text(report->results->reason.message));
    return context;
}

/* --- rows --- */

/* Puts the machine behind a name, which begins with that of the case. */
static void put_name(json_t *row, const char *key, size_t case_n, const char *machine)
{
    char name[1200];
    const char *old = json_string_value(json_object_get(row, key));
    if (!old || strlen(old) < case_n)
        return;
    snprintf(name, sizeof name, "%.*s/machine:%.300s%s", (int)case_n, old, machine, old + case_n);
    vtb_json_put(row, key, vtb_json_text(name));
}

/* A row that was read before. A whole number of another tool may be larger than those that jansson
 * takes as such. */
static json_t *row_of(const char *bytes, size_t n)
{
    json_error_t unused;
    json_t *row = json_loadb(bytes, n, 0, &unused);
    return vtb_json_checked(row ? row : json_loadb(bytes, n, JSON_DECODE_INT_AS_REAL, &unused));
}

/* Prints a row of one of several machines, whose numbers stay as they stand in the file: those of
 * 15 digits are the same once they were read. */
static void print_row_of(FILE *out, const struct vtb_merged *merged,
                         const struct vtb_merged_shard *shard, const char *bytes, size_t n)
{
    const char *machine = label_of(merged, shard);
    json_t *row = row_of(bytes, n);
    const size_t case_n = strlen(json_string_value(json_object_get(row, "run_name")));
    if (vtb_merged_is_apart(merged)) {
        put_name(row, "name", case_n, machine);
        put_name(row, "run_name", case_n, machine);
    }
    vtb_json_put(row, "machine", vtb_json_text(machine));
    vtb_json_dump(out, row, REAL_FLAGS);
    json_decref(row);
}

static void print_table(FILE *out, const struct vtb_merged *merged,
                        const struct vtb_merged_table *table, bool *first)
{
    const struct vtb_result_text *text = &table->shard->text;
    for (size_t i = table->first; i < table->first + table->rows_n; i++) {
        const struct vtb_text_part *part = &text->rows[i].part;
        fputs(*first ? "\n" : ",\n", out);
        *first = false;
        if (merged->machines_n > 1)
            print_row_of(out, merged, table->shard, text->bytes + part->at, part->n);
        else
            (void)fwrite(text->bytes + part->at, 1, part->n, out);
    }
}

static void print_rows(FILE *out, const struct vtb_merged *merged)
{
    bool first = true;
    for (size_t place = 0; place < merged->tables_n; place++) {
        for (size_t m = 0; m < (merged->side_by_side ? merged->machines_n : 1); m++)
            print_table(out, merged, vtb_merged_at(merged, place, m), &first);
    }
}

/* --- the whole --- */

static void print_list(FILE *out, json_t *list)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        vtb_json_dump(out, json_array_get(list, i), REAL_FLAGS);
    }
    json_decref(list);
}

static json_t *no_list(void)
{
    return vtb_json_checked(json_array());
}

void vtb_merge_json(FILE *out, const struct vtb_merged_report *report)
{
    const struct vtb_results *results = report->results->made ? &report->results->results : NULL;
    json_t *context = context_of(report);
    fputs("{\n\"context\": ", out);
    vtb_json_dump(out, context, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
    json_decref(context);
    fputs(",\n\"benchmarks\": [", out);
    print_rows(out, report->merged);
    fputs("\n],\n\"break_even\": [", out);
    print_list(out, results ? vtb_break_evens_json(&results->break_evens) : no_list());
    fputs("\n],\n\"answer\": [", out);
    print_list(out, results ? vtb_report_answer_json(results) : no_list());
    fputs("\n]\n}\n", out);
}
