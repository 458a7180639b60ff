#include "plan/option_values.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/dates.h"
#include "cells/foreign.h"
#include "plan/runtimes.h"
#include "stores/address.h"

const char *vtb_ellipsis(const char *text)
{
    return strlen(text) > VTB_SHOWN_MAX ? "..." : "";
}

bool vtb_refuse_value(const struct vtb_option *option, const char *text, const char *reason,
                      struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "--%s: '%.*s%s': %s; accepted: %s", option->name,
                    VTB_SHOWN_MAX, text, vtb_ellipsis(text), reason, option->accepts);
}

bool vtb_parse_flag(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    if (strcmp(text, "1") != 0 && strcmp(text, "0") != 0)
        return vtb_refuse_value(option, text, "a flag takes no value", error);
    *(bool *)field = *text == '1';
    return true;
}

/* Parses a flag among the parameters, which has one value: 1 or 0. */
bool vtb_parse_set(const struct vtb_option *option, const char *text, void *field,
                   struct vtb_error *error)
{
    bool set;
    if (!vtb_parse_flag(option, text, &set, error))
        return false;
    *(struct vtb_numbers *)field = (struct vtb_numbers){.values = {set}, .n = 1};
    return true;
}

bool vtb_parse_numbers(const struct vtb_option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_numbers_parse(text, &option->number, field, &reason) ||
           vtb_refuse_value(option, text, reason.message, error);
}

bool vtb_parse_number(const struct vtb_option *option, const char *text, void *field,
                      struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_number_parse(text, &option->number, field, &reason) ||
           vtb_refuse_value(option, text, reason.message, error);
}

bool vtb_parse_events(const struct vtb_option *option, const char *text, void *field,
                      struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_events_parse(text, field, &reason) ||
           vtb_refuse_value(option, text, reason.message, error);
}

/* Parses the limit of a metric's figures: a number, a share in percent, or none at all. */
static bool parse_limit(const char *text, struct vtb_limit *limit)
{
    static const struct vtb_number_kind number = {.max = 1e9};
    static const struct vtb_number_kind percent = {.max = 1, .percent = true};
    struct vtb_error reason;
    *limit = (struct vtb_limit){.off = strcmp(text, "off") == 0};
    const bool is_share = *text && text[strlen(text) - 1] == '%';
    return limit->off || vtb_number_parse(text, is_share ? &percent : &number,
                                          is_share ? &limit->share : &limit->number, &reason);
}

bool vtb_parse_limits(const struct vtb_option *option, const char *text, void *field,
                      struct vtb_error *error)
{
    struct vtb_limit *limits = field;
    char *copy = vtb_copy_text(text, "a list of options");
    bool ok = true;
    for (char *rest = copy, *each; ok && rest && (each = strsep(&rest, ","));) {
        char *value = each;
        const char *word = strsep(&value, "=");
        const struct vtb_gate_metric *metric = vtb_gate_metric(word);
        ok = metric && value && parse_limit(value, &limits[metric - vtb_gate_metrics]);
    }
    free(copy);
    return ok || vtb_refuse_value(option, text, "no such limit", error);
}

bool vtb_parse_rate(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    if (strcmp(text, "max") != 0)
        return vtb_parse_number(option, text, field, error);
    *(double *)field = INFINITY;
    return true;
}

bool vtb_parse_rounds(const struct vtb_option *option, const char *text, void *field,
                      struct vtb_error *error)
{
    double *rounds = field;
    if (!vtb_parse_number(option, text, field, error))
        return false;
    if (*rounds > 0 && *rounds < VTB_ROUNDS_MIN)
        return vtb_refuse_value(option, text, "too few for a session", error);
    return true;
}

bool vtb_parse_seed(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_uint64_parse(text, field, &reason) ||
           vtb_refuse_value(option, text, reason.message, error);
}

bool vtb_parse_shard(const struct vtb_option *option, const char *text, void *field,
                     struct vtb_error *error)
{
    return vtb_shard_parse(text, field) || vtb_refuse_value(option, text, "no shard", error);
}

bool vtb_parse_word(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    for (int i = 0; option->words[i]; i++) {
        if (strcmp(text, option->words[i]) == 0) {
            *(int *)field = i;
            return true;
        }
    }
    return vtb_refuse_value(option, text, "unknown", error);
}

bool vtb_parse_text(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    if (*text == '\0')
        return vtb_refuse_value(option, text, "no text", error);
    *(const char **)field = text;
    return true;
}

bool vtb_parse_address(const struct vtb_option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    char host[VTB_HOST_BYTES];
    int port;
    if (!vtb_address_split(text, host, &port) && !vtb_address_is_path(text))
        return vtb_refuse_value(option, text, "no address", error);
    *(const char **)field = text;
    return true;
}

bool vtb_parse_cache(const struct vtb_option *option, const char *text, void *field,
                     struct vtb_error *error)
{
    struct vtb_error reason;
    if (strncmp(text, "lru:", 4) != 0)
        return vtb_refuse_value(option, text, "unknown", error);
    return vtb_numbers_parse(text + 4, &option->number, field, &reason) ||
           vtb_refuse_value(option, text, reason.message, error);
}

/* Parses the column behind "csv:": its number, or its name. */
static bool parse_column(const struct vtb_option *option, const char *text, const char *column,
                         struct vtb_trace_format *format, struct vtb_error *error)
{
    struct vtb_error reason;
    uint64_t number = 0;
    if (*column == '\0')
        return vtb_refuse_value(option, text, "no column", error);
    const bool is_number = column[strspn(column, "0123456789")] == '\0';
    if (is_number && (!vtb_uint64_parse(column, &number, &reason) || number == 0))
        return vtb_refuse_value(option, text, "columns count from 1", error);
    *format = (struct vtb_trace_format){VTB_TRACE_CSV, column, (size_t)number};
    return true;
}

bool vtb_parse_trace_format(const struct vtb_option *option, const char *text, void *field,
                            struct vtb_error *error)
{
    struct vtb_trace_format *format = field;
    const char *csv = vtb_trace_format_words[VTB_TRACE_CSV];
    const size_t csv_n = strlen(csv);
    if (strncmp(text, csv, csv_n) == 0 && (text[csv_n] == ':' || text[csv_n] == '\0'))
        return parse_column(option, text, text + csv_n + (text[csv_n] == ':'), format, error);
    for (int i = 0; i < VTB_TRACE_CSV; i++) {
        if (strcmp(text, vtb_trace_format_words[i]) == 0) {
            *format = (struct vtb_trace_format){.kind = (enum vtb_trace_kind)i};
            return true;
        }
    }
    return vtb_refuse_value(option, text, "unknown", error);
}

bool vtb_parse_distribution(const struct vtb_option *option, const char *text, void *field,
                            struct vtb_error *error)
{
    struct vtb_distribution distribution = {.zipf = strncmp(text, "zipf", 4) == 0, .s = 0.99};
    if (strcmp(text, "uniform") != 0 && !distribution.zipf)
        return vtb_refuse_value(option, text, "unknown", error);
    const char *s = text + 4;
    struct vtb_error reason;
    if (distribution.zipf && *s != '\0' &&
        (*s != ':' || !vtb_number_parse(s + 1, &option->number, &distribution.s, &reason)))
        return vtb_refuse_value(option, text, "S is not accepted", error);
    *(struct vtb_distribution *)field = distribution;
    return true;
}

static bool refuse_name(const struct vtb_option *option, const char *name, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    char nearest[400];
    if (strchr(name, '@') && option->variants) {
        option->variants(&known);
    } else {
        option->known(&known);
        if (option->aliases)
            option->aliases(&known);
    }
    vtb_names_nearest(&known, option->find, name, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE, "--%s: unknown name '%.*s%s'; nearest: %s; accepted: %s",
                    option->name, VTB_SHOWN_MAX, name, vtb_ellipsis(name), nearest,
                    option->accepts);
}

/* Keeps one name of a comma-separated list; it lives as long as the process, as argv does. */
static bool add_name(const struct vtb_option *option, const char *text, const char *name,
                     struct vtb_names *names, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    option->known(&known);
    if (strcmp(name, "all") == 0) {
        *names = known;
        names->all = true;
        return true;
    }
    const bool is_path = option->bring && vtb_is_path(name);
    const char *found = is_path ? option->bring(name, error) : option->find(name);
    if (is_path && !found)
        return false;
    if (found && vtb_names_have(names, found))
        return vtb_refuse_value(option, text, "a name stands there twice", error);
    if (found)
        return vtb_names_add(names, found);
    return refuse_name(option, name, error);
}

bool vtb_parse_names(const struct vtb_option *option, const char *text, void *field,
                     struct vtb_error *error)
{
    struct vtb_names *names = field;
    char *copy = vtb_copy_text(text, "a list of options");
    char *rest = copy;
    bool ok = true;
    *names = (struct vtb_names){.n = 0};
    while (ok && rest)
        ok = add_name(option, text, strsep(&rest, ","), names, error);
    free(copy);
    return ok;
}

/* A copy for as long as the process lives, and found by who looks for memory that is lost. */
static char *keep_text(const char *text)
{
    static struct kept {
        struct kept *earlier;
        char *text;
    } * all;
    struct kept *own = vtb_allocate(1, sizeof *own, "a list of options");
    *own = (struct kept){.earlier = all, .text = vtb_copy_text(text, "a list of options")};
    all = own;
    return own->text;
}

/* Which guests there are, and which strategies there were, is not known here: names and paths are
 * kept as they are. */
bool vtb_parse_kept_names(const struct vtb_option *option, const char *text, void *field,
                          struct vtb_error *error)
{
    struct vtb_names *names = field;
    char *rest = keep_text(text);
    *names = (struct vtb_names){.n = 0};
    while (rest) {
        const char *name = strsep(&rest, ",");
        if (*name == '\0')
            return vtb_refuse_value(option, text, "no name", error);
        if (vtb_names_have(names, name))
            return vtb_refuse_value(option, text, "a name stands there twice", error);
        if (!vtb_names_add(names, name))
            return vtb_refuse_value(option, text, "too many names", error);
    }
    return true;
}

bool vtb_parse_date(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    return vtb_date_parse(text, field) || vtb_refuse_value(option, text, "no date", error);
}

bool vtb_parse_name(const struct vtb_option *option, const char *text, void *field,
                    struct vtb_error *error)
{
    struct vtb_names *names = field;
    return vtb_parse_names(option, text, field, error) &&
           (names->n == 1 || vtb_refuse_value(option, text, "one name, not several", error));
}

void vtb_known_strategies(struct vtb_names *known)
{
    for (size_t i = 0; vtb_strategies[i].name; i++)
        (void)vtb_names_add(known, vtb_strategies[i].name);
}

void vtb_known_variants(struct vtb_names *known)
{
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++)
        (void)vtb_names_add(known, name);
}

void vtb_known_aliases(struct vtb_names *known)
{
    const char *alias;
    for (size_t i = 0; (alias = vtb_alias_at(i)); i++)
        (void)vtb_names_add(known, alias);
}

void vtb_known_workloads(struct vtb_names *known)
{
    for (size_t i = 0; vtb_workloads[i].name; i++)
        (void)vtb_names_add(known, vtb_workloads[i].name);
}

void vtb_known_heaps(struct vtb_names *known)
{
    for (size_t i = 0; vtb_heaps[i].name; i++)
        (void)vtb_names_add(known, vtb_heaps[i].name);
}

void vtb_known_metrics(struct vtb_names *known)
{
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++)
        (void)vtb_names_add(known, vtb_pressure_metrics[i].word);
}

void vtb_known_figures(struct vtb_names *known)
{
    vtb_gate_words(known);
    (void)vtb_names_add(known, VTB_RATIO_WORD);
}

void vtb_known_runtimes(struct vtb_names *known)
{
    for (size_t i = 0; vtb_runtimes[i].word; i++)
        (void)vtb_names_add(known, vtb_runtimes[i].word);
}

const char *vtb_find_metric_name(const char *word)
{
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++) {
        if (strcmp(vtb_pressure_metrics[i].word, word) == 0)
            return vtb_pressure_metrics[i].word;
    }
    return NULL;
}

const char *vtb_find_figure_name(const char *word)
{
    const struct vtb_gate_metric *metric = vtb_gate_metric(word);
    if (metric)
        return metric->word;
    return strcmp(word, VTB_RATIO_WORD) == 0 ? VTB_RATIO_WORD : NULL;
}

const char *vtb_find_workload_name(const char *name)
{
    const struct vtb_workload_entry *entry = vtb_find_workload(name);
    return entry ? entry->name : vtb_named_size(name);
}

const char *vtb_find_heap_name(const char *name)
{
    const struct vtb_heap_entry *entry = vtb_find_heap(name);
    return entry ? entry->name : NULL;
}

const char *vtb_find_runtime_word(const char *name)
{
    const struct vtb_runtime *runtime = vtb_find_runtime(name);
    return runtime ? runtime->word : NULL;
}

bool vtb_workload_is_default(const char *name)
{
    return strcmp(name, vtb_default_workload_name) == 0;
}

bool vtb_heap_is_default(const char *name)
{
    return vtb_find_heap(name)->heap->is_default;
}

bool vtb_strategy_is_baseline(const char *name)
{
    return vtb_find_strategy(name)->role == VTB_ROLE_BASELINE;
}
