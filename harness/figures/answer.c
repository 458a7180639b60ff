#include "figures/answer.h"

#include <math.h>
#include <string.h>

#include "cells/registry.h"

static const struct vtb_interval unknown = {NAN, NAN, NAN};

/* --- which strategy --- */

static bool is_reference(const struct vtb_case *the_case, size_t i)
{
    return i == the_case->empty || i == the_case->floor;
}

/* Whether case i may stand in the baseline's place: it is another strategy. */
static bool is_rival(const struct vtb_comparison *comparison, size_t i)
{
    const struct vtb_case *the_case = &comparison->point->cases[i];
    return i != the_case->baseline && the_case->baseline != the_case->empty &&
           !is_reference(the_case, i);
}

/* How much a rival is what is asked about: a user's own strategy most, then the challenger, and
 * variants least. */
static int rank_of(const struct vtb_case *the_case)
{
    const char *name = the_case->timing->name;
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(name);
    if (strchr(name, '@'))
        return the_case->timing->strategy->role == VTB_ROLE_CHALLENGER ? 1 : 0;
    if (entry && entry->path)
        return 4;
    return the_case->timing->strategy->role == VTB_ROLE_CHALLENGER ? 3 : 2;
}

/* Whether a case is better than another one: by its time, or by its bytes if there are none. */
static bool is_less(const struct vtb_figures *one, const struct vtb_figures *other)
{
    if (!isnan(one->ns.median) || !isnan(other->ns.median))
        return !(one->ns.median >= other->ns.median) && !isnan(one->ns.median);
    return vtb_steady_bytes_per_op(&one->counted) < vtb_steady_bytes_per_op(&other->counted);
}

/* The name of the strategy in the first table that is asked about; null if there is none. */
static const char *find_challenger(const struct vtb_comparison *comparison)
{
    const struct vtb_point *point = comparison->point;
    const size_t end = vtb_table_end(point, 0);
    size_t best = point->cases_n;
    for (size_t i = 0; i < end; i++) {
        if (!is_rival(comparison, i))
            continue;
        const int more =
            best == point->cases_n ? 1 : rank_of(&point->cases[i]) - rank_of(&point->cases[best]);
        if (more > 0 || (more == 0 && is_less(&comparison->figures[i], &comparison->figures[best])))
            best = i;
    }
    return best < point->cases_n ? point->cases[best].timing->name : NULL;
}

/* --- what it saves --- */

/* Whether the difference of the times is certain, whatever its sign. */
static bool is_apart(const struct vtb_gain *gain)
{
    return gain->to->verdict == VTB_VERDICT_DIFFERENT;
}

bool vtb_gain_is_known(const struct vtb_gain *gain)
{
    return is_apart(gain) || gain->to->verdict == VTB_VERDICT_SAME;
}

size_t vtb_gain_rules(const struct vtb_gain *gain, const char *rules[VTB_RULES_MAX])
{
    const struct vtb_lacks *had = &gain->from->the_case->timing->strategy->lacks;
    const struct vtb_lacks *lacks = &gain->to->the_case->timing->strategy->lacks;
    size_t n = 0;
    if (lacks->several_consumers && !had->several_consumers)
        rules[n++] = lacks->several_consumers;
    if (lacks->storing && !had->storing)
        rules[n++] = lacks->storing;
    return n;
}

double vtb_worth_volume(double ns)
{
    return VTB_WORTH_SHARE * 1e9 / fabs(ns);
}

/* Of a difference that is certain, so that 0 is not in its interval. */
static struct vtb_interval worth_of(const struct vtb_interval *saved)
{
    const double ends[] = {vtb_worth_volume(saved->lo), vtb_worth_volume(saved->hi)};
    return (struct vtb_interval){
        .median = vtb_worth_volume(saved->median),
        .lo = fmin(ends[0], ends[1]),
        .hi = fmax(ends[0], ends[1]),
    };
}

/* NaN if either is, unlike fmax. */
static double larger(double a, double b)
{
    return isnan(a) || isnan(b) ? NAN : fmax(a, b);
}

/* That it matters takes a difference that is certain; that it does not, an interval alone. */
static enum vtb_matters judge(const struct vtb_gain *gain)
{
    const struct vtb_interval *share = &gain->core_share;
    if (larger(fabs(share->lo), fabs(share->hi)) < VTB_WORTH_SHARE)
        return VTB_MATTERS_NO;
    if (is_apart(gain) && (share->lo >= VTB_WORTH_SHARE || share->hi <= -VTB_WORTH_SHARE))
        return VTB_MATTERS_YES;
    return VTB_MATTERS_UNKNOWN;
}

static struct vtb_gain gain_of(const struct vtb_comparison *comparison, size_t i, double volume)
{
    const struct vtb_figures *to = &comparison->figures[i];
    const struct vtb_figures *from = &comparison->figures[to->the_case->baseline];
    struct vtb_gain gain = {from, to, unknown, unknown, NAN, unknown, VTB_MATTERS_UNKNOWN};
    if (!comparison->timed || comparison->point->cold || isnan(to->ratio.median))
        return gain;
    const double ns = from->ns.median;
    gain.saved_ns = (struct vtb_interval){.median = ns * (1 - to->ratio.median),
                                          .lo = ns * (1 - to->ratio.hi),
                                          .hi = ns * (1 - to->ratio.lo)};
    if (is_apart(&gain))
        gain.worth_from = worth_of(&gain.saved_ns);
    else
        gain.safe_to = vtb_worth_volume(larger(fabs(gain.saved_ns.lo), fabs(gain.saved_ns.hi)));
    if (volume > 0) {
        const double scale = volume / 1e9;
        gain.core_share = (struct vtb_interval){.median = gain.saved_ns.median * scale,
                                                .lo = gain.saved_ns.lo * scale,
                                                .hi = gain.saved_ns.hi * scale};
        gain.matters = judge(&gain);
    }
    return gain;
}

/* Adds what the challenger saves on heaps that collect, or on those that do not. */
static void add_gains(struct vtb_answer *answer, const char *challenger, bool collects)
{
    const struct vtb_point *point = answer->comparison->point;
    for (size_t i = 0; i < point->cases_n; i++) {
        if (answer->n < VTB_GAINS_MAX && is_rival(answer->comparison, i) &&
            vtb_heap_collects(point->cases[i].heap->heap) == collects &&
            strcmp(point->cases[i].timing->name, challenger) == 0)
            answer->gains[answer->n++] = gain_of(answer->comparison, i, answer->calls_per_second);
    }
}

static void make_of(struct vtb_answer *answer, const struct vtb_comparison *comparison,
                    double calls_per_second, const char *challenger)
{
    answer->comparison = comparison;
    answer->calls_per_second = calls_per_second;
    answer->n = 0;
    if (!challenger)
        return;
    add_gains(answer, challenger, false);
    add_gains(answer, challenger, true);
}

void vtb_answer_make(struct vtb_answer *answer, const struct vtb_comparison *comparison,
                     double calls_per_second)
{
    make_of(answer, comparison, calls_per_second, find_challenger(comparison));
}

void vtb_answer_make_first(struct vtb_answer *answer, const struct vtb_comparison *comparisons,
                           size_t n, double calls_per_second)
{
    size_t c = 0;
    vtb_answer_make(answer, comparisons, calls_per_second);
    while (answer->n == 0 && ++c < n)
        vtb_answer_make(answer, &comparisons[c], calls_per_second);
    if (answer->n == 0)
        answer->comparison = comparisons;
}

void vtb_answer_make_alike(struct vtb_answer *answer, const struct vtb_comparison *comparison,
                           const struct vtb_answer *first)
{
    make_of(answer, comparison, first->calls_per_second,
            first->n > 0 ? first->gains->to->the_case->timing->name : NULL);
}

const struct vtb_gain *vtb_answer_same(const struct vtb_answer *answer, const struct vtb_gain *gain)
{
    const struct vtb_case *own = gain->to->the_case;
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_case *other = answer->gains[i].to->the_case;
        if (other->heap == own->heap && other->threads_n == own->threads_n &&
            other->method == own->method)
            return &answer->gains[i];
    }
    return NULL;
}
