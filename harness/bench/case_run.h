/*
 * A case that runs by itself: its heap and the state of its loop, opened and closed together; and
 * the child process that it runs in.
 */
#ifndef BENCH_CASE_RUN_H
#define BENCH_CASE_RUN_H

#include "base/child.h"
#include "bench/fixture.h"

/* A case that was opened. Its env has the counts and the checksum. */
struct vtb_case_run {
    const struct vtb_cell *cell;
    struct vtb_memory memory;
    struct vtb_env env;
};

/* The state of a heap that was just opened. */
enum vtb_case_heap {
    VTB_CASE_HEAP_NEW,
    VTB_CASE_HEAP_WARM, /* see vtb_memory_warm */
};

/*
 * Opens a heap for a cell and the state of its loop, and enters the heap: the calling thread is to
 * run the loop next. The heap is set up as `point` says, which need not be the fixture's point.
 * *run must stay where it is, and the fixture and the point must live, until vtb_case_close or the
 * end of the process. On false *error says what there is no memory for, and nothing is left open.
 */
VTB_MUST_USE bool vtb_case_open(struct vtb_case_run *run, const struct vtb_fixture *fixture,
                                const struct vtb_cell *cell, const struct vtb_heap *heap,
                                const struct vtb_point *point, enum vtb_case_heap state,
                                struct vtb_error *error);

/* Leaves the heap, when the calling thread is done with the loop. Counts and checksum stay. */
void vtb_case_leave(const struct vtb_case_run *run);

/* Completes the operations that are still suspended, and gives back all memory, after
 * vtb_case_leave. Counts and checksum in run->env stay. A process that ends need not call it. */
void vtb_case_close(struct vtb_case_run *run);

/* The advice to a user if a signal ends a process that runs a cell: this build can check its own
 * strategies, and no edition of another one's. */
const char *vtb_case_remedy(const struct vtb_cell *cell);

/* Room for the name of a pass over a case, as in "CELL: counting pass". */
#define VTB_PASS_NAME_BYTES 256

/* Runs a part of a pass over a case in a child process that is to end well, as vtb_child_work does,
 * with the same errors. Messages begin with the cell's name and that of the pass. */
VTB_MUST_USE bool vtb_case_in_child(const struct vtb_cell *cell, const char *pass,
                                    vtb_child_function *run, void *context,
                                    struct vtb_error *error);

#endif
