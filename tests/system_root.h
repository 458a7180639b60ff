/* A system that is made up: a folder that holds its files of /proc and /sys. */
#ifndef SYSTEM_ROOT_H
#define SYSTEM_ROOT_H

#include "check.h"

#include <ftw.h>
#include <limits.h>
#include <sys/stat.h>

static char system_root[TEMPORARY_BYTES];

static inline int make_system_root(void **state)
{
    (void)state;
    temporary_name(system_root);
    return mkdtemp(system_root) ? 0 : -1;
}

static inline int remove_entry(const char *path, const struct stat *status, int flag,
                               struct FTW *at)
{
    (void)status;
    (void)flag;
    (void)at;
    return remove(path);
}

/* With all that is in it. */
static inline int remove_system_root(void **state)
{
    (void)state;
    return nftw(system_root, remove_entry, 8, FTW_DEPTH | FTW_PHYS);
}

/* Writes a file, whose path begins with a slash, and makes the folders above it. */
static inline void system_file(const char *path, const char *text)
{
    char full[PATH_MAX];
    snprintf(full, sizeof full, "%s%s", system_root, path);
    for (char *slash = full + strlen(system_root) + 1; (slash = strchr(slash, '/')); slash++) {
        *slash = '\0';
        (void)mkdir(full, 0777); /* it may be there already */
        *slash = '/';
    }
    FILE *file = fopen(full, "w");
    assert_non_null(file);
    assert_true(fputs(text, file) >= 0);
    assert_int_equal(fclose(file), 0);
}

#endif
