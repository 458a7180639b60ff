/*
 * A runner: what one case runs on. One caller or several at once, each with operations, a window
 * and a service of its own against the shared table; and, if operations complete on another thread,
 * the ring to it from each caller, and its own service, with which it answers, consumes and frees.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include "bench/fixture.h"
#include "bench/thread_pool.h"

struct vtb_runner {
    const struct vtb_cell *cell;
    vtb_loop_function *loop;
    struct vtb_memory memory; /* of all callers, and of who completes */
    size_t callers_n;
    struct vtb_env *callers;     /* owned */
    bool completes;              /* another thread does */
    struct vtb_env completer;    /* open if `completes` */
    struct vtb_outbox *outboxes; /* owned; one for each caller if `completes` */
    double *elapsed_ns;          /* owned; of each caller's last part in a run of several threads */
    /* Borrowed; null: one caller who completes its operations. */
    struct vtb_thread_pool *thread_pool;
    size_t operations_n; /* of the run under way */
    uint32_t done_n;     /* callers that made all their calls */
};

/* Opens the state of a case. `thread pool` must have a thread for each caller, and one more if
 * operations complete on another; it may be null if there is one caller who completes them itself.
 * On false nothing is left open. The runner must stay where it is. */
VTB_MUST_USE bool vtb_runner_open(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                                  const struct vtb_case *the_case, enum vtb_consumer consumer,
                                  struct vtb_thread_pool *thread_pool, struct vtb_error *error);
void vtb_runner_close(struct vtb_runner *runner);

/* Threads that the runner needs, with the one that calls vtb_runner_run. */
size_t vtb_runner_threads_n(const struct vtb_case *the_case, bool completes);

/* `n` operations of each caller; vtb_runner_muster before each run, outside what is timed. Those
 * that another thread completes are all completed on return; others stay in the window. */
void vtb_runner_muster(struct vtb_runner *runner);
void vtb_runner_run(struct vtb_runner *runner, size_t n);

/* Completes what a caller has suspended. */
void vtb_runner_drain(struct vtb_runner *runner, size_t caller);

#endif
