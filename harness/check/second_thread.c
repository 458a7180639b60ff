#include "check/second_thread.h"

#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <string.h>

#include "plan/random.h"

#define BATCH VTB_PAIR_BATCH
#define SPINS_N 2000 /* turns of a short wait */

struct vtb_pair vtb_pair;

/* The queue: operations that the first thread hands over, in order. */
static struct {
    void *pending[BATCH];
    atomic_size_t handed_n;
    atomic_size_t answered_n;
    atomic_bool closed;
} queue;

static pthread_t thread;
static vtb_pair_step *thread_step;

/* --- the second thread --- */

/* Spins for the first SPINS_N turns of a wait, and then lets other threads run, as the thread that
 * is waited for may need this processor. */
static void pause_at(size_t turn)
{
    if (turn > SPINS_N)
        sched_yield();
}

/* Waits until the operation of this number is handed over; false if none will be any more. */
static bool was_handed(size_t number)
{
    for (size_t turn = 0; atomic_load_explicit(&queue.handed_n, memory_order_acquire) <= number;
         turn++) {
        if (atomic_load_explicit(&queue.closed, memory_order_acquire))
            return false;
        vtb_memory_safepoint(&vtb_pair.memory);
        pause_at(turn);
    }
    return true;
}

static void *run_thread(void *unused)
{
    vtb_memory_enter(&vtb_pair.memory);
    for (size_t i = 0; was_handed(i); i++) {
        thread_step(i, queue.pending[i % BATCH]);
        atomic_store_explicit(&queue.answered_n, i + 1, memory_order_release);
    }
    vtb_memory_leave(&vtb_pair.memory);
    return unused;
}

void vtb_pair_complete(size_t number, void *asked)
{
    (void)number;
    vtb_pair.probe->complete(&vtb_pair.own.service, asked, VTB_FAULT_NONE);
}

void vtb_pair_start(vtb_pair_step *step)
{
    atomic_store(&queue.handed_n, 0);
    atomic_store(&queue.answered_n, 0);
    atomic_store(&queue.closed, false);
    thread_step = step;
    vtb_pair.is_running = pthread_create(&thread, NULL, run_thread, NULL) == 0;
    if (!vtb_pair.is_running)
        vtb_pair.wrong("this machine's limits", "there is no thread to be had");
}

void vtb_pair_stop(void)
{
    vtb_pair.is_running = false;
    atomic_store_explicit(&queue.closed, true, memory_order_release);
    vtb_memory_leave(&vtb_pair.memory); /* the second thread may have come to a safepoint */
    (void)pthread_join(thread, NULL);
    vtb_memory_enter(&vtb_pair.memory);
}

/* --- opening --- */

typedef void roots_function(struct vtb_gc *gc, const struct vtb_roots *roots);

/* Calls `visit` with the roots outside of frames: the operations that threads pass on. */
static void for_passed(roots_function *visit)
{
    visit(vtb_pair.memory.gc, &(struct vtb_roots){vtb_pair.pending, BATCH, sizeof(void *)});
    visit(vtb_pair.memory.gc, &(struct vtb_roots){queue.pending, BATCH, sizeof(void *)});
}

bool vtb_pair_open(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                   const struct vtb_heap *heap, struct vtb_error *error)
{
    struct vtb_pair *pair = &vtb_pair;
    pair->fixture = fixture;
    pair->cell = cell;
    pair->probe = cell->probe;
    memset(pair->pending, 0, sizeof pair->pending);
    memset(queue.pending, 0, sizeof queue.pending);
    if (!vtb_memory_open(&pair->memory, heap, fixture->point, error))
        return false;
    if (pair->memory.gc)
        for_passed(heap->collector->add_roots);
    if (!vtb_fixture_open_env(fixture, &pair->env, cell, &pair->memory, error) ||
        !vtb_fixture_open_env(fixture, &pair->own, cell, &pair->memory, error))
        return false;
    for (size_t i = 0; i < BATCH; i++)
        pair->callers[i] = pair->env;
    pair->second = pair->env;
    pair->second.service = pair->own.service;
    vtb_memory_enter(&pair->memory);
    return true;
}

static void add_counts(struct vtb_pair_counts *sum, const struct vtb_env *env)
{
    sum->allocs_n += env->service.counts.allocs_n;
    sum->frees_n += env->service.counts.frees_n;
    sum->live_bytes += env->service.counts.live_bytes;
}

void vtb_pair_close(struct vtb_pair_counts *counts)
{
    struct vtb_pair *pair = &vtb_pair;
    *counts = (struct vtb_pair_counts){0};
    add_counts(counts, &pair->second);
    vtb_memory_leave(&pair->memory);
    vtb_fixture_close_env(&pair->env, pair->cell, &pair->memory);
    vtb_fixture_close_env(&pair->own, pair->cell, &pair->memory);
    if (pair->memory.gc)
        for_passed(pair->memory.heap->collector->drop_roots);
    vtb_memory_close(&pair->memory);
    for (size_t i = 0; i < BATCH; i++)
        add_counts(counts, &pair->callers[i]);
    add_counts(counts, &pair->env);
    add_counts(counts, &pair->own);
}

/* --- the first thread --- */

uint32_t vtb_pair_id(size_t number)
{
    const uint32_t key = (uint32_t)(number * 7 % vtb_pair.fixture->point->keys_n);
    return (number % VTB_PAIR_FAIL_EVERY ? 0 : VTB_ID_FAIL) | VTB_ID_MISS | key;
}

void *vtb_pair_call(size_t by, uint32_t id)
{
    if (vtb_pair.probe->call(&vtb_pair.env, by, id))
        vtb_pair.wrong("vtb_is_ready", "it says true of an operation that nobody completed");
    void *asked = vtb_pair.probe->pending(&vtb_pair.env, by);
    vtb_pair.probe->forget(&vtb_pair.env, by);
    return asked;
}

void vtb_pair_hand_over(void *asked)
{
    const size_t n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    queue.pending[n % BATCH] = asked;
    atomic_store_explicit(&queue.handed_n, n + 1, memory_order_release);
}

void vtb_pair_wait(void)
{
    const size_t n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    for (size_t turn = 0; atomic_load_explicit(&queue.answered_n, memory_order_acquire) < n;
         turn++) {
        vtb_memory_safepoint(&vtb_pair.memory);
        pause_at(turn);
    }
}

void vtb_pair_work(size_t number)
{
    const uint64_t turns_n = vtb_mix64(number) % 2048;
    for (size_t i = 0; i < turns_n; i++)
        atomic_signal_fence(memory_order_seq_cst);
    if (turns_n < 64)
        sched_yield();
}

/* Waits for a short while until the second thread looks for the next operation. If both threads
 * have a processor, the steps that follow in each then happen at about the same time. */
static void draw_level(void)
{
    const size_t handed_n = atomic_load_explicit(&queue.handed_n, memory_order_relaxed);
    for (size_t turn = 0; turn < SPINS_N; turn++) {
        if (atomic_load_explicit(&queue.answered_n, memory_order_acquire) == handed_n)
            return;
    }
}

/* --- callers that wait before, while, and after their operations complete --- */

/* Runs one batch, and returns how many completed operations vtb_is_ready said were not. */
static size_t run_batch(size_t batch, enum vtb_pair_order order)
{
    const struct vtb_probe *probe = vtb_pair.probe;
    void **pending = vtb_pair.pending;
    size_t untold_n = 0;
    for (size_t i = 0; i < BATCH; i++)
        pending[i] = vtb_pair_call(i, vtb_pair_id(batch * BATCH + i));
    for (size_t i = 0; i < BATCH && order == VTB_PAIR_WAITS_BEFORE; i++)
        probe->await(&vtb_pair.callers[i], i, i);
    for (size_t i = 0; i < BATCH; i++) {
        if (order == VTB_PAIR_RACES)
            draw_level();
        vtb_pair_hand_over(pending[i]);
        if (order == VTB_PAIR_RACES) {
            vtb_pair_work(batch * BATCH + i);
            probe->await(&vtb_pair.callers[i], i, i);
        }
    }
    vtb_pair_wait();
    for (size_t i = 0; i < BATCH && order == VTB_PAIR_COMES_AFTER; i++) {
        untold_n += !probe->is_ready(&vtb_pair.env, i, i);
        probe->await(&vtb_pair.callers[i], i, i);
    }
    return untold_n;
}

static struct vtb_pair_found so_far(void)
{
    struct vtb_pair_found found = {.failed_there_n = vtb_pair.own.service.failed_n};
    for (size_t i = 0; i < BATCH; i++) {
        found.checksum += vtb_pair.callers[i].checksum;
        found.failed_here_n += vtb_pair.callers[i].service.failed_n;
    }
    return found;
}

void vtb_pair_run_batches(enum vtb_pair_order order, size_t batches_n, struct vtb_pair_found *found)
{
    const struct vtb_pair_found before = so_far();
    size_t untold_n = 0;
    vtb_pair_start(vtb_pair_complete);
    for (size_t i = 0; i < batches_n; i++)
        untold_n += run_batch(i, order);
    vtb_pair_stop();
    *found = so_far();
    found->checksum -= before.checksum;
    found->failed_here_n -= before.failed_here_n;
    found->failed_there_n -= before.failed_there_n;
    found->untold_n = untold_n;
}

/* --- several consumers --- */

static bool second_completes(size_t number)
{
    return number % 2 != 0;
}

/* The second thread waits for the same operation, and completes every other one. */
void vtb_pair_consume(size_t number, void *asked)
{
    vtb_pair.probe->await(&vtb_pair.second, 1, 1);
    if (second_completes(number))
        vtb_pair.probe->complete(&vtb_pair.second.service, asked, VTB_FAULT_NONE);
}

static void copy(size_t to, size_t from)
{
    if (vtb_pair.probe->share)
        vtb_pair.probe->share(&vtb_pair.env, from);
    vtb_pair.probe->copy(&vtb_pair.env, to, from);
}

enum vtb_fault vtb_pair_consume_thrice(size_t number, uint64_t *share)
{
    struct vtb_pair *pair = &vtb_pair;
    const struct vtb_probe *probe = pair->probe;
    pair->pending[0] = vtb_pair_call(0, vtb_pair_id(number));
    copy(1, 0);
    vtb_pair_hand_over(pair->pending[0]);
    copy(2, 0); /* the second thread may be done with its copy already */
    vtb_pair_work(number);
    probe->await(&pair->callers[0], 0, 0);
    if (!second_completes(number))
        probe->complete(&pair->callers[0].service, pair->pending[0], VTB_FAULT_NONE);
    vtb_pair_wait();
    return probe->get(&pair->env, 2, 2, share);
}

/* --- methods that suspend while the operation below them completes --- */

static _Thread_local bool hands_over_early;
static struct vtb_heap early;
static void *(*alloc)(size_t bytes);

static void *hand_over_and_alloc(size_t bytes)
{
    if (hands_over_early && vtb_pair.env.service.submitted) {
        hands_over_early = false;
        vtb_pair_hand_over(vtb_pair.env.service.submitted);
        vtb_pair_work(atomic_load_explicit(&queue.handed_n, memory_order_relaxed));
    }
    return alloc(bytes);
}

const struct vtb_heap *vtb_pair_early_heap(const struct vtb_heap *freeing)
{
    alloc = freeing->alloc;
    early = *freeing;
    early.alloc = hand_over_and_alloc;
    return &early;
}

bool vtb_pair_run_early(size_t number)
{
    struct vtb_pair *pair = &vtb_pair;
    const struct vtb_probe *probe = pair->probe;
    uint64_t share = 0;
    hands_over_early = true;
    const bool is_ready = probe->call(&pair->env, 0, vtb_pair_id(number));
    const bool was_early = !hands_over_early;
    hands_over_early = false;
    if (!was_early) /* no layer allocated */
        vtb_pair_hand_over(probe->pending(&pair->env, 0));
    probe->forget(&pair->env, 0);
    if (is_ready) {
        pair->callers[0].service.failed_n += probe->get(&pair->env, 0, 0, &share) != VTB_FAULT_NONE;
        pair->callers[0].checksum += share;
        probe->drop(&pair->env, 0, 0);
    } else {
        probe->await(&pair->callers[0], 0, 0);
    }
    vtb_pair_wait();
    return was_early;
}

/* --- tasks in the place of operations --- */

void vtb_pair_convert(size_t number, struct vtb_pair_task *converted)
{
    const struct vtb_probe *probe = vtb_pair.probe;
    void *asked = vtb_pair_call(0, vtb_pair_id(number));
    void *task = number % 3 == 0 ? probe->as_task(&vtb_pair.env, 0) : NULL;
    vtb_pair_hand_over(asked);
    if (number % 3 == 1)
        vtb_pair_work(number);
    else
        vtb_pair_wait();
    if (!task)
        task = probe->as_task(&vtb_pair.env, 0);
    vtb_pair_wait();
    *converted = (struct vtb_pair_task){.task = task, .is_ready = probe->task_is_ready(task)};
    if (converted->is_ready)
        converted->fault = probe->task_get(task, &converted->share);
}
