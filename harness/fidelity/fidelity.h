/*
 * `run_bench fidelity`: models held against a guest, in three parts: bytes, which are exact;
 * collections; and times, by turns.
 */
#ifndef FIDELITY_FIDELITY_H
#define FIDELITY_FIDELITY_H

#include "fidelity/models.h"
#include "guests/stand_in.h"
#include "plan/options.h"

/* What an interrupt means. */
#define VTB_FIDELITY_INTERRUPTED "nothing is told of the predictions that were measured"

/* What the parts work on. */
struct vtb_fidelity {
    const struct vtb_options *options; /* borrowed */
    struct vtb_stand_in guest;
    struct vtb_predictions *predictions; /* borrowed, as is their strings' memory */
};

/*
 * Finds the guest that the options name, or the first one, builds it if it can be used, and
 * measures. A guest that cannot be used, or does something wrong, costs its own predictions alone,
 * which say why. On false *error says that there is no such guest, that a model failed, or that
 * there was an interrupt. The caller frees the predictions in any case.
 */
VTB_MUST_USE bool vtb_fidelity_measure(struct vtb_predictions *predictions,
                                       const struct vtb_options *options, struct vtb_error *error);

/* Notes what a guest measured, or, if it did not, why; then it is told what failed by *error.
 * False: there was an interrupt. */
VTB_MUST_USE bool vtb_fidelity_note(struct vtb_fidelity *work, struct vtb_prediction *prediction,
                                    bool ok, double measured, struct vtb_error *error);

/* The parts. */
VTB_MUST_USE bool vtb_fidelity_bytes(struct vtb_fidelity *work, struct vtb_error *error);
VTB_MUST_USE bool vtb_fidelity_collections(struct vtb_fidelity *work, struct vtb_error *error);
VTB_MUST_USE bool vtb_fidelity_times(struct vtb_fidelity *work, struct vtb_error *error);

#endif
