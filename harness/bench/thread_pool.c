#include "bench/thread_pool.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cells/runtime.h"

struct thread_pool_thread {
    struct vtb_thread_pool *thread_pool;
    size_t index;
    pthread_t thread;
};

struct vtb_thread_pool {
    struct thread_pool_thread *threads; /* the thread of part i at [i]; [0] is not used */
    size_t threads_n;
    pthread_mutex_t mutex;
    pthread_cond_t called;
    /* These three are guarded by the mutex. */
    uint64_t musters_n;
    bool over;
    size_t parts_n;
    /* These three are atomic: threads at the start of the job, whether it has started, and threads
     * that are still working. While a job runs each changes in one direction only. */
    uint32_t at_mark_n;
    uint32_t go;
    uint32_t working_n;
    vtb_job *job;
    void *context;
};

/* Sleeps until the next muster; false if the pool is being closed. */
static bool sleep_until_called(struct vtb_thread_pool *thread_pool, uint64_t *seen_n,
                               size_t *parts_n)
{
    pthread_mutex_lock(&thread_pool->mutex);
    while (thread_pool->musters_n == *seen_n && !thread_pool->over)
        pthread_cond_wait(&thread_pool->called, &thread_pool->mutex);
    *seen_n = thread_pool->musters_n;
    *parts_n = thread_pool->parts_n;
    const bool over = thread_pool->over;
    pthread_mutex_unlock(&thread_pool->mutex);
    return !over;
}

static void *work(void *argument)
{
    const struct thread_pool_thread *self = argument;
    struct vtb_thread_pool *thread_pool = self->thread_pool;
    uint64_t seen_n = 0;
    size_t parts_n = 0;
    while (sleep_until_called(thread_pool, &seen_n, &parts_n)) {
        if (self->index >= parts_n)
            continue;
        __atomic_fetch_add(&thread_pool->at_mark_n, 1, __ATOMIC_RELEASE);
        vtb_block_while(&thread_pool->go, 0);
        thread_pool->job(thread_pool->context, self->index);
        __atomic_fetch_sub(&thread_pool->working_n, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

struct vtb_thread_pool *vtb_thread_pool_open(size_t threads_n, struct vtb_error *error)
{
    struct vtb_thread_pool *thread_pool = calloc(1, sizeof *thread_pool);
    struct thread_pool_thread *threads = calloc(threads_n, sizeof *threads);
    if (!thread_pool || !threads) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu threads", threads_n);
        free(thread_pool);
        free(threads);
        return NULL;
    }
    thread_pool->threads = threads;
    pthread_mutex_init(&thread_pool->mutex, NULL);
    pthread_cond_init(&thread_pool->called, NULL);
    for (thread_pool->threads_n = 1; thread_pool->threads_n < threads_n; thread_pool->threads_n++) {
        struct thread_pool_thread *thread = &threads[thread_pool->threads_n];
        *thread = (struct thread_pool_thread){.thread_pool = thread_pool,
                                              .index = thread_pool->threads_n};
        const int reason = pthread_create(&thread->thread, NULL, work, thread);
        if (reason) {
            vtb_error_set(error, VTB_EXIT_INTERNAL, "no more than %zu of %zu threads: %s",
                          thread_pool->threads_n, threads_n, strerror(reason));
            vtb_thread_pool_close(thread_pool);
            return NULL;
        }
    }
    return thread_pool;
}

void vtb_thread_pool_close(struct vtb_thread_pool *thread_pool)
{
    if (!thread_pool)
        return;
    pthread_mutex_lock(&thread_pool->mutex);
    thread_pool->over = true;
    pthread_cond_broadcast(&thread_pool->called);
    pthread_mutex_unlock(&thread_pool->mutex);
    for (size_t i = 1; i < thread_pool->threads_n; i++)
        pthread_join(thread_pool->threads[i].thread, NULL);
    pthread_cond_destroy(&thread_pool->called);
    pthread_mutex_destroy(&thread_pool->mutex);
    free(thread_pool->threads);
    free(thread_pool);
}

void vtb_thread_pool_muster(struct vtb_thread_pool *thread_pool, size_t parts_n)
{
    assert(parts_n >= 1 && parts_n <= thread_pool->threads_n);
    __atomic_store_n(&thread_pool->go, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&thread_pool->at_mark_n, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&thread_pool->working_n, (uint32_t)parts_n - 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&thread_pool->mutex);
    thread_pool->musters_n++;
    thread_pool->parts_n = parts_n;
    pthread_cond_broadcast(&thread_pool->called);
    pthread_mutex_unlock(&thread_pool->mutex);
    for (uint32_t n;
         (n = __atomic_load_n(&thread_pool->at_mark_n, __ATOMIC_ACQUIRE)) < parts_n - 1;)
        vtb_block_while(&thread_pool->at_mark_n, n);
}

void vtb_thread_pool_run(struct vtb_thread_pool *thread_pool, vtb_job *job, void *context)
{
    thread_pool->job = job;
    thread_pool->context = context;
    __atomic_store_n(&thread_pool->go, 1, __ATOMIC_RELEASE);
    job(context, 0);
    for (uint32_t n; (n = __atomic_load_n(&thread_pool->working_n, __ATOMIC_ACQUIRE)) > 0;)
        vtb_block_while(&thread_pool->working_n, n);
}
