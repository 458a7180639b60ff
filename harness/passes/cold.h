/*
 * The timing pass of a cold start: what the first calls_n calls of a process cost, from the first
 * one on, on a heap, a pool, a window and a cache that have not served yet. Every sample is a fresh
 * process; in each round every case makes as many calls with keys of its own, of which exactly as
 * many hit.
 */
#ifndef PASSES_COLD_H
#define PASSES_COLD_H

#include "passes/timing.h"

/* Measures as vtb_timing_run does. Clocked at the first call's start and the last one's end, so an
 * empty loop shows what the clock itself costs. */
VTB_MUST_USE bool vtb_cold_run(struct vtb_fixture *fixture, const struct vtb_plan *plan,
                               enum vtb_consumer consumer, vtb_progress *progress, void *context,
                               struct vtb_samples *samples, struct vtb_error *error);

#endif
