/*
 * The timing pass of a cold start: the time of the first calls_n calls of a process, with a pool, a
 * window and a cache that nobody has used yet, on a heap that served somebody else once. Every
 * sample is taken in a new process. In each round the cases draw different keys, but all make the
 * same number of calls, with the same number of hits among them.
 */
#ifndef PASSES_COLD_H
#define PASSES_COLD_H

#include "base/private_pages.h"
#include "passes/timing.h"

/* What was found in one cold start, of all its calls together. */
struct vtb_cold_start {
    double real_ns;
    double cpu_ns;
    double faults_n; /* page faults while the calls were made */
    uint64_t checksum;
};

/*
 * Times the calls of a case in this process, which has to be a new one: in a child, or in a program
 * that started for it. Keys are drawn by `number`. `inherited` are the pages that a child has in
 * common with its parent; it uses them before the clock starts. What is opened stays open.
 * On false *error says what there is no memory for.
 */
VTB_MUST_USE bool vtb_cold_start(struct vtb_cold_start *start, struct vtb_fixture *fixture,
                                 const struct vtb_case *the_case, enum vtb_consumer consumer,
                                 uint64_t number, const struct vtb_private_pages *inherited,
                                 struct vtb_error *error);

/* Measures as vtb_timing_run does, and with the same errors; *samples has page faults, too. The
 * clock is read before the first call and when the last operation is completed, so the time of the
 * empty loop shows what reading the clock costs. */
VTB_MUST_USE bool vtb_cold_run(struct vtb_fixture *fixture, const struct vtb_effort *effort,
                               enum vtb_consumer consumer, struct vtb_samples *samples,
                               struct vtb_error *error);

#endif
