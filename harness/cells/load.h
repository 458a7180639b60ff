/* Cells, made ready to run: built where they have to be, and loaded. */
#ifndef CELLS_LOAD_H
#define CELLS_LOAD_H

#include "cells/build.h"

/*
 * Builds what has to be built of `n` cells of the registry. Null pointers and cells that are loaded
 * already are passed over. For one thread, before anything is measured.
 */
VTB_MUST_USE bool vtb_cells_build(const struct vtb_cell *const *cells, size_t n,
                                  vtb_build_progress *progress, void *context,
                                  struct vtb_error *error);

/*
 * Does that, and loads them: from then on each has its functions and the sizes of its own types.
 * They are never unloaded.
 */
VTB_MUST_USE bool vtb_cells_load(const struct vtb_cell *const *cells, size_t n,
                                 vtb_build_progress *progress, void *context,
                                 struct vtb_error *error);

/* The same where nothing has to be built, as vtb_cells_count_stale said. */
VTB_MUST_USE bool vtb_cells_load_built(const struct vtb_cell *const *cells, size_t n,
                                       struct vtb_error *error);

/* How many of the cells would have to be built for that; nothing is written. */
VTB_MUST_USE bool vtb_cells_count_stale(const struct vtb_cell *const *cells, size_t n,
                                        size_t *stale_n, struct vtb_error *error);

/* What the file of a cell of the registry is made of. */
struct vtb_target vtb_target_of(const struct vtb_cell *cell);

/* Loads a file that was built, for good; returns what it defines by that name. Null, with *error
 * set, if it cannot be loaded or lacks it. */
VTB_MUST_USE const void *vtb_load_symbol(const struct vtb_target *target, const char *symbol,
                                         struct vtb_error *error);

/* The same for a cell or what is known of one, which must agree with this program. */
VTB_MUST_USE const struct vtb_cell *vtb_load_cell(const struct vtb_target *target,
                                                  struct vtb_error *error);

/* What compiled the cells that were loaded, or, as long as there is none, this program. */
const char *vtb_cells_compiler(void);

/* The digest of the rule that they were compiled by, or, as long as there is none, of the rule that
 * they would be; "several" if it is not the same for all, "unknown" where no rule can be read. */
void vtb_cells_rule(char hex[VTB_DIGEST_BYTES]);

#endif
