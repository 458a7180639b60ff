/*
 * Two builds, each measured by its own program, which take turns (gate/turn_takers.h): where they
 * share other things with their cells than this program, so that these cannot stand in one process,
 * and where heaps and tables are to be compared, too. Their samples become those of one table of
 * this program's, in whose rounds both builds are. For one thread.
 */
#ifndef GATE_OWN_PROGRAMS_H
#define GATE_OWN_PROGRAMS_H

#include "gate/builds.h"

/* Has both builds' programs ready, building them if need be, for a plan of both that is made. On
 * false *error says which cannot be built, or take turns. To be freed in either case. */
VTB_MUST_USE bool vtb_own_programs_prepare(struct vtb_builds *builds, struct vtb_error *error);

/* Measures the cases of builds->run.plan: the run of that number, from 0 on, whose sessions are its
 * own. *results gets the tables and what they need, as from vtb_run, but for what only its reports
 * tell. On false *error says what failed. */
VTB_MUST_USE bool vtb_own_programs_run(struct vtb_builds *builds, size_t run,
                                       struct vtb_results *results, struct vtb_error *error);

/* Gives a figure of a case of a table, by its key in result files, as its build's program found it
 * in the latest run; NaN if it did not. */
double vtb_own_programs_figure(const struct vtb_builds *builds,
                               const struct vtb_comparison *comparison, size_t of_case,
                               const char *key);

/* Notes that each build was measured by its own program, and what compiled them, if it was not the
 * same. */
void vtb_own_programs_note(struct vtb_builds *builds);

/* Frees *builds' programs, if there are any. */
void vtb_own_programs_free(struct vtb_builds *builds);

#endif
