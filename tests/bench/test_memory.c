/* A case's memory, on every heap: what is opened, what lives in it, and what is told of it. */
#include "memories.h"

#include <errno.h>
#include <malloc.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/child.h"
#include "base/pages.h"

#define LIVE_BYTES ((size_t)2 << 20)

static struct vtb_memory memory;

static struct vtb_point point_of(const char *workload, size_t live_bytes)
{
    return (struct vtb_point){.workload = vtb_find_workload(workload),
                              .gen0_budget_bytes = (size_t)128 << 10,
                              .verify_heap = true,
                              .live_heap_bytes = live_bytes};
}

static const struct vtb_collector *collector(void)
{
    return memory.heap->collector;
}

/* Calls visit with a memory that was opened on each heap that collects. */
static void for_collectors(size_t live_bytes, void (*visit)(void))
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_point point = point_of("user_cache", live_bytes);
        if (vtb_heaps[i].heap->unavailable || !vtb_heap_collects(vtb_heaps[i].heap))
            continue;
        open_memory(&memory, vtb_heaps[i].heap, &point);
        assert_non_null(memory.gc);
        visit();
        vtb_memory_close(&memory);
        assert_null(memory.gc);
    }
}

static void assert_nothing_collected(void)
{
    const struct vtb_collected none = {.ns = 0};
    assert_memory_equal(&memory.collected, &none, sizeof none);
}

/* A heap that frees opens nothing, and the functions for collectors do nothing on it. */
static void heaps_that_free(void **state)
{
    (void)state;
    const struct vtb_point point = point_of("user_cache", LIVE_BYTES);
    size_t n = 0;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->unavailable || vtb_heap_collects(vtb_heaps[i].heap))
            continue;
        open_memory(&memory, vtb_heaps[i].heap, &point);
        assert_ptr_equal(memory.heap, vtb_heaps[i].heap);
        assert_null(memory.gc);
        vtb_memory_enter(&memory);
        vtb_memory_safepoint(&memory);
        vtb_memory_leave(&memory);
        vtb_memory_warm(&memory);
        vtb_memory_fill(&memory, 0.5);
        assert_nothing_collected();
        assert_null(memory.live);
        assert_int_equal(memory.live_bytes, 0);
        vtb_memory_close(&memory);
        vtb_memory_close(&memory);
        n++;
    }
    assert_true(n > 0);
}

/* --- somebody else's use --- */

static size_t served_bytes;
static void *served;
static void *given_back;

static void *serving_alloc(size_t bytes)
{
    served_bytes = bytes;
    return served = calloc(1, bytes);
}

static void serving_free(void *block)
{
    for (size_t i = 0; i < served_bytes; i++)
        assert_int_equal(((char *)block)[i], 1);
    given_back = block;
    free(block);
}

/* A block of the heap is written to, and given back. */
static void a_heap_that_frees_serves(void **state)
{
    (void)state;
    static const struct vtb_heap heap = {.alloc = serving_alloc, .free = serving_free};
    const struct vtb_point point = point_of("user_cache", 0);
    open_memory(&memory, &heap, &point);
    vtb_memory_serve(&memory, 4096);
    assert_int_equal(served_bytes, 4096);
    assert_non_null(served);
    assert_ptr_equal(given_back, served);
    vtb_memory_close(&memory);
}

static void serve(void)
{
    struct vtb_heap_state before;
    struct vtb_heap_state after;
    collector()->state(memory.gc, &before);
    vtb_memory_enter(&memory);
    vtb_memory_serve(&memory, 65536);
    vtb_memory_leave(&memory);
    collector()->state(memory.gc, &after);
    assert_true(after.used_bytes >= before.used_bytes + 65536);
    assert_nothing_collected();
}

static void a_heap_that_collects_serves(void **state)
{
    (void)state;
    for_collectors(0, serve);
}

/* --- what lives in the heap --- */

static void check_sizes(size_t live_bytes)
{
    const size_t entry_bytes = vtb_live_entry_bytes(vtb_find_workload("user_cache")->workload);
    const size_t n = live_bytes / entry_bytes;
    assert_int_equal(memory.live_bytes, n * entry_bytes);
    assert_int_equal(memory.table_type.bytes, n * sizeof(void *));
    assert_int_equal(memory.value_type.bytes + sizeof(void *), entry_bytes);
    assert_true(memory.table_type.all_references);
}

/* The last word of the i-th object of the table, where each object is marked by its number. */
static uint64_t *last_word(size_t i)
{
    char *value = ((char **)memory.live)[i];
    return (uint64_t *)(void *)(value + memory.value_type.bytes) - 1;
}

static size_t values_n(void)
{
    return memory.live_bytes / (memory.value_type.bytes + sizeof(void *));
}

static size_t used_bytes(void)
{
    struct vtb_heap_state found;
    collector()->state(memory.gc, &found);
    assert_true(found.reserved_bytes >= found.used_bytes);
    return found.used_bytes;
}

/* As many objects live as were asked for, and nothing else. They survive collections of each
 * generation. */
static void check_live(void)
{
    check_sizes(LIVE_BYTES);
    assert_nothing_collected();
    assert_true(used_bytes() >= memory.live_bytes);
    for (size_t i = 0; i < values_n(); i++)
        *last_word(i) = ~(uint64_t)i; /* what is in it is no reference */
    vtb_memory_enter(&memory);
    for (unsigned generation = 0; generation < collector()->generations_n; generation++) {
        struct vtb_gc_access access;
        collector()->access(memory.gc, &access);
        for (size_t i = 0; i < 1000; i++)
            memset(access.alloc(&memory.value_type), 0xff, memory.value_type.bytes);
        collector()->collect(memory.gc, generation);
        assert_true(memory.collected.collections_n[generation] >= 1);
    }
    vtb_memory_leave(&memory);
    for (size_t i = 0; i < values_n(); i++)
        assert_true(*last_word(i) == ~(uint64_t)i);
    assert_true(used_bytes() >= memory.live_bytes);
    assert_true(collections_n(&memory) >= collector()->generations_n);
    assert_true(memory.collected.ns > 0);
    assert_true(memory.collected.survived_bytes >= memory.live_bytes); /* of the full one */
    assert_true(memory.collected.promoted_bytes <= memory.collected.survived_bytes);
}

static void values_live_all_along(void **state)
{
    (void)state;
    for_collectors(LIVE_BYTES, check_live);
}

static void check_empty(void)
{
    assert_int_equal(memory.live_bytes, 0);
    assert_null(memory.live);
    assert_nothing_collected();
    vtb_memory_enter(&memory);
    collector()->collect(memory.gc, 0);
    vtb_memory_leave(&memory);
    assert_int_equal(memory.collected.collections_n[0], 1);
}

/* If less memory than one entry is asked for, no object lives. */
static void nothing_need_live(void **state)
{
    (void)state;
    for_collectors(0, check_empty);
    for_collectors(7, check_empty);
}

static void check_one(void)
{
    assert_true(values_n() == 1 || values_n() == 2);
    assert_int_equal(memory.table_type.bytes, 16);
    vtb_memory_enter(&memory);
    for (size_t i = 0; i < 3; i++)
        collector()->collect(memory.gc, collector()->generations_n - 1);
    vtb_memory_leave(&memory);
    assert_true(*last_word(0) == 0);
}

/* A table is an object too: of the least size that one has. */
static void few_may_live(void **state)
{
    (void)state;
    const size_t entry_bytes = vtb_live_entry_bytes(vtb_find_workload("user_cache")->workload);
    for_collectors(entry_bytes, check_one);
    for_collectors(2 * entry_bytes, check_one);
}

/* --- before it is measured --- */

static void check_warm(void)
{
    const size_t before = used_bytes();
    struct vtb_heap_state found;
    vtb_memory_warm(&memory);
    assert_nothing_collected();
    collector()->state(memory.gc, &found);
    if (collector()->has_budget) {
        assert_in_range(found.used_bytes, before, before + (1 << 16)); /* what it made is gone */
        assert_true(found.reserved_bytes >= (size_t)128 << 10);
    }
    vtb_memory_warm(&memory);
    assert_nothing_collected();
}

static void warming_touches_the_nursery(void **state)
{
    (void)state;
    for_collectors(0, check_warm);
    for_collectors(LIVE_BYTES, check_warm);
}

/* Gives the bytes that can be allocated until the next collection is due. */
static size_t bytes_left(void)
{
    struct vtb_gc_access access;
    size_t n = 0;
    collector()->access(memory.gc, &access);
    vtb_memory_enter(&memory);
    for (; !*access.stop; n += memory.value_type.bytes)
        (void)access.alloc(&memory.value_type);
    vtb_memory_safepoint(&memory);
    vtb_memory_leave(&memory);
    return n;
}

/* A share of the budget is gone, without a collection; the rest of it is left. */
static void check_filling(void)
{
    const size_t filler_bytes = 4096; /* more than what it is filled with takes */
    const size_t before = used_bytes();
    struct vtb_heap_state found;
    collector()->state(memory.gc, &found);
    vtb_memory_fill(&memory, 0);
    assert_int_equal(used_bytes(), before);
    if (!collector()->has_budget) {
        vtb_memory_fill(&memory, 0.5);
        assert_int_equal(used_bytes(), before);
        assert_nothing_collected();
        return;
    }
    const size_t whole = bytes_left(); /* a collection leaves all of the budget */
    const size_t collected_n = collections_n(&memory);
    for (double share = 0.25; share < 1; share += 0.25) {
        const size_t part = (size_t)(share * (double)found.budget_bytes);
        const size_t used = used_bytes();
        vtb_memory_fill(&memory, share);
        assert_in_range(used_bytes(), used + part - filler_bytes, used + part + filler_bytes);
        assert_in_range(bytes_left(), whole - part - 2 * filler_bytes,
                        whole - part + 2 * filler_bytes);
    }
    assert_int_equal(collections_n(&memory), collected_n + 3); /* when it is due, and no sooner */
}

static void filling_uses_a_share_of_the_budget(void **state)
{
    (void)state;
    for_collectors(LIVE_BYTES, check_filling);
}

/* --- what is told of collections --- */

/* The collector spent processor time in each pause, and the sums are those of the pauses. */
static void check_sums(const struct vtb_pauses *pauses)
{
    const struct vtb_collected *collected = &memory.collected;
    const double n = (double)collected->pauses_n;
    assert_int_equal(collected->pauses_n, pauses->cpu.n);
    assert_near(pauses->cpu.total_ns, collected->cpu_ns, 1);
    assert_true(collected->cpu_ns > 0 && pauses->cpu.max_ns <= collected->cpu_ns);
    assert_true(collected->cpu_ns2 >= collected->cpu_ns * collected->cpu_ns / n * 0.999);
    assert_true(collected->cpu_ns2 <= collected->cpu_ns * pauses->cpu.max_ns * 1.001);
    assert_true(collected->stretched_n <= collected->pauses_n);
}

static void check_pauses(void)
{
    static struct vtb_pauses pauses;
    vtb_pauses_start(&pauses, 0);
    memory.pauses = &pauses;
    vtb_memory_enter(&memory);
    for (size_t i = 0; i < 5; i++)
        collector()->collect(memory.gc, 0);
    vtb_memory_leave(&memory);
    assert_int_equal(pauses.wall.n, collections_n(&memory));
    assert_near(pauses.wall.total_ns, memory.collected.ns, 1);
    assert_true(pauses.wall.max_ns > 0 && pauses.wall.max_ns <= memory.collected.ns);
    check_sums(&pauses);
}

static void every_pause_is_told(void **state)
{
    (void)state;
    for_collectors(LIVE_BYTES, check_pauses);
}

/* A heap with a budget collects by itself, at a safepoint and nowhere else. */
static void check_safepoints(void)
{
    struct vtb_gc_access access;
    if (!collector()->has_budget)
        return;
    collector()->access(memory.gc, &access);
    vtb_memory_enter(&memory);
    vtb_memory_safepoint(&memory);
    for (size_t i = 0; i < 100000; i++)
        (void)access.alloc(&memory.value_type);
    assert_nothing_collected();
    assert_true(*access.stop);
    vtb_memory_safepoint(&memory);
    assert_int_equal(collections_n(&memory), 1);
    assert_false(*access.stop);
    vtb_memory_safepoint(&memory);
    assert_int_equal(collections_n(&memory), 1);
    vtb_memory_leave(&memory);
}

static void a_budget_is_spent_until_a_safepoint(void **state)
{
    (void)state;
    for_collectors(LIVE_BYTES, check_safepoints);
}

static struct vtb_memory other;

/* Another thread that is in the heap keeps none from it: it has left again. */
static void check_entering(void)
{
    const struct vtb_point point = point_of("user_cache", LIVE_BYTES);
    open_memory(&other, memory.heap, &point);
    for (size_t i = 0; i < 100; i++) {
        const struct vtb_memory *turn = i % 2 ? &other : &memory;
        vtb_memory_enter(turn);
        collector()->collect(turn->gc, 0);
        vtb_memory_leave(turn);
    }
    assert_int_equal(collections_n(&memory), 50); /* each is told to the heap that it was in */
    assert_int_equal(collections_n(&other), 50);
    assert_true(*last_word(values_n() - 1) == 0);
    vtb_memory_close(&other);
    vtb_memory_enter(&memory);
    collector()->collect(memory.gc, collector()->generations_n - 1);
    vtb_memory_leave(&memory);
    assert_true(*last_word(values_n() - 1) == 0);
}

static void a_thread_is_in_one_heap_at_a_time(void **state)
{
    (void)state;
    for_collectors(LIVE_BYTES, check_entering);
}

/* A heap that only tells: a collection of 100 ns, of which 40 are its own, as another process ran
 * meanwhile; and one of 10 ns. */
static void (*tell)(void *context, const struct vtb_collection *collection);
static void *told_to;

static struct vtb_gc *open_teller(const struct vtb_collector_setup *setup)
{
    static char heap;
    tell = setup->collected;
    told_to = setup->context;
    return (struct vtb_gc *)(void *)&heap;
}

static void processor_time_and_stretched_pauses_are_summed(void **state)
{
    (void)state;
    const struct vtb_collector teller = {.open = open_teller, .generations_n = 2};
    const struct vtb_heap heap = {.summary = "a teller", .collector = &teller};
    const struct vtb_point point = point_of("user_cache", 0);
    open_memory(&memory, &heap, &point);
    tell(told_to, &(struct vtb_collection){.end_ns = 100, .cpu_ns = 40, .switched = true});
    tell(told_to,
         &(struct vtb_collection){.generation = 1, .start_ns = 200, .end_ns = 210, .cpu_ns = 10});
    assert_int_equal(memory.collected.pauses_n, 2);
    assert_int_equal(memory.collected.stretched_n, 1);
    assert_same_double(memory.collected.ns, 110);
    assert_same_double(memory.collected.cpu_ns, 50);
    assert_same_double(memory.collected.cpu_ns2, 1700);
    assert_int_equal(memory.collected.collections_n[1], 1);
}

static struct vtb_gc *open_nothing(const struct vtb_collector_setup *setup)
{
    assert_true(setup->verify && setup->incremental);
    assert_int_equal(setup->gen0_budget_bytes, 4096);
    errno = ENOMEM;
    return NULL;
}

/* The point's parameters are passed on to the heap; a heap that does not open is an error. */
static void a_heap_that_does_not_open(void **state)
{
    (void)state;
    const struct vtb_collector never = {.open = open_nothing};
    const struct vtb_heap heap = {.summary = "of nothing", .collector = &never};
    struct vtb_point point = point_of("user_cache", LIVE_BYTES);
    struct vtb_error error = {0};
    point.incremental = true;
    point.gen0_budget_bytes = 4096;
    assert_false(vtb_memory_open(&memory, &heap, &point, &error));
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(error.message);
    assert_contains(error.message, "of nothing");
    assert_null(memory.gc);
    vtb_memory_close(&memory); /* of nothing: nothing */
}

static int set_up(void **state)
{
    (void)state;
    alarm(600); /* a thread that waits for another one in vain ends the test */
    return 0;
}

/* A heap in which others have left so many free blocks of many sizes, in all of the C library's
 * lists. */
static bool soak_what_others_left(void *context, struct vtb_error *why)
{
    const size_t blocks_n = *(const size_t *)context;
    void **blocks = vtb_pages(blocks_n * sizeof *blocks, "blocks", why);
    for (size_t i = 0; blocks && i < blocks_n; i++)
        blocks[i] = malloc(24 + i % 5 * 16);
    for (size_t i = 0; blocks && i < blocks_n; i += 2)
        free(blocks[i]);
    free(malloc(100000)); /* sorts them into lists by their sizes */
    vtb_memory_soak();
    const struct mallinfo2 info = mallinfo2();
    return blocks && (info.fordblks == info.keepcost ||
                      vtb_fail(why, VTB_EXIT_INTERNAL, "%zu bytes are free, %zu of them at the end",
                               info.fordblks, info.keepcost));
}

/* Of few, and of so many that whoever looks at all of them for each does not come to an end. */
static void soaking_leaves_no_free_block(void **state)
{
    static size_t blocks_n[] = {800, 1000000};
    (void)state;
    for (size_t i = 0; i < sizeof blocks_n / sizeof *blocks_n; i++) {
        struct vtb_error why;
        struct vtb_child child = {
            .name = "a child", .run = soak_what_others_left, .context = &blocks_n[i]};
        if (!vtb_child_work(&child, &why))
            fail_msg("%s", why.message);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(heaps_that_free),
        cmocka_unit_test(a_heap_that_frees_serves),
        cmocka_unit_test(soaking_leaves_no_free_block),
        cmocka_unit_test(a_heap_that_collects_serves),
        cmocka_unit_test(values_live_all_along),
        cmocka_unit_test(nothing_need_live),
        cmocka_unit_test(few_may_live),
        cmocka_unit_test(warming_touches_the_nursery),
        cmocka_unit_test(filling_uses_a_share_of_the_budget),
        cmocka_unit_test(every_pause_is_told),
        cmocka_unit_test(processor_time_and_stretched_pauses_are_summed),
        cmocka_unit_test(a_budget_is_spent_until_a_safepoint),
        cmocka_unit_test(a_thread_is_in_one_heap_at_a_time),
        cmocka_unit_test(a_heap_that_does_not_open),
    };
    return cmocka_run_group_tests(tests, set_up, NULL);
}
