#include "base/claim.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/temporary.h"

/* As many runs of one name as no folder has. */
#define CLAIMS_MAX 10000

/* Claims a stem. Returns the cause of a failure, or 0. Whoever has claimed it before is still
 * there, or has left its result file. */
static int claim(const char *stem, long pid)
{
    char temporary[PATH_MAX];
    char result[PATH_MAX];
    const int cause = vtb_temporary_claim(stem, pid, temporary);
    (void)snprintf(result, sizeof result, "%s.json", stem);
    if (cause != 0 || access(result, F_OK) != 0)
        return cause;
    vtb_temporary_remove(temporary);
    return EEXIST;
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
        cause = n < VTB_STEM_BYTES ? claim(stem, pid) : ENAMETOOLONG;
    }
    if (cause != 0)
        *stem = '\0';
    return cause == 0 || vtb_fail(error, VTB_EXIT_INTERNAL, "'%.300s' cannot hold results: %s", dir,
                                  strerror(cause));
}
