/*
 * The fixture: what the cases of one point share (table, schedule, order of completion), and what
 * each case has for itself (its loop's state and its window of frames). All of it lies in pages of
 * its own, outside the measured heaps.
 */
#ifndef BENCH_FIXTURE_H
#define BENCH_FIXTURE_H

#include "bench/memory.h"

struct vtb_fixture {
    const struct vtb_point *point;
    struct vtb_schedule schedule; /* its seed is that of all that is random */
    struct vtb_table *table;
    size_t table_bytes;
    const uint32_t *ids; /* ids_n entries, walked in a circle */
    size_t ids_n;
    uint32_t *drawn;      /* the same, VTB_SCHEDULE_CHUNK of them; null if they are recorded */
    uint64_t drawn_chunk; /* of the schedule: what is drawn */
    size_t drawn_n;
    uint32_t *completion_order;
    size_t completion_order_n;
    char *pollution; /* point->pollute_bytes of other memory, shared by all cases */
    uint32_t zero;   /* 0 */
};

/* Builds the table and the schedule's first chunk. On false nothing is left open. */
VTB_MUST_USE bool vtb_fixture_open(struct vtb_fixture *fixture, const struct vtb_point *point,
                                   struct vtb_error *error);

/* The same for a repeat: all is drawn from the point's seed plus its number. */
VTB_MUST_USE bool vtb_fixture_open_repeat(struct vtb_fixture *fixture,
                                          const struct vtb_point *point, size_t repeat,
                                          struct vtb_error *error);
void vtb_fixture_close(struct vtb_fixture *fixture);

/* What a cell's strategy is set up for. */
struct vtb_setup vtb_fixture_setup(const struct vtb_fixture *fixture, const struct vtb_cell *cell);

/* The entries of the calls from `first` on, in order, up to `n` of them; returns how many there are
 * at *ids. Those that are drawn overwrite the fixture's own. */
size_t vtb_fixture_calls(struct vtb_fixture *fixture, uint64_t first, uint64_t n,
                         const uint32_t **ids);

/* Makes the state of a case's loop: an empty window, the schedule from its start. It must stay
 * where it is until it is closed, and so must the memory. A thread that runs a loop enters the
 * memory before. */
VTB_MUST_USE bool vtb_fixture_open_env(const struct vtb_fixture *fixture, struct vtb_env *env,
                                       const struct vtb_cell *cell, const struct vtb_memory *memory,
                                       struct vtb_error *error);

/* Completes what is still suspended, and gives back all memory. Counts and checksum stay. The
 * calling thread is not in the heap. */
void vtb_fixture_close_env(struct vtb_env *env, const struct vtb_cell *cell,
                           const struct vtb_memory *memory);

/* The loop of a cell that runs the point's methods. */
typedef void vtb_loop_function(struct vtb_env *env, size_t n);
vtb_loop_function *vtb_fixture_loop(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                    enum vtb_consumer consumer);

/* The sum of everything consumed; an operation that failed adds nothing. */
uint64_t vtb_fixture_checksum(const struct vtb_env *env);

#endif
