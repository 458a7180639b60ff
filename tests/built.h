/*
 * Cells for tests: built, if need be, and loaded. What tests go through is a part of all that there
 * can be: every kind of every strategy for the default workload, every kind but variants for the
 * workloads whose types or caches differ from it most, and for the others what shows that they
 * work. Under sanitizers, where all takes longer, the others are left out (BUILT_OTHERS).
 */
#ifndef BUILT_H
#define BUILT_H

#include "cells/target.h"

/* All of them; a null behind the last. */
const struct vtb_cell *const *built_cells(void);

/* As vtb_find_cell, and it can be run; one that is not among them is built now. */
const struct vtb_cell *built_cell(const char *name, const char *workload, struct vtb_kind kind);

/* Gives the name of a cell's file. */
void built_file_name(const struct vtb_cell *cell, char name[VTB_TARGET_NAME_BYTES]);

#endif
