/* Two builds, compared, as the checks of a gate. */
#include <math.h>
#include <stdio.h>

#include "gate/builds.h"
#include "plan/metrics.h"

static const struct vtb_figures *figures_of(const struct vtb_builds *builds,
                                            const struct vtb_built_case *own)
{
    return &builds->run.results.comparisons[own->comparison].figures[own->places[0]];
}

static bool add_check(struct vtb_gate *gate, const struct vtb_builds *builds,
                      const struct vtb_built_case *own, const struct vtb_gate_check *like,
                      struct vtb_error *error)
{
    struct vtb_gate_check *check = vtb_gate_add_check(gate, error);
    if (!check)
        return false;
    *check = *like;
    check->strategy = own->strategy;
    check->heap = figures_of(builds, own)->the_case->heap->name;
    vtb_built_name(check->name, builds, own);
    return true;
}

/* Adds a case's time; one that no session has a value of is not compared. */
static bool add_time(struct vtb_gate *gate, const struct vtb_builds *builds,
                     const struct vtb_built_case *own, struct vtb_error *error)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_gate_check check = {
        .metric = "ratio",
        .title = "time, as a ratio to that of the build it is held against,",
        .before = 1,
        .after = exp(own->change[0].mean),
        .allowed = builds->margin,
        .verdict = own->verdict,
    };
    if (!isnan(check.after) && isnan(own->change[0].variance))
        vtb_gate_note(gate,
                      "on %s fewer than %d sessions have times in one state of the machine: they "
                      "tell nothing; give more --sessions",
                      figures_of(builds, own)->the_case->heap->name, VTB_SESSIONS_MIN);
    if (!isnan(check.after))
        return add_check(gate, builds, own, &check, error);
    vtb_built_name(name, builds, own);
    vtb_gate_add_gap(gate, name, check.metric, VTB_GATE_UNTIMED);
    return true;
}

bool vtb_builds_to_gate(struct vtb_gate *gate, const struct vtb_builds *builds,
                        const struct vtb_limit limits[VTB_GATE_METRICS_N], struct vtb_error *error)
{
    struct vtb_skips skips;
    bool ok = true;
    for (size_t i = 0; ok && i < builds->counts_n; i++) {
        const struct vtb_built_count *count = &builds->counts[i];
        const struct vtb_limit *limit = &limits[count->metric - vtb_gate_metrics];
        struct vtb_gate_check check = {
            .metric = count->key,
            .title = count->title,
            .before = count->before,
            .after = count->after,
            .allowed = fmax(limit->number, limit->share * fabs(count->before)),
        };
        if (limit->off)
            continue;
        check.verdict = vtb_gate_judge(&check);
        ok = add_check(gate, builds, count->of, &check, error);
    }
    for (size_t i = 0; ok && builds->runs_n > 0 && i < builds->cases_n; i++)
        ok = add_time(gate, builds, &builds->cases[i], error);
    for (size_t i = 0; i < builds->notes_n; i++)
        vtb_gate_note(gate, "%s", builds->notes[i]);
    vtb_built_skips(&skips, builds);
    for (size_t i = 0; i < skips.n; i++)
        vtb_gate_note(
            gate, "left out: %s%s%s: %s", skips.items[i].strategy ? skips.items[i].strategy : "",
            skips.items[i].strategy ? ", " : "", skips.items[i].what, skips.items[i].reason);
    gate->timed = builds->runs_n > 0;
    gate->sessions_n = builds->run.results.sessions.done_n;
    gate->margin = builds->margin;
    return ok;
}
