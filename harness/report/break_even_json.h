/* Break-evens as JSON, for programs. */
#ifndef REPORT_BREAK_EVEN_JSON_H
#define REPORT_BREAK_EVEN_JSON_H

#include <jansson.h>

#include "figures/break_even.h"

/*
 * Makes a list of objects, of which the caller gets a new reference. An object has no "workload" if
 * its curve runs over workloads, and no "consumer" if it is about bytes. "where" names the
 * parameters that all points share, as names of rows do. Ends the process if there is no memory.
 */
json_t *vtb_break_evens_json(const struct vtb_break_evens *all);

#endif
