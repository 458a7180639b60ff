/* `run_bench new`: a strategy or a workload to start from, written where the user wants it. */
#ifndef CHECK_SKELETON_H
#define CHECK_SKELETON_H

#include "base/error.h"

/* Copies the skeleton of a `kind`, "strategy" or "workload", that suits the path's extension, under
 * the name of the path's stem. Makes folders that are not there, and leaves a file that is there
 * alone. On false *error says what is wrong with the arguments or with the folder. */
VTB_MUST_USE bool vtb_skeleton_write(const char *kind, const char *path, struct vtb_error *error);

/* Tells on standard output what to type next. */
VTB_MUST_USE bool vtb_skeleton_tell(const char *kind, const char *path, struct vtb_error *error);

#endif
