#include "base/claim.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/temporary.h"

/* As many runs of one name as no folder has. */
#define CLAIMS_MAX 10000

/* Returns the cause of a failure, or 0. */
static int claim(const char *stem)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s.json", stem);
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0)
        return errno;
    (void)close(file);
    vtb_temporary_add(path);
    return 0;
}

bool vtb_results_claim(const char *dir, const char *stamp, long pid, char stem[VTB_STEM_BYTES],
                       struct vtb_error *error)
{
    int cause = EEXIST;
    for (int i = 1; cause == EEXIST && i < CLAIMS_MAX; i++) {
        char suffix[16] = "";
        if (i > 1)
            (void)snprintf(suffix, sizeof suffix, "-%d", i);
        const int n = snprintf(stem, VTB_STEM_BYTES, "%s/run-%s-%ld%s", dir, stamp, pid, suffix);
        cause = n < VTB_STEM_BYTES ? claim(stem) : ENAMETOOLONG;
    }
    if (cause != 0)
        *stem = '\0';
    return cause == 0 || vtb_fail(error, VTB_EXIT_INTERNAL, "'%.300s' cannot hold results: %s", dir,
                                  strerror(cause));
}
