/* The folders of the sources of cells, and of the files that are made from them: the build folder,
 * that of an installed copy, or, where neither can be written to, a cache of the user's. */
#ifndef CELLS_HOME_H
#define CELLS_HOME_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

/* The variable of the environment that names a folder of files to be used as they are. */
#define VTB_CELLS_VARIABLE "VTB_CELLS"

struct vtb_home {
    char root[PATH_MAX];      /* the folder with harness/, impls/ and workloads/ */
    char build[PATH_MAX];     /* the folder with cells.ninja and cells.toolchain */
    char cells[PATH_MAX];     /* where files are built; may have to be made */
    char guests[PATH_MAX];    /* where guests are built; may have to be made */
    char installed[PATH_MAX]; /* a folder whose files are used as they are; empty: none */
    bool read_only;           /* nothing is built, not even in `cells` */
};

/*
 * Gives the home of this program, which is worked out once. If $VTB_CELLS names the folder of
 * another process's files, these are used as they are. Null, with *error set, if there is no place
 * for files.
 */
VTB_MUST_USE const struct vtb_home *vtb_home(struct vtb_error *error);

/* Gives the home of another build, by its folder: one that CMake made (with cells.ninja and
 * CMakeCache.txt), where its cells are built; or that of an installed copy, whose cells are built
 * in a cache of the user's, as are those of a folder that cannot be written to. On false *error
 * says what the folder lacks: VTB_EXIT_USAGE. */
VTB_MUST_USE bool vtb_home_of_build(struct vtb_home *home, const char *folder,
                                    struct vtb_error *error);

/*
 * Makes the folder of the cells of vtb_home. If that fails and there is an installed folder, its
 * cells are used as they are, and the home is read_only from then on.
 */
VTB_MUST_USE bool vtb_home_make(struct vtb_error *error);

/* Makes a folder, and those above it; false, with errno set, if it is not there then. */
bool vtb_home_make_folder(const char *folder);

#endif
