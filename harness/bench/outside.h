/*
 * A point's store outside of the program, with the records of its table, and askers: each is a
 * thread that asks the store for suspended operations, in place of the completing thread
 * (runner.h). It asks for the key's bytes, holds what comes against the table's value, and answers
 * the operation; or has it fail, if the store failed or has another value. Several of them share
 * the operations of each caller by their places in its ring, so that none waits for another.
 */
#ifndef BENCH_OUTSIDE_H
#define BENCH_OUTSIDE_H

#include "bench/fixture.h"
#include "stores/store.h"

/* All zeros: the point's store is the array, and nothing is open. */
struct vtb_outside {
    const struct vtb_store *kind;
    void *store;
    double life_s; /* of a record there; 0: none expires */
};

/* Opens the store that the fixture's point names, if any, and gives it all records that its calls
 * may ask for, by a cell of those for stores outside. The caller closes it. On false *error says
 * what failed, and nothing is left open. */
VTB_MUST_USE bool vtb_outside_open(struct vtb_outside *outside, const struct vtb_fixture *fixture,
                                   struct vtb_error *error);
void vtb_outside_close(struct vtb_outside *outside);

#define VTB_STORE_SAID_BYTES 128

/* What a store was asked, and what came of it. */
struct vtb_store_sums {
    double asked_n;
    double failed_n;
    double expired_n; /* records that had expired, and were put again; they did not fail */
    double p50_ns;    /* from a question to its reply; 0: none came */
    double p99_ns;
    char said[VTB_STORE_SAID_BYTES]; /* about the first that failed */
};

struct vtb_asker;

/* Makes an asker, number `number` of askers_n, which asks for the operations of outboxes_n callers
 * of a cell. All but `error` are borrowed; the caller closes it with vtb_asker_close, which accepts
 * null. Null, with *error set, if there is no connection or no memory to be had. */
struct vtb_asker *vtb_asker_open(const struct vtb_outside *outside,
                                 const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                 const struct vtb_memory *memory, size_t number, size_t askers_n,
                                 size_t outboxes_n, struct vtb_error *error);
void vtb_asker_close(struct vtb_asker *asker);

/* Asks and answers until *done_n, which is atomic, is the number of outboxes and all that was sent
 * is answered. The calling thread has entered the heap. */
void vtb_asker_run(struct vtb_asker *asker, const struct vtb_outbox *outboxes,
                   const uint32_t *done_n);

/* Forgets what was asked by now, between two runs. */
void vtb_asker_reset(struct vtb_asker *asker);

/* Sums up what n askers have asked since. */
struct vtb_store_sums vtb_askers_sum(struct vtb_asker *const *askers, size_t n);

/* The env of an asker, whose service its operations are answered with. */
struct vtb_env *vtb_asker_env(struct vtb_asker *asker);

#endif
