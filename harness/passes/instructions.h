/*
 * Exact counts of the instructions of an operation: timing cells run under valgrind's callgrind,
 * which counts the instructions of a program one by one. Each case runs N operations in one process
 * and 2 N in another, from the same state; the difference is that of N operations. So the counts
 * leave out starting, warming up and finishing, and are the same in every run.
 */
#ifndef PASSES_INSTRUCTIONS_H
#define PASSES_INSTRUCTIONS_H

#include "plan/plan.h"

/* N, chosen so that hit rates of up to 4 decimals are exact. */
#define VTB_INSTRUCTIONS_N 20000

/* The instructions per operation of every case of a plan; vtb_instructions_of finds them. */
struct vtb_instructions {
    const struct vtb_plan *plan; /* borrowed, and must outlive this */
    size_t *first;               /* owned; for each point, the place of its first count */
    double *per_op;              /* owned; NaN: not known */
};

/* Says in one line why the instructions of a plan cannot be counted; null if they can. The text is
 * constant. */
const char *vtb_instructions_hindrance(const struct vtb_plan *plan);

/* Says why the instructions of cases on a heap cannot be counted, though those of other cases can,
 * for the note of a table; null if they can. The text is constant. */
const char *vtb_instructions_of_heap(const struct vtb_heap *heap);

/* Called after each case: `done_n` of `all_n` are counted. */
typedef void vtb_instructions_progress(void *context, size_t done_n, size_t all_n);

/*
 * Counts the instructions of all cases: runs this program under valgrind, with `argv`, arguments
 * that make the same plan. Nothing else of the command line or of the environment reaches that
 * process, so that it is the same in every run. The caller frees the result with
 * vtb_instructions_free. On false *error says why: there is no valgrind, a case did not end under
 * it, or there was an interrupt; nothing is left to free. Takes seconds to minutes.
 */
VTB_MUST_USE bool vtb_instructions_count(struct vtb_instructions *instructions,
                                         const struct vtb_plan *plan, char **argv,
                                         vtb_instructions_progress *progress, void *context,
                                         struct vtb_error *error);

/* Frees the counts, and leaves *instructions empty; it may be empty already. */
void vtb_instructions_free(struct vtb_instructions *instructions);

/* Gives the instructions per operation of the case at place `own` of a point, for the plan's
 * consumer number `table`; NaN if nothing was counted, or not for this case. */
double vtb_instructions_of(const struct vtb_instructions *instructions, size_t point, size_t table,
                           size_t own);

/* Whether this process is the one under valgrind, which must call vtb_instructions_work and end. */
bool vtb_instructions_is_worker(void);

/* Runs all cases of a plan in the process under valgrind, and writes a line for each to standard
 * output, which the process that counts reads. On false *error says which case failed and why. */
VTB_MUST_USE bool vtb_instructions_work(const struct vtb_plan *plan, struct vtb_error *error);

#endif
