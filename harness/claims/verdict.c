#include "claims/verdict.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
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
#define NO_UNITS ((const char *const[]){"", NULL})
    {"B", 1, BYTE_UNITS},    {"KB", 1e3, BYTE_UNITS}, {"MB", 1e6, BYTE_UNITS},
    {"GB", 1e9, BYTE_UNITS}, {"ns", 1, TIME_UNITS},   {"us", 1e3, TIME_UNITS},
    {"ms", 1e6, TIME_UNITS}, {"s", 1e9, TIME_UNITS},
};

/* How figures of about one size are written: what they are multiplied by, and what is behind. */
struct scaling {
    double by;
    bool is_exact;
    const char *prefix; /* of the unit, or all of it */
    const char *gap;
    const char *unit; /* the rest of it */
};

static struct scaling scaling_of(double size, bool is_exact, const char *unit)
{
    const size_t n = strcspn(unit, "/ ");
    struct scaling scaling = {1, is_exact, "", " ", unit};
    const char *const *units = is_exact ? NO_UNITS : COUNT_UNITS;
    double in = 1;
    for (size_t i = 0; i < sizeof scales / sizeof *scales; i++) {
        if (strlen(scales[i].unit) == n && memcmp(scales[i].unit, unit, n) == 0) {
            scaling = (struct scaling){scales[i].factor, is_exact, "", "", unit + n};
            units = scales[i].units;
        }
    }
    scaling.prefix = vtb_unit_of(fabs(size) * scaling.by, units, &in);
    scaling.by /= in;
    return scaling;
}

static const char *number_text(char text[VTB_NUMBER_BYTES], const struct scaling *scaling,
                               double value)
{
    return scaling->is_exact ? vtb_digits_text(text, value * scaling->by, 3)
                             : vtb_figure_text(text, value * scaling->by);
}

/* Appends the unit, of one thing or of several. */
static void append_unit(char text[VTB_AMOUNT_BYTES], const struct scaling *scaling)
{
    static const char *const things[] = {"allocation", "collection", "call"};
    const char *unit = scaling->unit;
    const bool is_one = strcmp(text, "1") == 0;
    vtb_append(text, VTB_AMOUNT_BYTES, "%s%s", scaling->prefix, scaling->gap);
    for (size_t i = 0; is_one && i < sizeof things / sizeof *things; i++) {
        const size_t n = strlen(things[i]);
        if (strncmp(unit, things[i], n) == 0 && unit[n] == 's') {
            vtb_append(text, VTB_AMOUNT_BYTES, "%s", things[i]);
            unit += n + 1;
        }
    }
    vtb_append(text, VTB_AMOUNT_BYTES, "%s", unit);
}

const char *vtb_claim_amount(char text[VTB_AMOUNT_BYTES], double value, bool is_exact,
                             const char *unit)
{
    char number[VTB_NUMBER_BYTES] = "no number of";
    const struct scaling scaling = scaling_of(isinf(value) ? 0 : value, is_exact, unit);
    if (!isinf(value))
        number_text(number, &scaling, value);
    snprintf(text, VTB_AMOUNT_BYTES, "%s", number);
    append_unit(text, &scaling);
    return text;
}

const char *vtb_claim_value_text(char text[VTB_AMOUNT_BYTES], const struct vtb_claim_value *value,
                                 const char *unit)
{
    char numbers[3][VTB_NUMBER_BYTES];
    const struct vtb_interval *figure = &value->figure;
    const bool has_ends = isfinite(figure->lo) || isfinite(figure->hi);
    if (value->is_exact || !has_ends || isinf(figure->median))
        return vtb_claim_amount(text, figure->median, value->is_exact, unit);
    const struct scaling scaling = scaling_of(figure->median, false, unit);
    number_text(numbers[0], &scaling, figure->median);
    number_text(numbers[1], &scaling, figure->lo);
    number_text(numbers[2], &scaling, figure->hi);
    *text = '\0';
    if (isinf(figure->hi))
        vtb_append(text, VTB_AMOUNT_BYTES, "%s (%s or more)", numbers[0], numbers[1]);
    else if (isinf(figure->lo))
        vtb_append(text, VTB_AMOUNT_BYTES, "%s (%s or less)", numbers[0], numbers[2]);
    else
        vtb_append(text, VTB_AMOUNT_BYTES, "%s (%s to %s)", numbers[0], numbers[1], numbers[2]);
    append_unit(text, &scaling);
    return text;
}

/* With three digits, whole ones too: more of a factor would say nothing. */
const char *vtb_claim_factor(char text[VTB_NUMBER_BYTES], double factor)
{
    char number[VTB_NUMBER_BYTES];
    char rounded[VTB_NUMBER_BYTES];
    const bool is_part = factor > 0 && factor < 0.1;
    snprintf(rounded, sizeof rounded, "%.2e", is_part ? 1 / factor : factor);
    vtb_digits_text(number, strtod(rounded, NULL), 3);
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

/* Where a figure is: -1 below what is claimed, 0 within it, 1 above. */
static int side_of(double value, const struct vtb_claim *claim)
{
    double lo;
    double hi;
    bounds_of(claim, &lo, &hi);
    if (is_same(value, lo))
        return claim->rule == VTB_CLAIM_ABOVE && claim->tolerance == 0 ? -1 : 0;
    if (value < lo)
        return -1;
    return value > hi && !is_same(value, hi);
}

/* All of an interval holds a claim, or none of it, or it is not known yet. */
static enum holding judge_ends(const struct vtb_claim *claim, double least, double most)
{
    if (isnan(least) || isnan(most)) /* there is no verdict without an interval */
        return UNKNOWN;
    const int low = side_of(least, claim);
    const int high = side_of(most, claim);
    return low != high ? UNDECIDED : low == 0 ? HOLDS : FAILS;
}

static enum holding judge_one(const struct vtb_claim *claim, const struct vtb_claim_value *value)
{
    if (claim->misuses && value->figure.median > 0 && value->figure.median < claim->value)
        return UNDECIDED; /* some attempts end so, and others do not */
    return judge_ends(claim, value->least, value->most);
}

/* What a finding is to the claim, in words. */
static const char *word_of(const struct vtb_claim *claim, const struct vtb_claim_value *value)
{
    switch (judge_one(claim, value)) {
    case HOLDS:
        return "holds";
    case FAILS:
        return "does not hold";
    case UNDECIDED:
        return judge_ends(claim, value->figure.lo, value->figure.hi) == UNDECIDED
                   ? "not known yet: it takes more sessions, or collections"
                   : "it depends on the machine's speed";
    default:
        return "no interval";
    }
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
        const enum holding holding = judge_one(claim, &findings[i].value);
        judged.n[holding]++;
        judged.known_n += holding != UNKNOWN;
        if (holding != UNKNOWN && !judged.first)
            judged.first = &findings[i];
        if (holding == UNKNOWN && !isnan(findings[i].value.figure.median) && !judged.vague)
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
        const struct vtb_claim_value value = claim->figure(claim, &net11);
        changed |= judge_one(claim, &value) != HOLDS;
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
    char amount[VTB_AMOUNT_BYTES];
    char place[VTB_AMOUNT_BYTES] = "";
    char rate[VTB_NUMBER_BYTES];
    const struct vtb_claim *claim = result->claim;
    if (claim->rates[1] >= 0)
        vtb_append(place, sizeof place, "at a hit rate of %s ",
                   vtb_digits_text(rate, finding->hit_rate, 4));
    if (finding->heap)
        vtb_append(place, sizeof place, "on %s ", finding->heap);
    TELL(result, "%s%s", place,
         vtb_claim_amount(amount, finding->value.figure.median, finding->value.is_exact,
                          claim->unit));
    if (result->verdict == VTB_CLAIM_DEPENDS)
        vtb_append(result->reason, VTB_CLAIM_REASON_BYTES, " (%s)",
                   word_of(claim, &finding->value));
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
        differ |= !isnan(findings[i].value.figure.median) &&
                  !is_same(findings[i].value.figure.median, result->measured.figure.median);
    for (size_t i = 0; differ && i < n; i++) {
        if (!isnan(findings[i].value.figure.median))
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
    vtb_claim_amount(right, sum, true, claim->unit);
    vtb_claim_amount(wrong, claim->value, true, claim->unit);
    TELL(result, "%s is %s, not %s: %s of that", claim->sum.text, right, wrong,
         vtb_claim_factor(factor, sum / claim->value));
}

static void tell_net11(struct vtb_claim_result *result, double hit_rate)
{
    char amount[VTB_AMOUNT_BYTES];
    const struct vtb_claim *claim = result->claim;
    const struct vtb_evidence net11 = vtb_claim_net11(hit_rate);
    /* Which store it is shows in the bytes of a miss, which counts as one allocation with any. */
    const bool is_of_store = hit_rate < 1 && !strstr(claim->unit, "allocations");
    TELL(result, "with .NET 11's runtime-async%s: %s",
         is_of_store ? " and a store that takes no object" : "",
         vtb_claim_amount(amount, claim->figure(claim, &net11).figure.median, true, claim->unit));
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
        return "there is no interval: it is of one run alone, or too few sessions found the "
               "machine in one state";
    return claim->unmeasurable ? claim->unmeasurable : lacking;
}

void vtb_claim_judge(struct vtb_claim_result *result, const struct vtb_claim *claim,
                     const struct vtb_claim_finding *findings, size_t n, const char *lacking)
{
    const struct judged judged = judge_all(claim, findings, n);
    *result = (struct vtb_claim_result){
        .claim = claim, .measured = {.figure = {NAN, NAN, NAN}}, .factor = NAN};
    result->verdict = verdict_of(claim, &judged, findings, n);
    const struct vtb_claim_finding *shown = judged.first ? judged.first : judged.vague;
    if (shown) {
        result->measured = shown->value;
        result->factor = factor_of(claim, shown->value.figure.median);
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
