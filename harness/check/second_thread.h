/*
 * A pair of threads, for checks and tests of a cell: the second thread completes the operations of
 * the first, before their callers wait, while these begin to wait, or afterwards. Operations go
 * through a queue from the first thread to the second. There is one pair in a process; functions
 * are for the first thread unless they say otherwise.
 */
#ifndef CHECK_SECOND_THREAD_H
#define CHECK_SECOND_THREAD_H

#include <vtb/probe.h>

#include "bench/fixture.h"

#define VTB_PAIR_BATCH VTB_PROBE_FRAMES_N /* callers that wait at the same time */
/* One of so many operations fails: not always the same one of a batch, as it does not divide it. */
#define VTB_PAIR_FAIL_EVERY 5

/* The state of the pair. Unless a field says otherwise, the functions below set it. */
struct vtb_pair {
    /* Set by the user of the pair before it is opened. Ends the check, as the strategy is wrong;
     * `remedy` names the place to look at. */
    void (*wrong)(const char *remedy, const char *what);
    const struct vtb_fixture *fixture;
    const struct vtb_cell *cell;
    const struct vtb_probe *probe;
    struct vtb_memory memory; /* of both threads; may collect while they wait for each other */
    /* The first thread's state. Each of its callers has a copy, so that continuations of different
     * callers, on different threads, do not write to the same memory. */
    struct vtb_env env;
    struct vtb_env callers[VTB_PAIR_BATCH];
    /* The second thread's state, and a caller with that thread's service whose variables stand in
     * the frames of the first thread. */
    struct vtb_env own;
    struct vtb_env second;
    void *pending[VTB_PAIR_BATCH]; /* operations that the first thread will hand over */
    bool is_running;               /* the second thread is */
};

extern struct vtb_pair vtb_pair;

/* Opens a cell for both threads, on a fixture with a frame for each caller, and enters the heap.
 * All are borrowed until vtb_pair_close. On false *error says what there is no memory for. */
VTB_MUST_USE bool vtb_pair_open(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                const struct vtb_heap *heap, struct vtb_error *error);

/* The allocations of both threads together. */
struct vtb_pair_counts {
    uint64_t allocs_n;
    uint64_t frees_n;
    uint64_t live_bytes;
};

/* Leaves the heap, and closes everything. On a heap that frees, *counts should have as many frees
 * as allocations, whichever thread made them. */
void vtb_pair_close(struct vtb_pair_counts *counts);

/* --- the second thread --- */

/* A step of the second thread, called on it with each operation that was handed over, and its
 * number. */
typedef void vtb_pair_step(size_t number, void *asked);

/* The step that completes the operation with the store's answer. */
vtb_pair_step vtb_pair_complete;

/* Starts the second thread. Operations are numbered from 0 on. Calls vtb_pair.wrong if there is no
 * thread to be had. */
void vtb_pair_start(vtb_pair_step *step);

/* Lets the second thread finish what was handed over, and ends it. */
void vtb_pair_stop(void);

/* --- the first thread --- */

/* Gives the schedule's entry for an operation: a miss, and for one of VTB_PAIR_FAIL_EVERY a
 * failure. */
uint32_t vtb_pair_id(size_t number);

/* Calls the method for frame `by`, and returns the operation that was submitted to the store. Calls
 * vtb_pair.wrong if the hand-over is ready. */
void *vtb_pair_call(size_t by, uint32_t id);

/* Hands an operation over to the second thread. At most VTB_PAIR_BATCH may be under way. */
void vtb_pair_hand_over(void *asked);

/* Waits until the second thread has done its step with all that was handed over. */
void vtb_pair_wait(void);

/* Works for a while that depends on the number, and for some numbers lets other threads run, so
 * that the caller comes to wait at a different moment each time. */
void vtb_pair_work(size_t number);

/* --- what both do --- */

enum vtb_pair_order { VTB_PAIR_WAITS_BEFORE, VTB_PAIR_RACES, VTB_PAIR_COMES_AFTER };

/* The outcome of some operations. */
struct vtb_pair_found {
    uint64_t checksum;       /* of all callers */
    uint64_t failed_here_n;  /* faults whose continuation ran on the first thread */
    uint64_t failed_there_n; /* faults whose continuation ran on the second thread */
    size_t untold_n;         /* completed operations that vtb_is_ready said were not */
};

/* Runs batches of callers, which wait before, while, or after their operations complete. Starts the
 * second thread, and stops it at the end. */
void vtb_pair_run_batches(enum vtb_pair_order order, size_t batches_n,
                          struct vtb_pair_found *found);

/* Runs an operation with three consumers. Both threads wait for it, and one of them completes it;
 * the third consumer, which has frame 2, comes afterwards. Returns the fault that the third got,
 * and at *share its value's share; the caller must then drop frame 2's variable. The second thread
 * must run the step vtb_pair_consume. */
enum vtb_fault vtb_pair_consume_thrice(size_t number, uint64_t *share);
vtb_pair_step vtb_pair_consume;

/* Makes a copy of a heap that frees. In it an operation that was submitted is handed over as soon
 * as a layer allocates, if vtb_pair_run_early runs. Valid until the next call. */
const struct vtb_heap *vtb_pair_early_heap(const struct vtb_heap *freeing);

/* Runs an operation on such a heap, for the first caller. Whether it was handed over early. */
bool vtb_pair_run_early(size_t number);

/* A task that was made of an operation. */
struct vtb_pair_task {
    void *task;    /* the caller must drop it */
    bool is_ready; /* if it is not, the next fields mean nothing */
    enum vtb_fault fault;
    uint64_t share;
};

/* Runs an operation, and makes a task of it before, while, or after it completes, depending on the
 * number. */
void vtb_pair_convert(size_t number, struct vtb_pair_task *task);

#endif
