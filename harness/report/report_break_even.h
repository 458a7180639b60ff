/* Break-evens, written for people and for programs. */
#ifndef REPORT_REPORT_BREAK_EVEN_H
#define REPORT_REPORT_BREAK_EVEN_H

#include <stdio.h>

#include <jansson.h>

#include "figures/break_even.h"

/* For each parameter and table what of it each strategy needs to be faster, to be worth it, and to
 * allocate less, in tables of at most 100 columns or in Markdown, with a sentence each. Nothing if
 * there is none. */
void vtb_report_break_evens(FILE *out, const struct vtb_break_evens *all, bool markdown);

/*
 * The same as a list of objects, a new reference of the caller's. Where a curve goes over workloads
 * there is no "workload"; of bytes no "consumer". "where" is what all points share, as in the names
 * of rows.
 */
json_t *vtb_break_evens_json(const struct vtb_break_evens *all);

#endif
