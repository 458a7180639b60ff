#include "counting.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "interrupt.h"
#include "pages.h"

/* What the child leaves behind. */
struct outcome {
    bool done;
    struct vtb_counted counted;
    struct vtb_error error;
};

/* All calls, a chunk of the schedule at a time, over the child's own copy of the ids. */
static void run_calls(const struct vtb_rig *rig, const struct vtb_cell *cell, struct vtb_env *env)
{
    const uint64_t calls_n = rig->point->calls_n;
    for (uint64_t done_n = 0; done_n < calls_n;) {
        const uint64_t left = calls_n - done_n;
        const size_t n = left < VTB_SCHEDULE_CHUNK ? (size_t)left : VTB_SCHEDULE_CHUNK;
        vtb_schedule_fill(&rig->schedule, done_n / VTB_SCHEDULE_CHUNK, rig->ids, n);
        env->ids_n = n;
        env->position = 0;
        cell->run_independent(env, n);
        done_n += n;
    }
    cell->drain(env);
}

static bool count(const struct vtb_rig *rig, const struct vtb_case *the_case,
                  struct vtb_counted *counted, struct vtb_error *error)
{
    struct vtb_env env;
    if (!vtb_rig_open_env(rig, &env, the_case->counting, the_case->heap->heap, error))
        return false;
    run_calls(rig, the_case->counting, &env);
    *counted = (struct vtb_counted){
        .calls_n = rig->point->calls_n,
        .hits_n = vtb_schedule_hits(&rig->schedule, rig->point->calls_n),
        .checksum = env.checksum,
        .counts = env.service.counts,
    };
    vtb_rig_close_env(&env, the_case->counting);
    return true;
}

/* Counting comes before there is anything to keep, so an interrupt ends both processes. */
static bool wait_for(pid_t child, const char *name, struct vtb_error *error)
{
    int status = 0;
    if (waitpid(child, &status, 0) < 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: counting pass: %s", name, strerror(errno));
    if (WIFSIGNALED(status))
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: counting pass: ended by signal %d (%s)",
                        name, WTERMSIG(status), strsignal(WTERMSIG(status)));
    if (WEXITSTATUS(status) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: counting pass: exit status %d", name,
                        WEXITSTATUS(status));
    return true;
}

static bool count_in_child(const struct vtb_rig *rig, const struct vtb_case *the_case,
                           struct vtb_counted *counted, struct vtb_error *error)
{
    const char *name = the_case->counting->strategy_name;
    struct outcome *outcome = vtb_pages_shared(sizeof *outcome, "a child's counts", error);
    if (!outcome)
        return false;
    pid_t child = fork();
    if (child == 0) {
        vtb_interrupt_child();
        outcome->done = count(rig, the_case, &outcome->counted, &outcome->error);
        _exit(0);
    }
    bool ok = child > 0 ? wait_for(child, name, error)
                        : vtb_fail(error, VTB_EXIT_INTERNAL, "%s: counting pass: no process: %s",
                                   name, strerror(errno));
    if (ok && !outcome->done) {
        *error = outcome->error;
        ok = false;
    }
    *counted = outcome->counted;
    vtb_pages_free(outcome, sizeof *outcome);
    return ok;
}

/* The closed formula: what hits and misses cost by the strategy's layouts. */
static bool check_formula(const struct vtb_cell *cell, const struct vtb_counted *counted,
                          struct vtb_error *error)
{
    const struct vtb_strategy *strategy = cell->strategy;
    const uint64_t misses_n = counted->calls_n - counted->hits_n;
    const uint64_t allocs_n =
        counted->hits_n * strategy->on_hit.allocs_n + misses_n * strategy->on_miss.allocs_n;
    const uint64_t bytes =
        counted->hits_n * strategy->on_hit.bytes + misses_n * strategy->on_miss.bytes;
    if (counted->counts.allocs_n == allocs_n && counted->counts.requested_bytes == bytes)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: counted %" PRIu64 " allocations of %" PRIu64
                    " bytes, but its layouts say %" PRIu64 " of %" PRIu64,
                    cell->strategy_name, counted->counts.allocs_n, counted->counts.requested_bytes,
                    allocs_n, bytes);
}

bool vtb_counting_run(const struct vtb_rig *rig, const struct vtb_case *the_case,
                      struct vtb_counted *counted, struct vtb_error *error)
{
    const struct vtb_cell *cell = the_case->counting;
    struct vtb_counted again;
    if (!count_in_child(rig, the_case, counted, error) ||
        !count_in_child(rig, the_case, &again, error))
        return false;
    if (memcmp(counted, &again, sizeof again) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "%s: two counting runs disagree: %" PRIu64 " and %" PRIu64
                        " allocations, %" PRIu64 " and %" PRIu64 " usable bytes",
                        cell->strategy_name, counted->counts.allocs_n, again.counts.allocs_n,
                        counted->counts.usable_bytes, again.counts.usable_bytes);
    if (!cell->collected && counted->counts.live_bytes != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %" PRIu64 " bytes are live at the end",
                        cell->strategy_name, counted->counts.live_bytes);
    return check_formula(cell, counted, error);
}
