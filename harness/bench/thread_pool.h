/*
 * Threads that do one job together, many times over. Between two jobs they sleep. They are mustered
 * before each job, so that the time of the job does not contain their waking up. All functions are
 * for the thread that opened the pool.
 */
#ifndef BENCH_THREAD_POOL_H
#define BENCH_THREAD_POOL_H

#include <stddef.h>

#include "base/error.h"

struct vtb_thread_pool;

/* Does part `index` of a job. Part 0 runs on the thread that calls vtb_thread_pool_run, and each
 * other part on a thread of the pool. */
typedef void vtb_job(void *context, size_t index);

/* Makes a pool for jobs of up to threads_n parts, and starts threads_n - 1 threads. The caller
 * closes it with vtb_thread_pool_close. Null, with *error set, if there are not as many threads or
 * no memory to be had. */
VTB_MUST_USE struct vtb_thread_pool *vtb_thread_pool_open(size_t threads_n,
                                                          struct vtb_error *error);

/* Ends the threads, and frees the pool, which may be null. */
void vtb_thread_pool_close(struct vtb_thread_pool *thread_pool);

/* Wakes the threads of parts 1 .. parts_n - 1, and returns when each of them waits, spinning, for
 * the job to start. */
void vtb_thread_pool_muster(struct vtb_thread_pool *thread_pool, size_t parts_n);

/* Runs a job: the caller does part 0, the threads that were mustered do the others, and the call
 * returns when all are done. To be called once after each vtb_thread_pool_muster. May be timed. */
void vtb_thread_pool_run(struct vtb_thread_pool *thread_pool, vtb_job *job, void *context);

#endif
