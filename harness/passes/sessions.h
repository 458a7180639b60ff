/*
 * Sessions: fresh processes, each of which times all tables of a plan, or finds the latencies of
 * its open loop. A session is this program once more, started from its file, so that it shares
 * neither pages nor addresses with another one; its number draws its keys, its orders and its
 * places. Its samples are in memory that both processes have. For one thread.
 */
#ifndef PASSES_SESSIONS_H
#define PASSES_SESSIONS_H

#include <stdio.h>

#include "base/output.h"
#include "bench/state_probe.h"
#include "passes/handover.h"

struct vtb_sessions_head;
struct vtb_guest_note;

/* The sessions of a run. */
struct vtb_sessions {
    const struct vtb_plan *plan; /* borrowed */
    size_t all_n;
    size_t done_n;
    struct vtb_probe_level level;   /* of the probe of the machine's state */
    int program_fd;                 /* of this program's file */
    int fd;                         /* of the memory */
    size_t bytes;                   /* of the memory */
    size_t *offsets;                /* of each point's samples in the memory; owned */
    struct vtb_sessions_head *head; /* the memory; null: they are not open */
};

/*
 * Prepares a plan's sessions, and finds the level of the probe. They are numbered from
 * `first_number` on, from 1: other numbers make other sessions. The caller closes them with
 * vtb_sessions_close. On false *error says what there is no memory for, and there is nothing to
 * close.
 */
VTB_MUST_USE bool vtb_sessions_open(struct vtb_sessions *sessions, const struct vtb_plan *plan,
                                    uint64_t first_number, struct vtb_error *error);

/* The notes on the plan's guests, in its order, in the memory that sessions share: to be filled in
 * before the first is run; each session adds what it finds of them. */
struct vtb_guest_note *vtb_sessions_guests(const struct vtb_sessions *sessions);

/* Runs the next session, and waits for it. It gets the options that make the same cases. On false
 * *error says what failed in it, how it ended, or that there was an interrupt; what it had measured
 * is not used. */
VTB_MUST_USE bool vtb_sessions_run(struct vtb_sessions *sessions, const struct vtb_options *options,
                                   struct vtb_error *error);

/* How a run's sessions were to be, as a file of them says. */
struct vtb_saved_sessions {
    size_t sessions_n;
    size_t rounds_n;
    double epoch_ns;
    size_t done_n; /* that the file has */
};

/* Writes the sessions, a struct vtb_sessions, that were run by now, as vtb_sessions_load reads
 * them: on this machine, by this program. */
void vtb_sessions_save(FILE *out, const void *sessions, enum vtb_format format);

/* Reads how the sessions of a file were to be. On false *error says why it is none of them. */
VTB_MUST_USE bool vtb_sessions_peek(struct vtb_saved_sessions *saved, const char *path,
                                    struct vtb_error *error);

/* Takes the sessions of a file as if they had been run, into sessions of the same plan that are
 * open. On false *error says why the file has none of that plan, and nothing was taken. */
VTB_MUST_USE bool vtb_sessions_load(struct vtb_sessions *sessions, const char *path,
                                    struct vtb_error *error);

/* Gives the samples of the sessions that were run, for a point and one of its tables. They borrow
 * the sessions' memory. */
struct vtb_samples vtb_sessions_samples(const struct vtb_sessions *sessions, size_t point,
                                        size_t table);

/* Gives the latencies of the sessions that were run of a plan with an open loop, likewise. */
struct vtb_latencies vtb_sessions_latencies(const struct vtb_sessions *sessions, size_t point,
                                            size_t table);

/* Gives the hand-overs of such sessions, likewise; of no units, if they were not timed. */
struct vtb_handovers vtb_sessions_handovers(const struct vtb_sessions *sessions, size_t point,
                                            size_t table);

/* Gives the memory back; nothing if they are not open. */
void vtb_sessions_close(struct vtb_sessions *sessions);

/* Whether this process is a session. */
bool vtb_session_is_this(void);

/* Does the work of a session. On false *error says what failed, and its parent is told. */
VTB_MUST_USE bool vtb_session_work(const struct vtb_options *options, struct vtb_error *error);

#endif
