/* Bringing the files of targets up to date, by ninja. */
#ifndef CELLS_BUILD_H
#define CELLS_BUILD_H

#include "cells/digest.h"
#include "cells/target.h"

/* Called as files are finished: `done_n` of `all_n`, where something is built at all. */
typedef void vtb_build_progress(void *context, size_t done_n, size_t all_n);

/*
 * Makes the files of all targets, or of those whose sources changed since; one process at a time,
 * others wait. Without ninja, or without the compiler, what is there is used as it is, and a line
 * on standard error says so. On false *error says what could not be built: VTB_EXIT_USAGE if the
 * source is the user's, and error->details is what the compiler said. `progress` may be null.
 * Milliseconds where nothing is to be built. For one thread, before anything is measured.
 */
VTB_MUST_USE bool vtb_build(const struct vtb_target *targets, size_t n,
                            vtb_build_progress *progress, void *context, struct vtb_error *error);

/* How many of the files are not up to date; nothing is written. */
VTB_MUST_USE bool vtb_build_count(const struct vtb_target *targets, size_t n, size_t *stale_n,
                                  struct vtb_error *error);

/* The path of a target's file, as it is to be loaded; false if there is none. */
bool vtb_build_file(const struct vtb_target *target, char path[PATH_MAX]);

#endif
