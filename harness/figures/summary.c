#include "figures/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

const char *const vtb_verdict_words[] = {"", "different", "same", "not known yet"};

double vtb_per_op(const struct vtb_counted *counted, uint64_t total)
{
    return (double)total / (double)counted->calls_n;
}

double vtb_steady_bytes_per_op(const struct vtb_counted *counted)
{
    return vtb_per_op(counted, counted->counts.requested_bytes - counted->startup_bytes);
}

double vtb_steady_allocs_per_op(const struct vtb_counted *counted)
{
    return vtb_per_op(counted, counted->counts.allocs_n - counted->startup_allocs_n);
}

/* A function of two cases' times in the same round. */
typedef double pair_function(double own, double other);

static double difference(double own, double other)
{
    return own - other;
}

static double log_ratio(double own, double other)
{
    return log(own / other);
}

static struct vtb_interval paired(const struct vtb_samples *samples, size_t own, size_t other,
                                  pair_function *pair, double *scratch)
{
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const double *times = samples->real_ns + round * samples->cases_n;
        scratch[round] = pair(times[own], times[other]);
    }
    return vtb_interval_of(scratch, samples->rounds_n);
}

static struct vtb_interval single(const struct vtb_samples *samples, size_t own, double *scratch)
{
    for (size_t round = 0; round < samples->rounds_n; round++)
        scratch[round] = samples->real_ns[round * samples->cases_n + own];
    return vtb_interval_of(scratch, samples->rounds_n);
}

/* The throughput of all callers together, over that of one caller. */
static struct vtb_interval scaling(const struct vtb_samples *samples, size_t own,
                                   const struct vtb_case *the_case, double *scratch)
{
    const struct vtb_interval slower = paired(samples, own, the_case->serial, log_ratio, scratch);
    const double n = (double)the_case->threads_n;
    return (struct vtb_interval){n / exp(slower.median), n / exp(slower.hi), n / exp(slower.lo)};
}

static void summarise_callers(const struct vtb_samples *samples, size_t own,
                              struct vtb_figures *figures, double *scratch)
{
    for (size_t t = 0; t < figures->the_case->threads_n; t++) {
        for (size_t round = 0; round < samples->rounds_n; round++)
            scratch[round] =
                samples->thread_ns[(round * samples->cases_n + own) * samples->threads_n + t];
        figures->caller_ns[t] = vtb_median(scratch, samples->rounds_n);
    }
}

/* The median number of page faults of a case's starts; NaN unless they were cold. */
static double page_faults(const struct vtb_samples *samples, size_t own, double *scratch)
{
    if (!samples->faults_n)
        return NAN;
    for (size_t round = 0; round < samples->rounds_n; round++)
        scratch[round] = samples->faults_n[round * samples->cases_n + own];
    return vtb_median(scratch, samples->rounds_n);
}

static double sign_test(const struct vtb_samples *samples, size_t own, size_t other)
{
    size_t above = 0;
    size_t below = 0;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const double *times = samples->real_ns + round * samples->cases_n;
        above += times[own] > times[other];
        below += times[own] < times[other];
    }
    return vtb_sign_test(above, below);
}

static void summarise_case(const struct vtb_samples *samples, size_t own,
                           struct vtb_figures *figures, double *scratch)
{
    const struct vtb_case *the_case = figures->the_case;
    const struct vtb_interval log_ratios =
        paired(samples, own, the_case->baseline, log_ratio, scratch);
    figures->ns = single(samples, own, scratch);
    figures->over_floor = paired(samples, own, the_case->floor, difference, scratch);
    figures->over_base = paired(samples, own, the_case->variant_of, difference, scratch);
    figures->scaling = scaling(samples, own, the_case, scratch);
    if (figures->caller_ns)
        summarise_callers(samples, own, figures, scratch);
    figures->ratio =
        (struct vtb_interval){exp(log_ratios.median), exp(log_ratios.lo), exp(log_ratios.hi)};
    figures->mde =
        expm1(fmax(log_ratios.hi - log_ratios.median, log_ratios.median - log_ratios.lo));
    figures->optimised_away = own != the_case->empty &&
                              paired(samples, own, the_case->empty, difference, scratch).lo <= 0;
}

static enum vtb_verdict verdict_of(const struct vtb_interval *ratio, double adjusted_p)
{
    if (ratio->lo > 1 - VTB_SAME_MARGIN && ratio->hi < 1 + VTB_SAME_MARGIN)
        return VTB_VERDICT_SAME;
    return adjusted_p < 1 - VTB_CONFIDENCE ? VTB_VERDICT_DIFFERENT : VTB_VERDICT_UNKNOWN;
}

/* Judges every case against its baseline, by Holm over all cases. */
static void judge(struct vtb_comparison *comparison, double *p)
{
    const struct vtb_point *point = comparison->point;
    size_t tests_n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        if (point->cases[i].baseline != i)
            p[tests_n++] = sign_test(&comparison->samples, i, point->cases[i].baseline);
    }
    vtb_holm(p, tests_n);
    tests_n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        if (point->cases[i].baseline != i)
            comparison->figures[i].verdict =
                verdict_of(&comparison->figures[i].ratio, p[tests_n++]);
    }
}

bool vtb_summarise(struct vtb_comparison *comparison, const struct vtb_point *point,
                   enum vtb_consumer consumer, struct vtb_samples samples,
                   const struct vtb_counted *counted, struct vtb_error *error)
{
    const size_t scratch_n = samples.rounds_n > point->cases_n ? samples.rounds_n : point->cases_n;
    double *scratch = calloc(scratch_n, sizeof *scratch);
    *comparison = (struct vtb_comparison){
        .point = point,
        .consumer = consumer,
        .timed = samples.rounds_n > 0,
        .samples = samples,
        .figures = calloc(point->cases_n, sizeof *comparison->figures),
    };
    if (samples.thread_ns)
        comparison->caller_ns = calloc(point->cases_n * samples.threads_n, sizeof(double));
    if (!scratch || !comparison->figures || (samples.thread_ns && !comparison->caller_ns)) {
        free(scratch);
        vtb_comparison_free(comparison);
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu figures", point->cases_n);
    }
    for (size_t i = 0; i < point->cases_n; i++) {
        comparison->figures[i].the_case = &point->cases[i];
        comparison->figures[i].counted = counted[i];
        comparison->figures[i].completer_ns = samples.completer_ns ? samples.completer_ns[i] : NAN;
        comparison->figures[i].page_faults = page_faults(&samples, i, scratch);
        if (comparison->caller_ns)
            comparison->figures[i].caller_ns = comparison->caller_ns + i * samples.threads_n;
        if (comparison->timed)
            summarise_case(&samples, i, &comparison->figures[i], scratch);
    }
    if (comparison->timed)
        judge(comparison, scratch);
    free(scratch);
    return true;
}

void vtb_add_pressure(struct vtb_comparison *comparison, const struct vtb_pressure *pressures)
{
    for (size_t i = 0; i < comparison->point->cases_n; i++) {
        const char *hgrm = pressures[i].hgrm;
        comparison->figures[i].pressure = pressures[i];
        comparison->figures[i].pressure.hgrm = hgrm ? strdup(hgrm) : NULL;
    }
}

double vtb_cpu_ns_per_op(const struct vtb_comparison *comparison, const struct vtb_figures *figures)
{
    if (!comparison->timed || comparison->point->cold)
        return NAN;
    return figures->ns.median + (isnan(figures->completer_ns) ? 0 : figures->completer_ns);
}

void vtb_comparison_free(struct vtb_comparison *comparison)
{
    for (size_t i = 0; comparison->figures && i < comparison->point->cases_n; i++)
        free(comparison->figures[i].pressure.hgrm);
    vtb_samples_free(&comparison->samples);
    free(comparison->caller_ns);
    free(comparison->figures);
    *comparison = (struct vtb_comparison){0};
}
