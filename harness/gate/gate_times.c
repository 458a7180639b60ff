/*
 * Times against a baseline: each case's ratio to the baseline strategy's time, of this run and of
 * the recorded one, by the rule by which a run tells ratios from 1 and `compare` those of two runs.
 * Both runs' variances say how far other sessions, in other minutes, would have been. A change that
 * the challengers of a table have in common is taken for a change of the strategy that they are to.
 * What is worse must be so once more, in a run from new.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "gate/gate.h"

/* One ratio that is held against the recorded one. */
struct held {
    size_t comparison; /* the number of the comparison in each run, and of the case in it */
    size_t own;
    struct vtb_pooled before;
    bool before_busy;                        /* it was measured beside a busy sibling */
    double common;                           /* see common_of; in the first run */
    struct vtb_pooled change[VTB_GATE_RUNS]; /* of the logarithm, without what is common */
    double p[VTB_GATE_RUNS];                 /* by Holm over all cases */
};

static const struct vtb_comparison *comparison_of(const struct vtb_results *run,
                                                  const struct held *held)
{
    return &run->comparisons[held->comparison];
}

static const struct vtb_figures *figures_of(const struct vtb_results *run, const struct held *held)
{
    return &comparison_of(run, held)->figures[held->own];
}

/* Finds what the baseline has of a case; false if there is none. */
static bool find_before(const struct vtb_gate *gate, const struct vtb_comparison *comparison,
                        struct held *held)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_case *the_case = &comparison->point->cases[held->own];
    if (the_case->baseline == held->own || the_case->empty == held->own)
        return false;
    vtb_case_name(name, sizeof name, comparison, &comparison->figures[held->own]);
    const struct vtb_recorded_row *row = vtb_result_file_find(gate->baseline, name);
    if (!row)
        return false;
    held->before = vtb_recorded_log_ratio(row);
    held->before_busy = row->state == VTB_STATE_BUSY;
    return !isnan(held->before.mean);
}

static size_t cases_of(const struct vtb_results *run)
{
    size_t n = 0;
    for (size_t c = 0; c < run->comparisons_n; c++)
        n += run->comparisons[c].point->cases_n;
    return n;
}

/* Finds the cases of which the baseline has a ratio, those of them that the run has one of too, or
 * else those that it has not. */
static size_t find_all(struct held *all, const struct vtb_gate *gate, const struct vtb_results *run,
                       bool timed)
{
    size_t n = 0;
    for (size_t c = 0; c < run->comparisons_n; c++) {
        for (size_t i = 0; i < run->comparisons[c].point->cases_n; i++) {
            struct held held = {.comparison = c, .own = i};
            if (find_before(gate, &run->comparisons[c], &held) &&
                !isnan(figures_of(run, &held)->log_ratio.mean) == timed)
                all[n++] = held;
        }
    }
    return n;
}

/* Whether a run measured a case in the state of the machine that the baseline's ratio is of. */
static bool is_of_same_state(const struct held *held, const struct vtb_results *run)
{
    return held->before_busy == (comparison_of(run, held)->state == VTB_STATE_BUSY);
}

static bool is_floor(const struct held *held, const struct vtb_results *run)
{
    return figures_of(run, held)->the_case->floor == held->own;
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* The change in the middle, or where there are two the lesser one: none, if they are opposed. */
static double middle_of(double *changes, size_t n)
{
    qsort(changes, n, sizeof *changes, compare_doubles);
    const double lower = changes[(n - 1) / 2];
    const double upper = changes[n / 2];
    return lower > 0 ? lower : upper < 0 ? upper : 0;
}

/*
 * The change that most ratios of a table have in common, as a logarithm. All are to one strategy,
 * and if that one runs quicker or slower than before they change together: so what more than half
 * of the table's strategies changed by, that one among them, is taken for its own change, and for
 * no change of the others. The floor has no say: what moves a plain call need move no hand-over.
 * With a single challenger nothing is in common: the change is that ratio's.
 */
static double common_of(const struct held *held, const struct held *all, size_t n,
                        const struct vtb_results *run)
{
    const size_t baseline = figures_of(run, held)->the_case->baseline;
    double *changes = vtb_allocate(n + 1, sizeof *changes, "the changes of a table");
    size_t changes_n = 1; /* the first is the baseline strategy's, 0 */
    for (size_t i = 0; i < n; i++) {
        const struct vtb_figures *figures = figures_of(run, &all[i]);
        if (all[i].comparison == held->comparison && figures->the_case->baseline == baseline &&
            !is_floor(&all[i], run) && !isnan(figures->log_ratio.mean))
            changes[changes_n++] = figures->log_ratio.mean - all[i].before.mean;
    }
    const double common = middle_of(changes, changes_n);
    free(changes);
    return common;
}

/* Tests all cases of a run. */
static void test_run(struct held *all, size_t n, const struct vtb_results *runs, size_t r)
{
    double *p = vtb_allocate(n, sizeof *p, "the tests of a gate");
    for (size_t i = 0; i < n; i++) {
        const double common = common_of(&all[i], all, n, &runs[r]);
        all[i].change[r] =
            vtb_pooled_difference(&all[i].before, &figures_of(&runs[r], &all[i])->log_ratio);
        all[i].change[r].mean -= common;
        p[i] = vtb_pooled_p(&all[i].change[r]);
        if (r == 0)
            all[i].common = common;
    }
    vtb_holm(p, n);
    for (size_t i = 0; i < n; i++)
        all[i].p[r] = p[i];
    free(p);
}

/* Whether a case is slower in a run (direction 1), or quicker (-1), by more than the margin and by
 * the test. The floor never is: others are compared with it, and it has nothing that could become
 * worse. */
static bool is_beyond(const struct held *held, const struct vtb_results *runs, size_t r,
                      double direction, double margin)
{
    return !is_floor(held, runs) && is_of_same_state(held, &runs[r]) &&
           held->p[r] < 1 - VTB_CONFIDENCE && direction * held->change[r].mean > log1p(margin);
}

static bool is_beyond_in_all(const struct held *held, const struct vtb_results *runs, size_t runs_n,
                             double direction, double margin)
{
    for (size_t r = 0; r < runs_n; r++) {
        if (!is_beyond(held, runs, r, direction, margin))
            return false;
    }
    return true;
}

static enum vtb_gate_verdict verdict_of(const struct held *held, const struct vtb_results *runs,
                                        size_t runs_n, double margin)
{
    const struct vtb_interval change = vtb_pooled_interval(&held->change[0], 1);
    if (is_beyond_in_all(held, runs, runs_n, 1, margin))
        return runs_n == VTB_GATE_RUNS ? VTB_GATE_WORSE : VTB_GATE_UNKNOWN;
    if (is_beyond_in_all(held, runs, runs_n, -1, margin))
        return VTB_GATE_BETTER;
    if (!is_of_same_state(held, runs) || !(change.hi <= log1p(margin)))
        return VTB_GATE_UNKNOWN;
    return VTB_GATE_WITHIN;
}

/* Notes why nothing can be told of a case, if nothing can. */
static bool note_hindrance(struct vtb_gate *gate, const struct held *held,
                           const struct vtb_results *run)
{
    const struct vtb_comparison *comparison = comparison_of(run, held);
    const char *heap = figures_of(run, held)->the_case->heap->name;
    const bool busy = comparison->state == VTB_STATE_BUSY;
    if (isnan(held->before.variance))
        vtb_gate_note(gate,
                      "the baseline does not say how far another run may be from its times, as it "
                      "is of version 0.1 or of fewer than %d sessions: " VTB_GATE_RENEW,
                      VTB_SESSIONS_MIN);
    else if (isnan(figures_of(run, held)->log_ratio.variance))
        vtb_gate_note(gate,
                      "on %s fewer than %d sessions have times in one state of the machine: they "
                      "tell nothing; give more --sessions",
                      heap, VTB_SESSIONS_MIN);
    else if (!is_of_same_state(held, run))
        vtb_gate_note(gate,
                      "on %s the baseline's times are those of a %s core, and these of a %s one: "
                      "they are not compared",
                      heap, busy ? "quiet" : "busy", busy ? "busy" : "quiet");
    else
        return false;
    return true;
}

/* Notes what hinders, and the changes that were taken for the baseline strategy's own. */
static void note_all(struct vtb_gate *gate, const struct held *all, size_t n,
                     const struct vtb_results *run)
{
    for (size_t i = 0; i < n; i++) {
        const struct vtb_comparison *comparison = comparison_of(run, &all[i]);
        const struct vtb_case *the_case = figures_of(run, &all[i])->the_case;
        if (!note_hindrance(gate, &all[i], run) && expm1(fabs(all[i].common)) > gate->margin)
            vtb_gate_note(
                gate,
                "on %s the ratios of %s lookups changed together, by %+.0f %%: taken to be "
                "%s's own change, and left out of the others'",
                the_case->heap->name, vtb_consumer_words[comparison->consumer],
                100 * expm1(all[i].common),
                comparison->figures[the_case->baseline].the_case->timing->name);
    }
}

static bool add_all(struct vtb_gate *gate, const struct held *all, size_t n,
                    const struct vtb_results *runs, size_t runs_n, struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        const struct vtb_figures *figures = figures_of(runs, &all[i]);
        struct vtb_gate_check *check = vtb_gate_add_check(gate, error);
        if (!check)
            return false;
        *check = (struct vtb_gate_check){
            .strategy = figures->the_case->timing->name,
            .heap = figures->the_case->heap->name,
            .metric = "ratio",
            .title = "time, as a ratio to the baseline strategy's,",
            .before = exp(all[i].before.mean),
            .after = exp(all[i].before.mean + all[i].change[0].mean),
            .allowed = gate->margin,
            .verdict = verdict_of(&all[i], runs, runs_n, gate->margin),
        };
        vtb_case_name(check->name, sizeof check->name, comparison_of(runs, &all[i]), figures);
    }
    return true;
}

/* Finds all cases that are held against the baseline, and tests them in each run. The array is the
 * caller's to free. */
static struct held *hold(const struct vtb_gate *gate, const struct vtb_results *runs, size_t runs_n,
                         size_t *n)
{
    struct held *all = vtb_allocate(cases_of(runs), sizeof *all, "the cases of a gate");
    *n = find_all(all, gate, runs, true);
    for (size_t r = 0; r < runs_n; r++)
        test_run(all, *n, runs, r);
    return all;
}

/* Notes the cases that a run could not time. */
static void note_untimed(struct vtb_gate *gate, const struct vtb_results *run)
{
    struct held *all = vtb_allocate(cases_of(run), sizeof *all, "the cases of a gate");
    const size_t n = find_all(all, gate, run, false);
    for (size_t i = 0; i < n; i++) {
        char name[VTB_CASE_NAME_BYTES];
        vtb_case_name(name, sizeof name, comparison_of(run, &all[i]), figures_of(run, &all[i]));
        vtb_gate_add_gap(gate, name, "ratio", VTB_GATE_UNTIMED);
    }
    free(all);
}

static double margin_of(double margin)
{
    return fmax(margin, 2 * VTB_POOLED_PHI);
}

bool vtb_gate_suspects(const struct vtb_gate *gate, const struct vtb_results *run, double margin)
{
    size_t n;
    bool any = false;
    struct held *all = hold(gate, run, 1, &n);
    for (size_t i = 0; i < n; i++)
        any |= is_beyond(&all[i], run, 0, 1, margin_of(margin));
    free(all);
    return any;
}

bool vtb_gate_times(struct vtb_gate *gate, const struct vtb_results *runs, size_t runs_n,
                    double margin, struct vtb_error *error)
{
    size_t n;
    struct held *all = hold(gate, runs, runs_n, &n);
    gate->timed = true;
    gate->margin = margin_of(margin);
    gate->sessions_n = runs->sessions.done_n;
    note_untimed(gate, runs);
    note_all(gate, all, n, runs);
    if (n == 0)
        vtb_gate_note(gate,
                      "the baseline has no times to compare with; make it without --rounds 0");
    const bool ok = add_all(gate, all, n, runs, runs_n, error);
    free(all);
    return ok;
}
