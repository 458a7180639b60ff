/* `run_bench new`: writes a strategy or a workload to start from, to a path that a user chooses. */
#ifndef CHECK_SKELETON_H
#define CHECK_SKELETON_H

#include "base/error.h"

/* Copies the skeleton of a `kind`, "strategy" or "workload", that suits the path's extension, under
 * the name of the path's stem. Makes folders that are missing. On false *error says what is wrong
 * with the arguments or the folder, or that there is a file already, which is left as it is. */
VTB_MUST_USE bool vtb_skeleton_write(const char *kind, const char *path, struct vtb_error *error);

/* Prints to standard output the commands to type next. On false *error says why that failed. */
VTB_MUST_USE bool vtb_skeleton_tell(const char *kind, const char *path, struct vtb_error *error);

#endif
