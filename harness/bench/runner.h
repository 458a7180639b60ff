/*
 * A team: what one case runs on. One caller or several at once, each with operations, a window and
 * a service of its own against the shared table; and, if operations complete on another thread, the
 * ring to it from each caller, and its own service, with which it answers, consumes and frees.
 */
#ifndef BENCH_RUNNER_H
#define BENCH_RUNNER_H

#include "bench/fixture.h"
#include "bench/thread_pool.h"

struct vtb_team {
    const struct vtb_cell *cell;
    vtb_loop_function *loop;
    struct vtb_memory memory; /* of all callers, and of who completes */
    size_t callers_n;
    struct vtb_env *callers;  /* owned */
    bool completes;           /* another thread does */
    struct vtb_env completer; /* open if `completes` */
    struct vtb_away *aways;   /* owned; one for each caller if `completes` */
    double *elapsed_ns;       /* owned; of each caller's last part in a run of several threads */
    struct vtb_crew *crew;    /* borrowed; null: one caller who completes its operations */
    size_t operations_n;      /* of the run under way */
    uint32_t done_n;          /* callers that made all their calls */
};

/* Opens the state of a case. `crew` must have a thread for each caller, and one more if operations
 * complete on another; it may be null if there is one caller who completes them itself. On false
 * nothing is left open. The team must stay where it is. */
VTB_MUST_USE bool vtb_team_open(struct vtb_team *team, const struct vtb_rig *rig,
                                const struct vtb_case *the_case, enum vtb_consumer consumer,
                                struct vtb_crew *crew, struct vtb_error *error);
void vtb_team_close(struct vtb_team *team);

/* Threads that the team needs, with the one that calls vtb_team_run. */
size_t vtb_team_threads_n(const struct vtb_case *the_case, bool completes);

/* `n` operations of each caller; vtb_team_muster before each run, outside what is timed. Those that
 * another thread completes are all completed on return; others stay in the window. */
void vtb_team_muster(struct vtb_team *team);
void vtb_team_run(struct vtb_team *team, size_t n);

/* Completes what a caller has suspended. */
void vtb_team_drain(struct vtb_team *team, size_t caller);

#endif
