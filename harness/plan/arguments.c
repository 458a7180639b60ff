#include "plan/arguments.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* Whether the recorded keys are in no file that another process could read from its start. */
static bool is_read_once(const struct vtb_plan *plan)
{
    struct stat status;
    return plan->trace_path && (strcmp(plan->trace_path, "-") == 0 ||
                                stat(plan->trace_path, &status) != 0 || !S_ISREG(status.st_mode));
}

/* Writes recorded keys to a file in memory, as 4-byte numbers: read in their order they get the
 * same numbers again. Returns its descriptor; -1, with *error set, if there is no memory. */
static int keep_trace(const struct vtb_trace *trace, struct vtb_error *error)
{
    const int fd = memfd_create("vtb-trace", 0);
    FILE *out = fd < 0 ? NULL : fdopen(dup(fd), "w");
    bool ok = out != NULL;
    for (size_t i = 0; ok && i < trace->ids_n; i++) {
        const uint32_t key = htonl(trace->ids[i]);
        ok = fwrite(&key, sizeof key, 1, out) == 1;
    }
    if (out)
        ok = fclose(out) == 0 && ok;
    if (ok)
        return fd;
    vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu recorded keys: %s", trace->ids_n,
                  strerror(errno));
    if (fd >= 0)
        (void)close(fd);
    return -1;
}

bool vtb_arguments_make(struct vtb_arguments *arguments, const struct vtb_plan *plan,
                        const struct vtb_options *options, struct vtb_error *error)
{
    char path[64];
    struct vtb_options same = *options;
    *arguments = (struct vtb_arguments){.trace_fd = -1};
    if (is_read_once(plan)) {
        arguments->trace_fd = keep_trace(&plan->trace, error);
        if (arguments->trace_fd < 0)
            return false;
        (void)snprintf(path, sizeof path, "/proc/self/fd/%d", arguments->trace_fd);
        same.trace_path = path;
        same.trace_format = (struct vtb_trace_format){.kind = VTB_TRACE_BE32};
    }
    arguments->list = vtb_options_arguments(&same);
    if (arguments->list)
        return true;
    vtb_arguments_free(arguments);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the arguments of a process");
}

void vtb_arguments_free(struct vtb_arguments *arguments)
{
    vtb_options_free_arguments(arguments->list);
    if (arguments->trace_fd >= 0)
        (void)close(arguments->trace_fd);
    *arguments = (struct vtb_arguments){.trace_fd = -1};
}
