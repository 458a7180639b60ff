/* Running a cell outside the passes, and what any strategy must have counted, worked out from the
 * schedule's entries one by one. */
#ifndef CELLS_H
#define CELLS_H

#include "check.h"

#include "rig.h"

/* How a cell is run: `n` operations from `position` on. */
struct cell_run {
    const struct vtb_rig *rig;
    const struct vtb_cell *cell;
    const struct vtb_heap *heap;
    bool dependent;
    uint32_t zero; /* not 0: the next key really differs with the last result */
    size_t position;
    size_t n;
};

/* What a run left behind, after the window was drained. */
struct cell_outcome {
    uint64_t checksum;
    size_t pending_before_n; /* before it was drained */
    size_t pending_n;
    struct vtb_counts counts;
};

static inline struct cell_outcome cell_run(const struct cell_run *run)
{
    struct vtb_env env;
    struct vtb_error error;
    if (!vtb_rig_open_env(run->rig, &env, run->cell, run->heap, &error))
        fail_msg("%s", error.message);
    if (!run->cell) {
        fail_msg("no cell");
        return (struct cell_outcome){0};
    }
    env.position = run->position;
    env.zero = run->zero;
    void (*loop)(struct vtb_env *, size_t) =
        run->dependent ? run->cell->run_dependent : run->cell->run_independent;
    loop(&env, run->n / 3); /* suspended operations stay from batch to batch */
    loop(&env, 0);
    loop(&env, run->n - run->n / 3);
    assert_int_equal(env.position, (run->position + run->n) % VTB_SCHEDULE_CHUNK);
    struct cell_outcome outcome = {.pending_before_n = env.pending_n};
    run->cell->drain(&env);
    run->cell->drain(&env); /* of an empty window: nothing */
    outcome.checksum = env.checksum;
    outcome.pending_n = env.pending_n;
    outcome.counts = env.service.counts;
    vtb_rig_close_env(&env, run->cell);
    return outcome;
}

/* The closed formula of a run, and its peak. */
struct cell_expected {
    uint64_t hits_n;
    uint64_t misses_n;
    uint64_t allocs_n;
    uint64_t requested_bytes;
    uint64_t peak_live_bytes;
    size_t pending_before_n;
};

static inline uint64_t cell_max(uint64_t a, uint64_t b)
{
    return a > b ? a : b;
}

/*
 * A hit's memory lives beside that of the operations that are pending; a miss's until it completes,
 * which is at once when it fills the window. On a collector everything stays live.
 */
static inline struct cell_expected cell_expected(const struct cell_run *run)
{
    const struct vtb_cost hit = run->cell->strategy->on_hit;
    const struct vtb_cost miss = run->cell->strategy->on_miss;
    const size_t window = run->rig->point->in_flight;
    struct cell_expected expected = {0};
    uint64_t pending_n = 0;
    for (size_t i = 0; i < run->n; i++) {
        const uint32_t id = run->rig->ids[(run->position + i) % VTB_SCHEDULE_CHUNK];
        const bool is_hit = !(id & VTB_ID_MISS);
        const uint64_t live = pending_n * miss.bytes + (is_hit ? hit.bytes : miss.bytes);
        expected.peak_live_bytes = cell_max(expected.peak_live_bytes, live);
        expected.hits_n += is_hit;
        expected.misses_n += !is_hit;
        pending_n += !is_hit && pending_n + 1 < window;
    }
    expected.allocs_n = expected.hits_n * hit.allocs_n + expected.misses_n * miss.allocs_n;
    expected.requested_bytes = expected.hits_n * hit.bytes + expected.misses_n * miss.bytes;
    expected.pending_before_n = run->cell->frame_bytes ? pending_n : 0;
    if (run->cell->collected)
        expected.peak_live_bytes = expected.requested_bytes;
    return expected;
}

/* Everything that must hold of any run of any cell but its checksum. */
static inline void cell_check_counts(const struct cell_run *run, const struct cell_outcome *outcome)
{
    const struct cell_expected expected = cell_expected(run);
    const struct vtb_counts *counts = &outcome->counts;
    assert_int_equal(outcome->pending_before_n, expected.pending_before_n);
    assert_int_equal(outcome->pending_n, 0);
    if (!run->cell->counting) {
        const struct vtb_counts none = {0};
        assert_memory_equal(counts, &none, sizeof none);
        return;
    }
    assert_int_equal(counts->allocs_n, expected.allocs_n);
    assert_int_equal(counts->requested_bytes, expected.requested_bytes);
    assert_int_equal(counts->peak_live_bytes, expected.peak_live_bytes);
    assert_true(counts->usable_bytes >= counts->requested_bytes);
    assert_int_equal(counts->frees_n, run->cell->collected ? 0 : expected.allocs_n);
    assert_int_equal(counts->live_bytes, run->cell->collected ? expected.requested_bytes : 0);
}

#endif
