#include "passes/cold.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/pages.h"
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
    (void)vtb_now_ns();
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
        const struct vtb_usage usage = {
            .calls_n = 1, .hits_n = hits_n, .setup = vtb_fixture_setup(fixture, cell)};
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

static bool start_in_child(void *context, struct vtb_error *error)
{
    struct task *task = context;
    return vtb_cold_start(&task->start, task->fixture, task->the_case, task->consumer, task->number,
                          &task->inherited, error);
}

static bool run_task(struct task *task, struct vtb_error *error)
{
    return vtb_case_in_child(task->the_case->timing, "cold start", start_in_child, task, error);
}

static struct vtb_addresses addresses_of(const void *memory, size_t bytes)
{
    return (struct vtb_addresses){(uintptr_t)memory, (uintptr_t)memory + bytes};
}

/* Lists the pages that a child is to use before its clock starts. The fixture's are many, and it
 * only reads them then. */
static bool list_pages(struct task *task, struct vtb_error *error)
{
    const struct vtb_fixture *fixture = task->fixture;
    const struct vtb_addresses read[] = {
        addresses_of(fixture->table, fixture->table_bytes),
        addresses_of(fixture->drawn, VTB_SCHEDULE_CHUNK * sizeof *fixture->drawn),
        addresses_of(fixture->completion_order,
                     fixture->completion_order_n * sizeof *fixture->completion_order),
        addresses_of(fixture->pollution, fixture->point->pollute_bytes),
    };
    vtb_private_pages_free(&task->inherited);
    return vtb_private_pages_list(&task->inherited, read, sizeof read / sizeof *read, error);
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
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s consumed other values than the floor in a cold start; no figure is "
                            "reported",
                            task->the_case->timing->name);
    }
    return true;
}

static bool measure(struct task *task, struct vtb_samples *samples, struct vtb_error *error)
{
    const struct vtb_point *point = task->fixture->point;
    const size_t n = samples->cases_n;
    struct vtb_random random = vtb_random_stream(task->fixture->schedule.seed, ORDER_STREAM);
    size_t *order = calloc(n, sizeof *order);
    bool ok = (order || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", n)) &&
              list_pages(task, error); /* once more: checking the values has used some */
    samples->operations_n = (size_t)point->calls_n;
    for (size_t round = 0; ok && round < samples->rounds_n; round++) {
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
    const bool ok =
        list_pages(task, error) && check_checksums(task, error) && measure(task, samples, error);
    vtb_private_pages_free(&task->inherited);
    vtb_pages_free(task, sizeof *task);
    return ok;
}
