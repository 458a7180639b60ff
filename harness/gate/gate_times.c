/*
 * Times against a baseline. A ratio's interval tells how other rounds of the same run would be; a
 * run at another time, with other addresses and neighbours, differs by more. So all times are
 * measured VTB_GATE_REPEATS times from new, and a regression must show in each of them. The margin
 * is twice the difference that identical cases seemed to have. A change that all ratios have in
 * common is taken for a change of the strategy that they are to. Where the machine is busy no claim
 * is made.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gate/gate.h"

/* If other processes had the processor for more than this share of a run, no claim is made. */
#define STOLEN_MAX 0.1

/* The most cases of a table among which the common change is looked for. */
#define CHANGES_MAX 256

/* If identical cases differ by more than this share, no claim is made: a margin of twice that would
 * let anything pass. */
#define NOISE_MAX 0.1

/* One ratio that is compared with the baseline's. */
struct held {
    size_t comparison; /* the number of the comparison in each repeat, and of the case in it */
    size_t own;
    struct vtb_interval before;
    double common; /* the factor by which the ratios of its table changed together */
    double p_worse[VTB_GATE_REPEATS];
    double p_better[VTB_GATE_REPEATS];
};

static const struct vtb_comparison *comparison_of(const struct vtb_results *repeats, size_t repeat,
                                                  const struct held *held)
{
    return &repeats[repeat].comparisons[held->comparison];
}

static const struct vtb_figures *figures_of(const struct vtb_results *repeats, size_t repeat,
                                            const struct held *held)
{
    return &comparison_of(repeats, repeat, held)->figures[held->own];
}

/* --- the machine --- */

/* The ratio of a case in the middle one of the repeats. */
static double middle_of(const struct held *held, const struct vtb_results *repeats)
{
    double medians[VTB_GATE_REPEATS];
    for (size_t r = 0; r < VTB_GATE_REPEATS; r++)
        medians[r] = figures_of(repeats, r, held)->ratio.median;
    return vtb_median(medians, VTB_GATE_REPEATS);
}

/* The largest difference, as a share, that two identical cases seemed to have in their middle
 * repeats. */
static double noise_of(const struct vtb_results *repeats)
{
    double noise = 0;
    for (size_t c = 0; c < repeats->comparisons_n; c++) {
        const struct vtb_point *point = repeats->comparisons[c].point;
        for (size_t i = 0; i < point->cases_n; i++) {
            const struct held control = {.comparison = c, .own = i};
            if (point->cases[i].is_aa_control)
                noise = fmax(noise, expm1(fabs(log(middle_of(&control, repeats)))));
        }
    }
    return noise;
}

/* The share of the time of all epochs with one caller in which other processes had the
 * processor. */
static double stolen_of(const struct vtb_results *repeats)
{
    double real_ns = 0;
    double cpu_ns = 0;
    for (size_t r = 0; r < VTB_GATE_REPEATS; r++) {
        for (size_t c = 0; c < repeats[r].comparisons_n; c++) {
            const struct vtb_samples *samples = &repeats[r].comparisons[c].samples;
            for (size_t i = 0; i < samples->rounds_n * samples->cases_n; i++) {
                if (repeats[r].comparisons[c].point->cases[i % samples->cases_n].threads_n > 1)
                    continue;
                real_ns += samples->real_ns[i];
                cpu_ns += samples->cpu_ns[i];
            }
        }
    }
    return real_ns > 0 ? fmax(0, 1 - cpu_ns / real_ns) : 0;
}

/* --- one ratio --- */

/* One-sided sign test: how likely ratios of rounds lie above a level (or below it) by chance
 * alone. */
static double p_beyond(const struct vtb_comparison *comparison, size_t own, double level,
                       bool above)
{
    const struct vtb_samples *samples = &comparison->samples;
    const size_t baseline = comparison->point->cases[own].baseline;
    size_t beyond_n = 0;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const double *times = samples->real_ns + round * samples->cases_n;
        beyond_n += (times[own] > level * times[baseline]) == above;
    }
    const size_t other_n = samples->rounds_n - beyond_n;
    return beyond_n > other_n ? vtb_sign_test(beyond_n, other_n) / 2 : 1;
}

/* Finds the baseline's ratio for a case; false if there is none. */
static bool find_before(const struct vtb_gate *gate, const struct vtb_comparison *comparison,
                        size_t own, struct vtb_interval *before)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_case *the_case = &comparison->point->cases[own];
    if (the_case->is_aa_control || the_case->baseline == own || the_case->empty == own)
        return false;
    vtb_case_name(name, sizeof name, comparison, &comparison->figures[own]);
    const struct vtb_recorded_row *row = vtb_result_file_find(gate->baseline, name);
    if (!row)
        return false;
    *before = (struct vtb_interval){vtb_recorded(row, "ratio"), vtb_recorded(row, "ratio_lo"),
                                    vtb_recorded(row, "ratio_hi")};
    return !isnan(before->median) && !isnan(before->lo) && !isnan(before->hi);
}

static size_t find_all(struct held *all, const struct vtb_gate *gate,
                       const struct vtb_results *first)
{
    size_t n = 0;
    for (size_t c = 0; c < first->comparisons_n; c++) {
        for (size_t i = 0; i < first->comparisons[c].point->cases_n; i++) {
            struct held held = {.comparison = c, .own = i};
            if (find_before(gate, &first->comparisons[c], i, &held.before))
                all[n++] = held;
        }
    }
    return n;
}

/* --- all of them --- */

static bool is_floor(const struct held *held, const struct vtb_results *repeats)
{
    return figures_of(repeats, 0, held)->the_case->floor == held->own;
}

/*
 * The change that all ratios of a table have in common. All are to one strategy, and if that one
 * runs quicker or slower than before they change together: so the median change of the table's
 * cases, the strategy itself among them, is taken for that strategy's own, and for no change of the
 * others.
 */
static double common_of(const struct held *held, const struct held *all, size_t n,
                        const struct vtb_results *repeats)
{
    const size_t baseline = figures_of(repeats, 0, held)->the_case->baseline;
    double changes[CHANGES_MAX] = {0}; /* logarithms; the baseline strategy's is first */
    size_t changes_n = 1;
    for (size_t i = 0; i < n && changes_n < CHANGES_MAX; i++) {
        if (all[i].comparison == held->comparison &&
            figures_of(repeats, 0, &all[i])->the_case->baseline == baseline)
            changes[changes_n++] = log(middle_of(&all[i], repeats) / all[i].before.median);
    }
    return exp(vtb_median(changes, changes_n));
}

/* Notes the changes that were taken for the baseline strategy's own. */
static void note_common(struct vtb_gate *gate, const struct held *all, size_t n,
                        const struct vtb_results *repeats)
{
    for (size_t i = 0; i < n; i++) {
        const struct vtb_case *the_case = figures_of(repeats, 0, &all[i])->the_case;
        const struct vtb_comparison *comparison = comparison_of(repeats, 0, &all[i]);
        if (is_floor(&all[i], repeats) && expm1(fabs(log(all[i].common))) > gate->margin)
            vtb_gate_note(
                gate,
                "on %s all ratios of %s lookups changed together, by %+.0f %%: taken to be "
                "%s's own change, and left out of the others'",
                the_case->heap->name, vtb_consumer_words[comparison->consumer],
                100 * (all[i].common - 1),
                comparison->figures[the_case->baseline].the_case->timing->name);
    }
}

static void test_all(struct held *all, size_t n, const struct vtb_results *repeats, double *p)
{
    for (size_t i = 0; i < n; i++)
        all[i].common = common_of(&all[i], all, n, repeats);
    for (size_t r = 0; r < VTB_GATE_REPEATS; r++) {
        for (int worse = 0; worse < 2; worse++) {
            for (size_t i = 0; i < n; i++) {
                const double level = (worse ? all[i].before.hi : all[i].before.lo) * all[i].common;
                p[i] = p_beyond(comparison_of(repeats, r, &all[i]), all[i].own, level, worse);
            }
            vtb_holm(p, n);
            for (size_t i = 0; i < n; i++)
                (worse ? all[i].p_worse : all[i].p_better)[r] = p[i];
        }
    }
}

static bool all_below(const double p[VTB_GATE_REPEATS])
{
    for (size_t r = 0; r < VTB_GATE_REPEATS; r++) {
        if (p[r] >= 1 - VTB_CONFIDENCE)
            return false;
    }
    return true;
}

/* The verdict on a ratio. The floor gets none: others are compared with it, and it has nothing that
 * could become worse. */
static enum vtb_gate_verdict verdict_of(const struct held *held, const struct vtb_results *repeats,
                                        double margin)
{
    const double after = middle_of(held, repeats) / held->common;
    const struct vtb_interval *before = &held->before;
    const bool is_known = !is_floor(held, repeats);
    if (after > fmax(before->median * (1 + margin), before->hi * (1 + margin / 2)))
        return is_known && all_below(held->p_worse) ? VTB_GATE_WORSE : VTB_GATE_UNKNOWN;
    if (after < fmin(before->median / (1 + margin), before->lo / (1 + margin / 2)))
        return is_known && all_below(held->p_better) ? VTB_GATE_BETTER : VTB_GATE_UNKNOWN;
    for (size_t r = 0; r < VTB_GATE_REPEATS; r++) {
        if (figures_of(repeats, r, held)->ratio.hi / held->common > before->hi * (1 + margin))
            return VTB_GATE_UNKNOWN;
    }
    return VTB_GATE_WITHIN;
}

/* Says why no claim is made on times; false if claims can be made. */
static bool is_doubtful(struct vtb_gate *gate, const struct vtb_results *repeats)
{
    const double stolen = stolen_of(repeats);
    if (gate->noise > NOISE_MAX) {
        vtb_gate_note(gate,
                      "no verdict on times: identical cases seemed to differ by %.0f %%; measure "
                      "longer (--time SECONDS), where nothing else runs",
                      100 * gate->noise);
        return true;
    }
    if (stolen > STOLEN_MAX) {
        vtb_gate_note(
            gate,
            "no verdict on times: others had the processor for %.0f %% of the time; stop what "
            "else runs",
            100 * stolen);
        return true;
    }
    return false;
}

static bool add_all(struct vtb_gate *gate, const struct held *all, size_t n,
                    const struct vtb_results *repeats, bool doubtful, struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        const struct vtb_figures *figures = figures_of(repeats, 0, &all[i]);
        const enum vtb_gate_verdict verdict = verdict_of(&all[i], repeats, gate->margin);
        struct vtb_gate_check *check = vtb_gate_add_check(gate, error);
        if (!check)
            return false;
        *check = (struct vtb_gate_check){
            .strategy = figures->the_case->timing->name,
            .heap = figures->the_case->heap->name,
            .metric = "ratio",
            .title = "time, as a ratio to the baseline strategy's,",
            .before = all[i].before.median,
            .after = middle_of(&all[i], repeats) / all[i].common,
            .allowed = gate->margin,
            .verdict = doubtful && verdict != VTB_GATE_WITHIN ? VTB_GATE_UNKNOWN : verdict,
        };
        vtb_case_name(check->name, sizeof check->name, comparison_of(repeats, 0, &all[i]), figures);
    }
    return true;
}

bool vtb_gate_times(struct vtb_gate *gate, const struct vtb_results *repeats, double margin,
                    struct vtb_error *error)
{
    size_t room_n = 0;
    for (size_t c = 0; c < repeats->comparisons_n; c++)
        room_n += repeats->comparisons[c].point->cases_n;
    struct held *all = calloc(room_n + 1, sizeof *all);
    double *p = calloc(room_n + 1, sizeof *p);
    bool ok = (all && p) || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tests", room_n);
    if (ok) {
        const size_t n = find_all(all, gate, repeats);
        gate->timed = true;
        gate->noise = noise_of(repeats);
        gate->margin = fmax(margin, 2 * gate->noise);
        test_all(all, n, repeats, p);
        note_common(gate, all, n, repeats);
        ok = add_all(gate, all, n, repeats, is_doubtful(gate, repeats), error);
        if (n == 0)
            vtb_gate_note(gate,
                          "the baseline has no times to compare with; make it without --rounds 0");
    }
    free(all);
    free(p);
    return ok;
}

void vtb_gate_widen(struct vtb_results *results, const struct vtb_results *others, size_t others_n)
{
    for (size_t c = 0; c < results->comparisons_n; c++) {
        for (size_t i = 0; i < results->comparisons[c].point->cases_n; i++) {
            struct vtb_interval *ratio = &results->comparisons[c].figures[i].ratio;
            double medians[VTB_GATE_REPEATS] = {ratio->median};
            for (size_t o = 0; o < others_n; o++) {
                const struct vtb_interval *other = &others[o].comparisons[c].figures[i].ratio;
                medians[o + 1] = other->median;
                ratio->lo = fmin(ratio->lo, other->lo);
                ratio->hi = fmax(ratio->hi, other->hi);
            }
            ratio->median = vtb_median(medians, others_n + 1);
        }
    }
}
