/*
 * Cells for tests: built, if need be, and loaded. What tests go through is a part of all that
 * there can be, so that each strategy, each kind and each workload is there, and each two of them
 * that have to do with each other: for the default workload the kinds for a classic caller of
 * every strategy, its variants as cells that count, which run on heaps of any kind, and every kind
 * of the strategies that are compared by default; for the workloads whose types or caches differ
 * from it most, every strategy; and for the others what shows that they work. Under sanitizers,
 * where all takes longer, the others are left out, and kinds that use memory as other kinds do
 * (BUILT_OTHERS); and under ThreadSanitizer what has nothing to do with threads
 * (BUILT_FOR_THREADS).
 */
#ifndef BUILT_H
#define BUILT_H

#include "cells/target.h"

/* All cells that were built for tests; a null behind the last. */
const struct vtb_cell *const *built_cells(void);

/* Those that a test wants, and no others are loaded: a process takes the longer to fork the more it
 * has loaded. One question for each program. */
const struct vtb_cell *const *built_cells_that(bool (*are_wanted)(const struct vtb_cell *cell));

/* Finds a cell as vtb_find_cell does, ready to run; it is built now if it is not among the built
 * ones. */
const struct vtb_cell *built_cell(const char *name, const char *workload, struct vtb_kind kind);

/* The floor's cell of a workload that counts; null: the workload has no cells
 * among the built ones. */
const struct vtb_cell *built_floor(const char *workload);

/* Whether a strategy is compared by default. An object, and a struct with one, stand for all where
 * what is tested has nothing to do with strategies. */
bool built_stands_for_all(const struct vtb_strategy *strategy);

/* Gives the name of a cell's file. */
void built_file_name(const struct vtb_cell *cell, char name[VTB_TARGET_NAME_BYTES]);

#endif
