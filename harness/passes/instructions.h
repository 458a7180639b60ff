/*
 * The instructions of an operation, exactly: timing cells run under valgrind's callgrind, which
 * counts the instructions of a program one by one. Each case runs N operations, and 2 N operations,
 * in a process of its own from the same state, and what lies between is N operations. So the counts
 * have nothing of starting, warming up and finishing, and are the same in every run.
 */
#ifndef PASSES_INSTRUCTIONS_H
#define PASSES_INSTRUCTIONS_H

#include "plan/plan.h"

/* N: hit rates of up to 4 decimals are exact. */
#define VTB_INSTRUCTIONS_N 20000

/* Per operation, of every case: see vtb_instructions_of. */
struct vtb_instructions {
    const struct vtb_plan *plan;
    size_t *first;  /* owned; of each point, the place of its first count */
    double *per_op; /* owned; NaN: not known */
};

/* Why instructions of a plan cannot be counted, in one line; null if they can. */
const char *vtb_instructions_hindrance(const struct vtb_plan *plan);

/* Why the instructions of a case cannot, though others of the plan can: it is in the note of the
 * table. Null if they can. */
const char *vtb_instructions_of_heap(const struct vtb_heap *heap);

/* Called after each case, of how many. */
typedef void vtb_instructions_progress(void *context, size_t done_n, size_t all_n);

/*
 * Counts, by running this program under valgrind, with arguments that make the same plan: nothing
 * else of a command line or an environment reaches it, so that it is always the same process. Takes
 * seconds to minutes. False if there is no valgrind, or if a case does not come to its end under
 * it; nothing is then left to free.
 */
VTB_MUST_USE bool vtb_instructions_count(struct vtb_instructions *instructions,
                                         const struct vtb_plan *plan, char **argv,
                                         vtb_instructions_progress *progress, void *context,
                                         struct vtb_error *error);
void vtb_instructions_free(struct vtb_instructions *instructions);

/* Of a case by its place in the point, for the plan's consumer `table`; NaN if not known: nothing
 * was counted, or not of this case. */
double vtb_instructions_of(const struct vtb_instructions *instructions, size_t point, size_t table,
                           size_t own);

/* Whether this process is the one under valgrind, which is to run a plan's cases and end. */
bool vtb_instructions_is_worker(void);

/* In that process: runs the cases, and tells the other of each on standard output. */
VTB_MUST_USE bool vtb_instructions_work(const struct vtb_plan *plan, struct vtb_error *error);

#endif
