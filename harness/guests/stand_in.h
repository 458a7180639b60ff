/*
 * What stands for cases in another runtime: a guest, found, built and greeted, and then started
 * whenever it is needed; and what it must consume, by the cells. For one thread.
 */
#ifndef GUESTS_STAND_IN_H
#define GUESTS_STAND_IN_H

#include <limits.h>

#include "guests/guest.h"

/* What is known of a guest. Without a pointer, so that processes may share it. */
struct vtb_guest_note {
    char name[64];
    char folder[PATH_MAX];
    char built[PATH_MAX];                    /* the folder that it is built in */
    char version[64];                        /* of its runtime; "": it could not be greeted */
    char strategies[VTB_CHANNEL_LINE_BYTES]; /* as struct vtb_guest has them */
    char workloads[VTB_CHANNEL_LINE_BYTES];
    char callers[64];
    uint64_t frame_bytes; /* as struct vtb_guest has them */
    char lost[600]; /* why nothing of it can be relied on, and how that is changed; "": it can */
    uint64_t unsteady_n; /* cases that it did not say were steady, of all sessions */
};

/* A guest that is started when it is needed. Zeroes at first, but for the first two fields. */
struct vtb_stand_in {
    struct vtb_guest_note *note; /* borrowed */
    double limit_s;              /* as of struct vtb_guest_start */
    struct vtb_guest guest;
    size_t nursery_bytes; /* of the one that is open */
};

/* Finds a guest by its name or folder, or the first one if `asked` is null; builds it if it can be
 * used, and greets it. Of one that cannot be used the note says why. On false *error says that
 * there is no such guest. */
VTB_MUST_USE bool vtb_stand_in_find(struct vtb_guest_note *note, const char *asked,
                                    struct vtb_error *error);

/* Notes that nothing of a guest can be relied on, and why; unless it was an interrupt. */
void vtb_stand_in_lose(struct vtb_guest_note *note, const struct vtb_error *error);

/* Has it open with a nursery: as it is, or anew, if it ended, or had another one. On false *error
 * says why it is not. */
VTB_MUST_USE bool vtb_stand_in_start(struct vtb_stand_in *own, size_t nursery_bytes,
                                     struct vtb_error *error);

/* What a guest calls that which stands for a case in it, or would if it had it; null: nothing does.
 */
const char *vtb_stand_in_name(const struct vtb_guest_note *note, const struct vtb_case *the_case);

#define VTB_STAND_IN_BYTES 72

/* Writes what a guest is asked to open for a case: what it calls it, and of what kind the caller is
 * if that is not a classic one who awaits at once. Returns `text`. */
const char *vtb_stand_in_question(char text[VTB_STAND_IN_BYTES], const char *name,
                                  const struct vtb_case *the_case);

/* Whether a guest's methods may be called by a caller that is runtime-async. */
bool vtb_stand_in_has_callers(const struct vtb_guest_note *note);

/* Whether a guest has what stands for a case of a point, and can be relied on. */
bool vtb_stand_in_has(const struct vtb_guest_note *note, const struct vtb_point *point,
                      const struct vtb_case *the_case);

/* Calls from a place of the schedule on. */
struct vtb_stand_in_calls {
    uint64_t first;
    uint64_t n;
};

/* Computes what each of n calls in a list and all before it consume together, by the floor's cell,
 * which must be loaded. On false *error says what there is no memory for. */
VTB_MUST_USE bool vtb_stand_in_checksums(const struct vtb_fixture *fixture,
                                         const struct vtb_stand_in_calls *calls, size_t n,
                                         uint64_t *checksums, struct vtb_error *error);

/* How an epoch of a guest is to be run. */
struct vtb_stand_in_epoch {
    const char *question; /* see vtb_guest_open_case */
    /* How many epochs, in front of each of which the window is empty; 1, if warm_s is 0. */
    unsigned times;
    uint64_t calls_n; /* of each, from the schedule's start */
    uint64_t warm_n;  /* calls of the epochs that it warms itself by */
    unsigned warm_s;  /* for at most so long; 0: it runs one of them alone */
};

/* Runs epochs of a case of its own, whose sum is *epoch, and holds what they consumed against the
 * cells. On false *error says what was wrong with the guest. */
VTB_MUST_USE bool vtb_stand_in_run(struct vtb_stand_in *own, const struct vtb_fixture *fixture,
                                   const struct vtb_stand_in_epoch *how,
                                   struct vtb_guest_epoch *epoch, struct vtb_error *error);

#endif
