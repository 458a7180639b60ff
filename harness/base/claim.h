/* The name of a run's results, which no other run has: also none at the same second with the same
 * number, as processes of several containers have that share a folder. */
#ifndef BASE_CLAIM_H
#define BASE_CLAIM_H

#include <limits.h>

#include "base/error.h"

/* Room for a stem, with which the names of all files of results fit in PATH_MAX. */
#define VTB_STEM_BYTES (PATH_MAX - 256)

/*
 * Claims `DIR/run-STAMP-PID`, or the same with -2, -3 ... behind it if that is taken, and writes it
 * to `stem`, until the process ends: by a hidden file, which goes with it. The caller writes
 * STEM.json by then, if anything. `stamp` is the time as it stands in names, `pid` the process's
 * number. On false *error says why there can be no such file, `stem` is empty, and nothing was
 * made.
 */
VTB_MUST_USE bool vtb_results_claim(const char *dir, const char *stamp, long pid,
                                    char stem[VTB_STEM_BYTES], struct vtb_error *error);

#endif
