#include "claims/verdict.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/prose.h"

const char *const vtb_claim_verdict_words[VTB_CLAIM_VERDICTS_N] = {
    [VTB_CLAIM_REPRODUCED] = "reproduced",       [VTB_CLAIM_NOT_REPRODUCED] = "not reproduced",
    [VTB_CLAIM_ARITHMETIC] = "arithmetic error", [VTB_CLAIM_DEPENDS] = "depends",
    [VTB_CLAIM_CHANGED] = "changed by .NET 11",  [VTB_CLAIM_NOT_MEASURABLE] = "not measurable here",
};

/* --- amounts --- */

/* Whether two figures are the same, but for how doubles are rounded. */
static bool is_same(double one, double other)
{
    return one == other ||
           (isfinite(one - other) && fabs(one - other) <= 1e-9 * fmax(fabs(one), fabs(other)));
}

/* Units that are told in others where the number would have too many digits. */
static const struct scale {
    const char *unit;
    double factor;
    const char *const *units;
} scales[] = {
#define BYTE_UNITS ((const char *const[]){" B", " KB", " MB", " GB", " TB", NULL})
#define TIME_UNITS ((const char *const[]){" ns", " us", " ms", " s", NULL})
#define COUNT_UNITS ((const char *const[]){"", " k", " M", " G", " T", NULL})
    {"B", 1, BYTE_UNITS},    {"KB", 1e3, BYTE_UNITS}, {"MB", 1e6, BYTE_UNITS},
    {"GB", 1e9, BYTE_UNITS}, {"ns", 1, TIME_UNITS},   {"us", 1e3, TIME_UNITS},
    {"ms", 1e6, TIME_UNITS}, {"s", 1e9, TIME_UNITS},
};

const char *vtb_claim_amount(char text[VTB_AMOUNT_BYTES], double value, const char *unit)
{
    char number[VTB_NUMBER_BYTES];
    const size_t n = strcspn(unit, "/ ");
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        if (strlen(scales[i].unit) != n || memcmp(scales[i].unit, unit, n) != 0)
            continue;
        vtb_scaled_text(number, value * scales[i].factor, scales[i].units);
        snprintf(text, VTB_AMOUNT_BYTES, "%s%s", number, unit + n);
        return text;
    }
    if (isinf(value))
        snprintf(number, sizeof number, "no number of");
    else if (is_same(value, round(value)))
        vtb_thousands_text(number, value);
    else if (fabs(value) >= 1000)
        vtb_scaled_text(number, value, COUNT_UNITS);
    else
        vtb_decimal_text(number, value, vtb_decimals(value));
    snprintf(text, VTB_AMOUNT_BYTES, "%s %s", number, unit);
    return text;
}

const char *vtb_claim_factor(char text[VTB_NUMBER_BYTES], double factor)
{
    char number[VTB_NUMBER_BYTES];
    const bool is_part = factor > 0 && factor < 0.1;
    const double by = is_part ? 1 / factor : factor;
    if (is_part || by >= 100)
        vtb_thousands_text(number, by);
    else
        vtb_decimal_text(number, by, vtb_decimals(by));
    snprintf(text, VTB_NUMBER_BYTES, "%s%.30s", is_part ? "1/" : "", number);
    return text;
}

/* --- one setting --- */

enum holding { HOLDS, FAILS, UNDECIDED, UNKNOWN };

/* The bounds that a figure must be within to hold what is claimed. */
static void bounds_of(const struct vtb_claim *claim, double *lo, double *hi)
{
    const double slack = claim->tolerance * fabs(claim->value);
    *lo = claim->value - slack;
    *hi = claim->value + slack;
    if (claim->rule == VTB_CLAIM_WITHIN)
        *hi = claim->value_hi + slack;
    if (claim->rule == VTB_CLAIM_ABOVE)
        *hi = INFINITY;
    if (claim->rule == VTB_CLAIM_AT_MOST)
        *lo = -INFINITY;
}

static bool is_within(double value, double lo, double hi)
{
    return (value >= lo && value <= hi) || is_same(value, lo) || is_same(value, hi);
}

/* A bound on one side is held by all of an interval, or by none of it, or it is not known yet. */
static enum holding judge_bound(const struct vtb_claim *claim, const struct vtb_interval *figure)
{
    double lo;
    double hi;
    bounds_of(claim, &lo, &hi);
    const bool strict = claim->rule == VTB_CLAIM_ABOVE && claim->tolerance == 0;
    const bool low = is_within(figure->lo, lo, hi) && !(strict && is_same(figure->lo, lo));
    const bool high = is_within(figure->hi, lo, hi) && !(strict && is_same(figure->hi, lo));
    return low && high ? HOLDS : low || high ? UNDECIDED : FAILS;
}

static enum holding judge_one(const struct vtb_claim *claim, struct vtb_interval figure)
{
    double lo;
    double hi;
    if (isnan(figure.lo) || isnan(figure.hi)) /* there is no verdict without an interval */
        return UNKNOWN;
    if (claim->misuses && figure.median > 0 && figure.median < claim->value)
        return UNDECIDED; /* some attempts end so, and others do not */
    if (claim->rule == VTB_CLAIM_ABOVE || claim->rule == VTB_CLAIM_AT_MOST)
        return judge_bound(claim, &figure);
    bounds_of(claim, &lo, &hi);
    return (figure.lo <= hi && figure.hi >= lo) || is_within(figure.median, lo, hi) ? HOLDS : FAILS;
}

/* --- all of them --- */

struct judged {
    size_t n[UNKNOWN + 1];
    size_t known_n;
    const struct vtb_claim_finding *first; /* that can be judged; null: none can */
    const struct vtb_claim_finding *vague; /* that has a figure and no interval; or null */
};

static struct judged judge_all(const struct vtb_claim *claim,
                               const struct vtb_claim_finding *findings, size_t n)
{
    struct judged judged = {.known_n = 0};
    for (size_t i = 0; i < n; i++) {
        const enum holding holding = judge_one(claim, findings[i].figure);
        judged.n[holding]++;
        judged.known_n += holding != UNKNOWN;
        if (holding != UNKNOWN && !judged.first)
            judged.first = &findings[i];
        if (holding == UNKNOWN && !isnan(findings[i].figure.median) && !judged.vague)
            judged.vague = &findings[i];
    }
    return judged;
}

double vtb_claim_sum_of(const struct vtb_claim_sum *sum)
{
    double product = 1;
    for (size_t i = 0; i < VTB_CLAIM_FACTORS_N && sum->factors[i] > 0; i++)
        product *= sum->factors[i];
    return product;
}

static bool is_wrong_sum(const struct vtb_claim *claim)
{
    const double sum = vtb_claim_sum_of(&claim->sum);
    return claim->sum.text && !is_same(sum, claim->value) &&
           fabs(sum - claim->value) > claim->tolerance * claim->value;
}

/* Whether runtime-async of .NET 11 allocates otherwise than is claimed, at any of the hit rates. */
static bool is_changed(const struct vtb_claim *claim, const struct vtb_claim_finding *findings,
                       size_t n)
{
    bool changed = false;
    for (size_t i = 0; claim->is_of_async && i < n; i++) {
        const struct vtb_evidence net11 = vtb_claim_net11(findings[i].hit_rate);
        changed |= judge_one(claim, claim->figure(claim, &net11)) != HOLDS;
    }
    return changed;
}

static enum vtb_claim_verdict verdict_of(const struct vtb_claim *claim, const struct judged *judged,
                                         const struct vtb_claim_finding *findings, size_t n)
{
    if (is_wrong_sum(claim))
        return VTB_CLAIM_ARITHMETIC;
    if (judged->known_n == 0)
        return VTB_CLAIM_NOT_MEASURABLE;
    if (judged->n[HOLDS] == judged->known_n)
        return is_changed(claim, findings, n) ? VTB_CLAIM_CHANGED : VTB_CLAIM_REPRODUCED;
    return judged->n[FAILS] == judged->known_n ? VTB_CLAIM_NOT_REPRODUCED : VTB_CLAIM_DEPENDS;
}

/* --- why --- */

#define TELL(result, ...)                                                                      \
    vtb_append((result)->reason, VTB_CLAIM_REASON_BYTES, "%s", *(result)->reason ? "; " : ""), \
        vtb_append((result)->reason, VTB_CLAIM_REASON_BYTES, __VA_ARGS__)

static void tell_finding(struct vtb_claim_result *result, const struct vtb_claim_finding *finding)
{
    static const char *const words[] = {"holds", "does not hold", "not known yet", "no interval"};
    char amount[VTB_AMOUNT_BYTES];
    char place[VTB_AMOUNT_BYTES] = "";
    const struct vtb_claim *claim = result->claim;
    const enum holding holding = judge_one(claim, finding->figure);
    if (claim->rates[1] >= 0)
        vtb_append(place, sizeof place, "at a hit rate of %.4g ", finding->hit_rate);
    if (finding->heap)
        vtb_append(place, sizeof place, "on %s ", finding->heap);
    TELL(result, "%s%s", place, vtb_claim_amount(amount, finding->figure.median, claim->unit));
    if (result->verdict == VTB_CLAIM_DEPENDS)
        vtb_append(result->reason, VTB_CLAIM_REASON_BYTES, " (%s)", words[holding]);
}

/* Tells of settings where they are not all alike; what is counted is the same on every heap. */
static void tell_findings(struct vtb_claim_result *result, const struct vtb_claim_finding *findings,
                          size_t n)
{
    if (findings[0].ends) {
        TELL(result, "%s", findings[0].ends);
        return;
    }
    bool differ = result->verdict == VTB_CLAIM_DEPENDS;
    for (size_t i = 0; i < n; i++)
        differ |= !isnan(findings[i].figure.median) &&
                  !is_same(findings[i].figure.median, result->measured.median);
    for (size_t i = 0; differ && i < n; i++) {
        if (!isnan(findings[i].figure.median))
            tell_finding(result, &findings[i]);
    }
}

static void tell_sum(struct vtb_claim_result *result)
{
    const struct vtb_claim *claim = result->claim;
    const double sum = vtb_claim_sum_of(&claim->sum);
    char right[VTB_AMOUNT_BYTES];
    char wrong[VTB_AMOUNT_BYTES];
    char factor[VTB_NUMBER_BYTES];
    vtb_claim_amount(right, sum, claim->unit);
    vtb_claim_amount(wrong, claim->value, claim->unit);
    TELL(result, "%s is %s, not %s: %s of that", claim->sum.text, right, wrong,
         vtb_claim_factor(factor, sum / claim->value));
}

static void tell_net11(struct vtb_claim_result *result, double hit_rate)
{
    char amount[VTB_AMOUNT_BYTES];
    const struct vtb_claim *claim = result->claim;
    const struct vtb_evidence net11 = vtb_claim_net11(hit_rate);
    TELL(result, "with .NET 11's runtime-async: %s",
         vtb_claim_amount(amount, claim->figure(claim, &net11).median, claim->unit));
}

static double factor_of(const struct vtb_claim *claim, double measured)
{
    if (claim->value == 0 || isinf(measured))
        return NAN;
    if (claim->rule == VTB_CLAIM_WITHIN && measured >= claim->value)
        return measured > claim->value_hi ? measured / claim->value_hi : 1;
    return measured / claim->value;
}

static const char *why_unknown(const struct vtb_claim *claim, bool has_figure, const char *lacking)
{
    if (has_figure)
        return "too few sessions found the machine in one state for an interval";
    return claim->unmeasurable ? claim->unmeasurable : lacking;
}

void vtb_claim_judge(struct vtb_claim_result *result, const struct vtb_claim *claim,
                     const struct vtb_claim_finding *findings, size_t n, const char *lacking)
{
    const struct judged judged = judge_all(claim, findings, n);
    *result = (struct vtb_claim_result){.claim = claim, .measured = {NAN, NAN, NAN}, .factor = NAN};
    result->verdict = verdict_of(claim, &judged, findings, n);
    const struct vtb_claim_finding *shown = judged.first ? judged.first : judged.vague;
    if (shown) {
        result->measured = shown->figure;
        result->factor = factor_of(claim, shown->figure.median);
    }
    if (result->verdict == VTB_CLAIM_ARITHMETIC)
        tell_sum(result);
    if (shown)
        tell_findings(result, findings, n);
    if (!judged.first)
        TELL(result, "%s", why_unknown(claim, judged.vague != NULL, lacking));
    if (judged.first && claim->is_of_async)
        tell_net11(result, judged.first->hit_rate);
    if (claim->note && !claim->unmeasurable)
        TELL(result, "%s", claim->note);
}
