/* A directory of a test's own. */
#ifndef DIRECTORY_H
#define DIRECTORY_H

#include "check.h"

#include <dirent.h>
#include <limits.h>
#include <unistd.h>

static char directory[TEMPORARY_BYTES];

/* A path in the directory; valid until the fourth next call. */
static inline const char *in_directory(const char *name)
{
    static char paths[4][PATH_MAX + TEMPORARY_BYTES];
    static size_t next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", directory, name);
    return path;
}

/* How many files, folders and the like there are in one. */
static inline size_t entries_n(const char *path)
{
    size_t n = 0;
    DIR *entries = opendir(path);
    assert_non_null(entries);
    while (readdir(entries))
        n++;
    closedir(entries);
    return n - 2; /* . and .. */
}

static inline int make_directory(void **state)
{
    (void)state;
    temporary_name(directory);
    return mkdtemp(directory) ? 0 : -1;
}

/* With all that was left in it but folders. */
static inline int remove_directory(void **state)
{
    (void)state;
    DIR *entries = opendir(directory);
    for (struct dirent *entry; entries && (entry = readdir(entries));)
        (void)unlink(in_directory(entry->d_name));
    if (entries)
        closedir(entries);
    return rmdir(directory);
}

#endif
