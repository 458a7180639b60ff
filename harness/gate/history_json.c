/* A history as JSON: each figure on a line of its own. */
#include <math.h>

#include <jansson.h>

#include "base/json_text.h"
#include "gate/history.h"

#define JSON_FLAGS JSON_REAL_PRECISION(15)

const char *const vtb_history_kind_words[] = {
    [VTB_HISTORY_EXACT] = "exact",
    [VTB_HISTORY_RATIOS] = "ratio",
};

static json_t *text_or_null(const char *text)
{
    return text ? vtb_json_text(text) : json_null();
}

/* A text of the user's own, or null. */
static void put_tag(json_t *object, const char *key, const struct vtb_history_result *result)
{
    vtb_json_put(object, key, *result->tag ? vtb_json_text(result->tag) : json_null());
}

static json_t *result_object(const struct vtb_history_result *result)
{
    json_t *object = vtb_json_checked(json_object());
    vtb_json_put(object, "date", vtb_json_text(result->date));
    vtb_json_put(object, "revision", vtb_json_text(result->revision));
    put_tag(object, "tag", result);
    vtb_json_put(object, "version", vtb_json_text(result->version));
    vtb_json_put(object, "machine", vtb_json_text(result->machine));
    return object;
}

static json_t *change_object(const struct vtb_history *history,
                             const struct vtb_history_figure *figure,
                             const struct vtb_history_change *change)
{
    const struct vtb_history_point *points = figure->points;
    const struct vtb_history_result *results = history->results;
    const struct vtb_history_result *at = &results[points[change->at].result];
    const struct vtb_history_result *before = &results[points[change->at - 1].result];
    json_t *object = vtb_json_checked(json_object());
    vtb_json_put(object, "at", json_integer((json_int_t)change->at));
    vtb_json_put(object, "date", vtb_json_text(at->date));
    vtb_json_put(object, "revision", vtb_json_text(at->revision));
    vtb_json_put(object, "revision_before", vtb_json_text(before->revision));
    put_tag(object, "tag", at);
    put_tag(object, "tag_before", before);
    vtb_json_put(object, "before", vtb_json_number(change->before));
    vtb_json_put(object, "after", vtb_json_number(change->after));
    vtb_json_put(object, "factor",
                 vtb_json_number(change->before > 0 ? change->after / change->before : NAN));
    vtb_json_put(object, "p", vtb_json_number(change->p));
    vtb_json_put(object, "sure", vtb_json_number(change->sure));
    vtb_json_put(object, "revision_from",
                 vtb_json_text(results[points[change->from].result].revision));
    vtb_json_put(object, "revision_to", vtb_json_text(results[points[change->to].result].revision));
    return object;
}

/* The numbers of results in which a figure is, its values, and the ends of their intervals. */
static void put_course(json_t *object, const struct vtb_history_figure *figure)
{
    json_t *course = vtb_json_checked(json_array());
    for (size_t i = 0; i < figure->points_n; i++) {
        const struct vtb_history_point *point = &figure->points[i];
        json_t *numbers = vtb_json_checked(json_array());
        vtb_json_append(numbers, json_integer((json_int_t)point->result));
        vtb_json_append(numbers, vtb_json_number(point->value));
        if (figure->kind == VTB_HISTORY_RATIOS) {
            vtb_json_append(numbers, vtb_json_number(point->lo));
            vtb_json_append(numbers, vtb_json_number(point->hi));
        }
        vtb_json_append(course, numbers);
    }
    vtb_json_put(object, "course", course);
}

static void print_figure(FILE *out, const struct vtb_history *history,
                         const struct vtb_history_figure *figure)
{
    json_t *object = vtb_json_checked(json_object());
    json_t *changes = vtb_json_checked(json_array());
    vtb_json_put(object, "name", json_string(figure->name));
    vtb_json_put(object, "metric", json_string(figure->key));
    vtb_json_put(object, "title", json_string(figure->title));
    vtb_json_put(object, "machine", text_or_null(figure->machine));
    vtb_json_put(object, "toolchain", text_or_null(figure->toolchain));
    vtb_json_put(object, "conditions", vtb_json_text(figure->conditions));
    vtb_json_put(object, "kind", json_string(vtb_history_kind_words[figure->kind]));
    vtb_json_put(object, "n", json_integer((json_int_t)figure->points_n));
    vtb_json_put(object, "first", vtb_json_number(figure->points[0].value));
    vtb_json_put(object, "last", vtb_json_number(figure->points[figure->points_n - 1].value));
    for (size_t i = 0; i < figure->changes_n; i++)
        vtb_json_append(changes, change_object(history, figure, &figure->changes[i]));
    vtb_json_put(object, "points", changes);
    put_course(object, figure);
    vtb_json_dump(out, object, JSON_COMPACT | JSON_FLAGS);
    json_decref(object);
}

void vtb_history_json(FILE *out, const struct vtb_history *history)
{
    fputs("{\n  \"results\": [\n", out);
    for (size_t i = 0; i < history->results_n; i++) {
        json_t *object = result_object(&history->results[i]);
        fputs("    ", out);
        vtb_json_dump(out, object, JSON_COMPACT | JSON_FLAGS);
        json_decref(object);
        fputs(i + 1 < history->results_n ? ",\n" : "\n", out);
    }
    fputs("  ],\n  \"figures\": [\n", out);
    for (size_t i = 0; i < history->figures_n; i++) {
        fputs("    ", out);
        print_figure(out, history, history->figures[i]);
        fputs(i + 1 < history->figures_n ? ",\n" : "\n", out);
    }
    fputs("  ]\n}\n", out);
}
