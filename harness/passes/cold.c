#include "passes/cold.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/pages.h"
#include "base/turns.h"
#include "bench/case_run.h"
#include "plan/random.h"

/* The number of the random stream for orders of cases; chunks of the schedule have lower ones. */
#define ORDER_STREAM (UINT64_MAX - 3)

/* The task of a child process, and its result. */
struct task {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    uint64_t number; /* of the sample; its keys are drawn by it */
    struct vtb_private_pages inherited;
    bool *is_written; /* of each run of those, by any trial; null once they are over */
    struct vtb_cold_start start;
};

/* Times the calls, and the completion of all that they suspended. The clock is read once before,
 * because its own first reading in a process is slow, too. The function is not inlined, so that the
 * machine code between two readings does not depend on a caller. */
static void __attribute__((noinline))
time_calls(struct vtb_cold_start *start, const struct vtb_cell *cell, vtb_loop_function *loop,
           struct vtb_env *env)
{
    const size_t n = env->ids_n;
    const volatile double first_ns = vtb_now_ns(); /* with the constants that it is reckoned by */
    (void)first_ns;
    const uint64_t faults_n = vtb_page_faults_n();
    const double cpu_ns = vtb_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const double real_ns = vtb_now_ns();
    loop(env, n);
    cell->drain(env); /* to be fair: the floor has answered its misses by now */
    const double end_real_ns = vtb_now_ns();
    const double end_cpu_ns = vtb_clock_ns(CLOCK_PROCESS_CPUTIME_ID);
    const uint64_t end_faults_n = vtb_page_faults_n(); /* *start may itself be a page fault */
    *start = (struct vtb_cold_start){.real_ns = end_real_ns - real_ns,
                                     .cpu_ns = end_cpu_ns - cpu_ns,
                                     .faults_n = (double)(end_faults_n - faults_n)};
}

/* Somebody else's block: at least so many bytes, and so many times what an operation takes from the
 * heap, that no allocator gives it to the strategy. */
#define OTHER_BYTES_MIN ((size_t)2048)
#define OTHER_TIMES 2

static size_t other_bytes(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    size_t bytes = OTHER_BYTES_MIN;
    for (uint64_t hits_n = 0; hits_n < 2; hits_n++) {
        const struct vtb_usage usage = {.calls_n = 1,
                                        .hits_n = hits_n,
                                        .under_way_n = 1,
                                        .setup = vtb_fixture_setup(fixture, cell)};
        struct vtb_cost cost;
        cell->cost(&usage, &cost);
        while (bytes < OTHER_TIMES * cost.bytes)
            bytes *= 2;
    }
    return bytes;
}

bool vtb_cold_start(struct vtb_cold_start *start, struct vtb_fixture *fixture,
                    const struct vtb_case *the_case, enum vtb_consumer consumer, uint64_t number,
                    const struct vtb_private_pages *inherited, struct vtb_error *error)
{
    const struct vtb_cell *cell = the_case->timing;
    const size_t n = (size_t)fixture->point->calls_n;
    struct vtb_case_run run;
    struct vtb_schedule schedule = fixture->schedule; /* the same rates, but other keys */
    schedule.seed = vtb_mix64(schedule.seed ^ vtb_mix64(number));
    vtb_private_pages_use(inherited);
    vtb_schedule_fill(&schedule, 0, fixture->drawn, n);
    if (!vtb_case_open(&run, fixture, cell, the_case->heap->heap, fixture->point, VTB_CASE_HEAP_NEW,
                       error))
        return false;
    vtb_memory_serve(&run.memory, other_bytes(fixture, cell));
    run.env.ids_n = n;
    time_calls(start, cell, vtb_fixture_loop(fixture, cell, consumer), &run.env);
    vtb_case_leave(&run);
    start->checksum = vtb_fixture_checksum(&run.env);
    return true;
}

/* A trial uses no page before its clock starts, and tells which ones it has written to. */
static bool start_in_child(void *context, struct vtb_error *error)
{
    static const struct vtb_private_pages none;
    struct task *task = context;
    const bool ok =
        vtb_cold_start(&task->start, task->fixture, task->the_case, task->consumer, task->number,
                       task->is_written ? &none : &task->inherited, error);
    if (ok && task->is_written)
        vtb_private_pages_find_written(&task->inherited, task->is_written);
    return ok;
}

static bool run_task(struct task *task, struct vtb_error *error)
{
    return vtb_case_in_child(task->the_case->timing, "cold start", start_in_child, task, error);
}

/* Checks that all cases consume the same values when they make the same calls. */
static bool check_checksums(struct task *task, struct vtb_error *error)
{
    const struct vtb_point *point = task->fixture->point;
    task->number = 0;
    task->the_case = &point->cases[point->cases[0].floor];
    if (!run_task(task, error))
        return false;
    const uint64_t expected = task->start.checksum;
    for (size_t i = 0; i < point->cases_n; i++) {
        task->the_case = &point->cases[i];
        if (!run_task(task, error))
            return false;
        if (i != point->cases[i].empty && task->start.checksum != expected)
            return vtb_fail_figures(
                error,
                "%s consumed other values than the floor in a cold start; no figure is "
                "reported",
                task->the_case->timing->name);
    }
    return true;
}

/* Lists the pages anew, as the trials have used some, without copies of those before that no trial
 * wrote to. */
static bool list_written(struct task *task, const struct vtb_private_pages *before,
                         struct vtb_error *error)
{
    struct vtb_addresses *read = calloc(before->n + 1, sizeof *read);
    size_t read_n = 0;
    for (size_t i = 0; read && i < before->n; i++) {
        if (!task->is_written[i])
            read[read_n++] = before->runs[i].at;
    }
    const bool ok = (read || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of pages")) &&
                    vtb_private_pages_list(&task->inherited, read, read_n, error);
    free(read);
    return ok;
}

/* Makes a start of each case, which checks its values, and lists the pages that children are to use
 * before their clock starts: of those that the trials did not write to they need no copies. */
static bool try_cases(struct task *task, struct vtb_error *error)
{
    struct vtb_private_pages before;
    if (!vtb_private_pages_list(&task->inherited, NULL, 0, error))
        return false;
    const size_t bytes = task->inherited.n * sizeof *task->is_written + 1;
    task->is_written = vtb_pages_shared(bytes, "the pages that a start writes to", error);
    const bool ok = task->is_written && check_checksums(task, error);
    before = task->inherited;
    task->inherited = (struct vtb_private_pages){0};
    const bool listed = ok && list_written(task, &before, error);
    vtb_pages_free(task->is_written, bytes);
    task->is_written = NULL;
    vtb_private_pages_free(&before);
    return listed;
}

static bool measure(struct task *task, struct vtb_samples *samples, struct vtb_error *error)
{
    const struct vtb_point *point = task->fixture->point;
    const size_t n = samples->cases_n;
    struct vtb_random random = vtb_random_stream(task->fixture->schedule.seed, ORDER_STREAM);
    size_t *order = calloc(n, sizeof *order);
    bool ok = order || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n);
    samples->operations_n = (size_t)point->calls_n;
    for (size_t round = 0; ok && round < samples->rounds_n; round++) {
        (void)vtb_turns_wait();
        vtb_latin_square(&random, order, n, round);
        for (size_t i = 0; ok && i < n; i++) {
            const size_t at = round * n + order[i];
            task->the_case = &point->cases[order[i]];
            task->number = at;
            ok = run_task(task, error);
            samples->real_ns[at] = task->start.real_ns / (double)point->calls_n;
            samples->cpu_ns[at] = task->start.cpu_ns / (double)point->calls_n;
            samples->faults_n[at] = task->start.faults_n;
        }
    }
    free(order);
    return ok;
}

bool vtb_cold_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                  enum vtb_consumer consumer, struct vtb_samples *samples, struct vtb_error *error)
{
    struct task *task = vtb_pages_shared(sizeof *task, "a child's times", error);
    if (!task)
        return false;
    assert(samples->rounds_n == effort->rounds_n);
    *task = (struct task){.fixture = fixture, .consumer = consumer};
    const bool ok = try_cases(task, error) && measure(task, samples, error);
    vtb_private_pages_free(&task->inherited);
    vtb_pages_free(task, sizeof *task);
    return ok;
}
