#include "plan/trace_keys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vtb/workload.h>

#include "base/pages.h"
#include "base/shown.h"

#define KEYS_MEMORY "the trace's keys"

/* --- errors --- */

bool vtb_trace_refuse(const char *path, struct vtb_error *error, const char *format, ...)
{
    char reason[600];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return vtb_fail(error, VTB_EXIT_USAGE, "--trace: '%s%s': %s", vtb_path_dots(path),
                    vtb_path_end(path), reason);
}

static const char *spool_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

static bool fail_spool(const struct vtb_trace_keys *keys, int cause, struct vtb_error *error)
{
    const char *directory = spool_directory();
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "--trace: '%s%s': its key numbers cannot be kept in '%s%s': %s; set TMPDIR to "
                    "a directory with room for 4 bytes a request",
                    vtb_path_dots(keys->path), vtb_path_end(keys->path), vtb_path_dots(directory),
                    vtb_path_end(directory), strerror(cause));
}

/* --- memory for texts --- */

/* Makes room for text. The room is doubled, so that a byte costs the same however many there
 * are. */
static bool reserve(struct vtb_trace_keys *keys, size_t needed, struct vtb_error *error)
{
    size_t capacity = keys->capacity ? keys->capacity : 4096;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == keys->capacity)
        return true;
    char *moved = realloc(keys->bytes, capacity);
    if (!moved)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %s: %zu bytes: %s", KEYS_MEMORY,
                        capacity, strerror(errno));
    keys->bytes = moved;
    keys->capacity = capacity;
    return true;
}

bool vtb_trace_keys_append(struct vtb_trace_keys *keys, const char *bytes, size_t n,
                           struct vtb_error *error)
{
    const size_t used = keys->keys_bytes + keys->line_bytes;
    if (!reserve(keys, used + n, error))
        return false;
    memcpy(keys->bytes + used, bytes, n);
    keys->line_bytes += n;
    return true;
}

/* Hashes a whole line. Its last word is filled up with zeros. */
static uint64_t hash_line(const struct vtb_trace_keys *keys)
{
    const char *line = vtb_trace_keys_line(keys);
    const char *end = line + keys->line_bytes;
    uint64_t hash = 0;
    uint64_t word;
    for (; end - line >= (ptrdiff_t)sizeof word; line += sizeof word) {
        memcpy(&word, line, sizeof word);
        hash = vtb_mix64(hash ^ word);
    }
    word = 0;
    memcpy(&word, line, (size_t)(end - line));
    return vtb_mix64(hash ^ word);
}

/* --- from keys to numbers --- */

/* Whether two keys are the same. A text ends at its only NUL, so one that starts like another whole
 * text is that text. */
static bool is_same(const struct vtb_trace_keys *keys, uint64_t key, uint64_t other)
{
    return keys->are_numbers
               ? key == other
               : memcmp(keys->bytes + key, keys->bytes + other, keys->line_bytes) == 0;
}

/* The slot of the key, or the free one where it belongs. */
static struct vtb_trace_slot *find(const struct vtb_trace_keys *keys, uint64_t key, uint32_t hash)
{
    size_t i = hash & (keys->slots_n - 1);
    for (;; i = (i + 1) & (keys->slots_n - 1)) {
        struct vtb_trace_slot *slot = &keys->slots[i];
        if (slot->nth == 0 || (slot->hash == hash && is_same(keys, slot->key, key)))
            return slot;
    }
}

/* Makes the hash table larger. All keys in it differ, so their hashes alone say where they go. */
static bool grow(struct vtb_trace_keys *keys, struct vtb_error *error)
{
    const size_t grown_n = keys->slots_n * 2;
    struct vtb_trace_slot *grown = vtb_pages(grown_n * sizeof *grown, KEYS_MEMORY, error);
    if (!grown)
        return false;
    for (size_t old = 0; old < keys->slots_n; old++) {
        size_t i = keys->slots[old].hash & (grown_n - 1);
        while (keys->slots[old].nth != 0 && grown[i].nth != 0)
            i = (i + 1) & (grown_n - 1);
        if (keys->slots[old].nth != 0)
            grown[i] = keys->slots[old];
    }
    vtb_pages_free(keys->slots, keys->slots_n * sizeof *keys->slots);
    keys->slots = grown;
    keys->slots_n = grown_n;
    return true;
}

/* Gives the next number to a key, in its free slot. A line stays where it stands. */
static bool add_key(struct vtb_trace_keys *keys, struct vtb_trace_slot *slot, uint64_t key,
                    uint32_t hash, struct vtb_error *error)
{
    if (keys->keys_n == keys->keys_max)
        return vtb_trace_refuse(keys->path, error, "too many distinct keys; accepted: up to %llu",
                                (unsigned long long)keys->keys_max);
    *slot = (struct vtb_trace_slot){.key = key, .hash = hash, .nth = (uint32_t)++keys->keys_n};
    keys->keys_bytes += keys->line_bytes;
    return keys->keys_n <= keys->slots_n / 2 || grow(keys, error);
}

/* Writes the buffered numbers to the spool. Returns the cause of a failure, or 0. */
static int flush_ids(struct vtb_trace_keys *keys)
{
    const char *bytes = (const char *)keys->ids;
    size_t left = keys->buffered_n * sizeof *keys->ids;
    while (left > 0) {
        const ssize_t written = write(keys->spool, bytes, left);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            left -= (size_t)written;
        }
    }
    keys->buffered_n = 0;
    return 0;
}

static bool write_id(struct vtb_trace_keys *keys, uint32_t id, struct vtb_error *error)
{
    keys->ids[keys->buffered_n++] = id;
    keys->ids_n++;
    keys->digest = vtb_mix64(keys->digest ^ (id + 1));
    if (keys->buffered_n < sizeof keys->ids / sizeof *keys->ids)
        return true;
    const int cause = flush_ids(keys);
    return cause == 0 || fail_spool(keys, cause, error);
}

/* Takes one request. 32 bits of the hash are enough for twice VTB_ID_MASK slots. */
static bool take(struct vtb_trace_keys *keys, uint64_t key, uint64_t hash, struct vtb_error *error)
{
    struct vtb_trace_slot *slot = find(keys, key, (uint32_t)hash);
    const bool is_new = slot->nth == 0;
    const uint32_t id = is_new ? (uint32_t)keys->keys_n : slot->nth - 1;
    return (!is_new || add_key(keys, slot, key, (uint32_t)hash, error)) &&
           write_id(keys, id, error);
}

bool vtb_trace_keys_take_number(struct vtb_trace_keys *keys, uint64_t key, struct vtb_error *error)
{
    return take(keys, key, vtb_mix64(key), error);
}

bool vtb_trace_keys_take_line(struct vtb_trace_keys *keys, struct vtb_error *error)
{
    const bool ok = vtb_trace_keys_append(keys, "", 1, error) &&
                    take(keys, keys->keys_bytes, hash_line(keys), error);
    keys->line_bytes = 0;
    return ok;
}

void vtb_trace_keys_forget(struct vtb_trace_keys *keys)
{
    if (keys->line_bytes > 0)
        memmove(keys->bytes, vtb_trace_keys_line(keys), keys->line_bytes);
    memset(keys->slots, 0, keys->slots_n * sizeof *keys->slots);
    keys->keys_bytes = 0;
    keys->keys_n = 0;
    keys->ids_n = keys->buffered_n = 0;
    keys->digest = 0;
}

/* --- opening and closing --- */

/* Makes a file without a name, which ends with its last user, whatever happens. Where the file
 * system has no such files, the name is removed at once. */
static bool open_spool(struct vtb_trace_keys *keys, struct vtb_error *error)
{
    char path[PATH_MAX];
    keys->spool = open(spool_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (keys->spool >= 0)
        return true;
    if (snprintf(path, sizeof path, "%s/vtb_trace.XXXXXX", spool_directory()) >= (int)sizeof path)
        return fail_spool(keys, ENAMETOOLONG, error);
    keys->spool = mkostemp(path, O_CLOEXEC);
    if (keys->spool < 0)
        return fail_spool(keys, errno, error);
    (void)unlink(path);
    return true;
}

bool vtb_trace_keys_open(struct vtb_trace_keys *keys, const char *path, uint64_t keys_max,
                         bool are_numbers, struct vtb_error *error)
{
    *keys = (struct vtb_trace_keys){
        .path = path, .keys_max = keys_max, .are_numbers = are_numbers, .spool = -1};
    if (!open_spool(keys, error))
        return false;
    keys->slots_n = 1 << 12;
    keys->slots = vtb_pages(keys->slots_n * sizeof *keys->slots, KEYS_MEMORY, error);
    return keys->slots;
}

void vtb_trace_keys_close(struct vtb_trace_keys *keys)
{
    if (keys->spool >= 0)
        (void)close(keys->spool);
    vtb_pages_free(keys->slots, keys->slots_n * sizeof *keys->slots);
    free(keys->bytes);
}

bool vtb_trace_keys_map(struct vtb_trace_keys *keys, struct vtb_trace *trace,
                        struct vtb_error *error)
{
    const int cause = flush_ids(keys);
    if (cause != 0)
        return fail_spool(keys, cause, error);
    void *ids = mmap(NULL, keys->ids_n * sizeof *trace->ids, PROT_READ, MAP_SHARED, keys->spool, 0);
    if (ids == MAP_FAILED)
        return fail_spool(keys, errno, error);
    trace->ids = ids;
    trace->ids_n = keys->ids_n;
    trace->keys_n = keys->keys_n;
    trace->digest = keys->digest;
    return true;
}
