#include "report/break_even_json.h"

#include <string.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "report/case_names.h"

/* Whether a part of a row's name, such as hit_rate:0.8, varies or has a field of its own. */
static bool is_told(const char *part, const struct vtb_break_even *entry)
{
    const char *const words[] = {entry->parameter->word, "consumer", "method", "threads"};
    const size_t n = strcspn(part, ":");
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strlen(words[i]) == n && strncmp(words[i], part, n) == 0)
            return true;
    }
    return false;
}

/* The rest of the row's name at the first point: without workload, strategy, heap, and the parts
 * for which is_told is true. */
static json_t *where_of(const struct vtb_break_even *entry)
{
    char name[VTB_CASE_NAME_BYTES];
    char where[VTB_CASE_NAME_BYTES] = "";
    char *rest = name;
    vtb_case_name(name, sizeof name, entry->first, &entry->first->figures[entry->case_index]);
    for (size_t i = 0; rest; i++) {
        const char *part = strsep(&rest, "/");
        if (i >= 3 && !is_told(part, entry))
            vtb_append(where, sizeof where, "%s%s", *where ? "/" : "", part);
    }
    return json_string(where);
}

static json_t *crossings_of(const struct vtb_crossings *crossings)
{
    json_t *list = json_array();
    for (size_t i = 0; i < crossings->n; i++) {
        const struct vtb_crossing *crossing = &crossings->items[i];
        json_t *item = json_object();
        vtb_json_put(item, "at", json_real(crossing->at));
        vtb_json_put(item, "lo", json_real(crossing->lo));
        vtb_json_put(item, "hi", json_real(crossing->hi));
        vtb_json_put(item, "direction", json_string(crossing->falls ? "falls" : "rises"));
        vtb_json_put(item, "within_step", json_boolean(crossing->within_step));
        vtb_json_append(list, item);
    }
    return list;
}

static json_t *entry_json(const struct vtb_break_even *entry)
{
    const struct vtb_crossings *crossings = &entry->crossings;
    const struct vtb_case *the_case = vtb_break_even_case(entry);
    const bool exact = entry->metric == VTB_BREAK_EVEN_BYTES;
    json_t *object = json_object();
    if (!entry->parameter->of_workload)
        vtb_json_put(object, "workload", json_string(entry->first->point->workload->name));
    vtb_json_put(object, "heap", json_string(the_case->heap->name));
    vtb_json_put(object, "method", json_string(vtb_table_method(the_case)));
    if (strcmp(entry->parameter->word, "threads") != 0)
        vtb_json_put(object, "threads", json_integer((json_int_t)the_case->threads_n));
    if (!exact)
        vtb_json_put(object, "consumer", json_string(vtb_consumer_words[entry->first->consumer]));
    vtb_json_put(object, "strategy", json_string(vtb_break_even_strategy(entry)));
    vtb_json_put(object, "baseline", json_string(vtb_break_even_baseline(entry)));
    vtb_json_put(object, "parameter", json_string(entry->parameter->word));
    vtb_json_put_known(object, "from", crossings->x_min);
    vtb_json_put_known(object, "to", crossings->x_max);
    vtb_json_put(object, "axis", json_string(crossings->log_axis ? "log" : "linear"));
    vtb_json_put(object, "where", where_of(entry));
    vtb_json_put(object, "metric", json_string(exact ? "bytes_per_op" : "ratio"));
    vtb_json_put(object, "min_gain_percent", json_real(entry->min_gain_percent));
    vtb_json_put(object, "verdict", json_string(vtb_curve_words[crossings->verdict]));
    vtb_json_put(object, "crossings", crossings_of(crossings));
    if (crossings->verdict != VTB_CURVE_UNDECIDED) {
        vtb_json_put_known(object, "undecided_to", crossings->undecided_to);
        vtb_json_put_known(object, "undecided_from", crossings->undecided_from);
        vtb_json_put(object, "has_gap", json_boolean(crossings->has_gap));
    }
    return object;
}

json_t *vtb_break_evens_json(const struct vtb_break_evens *all)
{
    json_t *list = json_array();
    for (size_t i = 0; i < all->n; i++)
        vtb_json_append(list, entry_json(&all->items[i]));
    return list;
}
