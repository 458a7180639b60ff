/*
 * Predictions: what a model says of its guest, and what the guest says itself. A kind of
 * prediction is one row of a table, with its goal; a prediction is of that kind, for a model in a
 * setting.
 */
#ifndef FIDELITY_PREDICTION_H
#define FIDELITY_PREDICTION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum vtb_predicted {
    VTB_PREDICTED_HIT_BYTES,
    VTB_PREDICTED_MISS_BYTES,
    VTB_PREDICTED_RUNTIME_HIT_BYTES, /* where a method or its caller is runtime-async */
    VTB_PREDICTED_RUNTIME_MISS_BYTES,
    VTB_PREDICTED_GEN0,
    VTB_PREDICTED_GEN1,
    VTB_PREDICTED_GEN2,
    VTB_PREDICTED_PAUSED,
    VTB_PREDICTED_RATIO,
    VTB_PREDICTED_DEPTH_RATIO,
    VTB_PREDICTED_PLAIN_RATIO,
    VTB_PREDICTED_N
};

/* A kind of prediction. */
struct vtb_prediction_kind {
    const char *what;
    const char *unit;
    const char *goal;  /* in words; "": there is none */
    double share;      /* how far apart the two may be, as a share of what was predicted; */
    double number;     /* or as a number */
    double factor;     /* or by which factor; 0 each: exactly, if there is a goal */
    const char *known; /* what is known of it where the goal is missed; null: nothing */
};

extern const struct vtb_prediction_kind vtb_prediction_kinds[VTB_PREDICTED_N];

enum vtb_fidelity_verdict {
    VTB_FIDELITY_MET,
    VTB_FIDELITY_MISSED,
    VTB_FIDELITY_NO_GOAL,
    VTB_FIDELITY_NOT_MEASURED,
    VTB_FIDELITY_VERDICTS_N
};

extern const char *const vtb_fidelity_verdict_words[];

#define VTB_PREDICTION_NAME_BYTES 80

struct vtb_prediction {
    enum vtb_predicted kind;
    const char *workload; /* borrowed */
    double hit_rate;
    size_t depth;
    size_t in_flight;
    size_t nursery_bytes;
    char model[VTB_PREDICTION_NAME_BYTES]; /* a strategy, or two in a ratio: "a / b" */
    char guest[VTB_PREDICTION_NAME_BYTES]; /* what stands for it there */
    double predicted;
    double measured;  /* NaN: not measured, */
    char reason[400]; /* for this */
};

struct vtb_predictions {
    struct vtb_prediction *items; /* owned */
    size_t n;
    size_t room_n;
    char guest[64]; /* the guest, and its version; "": it could not be used, */
    char version[64];
    char unusable[600]; /* for this, and how that is changed */
};

/* Adds a prediction at the end. If there is no memory, the process ends. */
void vtb_predictions_add(struct vtb_predictions *predictions,
                         const struct vtb_prediction *prediction);

void vtb_predictions_free(struct vtb_predictions *predictions);

enum vtb_fidelity_verdict vtb_fidelity_judge(const struct vtb_prediction *prediction);

#endif
