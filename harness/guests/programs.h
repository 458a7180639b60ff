/*
 * The guests that there are: a folder each, with a program `guest` in it that says whether it can
 * be used here, builds itself, and becomes the guest (docs/GUESTS.md). Those of guests/, beside the
 * sources of cells, and folders of a user's own. For one thread.
 */
#ifndef GUESTS_PROGRAMS_H
#define GUESTS_PROGRAMS_H

#include <limits.h>
#include <stddef.h>

#include "base/error.h"

struct vtb_guest_program {
    char name[64];
    char folder[PATH_MAX];
    bool usable;
    char told[512]; /* its version; or why it cannot be used, and how that is changed: one line */
};

/* Finds a guest by its name; or by the path of a folder, which has a slash in it. Asks it whether
 * it can be used. On false *error says that there is none, and which names there are. */
VTB_MUST_USE bool vtb_guest_program_find(const char *name, struct vtb_guest_program *program,
                                         struct vtb_error *error);

/* Finds all guests in guests/, in the order of their names, and asks each. The array is the
 * caller's to free; null if there are none. */
struct vtb_guest_program *vtb_guest_programs(size_t *n);

/* Brings a guest that can be used up to date, one process at a time, and gives the folder that it
 * is built in. On false *error says that it does not build, and error->details is what its compiler
 * said. */
VTB_MUST_USE bool vtb_guest_program_build(const struct vtb_guest_program *program,
                                          char built[PATH_MAX], struct vtb_error *error);

#endif
