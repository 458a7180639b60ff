/* Bytes on a hit and on a miss, which the counting pass has of a model to the last one. */
#include <math.h>
#include <stdio.h>

#include "base/prose.h"
#include "fidelity/fidelity.h"
#include "run/own_run.h"

#define CALLS_N 200000
#define GUEST_CALLS_N 20000
#define WARM_CALLS_N 20000 /* in which a runtime makes what it makes once */
#define KEYS_N 1000

/* The sizes of results, besides the default workload's, which are references. */
static const size_t payloads[] = {8, 16, 64};

static void add_workloads(struct vtb_own_run *run)
{
    char names[400] = "";
    vtb_append_item(names, sizeof names, "%s", vtb_default_workload()->name);
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        for (size_t p = 0; p < sizeof payloads / sizeof *payloads; p++) {
            if (vtb_workloads[i].payload_bytes == payloads[p])
                vtb_append(names, sizeof names, ",%s", vtb_workloads[i].name);
        }
    }
    vtb_own_run_word(run, "--workload=%s", names);
}

/* All strategies that stand for something in guests. */
static void add_strategies(struct vtb_own_run *run)
{
    char names[400] = "";
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_strategy *strategy = vtb_find_strategy(vtb_strategies[i].name);
        if (strategy && (strategy->guest[0] || strategy->guest_async[0]))
            vtb_append(names, sizeof names, "%s%s", *names ? "," : "", vtb_strategies[i].name);
    }
    vtb_own_run_word(run, "--strategy=%s", names);
}

/* How methods and callers are compiled, in a run each. */
struct way {
    const char *methods;
    const char *caller;
    bool stored;
};

static const struct way classic = {"both", "classic", false};

/* The boundaries of runtime-async, of guests that have it. What else is stored is as for a classic
 * caller. */
static const struct way runtime[] = {
    {"runtime", "classic", false}, {"all", "runtime", false}, {"runtime", "runtime", true}};

static bool prepare(struct vtb_own_run *run, const struct way *way, struct vtb_error *error)
{
    add_workloads(run);
    add_strategies(run);
    vtb_own_run_word(run, "--method=%s", way->methods);
    vtb_own_run_word(run, "--caller=%s", way->caller);
    if (way->stored)
        vtb_own_run_word(run, "--stored");
    vtb_own_run_word(run, "--heap=%s", vtb_fidelity_heap(false));
    vtb_own_run_word(run, "--hit-rate=0,1");
    vtb_own_run_word(run, "--depth=1,2,3");
    vtb_own_run_word(run, "--keys=%d", KEYS_N);
    vtb_own_run_word(run, "--calls=%d", CALLS_N);
    vtb_own_run_word(run, "--rounds=0");
    return vtb_own_run_prepare(run, error);
}

static enum vtb_predicted kind_of(const struct vtb_case *the_case, bool hits)
{
    if (vtb_fidelity_is_runtime(the_case))
        return hits ? VTB_PREDICTED_RUNTIME_HIT_BYTES : VTB_PREDICTED_RUNTIME_MISS_BYTES;
    return hits ? VTB_PREDICTED_HIT_BYTES : VTB_PREDICTED_MISS_BYTES;
}

/* What a runtime makes once an epoch is not of calls: it is less than so many bytes a call. */
#define EPOCH_BYTES_A_CALL 0.05

/* Bytes of a call, whole ones where nothing but an epoch's own is beside them. */
static double bytes_of(const struct vtb_guest_epoch *epoch)
{
    const double bytes = (double)epoch->bytes / GUEST_CALLS_N;
    return fabs(bytes - round(bytes)) < EPOCH_BYTES_A_CALL ? round(bytes) : bytes;
}

static bool add(struct vtb_fidelity *work, const struct vtb_fixture *fixture,
                const struct vtb_figures *figures, struct vtb_error *error)
{
    const struct vtb_point *point = fixture->point;
    const struct vtb_case *the_case = figures->the_case;
    char question[VTB_STAND_IN_BYTES];
    const struct vtb_stand_in_epoch how = {
        .question = vtb_stand_in_question(question, vtb_fidelity_name(the_case), the_case),
        .times = 1,
        .calls_n = GUEST_CALLS_N,
        .warm_n = WARM_CALLS_N};
    struct vtb_guest_epoch epoch = {.bytes = 0};
    struct vtb_prediction prediction =
        vtb_fidelity_prediction(kind_of(the_case, point->hits.rate == 1), point);
    vtb_fidelity_title(the_case, prediction.model);
    (void)snprintf(prediction.guest, sizeof prediction.guest, "%s", question);
    prediction.predicted = vtb_steady_bytes_per_op(&figures->counted);
    const bool ok = vtb_stand_in_run(&work->guest, fixture, &how, &epoch, error);
    return vtb_fidelity_note(work, &prediction, ok, bytes_of(&epoch), error);
}

static bool add_all(struct vtb_fidelity *work, const struct vtb_comparison *comparison,
                    struct vtb_error *error)
{
    struct vtb_fixture fixture;
    if (!vtb_fixture_open(&fixture, comparison->point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < comparison->point->cases_n; i++) {
        if (vtb_fidelity_name(&comparison->point->cases[i]))
            ok = add(work, &fixture, &comparison->figures[i], error);
    }
    vtb_fixture_close(&fixture);
    return ok;
}

static bool add_way(struct vtb_fidelity *work, const struct way *way, struct vtb_error *error)
{
    struct vtb_own_run run = {.words_n = 0};
    bool ok = prepare(&run, way, error) && vtb_own_run_measure(&run, &run.plan, NULL, error);
    for (size_t i = 0; ok && i < run.results.comparisons_n; i++)
        ok = add_all(work, &run.results.comparisons[i], error);
    vtb_own_run_close(&run);
    return ok;
}

bool vtb_fidelity_bytes(struct vtb_fidelity *work, struct vtb_error *error)
{
    bool ok = add_way(work, &classic, error);
    const size_t ways_n = sizeof runtime / sizeof *runtime;
    const bool has_them = vtb_stand_in_has_callers(work->guest.note);
    for (size_t i = 0; ok && has_them && i < ways_n; i++)
        ok = add_way(work, &runtime[i], error);
    return ok;
}
