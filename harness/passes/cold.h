/*
 * The timing pass of a cold start: the time of the first calls_n calls of a process, on a heap, a
 * pool, a window and a cache that nobody has used yet. Every sample is taken in a new process. In
 * each round the cases draw different keys, but all make the same number of calls, with the same
 * number of hits among them.
 */
#ifndef PASSES_COLD_H
#define PASSES_COLD_H

#include "passes/timing.h"

/* Measures as vtb_timing_run does, and with the same errors. The clock is read before the first
 * call and when the last operation is completed, so the time of the empty loop shows what reading
 * the clock costs. */
VTB_MUST_USE bool vtb_cold_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                               enum vtb_consumer consumer, struct vtb_samples *samples,
                               struct vtb_error *error);

#endif
