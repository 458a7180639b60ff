/*
 * A second thread that answers what the first one asked, for checks and tests of a cell: once its
 * caller waits, while it comes to wait, or before. What a first thread's caller is called with, and
 * what it is answered, go through a queue between the two. There is one such pair in a process.
 */
#ifndef CHECK_SECOND_THREAD_H
#define CHECK_SECOND_THREAD_H

#include <vtb/probe.h>

#include "bench/fixture.h"

#define VTB_PAIR_BATCH VTB_PROBE_FRAMES_N /* callers that wait at once */
#define VTB_PAIR_FAIL_EVERY 5             /* operations: not always the same one of a batch */

struct vtb_pair {
    /* Set by whoever opens it: ends the check, which is wrong; `remedy` is what to look at. */
    void (*wrong)(const char *remedy, const char *what);
    const struct vtb_fixture *fixture;
    const struct vtb_cell *cell;
    const struct vtb_probe *probe;
    struct vtb_memory memory; /* of both threads; while they wait for each other it may collect */
    /* The first thread's. Each of its callers has a copy of the loop's state, so that what runs for
     * one of them, on whichever thread, does not write where another one's does. */
    struct vtb_env env;
    struct vtb_env callers[VTB_PAIR_BATCH];
    /* The second thread's: `own` is what belongs to it, and `second` a caller that finds its
     * variables in the first thread's frames. */
    struct vtb_env own;
    struct vtb_env second;
    void *pending[VTB_PAIR_BATCH]; /* what the first thread will hand over */
    bool is_running;               /* the second thread */
};

extern struct vtb_pair vtb_pair;

/* Opens a cell for both threads, on a fixture with a frame for each caller, and enters its heap.
 * False, with *error set, if there is no memory. */
VTB_MUST_USE bool vtb_pair_open(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                const struct vtb_heap *heap, struct vtb_error *error);

/* What both threads together allocated and freed. */
struct vtb_pair_counts {
    uint64_t allocs_n;
    uint64_t frees_n;
    uint64_t live_bytes;
};

/* Leaves the heap, and closes all; whoever allocated and whoever freed, it should come out even on
 * a heap that frees. */
void vtb_pair_close(struct vtb_pair_counts *counts);

/* --- the second thread --- */

/* What the second thread does with the operation of that number, which was handed over. */
typedef void vtb_pair_step(size_t number, void *asked);

vtb_pair_step vtb_pair_complete; /* the step that answers it */

/* Starts it, and numbers operations from 0 on; wrong, if there is no thread to be had. */
void vtb_pair_start(vtb_pair_step *step);
void vtb_pair_stop(void);

/* --- the first thread --- */

/* The entry of the operation of that number: a miss, and now and then a failure. */
uint32_t vtb_pair_id(size_t number);

/* Calls, and takes over what was submitted to the store; wrong, if it is ready. */
void *vtb_pair_call(size_t by, uint32_t id);

void vtb_pair_hand_over(void *asked);

/* Everything that was handed over has been answered, and what then runs has run. */
void vtb_pair_wait(void);

/* Some of the caller's work, so that it comes to what is next at another moment each time; now and
 * then so much that its operation completes before. */
void vtb_pair_work(size_t number);

/* --- what both do --- */

enum vtb_pair_order { VTB_PAIR_WAITS_BEFORE, VTB_PAIR_RACES, VTB_PAIR_COMES_AFTER };

/* What became of some operations. */
struct vtb_pair_found {
    uint64_t checksum;       /* of all callers */
    uint64_t failed_here_n;  /* faults that callers met on the first thread */
    uint64_t failed_there_n; /* and on the second */
    size_t untold_n;         /* operations that were complete, and said to be not */
};

/* Runs batches of callers that wait before, while, or after their operations complete: operations
 * 0 to batches_n * VTB_PAIR_BATCH. The second thread is started before, and stopped behind. */
void vtb_pair_run_batches(enum vtb_pair_order order, size_t batches_n,
                          struct vtb_pair_found *found);

/* Two threads wait for an operation, one of them completes it, and a third consumer, which has
 * frame 2 and is to drop what it has, comes afterwards: its fault is returned, and at *share what
 * it got. The second thread takes the step vtb_pair_consume. */
enum vtb_fault vtb_pair_consume_thrice(size_t number, uint64_t *share);
vtb_pair_step vtb_pair_consume;

/* A heap like one that frees, on which what was submitted is handed over as soon as a method around
 * it allocates; valid until the next call. */
const struct vtb_heap *vtb_pair_early_heap(const struct vtb_heap *freeing);

/* On such a heap: runs an operation, for the first caller. Whether it was handed over early. */
bool vtb_pair_run_early(size_t number);

/* A task in an operation's place: asked for before, while, or after the operation completes. */
struct vtb_pair_task {
    void *task;    /* to be dropped */
    bool is_ready; /* else nothing is known of the rest */
    enum vtb_fault fault;
    uint64_t share;
};

void vtb_pair_convert(size_t number, struct vtb_pair_task *task);

#endif
