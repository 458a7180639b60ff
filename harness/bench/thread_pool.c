#include "bench/thread_pool.h"

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cells/runtime.h"

struct crew_thread {
    struct vtb_crew *crew;
    size_t index;
    pthread_t thread;
};

struct vtb_crew {
    struct crew_thread *threads; /* of parts 1 .. threads_n - 1, at their index */
    size_t threads_n;
    pthread_mutex_t mutex;
    pthread_cond_t called;
    /* Guarded by the mutex. */
    uint64_t musters_n;
    bool over;
    size_t parts_n;
    /* What the parts of one job wait for; each only counts down or up while it is under way. */
    uint32_t at_mark_n;
    uint32_t go;
    uint32_t working_n;
    vtb_job *job;
    void *context;
};

/* Sleeps until the next muster; false if there will be none. */
static bool sleep_until_called(struct vtb_crew *crew, uint64_t *seen_n, size_t *parts_n)
{
    pthread_mutex_lock(&crew->mutex);
    while (crew->musters_n == *seen_n && !crew->over)
        pthread_cond_wait(&crew->called, &crew->mutex);
    *seen_n = crew->musters_n;
    *parts_n = crew->parts_n;
    const bool over = crew->over;
    pthread_mutex_unlock(&crew->mutex);
    return !over;
}

static void *work(void *argument)
{
    const struct crew_thread *self = argument;
    struct vtb_crew *crew = self->crew;
    uint64_t seen_n = 0;
    size_t parts_n = 0;
    while (sleep_until_called(crew, &seen_n, &parts_n)) {
        if (self->index >= parts_n)
            continue;
        __atomic_fetch_add(&crew->at_mark_n, 1, __ATOMIC_RELEASE);
        vtb_block_while(&crew->go, 0);
        crew->job(crew->context, self->index);
        __atomic_fetch_sub(&crew->working_n, 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

struct vtb_crew *vtb_crew_open(size_t threads_n, struct vtb_error *error)
{
    struct vtb_crew *crew = calloc(1, sizeof *crew);
    struct crew_thread *threads = calloc(threads_n, sizeof *threads);
    if (!crew || !threads) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %zu threads", threads_n);
        free(crew);
        free(threads);
        return NULL;
    }
    crew->threads = threads;
    pthread_mutex_init(&crew->mutex, NULL);
    pthread_cond_init(&crew->called, NULL);
    for (crew->threads_n = 1; crew->threads_n < threads_n; crew->threads_n++) {
        struct crew_thread *thread = &threads[crew->threads_n];
        *thread = (struct crew_thread){.crew = crew, .index = crew->threads_n};
        const int reason = pthread_create(&thread->thread, NULL, work, thread);
        if (reason) {
            vtb_error_set(error, VTB_EXIT_INTERNAL, "no more than %zu of %zu threads: %s",
                          crew->threads_n, threads_n, strerror(reason));
            vtb_crew_close(crew);
            return NULL;
        }
    }
    return crew;
}

void vtb_crew_close(struct vtb_crew *crew)
{
    if (!crew)
        return;
    pthread_mutex_lock(&crew->mutex);
    crew->over = true;
    pthread_cond_broadcast(&crew->called);
    pthread_mutex_unlock(&crew->mutex);
    for (size_t i = 1; i < crew->threads_n; i++)
        pthread_join(crew->threads[i].thread, NULL);
    pthread_cond_destroy(&crew->called);
    pthread_mutex_destroy(&crew->mutex);
    free(crew->threads);
    free(crew);
}

void vtb_crew_muster(struct vtb_crew *crew, size_t parts_n)
{
    assert(parts_n >= 1 && parts_n <= crew->threads_n);
    __atomic_store_n(&crew->go, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&crew->at_mark_n, 0, __ATOMIC_RELAXED);
    __atomic_store_n(&crew->working_n, (uint32_t)parts_n - 1, __ATOMIC_RELAXED);
    pthread_mutex_lock(&crew->mutex);
    crew->musters_n++;
    crew->parts_n = parts_n;
    pthread_cond_broadcast(&crew->called);
    pthread_mutex_unlock(&crew->mutex);
    for (uint32_t n; (n = __atomic_load_n(&crew->at_mark_n, __ATOMIC_ACQUIRE)) < parts_n - 1;)
        vtb_block_while(&crew->at_mark_n, n);
}

void vtb_crew_run(struct vtb_crew *crew, vtb_job *job, void *context)
{
    crew->job = job;
    crew->context = context;
    __atomic_store_n(&crew->go, 1, __ATOMIC_RELEASE);
    job(context, 0);
    for (uint32_t n; (n = __atomic_load_n(&crew->working_n, __ATOMIC_ACQUIRE)) > 0;)
        vtb_block_while(&crew->working_n, n);
}
