#include "report/list.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/json_text.h"
#include "base/table.h"
#include "cells/registry.h"
#include "guests/programs.h"
#include "passes/events.h"
#include "stores/store.h"

#define SHAPE_TEXT(id, text) [id] = (text),
static const char *const shape_texts[] = {VTB_SHAPES(SHAPE_TEXT)};

/* All objects of a miss, at one method. */
static json_int_t miss_allocs_n(const struct vtb_cell *cell)
{
    return (json_int_t)cell->beside_allocs_n + (cell->miss_bytes > 0);
}

static json_int_t miss_bytes(const struct vtb_cell *cell)
{
    return (json_int_t)cell->miss_bytes + (json_int_t)cell->beside_bytes;
}

static json_t *strategies(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        vtb_json_append(
            rows, vtb_json_checked(json_pack(
                      "{ss ss sI si sI sI sI ss}", "name", cell->strategy_name, "shape",
                      shape_texts[cell->strategy->shape], "hand-over B",
                      (json_int_t)cell->handover_bytes, "hit allocs", cell->hit_bytes > 0, "hit B",
                      (json_int_t)cell->hit_bytes, "miss allocs", miss_allocs_n(cell), "miss B",
                      miss_bytes(cell), "role", vtb_role_words[cell->strategy->role])));
    }
    return rows;
}

/* The bytes that such methods take: the service's own, and a layer around it. */
static json_t *by_method(enum vtb_method method, const char *miss)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[method];
        if (vtb_lacks_method(&vtb_strategies[i], (struct vtb_kind){.method = method}))
            continue;
        vtb_json_append(
            rows, vtb_json_checked(json_pack("{ss sI sI sI}", "name", cell->strategy_name, "hit B",
                                             (json_int_t)cell->hit_bytes, miss, miss_bytes(cell),
                                             "layer B", (json_int_t)cell->layer_miss_bytes)));
    }
    return rows;
}

/* Every strategy with its capabilities: "yes", or the reason why it lacks one. */
static json_t *capabilities(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        const struct vtb_lacks *lacks = &cell->strategy->lacks;
        json_t *row = vtb_json_checked(json_pack("{ss}", "name", cell->strategy_name));
#define VTB_CAPABILITY_CELL(field, text) \
    vtb_json_put(row, text, json_string(lacks->field ? "-" : "yes"));
        VTB_CAPABILITIES(VTB_CAPABILITY_CELL)
#undef VTB_CAPABILITY_CELL
        vtb_json_append(rows, row);
    }
    return rows;
}

static void add_reason(json_t *rows, const struct vtb_cell *cell, const char *capability,
                       const char *reason)
{
    if (reason)
        vtb_json_append(rows, vtb_json_checked(json_pack("{ss ss ss}", "name", cell->strategy_name,
                                                         "lacks", capability, "because", reason)));
}

static json_t *reasons(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
#define VTB_CAPABILITY_REASON(field, text) \
    add_reason(rows, cell, text, cell->strategy->lacks.field);
        VTB_CAPABILITIES(VTB_CAPABILITY_REASON)
#undef VTB_CAPABILITY_REASON
    }
    return rows;
}

static const char *summary_of(const struct vtb_strategy *strategy)
{
    return strategy->summary;
}

static const char *model_of(const struct vtb_strategy *strategy)
{
    return strategy->modelled_on;
}

/* Every strategy with one text about it, in a column named `title`. */
static json_t *strategy_texts(const char *title,
                              const char *(*text_of_strategy)(const struct vtb_strategy *))
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        vtb_json_append(rows,
                        vtb_json_checked(json_pack("{ss ss}", "strategy", vtb_strategies[i].name,
                                                   title, text_of_strategy(cell->strategy))));
    }
    return rows;
}

static json_t *aliases(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const char *names = vtb_strategies[i].methods[0]->strategy->aliases;
        if (names)
            json_array_append_new(
                rows, vtb_json_checked(json_pack("{ss ss}", "strategy", vtb_strategies[i].name,
                                                 "aliases", names)));
    }
    return rows;
}

static json_t *workloads(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        const struct vtb_workload *workload = vtb_workloads[i].workload;
        vtb_json_append(
            rows,
            vtb_json_checked(json_pack(
                "{ss sf sI sI sI sb ss}", "name", vtb_workloads[i].name, "hit rate",
                workload->default_hit_rate, "keys", (json_int_t)workload->default_keys, "key B",
                (json_int_t)workload->key_bytes, "value B", (json_int_t)workload->value_bytes,
                "default", vtb_workloads[i].name == vtb_default_workload()->name, "service",
                workload->summary)));
    }
    return rows;
}

static json_t *heaps(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        const char *available = heap->unavailable ? heap->unavailable : "yes";
        vtb_json_append(rows, vtb_json_checked(json_pack(
                                  "{ss sb sb ss ss}", "name", vtb_heaps[i].name, "collects",
                                  vtb_heap_collects(heap), "default", heap->is_default, "memory",
                                  heap->summary, "available", available)));
    }
    return rows;
}

/* Programs in other runtimes, with what each says of itself. */
static json_t *guests(void)
{
    size_t n;
    json_t *rows = vtb_json_checked(json_array());
    struct vtb_guest_program *programs = vtb_guest_programs(&n);
    for (size_t i = 0; i < n; i++) {
        json_t *row = vtb_json_checked(json_object());
        vtb_json_put(row, "name", vtb_json_text(programs[i].name));
        vtb_json_put(row, "version", vtb_json_text(programs[i].usable ? programs[i].told : "-"));
        vtb_json_put(row, "available",
                     vtb_json_text(programs[i].usable ? "yes" : programs[i].told));
        vtb_json_append(rows, row);
    }
    free(programs);
    return rows;
}

/* What may answer misses: the array first. */
static json_t *stores(void)
{
    json_t *rows = vtb_json_checked(json_array());
    for (int word = 0; vtb_store_words[word]; word++) {
        const struct vtb_store *store = vtb_store_of(word);
        char version[64] = "-";
        if (store && !store->unavailable)
            store->version(version, sizeof version);
        vtb_json_append(
            rows, vtb_json_checked(json_pack(
                      "{ss ss ss ss}", "name", vtb_store_words[word], "answers misses",
                      store ? store->title : "an array in the program", "library", version,
                      "available", store && store->unavailable ? store->unavailable : "yes")));
    }
    return rows;
}

#define TEXT_BYTES 256 /* of a cell, with the NUL */

static void add_cell(struct vtb_table *table, const json_t *value)
{
    if (json_is_string(value))
        vtb_table_cell(table, "%.*s", TEXT_BYTES - 1, json_string_value(value));
    else if (json_is_boolean(value))
        vtb_table_cell(table, "%s", json_is_true(value) ? "yes" : "no");
    else
        vtb_table_cell(table, "%g", json_number_value(value));
}

/* Prints a list of rows as a section; the keys of the first row are the titles. */
static void print_section(FILE *out, const char *title, json_t *rows, enum vtb_format format)
{
    struct vtb_table table = {.gap = 2, .padded = true};
    const char *key;
    json_t *value;
    size_t index;
    json_t *row;
    json_object_foreach(json_array_get(rows, 0), key, value)
    {
        const enum vtb_side side = json_is_number(value) ? VTB_SIDE_RIGHT : VTB_SIDE_LEFT;
        vtb_table_column(&table, (struct vtb_column){.title = key, .side = side});
    }
    json_array_foreach(rows, index, row)
    {
        json_object_foreach(row, key, value)
        {
            add_cell(&table, value);
        }
    }
    if (format != VTB_FORMAT_CSV)
        fprintf(out, "%s%s\n\n", format == VTB_FORMAT_MARKDOWN ? "### " : "", title);
    vtb_table_print(out, &table, format);
    putc('\n', out);
    vtb_table_free(&table);
}

struct section {
    const char *key;
    const char *title;
    json_t *rows; /* the section's; print_sections takes the reference over */
};

static void print_sections(FILE *out, const struct section *sections, size_t n,
                           enum vtb_format format)
{
    json_t *all = vtb_json_checked(json_object());
    for (size_t i = 0; i < n; i++) {
        if (format != VTB_FORMAT_JSON && json_array_size(sections[i].rows) > 0)
            print_section(out, sections[i].title, sections[i].rows, format);
        vtb_json_put(all, sections[i].key, sections[i].rows);
    }
    if (format == VTB_FORMAT_JSON)
        vtb_json_print(out, all, JSON_REAL_PRECISION(15));
    else
        json_decref(all);
}

void vtb_list(FILE *out, const void *what, enum vtb_format format)
{
    (void)what;
    char strategies_title[128];
    snprintf(strategies_title, sizeof strategies_title, "Strategies (sizes for the types of %s)",
             vtb_default_workload()->name);
    const struct section sections[] = {
        {"strategies", strategies_title, strategies()},
        {"descriptions", "What they hand over", strategy_texts("hand-over", summary_of)},
        {"models", "What they are modelled on", strategy_texts("modelled on", model_of)},
        {"aliases", "Other names that are taken for them", aliases()},
        {"async", "By the async method", by_method(VTB_METHOD_ASYNC, "async miss B")},
        {"runtime", "By the runtime method, from a classic caller",
         by_method(VTB_METHOD_RUNTIME, "runtime miss B")},
        {"capabilities", "What they can", capabilities()},
        {"reasons", "Why not", reasons()},
        {"workloads", "Workloads", workloads()},
        {"heaps", "Heaps", heaps()},
        {"stores", "Stores (docs/STORES.md)", stores()},
        {"guests", "Guests (docs/GUESTS.md)", guests()},
    };
    print_sections(out, sections, sizeof sections / sizeof *sections, format);
}

/* --- events --- */

struct vtb_listed_events {
    json_t *rows;
    json_t *reasons; /* the reasons that occur, each once */
};

static void add_event_reason(json_t *reasons, const struct vtb_listed_event *listed)
{
    size_t index;
    json_t *row;
    json_array_foreach(reasons, index, row)
    {
        if (strcmp(json_string_value(json_object_get(row, "kind")), listed->kind) == 0 &&
            strcmp(json_string_value(json_object_get(row, "why not")), listed->reason) == 0)
            return;
    }
    vtb_json_append(reasons, vtb_json_checked(json_pack("{ss ss}", "kind", listed->kind, "why not",
                                                        listed->reason)));
}

static void add_event(const struct vtb_listed_event *listed, void *context)
{
    struct vtb_listed_events *events = context;
    vtb_json_append(events->rows,
                    vtb_json_checked(json_pack("{ss ss sb ss ss}", "name", listed->name, "kind",
                                               listed->kind, "counted", !*listed->reason, "masks",
                                               listed->masks, "description", listed->description)));
    if (*listed->reason)
        add_event_reason(events->reasons, listed);
}

bool vtb_listed_events_make(struct vtb_listed_events **events, struct vtb_error *error)
{
    *events = calloc(1, sizeof **events);
    if (!*events)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of events");
    **events =
        (struct vtb_listed_events){vtb_json_checked(json_array()), vtb_json_checked(json_array())};
    if (vtb_events_each(add_event, *events, error))
        return true;
    vtb_listed_events_free(*events);
    return false;
}

void vtb_listed_events_free(struct vtb_listed_events *events)
{
    json_decref(events->rows);
    json_decref(events->reasons);
    free(events);
}

void vtb_list_events(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_listed_events *events = what;
    const struct section sections[] = {
        {"events", "Events", json_incref(events->rows)},
        {"event_reasons", "Why not", json_incref(events->reasons)},
    };
    print_sections(out, sections, sizeof sections / sizeof *sections, format);
}
