/* Break-evens, for programs. */
#ifndef REPORT_BREAK_EVEN_JSON_H
#define REPORT_BREAK_EVEN_JSON_H

#include <jansson.h>

#include "figures/break_even.h"

/*
 * As a list of objects, a new reference of the caller's. Where a curve goes over workloads there is
 * no "workload"; of bytes no "consumer". "where" is what all points share, as in the names of rows.
 */
json_t *vtb_break_evens_json(const struct vtb_break_evens *all);

#endif
