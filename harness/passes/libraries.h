/* The shared libraries of this process, of which figures are: which file each is, and which version
 * of it. */
#ifndef PASSES_LIBRARIES_H
#define PASSES_LIBRARIES_H

#include <limits.h>
#include <stddef.h>

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

#endif
