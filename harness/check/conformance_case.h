/*
 * The input of a check, and the ways in which it reports. Part of conformance.h: a check runs in a
 * child process, and ends it with the first thing that is wrong.
 */
#ifndef CHECK_CONFORMANCE_CASE_H
#define CHECK_CONFORMANCE_CASE_H

#include "bench/fixture.h"

/* The input of a check; all pointers are borrowed. */
struct vtb_check_case {
    const struct vtb_workload_entry *workload;
    const struct vtb_cell *floor; /* counting, by the direct method */
    /* The cells of one method and variant. */
    const struct vtb_cell *counting;
    const struct vtb_cell *timing;
    const struct vtb_cell *collected;  /* null: the strategy has no cell for collectors */
    const struct vtb_heap_entry *heap; /* null: the check has heaps of its own */
};

/* Notes the next step, to be reported if the check crashes, hangs or is wrong in it. */
void vtb_check_at(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Ends the check, as the strategy is wrong; the format is printf's. `remedy` names the place to
 * look at, as the end of a sentence. */
void vtb_check_wrong(const char *remedy, const char *format, ...)
    __attribute__((noreturn, format(printf, 2, 3)));

/* Ends the check without a verdict, as it does not apply, for that reason. */
void vtb_check_left_out(const char *reason) __attribute__((noreturn));

/* Ends the check if a strict heap saw an object with a reference that the object's type does not
 * declare. To be called when something else is found wrong, as this may be the cause. */
void vtb_check_suspicion(void);

/* Ends the check without a verdict, if no answer can come while the methods around the service's
 * still suspend. */
void vtb_check_needs_layers(const struct vtb_cell *cell);

/* Gives what an operation of the schedule's entry `id` adds to a checksum, by running the floor. */
uint64_t vtb_check_share(const struct vtb_check_case *of, const struct vtb_fixture *fixture,
                         uint32_t id);

/* Names, for a reader, the object of a cell that has so many bytes. */
const char *vtb_check_object(const struct vtb_cell *cell, size_t bytes);

/* A check: returns if nothing is wrong. */
typedef void vtb_check_function(const struct vtb_check_case *of);

#define VTB_CHECK_TEXT_BYTES 800

/* Runs a check in the calling process, for a test. False if the check is wrong: `text` is then its
 * report, and whatever it opened stays open. */
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
vtb_check_function vtb_check_all_loops; /* all of the above, with fewer parameters */
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
