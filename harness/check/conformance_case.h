/*
 * What a check is given, and how it tells what is wrong. Part of conformance.h: a check runs in a
 * child process, and ends it with the first thing that is wrong.
 */
#ifndef CHECK_CONFORMANCE_CASE_H
#define CHECK_CONFORMANCE_CASE_H

#include "bench/fixture.h"

struct vtb_check_case {
    const struct vtb_workload_entry *workload;
    const struct vtb_cell *floor; /* counting, by the direct method */
    /* Of one method and variant. */
    const struct vtb_cell *counting;
    const struct vtb_cell *timing;
    const struct vtb_cell *collected;  /* null: the strategy lacks that */
    const struct vtb_heap_entry *heap; /* null: the check has heaps of its own */
};

/* Says what comes next, so that a crash or a hang has a place. */
void vtb_check_at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the check: it is wrong. `remedy` is what to look at, as the end of a sentence. */
void vtb_check_wrong(const char *remedy, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Ends the check: there is nothing to do, for that reason. */
void vtb_check_left_out(const char *reason) __attribute__((noreturn));

/* Ends the check if a heap that looks saw a word that refers to an object, and whose type does not
 * say so. For whoever finds that something went wrong. */
void vtb_check_suspicion(void);

/* What the operations of a schedule's entries add to a checksum, as the floor has them. */
uint64_t vtb_check_share(const struct vtb_check_case *of, const struct vtb_fixture *fixture,
                         uint32_t id);

/* Which object of a cell has so many bytes, for a reader. */
const char *vtb_check_object(const struct vtb_cell *cell, size_t bytes);

typedef void vtb_check_function(const struct vtb_check_case *of);

#define VTB_CHECK_TEXT_BYTES 800

/* For a test: a check in the calling process. False if it is wrong; `text` is then what it tells,
 * and what it opened stays open. */
bool vtb_check_here(vtb_check_function *run, const struct vtb_check_case *of,
                    char text[VTB_CHECK_TEXT_BYTES]);

/* conformance_loops.c: runs of many calls. */
vtb_check_function vtb_check_workload; /* hits, misses and failures are as the schedule says */
vtb_check_function vtb_check_layout;
vtb_check_function vtb_check_hits;
vtb_check_function vtb_check_fifo;
vtb_check_function vtb_check_lifo;
vtb_check_function vtb_check_random;
vtb_check_function vtb_check_failures;
vtb_check_function vtb_check_refill;
vtb_check_function vtb_check_dependence;
vtb_check_function vtb_check_all_loops; /* few of each of these */
vtb_check_function vtb_check_heap;      /* on of->heap */
vtb_check_function vtb_check_references;
vtb_check_function vtb_check_moving;

/* conformance_steps.c: operations one by one. */
vtb_check_function vtb_check_steps;
vtb_check_function vtb_check_cancelled;
vtb_check_function vtb_check_beside;
vtb_check_function vtb_check_early;
vtb_check_function vtb_check_consumers;
vtb_check_function vtb_check_stored;
vtb_check_function vtb_check_as_task;
vtb_check_function vtb_check_preserved;

/* conformance_threads.c: another thread completes. */
vtb_check_function vtb_check_ordered;
vtb_check_function vtb_check_racing;
vtb_check_function vtb_check_shared;
vtb_check_function vtb_check_early_racing;
vtb_check_function vtb_check_threads_as_task;

#endif
