/*
 * Threads that do one job together, many times over. Between two jobs they sleep; before one they
 * are mustered, so that what is timed does not contain their waking up.
 */
#ifndef BENCH_THREAD_POOL_H
#define BENCH_THREAD_POOL_H

#include <stddef.h>

#include "base/error.h"

struct vtb_thread_pool;

/* Part `index` of a job; runs on a thread of its own, but for 0, which the caller of
 * vtb_thread_pool_run does itself. */
typedef void vtb_job(void *context, size_t index);

/* Starts threads_n - 1 threads; null, with *error set, if there is no thread to be had. */
VTB_MUST_USE struct vtb_thread_pool *vtb_thread_pool_open(size_t threads_n,
                                                          struct vtb_error *error);

/* Ends the threads. Null is accepted. */
void vtb_thread_pool_close(struct vtb_thread_pool *thread_pool);

/* Wakes the threads of parts 1 .. parts_n - 1, and returns when each spins at its mark. */
void vtb_thread_pool_muster(struct vtb_thread_pool *thread_pool, size_t parts_n);

/* All that were mustered do their part, and so does the caller; returns when all are done. Once for
 * each vtb_thread_pool_muster. */
void vtb_thread_pool_run(struct vtb_thread_pool *thread_pool, vtb_job *job, void *context);

#endif
