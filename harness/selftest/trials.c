#include "selftest/trials.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/distributions.h"

/* --- making them --- */

static bool make_run(struct vtb_trials *trials, size_t run, size_t sessions_n,
                     struct vtb_error *error)
{
    const struct vtb_stream *stream = trials->stream;
    struct vtb_samples samples = vtb_samples_of_session(&stream->samples, run * sessions_n);
    struct vtb_comparison comparison;
    samples.sessions_n = sessions_n;
    if (!vtb_summarise(&comparison, stream->point, VTB_CONSUMER_INDEPENDENT, samples,
                       stream->quiet_ns, &stream->found, error))
        return false;
    for (size_t i = 0; i < trials->cases_n; i++) {
        const struct vtb_figures *figures = &comparison.figures[i];
        trials->items[run * trials->cases_n + i] =
            (struct vtb_trial){figures->log_ratio, figures->ratio, figures->verdict};
    }
    trials->states[run] = comparison.state;
    vtb_comparison_free(&comparison);
    return true;
}

static enum vtb_state state_of_most(const struct vtb_trials *trials)
{
    size_t runs_n[VTB_STATE_ANY + 1] = {0};
    enum vtb_state most = VTB_STATE_QUIET;
    for (size_t run = 0; run < trials->runs_n; run++)
        runs_n[trials->states[run]]++;
    for (int state = 0; state <= VTB_STATE_ANY; state++)
        most = runs_n[state] > runs_n[most] ? (enum vtb_state)state : most;
    return most;
}

bool vtb_trials_make(struct vtb_trials *trials, const struct vtb_stream *stream, size_t sessions_n,
                     struct vtb_error *error)
{
    *trials = (struct vtb_trials){.stream = stream,
                                  .runs_n = stream->samples.sessions_n / sessions_n,
                                  .cases_n = stream->point->cases_n};
    trials->items =
        vtb_allocate(trials->runs_n * trials->cases_n, sizeof *trials->items, "the trials");
    trials->states = vtb_allocate(trials->runs_n, sizeof *trials->states, "the trials");
    bool ok = true;
    for (size_t run = 0; ok && run < trials->runs_n; run++)
        ok = make_run(trials, run, sessions_n, error);
    trials->state = state_of_most(trials);
    return ok;
}

void vtb_trials_free(struct vtb_trials *trials)
{
    free(trials->items);
    free(trials->states);
    *trials = (struct vtb_trials){0};
}

/* --- lines --- */

static struct vtb_proof *next(struct vtb_proofs *proofs, const char *check, const char *condition)
{
    static struct vtb_proof none;
    struct vtb_proof *proof = proofs->n < VTB_PROOFS_MAX ? &proofs->items[proofs->n++] : &none;
    *proof = (struct vtb_proof){.found = NAN, .lo = NAN, .hi = NAN, .ok = true};
    (void)snprintf(proof->check, sizeof proof->check, "%s%s%s", check, condition ? ", " : "",
                   condition ? condition : "");
    return proof;
}

void vtb_proof_add_unknown(struct vtb_proofs *proofs, const char *check, const char *condition,
                           const char *reason)
{
    struct vtb_proof *proof = next(proofs, check, condition);
    (void)snprintf(proof->reason, sizeof proof->reason, "%s", reason);
}

void vtb_proof_add_share(struct vtb_proofs *proofs, const char *check, const char *condition,
                         size_t k, size_t n, double goal, bool at_most)
{
    struct vtb_proof *proof = next(proofs, check, condition);
    if (n == 0) {
        (void)snprintf(proof->reason, sizeof proof->reason, "no run had a figure to judge by");
        return;
    }
    const struct vtb_share_bounds bounds = vtb_clopper_pearson(k, n, VTB_CONFIDENCE);
    proof->found = (double)k / (double)n;
    proof->lo = bounds.lo;
    proof->hi = bounds.hi;
    proof->trials_n = n;
    proof->ok = at_most ? bounds.lo <= goal : bounds.hi >= goal;
    proof->undecided =
        proof->ok && goal > 0 && (at_most ? proof->found > goal : proof->found < goal);
    if (goal > 0)
        (void)snprintf(proof->goal, sizeof proof->goal, "at %s %.3g %%", at_most ? "most" : "least",
                       100 * goal);
}

void vtb_proof_add_exact(struct vtb_proofs *proofs, const char *check, double found, double goal)
{
    struct vtb_proof *proof = next(proofs, check, NULL);
    proof->found = found;
    proof->trials_n = 1;
    proof->ok = found == goal;
    (void)snprintf(proof->goal, sizeof proof->goal, "%.6g, exactly", goal);
}

/* Adds a line for a measured number that is to be at most its goal; 0: any. */
static void add_number(struct vtb_proofs *proofs, const char *check, const char *condition,
                       double found, size_t n, double goal)
{
    struct vtb_proof *proof = next(proofs, check, condition);
    if (isnan(found)) {
        (void)snprintf(proof->reason, sizeof proof->reason, "it takes more runs that have figures");
        return;
    }
    proof->found = found;
    proof->trials_n = n;
    proof->ok = found <= goal;
    (void)snprintf(proof->goal, sizeof proof->goal, "at most %.3g %%", 100 * goal);
}

/* --- judging --- */

/* More goals: an interval holds another run's figure in 97 %, and the median of all in 98 %, at a
 * half width of some 3 %; a difference of 10 % is seen in 80 %. The control, two processes one
 * after the other judged by their rounds, must look bad: otherwise nothing here could tell good
 * statistics from bad ones. */
#define ANOTHER_MIN 0.97
#define TRUTH_MIN 0.98
#define HALF_WIDTH_MAX 0.035
#define POWER_PERCENT 10
#define POWER_MIN 0.8
#define CONTROL_MIN 0.1

static const struct vtb_trial *trial_at(const struct vtb_trials *trials, size_t run, size_t i)
{
    return &trials->items[run * trials->cases_n + i];
}

/* Whether a run has an interval of a case, in the state that is judged. */
static bool has_interval(const struct vtb_trials *trials, size_t run, size_t i)
{
    const struct vtb_trial *trial = trial_at(trials, run, i);
    return trials->states[run] == trials->state && trial->ratio.lo < trial->ratio.hi;
}

/* Whether a case is compared with another one. */
static bool is_judged(const struct vtb_trials *trials, size_t i)
{
    const struct vtb_case *the_case = &trials->stream->point->cases[i];
    return the_case->baseline != i && the_case->empty != i;
}

static bool is_twin(const struct vtb_trials *trials, size_t i)
{
    return trials->stream->subjects[i].truth == VTB_TRUTH_TWIN;
}

void vtb_trials_count_twins(const struct vtb_trials *trials, size_t *different_n, size_t *n)
{
    for (size_t run = 0; run < trials->runs_n; run++) {
        bool any = false;
        bool different = false;
        for (size_t i = 0; i < trials->cases_n; i++) {
            if (!is_twin(trials, i) || !has_interval(trials, run, i))
                continue;
            any = true;
            different |= trial_at(trials, run, i)->verdict == VTB_VERDICT_DIFFERENT;
        }
        *n += any;
        *different_n += different;
    }
}

void vtb_trials_judge_twins(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    size_t different_n = 0;
    size_t n = 0;
    vtb_trials_count_twins(trials, &different_n, &n);
    vtb_proof_add_share(proofs, VTB_TWINS_CHECK, trials->stream->condition, different_n, n,
                        VTB_TWINS_DIFFERENT_MAX, true);
}

/* The median of what all runs found of a case; NaN if none had a figure. */
static double median_of_runs(const struct vtb_trials *trials, size_t i)
{
    double *means = vtb_allocate(trials->runs_n + 1, sizeof *means, "the figures of runs");
    size_t n = 0;
    for (size_t run = 0; run < trials->runs_n; run++) {
        if (has_interval(trials, run, i))
            means[n++] = trial_at(trials, run, i)->log_ratio.mean;
    }
    const double median = n > 0 ? vtb_median(means, n) : NAN;
    free(means);
    return median;
}

static bool holds(const struct vtb_trial *trial, double log_ratio)
{
    return log(trial->ratio.lo) <= log_ratio && log_ratio <= log(trial->ratio.hi);
}

/* How many of the other runs found what the interval of a run holds; at *others_n how many there
 * are. */
static double others_held(const struct vtb_trials *trials, size_t run, size_t i, size_t *others_n)
{
    size_t held_n = 0;
    *others_n = 0;
    for (size_t other = 0; other < trials->runs_n; other++) {
        if (other == run || !has_interval(trials, other, i))
            continue;
        held_n += holds(trial_at(trials, run, i), trial_at(trials, other, i)->log_ratio.mean);
        (*others_n)++;
    }
    return (double)held_n;
}

/* Intervals of one run share its baseline and its minutes, and pairs of runs share runs: so what is
 * known is known as well as by so many trials as there are runs. */
static void add_held(struct vtb_proofs *proofs, const struct vtb_trials *trials, const char *check,
                     double held, double n, double goal)
{
    size_t runs_n = 0;
    for (size_t run = 0; run < trials->runs_n; run++)
        runs_n += trials->states[run] == trials->state;
    vtb_proof_add_share(proofs, check, trials->stream->condition,
                        n > 0 ? (size_t)round(held / n * (double)runs_n) : 0, n > 0 ? runs_n : 0,
                        goal, false);
    if (n > 0)
        proofs->items[proofs->n - 1].found = held / n;
}

static void judge_coverage(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    double held = 0;
    double pairs_n = 0;
    double truths_n = 0;
    double n = 0;
    for (size_t i = 0; i < trials->cases_n; i++) {
        const double truth = median_of_runs(trials, i);
        for (size_t run = 0; is_judged(trials, i) && run < trials->runs_n; run++) {
            size_t others_n;
            if (!has_interval(trials, run, i))
                continue;
            held += others_held(trials, run, i, &others_n);
            pairs_n += (double)others_n;
            truths_n += holds(trial_at(trials, run, i), truth);
            n++;
        }
    }
    add_held(proofs, trials, "another run's figure held", held, pairs_n, ANOTHER_MIN);
    add_held(proofs, trials, "the median of all runs held", truths_n, n, TRUTH_MIN);
}

static void judge_width(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    double *widths =
        vtb_allocate(trials->runs_n * trials->cases_n + 1, sizeof *widths, "half widths");
    size_t n = 0;
    for (size_t i = 0; i < trials->cases_n; i++) {
        for (size_t run = 0; is_judged(trials, i) && run < trials->runs_n; run++) {
            const struct vtb_trial *trial = trial_at(trials, run, i);
            if (has_interval(trials, run, i))
                widths[n++] = log(trial->ratio.hi / trial->ratio.lo) / 2;
        }
    }
    add_number(proofs, "half width (median)", trials->stream->condition,
               n > 0 ? vtb_median(widths, n) : NAN, n, HALF_WIDTH_MAX);
    free(widths);
}

/* Runs that saw one difference that was made on purpose, with the right sign, on any heap. */
static void judge_difference(struct vtb_proofs *proofs, const struct vtb_trials *trials,
                             double percent)
{
    char check[64];
    size_t seen_n = 0;
    size_t n = 0;
    for (size_t at = 0; at < trials->runs_n * trials->cases_n; at++) {
        const struct vtb_subject *subject = &trials->stream->subjects[at % trials->cases_n];
        const struct vtb_trial *trial = &trials->items[at];
        if (subject->slower_percent != percent ||
            !has_interval(trials, at / trials->cases_n, at % trials->cases_n))
            continue;
        n++;
        seen_n += trial->verdict == VTB_VERDICT_DIFFERENT && trial->log_ratio.mean > 0;
    }
    (void)snprintf(check, sizeof check, "%g %% slower seen as slower", percent);
    vtb_proof_add_share(proofs, check, trials->stream->condition, seen_n, n,
                        percent >= POWER_PERCENT ? POWER_MIN : 0, false);
}

/* Each difference once, in the order of the cases. */
static void judge_power(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    const struct vtb_subject *subjects = trials->stream->subjects;
    for (size_t i = 0; i < trials->cases_n; i++) {
        bool told = subjects[i].truth != VTB_TRUTH_SLOW;
        for (size_t before = 0; before < i; before++)
            told |= subjects[before].slower_percent == subjects[i].slower_percent;
        if (!told)
            judge_difference(proofs, trials, subjects[i].slower_percent);
    }
}

/* The logarithms of all times of a case in a session, as one process by itself has them. */
static struct vtb_session_value by_itself(const struct vtb_samples *samples, size_t session,
                                          size_t i)
{
    double *logs = vtb_allocate(samples->rounds_n, sizeof *logs, "the times of a session");
    double *scratch = vtb_allocate(samples->rounds_n, sizeof *scratch, "the times of a session");
    for (size_t round = 0; round < samples->rounds_n; round++)
        logs[round] = log(samples->real_ns[vtb_samples_at(samples, session, round, i)]);
    const struct vtb_session_value value = vtb_session_value_of(logs, samples->rounds_n, scratch);
    free(logs);
    free(scratch);
    return value;
}

/* The normal quantile of 99 %. */
#define NORMAL_99 2.5758293035489004

/* What a user does who times one program, and then the other: a twin in one process, and what it is
 * a twin of in the next. */
static void judge_control(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    const struct vtb_samples *samples = &trials->stream->samples;
    size_t different_n = 0;
    size_t n = 0;
    for (size_t i = 0; i < trials->cases_n; i++) {
        if (!is_twin(trials, i))
            continue;
        const size_t base = trials->stream->point->cases[i].baseline;
        for (size_t s = 0; s + 1 < samples->sessions_n; s += 2) {
            const struct vtb_session_value one = by_itself(samples, s, base);
            const struct vtb_session_value two = by_itself(samples, s + 1, i);
            different_n += fabs(one.median - two.median) > NORMAL_99 * sqrt(one.noise + two.noise);
            n++;
        }
    }
    vtb_proof_add_share(proofs, "control: twins one after the other differ",
                        trials->stream->condition, different_n, n, CONTROL_MIN, false);
}

/* The fewest runs whose scatter says something. */
#define RUNS_MIN 5

/* What all runs together find twins to differ by. */
static void judge_phi(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    double most = NAN;
    for (size_t i = 0; trials->runs_n >= RUNS_MIN && i < trials->cases_n; i++) {
        if (is_twin(trials, i))
            most = fmax(most, fabs(median_of_runs(trials, i)));
    }
    add_number(proofs, "phi: twins differ by", trials->stream->condition, most, trials->runs_n,
               2 * VTB_POOLED_PHI);
}

/* The variance of what the runs found of a case. */
static double variance_of_runs(const struct vtb_trials *trials, size_t i, double *square, size_t *n)
{
    double sum = 0;
    double squares = 0;
    *square = 0;
    *n = 0;
    for (size_t run = 0; run < trials->runs_n; run++) {
        const struct vtb_trial *trial = trial_at(trials, run, i);
        if (!has_interval(trials, run, i))
            continue;
        sum += trial->log_ratio.mean;
        squares += trial->log_ratio.mean * trial->log_ratio.mean;
        *square += trial->log_ratio.square / (double)trial->log_ratio.sessions_n;
        (*n)++;
    }
    const double mean = sum / (double)*n;
    *square /= (double)*n;
    return (squares / (double)*n - mean * mean) * (double)*n / (double)(*n - 1);
}

/* What runs differ by beyond what their sessions say, as a share of the variance between sessions:
 * the mean over all cases. With few runs this scatters, so the goal is twice the constant. */
static void judge_rho(struct vtb_proofs *proofs, const struct vtb_trials *trials, size_t sessions_n)
{
    double sum = 0;
    size_t cases_n = 0;
    for (size_t i = 0; i < trials->cases_n; i++) {
        double of_mean;
        size_t n;
        if (!is_judged(trials, i))
            continue;
        const double variance = variance_of_runs(trials, i, &of_mean, &n);
        if (n < RUNS_MIN || !(of_mean > 0))
            continue;
        sum += (variance - of_mean) / (of_mean * (double)sessions_n);
        cases_n++;
    }
    add_number(proofs, "rho: what the sessions of a run share", trials->stream->condition,
               cases_n > 0 ? fmax(0, sum / (double)cases_n) : NAN, trials->runs_n,
               2 * VTB_POOLED_RHO);
}

void vtb_trials_judge(struct vtb_proofs *proofs, const struct vtb_trials *trials)
{
    const size_t before_n = proofs->n;
    vtb_trials_judge_twins(proofs, trials);
    judge_coverage(proofs, trials);
    judge_width(proofs, trials);
    judge_power(proofs, trials);
    judge_control(proofs, trials);
    judge_phi(proofs, trials);
    judge_rho(proofs, trials,
              trials->runs_n > 0 ? trials->stream->samples.sessions_n / trials->runs_n : 1);
    for (size_t i = before_n; trials->stream->is_known && i < proofs->n; i++)
        proofs->items[i].ok &= !*proofs->items[i].reason;
}

bool vtb_trials_prove(struct vtb_proofs *proofs, const struct vtb_stream *stream, size_t sessions_n,
                      vtb_trials_judgement *judge, struct vtb_error *error)
{
    struct vtb_trials trials;
    const bool ok = vtb_trials_make(&trials, stream, sessions_n, error);
    if (ok)
        judge(proofs, &trials);
    vtb_trials_free(&trials);
    return ok;
}
