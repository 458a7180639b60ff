/* What fails the gate as SARIF 2.1.0, which code hosts show beside the code. */
#include <ctype.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/json_text.h"
#include "cells/registry.h"
#include "gate/compare.h"
#include "gate/gate.h"
#include "passes/machine.h"

#define SCHEMA "https://json.schemastore.org/sarif-2.1.0.json"

/* The rule of a case that is not compared at all. */
#define RULE_OF_CASES "case"

static json_t *text_object(const char *text)
{
    return vtb_json_checked(json_pack("{so}", "text", vtb_json_text(text)));
}

/* A path as a reference, relative if the path is. */
static json_t *uri_of(const char *path)
{
    char *text = vtb_allocate(3 * strlen(path) + sizeof "file://", 1, "the address of a file");
    char *end = text + sprintf(text, "%s", *path == '/' ? "file://" : "");
    for (; *path; path++) {
        if (isalnum((unsigned char)*path) || strchr("-._~/", *path))
            *end++ = *path;
        else
            end += sprintf(end, "%%%02X", (unsigned char)*path);
    }
    json_t *uri = vtb_json_checked(json_string(text));
    free(text);
    return uri;
}

/* The source of a case's strategy; the baseline, if it is not known. */
static json_t *locations_of(const struct vtb_gate *gate, const char *name)
{
    char strategy[VTB_CASE_NAME_BYTES];
    size_t n;
    const char *start = vtb_name_strategy(name, &n);
    snprintf(strategy, sizeof strategy, "%.*s", (int)n, start);
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(strategy);
    const char *path = entry ? (entry->path ? entry->path : entry->file) : gate->baseline->path;
    return vtb_json_checked(json_pack("[{s{s{so} s{si}}}]", "physicalLocation", "artifactLocation",
                                      "uri", uri_of(path), "region", "startLine", 1));
}

/* The place of a rule in the list, to which it is added if it is not there. */
static size_t rule_at(json_t *rules, const char *id, const char *text)
{
    for (size_t i = 0; i < json_array_size(rules); i++) {
        const char *own = json_string_value(json_object_get(json_array_get(rules, i), "id"));
        if (strcmp(own, id) == 0)
            return i;
    }
    json_array_append_new(rules, vtb_json_checked(json_pack("{ss so}", "id", id, "shortDescription",
                                                            text_object(text))));
    return json_array_size(rules) - 1;
}

static void add_result(json_t *results, const struct vtb_gate *gate, const char *name,
                       const char *id, size_t rule, const char *level, const char *message)
{
    json_array_append_new(
        results, vtb_json_checked(json_pack("{ss sI ss so so s{ss}}", "ruleId", id, "ruleIndex",
                                            (json_int_t)rule, "level", level, "message",
                                            text_object(message), "locations",
                                            locations_of(gate, name), "properties", "case", name)));
}

/* Writes what holds where a figure is as it is to be. */
static void rule_text(char text[200], const struct vtb_gate *gate, const char *metric)
{
    snprintf(text, 200, "%s is no worse than %s's", metric, vtb_gate_reference(gate));
}

static void add_check(json_t *results, json_t *rules, const struct vtb_gate *gate,
                      const struct vtb_gate_check *check)
{
    const bool worse = check->verdict == VTB_GATE_WORSE;
    char line[400];
    char message[500];
    char text[200];
    vtb_gate_line(line, sizeof line, check);
    if (worse)
        snprintf(message, sizeof message, "worse than %s: %s", vtb_gate_reference(gate), line);
    else
        snprintf(message, sizeof message, "it cannot be told whether it is worse: %s", line);
    rule_text(text, gate, check->metric);
    add_result(results, gate, check->name, check->metric, rule_at(rules, check->metric, text),
               worse ? "error" : "warning", message);
}

static void add_gap(json_t *results, json_t *rules, const struct vtb_gate *gate,
                    const struct vtb_gate_gap *gap)
{
    char message[VTB_CASE_NAME_BYTES + 200];
    char text[200];
    const char *id = gap->metric ? gap->metric : RULE_OF_CASES;
    snprintf(message, sizeof message, "not compared: %s of %s: %s",
             gap->metric ? gap->metric : "all figures", gap->name, gap->reason);
    if (gap->metric)
        rule_text(text, gate, id);
    else
        snprintf(text, sizeof text, "a case is in %s", vtb_gate_reference(gate));
    add_result(results, gate, gap->name, id, rule_at(rules, id, text), "warning", message);
}

static json_t *invocation_of(const struct vtb_gate *gate)
{
    json_t *invocation =
        vtb_json_checked(json_pack("{sb}", "executionSuccessful", gate->refusal ? 0 : 1));
    if (gate->refusal)
        vtb_json_put(invocation, "toolExecutionNotifications",
                     json_pack("[{ss so}]", "level", "error", "message",
                               text_object(gate->refusal->message)));
    return invocation;
}

void vtb_gate_sarif(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_gate *gate = what;
    struct vtb_machine machine;
    json_t *rules = vtb_json_checked(json_array());
    json_t *results = vtb_json_checked(json_array());
    (void)format;
    vtb_machine_read(&machine);
    for (size_t i = 0; i < gate->checks_n; i++) {
        if (vtb_gate_check_fails(gate, &gate->checks[i]))
            add_check(results, rules, gate, &gate->checks[i]);
    }
    for (size_t i = 0; gate->strict && i < gate->gaps_n; i++)
        add_gap(results, rules, gate, &gate->gaps[i]);
    vtb_json_print(out,
                   json_pack("{ss ss s[{s{s{ss ss so}} s[o] so}]}", "$schema", SCHEMA, "version",
                             "2.1.0", "runs", "tool", "driver", "name", "valuetask-bench",
                             "version", vtb_machine_fact(&machine, "version"), "rules", rules,
                             "invocations", invocation_of(gate), "results", results),
                   0);
}
