/* The shared libraries of this process, of which figures are: which file each is, and which version
 * of it; and whose malloc it is. */
#ifndef PASSES_LIBRARIES_H
#define PASSES_LIBRARIES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "plan/plan.h"

struct vtb_library {
    char name[64];       /* the file's, up to ".so" */
    char version[64];    /* as a heap's library says itself; else what its file's name ends in */
    char file[PATH_MAX]; /* with no links in it */
};

struct vtb_libraries {
    struct vtb_library *items; /* owned; in the order in which the linker looks for names */
    size_t n;
};

/* Lists the libraries that are loaded, without cells. Freed with vtb_libraries_free. */
void vtb_libraries_read(struct vtb_libraries *libraries);
void vtb_libraries_free(struct vtb_libraries *libraries);

/* Gives the file that has the function of this name, as the program calls it; null: unknown. Valid
 * as long as the process. */
const char *vtb_file_of_function(const char *name);

/* Checks that a plan's heap which calls malloc gets the C library's, whose name its figures have;
 * false, with *error set, if another library has taken its place. */
VTB_MUST_USE bool vtb_libraries_check_malloc(const struct vtb_plan *plan, struct vtb_error *error);

#endif
