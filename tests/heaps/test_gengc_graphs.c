/* Random programs on heaps of gengc, against a model: graph.h. One heap at a time, two that share
 * their memory, and several threads in one. */
#include "check.h"
#include "graph.h"
#include "plan/random.h"

#include <pthread.h>
#include <sched.h>
#include <time.h>

#define KB ((size_t)1 << 10)

static struct graph_op random_op(struct vtb_random *random)
{
    struct graph_op op;
    const uint64_t bits = vtb_random_next(random) >> 8;
    memcpy(&op, &bits, sizeof op);
    return op;
}

/* --- one thread --- */

static void collected_n(const struct graph_heap *heap, uint64_t n[VTB_GENERATIONS_N])
{
    for (uint64_t i = heap->told_n > GRAPH_TOLD_MAX ? heap->told_n - GRAPH_TOLD_MAX : 0;
         i < heap->told_n; i++)
        n[heap->told[i % GRAPH_TOLD_MAX].generation]++;
}

static void run_alone(uint64_t seed, size_t gen0_budget_bytes, size_t steps_n,
                      uint64_t n[VTB_GENERATIONS_N])
{
    static struct graph_heap heap;
    static struct graph graph;
    struct vtb_random random = vtb_random_stream(seed, 0);
    graph_heap_open(&heap, gen0_budget_bytes, true);
    graph_start(&graph, &heap, false, 0);
    heap.collector->enter(heap.gc);
    for (size_t i = 0; i < steps_n; i++)
        graph_step(&graph, random_op(&random));
    graph_collect(&graph, GRAPH_OLDEST);
    heap.collector->leave(heap.gc);
    collected_n(&heap, n);
    graph_end(&graph);
    graph_heap_close(&heap);
    assert_int_equal(vtb_region.next, 0);
}

/* There are hundreds of collections of each generation, most of them because a budget was spent. */
static void graphs_stay_as_they_are(void **state)
{
    (void)state;
    uint64_t n[VTB_GENERATIONS_N] = {0};
    for (uint64_t seed = 1; seed <= 6; seed++)
        run_alone(seed, 64 * KB, 10000, n);
    for (unsigned i = 0; i < VTB_GENERATIONS_N; i++)
        assert_in_range(n[i], 300, 60000);
}

/* Every few operations: whatever is in a block, a context or a card is soon somewhere else. */
static void graphs_stay_in_tiny_nurseries(void **state)
{
    (void)state;
    uint64_t n[VTB_GENERATIONS_N] = {0};
    static const size_t budgets[] = {256, 1024, 3000, 8192, 12345};
    for (size_t i = 0; i < sizeof budgets / sizeof *budgets; i++)
        run_alone(100 + i, budgets[i], 4000, n);
    assert_in_range(n[0], 2000, 60000);
}

/* Two heaps run by turns, and now and then one closes: its memory soon is the other one's. */
static void two_heaps_share_their_memory(void **state)
{
    (void)state;
    static struct graph_heap heaps[2];
    static struct graph graphs[2];
    struct vtb_random random = vtb_random_stream(7, 0);
    for (size_t turn = 0; turn < 60; turn++) {
        const size_t i = turn % 2;
        if (heaps[i].gc) {
            graph_end(&graphs[i]);
            graph_heap_close(&heaps[i]);
        }
        graph_heap_open(&heaps[i], 16 * KB, true);
        graph_start(&graphs[i], &heaps[i], false, turn << 20);
        for (size_t step = 0; step < 400; step++) {
            const size_t to = heaps[1 - i].gc ? vtb_random_below(&random, 2) : i;
            heaps[to].collector->enter(heaps[to].gc);
            graph_step(&graphs[to], random_op(&random));
            heaps[to].collector->leave(heaps[to].gc);
        }
    }
    for (size_t i = 0; i < 2; i++) {
        graph_end(&graphs[i]);
        graph_heap_close(&heaps[i]);
    }
    assert_int_equal(vtb_region.next, 0);
}

/* --- several threads --- */

#define THREADS_N 4
#ifdef UNDER_SANITIZER
#define STEPS_N 3000
#else
#define STEPS_N 15000
#endif

/* One heap, its threads, and how many of them work still. */
struct crowd {
    struct graph_heap heap;
    struct graph graphs[THREADS_N];
    size_t working_n;
    pthread_mutex_t mutex;
    pthread_cond_t done;
};

struct member {
    struct crowd *crowd;
    struct graph *graph;
    uint64_t seed;
};

static bool is_working(const struct crowd *crowd)
{
    return __atomic_load_n(&crowd->working_n, __ATOMIC_ACQUIRE) > 0;
}

/* An object that another thread may be about to collect is still there after it. */
static void *work(void *argument)
{
    const struct member *member = argument;
    struct graph *graph = member->graph;
    struct crowd *crowd = member->crowd;
    struct vtb_random random = vtb_random_stream(member->seed, 1);
    crowd->heap.collector->enter(crowd->heap.gc);
    graph_settle(graph);
    for (size_t i = 0; i < STEPS_N; i++)
        graph_step(graph, random_op(&random));
    graph_collect(graph, GRAPH_OLDEST);
    crowd->heap.collector->leave(crowd->heap.gc);
    pthread_mutex_lock(&crowd->mutex);
    __atomic_fetch_sub(&crowd->working_n, 1, __ATOMIC_RELEASE);
    pthread_cond_broadcast(&crowd->done);
    pthread_mutex_unlock(&crowd->mutex);
    return NULL;
}

/* Does nothing but come to the safepoint. */
static void *poll(void *argument)
{
    const struct crowd *crowd = argument;
    crowd->heap.collector->enter(crowd->heap.gc);
    while (is_working(crowd)) {
        crowd->heap.collector->safepoint();
        sched_yield();
    }
    crowd->heap.collector->leave(crowd->heap.gc);
    return NULL;
}

/* Was in the heap, has left, and waits for all others: nobody waits for it. */
static void *stay_away(void *argument)
{
    struct crowd *crowd = argument;
    crowd->heap.collector->enter(crowd->heap.gc);
    (void)crowd->heap.access.alloc(&graph_kinds[0].type);
    crowd->heap.collector->leave(crowd->heap.gc);
    pthread_mutex_lock(&crowd->mutex);
    while (is_working(crowd))
        pthread_cond_wait(&crowd->done, &crowd->mutex);
    pthread_mutex_unlock(&crowd->mutex);
    return NULL;
}

static void start_crowd(struct crowd *crowd, bool verify)
{
    pthread_mutex_init(&crowd->mutex, NULL);
    pthread_cond_init(&crowd->done, NULL);
    graph_heap_open(&crowd->heap, 64 * KB, verify);
    for (uint64_t i = 0; i < THREADS_N; i++)
        graph_start(&crowd->graphs[i], &crowd->heap, true, i << 24);
    crowd->working_n = THREADS_N;
}

/* One after the other, and as often as the heap itself has counted. */
static void check_told(const struct graph_heap *heap)
{
    const uint64_t first = heap->told_n > GRAPH_TOLD_MAX ? heap->told_n - GRAPH_TOLD_MAX : 0;
    assert_int_equal(heap->told_n, heap->gc->collected);
    for (uint64_t i = first + 1; i < heap->told_n; i++)
        assert_true(heap->told[i % GRAPH_TOLD_MAX].start_ns >=
                    heap->told[(i - 1) % GRAPH_TOLD_MAX].end_ns);
}

/* When all threads have left: what the graphs have together is what the heap has. */
static void check_together(struct crowd *crowd)
{
    struct vtb_heap_state heap_state;
    size_t bytes = 0;
    crowd->heap.collector->enter(crowd->heap.gc);
    crowd->heap.collector->collect(crowd->heap.gc, GRAPH_OLDEST);
    crowd->heap.collector->leave(crowd->heap.gc);
    crowd->heap.collector->state(crowd->heap.gc, &heap_state);
    for (size_t i = 0; i < THREADS_N; i++) {
        graph_settle(&crowd->graphs[i]);
        bytes += crowd->graphs[i].bytes;
    }
    assert_int_equal(heap_state.used_bytes, bytes);
    assert_true(bytes > 0);
}

static void run_crowd(uint64_t seed, bool verify)
{
    static struct crowd crowd;
    static struct member members[THREADS_N];
    pthread_t threads[THREADS_N + 2];
    start_crowd(&crowd, verify);
    assert_int_equal(pthread_create(&threads[THREADS_N], NULL, poll, &crowd), 0);
    assert_int_equal(pthread_create(&threads[THREADS_N + 1], NULL, stay_away, &crowd), 0);
    for (uint64_t i = 0; i < THREADS_N; i++) {
        members[i] = (struct member){&crowd, &crowd.graphs[i], seed + i};
        assert_int_equal(pthread_create(&threads[i], NULL, work, &members[i]), 0);
    }
    for (size_t i = 0; i < sizeof threads / sizeof *threads; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    assert_true(crowd.heap.told_n > 1000);
    check_told(&crowd.heap);
    check_together(&crowd);
    for (size_t i = 0; i < THREADS_N; i++)
        graph_end(&crowd.graphs[i]);
    graph_heap_close(&crowd.heap);
    pthread_cond_destroy(&crowd.done);
    pthread_mutex_destroy(&crowd.mutex);
    assert_int_equal(vtb_region.next, 0);
}

static void threads_keep_their_graphs(void **state)
{
    (void)state;
    run_crowd(20, true);
}

static void threads_keep_their_graphs_without_verifying(void **state)
{
    (void)state;
    run_crowd(40, false);
}

/* --- threads that come and go --- */

/* One thread asks for a collection, and another one then enters. */
struct meeting {
    struct graph_heap heap;
    uint32_t entered;
};

static void *ask(void *argument)
{
    struct meeting *meeting = argument;
    meeting->heap.collector->enter(meeting->heap.gc);
    meeting->heap.collector->collect(meeting->heap.gc, 0);
    meeting->heap.collector->leave(meeting->heap.gc);
    return NULL;
}

static void *come_late(void *argument)
{
    struct meeting *meeting = argument;
    meeting->heap.collector->enter(meeting->heap.gc);
    __atomic_store_n(&meeting->entered, 1, __ATOMIC_RELEASE);
    meeting->heap.collector->leave(meeting->heap.gc);
    return NULL;
}

/* Whoever comes while others wait to collect does not make them wait longer. */
static void enter_waits_for_a_collection(void **state)
{
    (void)state;
    static struct meeting meeting;
    const struct vtb_collector *collector = vtb_heap_gengc.collector;
    pthread_t asking;
    pthread_t late;
    graph_heap_open(&meeting.heap, 16 * KB, true);
    collector->enter(meeting.heap.gc);
    assert_int_equal(pthread_create(&asking, NULL, ask, &meeting), 0);
    while (!__atomic_load_n(meeting.heap.access.stop, __ATOMIC_RELAXED))
        sched_yield();
    assert_int_equal(pthread_create(&late, NULL, come_late, &meeting), 0);
    for (size_t i = 0; i < 20; i++) {
        nanosleep(&(struct timespec){.tv_nsec = 1000000}, NULL);
        assert_int_equal(__atomic_load_n(&meeting.entered, __ATOMIC_ACQUIRE), 0);
    }
    assert_int_equal(graph_told_n(&meeting.heap), 0);
    collector->safepoint();
    collector->leave(meeting.heap.gc);
    assert_int_equal(pthread_join(asking, NULL), 0);
    assert_int_equal(pthread_join(late, NULL), 0);
    assert_int_equal(meeting.entered, 1);
    assert_int_equal(meeting.heap.told_n, 1);
    graph_heap_close(&meeting.heap);
}

/* Rings of objects: each thread's own goes round through all generations. */
#define RING_N 50

struct ring {
    struct graph_heap *heap;
    void *root;
    uint64_t id;
    uint64_t broken_n;
};

static const struct vtb_type link_type = {
    .name = "link", .bytes = 32, .context = 1, .references = {8, VTB_REFERENCES_END}};

static void write_number(void *object, uint64_t number)
{
    memcpy(object, &number, sizeof number);
}

static void *new_link(struct ring *ring, uint64_t number)
{
    char *link = ring->heap->access.alloc(&link_type);
    write_number(link, ring->id << 32 | number);
    return link;
}

/* The root refers to the last link, and that to the first. */
static void make_ring(struct ring *ring)
{
    ring->root = new_link(ring, 0);
    graph_store(ring->heap, (char *)ring->root + 8, ring->root);
    for (uint64_t i = 1; i < RING_N; i++) {
        char *link = new_link(ring, i);
        graph_store(ring->heap, link + 8, graph_load((char *)ring->root + 8));
        graph_store(ring->heap, (char *)ring->root + 8, link);
        ring->root = link;
        ring->heap->collector->safepoint();
    }
}

static void check_ring(struct ring *ring)
{
    const char *link = ring->root;
    for (uint64_t i = 0; i < RING_N; i++) {
        link = graph_load(link + 8);
        ring->broken_n += (uintptr_t)graph_load(link) != (ring->id << 32 | i);
    }
    ring->broken_n += link != ring->root;
}

/* Each time a thread is in the heap it does a little: in a context, another thread goes on where it
 * ended. */
static void *come_and_go(void *argument)
{
    struct ring *ring = argument;
    const struct vtb_collector *collector = ring->heap->collector;
    for (size_t i = 0; i < 400; i++) {
        collector->enter(ring->heap->gc);
        if (i % 50 == 0)
            make_ring(ring);
        for (size_t n = 0; n < 40; n++) {
            (void)new_link(ring, n);
            collector->safepoint();
        }
        check_ring(ring);
        if (i % 16 == ring->id)
            collector->collect(ring->heap->gc, i % VTB_GENERATIONS_N);
        check_ring(ring);
        collector->leave(ring->heap->gc);
    }
    return NULL;
}

static void threads_come_and_go(void **state)
{
    (void)state;
    static struct graph_heap heap;
    static struct ring rings[THREADS_N];
    pthread_t threads[THREADS_N];
    graph_heap_open(&heap, 16 * KB, true);
    for (uint64_t i = 0; i < THREADS_N; i++) {
        rings[i] = (struct ring){.heap = &heap, .id = i};
        heap.collector->add_roots(heap.gc, &(struct vtb_roots){&rings[i].root, 1, 8});
    }
    for (size_t i = 0; i < THREADS_N; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, come_and_go, &rings[i]), 0);
    for (size_t i = 0; i < THREADS_N; i++)
        assert_int_equal(pthread_join(threads[i], NULL), 0);
    for (size_t i = 0; i < THREADS_N; i++)
        assert_int_equal(rings[i].broken_n, 0);
    check_told(&heap);
    graph_heap_close(&heap);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(graphs_stay_as_they_are),
        cmocka_unit_test(graphs_stay_in_tiny_nurseries),
        cmocka_unit_test(two_heaps_share_their_memory),
        cmocka_unit_test(threads_keep_their_graphs),
        cmocka_unit_test(threads_keep_their_graphs_without_verifying),
        cmocka_unit_test(enter_waits_for_a_collection),
        cmocka_unit_test(threads_come_and_go),
    };
#ifdef __SANITIZE_THREAD__ /* which sees nothing in a single one, in much time */
    cmocka_set_skip_filter("graphs_*");
#endif
    return cmocka_run_group_tests(tests, NULL, NULL);
}
