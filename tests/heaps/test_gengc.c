/* The collector gengc, through its contract; what is in a heap is looked at where that says more.
 * Random programs are in test_gengc_graphs.c, budgets in test_gengc_budget.c. */
#include "check.h"
#include "graph.h"

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define KB ((size_t)1 << 10)
#define MB ((size_t)1 << 20)

/* The heap of most tests; the thread is in it. */
static struct graph_heap heap;
static struct graph_heap other_heap;

static void open_heap(size_t gen0_budget_bytes, bool verify)
{
    graph_heap_open(&heap, gen0_budget_bytes, verify);
    heap.collector->enter(heap.gc);
}

static void close_heap(void)
{
    heap.collector->leave(heap.gc);
    graph_heap_close(&heap);
    assert_int_equal(vtb_region.next, 0);
}

/* Behind a test that failed: the next one finds no heap. */
static int close_if_open(void **state)
{
    (void)state;
    if (heap.gc)
        graph_heap_close(&heap);
    if (other_heap.gc)
        graph_heap_close(&other_heap);
    return 0;
}

static void *new_object(const struct vtb_type *type)
{
    return heap.access.alloc(type);
}

static void add_roots(void *base, size_t count, size_t stride_bytes)
{
    heap.collector->add_roots(heap.gc, &(struct vtb_roots){base, count, stride_bytes});
}

static void drop_roots(void *base, size_t count, size_t stride_bytes)
{
    heap.collector->drop_roots(heap.gc, &(struct vtb_roots){base, count, stride_bytes});
}

static const struct vtb_collection *collect(unsigned generation)
{
    const uint64_t before_n = heap.told_n;
    heap.collector->collect(heap.gc, generation);
    assert_int_equal(heap.told_n, before_n + 1);
    return &heap.told[before_n % GRAPH_TOLD_MAX];
}

static struct vtb_heap_state state_now(void)
{
    struct vtb_heap_state now;
    heap.collector->state(heap.gc, &now);
    return now;
}

static unsigned generation_of(const void *object)
{
    return vtb_block_of(object)->generation;
}

/* Objects with one reference, in their second word, and a number in their first. */
static const struct vtb_type node_type = {
    .name = "node", .bytes = 32, .references = {8, VTB_REFERENCES_END}};

static const struct vtb_type array_type = {
    .name = "array", .bytes = 800000, .context = 1, .all_references = true};

static void write_number(void *object, uint64_t number)
{
    memcpy(object, &number, sizeof number);
}

static uint64_t number_of(const void *object)
{
    uint64_t number;
    memcpy(&number, object, sizeof number);
    return number;
}

static char *new_node(uint64_t number)
{
    char *node = new_object(&node_type);
    write_number(node, number);
    return node;
}

static void *next_of(const void *node)
{
    return graph_load((const char *)node + 8);
}

static void set_next(void *node, const void *next)
{
    graph_store(&heap, (char *)node + 8, next);
}

/* --- allocation --- */

#define SIZES_N ((4096 - 16) / 8 + 1)
#define OF_A_SIZE 20

/* Types of all sizes of small objects, without references. */
static struct vtb_type *types_of_all_sizes(void)
{
    static struct vtb_type types[SIZES_N];
    for (size_t i = 0; i < SIZES_N; i++)
        types[i] = (struct vtb_type){.name = "bytes",
                                     .bytes = 16 + 8 * i,
                                     .context = (uint32_t)(i % VTB_CONTEXTS_N),
                                     .references = {VTB_REFERENCES_END}};
    return types;
}

static void check_zero(const unsigned char *object, size_t bytes)
{
    assert_non_null(object);
    assert_int_equal((uintptr_t)object % 8, 0);
    for (size_t i = 0; i < bytes; i++)
        assert_int_equal(object[i], 0);
}

static void check_filled(const unsigned char *object, size_t bytes, size_t i)
{
    for (size_t at = 0; at < bytes; at++)
        assert_int_equal(object[at], (i * 7 + 1) & 0xff);
}

/* Objects of all types are allocated by turns, and all of a turn are filled before one is looked
 * at: if two were in one place, it would show. */
static void allocate_types(const struct vtb_type *types, size_t types_n)
{
    static unsigned char *objects[VTB_TYPES_MAX * OF_A_SIZE];
    for (size_t i = 0; i < types_n * OF_A_SIZE; i++) {
        const struct vtb_type *type = &types[i % types_n];
        objects[i] = new_object(type);
        check_zero(objects[i], type->bytes);
        assert_int_equal(vtb_heap_gengc.usable(objects[i]), type->bytes);
        memset(objects[i], (int)((i * 7 + 1) & 0xff), type->bytes);
    }
    for (size_t i = 0; i < types_n * OF_A_SIZE; i++)
        check_filled(objects[i], types[i % types_n].bytes, i);
}

/* Once in fresh memory and twice in memory that was full of something else. */
static void objects_are_zeroed_aligned_and_apart(void **state)
{
    (void)state;
    const struct vtb_type *types = types_of_all_sizes();
    for (size_t first = 0; first < SIZES_N; first += VTB_TYPES_MAX) {
        const size_t n = SIZES_N - first < VTB_TYPES_MAX ? SIZES_N - first : VTB_TYPES_MAX;
        open_heap(256 * MB, false);
        for (size_t turn = 0; turn < 3; turn++) {
            allocate_types(types + first, n);
            (void)collect(0);
        }
        close_heap();
    }
}

/* Types by turns come from one context, which changes its block each time; then each type from its
 * own. */
static void types_by_turns(void **state)
{
    (void)state;
    open_heap(MB, false);
    struct vtb_type types[8];
    for (size_t i = 0; i < 8; i++)
        types[i] = (struct vtb_type){.name = "turn",
                                     .bytes = 16 + 64 * i,
                                     .context = i < 4 ? 0 : (uint32_t)(i % VTB_CONTEXTS_N),
                                     .references = {VTB_REFERENCES_END}};
    for (size_t i = 0; i < 20000; i++) {
        unsigned char *object = new_object(&types[i * 5 % 8]);
        check_zero(object, types[i * 5 % 8].bytes);
        memset(object, 0xff, types[i * 5 % 8].bytes);
        heap.collector->safepoint();
    }
    assert_true(heap.told_n > 3);
    close_heap();
}

static void large_objects(void **state)
{
    (void)state;
    static const size_t sizes[] = {4104, 8184, 8192, 8200, 16384, 65536, 65544, 800000};
    enum { N = sizeof sizes / sizeof *sizes };
    struct vtb_type types[N];
    unsigned char *objects[2 * N];
    open_heap(16 * MB, true);
    for (size_t turn = 0; turn < 3; turn++) {
        for (size_t i = 0; i < (size_t)2 * N; i++) {
            types[i % N] = (struct vtb_type){
                .name = "large", .bytes = sizes[i % N], .references = {VTB_REFERENCES_END}};
            objects[i] = new_object(&types[i % N]);
            check_zero(objects[i], sizes[i % N]);
            assert_int_equal(vtb_heap_gengc.usable(objects[i]), sizes[i % N]);
            memset(objects[i], (int)((i * 7 + 1) & 0xff), sizes[i % N]);
        }
        for (size_t i = 0; i < (size_t)2 * N; i++)
            check_filled(objects[i], sizes[i % N], i);
        assert_int_equal(collect(2)->survived_bytes, 0);
        assert_int_equal(state_now().used_bytes, 0);
    }
    close_heap();
}

/* Freed large objects leave memory in one piece again, in whichever order they go. */
static void memory_of_large_objects_grows_together(void **state)
{
    (void)state;
    enum { N = 24 };
    struct vtb_type types[N];
    void *objects[N];
    size_t bytes = 0;
    open_heap(16 * MB, true);
    add_roots(objects, N, sizeof *objects);
    memset(objects, 0, sizeof objects);
    for (size_t i = 0; i < N; i++) {
        types[i] = (struct vtb_type){
            .name = "piece", .bytes = (1 + i % 5) * 8192, .references = {VTB_REFERENCES_END}};
        objects[i] = new_object(&types[i]);
        bytes += types[i].bytes;
    }
    const size_t reserved_bytes = state_now().reserved_bytes;
    for (size_t i = 0; i < N; i++) {
        objects[i * 7 % N] = NULL;
        (void)collect(2);
    }
    const struct vtb_type all_type = {
        .name = "all", .bytes = bytes, .references = {VTB_REFERENCES_END}};
    check_zero(new_object(&all_type), bytes);
    assert_int_equal(state_now().reserved_bytes, reserved_bytes);
    assert_int_equal(reserved_bytes, bytes);
    drop_roots(objects, N, sizeof *objects);
    close_heap();
}

/* Every offset into a block, of objects of every size. */
static void addresses_are_told_apart(void **state)
{
    (void)state;
    const struct vtb_type *types = types_of_all_sizes();
    for (size_t first = 0; first < SIZES_N; first += VTB_TYPES_MAX) {
        open_heap(MB, false);
        for (size_t i = first; i < first + VTB_TYPES_MAX && i < SIZES_N; i++) {
            const struct vtb_typed *typed = vtb_typed_of(heap.gc, &types[i]);
            assert_ptr_equal(typed, vtb_typed_of(heap.gc, &types[i]));
            assert_int_equal(typed->per_block_n, VTB_BLOCK_BYTES / types[i].bytes);
            for (size_t offset = 0; offset < VTB_BLOCK_BYTES; offset++) {
                if (vtb_object_at(typed, offset) != offset / types[i].bytes)
                    fail_msg("offset %zu of %zu B", offset, types[i].bytes);
            }
        }
        close_heap();
    }
}

/* --- collections are counted --- */

/* The last few objects live: little survives. */
#define KEPT_N 8

static uint64_t collections_of(const struct vtb_type *types, size_t types_n, size_t bytes,
                               size_t budget_bytes)
{
    void *kept[KEPT_N] = {0};
    open_heap(budget_bytes, false);
    add_roots(kept, KEPT_N, sizeof *kept);
    size_t allocated = 0;
    for (size_t i = 0; allocated < bytes; i++) {
        kept[i % KEPT_N] = new_object(&types[i % types_n]);
        allocated += types[i % types_n].bytes;
        heap.collector->safepoint();
    }
    const uint64_t n = heap.told_n;
    close_heap();
    return n;
}

static const size_t counted_budgets[] = {64 * KB, 256 * KB, MB, 16 * MB};
static const size_t counted_sizes[] = {32, 72, 104, 320};

/* Enough of them for the tolerance, and not more than a test has time for. */
static size_t counted_n(size_t budget_bytes)
{
    return budget_bytes == 16 * MB ? 4 : budget_bytes == MB ? 20 : 100;
}

/*
 * bytes / budget within one. The object that no longer fits is still allocated: each collection is
 * late by less than one object, 0.5 % of 64 KB.
 */
static void one_type_is_collected_once_a_budget(void **state)
{
    (void)state;
    for (size_t b = 0; b < 4; b++) {
        for (size_t s = 0; s < 4; s++) {
            const size_t expected = counted_n(counted_budgets[b]);
            const struct vtb_type type = {
                .name = "counted", .bytes = counted_sizes[s], .references = {VTB_REFERENCES_END}};
            const uint64_t n = collections_of(&type, 1, expected * counted_budgets[b] + 4 * KB,
                                              counted_budgets[b]);
            if (n > expected || n + 1 < expected)
                fail_msg("%zu B, budget %zu: %" PRIu64 " collections, not %zu", type.bytes,
                         counted_budgets[b], n, expected);
        }
    }
}

/*
 * A collection finds some of what a context was given unused. Two types by turns use up theirs in
 * step, as their contexts get less and less towards the end: within 3 % of bytes / budget at 64 KB,
 * and within one from 256 KB on.
 */
static void two_types_are_collected_once_a_budget(void **state)
{
    (void)state;
    for (size_t b = 0; b < 4; b++) {
        for (size_t s = 0; s < 4; s++) {
            const size_t expected = counted_n(counted_budgets[b]);
            const struct vtb_type types[] = {
                {.name = "one", .bytes = counted_sizes[s], .references = {VTB_REFERENCES_END}},
                {.name = "the other",
                 .bytes = counted_sizes[(s + 1) % 4],
                 .context = 1,
                 .references = {VTB_REFERENCES_END}},
            };
            const uint64_t n = collections_of(types, 2, expected * counted_budgets[b] + 4 * KB,
                                              counted_budgets[b]);
            assert_near((double)n, (double)expected,
                        counted_budgets[b] == 64 * KB ? 0.03 * (double)expected : 1);
        }
    }
}

/* A type that is rare may have a context of 8 KB and use one object of it: so much of each budget
 * is lost, an eighth of 64 KB. */
static void rare_types_cost_a_block_each(void **state)
{
    (void)state;
    const struct vtb_type types[] = {
        {.name = "rare", .bytes = 32, .context = 1, .references = {VTB_REFERENCES_END}},
        {.name = "frequent", .bytes = 32, .references = {VTB_REFERENCES_END}},
    };
    for (size_t b = 0; b < 3; b++) {
        const size_t budget_bytes = counted_budgets[b];
        const size_t bytes = counted_n(budget_bytes) * budget_bytes;
        uint64_t n = 0;
        open_heap(budget_bytes, false);
        for (size_t i = 0; i < bytes / 32; i++) {
            (void)new_object(&types[i % 1500 == 0 ? 0 : 1]);
            heap.collector->safepoint();
        }
        n = heap.told_n;
        close_heap();
        assert_in_range(n, bytes / budget_bytes - 1, bytes / (budget_bytes - 8 * KB) + 1);
    }
}

/* Contexts stay when a thread leaves: that it comes and goes costs no budget. */
static void leaving_costs_no_budget(void **state)
{
    (void)state;
    open_heap(64 * KB, false);
    for (size_t i = 0; i < 64 * KB * 50 / node_type.bytes; i++) {
        (void)new_object(&node_type);
        heap.collector->safepoint();
        if (i % 3 == 0) {
            heap.collector->leave(heap.gc);
            heap.collector->enter(heap.gc);
        }
    }
    assert_in_range(heap.told_n, 49, 50);
    close_heap();
}

static const struct vtb_type kept_type = {
    .name = "kept", .bytes = 64, .references = {0, VTB_REFERENCES_END}};

/* Collections until there were n; `keep` does what it likes with each new object of 64 B. */
static void run_until_told(size_t n, void (*keep)(void *object))
{
    for (size_t made_n = 1; heap.told_n < n; made_n++) {
        keep(new_object(&kept_type));
        heap.collector->safepoint();
        assert_int_equal(heap.told_n, made_n / 1025);
    }
}

static void *kept[40 * 1025];
static size_t kept_n;

static void keep_by_the_last(void *object)
{
    *(void **)object = kept[0];
    kept[0] = object;
}

/*
 * All objects survive, 1025 of them between two collections: 65600 B. Generation 1 may gain 262144
 * B: four times; the fifth collection takes it along, and 262400 B go on to generation 2. All that
 * was looked at survived, so that generation 1 may then gain 7 x 262400 = 1836800 B, of which the
 * fifth brings the first 65600: 28 times. Generation 2, which may gain 262144 B, has gained them
 * since the fifth; but it waits for generation 1, and the 33rd takes both.
 */
static void older_generations_are_collected_when_their_budgets_are_spent(void **state)
{
    (void)state;
    memset(kept, 0, sizeof kept);
    open_heap(64 * KB, true);
    add_roots(kept, 1, sizeof *kept);
    run_until_told(34, keep_by_the_last);
    for (size_t i = 0; i < 34; i++)
        assert_int_equal(heap.told[i].generation, i == 4 ? 1 : i == 32 ? 2 : 0);
    close_heap();
}

static void keep_by_a_root(void *object)
{
    kept[kept_n++] = object;
}

/*
 * The same, with a reference from outside to each object: a fourth collection finds a fourth of
 * those to generation 1 and younger, and the next one takes that generation along, whatever it may
 * gain. Every fourth brings 262400 B to generation 2, which may gain 262144 B, then 0.8 x 524800 =
 * 419840 B, of which the one that told so brought the first; then 0.8 x 1049600 = 839680 B.
 */
static void few_references_to_the_nursery_take_generation_1_along(void **state)
{
    (void)state;
    memset(kept, 0, sizeof kept);
    kept_n = 0;
    open_heap(64 * KB, true);
    add_roots(kept, sizeof kept / sizeof *kept, sizeof *kept);
    run_until_told(34, keep_by_a_root);
    for (size_t i = 0; i < 34; i++) {
        const unsigned expected = i == 8 || i == 16 || i == 32 ? 2 : i > 0 && i % 4 == 0 ? 1 : 0;
        assert_int_equal(heap.told[i].generation, expected);
    }
    close_heap();
}

/* More than 4 MB are old: before all is collected the young generations are, in the same pause; but
 * not if somebody asks for it. */
static void young_generations_are_collected_before_much_that_is_old(void **state)
{
    (void)state;
    memset(kept, 0, sizeof kept);
    open_heap(5 * MB, true);
    add_roots(kept, 1, sizeof *kept);
    const size_t in_5_mb = 5 * MB / 64;
    for (size_t i = 0; i < in_5_mb; i++)
        keep_by_the_last(new_object(&kept_type));
    (void)collect(2);
    assert_false(collect(2)->pause_goes_on);
    const uint64_t before_n = heap.told_n;
    while (heap.told[(heap.told_n - 1) % GRAPH_TOLD_MAX].generation < 2 ||
           heap.told_n == before_n) {
        keep_by_the_last(new_object(&kept_type));
        heap.collector->safepoint();
    }
    const struct vtb_collection *last = &heap.told[(heap.told_n - 1) % GRAPH_TOLD_MAX];
    const struct vtb_collection *first = &heap.told[(heap.told_n - 2) % GRAPH_TOLD_MAX];
    assert_false(last->pause_goes_on);
    assert_true(last->end_ns > last->start_ns);
    assert_true(first->pause_goes_on);
    assert_int_equal(first->generation, 1);
    assert_true(first->survived_bytes >= 5 * MB - 64 * KB);
    close_heap();
}

/* The collection of the young before one of all that is old finds few references to the nursery,
 * where each object has a root: the next one takes generation 1 along, as if the other had not
 * been. */
static void few_references_are_remembered_over_a_collection_of_all(void **state)
{
    (void)state;
    enum { N = 300000 };
    static void *roots[N];
    open_heap(1 * MB, false);
    add_roots(roots, N, sizeof *roots);
    size_t i = 0;
    uint64_t first = 0;
    while (i < N && (first == 0 || heap.told_n < first + 3)) {
        roots[i++] = new_object(&kept_type);
        heap.collector->safepoint();
        if (heap.told_n > 0 && heap.told[heap.told_n - 1].generation == 2 && first == 0 &&
            heap.told[heap.told_n - 2].pause_goes_on)
            first = heap.told_n - 2;
    }
    assert_int_equal(heap.told_n, first + 3);
    assert_int_equal(heap.told[first].generation, 0);
    assert_int_equal(heap.told[first + 1].generation, 2);
    assert_int_equal(heap.told[first + 2].generation, 1);
    close_heap();
}

/* An array of 800000 B is more than generation 2 may gain: the next safepoint collects that. */
static void large_objects_spend_the_oldest_generations_budget(void **state)
{
    (void)state;
    open_heap(16 * MB, true);
    heap.collector->safepoint();
    assert_int_equal(heap.told_n, 0);
    (void)new_object(&array_type);
    assert_int_not_equal(__atomic_load_n(heap.access.stop, __ATOMIC_RELAXED), 0);
    heap.collector->safepoint();
    assert_int_equal(heap.told_n, 1);
    assert_int_equal(heap.told[0].generation, 2);
    assert_int_equal(state_now().used_bytes, 0);
    assert_int_equal(*heap.access.stop, 0);
    close_heap();
}

/* A barrier that is given any place tells by these whether that is in an object. */
static void access_says_where_objects_are(void **state)
{
    (void)state;
    open_heap(MB, true);
    const void *objects[] = {new_node(1), new_object(&array_type)};
    for (size_t i = 0; i < 2; i++)
        assert_true((size_t)((const char *)objects[i] - heap.access.base) < heap.access.bytes);
    assert_false((size_t)((const char *)(const void *)objects - heap.access.base) <
                 heap.access.bytes);
    close_heap();
}

/* --- survival --- */

#define CROWD_N 2000

static void check_numbers(void *const *roots, size_t per_cent)
{
    for (uint64_t i = 0; i < CROWD_N; i++) {
        if (i % 100 < per_cent) {
            assert_int_equal(number_of(roots[i]), i * 3 + 1);
            assert_int_equal(number_of(next_of(roots[i])), i * 5 + 2);
        }
    }
}

static void check_told(const struct vtb_collection *told, unsigned generation, size_t survived,
                       size_t promoted)
{
    assert_int_equal(told->generation, generation);
    assert_int_equal(told->survived_bytes, survived);
    assert_int_equal(told->promoted_bytes, promoted);
    assert_int_equal(told->marked_bytes, 0);
    assert_true(told->end_ns >= told->start_ns);
}

/* Pairs of objects, so many of a hundred of them referred to by a root, go from 0 to 2 and stay. */
static void check_survival(size_t per_cent)
{
    static void *roots[CROWD_N];
    const size_t pair_bytes = 2 * node_type.bytes;
    const size_t bytes = CROWD_N * per_cent / 100 * pair_bytes;
    memset(roots, 0, sizeof roots);
    open_heap(16 * MB, true);
    add_roots(roots, CROWD_N, sizeof *roots);
    for (uint64_t i = 0; i < CROWD_N; i++) {
        char *node = new_node(i * 3 + 1);
        set_next(node, new_node(i * 5 + 2));
        roots[i] = i % 100 < per_cent ? node : NULL;
    }
    /* Up to the end of what a context was given. */
    assert_in_range(state_now().used_bytes, CROWD_N * pair_bytes,
                    CROWD_N * pair_bytes + VTB_BLOCK_BYTES);
    for (unsigned generation = 0; generation < 4; generation++) {
        const unsigned collected = generation < 3 ? generation : 2;
        check_told(collect(collected), collected, bytes, generation < 2 ? bytes : 0);
        check_numbers(roots, per_cent);
        for (unsigned i = 0; i < VTB_GENERATIONS_N; i++)
            assert_int_equal(heap.gc->sizes[i], i == (generation < 1 ? 1 : 2) ? bytes : 0);
        assert_int_equal(state_now().used_bytes, bytes);
        for (size_t i = 0; i < CROWD_N; i++)
            assert_true(!roots[i] || generation_of(roots[i]) == (generation < 1 ? 1 : 2));
    }
    drop_roots(roots, CROWD_N, sizeof *roots);
    check_told(collect(2), 2, 0, 0);
    assert_int_equal(state_now().used_bytes, 0);
    close_heap();
}

static void survivors_are_promoted_and_told_of(void **state)
{
    (void)state;
    static const size_t per_cents[] = {0, 10, 50, 100};
    for (size_t i = 0; i < sizeof per_cents / sizeof *per_cents; i++)
        check_survival(per_cents[i]);
}

/* Younger collections leave alone what is older, dead or alive. */
static void garbage_stays_in_generations_that_are_not_collected(void **state)
{
    (void)state;
    void *root = NULL;
    open_heap(16 * MB, true);
    add_roots(&root, 1, sizeof root);
    root = new_node(1);
    set_next(root, new_node(2));
    (void)collect(0);
    root = NULL;
    check_told(collect(0), 0, 0, 0);
    assert_int_equal(state_now().used_bytes, 64);
    root = new_node(3);
    (void)collect(1); /* the two are gone, and this one is in generation 1 */
    assert_int_equal(state_now().used_bytes, 32);
    (void)collect(1);
    root = NULL;
    check_told(collect(1), 1, 0, 0);
    assert_int_equal(state_now().used_bytes, 32);
    check_told(collect(2), 2, 0, 0);
    assert_int_equal(state_now().used_bytes, 0);
    close_heap();
}

static void large_objects_stay_where_they_are(void **state)
{
    (void)state;
    void *root = NULL;
    open_heap(16 * MB, true);
    add_roots(&root, 1, sizeof root);
    root = new_object(&array_type);
    void *const before = root;
    for (unsigned generation = 0; generation < VTB_GENERATIONS_N; generation++) {
        const struct vtb_collection *told = collect(2);
        assert_ptr_equal(root, before);
        assert_int_equal(told->survived_bytes, array_type.bytes);
        assert_int_equal(told->marked_bytes, array_type.bytes);
        assert_int_equal(told->promoted_bytes, 0);
    }
    assert_int_equal(collect(0)->survived_bytes, 0); /* it was not collected */
    assert_int_equal(state_now().used_bytes, array_type.bytes);
    root = NULL;
    assert_int_equal(collect(2)->survived_bytes, 0);
    assert_int_equal(state_now().used_bytes, 0);
    close_heap();
}

/* --- the write barrier --- */

/* A new object in each reference of an old array, one after the other and then all at once. */
static void check_barrier(const struct vtb_type *type)
{
    void *root = NULL;
    const size_t n = type->bytes / sizeof(void *);
    const size_t step = n > 2000 ? 997 : 1;
    open_heap(16 * MB, true);
    add_roots(&root, 1, sizeof root);
    root = new_object(type);
    (void)collect(2);
    (void)collect(2);
    assert_int_equal(generation_of(root), 2);
    for (size_t i = 0; i < n; i = i + step < n || i == n - 1 ? i + step : n - 1) {
        graph_store(&heap, (void **)root + i, new_node(i + 1));
        check_told(collect(0), 0, node_type.bytes, node_type.bytes);
        assert_int_equal(number_of(((void **)root)[i]), i + 1);
        check_told(collect(0), 0, 0, 0); /* and still remembered */
        check_told(collect(1), 1, node_type.bytes, node_type.bytes);
        assert_int_equal(number_of(((void **)root)[i]), i + 1);
    }
    for (size_t i = 0; i < n; i += step)
        graph_store(&heap, (void **)root + i, new_node(i + 7));
    (void)collect(0);
    for (size_t i = 0; i < n; i += step)
        assert_int_equal(number_of(((void **)root)[i]), i + 7);
    close_heap();
}

static void old_objects_keep_young_ones_alive(void **state)
{
    (void)state;
    static const size_t sizes[] = {16, 24, 64, 72, 520, 1016, 2728, 4096, 4104, 9000, 800000};
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const struct vtb_type type = {
            .name = "array", .bytes = sizes[i], .context = 1, .all_references = true};
        check_barrier(&type);
    }
}

/* Many in a block, each with a reference at one place: objects lie across cards. */
static void references_on_all_cards_of_a_block(void **state)
{
    (void)state;
    static void *roots[200];
    const struct vtb_type type = {
        .name = "across", .bytes = 104, .context = 1, .references = {16, 96, VTB_REFERENCES_END}};
    memset(roots, 0, sizeof roots);
    open_heap(16 * MB, true);
    add_roots(roots, 200, sizeof *roots);
    for (size_t i = 0; i < 200; i++)
        roots[i] = new_object(&type);
    (void)collect(0);
    (void)collect(1);
    for (size_t i = 0; i < 200; i++) {
        graph_store(&heap, (char *)roots[i] + 16, new_node(2 * i));
        check_told(collect(0), 0, node_type.bytes, node_type.bytes);
        graph_store(&heap, (char *)roots[i] + 96, new_node(2 * i + 1));
        check_told(collect(0), 0, node_type.bytes, node_type.bytes);
    }
    for (size_t i = 0; i < 200; i++) {
        assert_int_equal(number_of(graph_load((char *)roots[i] + 16)), 2 * i);
        assert_int_equal(number_of(graph_load((char *)roots[i] + 96)), 2 * i + 1);
    }
    close_heap();
}

/* A heap with one object, which *root refers to and which is old. */
static void open_with_old_node(void **root)
{
    open_heap(16 * MB, true);
    add_roots(root, 1, sizeof *root);
    *root = new_node(0);
    (void)collect(1);
    (void)collect(1);
}

/* 2 -> 1 -> 0, by nothing but cards, at each collection one newer at the end. */
static void chains_through_all_generations(void **state)
{
    (void)state;
    void *root = NULL;
    open_with_old_node(&root);
    for (uint64_t length = 1; length < 100; length++) {
        void *last = root;
        uint64_t n = 0;
        for (; next_of(last); last = next_of(last))
            assert_int_equal(number_of(last), n++);
        set_next(last, new_node(length));
        (void)collect(length % 10 == 9 ? 1 : 0);
    }
    uint64_t n = 0;
    for (void *node = root; node; node = next_of(node))
        assert_int_equal(number_of(node), n++);
    assert_int_equal(n, 100);
    assert_int_equal(state_now().used_bytes, 100 * node_type.bytes);
    close_heap();
}

/* A reference that was replaced keeps nothing alive, although its card is still marked. */
static void overwritten_references_keep_nothing(void **state)
{
    (void)state;
    void *root = NULL;
    open_with_old_node(&root);
    for (uint64_t i = 0; i < 20; i++)
        set_next(root, new_node(i));
    check_told(collect(0), 0, node_type.bytes, node_type.bytes);
    assert_int_equal(number_of(next_of(root)), 19);
    set_next(root, NULL);
    check_told(collect(1), 1, 0, 0);
    close_heap();
}

/* --- shapes --- */

static void cycles_and_shared_objects(void **state)
{
    (void)state;
    void *roots[3] = {0};
    open_heap(16 * MB, true);
    add_roots(roots, 3, sizeof *roots);
    char *self = new_node(1);
    set_next(self, self);
    char *first = new_node(2);
    char *second = new_node(3);
    set_next(first, second);
    set_next(second, first);
    roots[0] = self;
    roots[1] = first;
    roots[2] = second;
    for (unsigned generation = 0; generation < 4; generation++) {
        check_told(collect(generation % 3), generation % 3, generation < 3 ? 96 : 0,
                   generation < 2 ? 96 : 0);
        assert_ptr_equal(next_of(roots[0]), roots[0]);
        assert_ptr_equal(next_of(roots[1]), roots[2]);
        assert_ptr_equal(next_of(roots[2]), roots[1]);
        assert_int_equal(number_of(roots[0]), 1);
        assert_int_equal(number_of(roots[1]), 2);
        assert_int_equal(number_of(roots[2]), 3);
    }
    roots[1] = NULL;
    check_told(collect(2), 2, 96, 0); /* the cycle is reached from its other end */
    roots[2] = NULL;
    check_told(collect(2), 2, 32, 0);
    roots[0] = NULL;
    check_told(collect(2), 2, 0, 0);
    close_heap();
}

/* A list of a million, of one type, or of two by turns, as deep as no stack is. */
static void check_list(const struct vtb_type *types, size_t types_n)
{
    enum { N = 1000000 };
    void *root = NULL;
    open_heap(4 * MB, true);
    add_roots(&root, 1, sizeof root);
    for (uint64_t i = 0; i < N; i++) {
        char *node = new_object(&types[i % types_n]);
        write_number(node + 8, i);
        graph_store(&heap, node, root);
        root = node;
        heap.collector->safepoint();
    }
    (void)collect(2);
    (void)collect(2);
    uint64_t n = N;
    for (const char *node = root; node; node = graph_load(node))
        assert_int_equal(number_of(node + 8), --n);
    assert_int_equal(n, 0);
    assert_int_equal(state_now().used_bytes,
                     (N / types_n) * types[0].bytes + (N - N / types_n) * types[types_n - 1].bytes);
    close_heap();
}

static void lists_are_as_long_as_they_like(void **state)
{
    (void)state;
    const struct vtb_type types[] = {
        {.name = "one", .bytes = 16, .references = {0, VTB_REFERENCES_END}},
        {.name = "the other", .bytes = 24, .context = 1, .references = {0, VTB_REFERENCES_END}},
    };
    check_list(types, 1);
    check_list(types, 2);
}

/* Young to large to young: each is found from the other. */
static void large_and_small_objects_by_turns(void **state)
{
    (void)state;
    enum { N = 500 };
    void *root = NULL;
    const struct vtb_type large_type = {
        .name = "large", .bytes = 4104, .references = {8, VTB_REFERENCES_END}};
    open_heap(64 * KB, true);
    add_roots(&root, 1, sizeof root);
    for (uint64_t i = 0; i < N; i++) {
        char *node = new_object(i % 2 ? &large_type : &node_type);
        write_number(node, i);
        set_next(node, root);
        root = node;
        heap.collector->safepoint();
    }
    const struct vtb_collection *told = collect(2);
    assert_int_equal(told->marked_bytes, N / 2 * large_type.bytes);
    assert_int_equal(told->survived_bytes, N / 2 * (large_type.bytes + node_type.bytes));
    uint64_t n = N;
    for (void *node = root; node; node = next_of(node))
        assert_int_equal(number_of(node), --n);
    assert_int_equal(n, 0);
    close_heap();
}

/* Low bits are kept in roots and in objects, for references to the first object of a block, to the
 * last, and to a large one. */
static void low_bits_of_references_are_kept(void **state)
{
    (void)state;
    static void *roots[8 * 600];
    static const struct vtb_type types[] = {
        {.name = "node", .bytes = 32, .references = {8, VTB_REFERENCES_END}},
        {.name = "ends with its block", .bytes = 16, .references = {8, VTB_REFERENCES_END}},
        {.name = "large", .bytes = 4104, .references = {8, VTB_REFERENCES_END}},
    };
    memset(roots, 0, sizeof roots);
    open_heap(16 * MB, true);
    add_roots(roots, sizeof roots / sizeof *roots, sizeof *roots);
    for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
        char *object = new_object(&types[i % 100 == 99 ? 2 : i % 2]);
        write_number(object, i);
        set_next(object, object + (i + 3) % 8);
        roots[i] = object + i % 8;
    }
    for (unsigned generation = 0; generation < 4; generation++) {
        (void)collect(generation % 3);
        for (size_t i = 0; i < sizeof roots / sizeof *roots; i++) {
            const char *object = (char *)roots[i] - i % 8;
            assert_int_equal((uintptr_t)object % 8, 0);
            assert_int_equal(number_of(object), i);
            assert_ptr_equal(next_of(object), object + (i + 3) % 8);
        }
    }
    close_heap();
}

/* Null, small numbers and addresses elsewhere are followed neither in roots nor in objects. */
static void words_that_are_no_references(void **state)
{
    (void)state;
    static uint64_t outside;
    const void *words[] = {NULL,     (void *)1,         (void *)UINTPTR_MAX,
                           &outside, vtb_region.blocks, &words[0]};
    enum { N = sizeof words / sizeof *words };
    void *roots[2 * N];
    open_heap(16 * MB, true);
    memset(roots, 0, sizeof roots);
    add_roots(roots, (size_t)2 * N, sizeof *roots);
    for (size_t i = 0; i < N; i++) {
        memcpy(&roots[i], &words[i], sizeof *roots);
        roots[N + i] = new_node(i);
        set_next(roots[N + i], words[i]);
    }
    for (unsigned generation = 0; generation < 4; generation++) {
        (void)collect(generation % 3);
        for (size_t i = 0; i < N; i++) {
            assert_ptr_equal(roots[i], words[i]);
            assert_ptr_equal(next_of(roots[N + i]), words[i]);
        }
    }
    close_heap();
}

/* --- roots --- */

struct frame {
    uint64_t before;
    void *reference;
    uint64_t after[3];
};

static void roots_have_a_stride(void **state)
{
    (void)state;
    enum { N = 100 };
    static struct frame frames[N];
    open_heap(16 * MB, true);
    add_roots(&frames[0].reference, N, sizeof *frames);
    for (uint64_t i = 0; i < N; i++)
        frames[i] = (struct frame){~i, new_node(i), {i, i + 1, i + 2}};
    for (unsigned generation = 0; generation < 4; generation++) {
        assert_int_equal(collect(generation % 3)->survived_bytes, generation < 3 ? N * 32 : 0);
        for (uint64_t i = 0; i < N; i++) {
            assert_int_equal(number_of(frames[i].reference), i);
            assert_int_equal(frames[i].before, ~i);
            assert_int_equal(frames[i].after[0], i);
            assert_int_equal(frames[i].after[2], i + 2);
        }
    }
    close_heap();
}

/* One of many sets of roots, and one that is there twice. */
static void dropped_roots_keep_nothing(void **state)
{
    (void)state;
    enum { N = 40 };
    void *roots[N];
    open_heap(16 * MB, true);
    for (uint64_t i = 0; i < N; i++) {
        roots[i] = new_node(i);
        add_roots(&roots[i], 1, sizeof *roots);
    }
    add_roots(&roots[7], 1, sizeof *roots);
    drop_roots(&roots[0], 1, 16);            /* not one of them: another stride, */
    drop_roots(&roots[0], 2, sizeof *roots); /* another count */
    assert_int_equal(collect(2)->survived_bytes, N * 32);
    for (size_t n = N; n-- > 0;) {
        drop_roots(&roots[n * 7 % N], 1, sizeof *roots);
        (void)collect(2);
        const size_t left_n = n + (n <= 1); /* the 7th is the last but one, and there twice */
        assert_int_equal(state_now().used_bytes, left_n * 32);
    }
    drop_roots(&roots[7], 1, sizeof *roots);
    (void)collect(2);
    assert_int_equal(state_now().used_bytes, 0);
    close_heap();
}

/* Twice the same word, and two words with one object. */
static void roots_may_be_there_twice(void **state)
{
    (void)state;
    void *roots[2];
    open_heap(16 * MB, true);
    for (size_t i = 0; i < 3; i++)
        add_roots(roots, 2, sizeof *roots);
    roots[0] = roots[1] = new_node(1);
    for (unsigned generation = 0; generation < 4; generation++) {
        check_told(collect(generation % 3), generation % 3, generation < 3 ? 32 : 0,
                   generation < 2 ? 32 : 0);
        assert_int_equal(number_of(roots[0]), 1);
        assert_ptr_equal(roots[0], roots[1]);
    }
    close_heap();
}

/* --- what verifying finds --- */

static void *stale;

/* An old array refers to the youngest object, and nobody was told. */
static void store_without_a_mark_to_what_dies(void)
{
    void *root = new_object(&array_type);
    add_roots(&root, 1, sizeof root);
    (void)collect(2);
    *(void **)root = new_node(1);
    (void)collect(0);
}

static void store_without_a_mark_to_what_lives(void)
{
    static void *roots[2];
    add_roots(roots, 2, sizeof *roots);
    roots[0] = new_node(1);
    (void)collect(1);
    (void)collect(1);
    roots[1] = new_node(2);
    (void)collect(0);
    memcpy((char *)roots[0] + 8, &roots[1], sizeof *roots);
    (void)collect(0);
}

static void make_stale(void)
{
    stale = new_node(1);
    (void)collect(0);
    assert_int_not_equal(number_of(stale), 1);
}

static void refer_to_free_memory(void)
{
    make_stale();
    add_roots(&stale, 1, sizeof stale);
    (void)collect(0);
}

static void refer_to_free_memory_from_an_object(void)
{
    void *root = new_node(1);
    add_roots(&root, 1, sizeof root);
    make_stale();
    set_next(root, stale);
    (void)collect(0);
}

static void write_to_free_memory(void)
{
    make_stale();
    write_number(stale, 1);
    (void)new_node(2);
}

static void write_to_free_memory_of_a_large_object(void)
{
    char *array = new_object(&array_type);
    (void)collect(2);
    array[700000] = 1;
    (void)new_object(&array_type);
}

static void refer_into_an_object(void)
{
    void *root = new_node(1);
    add_roots(&root, 1, sizeof root);
    (void)collect(0);
    root = (char *)root + 8;
    (void)collect(0);
}

static void refer_behind_the_last_object(void)
{
    void *root = new_node(1);
    add_roots(&root, 1, sizeof root);
    (void)collect(0);
    root = (char *)root + node_type.bytes;
    (void)collect(0);
}

static void use_a_type_of(size_t bytes, uint32_t context)
{
    const struct vtb_type type = {
        .name = "odd", .bytes = bytes, .context = context, .references = {VTB_REFERENCES_END}};
    (void)new_object(&type);
}

static void use_a_type_that_is_too_small(void)
{
    use_a_type_of(8, 0);
}

static void use_a_type_of_no_words(void)
{
    use_a_type_of(20, 0);
}

static void use_a_large_type_of_no_words(void)
{
    use_a_type_of(4100, VTB_CONTEXTS_N - 1);
}

static void use_too_many_types(void)
{
    struct vtb_type *types = types_of_all_sizes();
    for (size_t i = 0; i <= VTB_TYPES_MAX; i++)
        (void)new_object(&types[i]);
}

/* Runs it on a heap in a child process, which must end by abort and say so. */
static void check_broken(void (*run)(void), const char *message)
{
    char text[4096] = "";
    int ends[2];
    int status = 0;
    size_t n = 0;
    ssize_t got = 0;
    assert_int_equal(pipe(ends), 0);
    fflush(NULL);
    const pid_t child = fork();
    assert_int_not_equal(child, -1);
    if (child == 0) {
        dup2(ends[1], STDERR_FILENO);
        open_heap(16 * MB, true);
        run();
        _exit(0);
    }
    close(ends[1]);
    while (n + 1 < sizeof text && (got = read(ends[0], text + n, sizeof text - 1 - n)) > 0)
        n += (size_t)got;
    close(ends[0]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_contains(text, message);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

static void verifying_finds_what_is_broken(void **state)
{
    (void)state;
    check_broken(store_without_a_mark_to_what_dies, "a reference to free memory");
    check_broken(store_without_a_mark_to_what_lives, "on a clean card");
    check_broken(refer_to_free_memory, "a reference to free memory");
    check_broken(refer_to_free_memory_from_an_object, "a reference to free memory");
    check_broken(write_to_free_memory, "free memory was written to");
    check_broken(write_to_free_memory_of_a_large_object, "free memory was written to");
    check_broken(refer_into_an_object, "into the middle of an object");
    check_broken(refer_behind_the_last_object, "behind the last object");
}

static void types_that_cannot_be_are_refused(void **state)
{
    (void)state;
    check_broken(use_a_type_that_is_too_small, "the type odd of 8 B");
    check_broken(use_a_type_of_no_words, "the type odd of 20 B");
    check_broken(use_a_large_type_of_no_words, "the type odd of 4100 B");
    check_broken(use_too_many_types, "at most 64 types");
}

/* --- memory --- */

static size_t resident_bytes(void)
{
    size_t pages = 0;
    FILE *file = fopen("/proc/self/statm", "r");
    assert_non_null(file);
    assert_int_equal(fscanf(file, "%*s %zu", &pages), 1);
    fclose(file);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void use_some_memory(size_t seed)
{
    static void *roots[100];
    memset(roots, 0, sizeof roots);
    add_roots(roots, 100, sizeof *roots);
    for (size_t i = 0; i < 3000; i++) {
        const struct graph_kind *kind = &graph_kinds[(i * 5 + seed) % GRAPH_KINDS_N];
        roots[(i + seed) % 100] = new_object(&kind->type);
        heap.collector->safepoint();
    }
}

/* A closed heap leaves nothing, whatever it had: the first and the last heap find the same
 * memory. */
static void closed_heaps_leave_nothing(void **state)
{
    (void)state;
    for (size_t i = 0; i < 100; i++) {
        open_heap(64 * KB, i % 2);
        assert_int_equal(vtb_region.next, 0);
        assert_null(vtb_region.unused.singles);
        assert_null(vtb_region.unused.runs);
        if (i % 3 > 0)
            use_some_memory(i);
        close_heap();
    }
}

static void memory_goes_back_to_the_system(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip(); /* which has memory of its own for ours */
#endif
    const size_t before = resident_bytes();
    for (size_t turn = 0; turn < 3; turn++) {
        void *root = NULL;
        open_heap(16 * MB, false);
        add_roots(&root, 1, sizeof root);
        for (size_t i = 0; i < 2 * MB; i++) {
            char *node = new_node(i);
            set_next(node, root);
            root = node;
            heap.collector->safepoint();
        }
        assert_true(resident_bytes() > before + 64 * MB);
        close_heap();
        assert_in_range(resident_bytes(), 0, before + 4 * MB);
    }
}

/* While one heap stays open, others come and go: of the blocks that they leave in pieces, the next
 * one puts together what it needs, but for a few. */
static void a_heap_uses_what_another_one_left(void **state)
{
    (void)state;
    size_t first = 0;
    graph_heap_open(&other_heap, 64 * KB, true);
    for (size_t i = 0; i < 30; i++) {
        open_heap(64 * KB, true);
        use_some_memory(1);
        heap.collector->leave(heap.gc);
        graph_heap_close(&heap);
        first = i == 0 ? vtb_region.next : first;
        assert_in_range(vtb_region.next, first, first + first / 10);
    }
    graph_heap_close(&other_heap);
    assert_int_equal(vtb_region.next, 0);
}

/* If nothing lives, a heap stays as large as its nursery. */
static void memory_stays_the_same(void **state)
{
    (void)state;
    const size_t allocated_bytes = 100000000;
    size_t bytes = 0;
    open_heap(256 * KB, false);
    for (size_t i = 0; bytes < allocated_bytes; i++) {
        const struct vtb_type *type = &graph_kinds[i % 1000 == 0 ? 8 : i % 7].type;
        (void)new_object(type);
        bytes += type->bytes;
        heap.collector->safepoint();
        if (i % 1000 == 0)
            assert_in_range(state_now().reserved_bytes, 1, MB);
    }
    assert_true(heap.told_n > allocated_bytes / (256 * KB) - 2);
    assert_in_range(state_now().reserved_bytes, 256 * KB, MB);
    close_heap();
}

#define TEST(function) cmocka_unit_test_teardown(function, close_if_open)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(objects_are_zeroed_aligned_and_apart),
        TEST(types_by_turns),
        TEST(large_objects),
        TEST(memory_of_large_objects_grows_together),
        TEST(addresses_are_told_apart),
        TEST(one_type_is_collected_once_a_budget),
        TEST(two_types_are_collected_once_a_budget),
        TEST(rare_types_cost_a_block_each),
        TEST(leaving_costs_no_budget),
        TEST(older_generations_are_collected_when_their_budgets_are_spent),
        TEST(few_references_to_the_nursery_take_generation_1_along),
        TEST(young_generations_are_collected_before_much_that_is_old),
        TEST(few_references_are_remembered_over_a_collection_of_all),
        TEST(large_objects_spend_the_oldest_generations_budget),
        TEST(access_says_where_objects_are),
        TEST(survivors_are_promoted_and_told_of),
        TEST(garbage_stays_in_generations_that_are_not_collected),
        TEST(large_objects_stay_where_they_are),
        TEST(old_objects_keep_young_ones_alive),
        TEST(references_on_all_cards_of_a_block),
        TEST(chains_through_all_generations),
        TEST(overwritten_references_keep_nothing),
        TEST(cycles_and_shared_objects),
        TEST(lists_are_as_long_as_they_like),
        TEST(large_and_small_objects_by_turns),
        TEST(low_bits_of_references_are_kept),
        TEST(words_that_are_no_references),
        TEST(roots_have_a_stride),
        TEST(dropped_roots_keep_nothing),
        TEST(roots_may_be_there_twice),
        TEST(verifying_finds_what_is_broken),
        TEST(types_that_cannot_be_are_refused),
        TEST(closed_heaps_leave_nothing),
        TEST(memory_goes_back_to_the_system),
        TEST(a_heap_uses_what_another_one_left),
        TEST(memory_stays_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
