#include "passes/cold.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/case_run.h"
#include "plan/random.h"

/* The number of the random stream for orders of cases; chunks of the schedule have lower ones. */
#define ORDER_STREAM (UINT64_MAX - 3)

/* The task of a child process, and in the last three fields its results. */
struct start {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    uint64_t number; /* of the sample; its keys are drawn by it */
    double real_ns;
    double cpu_ns;
    uint64_t checksum;
};

/* Times the calls, and the completion of all that they suspended. The clock is read once before,
 * because its own first reading in a process is slow, too. The function is not inlined, so that the
 * machine code between two readings does not depend on a caller. */
static void __attribute__((noinline)) time_calls(struct start *start, struct vtb_env *env)
{
    const size_t n = (size_t)start->fixture->point->calls_n;
    vtb_loop_function *loop =
        vtb_fixture_loop(start->fixture, start->the_case->timing, start->consumer);
    (void)vtb_now_ns();
    const double cpu_ns = vtb_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const double real_ns = vtb_now_ns();
    loop(env, n);
    start->the_case->timing->drain(env); /* to be fair: the floor has answered its misses by now */
    start->real_ns = vtb_now_ns() - real_ns;
    start->cpu_ns = vtb_clock_ns(CLOCK_PROCESS_CPUTIME_ID) - cpu_ns;
}

static bool start_cold(void *context, struct vtb_error *error)
{
    struct start *start = context;
    struct vtb_fixture *fixture = start->fixture;
    const struct vtb_case *the_case = start->the_case;
    const size_t n = (size_t)fixture->point->calls_n;
    struct vtb_case_run run;
    struct vtb_schedule schedule = fixture->schedule; /* the same rates, but other keys */
    schedule.seed = vtb_mix64(schedule.seed ^ vtb_mix64(start->number));
    vtb_schedule_fill(&schedule, 0, fixture->drawn, n);
    if (!vtb_case_open(&run, fixture, the_case->timing, the_case->heap->heap, fixture->point,
                       VTB_CASE_HEAP_NEW, error))
        return false;
    run.env.ids_n = n;
    time_calls(start, &run.env);
    vtb_case_leave(&run);
    start->checksum = vtb_fixture_checksum(&run.env);
    return true;
}

static bool run_start(struct start *start, struct vtb_error *error)
{
    return vtb_case_in_child(start->the_case->timing, "cold start", start_cold, start, error);
}

/* Checks that all cases consume the same values when they make the same calls. */
static bool check_checksums(struct start *start, struct vtb_error *error)
{
    const struct vtb_point *point = start->fixture->point;
    start->number = 0;
    start->the_case = &point->cases[point->cases[0].floor];
    if (!run_start(start, error))
        return false;
    const uint64_t expected = start->checksum;
    for (size_t i = 0; i < point->cases_n; i++) {
        start->the_case = &point->cases[i];
        if (!run_start(start, error))
            return false;
        if (i != point->cases[i].empty && start->checksum != expected)
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s consumed other values than the floor in a cold start; no figure is "
                            "reported",
                            start->the_case->timing->name);
    }
    return true;
}

static bool measure(struct start *start, struct vtb_samples *samples, struct vtb_error *error)
{
    const struct vtb_point *point = start->fixture->point;
    const size_t n = samples->cases_n;
    struct vtb_random random = vtb_random_stream(start->fixture->schedule.seed, ORDER_STREAM);
    size_t *order = calloc(n, sizeof *order);
    bool ok = order || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    samples->operations_n = (size_t)point->calls_n;
    for (size_t round = 0; ok && round < samples->rounds_n; round++) {
        vtb_latin_square(&random, order, n, round);
        for (size_t i = 0; ok && i < n; i++) {
            const size_t at = round * n + order[i];
            start->the_case = &point->cases[order[i]];
            start->number = at;
            ok = run_start(start, error);
            samples->real_ns[at] = start->real_ns / (double)point->calls_n;
            samples->cpu_ns[at] = start->cpu_ns / (double)point->calls_n;
        }
    }
    free(order);
    return ok;
}

bool vtb_cold_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                  enum vtb_consumer consumer, struct vtb_samples *samples, struct vtb_error *error)
{
    struct start *start = vtb_pages_shared(sizeof *start, "a child's times", error);
    if (!start)
        return false;
    assert(samples->rounds_n == effort->rounds_n);
    *start = (struct start){.fixture = fixture, .consumer = consumer};
    const bool ok = check_checksums(start, error) && measure(start, samples, error);
    vtb_pages_free(start, sizeof *start);
    return ok;
}
