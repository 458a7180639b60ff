#include "plan/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <vtb/workload.h>

#include "base/interrupt.h"
#include "base/pages.h"

#define KEYS_MEMORY "the trace's keys"

const char *const vtb_trace_format_words[] = {"text", "be32", NULL};

/* A slot of the hash table: a key and its number. */
struct slot {
    uint64_t key; /* be32: the key itself; text: where it starts in texts.bytes */
    uint32_t hash;
    uint32_t nth; /* the key's number + 1; 0: the slot is free */
};

/* The lines of all keys, each once and with its '\n', and behind them as much as has been read of
 * the current line. */
struct texts {
    char *bytes;
    size_t capacity;
    size_t keys_bytes; /* the line starts here */
    size_t line_bytes;
};

struct reader {
    const char *path;
    enum vtb_trace_format format;
    uint64_t keys_max;
    int input;
    int spool;
    uint64_t read_bytes;
    struct slot *slots;
    size_t slots_n; /* a power of two; half of them or more are free */
    uint64_t keys_n;
    struct texts texts; /* unused by be32 */
    size_t ids_n;
    size_t buffered_n; /* the last of `ids_n` numbers, which are not in the spool yet */
    uint32_t ids[1 << 14];
    char buffer[1 << 16]; /* whole be32 keys, so that only the end of the input can part one */
};

/* --- errors --- */

/* Characters of a path that a message shows: its last ones, which tell it from others. */
#define SHOWN_MAX ((size_t)300)

static const char *ellipsis(const char *path)
{
    return strlen(path) > SHOWN_MAX ? "..." : "";
}

static const char *shown(const char *path)
{
    const size_t n = strlen(path);
    return n > SHOWN_MAX ? path + n - SHOWN_MAX : path;
}

static bool refuse(const struct reader *reader, const char *reason, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "--trace: '%s%s': %s", ellipsis(reader->path),
                    shown(reader->path), reason);
}

static bool refuse_unreadable(const struct reader *reader, int cause, struct vtb_error *error)
{
    char reason[200];
    snprintf(reason, sizeof reason, "cannot be read: %s", strerror(cause));
    return refuse(reader, reason, error);
}

static bool refuse_truncated(const struct reader *reader, struct vtb_error *error)
{
    char reason[200];
    snprintf(reason, sizeof reason, "truncated: %llu bytes are no whole number of 4-byte keys",
             (unsigned long long)reader->read_bytes);
    return refuse(reader, reason, error);
}

static bool refuse_more_keys(const struct reader *reader, struct vtb_error *error)
{
    char reason[200];
    snprintf(reason, sizeof reason, "too many distinct keys; accepted: up to %llu",
             (unsigned long long)reader->keys_max);
    return refuse(reader, reason, error);
}

static const char *spool_directory(void)
{
    const char *directory = getenv("TMPDIR");
    return directory && *directory ? directory : "/tmp";
}

static bool fail_spool(const struct reader *reader, int cause, struct vtb_error *error)
{
    const char *directory = spool_directory();
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "--trace: '%s%s': its key numbers cannot be kept in '%s%s': %s; set TMPDIR to "
                    "a directory with room for 4 bytes a request",
                    ellipsis(reader->path), shown(reader->path), ellipsis(directory),
                    shown(directory), strerror(cause));
}

/* --- memory for keys --- */

/* Makes room for text. The room is doubled, so that a byte costs the same however many there
 * are. */
static bool reserve(struct texts *texts, size_t needed, struct vtb_error *error)
{
    size_t capacity = texts->capacity ? texts->capacity : 4096;
    while (capacity < needed)
        capacity *= 2;
    if (capacity == texts->capacity)
        return true;
    char *moved = realloc(texts->bytes, capacity);
    if (!moved)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %s: %zu bytes: %s", KEYS_MEMORY,
                        capacity, strerror(errno));
    texts->bytes = moved;
    texts->capacity = capacity;
    return true;
}

static bool append_to_line(struct texts *texts, const char *bytes, size_t n,
                           struct vtb_error *error)
{
    const size_t used = texts->keys_bytes + texts->line_bytes;
    if (!reserve(texts, used + n, error))
        return false;
    memcpy(texts->bytes + used, bytes, n);
    texts->line_bytes += n;
    return true;
}

/* Hashes a whole line. Its last word is filled up with zeros, which its '\n' tells from NULs. */
static uint64_t hash_line(const struct texts *texts)
{
    const char *line = texts->bytes + texts->keys_bytes;
    const char *end = line + texts->line_bytes;
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

/* Whether two keys are the same. A line ends at its only '\n', so one that starts like another
 * whole line is that line. */
static bool is_same(const struct reader *reader, uint64_t key, uint64_t other)
{
    const struct texts *texts = &reader->texts;
    if (reader->format == VTB_TRACE_BE32)
        return key == other;
    return memcmp(texts->bytes + key, texts->bytes + other, texts->line_bytes) == 0;
}

/* The slot of the key, or the free one where it belongs. */
static struct slot *find(const struct reader *reader, uint64_t key, uint32_t hash)
{
    size_t i = hash & (reader->slots_n - 1);
    for (;; i = (i + 1) & (reader->slots_n - 1)) {
        struct slot *slot = &reader->slots[i];
        if (slot->nth == 0 || (slot->hash == hash && is_same(reader, slot->key, key)))
            return slot;
    }
}

/* Makes the hash table larger. All keys in it differ, so their hashes alone say where they go. */
static bool grow(struct reader *reader, struct vtb_error *error)
{
    const size_t grown_n = reader->slots_n * 2;
    struct slot *grown = vtb_pages(grown_n * sizeof *grown, KEYS_MEMORY, error);
    if (!grown)
        return false;
    for (size_t old = 0; old < reader->slots_n; old++) {
        size_t i = reader->slots[old].hash & (grown_n - 1);
        while (reader->slots[old].nth != 0 && grown[i].nth != 0)
            i = (i + 1) & (grown_n - 1);
        if (reader->slots[old].nth != 0)
            grown[i] = reader->slots[old];
    }
    vtb_pages_free(reader->slots, reader->slots_n * sizeof *reader->slots);
    reader->slots = grown;
    reader->slots_n = grown_n;
    return true;
}

/* Gives the next number to a key, in its free slot. A line stays where it stands. */
static bool add_key(struct reader *reader, struct slot *slot, uint64_t key, uint32_t hash,
                    struct vtb_error *error)
{
    if (reader->keys_n == reader->keys_max)
        return refuse_more_keys(reader, error);
    *slot = (struct slot){.key = key, .hash = hash, .nth = (uint32_t)++reader->keys_n};
    reader->texts.keys_bytes += reader->texts.line_bytes;
    return reader->keys_n <= reader->slots_n / 2 || grow(reader, error);
}

/* Writes the buffered numbers to the spool. Returns the cause of a failure, or 0. */
static int flush_ids(struct reader *reader)
{
    const char *bytes = (const char *)reader->ids;
    size_t left = reader->buffered_n * sizeof *reader->ids;
    while (left > 0) {
        const ssize_t written = write(reader->spool, bytes, left);
        if (written < 0 && errno != EINTR)
            return errno;
        if (written > 0) {
            bytes += written;
            left -= (size_t)written;
        }
    }
    reader->buffered_n = 0;
    return 0;
}

static bool write_id(struct reader *reader, uint32_t id, struct vtb_error *error)
{
    reader->ids[reader->buffered_n++] = id;
    reader->ids_n++;
    if (reader->buffered_n < sizeof reader->ids / sizeof *reader->ids)
        return true;
    const int cause = flush_ids(reader);
    return cause == 0 || fail_spool(reader, cause, error);
}

/* Takes one request. 32 bits of the hash are enough for twice VTB_ID_MASK slots. */
static bool take_key(struct reader *reader, uint64_t key, uint64_t hash, struct vtb_error *error)
{
    struct slot *slot = find(reader, key, (uint32_t)hash);
    const bool is_new = slot->nth == 0;
    const uint32_t id = is_new ? (uint32_t)reader->keys_n : slot->nth - 1;
    return (!is_new || add_key(reader, slot, key, (uint32_t)hash, error)) &&
           write_id(reader, id, error);
}

static bool take_line(struct reader *reader, struct vtb_error *error)
{
    const struct texts *texts = &reader->texts;
    const bool ok = take_key(reader, texts->keys_bytes, hash_line(texts), error);
    reader->texts.line_bytes = 0;
    return ok;
}

/* --- from bytes to keys --- */

static bool take_text(struct reader *reader, size_t n, struct vtb_error *error)
{
    const char *bytes = reader->buffer;
    const char *end = bytes + n;
    while (bytes < end) {
        const char *newline = memchr(bytes, '\n', (size_t)(end - bytes));
        const char *stop = newline ? newline + 1 : end;
        if (!append_to_line(&reader->texts, bytes, (size_t)(stop - bytes), error) ||
            (newline && !take_line(reader, error)))
            return false;
        bytes = stop;
    }
    return true;
}

/* Takes the last line if its '\n' is missing. */
static bool end_text(struct reader *reader, struct vtb_error *error)
{
    return reader->texts.line_bytes == 0 ||
           (append_to_line(&reader->texts, "\n", 1, error) && take_line(reader, error));
}

/* Takes keys of 4 bytes. They are big-endian on any machine, so that the same file gives the same
 * keys. */
static bool take_be32(struct reader *reader, size_t n, struct vtb_error *error)
{
    for (size_t i = 0; i + sizeof(uint32_t) <= n; i += sizeof(uint32_t)) {
        uint32_t key;
        memcpy(&key, reader->buffer + i, sizeof key);
        if (!take_key(reader, key, vtb_mix64(key), error))
            return false;
    }
    return n % sizeof(uint32_t) == 0 || refuse_truncated(reader, error);
}

/* Fills the buffer; *n is less than its size only at the end of the input. */
static bool read_buffer(struct reader *reader, size_t *n, struct vtb_error *error)
{
    *n = 0;
    while (*n < sizeof reader->buffer) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        const ssize_t read_n = read(reader->input, reader->buffer + *n, sizeof reader->buffer - *n);
        if (read_n == 0)
            return true;
        if (read_n < 0 && errno != EINTR)
            return refuse_unreadable(reader, errno, error);
        if (read_n > 0) {
            *n += (size_t)read_n;
            reader->read_bytes += (size_t)read_n;
        }
    }
    return true;
}

static bool read_input(struct reader *reader, struct vtb_error *error)
{
    const bool is_text = reader->format == VTB_TRACE_TEXT;
    size_t n = sizeof reader->buffer;
    while (n == sizeof reader->buffer) {
        if (!read_buffer(reader, &n, error))
            return false;
        if (!(is_text ? take_text(reader, n, error) : take_be32(reader, n, error)))
            return false;
    }
    if (is_text && !end_text(reader, error))
        return false;
    return reader->ids_n > 0 || refuse(reader, "empty; accepted: at least one key", error);
}

/* --- files --- */

static bool is_standard_input(const char *path)
{
    return strcmp(path, "-") == 0;
}

/* Opens the trace. A named pipe makes it wait for its writer. */
static bool open_input(struct reader *reader, struct vtb_error *error)
{
    reader->input = is_standard_input(reader->path) ? STDIN_FILENO : -1;
    while (reader->input < 0) {
        if (vtb_interrupted())
            return vtb_fail_interrupted(error);
        reader->input = open(reader->path, O_RDONLY | O_CLOEXEC);
        if (reader->input < 0 && errno != EINTR)
            return refuse_unreadable(reader, errno, error);
    }
    return true;
}

/* Makes a file without a name, which ends with its last user, whatever happens. Where the file
 * system has no such files, the name is removed at once. */
static bool open_spool(struct reader *reader, struct vtb_error *error)
{
    char path[PATH_MAX];
    reader->spool = open(spool_directory(), O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
    if (reader->spool >= 0)
        return true;
    if (snprintf(path, sizeof path, "%s/vtb_trace.XXXXXX", spool_directory()) >= (int)sizeof path)
        return fail_spool(reader, ENAMETOOLONG, error);
    reader->spool = mkostemp(path, O_CLOEXEC);
    if (reader->spool < 0)
        return fail_spool(reader, errno, error);
    (void)unlink(path);
    return true;
}

static bool map_spool(struct reader *reader, struct vtb_trace *trace, struct vtb_error *error)
{
    const int cause = flush_ids(reader);
    if (cause != 0)
        return fail_spool(reader, cause, error);
    void *ids =
        mmap(NULL, reader->ids_n * sizeof *trace->ids, PROT_READ, MAP_SHARED, reader->spool, 0);
    if (ids == MAP_FAILED)
        return fail_spool(reader, errno, error);
    *trace = (struct vtb_trace){.ids = ids, .ids_n = reader->ids_n, .keys_n = reader->keys_n};
    return true;
}

static bool make_slots(struct reader *reader, struct vtb_error *error)
{
    reader->slots_n = 1 << 12;
    reader->slots = vtb_pages(reader->slots_n * sizeof *reader->slots, KEYS_MEMORY, error);
    return reader->slots;
}

static void release(struct reader *reader)
{
    if (reader->input >= 0 && !is_standard_input(reader->path))
        (void)close(reader->input);
    if (reader->spool >= 0)
        (void)close(reader->spool);
    vtb_pages_free(reader->slots, reader->slots_n * sizeof *reader->slots);
    free(reader->texts.bytes);
}

bool vtb_trace_open_up_to(struct vtb_trace *trace, const char *path, enum vtb_trace_format format,
                          uint64_t keys_max, struct vtb_error *error)
{
    struct reader reader = {
        .path = path, .format = format, .keys_max = keys_max, .input = -1, .spool = -1};
    *trace = (struct vtb_trace){0};
    const bool ok = open_input(&reader, error) && open_spool(&reader, error) &&
                    make_slots(&reader, error) && read_input(&reader, error) &&
                    map_spool(&reader, trace, error);
    release(&reader);
    return ok;
}

bool vtb_trace_open(struct vtb_trace *trace, const char *path, enum vtb_trace_format format,
                    struct vtb_error *error)
{
    return vtb_trace_open_up_to(trace, path, format, VTB_ID_MASK, error);
}

void vtb_trace_close(struct vtb_trace *trace)
{
    if (trace->ids)
        munmap((void *)trace->ids, trace->ids_n * sizeof *trace->ids);
    *trace = (struct vtb_trace){0};
}
