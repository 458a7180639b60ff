#include "figures/advice.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/clock.h"

/* --- the rule of thumb --- */

enum vtb_rule vtb_rule_of(const struct vtb_question *question)
{
    if (question->runtime && !question->runtime->has_rule)
        return VTB_RULE_SILENT;
    if (question->always_async)
        return VTB_RULE_ALWAYS_ASYNC;
    if (question->await_many)
        return VTB_RULE_AWAIT_MANY;
    if (question->store_result)
        return VTB_RULE_STORE_RESULT;
    if (question->hit_rate > VTB_RULE_HIGH_RATE)
        return VTB_RULE_HIT_RATE;
    if (question->calls_per_second * VTB_SECONDS_A_DAY >= VTB_RULE_CALLS_PER_DAY)
        return VTB_RULE_MANY_CALLS;
    return VTB_RULE_NONE;
}

bool vtb_rule_is_for_other(enum vtb_rule rule)
{
    return rule == VTB_RULE_HIT_RATE || rule == VTB_RULE_MANY_CALLS;
}

/* --- what was measured --- */

/* Leaves the gains of as many callers as there are at most. */
static void keep_callers(struct vtb_answer *answer)
{
    size_t most_n = 0;
    size_t kept_n = 0;
    for (size_t i = 0; i < answer->n; i++) {
        const size_t callers_n = answer->gains[i].to->the_case->threads_n;
        most_n = callers_n > most_n ? callers_n : most_n;
    }
    for (size_t i = 0; i < answer->n; i++) {
        if (answer->gains[i].to->the_case->threads_n == most_n)
            answer->gains[kept_n++] = answer->gains[i];
    }
    answer->n = kept_n;
}

/* Whether a gain tells more than another one: its time is told apart, or else it is larger. */
static bool is_more(const struct vtb_gain *gain, const struct vtb_gain *other)
{
    const bool apart = !isnan(gain->worth_from.median);
    if (apart != !isnan(other->worth_from.median))
        return apart;
    return fabs(gain->saved_ns.median) > fabs(other->saved_ns.median);
}

static void find_gains(struct vtb_advice *advice)
{
    for (size_t i = 0; i < advice->answer.n; i++) {
        const struct vtb_gain *gain = &advice->answer.gains[i];
        if (!isnan(gain->saved_ns.median) && (!advice->most || is_more(gain, advice->most)))
            advice->most = gain;
        if (!advice->collecting && gain->to->pressure.collects)
            advice->collecting = gain;
    }
}

static enum vtb_matters matters_of(const struct vtb_answer *answer)
{
    size_t no_n = 0;
    for (size_t i = 0; i < answer->n; i++) {
        if (answer->gains[i].matters == VTB_MATTERS_YES)
            return VTB_MATTERS_YES;
        no_n += answer->gains[i].matters == VTB_MATTERS_NO;
    }
    return no_n == answer->n ? VTB_MATTERS_NO : VTB_MATTERS_UNKNOWN;
}

/* What one heap says: for the other strategy, for the baseline, that it does not matter, or nothing
 * yet. */
enum said { FOR, AGAINST, NEITHER, NOTHING, SAID_N };

static enum said said_of(const struct vtb_gain *gain, bool has_volume)
{
    const bool decides =
        has_volume ? gain->matters == VTB_MATTERS_YES : gain->to->verdict == VTB_VERDICT_DIFFERENT;
    const bool never =
        has_volume ? gain->matters == VTB_MATTERS_NO : gain->to->verdict == VTB_VERDICT_SAME;
    if (decides && !isnan(gain->saved_ns.median))
        return gain->saved_ns.median > 0 ? FOR : AGAINST;
    return never ? NEITHER : NOTHING;
}

static enum vtb_advice_reason reason_of(const struct vtb_advice *advice)
{
    const bool has_volume = advice->question.calls_per_second > 0;
    size_t said_n[SAID_N] = {0};
    for (size_t i = 0; i < advice->answer.n; i++)
        said_n[said_of(&advice->answer.gains[i], has_volume)]++;
    if (advice->lacking)
        return VTB_ADVICE_CANNOT;
    if (said_n[FOR] > 0 && said_n[AGAINST] > 0)
        return VTB_ADVICE_SPLIT;
    if (said_n[FOR] > 0)
        return has_volume                    ? VTB_ADVICE_PAYS
               : advice->question.public_api ? VTB_ADVICE_PUBLIC
                                             : VTB_ADVICE_FASTER;
    if (said_n[AGAINST] > 0)
        return VTB_ADVICE_COSTS;
    return said_n[NOTHING] > 0 ? VTB_ADVICE_UNKNOWN : VTB_ADVICE_NO;
}

/* What the other strategy lacks of what callers do with its result. */
static const char *lacking(const struct vtb_advice *advice)
{
    const struct vtb_lacks *lacks = &advice->answer.gains->to->the_case->timing->strategy->lacks;
    if (advice->question.await_many && lacks->several_consumers)
        return lacks->several_consumers;
    return advice->question.store_result ? lacks->storing : NULL;
}

/* --- where it changes --- */

static void add_change(struct vtb_advice *advice, const char *parameter, struct vtb_interval at)
{
    if (advice->changes_n < VTB_CHANGES_MAX)
        advice->changes[advice->changes_n++] = (struct vtb_change){parameter, at};
}

/* The ns that a call saves at a hit rate, with an interval that holds together with those at n
 * rates. */
static struct vtb_curve_point saved_at(const struct vtb_gain *gain, double rate, size_t n)
{
    const struct vtb_interval logs = vtb_pooled_interval(&gain->to->log_ratio, n);
    const double ns = gain->from->ns.median;
    return (struct vtb_curve_point){.x = rate,
                                    .median = gain->saved_ns.median,
                                    .lo = -ns * expm1(logs.hi),
                                    .hi = -ns * expm1(logs.lo)};
}

/* Finds the hit rates at which what is saved crosses what is worth it. */
static void find_rates(struct vtb_advice *advice, const struct vtb_comparison *comparisons,
                       size_t n)
{
    struct vtb_curve_point *points = vtb_allocate(n, sizeof *points, "a curve over hit rates");
    struct vtb_curve curve = {.points = points, .is_share = true};
    struct vtb_crossings crossings;
    const double volume = advice->question.calls_per_second;
    for (size_t i = 0; i < n; i++) {
        struct vtb_answer answer;
        vtb_answer_make_alike(&answer, &comparisons[i], &advice->answer);
        const struct vtb_gain *gain = vtb_answer_same(&answer, advice->most);
        if (gain)
            points[curve.n++] = saved_at(gain, comparisons[i].point->hits.rate, n);
    }
    vtb_cross(&crossings, &curve, volume > 0 ? VTB_WORTH_SHARE * 1e9 / volume : 0);
    for (size_t i = 0; i < crossings.n; i++)
        add_change(advice, vtb_parameters[VTB_P(hit_rate)].word,
                   (struct vtb_interval){crossings.items[i].at, crossings.items[i].lo,
                                         crossings.items[i].hi});
    advice->has_rates = !isnan(advice->most->saved_ns.lo) &&
                        crossings.verdict != VTB_CURVE_UNDECIDED &&
                        !vtb_crossings_partial(&crossings);
    free(points);
}

static void find_changes(struct vtb_advice *advice, const struct vtb_comparison *comparisons,
                         size_t n)
{
    if (advice->lacking || advice->reason == VTB_ADVICE_SPLIT || !advice->most)
        return;
    if (advice->most->saved_ns.median > 0 && !isnan(advice->most->worth_from.median))
        add_change(advice, "calls_per_second", advice->most->worth_from);
    find_rates(advice, comparisons, n);
}

/* --- the whole --- */

void vtb_advice_make(struct vtb_advice *advice, const struct vtb_question *question,
                     const struct vtb_comparison *comparisons, size_t n)
{
    memset(advice, 0, sizeof *advice);
    advice->question = *question;
    vtb_answer_make(&advice->answer, comparisons, question->calls_per_second);
    if (advice->answer.n == 0)
        return;
    keep_callers(&advice->answer);
    find_gains(advice);
    advice->rule = vtb_rule_of(question);
    advice->matters = matters_of(&advice->answer);
    advice->lacking = lacking(advice);
    advice->reason = reason_of(advice);
    find_changes(advice, comparisons, n);
}

bool vtb_advice_is_for_other(const struct vtb_advice *advice)
{
    return advice->reason <= VTB_ADVICE_FASTER;
}

bool vtb_advice_agrees(const struct vtb_advice *advice)
{
    return advice->rule == VTB_RULE_MANY_CALLS ||
           vtb_rule_is_for_other(advice->rule) == vtb_advice_is_for_other(advice);
}

double vtb_advice_bytes_per_second(const struct vtb_advice *advice)
{
    const struct vtb_gain *gain = advice->answer.gains;
    const double volume = advice->question.calls_per_second;
    return volume > 0 ? volume * (vtb_steady_bytes_per_op(&gain->from->counted) -
                                  vtb_steady_bytes_per_op(&gain->to->counted))
                      : NAN;
}

double vtb_advice_collections_per_minute(const struct vtb_advice *advice)
{
    const struct vtb_gain *gain = advice->collecting;
    const double volume = advice->question.calls_per_second;
    const bool told = gain && vtb_collections_tell(&gain->from->pressure) &&
                      vtb_collections_tell(&gain->to->pressure);
    return told && volume > 0 ? 60 * volume *
                                    (1 / gain->from->pressure.calls_per_collection -
                                     1 / gain->to->pressure.calls_per_collection)
                              : NAN;
}
