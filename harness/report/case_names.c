#include "report/case_names.h"

#include <inttypes.h>
#include <math.h>

#include "base/prose.h"

void vtb_keys_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point)
{
    if (point->hits.trace)
        snprintf(text, VTB_POINT_TEXT_BYTES, "recorded");
    else if (point->distribution.zipf)
        snprintf(text, VTB_POINT_TEXT_BYTES, "zipf:%.12g", point->distribution.s);
    else
        snprintf(text, VTB_POINT_TEXT_BYTES, "uniform");
}

void vtb_hits_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point)
{
    if (!point->hits.emerge)
        snprintf(text, VTB_POINT_TEXT_BYTES, "%.12g", point->hits.rate);
    else if (point->hits.cache.capacity > 0)
        snprintf(text, VTB_POINT_TEXT_BYTES, "lru:%" PRIu64, point->hits.cache.capacity);
    else
        snprintf(text, VTB_POINT_TEXT_BYTES, "ttl:%.12g", (double)point->hits.cache.ttl_ns / 1e9);
}

/* The key in front of the source of hits in a name; a time to live already has one. */
static const char *hits_word(const struct vtb_point *point)
{
    if (!point->hits.emerge)
        return "hit_rate:";
    return point->hits.cache.capacity > 0 ? "cache:" : "";
}

#define PART_BYTES 256

/* Whose name it is: a case's, or that of a control, which is of a point's cases with as many
 * callers, on any heap and by any method. */
struct named {
    const struct vtb_comparison *comparison;
    const struct vtb_case *the_case; /* null: a control */
    const char *strategy;
    const char *heap;
    size_t callers_n;
};

/* A parameter's value; of a control, the first that means something to a case. */
static double value_of(const struct vtb_parameter *parameter, const struct named *whose)
{
    const struct vtb_point *point = whose->comparison->point;
    double value = NAN;
    if (whose->the_case)
        return vtb_parameter_value(parameter, point, whose->the_case);
    for (size_t i = 0; i < point->cases_n && isnan(value); i++)
        value = vtb_parameter_value(parameter, point, &point->cases[i]);
    return value;
}

static void name_parameters(char part[PART_BYTES], const struct named *whose, enum vtb_naming named)
{
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const double value = value_of(each, whose);
        if (each->named == named && !isnan(value) && value != each->usual)
            vtb_append(part, PART_BYTES, "/%s:%.12g", each->word, value);
    }
}

/* Whether the caller of a case's table is not compiled as the method is. */
static bool has_other_caller(const struct vtb_case *the_case)
{
    return (the_case->caller == VTB_CALLER_RUNTIME) != (the_case->method == VTB_METHOD_RUNTIME);
}

/* Writes the parts of a name that are left out if they have their usual values. */
static void rare_part(char part[PART_BYTES], const struct named *whose)
{
    const struct vtb_point *point = whose->comparison->point;
    const struct vtb_case *the_case = whose->the_case;
    name_parameters(part, whose, VTB_NAMED_FIRST);
    name_parameters(part, whose, VTB_NAMED);
    name_parameters(part, whose, VTB_NAMED_LAST);
    if (point->store)
        vtb_append(part, PART_BYTES, "/store:%s", point->store->word);
    else if (point->completer)
        vtb_append(part, PART_BYTES, "/completer:%s", vtb_completer_words[VTB_COMPLETER_THREAD]);
    if (point->store && point->store_threads_n > 1)
        vtb_append(part, PART_BYTES, "/store_threads:%zu", point->store_threads_n);
    if (point->abstract)
        vtb_append(part, PART_BYTES, "/abstraction:%s",
                   vtb_abstraction_words[VTB_ABSTRACTION_VIRTUAL]);
    if (point->concurrent_table)
        vtb_append(part, PART_BYTES, "/table:%s", vtb_table_words[VTB_TABLE_CONCURRENT]);
    if (the_case && has_other_caller(the_case))
        vtb_append(part, PART_BYTES, "/caller:%s", vtb_caller_words[the_case->caller]);
    if (the_case && the_case->stored)
        vtb_append(part, PART_BYTES, "/stored:1");
    if (whose->callers_n > 1)
        vtb_append(part, PART_BYTES, "/threads:%zu", whose->callers_n);
    if (point->cold)
        vtb_append(part, PART_BYTES, "/start:cold");
}

static void write_name(char *name, size_t name_bytes, const struct named *whose)
{
    const struct vtb_point *point = whose->comparison->point;
    char keys[VTB_POINT_TEXT_BYTES];
    char hits[VTB_POINT_TEXT_BYTES];
    char rare[PART_BYTES] = "";
    vtb_keys_text(keys, point);
    vtb_hits_text(hits, point);
    rare_part(rare, whose);
    snprintf(name, name_bytes,
             "%s/%s/%s/%s%s/calls:%" PRIu64 "/in_flight:%zu/completion:%s/keys:%" PRIu64
             "/distribution:%s/consumer:%s%s%s/depth:%zu%s",
             point->workload->name, whose->strategy, whose->heap, hits_word(point), hits,
             point->calls_n, point->in_flight, vtb_completion_words[point->completion],
             point->keys_n, keys, vtb_consumer_words[whose->comparison->consumer],
             whose->the_case ? "/method:" : "",
             whose->the_case ? vtb_case_method(whose->the_case) : "", point->depth, rare);
}

void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures)
{
    const struct vtb_case *the_case = figures->the_case;
    const struct named whose = {comparison, the_case, the_case->timing->name, the_case->heap->name,
                                the_case->threads_n};
    write_name(name, name_bytes, &whose);
}

void vtb_control_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                      const char *control, size_t callers_n)
{
    const struct named whose = {comparison, NULL, control, "none", callers_n};
    write_name(name, name_bytes, &whose);
}

const char *vtb_case_strategy(const struct vtb_case *the_case)
{
    return the_case->guest_word ? the_case->guest_word : the_case->timing->name;
}

const char *vtb_case_heap(const struct vtb_case *the_case)
{
    return the_case->guest ? the_case->guest->title : the_case->heap->name;
}

const char *vtb_case_method(const struct vtb_case *the_case)
{
    return vtb_method_words[the_case->timing->kind.method];
}

const char *vtb_table_method(const struct vtb_case *the_case)
{
    return vtb_method_words[the_case->method];
}

const char *vtb_method_mark(enum vtb_method method)
{
    return method == VTB_METHOD_DIRECT ? "" : vtb_method_words[method];
}

static void append_caller(char text[VTB_POINT_TEXT_BYTES], const struct vtb_case *the_case)
{
    if (has_other_caller(the_case))
        vtb_append(text, VTB_POINT_TEXT_BYTES, ", %s caller", vtb_caller_words[the_case->caller]);
    if (the_case->stored)
        vtb_append(text, VTB_POINT_TEXT_BYTES, ", stored");
}

const char *vtb_way_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_case *the_case)
{
    (void)snprintf(text, VTB_POINT_TEXT_BYTES, "%s method", vtb_table_method(the_case));
    append_caller(text, the_case);
    return text;
}

const char *vtb_caller_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point)
{
    *text = '\0';
    for (size_t i = 0; i < point->cases_n && !*text; i++)
        append_caller(text, &point->cases[i]);
    return text;
}

/* --- in names of files --- */

static void append_place(char part[VTB_FILE_PART_BYTES], const struct vtb_plan *plan,
                         const struct vtb_point *point, size_t callers_n)
{
    if (callers_n > 1)
        vtb_append(part, VTB_FILE_PART_BYTES, "-x%zu", callers_n);
    if (plan->points_n > 1)
        vtb_append(part, VTB_FILE_PART_BYTES, "-%zu", (size_t)(point - plan->points) + 1);
}

void vtb_case_file_part(char part[VTB_FILE_PART_BYTES], const struct vtb_plan *plan,
                        const struct vtb_point *point, const struct vtb_case *the_case)
{
    const char *mark = vtb_method_mark(the_case->timing->kind.method);
    (void)snprintf(part, VTB_FILE_PART_BYTES, "%s-%s%s%s", the_case->timing->name,
                   the_case->heap->name, *mark ? "-" : "", mark);
    append_place(part, plan, point, the_case->threads_n);
}

void vtb_control_file_part(char part[VTB_FILE_PART_BYTES], const struct vtb_plan *plan,
                           const struct vtb_point *point, const char *control, size_t callers_n)
{
    (void)snprintf(part, VTB_FILE_PART_BYTES, "%s", control);
    append_place(part, plan, point, callers_n);
}
