/*
 * Cells for tests: built, if need be, and loaded. What tests go through is a part of all that there
 * can be: for the default workload every kind for a classic caller of every strategy, and of those
 * that are compared the timed kinds for a runtime-async one; every kind but variants for the
 * workloads whose types or caches differ from it most; and for the others what shows that they
 * work. Under sanitizers, where all takes longer, the others are left out (BUILT_OTHERS).
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

/* Gives the name of a cell's file. */
void built_file_name(const struct vtb_cell *cell, char name[VTB_TARGET_NAME_BYTES]);

#endif
