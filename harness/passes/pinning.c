#include "passes/pinning.h"

#include <ctype.h>
#include <errno.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>

#include "base/error.h"

/* Reads a number of a list, below CPU_SETSIZE, and moves *text behind it; -1 if there is none. */
static int read_number(const char **text)
{
    char *end;
    if (!isdigit((unsigned char)**text))
        return -1;
    const long number = strtol(*text, &end, 10);
    *text = end;
    return number < CPU_SETSIZE ? (int)number : -1;
}

/* Reads a list of processors. False if it is none. */
static bool read_list(const char *text, cpu_set_t *wanted)
{
    CPU_ZERO(wanted);
    for (;;) {
        const int first = read_number(&text);
        int last = first;
        if (*text == '-') {
            text++;
            last = read_number(&text);
        }
        if (first < 0 || last < first)
            return false;
        for (int i = first; i <= last; i++)
            CPU_SET((size_t)i, wanted);
        if (*text != ',')
            return *text == '\0';
        text++;
    }
}

bool vtb_pin(const char *list, struct vtb_error *error)
{
    cpu_set_t wanted;
    cpu_set_t allowed;
    if (!list)
        return true;
    if (!read_list(list, &wanted))
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
