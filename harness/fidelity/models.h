/* The models that predictions are made by: cases, and what they are called. */
#ifndef FIDELITY_MODELS_H
#define FIDELITY_MODELS_H

#include "fidelity/prediction.h"
#include "plan/plan.h"

/* The first heap that is measured by default, of those that collect or those that free. */
const char *vtb_fidelity_heap(bool collects);

/* What a guest for the runtime that a case is a model of calls it; null: nothing. */
const char *vtb_fidelity_name(const struct vtb_case *the_case);

/* Whether a case is of a method that is runtime-async, or has such a caller. */
bool vtb_fidelity_is_runtime(const struct vtb_case *the_case);

/* Writes a case's name: "NAME" or "NAME, async"; of one that is_runtime, with its caller and its
 * method, "NAME classic->runtime". */
const char *vtb_fidelity_title(const struct vtb_case *the_case,
                               char text[VTB_PREDICTION_NAME_BYTES]);

/* A prediction of a kind for a point, without a value yet. */
struct vtb_prediction vtb_fidelity_prediction(enum vtb_predicted kind,
                                              const struct vtb_point *point);

#endif
