/*
 * A schedule as a file in memory, which guests map: the very entries that the cells run, and the
 * order in which their operations complete. docs/GUESTS.md has its layout.
 */
#ifndef GUESTS_SCHEDULE_FILE_H
#define GUESTS_SCHEDULE_FILE_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define VTB_SCHEDULE_FILE_MAGIC "VTBSCHED"
#define VTB_SCHEDULE_FILE_VERSION 1
#define VTB_SCHEDULE_FILE_HEADER_BYTES 96

/* What a file has; borrowed. */
struct vtb_schedule_file {
    const uint32_t *ids; /* as of struct vtb_env, as is the order */
    size_t ids_n;
    const uint32_t *order;
    size_t order_n;
};

/* Makes a file. Gives its descriptor, which the caller closes once all guests have mapped it, and
 * the path by which other processes open it; -1, with *error set, if there is no room or no /proc.
 */
int vtb_schedule_file_make(const struct vtb_schedule_file *schedule, char path[PATH_MAX],
                           struct vtb_error *error);

#endif
