/* Making the cells of a plan ready, before any pass. */
#ifndef PLAN_PREPARE_H
#define PLAN_PREPARE_H

#include "plan/plan.h"

/* Builds the plan's cells, and shows the progress on standard error. *cells_n is the number of
 * cells, each counted once, and *now_n how many of them had to be built. */
VTB_MUST_USE bool vtb_plan_build(const struct vtb_plan *plan, size_t *cells_n, size_t *now_n,
                                 struct vtb_error *error);

/* Builds the plan's cells and loads them. */
VTB_MUST_USE bool vtb_plan_prepare(const struct vtb_plan *plan, struct vtb_error *error);

/* Builds the cells of editions at all places that the sessions of a plan draw from a seed, numbered
 * from `first` on: sessions build nothing. Nothing is done where no builds are compared, or nothing
 * is timed. */
VTB_MUST_USE bool vtb_plan_build_places(const struct vtb_plan *plan, uint64_t seed, uint64_t first,
                                        struct vtb_error *error);

/* Checks, before anything is measured, that each heap of the plan is what its name says
 * (cells/malloc_owner.h). */
VTB_MUST_USE bool vtb_plan_check_heaps(const struct vtb_plan *plan, struct vtb_error *error);

#endif
