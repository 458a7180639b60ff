/* The process under callgrind. Only the loop of a case is instrumented, and therefore counted. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#ifdef VTB_CALLGRIND
#include <valgrind/callgrind.h>
#else /* the worker never runs: vtb_instructions_count refuses */
#define CALLGRIND_START_INSTRUMENTATION ((void)0)
#define CALLGRIND_STOP_INSTRUMENTATION ((void)0)
#endif

#include "base/pages.h"
#include "bench/case_run.h"
#include "passes/instructions.h"
#include "passes/timing.h"
#include "plan/arguments.h"
#include "plan/places.h"
#include "plan/prepare.h"

/* One run of a case. Its counts are in the file that callgrind names by the process, `pid`. */
struct run {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    size_t times; /* times N operations are run */
    size_t pid;
};

bool vtb_instructions_is_worker(void)
{
    return getenv(VTB_WORKER_VARIABLE) != NULL;
}

/* Runs whole rounds of the schedule, so that the counted operations start at its beginning. */
static void warm_up(struct vtb_env *env, vtb_loop_function *loop, const struct vtb_point *point)
{
    const size_t least_n = vtb_timing_warm_up_n(point);
    for (size_t done_n = 0; done_n < least_n; done_n += VTB_INSTRUCTIONS_N)
        loop(env, VTB_INSTRUCTIONS_N);
}

static void run_counted(struct run *run, struct vtb_env *env, const struct vtb_memory *memory)
{
    vtb_loop_function *loop = vtb_fixture_loop(run->fixture, run->the_case->timing, run->consumer);
    const size_t n = run->times * VTB_INSTRUCTIONS_N;
    if (run->fixture->drawn)
        env->ids_n = VTB_INSTRUCTIONS_N;
    warm_up(env, loop, run->fixture->point);
    if (memory->gc) /* to start from an empty nursery, so that collections come at fixed calls */
        memory->heap->collector->collect(memory->gc, 0);
    CALLGRIND_START_INSTRUMENTATION;
    loop(env, n);
    CALLGRIND_STOP_INSTRUMENTATION;
}

static bool run_in_child(void *context, struct vtb_error *error)
{
    struct run *run = context;
    struct vtb_case_run of;
    run->pid = (size_t)getpid();
    vtb_memory_soak();
    if (!vtb_case_open(&of, run->fixture, run->the_case->timing, run->the_case->heap->heap,
                       run->fixture->point, VTB_CASE_HEAP_NEW, error))
        return false;
    run_counted(run, &of.env, &of.memory);
    vtb_case_leave(&of);
    return true;
}

/* Runs N and 2 N operations of a case, and prints which processes did, as files are named so. */
static bool run_case(struct run *run, struct vtb_error *error)
{
    const char *name = run->the_case->timing->name;
    char pass[VTB_PASS_NAME_BYTES];
    size_t pids[2];
    (void)snprintf(pass, sizeof pass, "under valgrind, on %s", run->the_case->heap->name);
    for (size_t i = 0; i < 2; i++) {
        run->times = i + 1;
        if (!vtb_case_in_child(run->the_case->timing, pass, run_in_child, run, error))
            return false;
        pids[i] = run->pid;
    }
    printf("%zu %zu\n", pids[0], pids[1]);
    return fflush(stdout) == 0 ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "%s: nobody reads the counts", name);
}

static bool run_point(struct run *run, const struct vtb_plan *plan, const struct vtb_point *point,
                      struct vtb_error *error)
{
    struct vtb_fixture fixture;
    const uint32_t *ids;
    if (!vtb_fixture_open(&fixture, point, error))
        return false;
    if (fixture.drawn)
        (void)vtb_fixture_calls(&fixture, 0, VTB_INSTRUCTIONS_N, &ids);
    run->fixture = &fixture;
    bool ok = true;
    for (size_t t = 0; ok && t < plan->consumers_n; t++) {
        run->consumer = plan->consumers[t];
        for (size_t i = 0; ok && i < point->cases_n; i++) {
            run->the_case = &point->cases[i];
            if (point->cases[i].serial == i &&
                !vtb_instructions_of_heap(point->cases[i].heap->heap))
                ok = run_case(run, error);
        }
    }
    vtb_fixture_close(&fixture);
    return ok;
}

bool vtb_instructions_work(const struct vtb_plan *plan, struct vtb_error *error)
{
    struct run *run = vtb_pages_shared(sizeof *run, "a run under valgrind", error);
    vtb_places_take(plan->points[0].seed, 1); /* those that what started this has built */
    bool ok = run != NULL && vtb_plan_prepare(plan, error);
    for (size_t i = 0; ok && i < plan->points_n; i++)
        ok = run_point(run, plan, &plan->points[i], error);
    vtb_pages_free(run, sizeof *run);
    return ok;
}
