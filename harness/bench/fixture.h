/*
 * The fixture: the memory that the cases of one point share (table, schedule, order of completion),
 * and the memory that each case has for itself (the state of its loop, its window of frames). All
 * of it lies in pages of its own, outside of the measured heaps. One thread opens and closes; the
 * loop of an env may run on another thread.
 */
#ifndef BENCH_FIXTURE_H
#define BENCH_FIXTURE_H

#include "bench/memory.h"

/* A fixture, which owns its memory but not the point nor recorded keys. */
struct vtb_fixture {
    const struct vtb_point *point; /* borrowed, and must outlive this */
    struct vtb_schedule schedule;  /* its seed is that of all that is random */
    struct vtb_table *table;
    size_t table_bytes;
    void *
        concurrent; /* the memory of the table into which all threads insert; null: there is none */
    size_t concurrent_bytes;
    const uint32_t *ids; /* ids_n entries, walked in a circle */
    size_t ids_n;
    uint32_t *drawn;      /* `ids`, VTB_SCHEDULE_CHUNK of them; null if they are recorded */
    uint64_t drawn_chunk; /* the number of the schedule's chunk that was drawn last */
    size_t drawn_n;       /* the entries of that chunk that were drawn */
    uint32_t *completion_order;
    size_t completion_order_n;
    char *pollution; /* point->pollute_bytes of other memory, shared by all cases */
    uint32_t zero;   /* 0, but the compiler cannot know (vtb/cell.h) */
    uint64_t places; /* mixed into the places of the cases' memory; 0: they follow from names */
};

/* Builds the table and the schedule's first chunk. The caller closes the fixture with
 * vtb_fixture_close. On false *error says what there is no memory for, and nothing is left open. */
VTB_MUST_USE bool vtb_fixture_open(struct vtb_fixture *fixture, const struct vtb_point *point,
                                   struct vtb_error *error);

/* Opens a fixture, as vtb_fixture_open does, for a session, given by its number from 1 on:
 * everything random is drawn from the point's seed and that number, and so are the places of the
 * cases' memory. */
VTB_MUST_USE bool vtb_fixture_open_session(struct vtb_fixture *fixture,
                                           const struct vtb_point *point, uint64_t session,
                                           struct vtb_error *error);

/* Gives back the memory of a fixture, all of whose envs must be closed, and leaves it all zeros. */
void vtb_fixture_close(struct vtb_fixture *fixture);

/* Gives the conditions for which a cell's strategy makes its state. The table is borrowed. */
struct vtb_setup vtb_fixture_setup(const struct vtb_fixture *fixture, const struct vtb_cell *cell);

/* Gives at *ids the schedule's entries for the calls from number `first` on, at most n, and returns
 * how many: up to the end of a chunk, at the beginning of which `first` must stand if keys are
 * drawn. They are borrowed from the fixture; entries that are drawn overwrite the earlier ones. */
size_t vtb_fixture_calls(struct vtb_fixture *fixture, uint64_t first, uint64_t n,
                         const uint32_t **ids);

/* Makes the state of a case's loop: an empty window, at the schedule's start. *env and *memory must
 * stay where they are until vtb_fixture_close_env; until then a collector knows of the references
 * in the window. A thread must enter the memory before it runs a loop. From now on it is told if
 * the heap has no more memory for the cell (bench/exhausted.h). On false *error says what there is
 * no memory for. */
VTB_MUST_USE bool vtb_fixture_open_env(const struct vtb_fixture *fixture, struct vtb_env *env,
                                       const struct vtb_cell *cell, const struct vtb_memory *memory,
                                       struct vtb_error *error);

/* Completes the operations that are still suspended, and gives back all memory. Counts and checksum
 * in *env stay. The calling thread must not be in the heap. */
void vtb_fixture_close_env(struct vtb_env *env, const struct vtb_cell *cell,
                           const struct vtb_memory *memory);

/* A measured loop, which runs n operations. */
typedef void vtb_loop_function(struct vtb_env *env, size_t n);

/* Whether a cell's loops are those of the point: with layers or not, with other memory touched or
 * not. One that counts is for every point. */
bool vtb_fixture_fits(const struct vtb_fixture *fixture, const struct vtb_cell *cell);

/* Gives the loop of a cell, which must fit, for a consumer. */
vtb_loop_function *vtb_fixture_loop(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                    enum vtb_consumer consumer);

/* Gives the sum of everything that was consumed; operations that failed add nothing. */
uint64_t vtb_fixture_checksum(const struct vtb_env *env);

#endif
