#include "guests/schedule_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "cells/digest.h"

/* The header, in the byte order of this machine, which the guest shares. */
struct header {
    char magic[8];
    uint32_t version;
    uint32_t header_bytes;
    uint64_t ids_n;
    uint64_t order_n;
    char digest[VTB_DIGEST_BYTES - 1]; /* of all that follows, in hexadecimal digits */
};

_Static_assert(sizeof(struct header) == VTB_SCHEDULE_FILE_HEADER_BYTES, "as documented");

/* Writes the file into a mapping of it. */
static void write_all(char *bytes, const struct vtb_schedule_file *schedule)
{
    char hex[VTB_DIGEST_BYTES];
    char *rest = bytes + sizeof(struct header);
    const size_t ids_bytes = schedule->ids_n * sizeof *schedule->ids;
    const size_t order_bytes = schedule->order_n * sizeof *schedule->order;
    struct header header = {.version = VTB_SCHEDULE_FILE_VERSION,
                            .header_bytes = sizeof header,
                            .ids_n = schedule->ids_n,
                            .order_n = schedule->order_n};
    memcpy(rest, schedule->ids, ids_bytes);
    memcpy(rest + ids_bytes, schedule->order, order_bytes);
    vtb_digest_bytes(rest, ids_bytes + order_bytes, hex);
    memcpy(header.magic, VTB_SCHEDULE_FILE_MAGIC, sizeof header.magic);
    memcpy(header.digest, hex, sizeof header.digest);
    memcpy(bytes, &header, sizeof header);
}

static bool fill(int file, const struct vtb_schedule_file *schedule)
{
    const size_t bytes = sizeof(struct header) + schedule->ids_n * sizeof *schedule->ids +
                         schedule->order_n * sizeof *schedule->order;
    if (posix_fallocate(file, 0, (off_t)bytes) != 0)
        return false;
    char *mapped = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
    if (mapped == MAP_FAILED)
        return false;
    write_all(mapped, schedule);
    return munmap(mapped, bytes) == 0;
}

int vtb_schedule_file_make(const struct vtb_schedule_file *schedule, char path[PATH_MAX],
                           struct vtb_error *error)
{
    const int file = memfd_create("vtb-schedule", MFD_CLOEXEC);
    (void)snprintf(path, PATH_MAX, "/proc/%ld/fd/%d", (long)getpid(), file);
    if (file >= 0 && access(path, R_OK) == 0 && fill(file, schedule))
        return file;
    vtb_error_set(error, VTB_EXIT_INTERNAL, "no room for a schedule of %zu calls for guests: %s",
                  schedule->ids_n, strerror(errno));
    if (file >= 0)
        close(file);
    return -1;
}
