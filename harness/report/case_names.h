/* Names of cases, and of what they are made of, as result files have them. */
#ifndef REPORT_CASE_NAMES_H
#define REPORT_CASE_NAMES_H

#include "figures/summary.h"

#define VTB_CASE_NAME_BYTES 512

/* workload/strategy/heap/hit_rate:0.8/calls:1000000/...: the name of a case in files, cut where the
 * buffer ends. */
void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures);

/* "direct" or "async": the method of the case's own cell, and that of its table, which the loop and
 * the floor may differ from. */
const char *vtb_case_method(const struct vtb_case *the_case);
const char *vtb_table_method(const struct vtb_case *the_case);

#define VTB_POINT_TEXT_BYTES 40

/* The source of the callers' keys: "uniform", "zipf:0.9", or "recorded". */
void vtb_keys_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point);

/* The source of hits: a rate, "lru:500" or "ttl:1.5", in seconds. */
void vtb_hits_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point);

#endif
