#include "report/list.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "cells/registry.h"
#include "passes/events.h"

#define LINE_BYTES 1024

#define SHAPE_TEXT(id, text) [id] = (text),
static const char *const shape_texts[] = {VTB_SHAPES(SHAPE_TEXT)};

static const char *const role_texts[] = {
    [VTB_ROLE_NONE] = "",
    [VTB_ROLE_EMPTY] = "loop",
    [VTB_ROLE_FLOOR] = "floor",
    [VTB_ROLE_BASELINE] = "baseline",
    [VTB_ROLE_CHALLENGER] = "rival",
};

static json_t *checked(json_t *json)
{
    if (!json)
        abort(); /* no memory for a few bytes of text */
    return json;
}

static json_t *strategies(void)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        json_array_append_new(
            rows, checked(json_pack(
                      "{ss ss sI si sI si sI ss}", "name", cell->strategy_name, "shape",
                      shape_texts[cell->strategy->shape], "hand-over B",
                      (json_int_t)cell->handover_bytes, "hit allocs", cell->hit_bytes > 0, "hit B",
                      (json_int_t)cell->hit_bytes, "miss allocs", cell->miss_bytes > 0, "miss B",
                      (json_int_t)cell->miss_bytes, "role", role_texts[cell->strategy->role])));
    }
    return rows;
}

/* What an asynchronous method takes: the service's own, and one around it. */
static json_t *async_methods(void)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        const struct vtb_cell *async = vtb_strategies[i].methods[1];
        if (cell->strategy->lacks.async_method)
            continue;
        json_array_append_new(rows,
                              checked(json_pack("{ss sI sI sI}", "name", cell->strategy_name,
                                                "hit B", (json_int_t)async->hit_bytes,
                                                "async miss B", (json_int_t)async->miss_bytes,
                                                "layer B", (json_int_t)async->layer_miss_bytes)));
    }
    return rows;
}

/* Every strategy with what it can: "yes", or else why not. */
static json_t *capabilities(void)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        const struct vtb_lacks *lacks = &cell->strategy->lacks;
        json_t *row = checked(json_pack("{ss}", "name", cell->strategy_name));
#define VTB_CAPABILITY_CELL(field, text) \
    json_object_set_new(row, text, checked(json_string(lacks->field ? "-" : "yes")));
        VTB_CAPABILITIES(VTB_CAPABILITY_CELL)
#undef VTB_CAPABILITY_CELL
        json_array_append_new(rows, row);
    }
    return rows;
}

static void add_reason(json_t *rows, const struct vtb_cell *cell, const char *capability,
                       const char *reason)
{
    if (reason)
        json_array_append_new(rows, checked(json_pack("{ss ss ss}", "name", cell->strategy_name,
                                                      "lacks", capability, "because", reason)));
}

static json_t *reasons(void)
{
    json_t *rows = checked(json_array());
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
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *cell = vtb_strategies[i].methods[0];
        json_array_append_new(rows, checked(json_pack("{ss ss}", "strategy", vtb_strategies[i].name,
                                                      title, text_of_strategy(cell->strategy))));
    }
    return rows;
}

static json_t *workloads(void)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        const struct vtb_workload *workload = vtb_workloads[i].workload;
        json_array_append_new(
            rows, checked(json_pack("{ss sf sI sI sI sb ss}", "name", vtb_workloads[i].name,
                                    "hit rate", workload->default_hit_rate, "keys",
                                    (json_int_t)workload->default_keys, "key B",
                                    (json_int_t)workload->key_bytes, "value B",
                                    (json_int_t)workload->value_bytes, "default",
                                    vtb_workloads[i].name == vtb_default_workload()->name,
                                    "service", workload->summary)));
    }
    return rows;
}

static json_t *heaps(void)
{
    json_t *rows = checked(json_array());
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        const char *available = heap->unavailable ? heap->unavailable : "yes";
        json_array_append_new(
            rows, checked(json_pack("{ss sb sb ss ss}", "name", vtb_heaps[i].name, "collects",
                                    vtb_heap_collects(heap), "default", heap->is_default, "memory",
                                    heap->summary, "available", available)));
    }
    return rows;
}

/* What a format puts between and around cells. */
struct style {
    const char *row_start;
    const char *separator;
    const char *row_end;
    const char *title; /* format of a section's title, or null */
    bool aligned;
    bool rule;   /* a line of dashes below the header */
    bool quoted; /* texts with a comma in quotes */
};

static const struct style styles[] = {
    [VTB_FORMAT_TABLE] = {"", "  ", "", "%s\n\n", true, false, false},
    [VTB_FORMAT_CSV] = {"", ",", "", NULL, false, false, true},
    [VTB_FORMAT_MARKDOWN] = {"| ", " | ", " |", "### %s\n\n", true, true, false},
};

static void text_of(const json_t *value, char *text, size_t text_bytes)
{
    if (json_is_string(value))
        snprintf(text, text_bytes, "%s", json_string_value(value));
    else if (json_is_boolean(value))
        snprintf(text, text_bytes, "%s", json_is_true(value) ? "yes" : "no");
    else
        snprintf(text, text_bytes, "%g", json_number_value(value));
}

static int column_width(json_t *rows, const char *key)
{
    char text[256];
    size_t index;
    json_t *row;
    size_t widest = strlen(key);
    json_array_foreach(rows, index, row)
    {
        text_of(json_object_get(row, key), text, sizeof text);
        widest = strlen(text) > widest ? strlen(text) : widest;
    }
    return (int)widest;
}

/* Appends to a line of at most LINE_BYTES. */
static void append(char *line, const char *text)
{
    const size_t used = strlen(line);
    snprintf(line + used, LINE_BYTES - used, "%s", text);
}

/* One row: the keys themselves if `row` is null. Nothing is padded at the end of a plain line. */
static void print_row(FILE *out, json_t *rows, json_t *row, const struct style *style)
{
    char line[LINE_BYTES] = "";
    char text[256];
    char cell[300];
    const char *key;
    json_t *value;
    json_object_foreach(json_array_get(rows, 0), key, value)
    {
        snprintf(text, sizeof text, "%s", key);
        if (row)
            text_of(json_object_get(row, key), text, sizeof text);
        const char *quote = style->quoted && strchr(text, ',') ? "\"" : "";
        const int width = style->aligned ? column_width(rows, key) : 0;
        snprintf(cell, sizeof cell, "%s%*s%s", quote, json_is_number(value) ? width : -width, text,
                 quote);
        append(line, *line ? style->separator : style->row_start);
        append(line, cell);
    }
    append(line, style->row_end);
    for (size_t n = strlen(line); n > 0 && line[n - 1] == ' '; n--)
        line[n - 1] = '\0';
    fprintf(out, "%s\n", line);
}

static void print_section(FILE *out, const char *title, json_t *rows, const struct style *style)
{
    const char *key;
    json_t *value;
    size_t index;
    json_t *row;
    if (style->title)
        fprintf(out, style->title, title);
    print_row(out, rows, NULL, style);
    if (style->rule) {
        json_object_foreach(json_array_get(rows, 0), key, value)
        {
            fputs(json_is_number(value) ? "|--:" : "|---", out);
        }
        fputs("|\n", out);
    }
    json_array_foreach(rows, index, row)
    {
        print_row(out, rows, row, style);
    }
    putc('\n', out);
}

struct section {
    const char *key;
    const char *title;
    json_t *rows; /* the section's; given away in print_sections */
};

static void print_sections(FILE *out, const struct section *sections, size_t n,
                           enum vtb_format format)
{
    json_t *all = checked(json_object());
    for (size_t i = 0; i < n; i++) {
        if (format != VTB_FORMAT_JSON && json_array_size(sections[i].rows) > 0)
            print_section(out, sections[i].title, sections[i].rows, &styles[format]);
        json_object_set_new(all, sections[i].key, sections[i].rows);
    }
    if (format == VTB_FORMAT_JSON) {
        json_dumpf(all, out, JSON_INDENT(2) | JSON_REAL_PRECISION(15));
        putc('\n', out);
    }
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
        {"async", "By the async method", async_methods()},
        {"capabilities", "What they can", capabilities()},
        {"reasons", "Why not", reasons()},
        {"workloads", "Workloads", workloads()},
        {"heaps", "Heaps", heaps()},
    };
    print_sections(out, sections, sizeof sections / sizeof *sections, format);
}

/* --- events --- */

struct vtb_listed_events {
    json_t *rows;
    json_t *reasons; /* each once */
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
    json_array_append_new(
        reasons, checked(json_pack("{ss ss}", "kind", listed->kind, "why not", listed->reason)));
}

static void add_event(const struct vtb_listed_event *listed, void *context)
{
    struct vtb_listed_events *events = context;
    json_array_append_new(events->rows,
                          checked(json_pack("{ss ss sb ss ss}", "name", listed->name, "kind",
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
    **events = (struct vtb_listed_events){checked(json_array()), checked(json_array())};
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
