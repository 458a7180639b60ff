#include "fidelity/fidelity.h"

#include <stdio.h>

#include "base/interrupt.h"
#include "base/progress.h"
#include "base/shown.h"

/* About how long each part takes, in seconds. */
#define BYTES_S 10.0
#define COLLECTIONS_S 60.0
#define TIMES_S 40.0

bool vtb_fidelity_note(struct vtb_fidelity *work, struct vtb_prediction *prediction, bool ok,
                       double measured, struct vtb_error *error)
{
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    if (ok)
        prediction->measured = measured;
    else
        (void)snprintf(prediction->reason, sizeof prediction->reason, "%.*s",
                       (int)sizeof prediction->reason - 1, error->message);
    vtb_predictions_add(work->predictions, prediction);
    return true;
}

static bool measure(struct vtb_fidelity *work, struct vtb_error *error)
{
    struct vtb_progress_bar bar;
    vtb_progress_start(&bar, vtb_progress_is_told() ? BYTES_S + COLLECTIONS_S + TIMES_S : 0);
    vtb_progress_part(&bar, "bytes", BYTES_S);
    bool ok = vtb_fidelity_bytes(work, error);
    vtb_progress_part(&bar, "collections", COLLECTIONS_S);
    ok = ok && vtb_fidelity_collections(work, error);
    vtb_progress_part(&bar, "times", TIMES_S);
    ok = ok && vtb_fidelity_times(work, error);
    vtb_progress_end(&bar);
    return ok;
}

bool vtb_fidelity_measure(struct vtb_predictions *predictions, const struct vtb_options *options,
                          struct vtb_error *error)
{
    struct vtb_guest_note note;
    const struct vtb_names *guests = &options->guests;
    *predictions = (struct vtb_predictions){.items = NULL};
    if (guests->n > 1)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--guest: '%.100s,%.100s': models are held against one guest, not several",
                        guests->items[0], guests->items[1]);
    if (!vtb_stand_in_find(&note, guests->n > 0 ? guests->items[0] : NULL, error))
        return false;
    (void)snprintf(predictions->guest, sizeof predictions->guest, "%s", note.name);
    (void)snprintf(predictions->version, sizeof predictions->version, "%s", note.version);
    (void)snprintf(predictions->unusable, sizeof predictions->unusable, "%s", note.lost);
    if (*note.lost)
        vtb_tell("%s", note.lost);
    struct vtb_fidelity work = {
        .options = options, .guest = {.note = &note}, .predictions = predictions};
    const bool ok = measure(&work, error);
    vtb_guest_close(&work.guest.guest);
    if (!ok && vtb_interrupted())
        return vtb_fail(error, vtb_interrupt_exit(), "interrupted; " VTB_FIDELITY_INTERRUPTED);
    return ok;
}
