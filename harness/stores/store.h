/*
 * Stores outside of the program: what stands behind a cache, in place of an array. A file in this
 * folder is one store, and a row of vtb_stores (stores.c) its entry. A store is opened for the
 * records of one table, gets them all, and is sealed; from then on connections ask it, each for one
 * thread at a time. The thread that opened a store does all else.
 *
 * If a store is a library, its file says so as those of heaps do (vtb/heap.h), and has only the
 * reason as `.unavailable` where the library is not installed.
 */
#ifndef STORES_STORE_H
#define STORES_STORE_H

#include <stddef.h>

#include "base/error.h"

enum vtb_store_outcome {
    VTB_STORE_FOUND,
    VTB_STORE_ABSENT, /* it has no such record */
    VTB_STORE_FAILED,
};

/* The answer to one question. What it refers to lives until the next call for the connection. */
struct vtb_store_reply {
    enum vtb_store_outcome outcome;
    const void *value; /* of VTB_STORE_FOUND */
    size_t value_n;
    const char *said; /* of VTB_STORE_FAILED: a line */
};

struct vtb_store {
    const char *word;        /* of --store */
    const char *title;       /* in sentences */
    const char *unavailable; /* why it cannot be used; null: it can, and has all that follows */
    size_t questions_max;    /* that a connection may have without a reply */
    const char *library;     /* that it is; and the version of that */
    void (*version)(char *text, size_t bytes);
    bool takes_address; /* a server may be named that is there already */
    /* Opens an empty one, which the caller closes; in the server of an address, which is borrowed,
     * unless that is null. A record expires `life_s` seconds after it was put, where the store has
     * that (put_again), unless it is 0. Null, with *error set, if it fails. */
    void *(*open)(const char *address, double life_s, struct vtb_error *error);
    bool (*put)(void *store, const void *key, size_t key_n, const void *value, size_t value_n,
                struct vtb_error *error);
    /* Makes what was put be there for all connections. */
    bool (*seal)(void *store, struct vtb_error *error);
    void (*close)(void *store); /* all connections must be closed */
    /* Connects; null, with *error set, if that fails. */
    void *(*connect)(void *store, struct vtb_error *error);
    void (*disconnect)(void *connection);
    /* Asks for a record. The key is borrowed for the call. */
    void (*ask)(void *connection, const void *key, size_t key_n);
    /* Gives the next reply, in the order of the questions; false: none has come yet. */
    bool (*next)(void *connection, struct vtb_store_reply *reply);
    /* Puts a record that has expired. That may fail: it is absent then. Null: none expires. */
    void (*put_again)(void *connection, const void *key, size_t key_n, const void *value,
                      size_t value_n);
};

/* All stores, ended by null. */
extern const struct vtb_store *const vtb_stores[];

/* The words of --store: the array that simulates one, and then those of vtb_stores; ended by null.
 */
#define VTB_STORE_SIMULATED 0
extern const char *const vtb_store_words[];

/* The store of a word's number; null: the array. */
const struct vtb_store *vtb_store_of(int word);

#endif
