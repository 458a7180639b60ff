/* The contract holds for other types than those in workloads/, for a strategy in C++, and for a
 * heap that collects. That the headers compile as C11 and as C++20 the build itself shows. */
#include "built.h"
#include "cells.h"
#include "fixtures.h"

#include "check/strict_heap.h"

#define KEYS_N 1000
#define OPERATIONS_N 800
#define POSITION (OPERATIONS_N / 2) /* of as many: the schedule ends within a run */

static const size_t windows[] = {1, 2, 64, 300}; /* more than a pool keeps */

#define WINDOWS_N (sizeof windows / sizeof *windows)

/* The strategies that no collector can serve. */
#define LACK_COLLECTOR_N 3

static const struct vtb_cell *find_kind(const char *name, const char *workload,
                                        struct vtb_kind kind)
{
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        if (cell->kind.counting == kind.counting && cell->kind.collected == kind.collected &&
            cell->kind.method == kind.method && strcmp(cell->name, name) == 0 &&
            strcmp(cell->workload_name, workload) == 0)
            return cell;
    }
    return NULL;
}

static const struct vtb_cell *find(const char *strategy, const char *workload)
{
    const struct vtb_cell *cell =
        find_kind(strategy, workload, (struct vtb_kind){.counting = true});
    if (!cell)
        fail_msg("no cell of %s and %s", strategy, workload);
    return cell;
}

/* One that counts, which every strategy has. */
static const struct vtb_cell *find_counting(const char *strategy, const char *workload,
                                            enum vtb_method method)
{
    return find_kind(strategy, workload, (struct vtb_kind){.counting = true, .method = method});
}

/* --- layouts --- */

/* The sums of the layouts, where they are known without adding them up. */
static void layouts_are_those_that_are_known(void **state)
{
    (void)state;
    for (size_t i = 0; i < LAYOUTS_KNOWN_N; i++) {
        const struct layout_known *known = &layouts_known[i];
        const struct layout *layout = layout_of(known->strategy);
        const size_t types = layout_types(known->workload);
        assert_non_null(layout);
        assert_true(types < LAYOUT_TYPES_N);
        assert_int_equal(layout->handover[types], known->handover);
        assert_int_equal(layout->hit[types], known->hit);
        assert_int_equal(layout->miss[types], known->miss);
        assert_int_equal(layout->async_miss[types], known->async_miss);
        assert_int_equal(layout->layer_miss[types], known->layer_miss);
    }
}

/* The layouts are those of every strategy and workload, by both methods. */
static void layouts_follow_the_types(void **state)
{
    (void)state;
    size_t async_n = 0;
    for (size_t i = 0; i < LAYOUTS_N; i++) {
        for (size_t w = 0; fixture_workloads[w].name; w++) {
            const char *workload = fixture_workloads[w].name;
            const struct vtb_cell *direct =
                find_counting(layouts[i].strategy, workload, VTB_METHOD_DIRECT);
            const struct vtb_cell *async =
                find_counting(layouts[i].strategy, workload, VTB_METHOD_ASYNC);
            assert_non_null(direct);
            assert_int_equal(async == NULL, direct->strategy->lacks.async_method != NULL);
            async_n += async != NULL;
            cell_check_sizes(direct);
            if (async)
                cell_check_sizes(async);
        }
    }
    assert_int_equal(async_n, 11 * FIXTURE_WORKLOADS_N);
}

/* If the value grows by 248 bytes, so does each object that holds it, once for each time that it
 * holds it. */
static void objects_grow_with_the_value(void **state)
{
    (void)state;
    const struct vtb_kind async = {.counting = true, .method = VTB_METHOD_ASYNC};
    const struct vtb_cell *small = find("heap_task", "flag_by_number");
    const struct vtb_cell *large = built_cell("heap_task", "payload_256", (struct vtb_kind){0});
    assert_int_equal(large->hit_bytes - small->hit_bytes, 248);
    assert_int_equal(large->miss_bytes - small->miss_bytes, 248);
    small = find_counting("value_task", "flag_by_number", VTB_METHOD_ASYNC);
    large = built_cell("value_task", "payload_256", async);
    assert_int_equal(large->miss_bytes - small->miss_bytes, 2 * 248);   /* task, builder */
    assert_int_equal(large->layer_miss_bytes - small->layer_miss_bytes, /* and awaiter, */
                     3 * 248 + 8);                                      /* with its token */
}

/* An operation of the caller's lives in its frame, with a record for each method. */
static void places_are_in_the_frame(void **state)
{
    (void)state;
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        const bool in_frame = cell->strategy->shape >= VTB_SHAPE_OPERATION;
        assert_of_cell(cell, cell->in_frame, in_frame);
        assert_of_cell(cell, cell->place_bytes > 0,
                       in_frame && cell->kind.method == VTB_METHOD_ASYNC);
        assert_true(cell->place_bytes < cell->frame_bytes || cell->frame_bytes == 0);
        assert_true(cell->place_bytes % 8 == 0);
    }
}

static void workloads_state_their_types(void **state)
{
    (void)state;
    size_t n = 0;
    for (; fixture_workloads[n].name; n++) {
        const struct vtb_workload *workload = fixture_workloads[n].workload;
        const struct layout_workload *known = layout_workload_of(fixture_workloads[n].name);
        assert_non_null(known);
        assert_int_equal(workload->key_bytes, known->key_bytes);
        assert_int_equal(workload->value_bytes, known->value_bytes);
    }
    assert_int_equal(n, FIXTURE_WORKLOADS_N);
}

/* --- running them --- */

static const struct vtb_heap *glibc_heap(void)
{
    return vtb_find_heap("glibc")->heap;
}

static struct cell_run run_of(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    return (struct cell_run){fixture, cell, glibc_heap(), false, 0, POSITION, OPERATIONS_N};
}

static void check_values(const struct vtb_cell *cell, uint64_t checksum, uint64_t expected)
{
    if (checksum != expected && cell->strategy->role != VTB_ROLE_EMPTY)
        fail_msg("%s against %s: other values than the floor's", cell->name, cell->workload_name);
}

/* A cell's two loops: checksum and counts. */
static void check_cell(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                       uint64_t expected)
{
    for (int dependent = 0; dependent < 2; dependent++) {
        struct cell_run run = run_of(fixture, cell);
        run.dependent = dependent;
        const struct cell_outcome outcome = cell_run(&run);
        check_values(cell, outcome.checksum, expected);
        cell_check_counts(&run, &outcome);
    }
}

static bool is_of(const struct vtb_cell *cell, const struct vtb_point *point, bool collected)
{
    return cell->kind.collected == collected &&
           strcmp(cell->workload_name, point->workload->name) == 0;
}

/* Checks all fixture cells of the point's workload on a heap that frees; returns how many. */
static size_t check_point(const struct vtb_point *point, const struct vtb_cell *floor)
{
    struct vtb_fixture fixture;
    struct vtb_error error;
    size_t cells_n = 0;
    assert_true(vtb_fixture_open(&fixture, point, &error));
    const struct cell_run run = run_of(&fixture, floor);
    const uint64_t expected = cell_run(&run).checksum;
    assert_true(expected != 0);
    for (size_t i = 0; fixture_cells[i]; i++) {
        if (!is_of(fixture_cells[i], point, false) || !vtb_fixture_fits(&fixture, fixture_cells[i]))
            continue;
        check_cell(&fixture, fixture_cells[i], expected);
        cells_n++;
    }
    vtb_fixture_close(&fixture);
    return cells_n;
}

/* The depth of every second window; there the cells fit that count. */
#define DEPTH 3

/* Where more than one operation waits, some fail, but where hits emerge from the keys, of which a
 * cache then holds half. The next point overwrites the calls of this one. */
static struct vtb_point point_of(const struct vtb_workload_entry *workload, size_t i)
{
    const size_t window = windows[i];
    static struct cell_calls calls;
    const bool emerges = workload->workload->default_capacity > 0;
    struct vtb_point point = {.workload = workload,
                              .hits.emerge = emerges,
                              .hits.rate = emerges ? 0 : 0.5,
                              .hits.cache.capacity = emerges ? KEYS_N / 2 : 0,
                              .in_flight = window,
                              .depth = i % 2 ? DEPTH : 1,
                              .failure_rate = window > 1 && !emerges ? 0.1 : 0,
                              .request_ops = 48,
                              .completion = VTB_COMPLETION_RANDOM,
                              .keys_n = KEYS_N,
                              .seed = 1};
    cell_draw(&calls, &point, OPERATIONS_N);
    return point;
}

/* A bool by number and 256 bytes by pointer, through every strategy. The other pairs of these types
 * are input_validator's and payload_256's. */
static void other_types_through_every_strategy(void **state)
{
    (void)state;
    for (size_t w = 0; fixture_workloads[w].name; w++) {
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&fixture_workloads[w], i);
            const size_t n = check_point(&point, find("plain", fixture_workloads[w].name));
            /* counting, by all methods */
            assert_true(n >= LAYOUTS_N + 16);
        }
    }
}

/* A strategy in C++ against one of each kind of the workloads that are measured. */
static void a_strategy_in_cxx(void **state)
{
    (void)state;
    size_t workloads_n = 0;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        const char *name = vtb_workloads[w].name;
        const struct vtb_cell *cell = find_kind("cxx_strategy", name, (struct vtb_kind){0});
        if (!cell)
            continue;
        const struct vtb_cell *floor =
            built_cell("plain", name, (struct vtb_kind){.counting = true});
        assert_int_equal(cell->strategy->shape, VTB_SHAPE_STRUCT);
        cell_check_sizes(cell);
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&vtb_workloads[w], i);
            const size_t n = check_point(&point, floor);
            assert_int_equal(n, 2 + (point.depth == 1)); /* counting, with checks, timing */
        }
        workloads_n++;
    }
    assert_true(workloads_n >= 4);
    assert_non_null(find("cxx_strategy", "user_cache"));
    assert_non_null(find("cxx_strategy", "trace"));
}

/* --- a heap that collects --- */

/* Words of an object that may be references are its second and fourth. */
static const struct vtb_type pair_type = {
    .name = "pair", .bytes = 40, .references = {8, 24, VTB_REFERENCES_END}};
static const struct vtb_type single_type = {
    .name = "single", .bytes = 16, .references = {VTB_REFERENCES_END}};

static const struct vtb_collector *strict(void)
{
    return vtb_strict_heap.collector;
}

static struct vtb_gc_access open_strict(struct vtb_gc **gc)
{
    struct vtb_gc_access access;
    *gc = strict()->open(&(struct vtb_collector_setup){.collected = NULL});
    strict()->enter(*gc);
    strict()->access(*gc, &access);
    assert_ptr_equal(access.heap, *gc);
    assert_true(*access.stop);
    return access;
}

static void mark_card(const struct vtb_gc_access *access, const void *place)
{
    access->cards[(uintptr_t)place >> VTB_CARD_SHIFT & access->cards_mask] = 1;
}

/* The heap itself: what no root reaches by declared references is gone after a collection, and
 * nothing else. */
static void the_fixture_heap_collects(void **state)
{
    (void)state;
    struct slot {
        void *other;
        void **reference;
    } slots[2] = {{NULL, NULL}, {NULL, NULL}};
    const struct vtb_roots roots = {&slots[0].reference, 2, sizeof *slots};
    struct vtb_gc *gc;
    const struct vtb_gc_access access = open_strict(&gc);
    strict()->add_roots(gc, &roots);
    assert_true(vtb_strict_is_root(&slots[1].reference) && !vtb_strict_is_root(&slots[1].other));
    void *inner = access.alloc(&pair_type);
    void **kept = slots[1].reference = access.alloc(&pair_type);
    void *lost = access.alloc(&single_type);
    kept[3] = (char *)inner + 1; /* a bit of the program's own */
    while (vtb_strict_seen.collections_n == 0)
        strict()->safepoint();
    assert_true(vtb_strict_is_object(kept) && vtb_strict_is_object(inner));
    assert_false(vtb_strict_is_object(lost));
    assert_int_equal(vtb_strict_seen.overwritten_n, 1);
    assert_int_equal(vtb_strict_heap.usable(inner), 40);
    assert_null(vtb_strict_seen.broken_type);
    kept[2] = inner;
    kept[1] = lost;
    slots[0].reference = (void **)inner + 1;
    strict()->collect(gc, 0);
    assert_int_equal(vtb_strict_seen.collections_n, 2);
    assert_int_equal(vtb_strict_seen.undeclared_n, 1);
    assert_int_equal(vtb_strict_seen.dangling_n, 1);
    assert_int_equal(vtb_strict_seen.bad_roots_n, 1);
    strict()->drop_roots(gc, &roots);
    strict()->drop_roots(gc, &roots);
    assert_int_equal(vtb_strict_seen.unknown_drops_n, 1);
    assert_int_equal(vtb_strict_roots_n, 0);
    strict()->leave(gc);
    strict()->safepoint();
    assert_int_equal(vtb_strict_seen.outside_n, 1);
    strict()->close(gc);
}

static void the_fixture_heap_wants_each_reference_once(void **state)
{
    (void)state;
    static const struct vtb_type twice_type = {
        .name = "twice", .bytes = 40, .references = {24, 8, 24, VTB_REFERENCES_END}};
    struct vtb_gc *gc;
    const struct vtb_gc_access access = open_strict(&gc);
    (void)access.alloc(&pair_type);
    assert_int_equal(vtb_strict_seen.bad_types_n, 0);
    (void)access.alloc(&twice_type);
    assert_int_equal(vtb_strict_seen.bad_types_n, 1);
    assert_int_equal(vtb_strict_seen.bad_type_bytes, 40);
    strict()->leave(gc);
    strict()->close(gc);
}

/* Only a reference to what is younger needs a card, and once; each word has one of its own. */
static void the_fixture_heap_sees_a_missing_barrier(void **state)
{
    (void)state;
    struct vtb_gc *gc;
    const struct vtb_gc_access access = open_strict(&gc);
    for (size_t i = 0; i < 5; i++) {
        const size_t unmarked_n = vtb_strict_seen.unmarked_n;
        void **old = access.alloc(&pair_type);
        void **young = access.alloc(&single_type);
        young[0] = old;
        old[1] = young;
        mark_card(&access, &old[1]);
        strict()->safepoint();
        strict()->safepoint();
        assert_int_equal(vtb_strict_seen.unmarked_n, unmarked_n);
        old[1] = NULL;
        strict()->safepoint();
        old[1] = old[3] = young;
        mark_card(&access, &old[1]);
        strict()->safepoint();
        /* the cards' boundary lies between them, or in front of both, or behind */
        old[3] = NULL;
        strict()->safepoint();
        old[3] = young;
        strict()->safepoint();
        assert_true(vtb_strict_seen.unmarked_n > unmarked_n);
        assert_int_equal(vtb_strict_seen.broken_at, 24);
        assert_string_equal(vtb_strict_seen.broken_type, "pair");
    }
    assert_in_range(vtb_strict_seen.unmarked_n, 6, 9);
    strict()->leave(gc);
    strict()->close(gc);
}

static void check_strict(const struct vtb_cell *cell)
{
    if (vtb_strict_seen.broken_type)
        print_error("byte %zu of a %s:\n", vtb_strict_seen.broken_at, vtb_strict_seen.broken_type);
    assert_of_cell(cell, vtb_strict_seen.unmarked_n, 0);
    assert_of_cell(cell, vtb_strict_seen.undeclared_n, 0);
    assert_of_cell(cell, vtb_strict_seen.dangling_n, 0);
    assert_of_cell(cell, vtb_strict_seen.bad_roots_n, 0);
    assert_of_cell(cell, vtb_strict_seen.bad_types_n, 0);
    assert_of_cell(cell, vtb_strict_seen.unknown_drops_n, 0);
    assert_of_cell(cell, vtb_strict_seen.outside_n, 0);
}

static void check_strict_closed(const struct vtb_cell *cell)
{
    check_strict(cell);
    assert_of_cell(cell, vtb_strict_roots_n, 0);
    assert_of_cell(cell, vtb_strict_seen.inside_n, 0);
    assert_of_cell(cell, vtb_strict_seen.entered_n, 3); /* to open, run and close */
    assert_of_cell(cell, vtb_strict_seen.closed_n, 1);
}

/* A cell on the heap, its window open. */
static struct vtb_memory memory;
static struct vtb_env env;

static void open_env(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    struct vtb_error error;
    open_memory(&memory, &vtb_strict_heap, fixture->point);
    assert_true(vtb_fixture_open_env(fixture, &env, cell, &memory, &error));
    vtb_memory_enter(&memory);
}

static void close_env(const struct vtb_cell *cell)
{
    vtb_memory_leave(&memory);
    vtb_fixture_close_env(&env, cell, &memory);
    vtb_memory_close(&memory);
    check_strict_closed(cell);
}

/* Gives the offsets of a frame's references: a hand-over of the strategy may have none. */
static size_t frame_roots(const struct vtb_cell *cell, size_t offsets[2])
{
    size_t n = 0;
    if (cell->frame_bytes)
        offsets[n++] = cell->pending_offset;
    if (cell->frame_bytes && cell->handover_refers)
        offsets[n++] = cell->handover_offset;
    return n;
}

/* All references of every frame are registered when the window is made, and those that a strategy
 * keeps for its service; all are dropped with it. */
static void check_roots(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    size_t offsets[2];
    const size_t frame_roots_n = frame_roots(cell, offsets);
    open_env(fixture, cell);
    assert_int_equal(vtb_strict_roots_n, frame_roots_n + (cell->state_roots_n > 0));
    for (size_t i = 0; i < frame_roots_n; i++) {
        assert_ptr_equal(vtb_strict_roots[i].base, (char *)env.frames + offsets[i]);
        assert_int_equal(vtb_strict_roots[i].count, fixture->point->in_flight);
        assert_int_equal(vtb_strict_roots[i].stride_bytes, env.frame_bytes);
        assert_true(offsets[i] + sizeof(void *) <= cell->frame_bytes);
    }
    assert_of_cell(cell, env.frame_bytes,
                   cell->frame_bytes + (fixture->point->depth - 1) * cell->place_bytes);
    if (cell->state_roots_n) {
        const struct vtb_setup setup = vtb_fixture_setup(fixture, cell);
        const struct vtb_roots *roots = &vtb_strict_roots[frame_roots_n];
        assert_non_null(env.service.state);
        assert_ptr_equal(roots->base, env.service.state);
        assert_int_equal(roots->count, cell->state_roots_n);
        assert_int_equal(roots->stride_bytes, sizeof(void *));
        assert_true(cell->state_roots_n * sizeof(void *) <= cell->state_bytes(&setup));
    }
    close_env(cell);
}

/* Behind a hand-over's first word are a value and padding, which may be like any address. */
static bool is_in_handover(const struct vtb_cell *cell, const char *word)
{
    const size_t offset = (size_t)(word - (char *)env.frames);
    if (word < (char *)env.frames || offset >= env.window * env.frame_bytes)
        return false;
    const size_t in_handover = offset % env.frame_bytes - cell->handover_offset;
    return in_handover > 0 && in_handover < cell->handover_bytes;
}

/* If an object is referred to from anywhere in the case's memory, the heap looks there. */
static void check_all_are_roots(const struct vtb_cell *cell)
{
    char *words = env.memory;
    for (size_t at = 0; at < env.memory_bytes; at += sizeof(void *)) {
        if (!is_in_handover(cell, words + at) &&
            vtb_strict_is_object(*(void **)(void *)(words + at)))
            assert_of_cell(cell, vtb_strict_is_root(words + at), true);
    }
}

/* After a run every suspended operation, and nothing else, is seen through the pending roots, and
 * what the hand-over refers to through the others. */
static void check_pending(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    size_t pending_n = 0;
    open_env(fixture, cell);
    vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, fixture->ids_n);
    for (size_t i = 0; cell->frame_bytes && i < env.window; i++) {
        char *frame = (char *)env.frames + i * env.frame_bytes;
        const void *pending = *(void **)(void *)(frame + cell->pending_offset);
        const void *handover = *(void **)(void *)(frame + cell->handover_offset);
        const bool has_object = cell->miss_bytes > 0 && pending;
        assert_of_cell(cell, vtb_strict_is_object(pending), has_object);
        if (cell->handover_refers)
            assert_of_cell(cell, vtb_strict_is_object(handover), has_object);
        pending_n += pending != NULL;
    }
    assert_of_cell(cell, pending_n, env.pending_n);
    check_all_are_roots(cell);
    cell->drain(&env);
    check_all_are_roots(cell);
    close_env(cell);
}

/* No frees (the heap has none), one safepoint for each operation, and the floor's values. */
static void check_collected(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                            uint64_t expected)
{
    for (int dependent = 0; dependent < 2; dependent++) {
        struct cell_run run = run_of(fixture, cell);
        run.heap = &vtb_strict_heap;
        run.dependent = dependent;
        const struct cell_outcome outcome = cell_run(&run);
        const struct cell_walk walk = cell_walk(&run);
        const uint64_t allocs_n = cell_is_known(cell) ? cell_expected(&run, &walk).cost.allocs_n
                                                      : vtb_strict_seen.allocs_n;
        check_values(cell, outcome.checksum, expected);
        cell_check_counts(&run, &outcome);
        assert_of_cell(cell, vtb_strict_seen.safepoints_n, OPERATIONS_N);
        assert_of_cell(cell, vtb_strict_seen.collections_n, vtb_strict_seen.safepoints_n / 61);
        assert_of_cell(cell, outcome.collections_n, vtb_strict_seen.collections_n);
        assert_of_cell(cell, vtb_strict_seen.allocs_n, allocs_n);
        check_strict_closed(cell);
        /* what the pools of a strategy hold is reached, and nothing else is consumed; a cache of
         * the last operations gives up older ones */
        const struct layout *layout = layout_of(cell->strategy_name);
        const bool gives_up = !cell->state_roots_n || (layout && layout->kept_n < walk.misses_n);
        if (!layout || layout->memory != LAYOUT_REUSED)
            assert_of_cell(cell, vtb_strict_seen.overwritten_n > 0, allocs_n > 0 && gives_up);
    }
}

/* The objects that a strategy keeps for its service are reached through its own roots alone, once
 * the window is empty and the frames were cleared. */
static void check_kept(const struct vtb_fixture *fixture, const struct vtb_cell *cell)
{
    if (!cell->state_roots_n || fixture->point->in_flight > 64) /* more than a pool keeps */
        return;
    open_env(fixture, cell);
    vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, OPERATIONS_N);
    cell->drain(&env);
    strict()->collect(memory.gc, 0);
    const struct layout *layout = layout_of(cell->strategy_name);
    if (!layout || layout->kept_n == 0) /* otherwise older ones were given up */
        assert_of_cell(cell, vtb_strict_seen.overwritten_n, 0);
    for (size_t i = 0; i < cell->state_roots_n; i++) {
        const void *kept = ((void **)env.service.state)[i];
        if (kept && layout && layout->kept_n > 0)
            assert_of_cell(cell, vtb_strict_is_object(kept), true);
    }
    close_env(cell);
}
/* Cells that count look at their heap when they run. */
static bool may_collect(const struct vtb_cell *cell, const struct vtb_point *point)
{
    return (cell->kind.collected || cell->kind.counting) && !cell->strategy->lacks.collector &&
           strcmp(cell->workload_name, point->workload->name) == 0;
}

static size_t check_collected_point(const struct vtb_point *point)
{
    struct vtb_fixture fixture;
    struct vtb_error error;
    size_t cells_n = 0;
    assert_true(vtb_fixture_open(&fixture, point, &error));
    const struct cell_run run = run_of(&fixture, find("plain", point->workload->name));
    const uint64_t expected = cell_run(&run).checksum;
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        if (!may_collect(cell, point) || !vtb_fixture_fits(&fixture, cell))
            continue;
        check_roots(&fixture, cell);
        check_pending(&fixture, cell);
        check_collected(&fixture, cell, expected);
        check_kept(&fixture, cell);
        cells_n++;
    }
    vtb_fixture_close(&fixture);
    return cells_n;
}

static void every_strategy_on_a_heap_that_collects(void **state)
{
    (void)state;
    size_t cells_n = 0;
    assert_true(vtb_heap_collects(&vtb_strict_heap));
    assert_false(vtb_heap_collects(glibc_heap()));
    for (size_t w = 0; fixture_workloads[w].name; w++) {
        for (size_t i = 0; i < WINDOWS_N; i++) {
            const struct vtb_point point = point_of(&fixture_workloads[w], i);
            cells_n += check_collected_point(&point);
        }
    }
    /* counted, and of one workload, without layers, timed; direct and, where that and collecting is
     * possible, asynchronous */
    assert_true(cells_n >= (WINDOWS_N * 2 + WINDOWS_N / 2) * ((LAYOUTS_N - LACK_COLLECTOR_N) + 9));
}

/* --- what strategies declare, and what they mark --- */

/* Twice, the window being drained in between: more wait in the widest than a pool keeps. */
static void check_references(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                             uint64_t expected)
{
    open_env(fixture, cell);
    for (size_t round = 0; round < 2; round++) {
        env.position = 0;
        vtb_fixture_loop(fixture, cell, VTB_CONSUMER_INDEPENDENT)(&env, fixture->ids_n);
        check_all_are_roots(cell);
        cell->drain(&env);
        check_all_are_roots(cell);
    }
    strict()->collect(memory.gc, 0);
    close_env(cell);
    check_values(cell, vtb_fixture_checksum(&env), 2 * expected);
}

/* Of a point's workload the timed cells that fit and, if methods are nested, those that count. */
static size_t check_references_of(const struct vtb_point *point,
                                  const struct vtb_cell *const *cells)
{
    struct vtb_fixture fixture;
    struct vtb_error error;
    size_t n = 0;
    uint64_t expected = 0;
    assert_true(vtb_fixture_open(&fixture, point, &error));
    for (size_t i = 0; cells[i]; i++) {
        if (strcmp(cells[i]->name, "plain") != 0 || !may_collect(cells[i], point) ||
            !cells[i]->kind.counting)
            continue;
        const struct cell_run run = {&fixture, cells[i], &vtb_strict_heap, false,
                                     0,        0,        fixture.ids_n};
        expected = cell_run(&run).checksum;
    }
    assert_true(expected != 0);
    for (size_t i = 0; cells[i]; i++) {
        if (!may_collect(cells[i], point) || !vtb_fixture_fits(&fixture, cells[i]) ||
            (cells[i]->kind.counting && point->depth == 1))
            continue;
        check_references(&fixture, cells[i], expected);
        n++;
    }
    vtb_fixture_close(&fixture);
    return n;
}

/* Visits each order of completion by turns; some operations fail where there are few hits. */
static size_t for_references(const struct vtb_workload_entry *workload,
                             const struct vtb_cell *const *cells)
{
    static struct cell_calls calls;
    static const double hit_rates[] = {0, 0.3, 0.8, 1};
    static const size_t in_flight[] = {1, 2, 61, 300};
    size_t n = 0;
    for (size_t i = 0; i < 16; i++) { /* each hit rate with each window */
        struct vtb_point point = {.workload = workload,
                                  .hits.rate = hit_rates[i % 4],
                                  .failure_rate = i % 4 < 2 ? 0.1 : 0,
                                  .in_flight = in_flight[i / 4],
                                  .depth = 1 + i % 3,
                                  .request_ops = 48,
                                  .completion = (enum vtb_completion)(i / 2 % 3),
                                  .keys_n = KEYS_N,
                                  .seed = 1};
        cell_draw(&calls, &point, 450);
        n += check_references_of(&point, cells);
    }
    return n;
}

static void references_are_declared_and_marked(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t w = 0; fixture_workloads[w].name; w++) {
        if (find_kind("plain", fixture_workloads[w].name, (struct vtb_kind){.collected = true}))
            n += for_references(&fixture_workloads[w], fixture_cells);
    }
    assert_true(n >= (size_t)16 * ((LAYOUTS_N - LACK_COLLECTOR_N) + 9));
    n = for_references(vtb_default_workload(), built_cells());
    assert_true(n >= (size_t)16 * 50); /* @checked and @atomic too */
}

/* A strategy that has its memory its own way, or a compiler's, says why, and has no cell that
 * collects. */
static void who_lacks_a_collector_says_why(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; fixture_cells[i]; i++) {
        const struct vtb_cell *cell = fixture_cells[i];
        assert_false(cell->kind.collected && cell->kind.counting);
        if (!cell->strategy->lacks.collector)
            continue;
        assert_true(strlen(cell->strategy->lacks.collector) > 10);
        assert_false(cell->kind.collected);
        n += cell->kind.counting && !cell->kind.method && !cell->checked &&
             strcmp(cell->workload_name, fixture_workloads[0].name) == 0;
    }
    assert_int_equal(n, LACK_COLLECTOR_N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(layouts_are_those_that_are_known),
        cmocka_unit_test(layouts_follow_the_types),
        cmocka_unit_test(objects_grow_with_the_value),
        cmocka_unit_test(places_are_in_the_frame),
        cmocka_unit_test(workloads_state_their_types),
        cmocka_unit_test(other_types_through_every_strategy),
        cmocka_unit_test(a_strategy_in_cxx),
        cmocka_unit_test(the_fixture_heap_collects),
        cmocka_unit_test(the_fixture_heap_wants_each_reference_once),
        cmocka_unit_test(the_fixture_heap_sees_a_missing_barrier),
        cmocka_unit_test(every_strategy_on_a_heap_that_collects),
        cmocka_unit_test(references_are_declared_and_marked),
        cmocka_unit_test(who_lacks_a_collector_says_why),
    };
    open_fixtures();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
