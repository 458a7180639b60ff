/*
 * From the keys of a trace to their numbers: each distinct key is kept once, and the numbers, one a
 * request, go to a file without a name in TMPDIR (or /tmp), 4 bytes each.
 */
#ifndef PLAN_TRACE_KEYS_H
#define PLAN_TRACE_KEYS_H

#include "plan/trace.h"

/* A slot of the hash table: a key and its number. */
struct vtb_trace_slot {
    uint64_t key; /* a number: the key itself; a text: where it starts in `bytes` */
    uint32_t hash;
    uint32_t nth; /* the key's number + 1; 0: the slot is free */
};

struct vtb_trace_keys {
    const char *path; /* of the trace, for messages; borrowed */
    uint64_t keys_max;
    bool are_numbers; /* or else texts */
    uint64_t keys_n;
    struct vtb_trace_slot *slots;
    size_t slots_n; /* a power of two; half of them or more are free */
    /* The texts of all keys, each once and ended by a NUL, which no text has in it; and behind them
     * as much as has been read of the current line. */
    char *bytes;
    size_t capacity;
    size_t keys_bytes; /* the line starts here */
    size_t line_bytes;
    int spool;
    size_t ids_n;
    uint64_t digest;   /* of them */
    size_t buffered_n; /* the last of `ids_n` numbers, which are not in the spool yet */
    uint32_t ids[1 << 14];
};

/* Fails with what is wrong with a trace, of which the last characters of the path are shown.
 * Returns false. */
VTB_MUST_USE bool vtb_trace_refuse(const char *path, struct vtb_error *error, const char *format,
                                   ...) __attribute__((format(printf, 3, 4)));

/* Opens an empty set of at most keys_max keys. On false *error says why, and vtb_trace_keys_close
 * is still to be called. The path is borrowed. */
VTB_MUST_USE bool vtb_trace_keys_open(struct vtb_trace_keys *keys, const char *path,
                                      uint64_t keys_max, bool are_numbers, struct vtb_error *error);
void vtb_trace_keys_close(struct vtb_trace_keys *keys);

/* Appends bytes to the current line, which may move. */
VTB_MUST_USE bool vtb_trace_keys_append(struct vtb_trace_keys *keys, const char *bytes, size_t n,
                                        struct vtb_error *error);

/* The current line, up to the next call. */
static inline char *vtb_trace_keys_line(const struct vtb_trace_keys *keys)
{
    return keys->bytes + keys->keys_bytes;
}

/* Each takes one request, of a number, or of the current line, which then is empty. On false *error
 * says that there are too many keys, no memory for them, or no room for their numbers. */
VTB_MUST_USE bool vtb_trace_keys_take_number(struct vtb_trace_keys *keys, uint64_t key,
                                             struct vtb_error *error);
VTB_MUST_USE bool vtb_trace_keys_take_line(struct vtb_trace_keys *keys, struct vtb_error *error);

/* Forgets the only request that was taken so far; the current line stays. */
void vtb_trace_keys_forget(struct vtb_trace_keys *keys);

/* Gives the numbers of all requests, of which there are some, mapped into memory. */
VTB_MUST_USE bool vtb_trace_keys_map(struct vtb_trace_keys *keys, struct vtb_trace *trace,
                                     struct vtb_error *error);

#endif
