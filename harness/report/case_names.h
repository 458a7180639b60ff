/* The names of cases, and of their parts, in result files. Text is cut at the end of its buffer. */
#ifndef REPORT_CASE_NAMES_H
#define REPORT_CASE_NAMES_H

#include "figures/summary.h"

#define VTB_CASE_NAME_BYTES 512

/* Writes the name of a case: workload/strategy/heap/hit_rate:0.8/calls:1000000/... */
void vtb_case_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                   const struct vtb_figures *figures);

/* Writes the name of what was measured beside a point's cases with so many callers, whatever their
 * heap and method: as a case's, on the heap "none", without a method. */
void vtb_control_name(char *name, size_t name_bytes, const struct vtb_comparison *comparison,
                      const char *control, size_t callers_n);

#define VTB_FILE_PART_BYTES 256

/* Writes what sets the files of a case, or of a control, apart from those of others of its run:
 * strategy, heap, and then what there is of method, callers, and number of the point. */
void vtb_case_file_part(char part[VTB_FILE_PART_BYTES], const struct vtb_plan *plan,
                        const struct vtb_point *point, const struct vtb_case *the_case);
void vtb_control_file_part(char part[VTB_FILE_PART_BYTES], const struct vtb_plan *plan,
                           const struct vtb_point *point, const char *control, size_t callers_n);

/* Give what a case is called in tables: its strategy, or what a guest calls that which stands for
 * it; and its heap, or the guest with its version. */
const char *vtb_case_strategy(const struct vtb_case *the_case);
const char *vtb_case_heap(const struct vtb_case *the_case);

/* Give the method of a case's own cell and of its table, "direct", "async" or "runtime". They
 * differ if the case is the empty loop or the floor in a table of asynchronous methods. */
const char *vtb_case_method(const struct vtb_case *the_case);
const char *vtb_table_method(const struct vtb_case *the_case);

/* Gives the word that sets a table apart from that of the direct method: "", "async", "runtime". */
const char *vtb_method_mark(enum vtb_method method);

#define VTB_POINT_TEXT_BYTES 40

/* Writes the source of the callers' keys: "uniform", "zipf:0.9", or "recorded". */
void vtb_keys_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point);

/* Writes the source of hits: a rate, "lru:500" for a cache of 500 entries, or "ttl:1.5" for entries
 * that live for 1.5 seconds. */
void vtb_hits_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point);

/* Writes the method of a case's table, and its caller, if that is not of the same kind: "direct
 * method", "async method, runtime caller". */
const char *vtb_way_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_case *the_case);

/* Writes who calls a point's methods, where that is not who usually does: ", runtime caller". */
const char *vtb_caller_text(char text[VTB_POINT_TEXT_BYTES], const struct vtb_point *point);

#endif
