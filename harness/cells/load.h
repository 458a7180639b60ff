/* Making cells ready to run: building those that are not up to date, and loading them. */
#ifndef CELLS_LOAD_H
#define CELLS_LOAD_H

#include "cells/build.h"

/*
 * Builds those of `n` cells of the registry that are not up to date. Null pointers and cells that
 * are loaded already are passed over. For one thread, before anything is measured.
 */
VTB_MUST_USE bool vtb_cells_build(const struct vtb_cell *const *cells, size_t n,
                                  vtb_build_progress *progress, void *context,
                                  struct vtb_error *error);

/*
 * Builds cells like vtb_cells_build, and loads them: from then on each has its functions and the
 * sizes of its own types. Cells are never unloaded.
 */
VTB_MUST_USE bool vtb_cells_load(const struct vtb_cell *const *cells, size_t n,
                                 vtb_build_progress *progress, void *context,
                                 struct vtb_error *error);

/* Loads cells of which none has to be built, as vtb_cells_count_stale said. */
VTB_MUST_USE bool vtb_cells_load_built(const struct vtb_cell *const *cells, size_t n,
                                       struct vtb_error *error);

/* Counts the cells that would have to be built; writes nothing. */
VTB_MUST_USE bool vtb_cells_count_stale(const struct vtb_cell *const *cells, size_t n,
                                        size_t *stale_n, struct vtb_error *error);

/* Gives the target that a cell of the registry is built as. */
struct vtb_target vtb_target_of(const struct vtb_cell *cell);

/* Loads the file of a target for good, and returns the object that it defines under a name. Null,
 * with *error set, if it cannot be loaded or does not define the name. */
VTB_MUST_USE const void *vtb_load_symbol(const struct vtb_target *target, const char *symbol,
                                         struct vtb_error *error);

/* Loads a cell, or the metadata of a strategy, by vtb_load_symbol, and checks that it was compiled
 * for this program. */
VTB_MUST_USE const struct vtb_cell *vtb_load_cell(const struct vtb_target *target,
                                                  struct vtb_error *error);

/* Whether a cell of the registry, which is built, was compiled with the contract of this program:
 * otherwise it must not run here. */
bool vtb_cell_agrees(const struct vtb_cell *cell);

/* Names the compiler of the cells that are loaded; before any is, the compiler of this program. */
const char *vtb_cells_compiler(void);

/* Gives the digest of the rule that the loaded cells were compiled by; before any is loaded, of the
 * rule that cells would be compiled by. "several" if it is not the same for all, "unknown" where no
 * rule can be read. */
void vtb_cells_rule(char hex[VTB_DIGEST_BYTES]);

#endif
