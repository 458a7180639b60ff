#include "fidelity/fidelity.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

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

/* The guest that is named, or the first of all. */
static bool find(struct vtb_guest_program *program, const char *name, struct vtb_error *error)
{
    size_t n = 0;
    if (name)
        return vtb_guest_program_find(name, program, error);
    struct vtb_guest_program *all = vtb_guest_programs(&n);
    if (n > 0)
        *program = all[0];
    free(all);
    return n > 0 || vtb_fail(error, VTB_EXIT_INTERNAL,
                             "there is no guest: guests/ is not where the sources are");
}

/* Builds a guest that can be used. If it cannot, or does not build, that is no error here. */
static void prepare(struct vtb_predictions *predictions, const struct vtb_guest_program *program,
                    char built[PATH_MAX])
{
    struct vtb_error error;
    (void)snprintf(predictions->guest, sizeof predictions->guest, "%s", program->name);
    if (!program->usable)
        (void)snprintf(predictions->unusable, sizeof predictions->unusable, "guest %s: %s",
                       program->name, program->told);
    else if (!vtb_guest_program_build(program, built, &error)) {
        (void)snprintf(predictions->unusable, sizeof predictions->unusable, "%.599s",
                       error.message);
        if (error.details)
            vtb_print_shown(stderr, error.details, strlen(error.details), VTB_SHOWN_TEXT);
    }
    if (*predictions->unusable)
        vtb_tell("%s", predictions->unusable);
}

/* Asks it for its version, once it is built. */
static void greet(struct vtb_fidelity *work)
{
    struct vtb_error error;
    if (vtb_fidelity_start(&work->guest, 0, &error))
        (void)snprintf(work->predictions->version, sizeof work->predictions->version, "%s",
                       work->guest.guest.version);
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
    struct vtb_guest_program program;
    char built[PATH_MAX] = "";
    *predictions = (struct vtb_predictions){.items = NULL};
    if (!find(&program, options->guest, error))
        return false;
    prepare(predictions, &program, built);
    struct vtb_fidelity work = {
        .options = options,
        .guest = {.program = &program, .built = built, .unusable = predictions->unusable},
        .predictions = predictions,
    };
    greet(&work);
    const bool ok = measure(&work, error);
    vtb_guest_close(&work.guest.guest);
    if (!ok && vtb_interrupted())
        return vtb_fail(error, vtb_interrupt_exit(), "interrupted; " VTB_FIDELITY_INTERRUPTED);
    return ok;
}
