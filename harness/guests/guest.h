/*
 * A guest: a program in another runtime that stands for strategies. It is started once for all its
 * cases of a session, and told over pipes which workload, table, schedule and window; it reads the
 * very schedule that the cells run, warms itself, and runs epochs on demand. docs/GUESTS.md has the
 * protocol. One that breaks it, hangs or dies is ended, and all that is asked of it later fails.
 */
#ifndef GUESTS_GUEST_H
#define GUESTS_GUEST_H

#include "bench/fixture.h"
#include "guests/channel.h"

#define VTB_GUEST_PROTOCOL 1

/* Seconds that a guest may take to answer, unless it is told to run many calls. */
#define VTB_GUEST_LIMIT_S 120.0

/* Zeroes at first. */
struct vtb_guest {
    struct vtb_channel channel;
    char title[96];   /* "guest NAME" */
    char version[64]; /* of its runtime */
    double limit_s;
    char strategies[VTB_CHANNEL_LINE_BYTES]; /* names with commas between them, as are workloads */
    char workloads[VTB_CHANNEL_LINE_BYTES];
    char callers[64];     /* likewise */
    uint64_t frame_bytes; /* of its heap, for each frame of a window; 0: it does not say */
    size_t cases_n;       /* that were ever opened */
};

/* How to start one. */
struct vtb_guest_start {
    const char *name;
    const char *const *arguments; /* a path, and what follows it; a null ends them */
    size_t nursery_bytes;         /* of its collector; 0: its own choice */
    double limit_s;               /* 0: VTB_GUEST_LIMIT_S */
};

/* What an epoch took, by the guest's own clock and counts. */
struct vtb_guest_epoch {
    uint64_t ns;
    uint64_t bytes; /* allocated by the thread that ran it */
    uint64_t
        collections[3]; /* by generation, inclusive: a collection of generation 1 is one of 0 */
    uint64_t pause_ns;
    /* Of all that was consumed since the case was opened or warmed, but for what waits. */
    uint64_t checksum;
};

/* Starts a guest, and agrees on the protocol. On false *error says why not, and nothing is open. */
VTB_MUST_USE bool vtb_guest_open(struct vtb_guest *guest, const struct vtb_guest_start *start,
                                 struct vtb_error *error);

/* Ends it, if it is open. */
void vtb_guest_close(struct vtb_guest *guest);

/* Whether a name is one of those with commas between them. */
bool vtb_guest_lists(const char *names, const char *name);

/* Whether it has a strategy, and the workload of that name. */
bool vtb_guest_has(const struct vtb_guest *guest, const char *strategy, const char *workload);

/* Opens a case on a fixture's schedule and order of completion: a table, a window, a strategy, by
 * its name, behind which further fields of the question may stand (" caller=runtime"). *number is
 * what it is called from then on. */
VTB_MUST_USE bool vtb_guest_open_case(struct vtb_guest *guest, const struct vtb_fixture *fixture,
                                      const char *strategy, size_t *number,
                                      struct vtb_error *error);

/* Has a case run epochs of that many calls until their times are steady, for at most some seconds;
 * *steady says whether they were. Afterwards nothing waits in its window, and its checksum is 0. */
VTB_MUST_USE bool vtb_guest_warm(struct vtb_guest *guest, size_t number, uint64_t calls_n,
                                 unsigned limit_s, bool *steady, struct vtb_error *error);

/* Runs an epoch: calls from a place of the schedule on, which is walked in a circle. What waits
 * when it ends stays in the window. */
VTB_MUST_USE bool vtb_guest_run(struct vtb_guest *guest, size_t number, uint64_t first,
                                uint64_t calls_n, struct vtb_guest_epoch *epoch,
                                struct vtb_error *error);

/* Holds a checksum that a guest told of a case against that of the cells, and ends it if it is
 * another. */
VTB_MUST_USE bool vtb_guest_hold(struct vtb_guest *guest, size_t number, uint64_t told,
                                 uint64_t checksum, struct vtb_error *error);

/* Completes all that waits, and holds the checksum against that of the cells: a guest that consumed
 * something else ran something else, and is ended. */
VTB_MUST_USE bool vtb_guest_drain(struct vtb_guest *guest, size_t number, uint64_t checksum,
                                  struct vtb_error *error);

/* Gives up a case, with its table. */
VTB_MUST_USE bool vtb_guest_close_case(struct vtb_guest *guest, size_t number,
                                       struct vtb_error *error);

#endif
