/* Bringing the files of targets up to date, by ninja. */
#ifndef CELLS_BUILD_H
#define CELLS_BUILD_H

#include "cells/digest.h"
#include "cells/target.h"

/* Called as files are finished, if any have to be built: `done_n` of `all_n` are. Both are 0 when
 * it ends before all are, and says why next. */
typedef void vtb_build_progress(void *context, size_t done_n, size_t all_n);

/*
 * Makes the files of all targets that have none, or whose sources changed since. One process builds
 * at a time, and others wait. Without ninja, or without the compiler, files are used as they are,
 * and a line on standard error says so. On false *error says what could not be built:
 * VTB_EXIT_USAGE if the source is the user's, and error->details is what the compiler said.
 * `progress` may be null. Takes milliseconds where nothing is to be built. For one thread, before
 * anything is measured.
 */
VTB_MUST_USE bool vtb_build(const struct vtb_target *targets, size_t n,
                            vtb_build_progress *progress, void *context, struct vtb_error *error);

/* Counts the files that are not up to date; writes nothing. */
VTB_MUST_USE bool vtb_build_count(const struct vtb_target *targets, size_t n, size_t *stale_n,
                                  struct vtb_error *error);

/* Gives the path of a target's file, as it is to be loaded; false if there is no such file. */
bool vtb_build_file(const struct vtb_target *target, char path[PATH_MAX]);

#endif
