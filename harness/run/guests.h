/*
 * The guests of a run: found before it, counted point by point, and told of without what they could
 * not do. A guest that does something wrong costs its own cases, all of them, and nothing else.
 */
#ifndef RUN_GUESTS_H
#define RUN_GUESTS_H

#include "figures/results.h"

/* Finds, builds and greets the guests of a plan, and notes them in results->guests. On false *error
 * says that there is no such guest. */
VTB_MUST_USE bool vtb_run_guests_find(struct vtb_results *results, const struct vtb_plan *plan,
                                      struct vtb_error *error);

/* Counts the cases of a point that guests run: counts and pressures are as many as the point's
 * cases. Guests that do something wrong are noted as lost. On false *error says that there was an
 * interrupt. */
VTB_MUST_USE bool vtb_run_guests_count(struct vtb_results *results,
                                       const struct vtb_fixture *fixture,
                                       struct vtb_counted *counted, struct vtb_pressure *pressures,
                                       struct vtb_error *error);

/* Tells the sessions of a run, which are open, what is known of its guests. What a session that
 * failed has found of them is forgotten by it. */
void vtb_run_guests_tell(const struct vtb_results *results);

/* Learns what sessions that were run have found of them. */
void vtb_run_guests_learn(struct vtb_results *results);

/* Has results->plan be the plan of what there is to tell of, of a whole one: without cases that its
 * guests have not, with what they are called. Comparisons are to be made anew. */
void vtb_run_guests_keep(struct vtb_results *results, const struct vtb_plan *plan);

/* The place in the whole plan of a case of a point that is told of. */
size_t vtb_run_guests_place(const struct vtb_results *results, size_t point, size_t own);

#endif
