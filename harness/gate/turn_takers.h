/*
 * Two programs that measure by turns, round by round: the `run` of each of two builds, which has
 * tables, heaps and cells of its own. Each is a process that waits for its turn on a pipe, and
 * gives it back on another one (base/turns.h): both measure in the same minutes, and never at the
 * same time. For one thread; SIGPIPE is ignored.
 */
#ifndef GATE_TURN_TAKERS_H
#define GATE_TURN_TAKERS_H

#include "gate/result_file.h"
#include "guests/channel.h"

enum { VTB_TURN_TAKERS_N = 2 };

/* A program. The caller sets the first four fields, and zeroes all others. */
struct vtb_turn_taker {
    const char *title;     /* "the program of A", for messages; borrowed, as are the next three */
    const char *program;   /* its path */
    char **words;          /* of the command line, behind the program's name; a null ends them */
    const char *build[2];  /* the variables by which it knows its build: "NAME=FOLDER" */
    char folder[PATH_MAX]; /* where it leaves its results; removed by vtb_turn_takers_free */
    struct vtb_channel channel;
    bool has_ended;
    size_t turns_n;                /* that it took */
    struct vtb_result_file result; /* once it has ended */
    char samples[PATH_MAX];        /* the file of its samples, likewise */
};

/* Runs both to their ends. Each is to take `turns_n` turns: one that takes others measures
 * otherwise. On false *error says which of them failed, and how, or that there was an interrupt;
 * none is running then. To be freed in either case. */
VTB_MUST_USE bool vtb_turn_takers_run(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N],
                                      size_t turns_n, struct vtb_error *error);

/* Ends those that run, and removes what they left. */
void vtb_turn_takers_free(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N]);

#endif
