#include "passes/pinning.h"

#include <errno.h>
#include <sched.h>
#include <string.h>

#include "passes/processors.h"

bool vtb_pin(const char *list, struct vtb_error *error)
{
    cpu_set_t wanted;
    cpu_set_t allowed;
    unsigned long highest;
    if (!list)
        return true;
    if (!vtb_cpus_parse(list, &wanted, &highest) || highest >= CPU_SETSIZE)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--pin: '%.100s' is no list of processors; accepted: 0, or 0-3,8", list);
    if (sched_getaffinity(0, sizeof allowed, &allowed) == 0) {
        for (size_t i = 0; i < CPU_SETSIZE; i++) {
            if (CPU_ISSET(i, &wanted) && !CPU_ISSET(i, &allowed))
                return vtb_fail(error, VTB_EXIT_USAGE,
                                "--pin: '%.100s': this process may not use processor %zu; "
                                "`run_bench doctor` tells which ones it may",
                                list, i);
        }
    }
    return sched_setaffinity(0, sizeof wanted, &wanted) == 0 ||
           vtb_fail(error, VTB_EXIT_USAGE, "--pin: '%.100s': %s", list, strerror(errno));
}
