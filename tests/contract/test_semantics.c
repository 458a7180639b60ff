/* The operations of the contract one by one, against every strategy that can suspend: what a loop
 * over calls does not do. A new file in impls/ is taken up by itself. */
#include "workloads/user_cache.h"

#include "built.h"
#include "check/conformance_case.h"
#include "layouts.h"
#include "memories.h"
#include "probed.h"

#include <malloc.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vtb/pool.h>

#define REQUEST_OPS VTB_REQUEST_OPS
#define VERSIONS_N 65536 /* that 16 bits tell apart */
#define WIDE_WINDOW 1000
#define WIDE_OPS 3000

/* Entries of the schedule, by the number of their key. */
#define HIT(n) ((uint32_t)(n))
#define MISS(n) (VTB_ID_MISS | (uint32_t)(n))
#define FAIL(n) (VTB_ID_FAIL | MISS(n))

static_assert(WIDE_WINDOW > VTB_POOL_CAP + 1, "more objects than a pool keeps");

static struct vtb_env env;

#define same_text(text, expected) check_same_text((text), (expected), __LINE__)

static void check_same_text(const char *text, const char *expected, int line)
{
    if (text && strcmp(text, expected) == 0)
        return;
    print_error("\"%s\" in place of ", text ? text : "(nothing)");
    failed_in_cell(expected, line);
}

/* A rule that no test means to break. */
static void fail_on_misuse(const char *text)
{
    failed_in_cell(text, __LINE__);
}

static int set_up(void **state)
{
    (void)state;
    vtb_on_misuse = fail_on_misuse;
    open_fixtures();
    return 0;
}

static void open_cell(const struct vtb_fixture *of, const struct vtb_cell *opened,
                      const struct vtb_heap *heap)
{
    struct vtb_error error;
    fixture = of;
    cell = opened;
    probe = cell->probe;
    if (!vtb_fixture_open_env(fixture, &env, cell, memory_of(heap), &error))
        fail_msg("%s", error.message);
}

/* However it was used: all that was allocated has been given back. */
static void close_cell(void)
{
    vtb_fixture_close_env(&env, cell, glibc_memory());
    equal(env.service.counts.live_bytes, 0);
    equal(env.service.counts.frees_n, env.service.counts.allocs_n);
}

static const struct vtb_heap *glibc(void)
{
    return vtb_find_heap("glibc")->heap;
}

static bool is_of(const struct vtb_cell *one, const char *strategy)
{
    return !strategy || strcmp(one->strategy_name, strategy) == 0;
}

/* Calls check for the counting cells of a strategy (null: of all) that have a probe: by both
 * methods, with and without checks, with counts for one thread and for several. How many. */
static size_t on_fixture(const struct vtb_fixture *of, const struct vtb_heap *heap,
                         const char *strategy, void (*check)(void))
{
    size_t n = 0;
    for (size_t i = 0; built_cells()[i]; i++) {
        const struct vtb_cell *one = built_cells()[i];
        if (!one->probe || one->kind.collected || !is_of(one, strategy) ||
            strcmp(one->workload_name, "user_cache") != 0)
            continue;
        open_cell(of, one, heap);
        check();
        close_cell();
        n++;
    }
    return n;
}

static void for_cells_of(const char *strategy, void (*check)(void))
{
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), strategy, check) >= 2);
}

/* Base, @checked and @atomic, direct and async: 40 at least. */
static void for_cells(void (*check)(void))
{
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        assert_true(on_fixture(&fixtures[i], glibc(), NULL, check) >= 40);
}

/* --- steps --- */

/* The share of an entry's value in a checksum, found without any strategy. */
static uint64_t share_of(uint32_t id)
{
    vtb_value value;
    (void)vtb_fetch(fixture->table, vtb_key_of(fixture->table, id), &value);
    return vtb_consume(&value);
}

static void call(size_t by, uint32_t id)
{
    equal(probe->call(&env, by, id), !(id & VTB_ID_MISS));
}

static void complete_with(size_t of, enum vtb_fault fault)
{
    void *pending = probe->pending(&env, of);
    probe->forget(&env, of);
    probe->complete(&env.service, pending, fault);
}

static void complete(size_t of)
{
    complete_with(of, VTB_FAULT_NONE);
}

/* The frame consumes for the last time, and gets the value of the entry. */
static void consume(size_t by, size_t of, uint32_t id)
{
    uint64_t share = 0;
    equal(probe->get(&env, by, of, &share), VTB_FAULT_NONE);
    equal(share, share_of(id));
    probe->drop(&env, by, of);
}

/* An operation from its call to its end. */
static void operate(size_t by, uint32_t id)
{
    call(by, id);
    if (id & VTB_ID_MISS)
        complete(by);
    consume(by, by, id);
}

/* Another variable holds the operation too. */
static void copy(size_t to, size_t from)
{
    probe->share(&env, from);
    probe->copy(&env, to, from);
}

/* Whether the strategy lacks something; if so, it says why. */
static bool lacks(const char *reason)
{
    if (reason && !*reason)
        failed_in_cell("a reason for what is lacking", __LINE__);
    return reason != NULL;
}

/* --- what `run_bench check` asks of any strategy --- */

static vtb_check_function *const asked[] = {
    vtb_check_steps,     vtb_check_beside, vtb_check_cancelled, vtb_check_early,
    vtb_check_consumers, vtb_check_stored, vtb_check_as_task,   vtb_check_preserved,
};

static void check_what_is_asked(void)
{
    const struct vtb_check_case of = {
        .workload = fixture->point->workload,
        .floor = built_cell("plain", "user_cache", (struct vtb_kind){.counting = true}),
        .counting = cell};
    for (size_t i = 0; i < COUNT_OF(asked); i++) {
        char text[VTB_CHECK_TEXT_BYTES];
        if (!vtb_check_here(asked[i], &of, text))
            failed_in_cell(text, __LINE__);
    }
}

static void what_is_asked_of_any_strategy_holds(void **state)
{
    (void)state;
    assert_true(on_fixture(&fixtures[0], glibc(), NULL, check_what_is_asked) >= 40);
}

/* --- several consumers --- */

/* Objects of which copies share can have several consumers. Each strategy that hands over something
 * else has its reason. */
static void check_who_has_several_consumers(void)
{
    const bool is_shared = cell->strategy->shape == VTB_SHAPE_OBJECT && probe->share;
    equal(lacks(cell->strategy->lacks.several_consumers), !is_shared);
}

static void objects_alone_have_several_consumers(void **state)
{
    (void)state;
    for_cells(check_who_has_several_consumers);
}

/* Adds the counts of a copy of the loop's state, as they belong to the case too. */
static void add_counts(const struct vtb_env *other)
{
    env.service.counts.allocs_n += other->service.counts.allocs_n;
    env.service.counts.frees_n += other->service.counts.frees_n;
    env.service.counts.live_bytes += other->service.counts.live_bytes;
}

/*
 * Of the three consumers of an operation, two write to the same place what they find in their
 * variables when they go on; so the later of the two is known. Their variables hold other values by
 * then than the operation's, which three more variables keep.
 */
static void check_order_of(size_t earlier, size_t later)
{
    struct vtb_env elsewhere = env;
    memset(&elsewhere.service.counts, 0, sizeof elsewhere.service.counts);
    call(0, MISS(1));
    void *pending = probe->pending(&env, 0);
    copy(1, 0);
    copy(2, 0);
    for (size_t i = 0; i < 3; i++)
        probe->await(i == earlier || i == later ? &env : &elsewhere, i, i);
    for (size_t i = 0; i < 3; i++) {
        probe->copy(&env, 3 + i, i);
        call(i, HIT(10 + i));
    }
    env.checksum = 0;
    elsewhere.checksum = 0;
    probe->complete(&env.service, pending, VTB_FAULT_NONE);
    equal(env.arrived, share_of(HIT(10 + later)));
    equal(env.checksum, share_of(HIT(10 + earlier)) + share_of(HIT(10 + later)));
    equal(elsewhere.checksum, share_of(HIT(10 + (3 - earlier - later))));
    for (size_t i = 3; i < 6; i++)
        consume(i, i, MISS(1));
    add_counts(&elsewhere);
}

static void check_order(void)
{
    if (lacks(cell->strategy->lacks.several_consumers))
        return;
    check_order_of(0, 1);
    check_order_of(0, 2);
    check_order_of(1, 2);
}

static void consumers_go_on_in_the_order_in_which_they_came(void **state)
{
    (void)state;
    for_cells(check_order);
}

/* --- storing --- */

/* A hand-over that has to be consumed where it was received cannot be stored, nor one whose object
 * serves any other call as soon as it was consumed; every other can. */
static void check_who_can_be_stored(void)
{
    const struct layout *layout = layout_of(cell->strategy_name);
    const bool consumed_at_once = cell->in_frame || !cell->strategy->lacks.as_task ||
                                  cell->strategy->shape == VTB_SHAPE_VALUE;
    equal(lacks(cell->strategy->lacks.storing),
          consumed_at_once || (layout && layout->memory == LAYOUT_SHARED));
}

static void every_other_strategy_says_why_it_cannot_be_stored(void **state)
{
    (void)state;
    for_cells(check_who_can_be_stored);
}

/* --- as_task and preserve --- */

/* The probe has the functions where the strategy does not say why it lacks them. */
static void check_who_converts(void)
{
    const bool converts = !lacks(cell->strategy->lacks.as_task);
    equal(probe->as_task != NULL, converts);
    equal(probe->preserve != NULL, converts);
    equal(probe->task_is_ready && probe->task_get && probe->task_drop, converts);
}

static void strategies_convert_or_say_why_not(void **state)
{
    (void)state;
    for_cells(check_who_converts);
}

/* A task that completed: may be asked as often as one likes, and is then given up. */
static void use_task(void *task, uint32_t id, enum vtb_fault fault)
{
    holds(probe->task_is_ready(task));
    for (int i = 0; i < 3; i++) {
        uint64_t share = 0;
        equal(probe->task_get(task, &share), fault);
        equal(share, fault ? 0 : share_of(id));
    }
    probe->task_drop(&env, task);
}

/* Calls as_task, which must allocate so many bytes, or nothing. */
static void *as_task(size_t by, size_t bytes)
{
    const struct vtb_counts before = env.service.counts;
    void *task = probe->as_task(&env, by);
    equal(env.service.counts.allocs_n - before.allocs_n, bytes > 0);
    equal(env.service.counts.requested_bytes - before.requested_bytes, bytes);
    return task;
}

/* Task<T> of a reference, and what a task over another operation remembers: a source and its
 * token, or a slot. */
#define TASK_BYTES (64 + sizeof(void *))
#define OVER_SOURCE (TASK_BYTES + sizeof(void *) + sizeof(int64_t))
#define OVER_HANDLE (TASK_BYTES + sizeof(void *))

static_assert(TASK_BYTES == 72 && OVER_SOURCE == 88, "72 as measured in .NET, and 16 more");

static void as_task_of_a_result(size_t by, size_t bytes)
{
    call(by, HIT(1));
    use_task(as_task(by, bytes), HIT(1), VTB_FAULT_NONE);
}

/* Asked for while it is pending, and once it completed. */
static void as_task_of_operations(uint32_t id, enum vtb_fault fault, enum vtb_fault expected,
                                  size_t pending_bytes, size_t completed_bytes)
{
    call(0, id);
    void *task = as_task(0, pending_bytes);
    holds(!probe->task_is_ready(task));
    complete_with(0, fault);
    use_task(task, id, expected);
    call(0, id);
    complete_with(0, fault);
    use_task(as_task(0, completed_bytes), id, expected);
}

static void check_as_task(size_t pending_bytes, size_t completed_bytes)
{
    as_task_of_a_result(0, TASK_BYTES);
    as_task_of_operations(MISS(2), VTB_FAULT_NONE, VTB_FAULT_NONE, pending_bytes, completed_bytes);
    as_task_of_operations(FAIL(3), VTB_FAULT_NONE, VTB_FAULT_STORE, pending_bytes, completed_bytes);
    as_task_of_operations(MISS(4), VTB_FAULT_CANCELLED, VTB_FAULT_CANCELLED, pending_bytes,
                          completed_bytes);
    operate(0, MISS(5));
}

/* Wraps a task already, which it gives away. */
static void check_as_task_of_a_task(void)
{
    check_as_task(0, 0);
    if (cell->kind.method == VTB_METHOD_RUNTIME ||
        (cell->kind.method == VTB_METHOD_ASYNC && fixture->point->depth > 1))
        return; /* what was submitted is not the task that the caller has */
    call(0, MISS(1));
    void *pending = probe->pending(&env, 0);
    void *task = as_task(0, 0);
    holds(task == pending);
    complete(0);
    use_task(task, MISS(1), VTB_FAULT_NONE);
}

static void check_as_task_of_a_source(void)
{
    check_as_task(OVER_SOURCE, TASK_BYTES);
}

static void check_as_task_of_a_handle(void)
{
    check_as_task(OVER_HANDLE, TASK_BYTES);
}

static void as_task_gives_a_task_that_is_asked_as_often_as_one_likes(void **state)
{
    (void)state;
    for_cells_of("value_task", check_as_task_of_a_task);
    for_cells_of("value_task_pooled", check_as_task_of_a_source);
    for_cells_of("value_task_handle", check_as_task_of_a_handle);
}

static void consume_preserved(size_t by, uint32_t id, enum vtb_fault fault)
{
    for (int i = 0; i < 2; i++) {
        uint64_t share = 0;
        holds(probe->is_ready(&env, by, by));
        equal(probe->get(&env, by, by, &share), fault);
        equal(share, fault ? 0 : share_of(id));
    }
    probe->drop(&env, by, by);
}

static void preserve_and_consume(uint32_t id, enum vtb_fault fault, enum vtb_fault expected)
{
    call(0, id);
    probe->preserve(&env, 0);
    if (id & VTB_ID_MISS) {
        holds(!probe->is_ready(&env, 0, 0));
        complete_with(0, fault);
    }
    consume_preserved(0, id, expected);
    call(0, id);
    if (id & VTB_ID_MISS)
        complete_with(0, fault);
    probe->preserve(&env, 0);
    probe->preserve(&env, 0); /* of what is preserved: changes nothing */
    consume_preserved(0, id, expected);
}

/* The task has a reference of its own: the variable is as good as before. */
static void convert_preserved(uint32_t id)
{
    uint64_t share = 0;
    call(0, id);
    probe->preserve(&env, 0);
    if (id & VTB_ID_MISS)
        complete(0);
    void *task = probe->as_task(&env, 0);
    equal(probe->task_get(task, &share), VTB_FAULT_NONE);
    equal(share, share_of(id));
    probe->task_drop(&env, task);
    consume_preserved(0, id, VTB_FAULT_NONE);
}

static void check_preserve(void)
{
    if (lacks(cell->strategy->lacks.as_task))
        return;
    preserve_and_consume(HIT(1), VTB_FAULT_NONE, VTB_FAULT_NONE);
    preserve_and_consume(MISS(2), VTB_FAULT_NONE, VTB_FAULT_NONE);
    preserve_and_consume(FAIL(3), VTB_FAULT_NONE, VTB_FAULT_STORE);
    preserve_and_consume(MISS(4), VTB_FAULT_CANCELLED, VTB_FAULT_CANCELLED);
    call(0, MISS(5));
    probe->preserve(&env, 0);
    probe->await(&env, 0, 0);
    complete(0);
    equal(env.checksum, share_of(MISS(5)));
    convert_preserved(HIT(6));
    convert_preserved(MISS(7));
}

static void what_is_preserved_may_be_consumed_twice(void **state)
{
    (void)state;
    for_cells(check_preserve);
}

/* --- versions --- */

static const char *refusal;
static jmp_buf refused_at;
static uint64_t stale_share;

static void note_refusal(const char *text)
{
    refusal = text;
    longjmp(refused_at, 1);
}

/* Tells the error that a use leads to; null: none. */
static const char *refused(void (*use)(void))
{
    refusal = NULL;
    vtb_on_misuse = note_refusal;
    if (setjmp(refused_at) == 0)
        use();
    vtb_on_misuse = fail_on_misuse;
    return refusal;
}

/* Frame 2 keeps a stale copy, of which frame 1 gets another for each use; frame 0 holds the
 * operation's present hand-over. */
static void see_stale(void)
{
    probe->copy(&env, 1, 2);
    (void)probe->is_ready(&env, 1, 0);
}

static void await_stale(void)
{
    probe->copy(&env, 1, 2);
    probe->await(&env, 1, 0);
}

static void get_stale(void)
{
    probe->copy(&env, 1, 2);
    (void)probe->get(&env, 1, 0, &stale_share);
}

static void get_own(void)
{
    uint64_t share;
    (void)probe->get(&env, 0, 0, &share);
}

#define SOURCE_INVALID "operation is not valid due to the current state of the object"
#define HANDLE_STALE "a handle was used after its slot was used again"

/* An operation that takes the same memory as the one before it. */
static void use_again(const void *memory, uint32_t id)
{
    call(0, id);
    holds(probe->pending(&env, 0) == memory);
}

/* Keeps a copy of an operation's hand-over, and has its memory used so many times: by that
 * operation, and by others, to which the copy does not belong. Then one more is pending in it. */
static void go_stale(size_t uses_n)
{
    call(0, MISS(1));
    const void *memory = probe->pending(&env, 0);
    probe->copy(&env, 2, 0);
    complete(0);
    consume(0, 0, MISS(1));
    for (size_t i = 1; i < uses_n; i++) {
        use_again(memory, MISS(2));
        holds(refused(see_stale) || i % VERSIONS_N == 0);
        complete(0);
        consume(0, 0, MISS(2));
    }
    use_again(memory, MISS(3));
}

/* Expects the stale copy to be refused before and after the operation completes, without harm to
 * anybody. */
static void check_refused(size_t uses_n, const char *text)
{
    go_stale(uses_n);
    same_text(refused(see_stale), text);
    same_text(refused(await_stale), text);
    same_text(refused(get_stale), text);
    complete(0);
    same_text(refused(get_stale), text);
    same_text(refused(await_stale), text);
    consume(0, 0, MISS(3));
}

/* Expects the stale copy to be taken for the new operation, whose owner then gets nothing. */
static void check_mistaken(size_t uses_n)
{
    go_stale(uses_n);
    holds(!refused(see_stale));
    complete(0);
    stale_share = 0;
    holds(!refused(get_stale));
    equal(stale_share, share_of(MISS(3)));
    holds(refused(get_own) != NULL);
}

static void check_token(void)
{
    check_refused(1, SOURCE_INVALID);
    check_refused(VERSIONS_N - 1, SOURCE_INVALID);
    check_mistaken(VERSIONS_N);
    check_refused(VERSIONS_N + 1, SOURCE_INVALID);
}

static void a_token_wraps_after_65536_uses(void **state)
{
    (void)state;
    assert_int_equal(on_fixture(&fixtures[0], glibc(), "value_task_pooled", check_token), 6);
}

static void check_generation(void)
{
    check_refused(1, HANDLE_STALE);
    check_refused(VERSIONS_N - 1, HANDLE_STALE);
    check_refused(VERSIONS_N, HANDLE_STALE);
    check_refused(VERSIONS_N + 1, HANDLE_STALE);
}

static void a_generation_does_not(void **state)
{
    (void)state;
    assert_int_equal(on_fixture(&fixtures[0], glibc(), "value_task_handle", check_generation), 4);
}

/* --- references that have no room --- */

#define REFERENCES_N 65535 /* that a lean task has room for */

static void share_own(void)
{
    probe->share(&env, 0);
}

static void check_references(void)
{
    call(0, HIT(1));
    for (size_t i = 1; i < REFERENCES_N; i++)
        share_own();
    same_text(refused(share_own), "a lean task has room for 65,535 references");
    for (size_t i = 1; i < REFERENCES_N; i++)
        probe->drop(&env, 0, 0);
    consume(0, 0, HIT(1));
}

static void a_lean_task_refuses_more_references_than_it_can_count(void **state)
{
    (void)state;
    assert_int_equal(on_fixture(&fixtures[0], glibc(), "heap_task_lean", check_references), 9);
}

/* --- objects that are used again --- */

/* As many objects are made as are ever used at once, and the pool keeps VTB_POOL_CAP of them. */
static void check_pool_cap(void)
{
    const struct vtb_counts *counts = &env.service.counts;
    cell->run_independent(&env, WIDE_OPS);
    equal(counts->allocs_n, WIDE_WINDOW);
    equal(counts->frees_n, 0);
    cell->drain(&env);
    equal(counts->allocs_n, WIDE_WINDOW);
    equal(counts->frees_n, WIDE_WINDOW - VTB_POOL_CAP);
    cell->run_independent(&env, VTB_POOL_CAP); /* from the pool alone */
    equal(counts->allocs_n, WIDE_WINDOW);
    cell->run_independent(&env, 1);
    equal(counts->allocs_n, WIDE_WINDOW + 1);
    cell->drain(&env);
    equal(counts->frees_n, WIDE_WINDOW + 1 - VTB_POOL_CAP);
}

static struct vtb_point wide_point;
static struct vtb_fixture wide_fixture;

static int open_wide_fixture(void **state)
{
    (void)state;
    open_fixture(&wide_fixture, &wide_point, WIDE_WINDOW, 1);
    return 0;
}

static int close_wide_fixture(void **state)
{
    (void)state;
    vtb_fixture_close(&wide_fixture);
    return 0;
}

static void pools_reuse_objects_and_keep_no_more_than_their_cap(void **state)
{
    (void)state;
    assert_int_equal(on_fixture(&wide_fixture, glibc(), "heap_task_pooled", check_pool_cap), 6);
    assert_int_equal(on_fixture(&wide_fixture, glibc(), "value_task_pooled", check_pool_cap), 6);
}

/* Hits have a list of their own: one object, whatever is pending. */
static void check_pooled_hits(void)
{
    for (uint32_t i = 0; i < KEYS_N; i++)
        operate(0, HIT(i));
    equal(env.service.counts.allocs_n, 1);
    equal(env.service.counts.frees_n, 0);
}

static void a_ready_task_is_used_again_at_once(void **state)
{
    (void)state;
    assert_int_equal(on_fixture(&fixtures[0], glibc(), "heap_task_pooled", check_pooled_hits), 6);
}

/* A source whose version looks like another mark, given back when the pool is full. */
static void consume_in_a_full_pool(void)
{
    for (size_t i = 1; i < VERSIONS_N; i++)
        operate(0, MISS(1));
    call(0, MISS(2));
    for (size_t i = 1; i <= VTB_POOL_CAP; i++)
        call(i, MISS(3));
    for (size_t i = 1; i <= VTB_POOL_CAP; i++) {
        complete(i);
        consume(i, i, MISS(3));
    }
    complete(0);
    consume(0, 0, MISS(2));
}

/* Memory that was given back is overwritten, and never used again. */
static void spoil(void *memory)
{
    memset(memory, 0xdb, malloc_usable_size(memory));
}

static const struct vtb_heap spoiling_heap = {
    .summary = "malloc, and what is freed is spoiled",
    .alloc = malloc,
    .free = spoil,
    .usable = malloc_usable_size,
};

static void check_no_use_after_free(void)
{
    const pid_t child = fork();
    int status = 0;
    if (child == 0) {
        (void)signal(SIGSEGV, SIG_DFL);
        consume_in_a_full_pool();
        _exit(0);
    }
    equal(waitpid(child, &status, 0), (uint64_t)child);
    equal(status, 0);
}

static void a_source_is_not_looked_at_once_it_was_freed(void **state)
{
    (void)state;
    assert_int_equal(
        on_fixture(&wide_fixture, &spoiling_heap, "value_task_pooled", check_no_use_after_free), 6);
}

/* --- the block of a request --- */

/* One operation is not consumed: the block outlives its request, until it is. */
static void check_block_of_a_pending_operation(void)
{
    const struct vtb_counts *counts = &env.service.counts;
    call(7, MISS(7));
    for (uint32_t i = 1; i < REQUEST_OPS; i++)
        operate(0, i % 2 ? HIT(i) : MISS(i));
    equal(counts->allocs_n, 1);
    operate(0, MISS(1)); /* the next request */
    equal(counts->allocs_n, 2);
    equal(counts->frees_n, 0);
    complete(7);
    equal(counts->frees_n, 0);
    consume(7, 7, MISS(7));
    equal(counts->frees_n, 1);
    equal(counts->live_bytes, counts->requested_bytes / 2);
}

/* When all operations are consumed, the block goes with the request, and not before. */
static void check_block_of_a_request(void)
{
    const struct vtb_counts *counts = &env.service.counts;
    for (uint32_t i = 0; i < REQUEST_OPS; i++)
        operate(0, i % 2 ? HIT(i) : MISS(i));
    equal(counts->allocs_n, 1);
    equal(counts->frees_n, 0);
    operate(0, HIT(1));
    equal(counts->allocs_n, 2);
    equal(counts->frees_n, 1);
}

static void a_block_lives_as_long_as_its_request_and_its_operations(void **state)
{
    (void)state;
    for_cells_of("arena_task", check_block_of_a_pending_operation);
    for_cells_of("arena_task", check_block_of_a_request);
}

/* --- tasks that are there already --- */

static void check_hits(uint64_t allocs_n, uint64_t immortal_n)
{
    for (uint32_t i = 0; i < KEYS_N; i++)
        operate(0, HIT(i));
    equal(env.service.counts.allocs_n, allocs_n);
    equal(env.service.counts.immortal_n, immortal_n);
}

/* No value is common: a reference is, where it is null, and here none is. */
static void check_new_tasks(void)
{
    const uint64_t levels = cell->kind.method == VTB_METHOD_ASYNC ? fixture->point->depth : 1;
    check_hits(KEYS_N * levels, 0);
}

static void check_tasks_of_the_entries(void)
{
    check_hits(0, KEYS_N);
}

static void hits_are_answered_with_what_is_there(void **state)
{
    (void)state;
    for_cells_of("heap_task_cached", check_new_tasks);
    for_cells_of("task_in_cache", check_tasks_of_the_entries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_is_asked_of_any_strategy_holds),
        cmocka_unit_test(objects_alone_have_several_consumers),
        cmocka_unit_test(consumers_go_on_in_the_order_in_which_they_came),
        cmocka_unit_test(every_other_strategy_says_why_it_cannot_be_stored),
        cmocka_unit_test(strategies_convert_or_say_why_not),
        cmocka_unit_test(as_task_gives_a_task_that_is_asked_as_often_as_one_likes),
        cmocka_unit_test(what_is_preserved_may_be_consumed_twice),
        cmocka_unit_test(a_token_wraps_after_65536_uses),
        cmocka_unit_test(a_generation_does_not),
        cmocka_unit_test(a_lean_task_refuses_more_references_than_it_can_count),
        cmocka_unit_test_setup_teardown(pools_reuse_objects_and_keep_no_more_than_their_cap,
                                        open_wide_fixture, close_wide_fixture),
        cmocka_unit_test(a_ready_task_is_used_again_at_once),
        cmocka_unit_test_setup_teardown(a_source_is_not_looked_at_once_it_was_freed,
                                        open_wide_fixture, close_wide_fixture),
        cmocka_unit_test(a_block_lives_as_long_as_its_request_and_its_operations),
        cmocka_unit_test(hits_are_answered_with_what_is_there),
    };
    return cmocka_run_group_tests(tests, set_up, close_fixtures);
}
