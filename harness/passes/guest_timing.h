/*
 * The cases of guests on a bench: each stands in every round as a cell's case does, and is timed by
 * its guest's own clock. While others are timed a guest waits for a question. For one thread.
 */
#ifndef PASSES_GUEST_TIMING_H
#define PASSES_GUEST_TIMING_H

#include "guests/stand_in.h"
#include "passes/timing.h"

/* Seconds for which a guest may warm a case at most; it says whether its times were steady then. */
#define VTB_GUEST_WARM_S 5

/* Calls of a guest's epoch at least. One that was switched out finds caches, address translation
 * and predictors as others left them: it takes some thousands of calls to be warm again. */
#define VTB_GUEST_EPOCH_MIN_N 20000

/* Gives the calls of an epoch of a guest's cases, all of them, from those of a cell's. */
size_t vtb_guest_epoch_n(size_t cells_n);

struct vtb_guest_seats;

/* Opens the cases of a fixture's point that guests run, in these guests, whose order is the plan's.
 * A guest that does something wrong, from now on, is noted as lost, and asked nothing more. The
 * fixture and the guests must outlive the seats, which the caller closes; null is accepted there,
 * and is what a point without such cases gets. */
struct vtb_guest_seats *vtb_guest_seats_open(const struct vtb_fixture *fixture,
                                             struct vtb_stand_in *guests);
void vtb_guest_seats_close(struct vtb_guest_seats *seats);

/* Warms all cases, one after the other, by epochs of so many calls, and fills their windows. Takes
 * seconds: not between epochs that are timed. */
void vtb_guest_seats_warm(struct vtb_guest_seats *seats, size_t calls_n);

/* What an epoch took, in ns per call; NaN: its guest is lost. */
struct vtb_guest_times {
    double real_ns;
    double gc_ns;
};

/* Runs an epoch of a case, given by its place in the point: from a place of the schedule on so many
 * calls that are not timed, by which it is warm again, and then as many that are. */
struct vtb_guest_times vtb_guest_seats_run(struct vtb_guest_seats *seats, size_t own,
                                           uint64_t first, size_t calls_n);

/* Holds all that the cases consumed since they were warm against the floor's cell. On false *error
 * says what there is no memory for. */
VTB_MUST_USE bool vtb_guest_seats_check(struct vtb_guest_seats *seats, struct vtb_error *error);

/* Gives the pauses of a case in the epochs that were run. */
struct vtb_pause_sums vtb_guest_seats_pauses(const struct vtb_guest_seats *seats, size_t own);

#endif
