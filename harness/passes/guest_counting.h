/*
 * What the counting and the pressure pass find out of cells, of a guest's case: by the guest's own
 * counts, and in one case of it, opened for both. What a guest does not tell is not known: how many
 * objects its bytes were, how long a single pause was, what survived. For one thread.
 */
#ifndef PASSES_GUEST_COUNTING_H
#define PASSES_GUEST_COUNTING_H

#include "guests/stand_in.h"
#include "passes/pressure.h"

/*
 * Counts a case in a guest, which is started if it is not open: the calls that are counted of
 * cells, or those of the schedule's first chunk of them, once it has made as many before, so that
 * what it makes once is made; and then as many more as cause collections enough, if the point asks
 * for that. On false *error says what was wrong with the guest, among that that it consumed
 * something else than cells do, or that there was an interrupt.
 */
VTB_MUST_USE bool vtb_guest_counting_run(struct vtb_stand_in *own,
                                         const struct vtb_fixture *fixture,
                                         const struct vtb_case *the_case,
                                         struct vtb_counted *counted, struct vtb_pressure *pressure,
                                         struct vtb_error *error);

/* Adds the collections of an epoch of a guest, of which it tells the number and the time of all of
 * them together: taken to be as long as each other. */
void vtb_guest_collected_add(struct vtb_collected *collected, const struct vtb_guest_epoch *epoch);

#endif
