/*
 * The subjects of a self-test: copies of a strategy, each a file of its own, and so a cell of its
 * own: as it is, slower by some instructions that do nothing, or with a byte more. For one thread.
 */
#ifndef SELFTEST_SUBJECTS_H
#define SELFTEST_SUBJECTS_H

#include <limits.h>
#include <stddef.h>

#include "base/error.h"
#include "cells/registry.h"

/* A folder with copies. */
struct vtb_subjects {
    const struct vtb_strategy_entry *original; /* the strategy of the challenger's role */
    const struct vtb_strategy_entry *baseline; /* the strategy of the baseline's role */
    char folder[PATH_MAX];                     /* temporary */
    char *source;                              /* of the original; owned */
};

/* Makes the folder, and reads the original's source. On false *error says why, and there is nothing
 * to remove. */
VTB_MUST_USE bool vtb_subjects_open(struct vtb_subjects *subjects, struct vtb_error *error);

/* Writes a copy, whose name is the original's with `suffix` behind it: with so many instructions
 * that do nothing in each call, and so many bytes more for each call that suspends. On false *error
 * says why. */
VTB_MUST_USE bool vtb_subjects_write(const struct vtb_subjects *subjects, const char *suffix,
                                     size_t nops_n, size_t bytes, struct vtb_error *error);

/* Appends the path of a copy to a list of strategies, "NAME,PATH,PATH". */
void vtb_subjects_append(const struct vtb_subjects *subjects, const char *suffix, char *list,
                         size_t list_bytes);

/* Removes the folder with all copies. */
void vtb_subjects_remove(struct vtb_subjects *subjects);

#endif
