/* The cells of a plan, made ready before any pass. */
#ifndef PLAN_PREPARE_H
#define PLAN_PREPARE_H

#include "plan/plan.h"

/* Builds them, and shows on standard error how far that is. *cells_n is how many there are, each
 * counted once, and *now_n how many of them were built now. */
VTB_MUST_USE bool vtb_plan_build(const struct vtb_plan *plan, size_t *cells_n, size_t *now_n,
                                 struct vtb_error *error);

/* Builds and loads them. */
VTB_MUST_USE bool vtb_plan_prepare(const struct vtb_plan *plan, struct vtb_error *error);

#endif
