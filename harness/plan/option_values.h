/* Reading the values of options, one function for each kind of value. */
#ifndef PLAN_OPTION_VALUES_H
#define PLAN_OPTION_VALUES_H

#include "plan/option_table.h"

/* Characters of a value that a message shows, and what stands behind one that is cut. */
#define VTB_SHOWN_MAX 60
const char *vtb_ellipsis(const char *text);

/* Fails with the line on a value that an option does not accept. Returns false. */
VTB_MUST_USE bool vtb_refuse_value(const struct vtb_option *option, const char *text,
                                   const char *reason, struct vtb_error *error);

/* Each reads a text into the option's field of struct vtb_options; on false *error says what is
 * accepted, and the field may have changed. */
vtb_parse_function vtb_parse_flag;
vtb_parse_function vtb_parse_set;
vtb_parse_function vtb_parse_numbers;
vtb_parse_function vtb_parse_number;
vtb_parse_function vtb_parse_events;
vtb_parse_function vtb_parse_limits;
vtb_parse_function vtb_parse_rate;
vtb_parse_function vtb_parse_rounds;
vtb_parse_function vtb_parse_seed;
vtb_parse_function vtb_parse_shard;
vtb_parse_function vtb_parse_word;
vtb_parse_function vtb_parse_text;
vtb_parse_function vtb_parse_address;
vtb_parse_function vtb_parse_cache;
vtb_parse_function vtb_parse_trace_format;
vtb_parse_function vtb_parse_distribution;
vtb_parse_function vtb_parse_names;
vtb_parse_function vtb_parse_kept_names;
vtb_parse_function vtb_parse_date;
vtb_parse_function vtb_parse_name;

/* The names that an option may be given. */
void vtb_known_strategies(struct vtb_names *known);
void vtb_known_variants(struct vtb_names *known);
void vtb_known_aliases(struct vtb_names *known);
void vtb_known_workloads(struct vtb_names *known);
void vtb_known_heaps(struct vtb_names *known);
void vtb_known_metrics(struct vtb_names *known);
void vtb_known_figures(struct vtb_names *known);
void vtb_known_runtimes(struct vtb_names *known);

/* The name as the registry has it, of a name that was given; null if there is none. */
const char *vtb_find_metric_name(const char *name);
const char *vtb_find_figure_name(const char *name);
const char *vtb_find_workload_name(const char *name);
const char *vtb_find_heap_name(const char *name);
const char *vtb_find_runtime_word(const char *name);

/* Whether it is used where none is given. */
bool vtb_workload_is_default(const char *name);
bool vtb_heap_is_default(const char *name);
bool vtb_strategy_is_baseline(const char *name);

#endif
