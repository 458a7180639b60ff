#include "fidelity/prediction.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

#define OLDER_KNOWN                                                                               \
    ".NET keeps memory in regions of 4 MB; one of which nine tenths survive, all of it referred " \
    "to "                                                                                         \
    "from generation 2, it leaves where it is, and takes to generation 2 at once, past "          \
    "generation 1"

#define PAUSED_KNOWN                                                                              \
    "a miss takes the guest longer, so that equal pauses are a smaller share; and .NET leaves a " \
    "region of which nine tenths survive where it is, marks what is old beside the program, and " \
    "looks at frames of the window whose card is marked, where the model copies, stops for all "  \
    "of it, and looks at every frame"

#define RUNTIME_KNOWN                                                                             \
    "models of runtime-async are of .NET 11; on .NET 10, where it is a preview, a suspended "     \
    "method takes two arrays besides, none is used again, and a plain method makes its task for " \
    "any caller"

#define DEPTH_KNOWN                                                                               \
    "at a hit rate of 0 the guest's varied between 2.2 and 3.7 from one of its processes to the " \
    "next on a machine that was busy, for a reason that is not known"

const struct vtb_prediction_kind vtb_prediction_kinds[VTB_PREDICTED_N] = {
    [VTB_PREDICTED_HIT_BYTES] = {.what = "bytes on a hit", .unit = "B", .goal = "exact"},
    [VTB_PREDICTED_MISS_BYTES] = {.what = "bytes on a miss", .unit = "B", .goal = "exact"},
    [VTB_PREDICTED_RUNTIME_HIT_BYTES] = {.what = "runtime hit",
                                         .unit = "B",
                                         .goal = "exact",
                                         .known = RUNTIME_KNOWN},
    [VTB_PREDICTED_RUNTIME_MISS_BYTES] = {.what = "runtime miss",
                                          .unit = "B",
                                          .goal = "exact",
                                          .known = RUNTIME_KNOWN},
    [VTB_PREDICTED_GEN0] = {.what = "collections, gen0",
                            .unit = "",
                            .goal = "within 3 %",
                            .share = 0.03},
    [VTB_PREDICTED_GEN1] = {.what = "collections, gen1",
                            .unit = "",
                            .goal = "within 25 %, or by 1",
                            .share = 0.25,
                            .number = 1,
                            .known = OLDER_KNOWN},
    [VTB_PREDICTED_GEN2] = {.what = "collections, gen2",
                            .unit = "",
                            .goal = "within 25 %, or by 1",
                            .share = 0.25,
                            .number = 1,
                            .known = OLDER_KNOWN},
    [VTB_PREDICTED_PAUSED] = {.what = "share of time paused",
                              .unit = "%",
                              .goal = "by a factor of 1.3 at most",
                              .factor = 1.3,
                              .known = PAUSED_KNOWN},
    [VTB_PREDICTED_RATIO] = {.what = "time, a / b",
                             .unit = "",
                             .goal = "within 25 %",
                             .share = 0.25},
    [VTB_PREDICTED_DEPTH_RATIO] = {.what = "time, depth 3 / 1",
                                   .unit = "",
                                   .goal = "within 25 %",
                                   .share = 0.25,
                                   .known = DEPTH_KNOWN},
    [VTB_PREDICTED_PLAIN_RATIO] = {.what = "time, a / plain", .unit = "", .goal = ""},
};

const char *const vtb_fidelity_verdict_words[] = {
    [VTB_FIDELITY_MET] = "ok",
    [VTB_FIDELITY_MISSED] = "missed",
    [VTB_FIDELITY_NO_GOAL] = "-",
    [VTB_FIDELITY_NOT_MEASURED] = "not measured",
};

void vtb_predictions_add(struct vtb_predictions *predictions,
                         const struct vtb_prediction *prediction)
{
    if (predictions->n == predictions->room_n) {
        const size_t room_n = 2 * predictions->room_n + 64;
        struct vtb_prediction *more = vtb_allocate(room_n, sizeof *more, "predictions");
        if (predictions->n > 0)
            memcpy(more, predictions->items, predictions->n * sizeof *more);
        free(predictions->items);
        predictions->items = more;
        predictions->room_n = room_n;
    }
    predictions->items[predictions->n++] = *prediction;
}

void vtb_predictions_free(struct vtb_predictions *predictions)
{
    free(predictions->items);
    *predictions = (struct vtb_predictions){.items = NULL};
}

enum vtb_fidelity_verdict vtb_fidelity_judge(const struct vtb_prediction *prediction)
{
    const struct vtb_prediction_kind *kind = &vtb_prediction_kinds[prediction->kind];
    const double predicted = prediction->predicted;
    const double measured = prediction->measured;
    if (!isfinite(predicted) || !isfinite(measured))
        return VTB_FIDELITY_NOT_MEASURED;
    if (!*kind->goal)
        return VTB_FIDELITY_NO_GOAL;
    const double apart = fabs(measured - predicted);
    const bool met = kind->factor > 0 ? measured <= predicted * kind->factor &&
                                            predicted <= measured * kind->factor
                                      : apart <= fmax(kind->share * predicted, kind->number);
    return met ? VTB_FIDELITY_MET : VTB_FIDELITY_MISSED;
}
