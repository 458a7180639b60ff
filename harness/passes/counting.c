#include "passes/counting.h"

#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>

#include "base/pages.h"
#include "base/prose.h"
#include "bench/case_run.h"

/* Runs of a case, at the same time if there are processors for them; their counts must agree. */
#define RUNS_N 2

/* The task of a child process, and its results. */
struct outcome {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    struct vtb_counted counted;
};

uint64_t vtb_counted_calls_n(const struct vtb_point *point)
{
    const uint64_t max = point->counted_max ? point->counted_max : VTB_COUNTED_CALLS_MAX;
    return point->hits.emerge || point->calls_n < max ? point->calls_n : max;
}

/* Runs all calls, a chunk of the schedule at a time. A child draws into its own copy of the ids. */
static void run_calls(struct vtb_fixture *fixture, const struct vtb_cell *cell, struct vtb_env *env)
{
    const uint64_t calls_n = vtb_counted_calls_n(fixture->point);
    for (uint64_t done_n = 0; done_n < calls_n;) {
        const size_t n = vtb_fixture_calls(fixture, done_n, calls_n - done_n, &env->ids);
        env->ids_n = n;
        env->position = 0;
        vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(env, n);
        done_n += n;
    }
}

/* The nursery's budget while counting. It changes no count, and a small one is set up sooner. */
#define BUDGET_BYTES ((size_t)1 << 20)

/* Counts in the calling process, on a heap without the live data of the point: that data changes no
 * count either, and takes time to make. */
static bool count(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                  struct vtb_counted *counted, struct vtb_error *error)
{
    struct vtb_case_run run;
    struct vtb_point small = *fixture->point;
    small.live_heap_bytes = 0;
    small.gen0_budget_bytes = BUDGET_BYTES;
    const uint64_t calls_n = vtb_counted_calls_n(fixture->point);
    const bool asks = the_case->counting->strategy->role != VTB_ROLE_EMPTY;
    if (!vtb_case_open(&run, fixture, the_case->counting, the_case->heap->heap, &small,
                       VTB_CASE_HEAP_NEW, error))
        return false;
    run_calls(fixture, the_case->counting, &run.env);
    vtb_case_leave(&run);
    vtb_case_close(&run);
    *counted = (struct vtb_counted){
        .calls_n = calls_n,
        .hits_n = vtb_schedule_hits(&fixture->schedule, calls_n),
        .failed_n = run.env.service.failed_n,
        .checksum = vtb_fixture_checksum(&run.env),
        .counts = run.env.service.counts,
    };
    if (fixture->point->hits.emerge)
        counted->hits_n = asks ? calls_n - run.env.service.counts.fetched_n : 0;
    return true;
}

static bool count_in_child(void *context, struct vtb_error *error)
{
    struct outcome *outcome = context;
    vtb_memory_soak();
    return count(outcome->fixture, outcome->the_case, &outcome->counted, error);
}

/* Runs the children. Each that was started is waited for, even if another one failed. */
static bool run_children(struct outcome outcomes[RUNS_N], const struct vtb_cell *cell,
                         struct vtb_error *error)
{
    char name[VTB_PASS_NAME_BYTES];
    struct vtb_child children[RUNS_N];
    size_t started_n = 0;
    bool ok = true;
    (void)snprintf(name, sizeof name, "%s: counting pass", cell->name);
    while (ok && started_n < RUNS_N) {
        children[started_n] = (struct vtb_child){.name = name,
                                                 .remedy = vtb_case_remedy(cell),
                                                 .run = count_in_child,
                                                 .context = &outcomes[started_n]};
        ok = vtb_child_start(&children[started_n], error);
        started_n += ok;
    }
    for (size_t i = 0; i < started_n; i++) {
        struct vtb_error reason;
        if (!vtb_child_finish(&children[i], ok ? error : &reason))
            ok = false;
    }
    return ok;
}

/* Runs the children, and compares their results. An interrupt ends all processes at once: there are
 * no results yet that could be saved. */
static bool count_in_children(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                              struct vtb_counted counted[RUNS_N], struct vtb_error *error)
{
    const size_t bytes = RUNS_N * sizeof(struct outcome);
    struct outcome *outcomes = vtb_pages_shared(bytes, "the counts of child processes", error);
    if (!outcomes)
        return false;
    for (size_t i = 0; i < RUNS_N; i++)
        outcomes[i] = (struct outcome){.fixture = fixture, .the_case = the_case};
    const bool ok = run_children(outcomes, the_case->counting, error);
    for (size_t i = 0; i < RUNS_N; i++)
        counted[i] = outcomes[i].counted;
    vtb_pages_free(outcomes, bytes);
    return ok;
}

/* Checks the counts against the closed formula, by which they follow from hits, misses and the
 * strategy's layouts. It also says which of them are the start-up's: a strategy whose operations
 * serve again could not hold to it if further calls took more. */
static bool apply_formula(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                          struct vtb_counted *counted, struct vtb_error *error)
{
    const struct vtb_usage usage = {
        .calls_n = counted->calls_n,
        .hits_n = counted->hits_n,
        .immortal_n = counted->counts.immortal_n,
        .under_way_n = counted->counts.under_way_n,
        .setup = vtb_fixture_setup(fixture, cell),
    };
    struct vtb_cost cost;
    cell->cost(&usage, &cost);
    counted->startup_allocs_n = cost.startup_allocs_n;
    counted->startup_bytes = cost.startup_bytes;
    if (counted->counts.allocs_n == cost.allocs_n && counted->counts.requested_bytes == cost.bytes)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: counted %" PRIu64 " allocations of %" PRIu64
                    " bytes, but its layouts say %" PRIu64 " of %" PRIu64,
                    cell->name, counted->counts.allocs_n, counted->counts.requested_bytes,
                    cost.allocs_n, cost.bytes);
}

/* Checks that no fault was lost: the operation would have been taken for a success. */
static bool check_failures(const struct vtb_fixture *fixture, const struct vtb_case *the_case,
                           const struct vtb_counted *counted, struct vtb_error *error)
{
    const uint64_t expected = vtb_schedule_failures(&fixture->schedule, counted->calls_n);
    const struct vtb_strategy *strategy = the_case->counting->strategy;
    return counted->failed_n == expected || strategy->role == VTB_ROLE_EMPTY ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: %" PRIu64 " operations failed, but the store failed on %" PRIu64,
                    the_case->counting->name, counted->failed_n, expected);
}

/* Checks that the hit rate of the run is the one that was asked for. */
static bool check_misses(const struct vtb_case *the_case, const struct vtb_counted *counted,
                         struct vtb_error *error)
{
    const uint64_t expected = counted->calls_n - counted->hits_n;
    return counted->counts.fetched_n == expected ||
           the_case->counting->strategy->role == VTB_ROLE_EMPTY ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: %" PRIu64 " calls missed, but %" PRIu64 " were to",
                    the_case->counting->name, counted->counts.fetched_n, expected);
}

/* What each number of a run's is of. */
static const char *const number_words[] = {
    "calls",
    "hits",
    "failures",
    "checksum",
    "allocations",
    "frees",
    "requested bytes",
    "usable bytes",
    "live bytes",
    "peak live bytes",
    "objects that were there",
    "misses",
    "operations under way",
};

#define NUMBERS_N (sizeof number_words / sizeof *number_words)
_Static_assert(offsetof(struct vtb_counted, startup_allocs_n) == NUMBERS_N * sizeof(uint64_t),
               "a run's numbers, and what follows from them later");

/* Checks that both runs have the same numbers; if not, all that differ are told. */
static bool check_agreement(const struct vtb_case *the_case, const struct vtb_counted runs[RUNS_N],
                            struct vtb_error *error)
{
    char list[400] = "";
    for (size_t i = 0; i < NUMBERS_N; i++) {
        uint64_t numbers[RUNS_N];
        for (size_t r = 0; r < RUNS_N; r++)
            memcpy(&numbers[r], (const char *)&runs[r] + i * sizeof *numbers, sizeof *numbers);
        if (numbers[0] != numbers[1])
            vtb_append_item(list, sizeof list, "%s %" PRIu64 " and %" PRIu64, number_words[i],
                            numbers[0], numbers[1]);
    }
    return !*list || vtb_fail(error, VTB_EXIT_INTERNAL, "%s: two counting runs on %s disagree: %s",
                              the_case->counting->name, the_case->heap->name, list);
}

bool vtb_counting_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                      struct vtb_counted *counted, struct vtb_error *error)
{
    const struct vtb_cell *cell = the_case->counting;
    struct vtb_counted runs[RUNS_N];
    if (!count_in_children(fixture, the_case, runs, error))
        return false;
    *counted = runs[0];
    if (!check_agreement(the_case, runs, error))
        return false;
    if (!vtb_heap_collects(the_case->heap->heap) && counted->counts.live_bytes != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "%s: %" PRIu64
                        " bytes are live at the end; `run_bench check` of it says whose",
                        cell->name, counted->counts.live_bytes);
    return check_misses(the_case, counted, error) && apply_formula(fixture, cell, counted, error) &&
           check_failures(fixture, the_case, counted, error);
}
