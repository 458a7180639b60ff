/*
 * What predictions are measured on: points of runs that the command makes for itself, and on each
 * the models, as cells, and the guest that stands for them. For one thread.
 */
#ifndef FIDELITY_STAND_IN_H
#define FIDELITY_STAND_IN_H

#include "fidelity/prediction.h"
#include "guests/guest.h"
#include "guests/programs.h"

/* A guest, started when it is needed. Zeroes at first, but for the first three fields. */
struct vtb_fidelity_guest {
    const struct vtb_guest_program *program; /* borrowed */
    const char *built;                       /* the folder that it is built in; borrowed */
    const char *unusable;                    /* why it cannot be used; "": it can */
    struct vtb_guest guest;
    size_t nursery_bytes; /* of the one that is open */
};

/* Has it open with a nursery: as it is, or anew, if it ended, or had another one. On false *error
 * says why it is not. */
VTB_MUST_USE bool vtb_fidelity_start(struct vtb_fidelity_guest *own, size_t nursery_bytes,
                                     struct vtb_error *error);

/* The first heap that is measured by default, of those that collect or those that free. */
const char *vtb_fidelity_heap(bool collects);

/* What stands for a case in guests; null: nothing. */
const char *vtb_fidelity_name(const struct vtb_case *the_case);

/* Whether a case is of a method that is runtime-async, or has such a caller. */
bool vtb_fidelity_is_runtime(const struct vtb_case *the_case);

/* Writes what a guest is asked for to stand for a case: the name, and the caller if that is another
 * than a classic one. There must be a name. */
const char *vtb_fidelity_question(const struct vtb_case *the_case,
                                  char text[VTB_PREDICTION_NAME_BYTES]);

/* Writes a case's name: "NAME" or "NAME, async"; of one that is_runtime, with its caller and its
 * method, "NAME classic->runtime". */
const char *vtb_fidelity_title(const struct vtb_case *the_case,
                               char text[VTB_PREDICTION_NAME_BYTES]);

/* Computes what calls from the schedule's start consume, by the floor's cell, which must be loaded.
 * On false *error says what there is no memory for. */
VTB_MUST_USE bool vtb_fidelity_checksum(const struct vtb_fixture *fixture, uint64_t calls_n,
                                        uint64_t *checksum, struct vtb_error *error);

/* How an epoch of a guest is to be run. */
struct vtb_fidelity_epoch {
    const char *strategy;
    uint64_t calls_n; /* from the schedule's start */
    uint64_t warm_n;  /* calls of the epochs that it warms itself by */
    unsigned warm_s;  /* for at most so long; 0: it runs one of them alone */
};

/* Runs one epoch of a case of its own, and holds what it consumed against the cells. On false
 * *error says what was wrong with the guest. */
VTB_MUST_USE bool vtb_fidelity_run(struct vtb_fidelity_guest *own,
                                   const struct vtb_fixture *fixture,
                                   const struct vtb_fidelity_epoch *how,
                                   struct vtb_guest_epoch *epoch, struct vtb_error *error);

/* A prediction of a kind for a point, without a value yet. */
struct vtb_prediction vtb_fidelity_prediction(enum vtb_predicted kind,
                                              const struct vtb_point *point);

#endif
