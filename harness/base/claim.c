#include "base/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/temporary.h"

/* As many runs of one name as no folder has. */
#define CLAIMS_MAX 10000

/* Claims `dir`/`name` by a hidden file: a temporary one of no host, so that all hosts have the same
 * name for it, and a stale one is removed after a day. Returns the cause of a failure, or 0.
 * Whoever has claimed the name before is still there, or has left its result file. */
static int claim(const char *dir, const char *name, long pid)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s/.%s.vtb-00000000-%ld-0.part", dir, name, pid);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return errno;
    (void)close(file);
    vtb_temporary_add(path);
    char result[PATH_MAX];
    (void)snprintf(result, sizeof result, "%s/%s.json", dir, name);
    if (access(result, F_OK) != 0)
        return 0;
    vtb_temporary_remove(path);
    return EEXIST;
}

bool vtb_results_claim(const char *dir, const char *stamp, long pid, char stem[VTB_STEM_BYTES],
                       struct vtb_error *error)
{
    int cause = EEXIST;
    for (int i = 1; cause == EEXIST && i < CLAIMS_MAX; i++) {
        char suffix[16] = "";
        char name[128];
        if (i > 1)
            (void)snprintf(suffix, sizeof suffix, "-%d", i);
        (void)snprintf(name, sizeof name, "run-%s-%ld%s", stamp, pid, suffix);
        const int n = snprintf(stem, VTB_STEM_BYTES, "%s/%s", dir, name);
        cause = n < VTB_STEM_BYTES ? claim(dir, name, pid) : ENAMETOOLONG;
    }
    if (cause != 0)
        *stem = '\0';
    return cause == 0 || vtb_fail(error, VTB_EXIT_INTERNAL, "'%.300s' cannot hold results: %s", dir,
                                  strerror(cause));
}
