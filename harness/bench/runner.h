/*
 * A runner, which runs one case, with one caller or several at once. Each caller has a window and a
 * service of its own; all share the table. If operations complete on another thread, each caller
 * has a ring to that thread, which has a service of its own, with which it answers, consumes and
 * frees; with a store outside of the program there may be several such threads, which ask it.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include "bench/outside.h"
#include "bench/thread_pool.h"

struct vtb_runner;

/* What a caller of a runner, given by its number, does in place of one long loop. */
typedef void vtb_caller_function(void *context, struct vtb_runner *runner, size_t caller);

/* The state of a runner. The timing pass sets the place of each caller in the schedule. */
struct vtb_runner {
    const struct vtb_cell *cell;
    vtb_loop_function *loop;
    struct vtb_memory memory; /* of all callers, and of the completing thread */
    size_t callers_n;
    struct vtb_env *callers;   /* owned */
    size_t completers_n;       /* other threads that complete operations: one, or the askers */
    struct vtb_env completer;  /* open if there is one, and it is no asker */
    struct vtb_asker **askers; /* owned; null: there is no store outside of the program */
    size_t askers_n;
    struct vtb_outbox *outboxes; /* owned; one for each caller; open if others complete */
    double *elapsed_ns;          /* owned; of each caller's last part in a run of several threads */
    /* Borrowed; null: one caller who completes its operations. */
    struct vtb_thread_pool *thread_pool;
    size_t operations_n; /* of the run under way */
    size_t window;       /* of each caller */
    /* The completing thread lets operations wait until a caller's window is full, so that the time
     * in which it works can be told from that in which it looks for work. Set between runs. */
    bool accounts;
    double answers_cpu_ns; /* its processor time for answers in the last run that accounts */
    uint32_t done_n;       /* callers that have made all of their calls; atomic */
    /* Of the vtb_runner_drive under way. */
    vtb_caller_function *drive;
    void *context;
};

/* Opens the heap and the callers of a case. `thread_pool` is borrowed until the runner is closed,
 * and must have vtb_runner_threads_n threads; null is enough for one caller, who then completes its
 * own operations. The runner must stay where it is, and the fixture must live, until
 * vtb_runner_close. On false *error says what there is no memory for, and nothing is left open. */
VTB_MUST_USE bool vtb_runner_open(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                                  const struct vtb_case *the_case, enum vtb_consumer consumer,
                                  struct vtb_thread_pool *thread_pool, struct vtb_error *error);

/* Likewise, with as many askers of a store as the point says, if the case suspends at all. On false
 * *error may also say that the store cannot be reached. */
VTB_MUST_USE bool
vtb_runner_open_outside(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                        const struct vtb_case *the_case, enum vtb_consumer consumer,
                        struct vtb_thread_pool *thread_pool, const struct vtb_outside *outside,
                        struct vtb_error *error);

/* Likewise, with the array: each caller completes its operations itself, whatever the point
 * says. */
VTB_MUST_USE bool vtb_runner_open_own(struct vtb_runner *runner, const struct vtb_fixture *fixture,
                                      const struct vtb_case *the_case, enum vtb_consumer consumer,
                                      struct vtb_thread_pool *thread_pool, struct vtb_error *error);

/* Closes a runner, or one that was never opened and is all zeros, and leaves it all zeros. */
void vtb_runner_close(struct vtb_runner *runner);

/* Gives the number of threads that a runner needs, the one that calls vtb_runner_run among them. */
size_t vtb_runner_threads_n(const struct vtb_case *the_case, const struct vtb_point *point);

/* Wakes the threads of a runner, so that vtb_runner_run does not have to wait for them. Must be
 * called before each run, outside of what is timed. */
void vtb_runner_muster(struct vtb_runner *runner);

/* Runs n operations of each caller; this is what a stopwatch times. On return all operations that
 * another thread completes are completed; suspended ones of a caller who completes its own stay in
 * the window. */
void vtb_runner_run(struct vtb_runner *runner, size_t n);

/* Runs `drive` for each caller at once, in the heap, in place of vtb_runner_run and likewise. */
void vtb_runner_drive(struct vtb_runner *runner, vtb_caller_function *drive, void *context);

/* Sums up what a runner's askers have asked since vtb_runner_forget_asked; nothing if it has none.
 * Not during a run. */
struct vtb_store_sums vtb_runner_asked(const struct vtb_runner *runner);
void vtb_runner_forget_asked(struct vtb_runner *runner);

/* Completes the suspended operations of a caller, given by its number. Not during a run. */
void vtb_runner_drain(struct vtb_runner *runner, size_t caller);

#endif
