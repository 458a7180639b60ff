/*
 * Heaps that have no memory left. A strategy does not ask whether its heap gave it any, as that
 * would cost every call something: it writes to what it got, which ends the process if that is
 * null. Here such an end is told for what it is.
 */
#ifndef BENCH_EXHAUSTED_H
#define BENCH_EXHAUSTED_H

#include "plan/plan.h"

/* The case that this process runs, as its parent reads it when it is gone; empty: none yet. */
struct vtb_watched {
    char cell[96];
    char heap[32];
};

/* Has each case that is watched from now on noted at a place in pages that this process's parent
 * has too; null: nowhere. Borrowed until the next call, which empties it. */
void vtb_exhausted_note_at(struct vtb_watched *place);

/*
 * From now on, until the next call, has this process end by vtb_child_fail if the heap has no more
 * memory for the cell: the error names both, the bytes that were asked for, and what to do. Of a
 * heap that frees, that is told by a write near the address 0, if the heap then gives nothing for
 * the sizes that the cell allocates; what else such a write means is left to whoever handled it
 * before. Both are borrowed. Quick, but not for a measured region.
 */
void vtb_exhausted_watch(const struct vtb_cell *cell, const struct vtb_heap *heap);

#endif
