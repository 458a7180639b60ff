/*
 * A case that runs by itself: its heap and the state of its loop, opened and closed together; and
 * the child process that it runs in.
 */
#ifndef BENCH_CASE_RUN_H
#define BENCH_CASE_RUN_H

#include "base/child.h"
#include "bench/fixture.h"

struct vtb_case_run {
    const struct vtb_cell *cell;
    struct vtb_memory memory;
    struct vtb_env env;
};

/* How the heap is opened. */
enum vtb_case_heap {
    VTB_CASE_HEAP_NEW,
    VTB_CASE_HEAP_WARM, /* see vtb_memory_warm */
};

/*
 * Opens a cell's heap and the state of its loop, and enters the heap: what the calling thread does
 * next is the loop. The heap is that of `point`, which need not be the fixture's. It must stay
 * where it is until it is closed, or the process ends. On false nothing is left open.
 */
VTB_MUST_USE bool vtb_case_open(struct vtb_case_run *run, const struct vtb_fixture *fixture,
                                const struct vtb_cell *cell, const struct vtb_heap *heap,
                                const struct vtb_point *point, enum vtb_case_heap state,
                                struct vtb_error *error);

/* Leaves the heap: the thread is done in it. What was counted stays. */
void vtb_case_leave(const struct vtb_case_run *run);

/* Completes what is still suspended, and gives back all memory of a run that was left. Counts and
 * checksum stay. It is needless where the process ends. */
void vtb_case_close(struct vtb_case_run *run);

/* What to do if a signal ends a process that runs a strategy. */
#define VTB_CASE_REMEDY "`run_bench check` of it says where"

/* Room for the name of a pass over a case, as in "CELL: counting pass". */
#define VTB_CASE_NAME_BYTES 256

/* Runs a part of a pass over a case in a child process, that is to end well: see vtb_child_work.
 * Messages begin with the cell's name and that of the pass. */
VTB_MUST_USE bool vtb_case_in_child(const struct vtb_cell *cell, const char *pass,
                                    vtb_child_function *run, void *context,
                                    struct vtb_error *error);

#endif
