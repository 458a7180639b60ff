/* Collections by generation, and the share of time in which they pause the program, of as many
 * calls as the pressure pass makes of a model. */
#include <math.h>
#include <stdio.h>

#include "fidelity/fidelity.h"
#include "run/own_run.h"

#define CALLS_N 1000000
#define HIT_RATE 0.8

#define WARM_CALLS_N 20000
#define WARM_S 20

/* How many times the guest makes the calls of the model, so that where it begins and ends between
 * two collections weighs less. */
#define GUEST_TIMES 2

/* From which window on collections of older generations are predicted, and the last window, at
 * which pauses are. */
#define OLDER_FROM 16384
#define PAUSED_AT 131072

/* What waits in a guest's window are objects of its heap, as the callers of a service are, and how
 * much its oldest generation may gain depends on how large it is. The model's frames are not in its
 * heap: that lives as much more in there. */
static void give_frames(const struct vtb_guest_note *guest, struct vtb_point *point)
{
    point->live_heap_bytes += point->in_flight * (size_t)guest->frame_bytes;
}

static bool prepare(struct vtb_own_run *run, const struct vtb_fidelity *work,
                    struct vtb_error *error)
{
    vtb_own_run_word(run, "--strategy=%s,%s", vtb_find_role(VTB_ROLE_BASELINE)->name,
                     vtb_find_role(VTB_ROLE_CHALLENGER)->name);
    vtb_own_run_word(run, "--heap=%s", vtb_fidelity_heap(true));
    vtb_own_run_word(run, "--hit-rate=%g", HIT_RATE);
    vtb_own_run_word(run, "--in-flight=1,1024,%d,%d", OLDER_FROM, PAUSED_AT);
    vtb_own_run_word(run, "--gen0-budget=%s", work->options->quick ? "6M,256K" : "16M,6M,256K");
    vtb_own_run_word(run, "--calls=%d", CALLS_N);
    vtb_own_run_word(run, "--rounds=0");
    if (!vtb_own_run_prepare(run, error))
        return false;
    for (size_t i = 0; i < run->plan.points_n; i++) {
        run->plan.points[i].collects_enough = true;
        run->plan.points[i].counted_max = CALLS_N;
        give_frames(work->guest.note, &run->plan.points[i]);
    }
    return true;
}

/* What a model and a guest make of the same calls. */
struct made {
    const struct vtb_case *the_case;
    const struct vtb_pressure *pressure; /* null: the model was not run */
    struct vtb_guest_epoch epoch;
    bool ok;                 /* the guest did it, */
    struct vtb_error reason; /* or this was wrong */
};

static bool add(struct vtb_fidelity *work, const struct vtb_point *point, const struct made *made,
                enum vtb_predicted kind, double predicted, double measured, struct vtb_error *error)
{
    struct vtb_prediction prediction = vtb_fidelity_prediction(kind, point);
    vtb_fidelity_title(made->the_case, prediction.model);
    (void)snprintf(prediction.guest, sizeof prediction.guest, "%s",
                   vtb_fidelity_name(made->the_case));
    prediction.predicted = predicted;
    *error = made->reason;
    return vtb_fidelity_note(work, &prediction, made->ok, measured, error);
}

static bool add_generation(struct vtb_fidelity *work, const struct vtb_point *point,
                           const struct made *made, unsigned generation, struct vtb_error *error)
{
    const struct vtb_pressure *pressure = made->pressure;
    return add(work, point, made, (enum vtb_predicted)(VTB_PREDICTED_GEN0 + generation),
               pressure
                   ? (double)(GUEST_TIMES * vtb_collections_n(&pressure->collected, generation))
                   : NAN,
               (double)made->epoch.collections[generation], error);
}

static bool add_all(struct vtb_fidelity *work, const struct vtb_point *point,
                    const struct made *made, struct vtb_error *error)
{
    bool ok = point->in_flight == PAUSED_AT || add_generation(work, point, made, 0, error);
    for (unsigned g = 1; ok && point->in_flight >= OLDER_FROM && g <= 2; g++)
        ok = add_generation(work, point, made, g, error);
    return ok && (point->in_flight != PAUSED_AT ||
                  add(work, point, made, VTB_PREDICTED_PAUSED,
                      made->pressure ? 100 * vtb_gc_share(made->pressure) : NAN,
                      100 * (double)made->epoch.pause_ns / (double)made->epoch.ns, error));
}

/* A process of its own for each, whose heap nothing else was in. */
static bool run_guest(struct vtb_fidelity *work, const struct vtb_fixture *fixture,
                      struct made *made)
{
    const struct vtb_stand_in_epoch how = {.question = vtb_fidelity_name(made->the_case),
                                           .times = made->pressure ? GUEST_TIMES : 1,
                                           .calls_n = made->pressure ? made->pressure->calls_n : 1,
                                           .warm_n = WARM_CALLS_N,
                                           .warm_s = WARM_S};
    vtb_guest_close(&work->guest.guest);
    return vtb_stand_in_run(&work->guest, fixture, &how, &made->epoch, &made->reason);
}

/* `figures` are the models', or null. */
static bool measure(struct vtb_fidelity *work, const struct vtb_point *point,
                    const struct vtb_figures *figures, struct vtb_error *error)
{
    struct vtb_fixture fixture;
    if (!vtb_fixture_open(&fixture, point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < point->cases_n; i++) {
        struct made made = {.the_case = &point->cases[i],
                            .pressure = figures ? &figures[i].pressure : NULL};
        if (!vtb_fidelity_name(made.the_case) ||
            made.the_case->counting->strategy->role == VTB_ROLE_FLOOR)
            continue;
        made.ok = run_guest(work, &fixture, &made);
        ok = add_all(work, point, &made, error);
    }
    vtb_fixture_close(&fixture);
    return ok;
}

/* Without a guest models are not run: there is nothing to hold them against. */
bool vtb_fidelity_collections(struct vtb_fidelity *work, struct vtb_error *error)
{
    struct vtb_own_run run = {.words_n = 0};
    const bool models = !*work->guest.note->lost;
    bool ok = prepare(&run, work, error) &&
              (!models || vtb_own_run_measure(&run, &run.plan, NULL, error));
    for (size_t i = 0; ok && models && i < run.results.comparisons_n; i++)
        ok = measure(work, run.results.comparisons[i].point, run.results.comparisons[i].figures,
                     error);
    for (size_t i = 0; ok && !models && i < run.plan.points_n; i++)
        ok = measure(work, &run.plan.points[i], NULL, error);
    vtb_own_run_close(&run);
    return ok;
}
