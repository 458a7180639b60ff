/* Where the sources of cells are, and where their files go: the build folder, what was installed,
 * or, where neither may be written to, a cache of the user's. */
#ifndef CELLS_HOME_H
#define CELLS_HOME_H

#include <limits.h>
#include <stdbool.h>

#include "base/error.h"

struct vtb_home {
    char root[PATH_MAX];      /* the folder with harness/, impls/ and workloads/ */
    char build[PATH_MAX];     /* the folder with cells.ninja and cells.toolchain */
    char cells[PATH_MAX];     /* where files are built; it may have to be made */
    char installed[PATH_MAX]; /* files that are used as they are; empty: there are none */
    bool read_only;           /* nothing is built, in `cells` neither */
};

/*
 * The home of this program, worked out once. $VTB_CELLS names the folder of the files of another
 * process, which are then used as they are. Null, with *error set, if there is no place for them.
 */
VTB_MUST_USE const struct vtb_home *vtb_home(struct vtb_error *error);

/*
 * Makes the folder of the cells of vtb_home. Where that fails, and there are others that can be
 * used as they are, the home is read_only from then on.
 */
VTB_MUST_USE bool vtb_home_make(struct vtb_error *error);

#endif
