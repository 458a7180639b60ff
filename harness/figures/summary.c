#include "figures/summary.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "figures/asked.h"

static const struct vtb_interval unknown = {NAN, NAN, NAN};

double vtb_per_op(const struct vtb_counted *counted, uint64_t total)
{
    return (double)total / (double)counted->calls_n;
}

double vtb_cells_per_op(const struct vtb_counted *counted, uint64_t total)
{
    return counted->bytes_only ? NAN : vtb_per_op(counted, total);
}

double vtb_steady_bytes_per_op(const struct vtb_counted *counted)
{
    return vtb_per_op(counted, counted->counts.requested_bytes - counted->startup_bytes);
}

double vtb_steady_allocs_per_op(const struct vtb_counted *counted)
{
    return vtb_cells_per_op(counted, counted->counts.allocs_n - counted->startup_allocs_n);
}

/* A table whose figures are being worked out. */
struct work {
    const struct vtb_comparison *comparison;
    double quiet_ns;
    double *pairs; /* scratch for the pairs of a session, as is the next */
    double *deviations;
    struct vtb_session_value *values; /* scratch for the values of the sessions */
};

/* --- collections --- */

/* The pauses of a case in its sessions. */
static struct vtb_pause_sums session_pauses(const struct vtb_samples *samples, size_t own)
{
    struct vtb_pause_sums all = {0};
    for (size_t s = 0; s < samples->sessions_n; s++) {
        const struct vtb_pause_sums *of_session = &samples->pauses[s * samples->cases_n + own];
        all.n += of_session->n;
        all.cpu_ns += of_session->cpu_ns;
        all.cpu_ns2 += of_session->cpu_ns2;
    }
    return all;
}

/* Exact where the heap collects after so many bytes; else as often as the pressure pass saw. Calls
 * that never collect have none; NaN: nobody knows. */
static double collections_per_op(const struct vtb_figures *figures)
{
    const struct vtb_pressure *pressure = &figures->pressure;
    const double calls = pressure->measured ? pressure->calls_per_collection : NAN;
    const bool collects =
        pressure->measured ? pressure->collects : vtb_heap_collects(figures->the_case->heap->heap);
    if (!collects || figures->counted.counts.requested_bytes == 0)
        return 0;
    return calls > 0 ? (double)figures->the_case->threads_n / calls : NAN;
}

/* Of a steady state. Of one pause nobody knows how far another would be from it: as far as it is
 * long. */
static struct vtb_collection_cost cost_of(const struct vtb_samples *samples, size_t own,
                                          const struct vtb_figures *figures)
{
    const struct vtb_pressure *pressure = &figures->pressure;
    const double per_op = collections_per_op(figures);
    struct vtb_pause_sums all = session_pauses(samples, own);
    if (per_op == 0)
        return (struct vtb_collection_cost){0};
    all.n += (double)pressure->collected.pauses_n;
    all.cpu_ns += pressure->collected.cpu_ns;
    all.cpu_ns2 += pressure->collected.cpu_ns2;
    if (isnan(per_op) || all.n == 0)
        return (struct vtb_collection_cost){.is_unknown = true};
    const double mean = all.cpu_ns / all.n;
    const double variance =
        all.n < 2 ? mean * mean : fmax(0, all.cpu_ns2 / all.n - mean * mean) / (all.n - 1);
    return (struct vtb_collection_cost){per_op * mean, per_op * per_op * variance, false};
}

/* --- pairs --- */

/* The time of an epoch outside of collections, and what collections cost on average. */
static double time_at(const struct work *work, size_t at)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    return samples->real_ns[at] - (samples->gc_ns ? samples->gc_ns[at] : 0) +
           work->comparison->figures[at % samples->cases_n].collections.ns;
}

static bool is_in(const struct work *work, size_t at, enum vtb_state state)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    return state == VTB_STATE_ANY || vtb_is_in_state(state, samples->probe_before_ns[at],
                                                     samples->probe_after_ns[at], work->quiet_ns);
}

/* Three cases whose times of a round make one value: a function of own, other and unit. */
struct pairing {
    size_t own;
    size_t other;
    size_t unit;
    double (*value)(double own, double other, double unit);
};

static double log_ratio(double own, double other, double unit)
{
    (void)unit;
    return log(own / other);
}

static double share_of_unit(double own, double other, double unit)
{
    return (own - other) / unit;
}

/* Gathers the values of the rounds of a session in which all three cases were in a state. */
static size_t gather(const struct work *work, const struct pairing *pairing, size_t session,
                     enum vtb_state state)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    size_t n = 0;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const size_t first = vtb_samples_at(samples, session, round, 0);
        const size_t own = first + pairing->own;
        const size_t other = first + pairing->other;
        const size_t unit = first + pairing->unit;
        if (is_in(work, own, state) && is_in(work, other, state) && is_in(work, unit, state))
            work->pairs[n++] =
                pairing->value(time_at(work, own), time_at(work, other), time_at(work, unit));
    }
    return n;
}

static struct vtb_pooled pool(const struct work *work, const struct pairing *pairing,
                              enum vtb_state state)
{
    size_t values_n = 0;
    for (size_t s = 0; s < work->comparison->samples.sessions_n; s++) {
        const size_t n = gather(work, pairing, s, state);
        if (n >= VTB_PAIRS_MIN)
            work->values[values_n++] = vtb_session_value_of(work->pairs, n, work->deviations);
    }
    return vtb_pool(work->values, values_n);
}

double vtb_collections_variance(const struct vtb_figures *figures)
{
    if (figures->collections.is_unknown)
        return NAN;
    return figures->ns.median > 0
               ? figures->collections.variance / (figures->ns.median * figures->ns.median)
               : 0;
}

/* Whether what collections cost one of two cases is not in its times. */
static bool lacks_collections(const struct work *work, size_t own, size_t other)
{
    const struct vtb_figures *figures = work->comparison->figures;
    return own != other &&
           (figures[own].collections.is_unknown || figures[other].collections.is_unknown);
}

/* The ratio of two cases, with what is not known of the collections of both. */
static struct vtb_pooled pool_ratio(const struct work *work, size_t own, size_t other,
                                    enum vtb_state state)
{
    const struct pairing pairing = {own, other, own, log_ratio};
    struct vtb_pooled pooled = pool(work, &pairing, state);
    if (lacks_collections(work, own, other))
        pooled.variance = pooled.freedom = NAN; /* nobody knows how far it is off */
    else
        vtb_pooled_add(&pooled, vtb_collections_variance(&work->comparison->figures[own]) +
                                    vtb_collections_variance(&work->comparison->figures[other]));
    return pooled;
}

static struct vtb_interval exp_of(const struct vtb_interval *logs)
{
    return (struct vtb_interval){exp(logs->median), exp(logs->lo), exp(logs->hi)};
}

/* The difference of two cases in ns, at the baseline's speed: as a share of the baseline's time,
 * which does not depend on how fast the machine was, times that time. */
static struct vtb_interval beyond(const struct work *work, size_t own, size_t other)
{
    const struct vtb_figures *figures = work->comparison->figures;
    const size_t unit = figures[own].the_case->baseline;
    const double unit_ns = figures[unit].ns.median;
    const struct pairing pairing = {own, other, unit, share_of_unit};
    if (own == other)
        return (struct vtb_interval){0, 0, 0};
    struct vtb_pooled pooled = pool(work, &pairing, work->comparison->state);
    if (lacks_collections(work, own, other))
        pooled.variance = pooled.freedom = NAN;
    vtb_pooled_add(&pooled,
                   (figures[own].collections.variance + figures[other].collections.variance) /
                       (unit_ns * unit_ns));
    const struct vtb_interval share = vtb_pooled_interval(&pooled, 1);
    return (struct vtb_interval){share.median * unit_ns, share.lo * unit_ns, share.hi * unit_ns};
}

/* --- stores --- */

/* What an operation takes where an array is the store. */
static double simulated_at(const struct work *work, size_t at)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    return samples->simulated_ns[at] +
           work->comparison->figures[at % samples->cases_n].collections.ns;
}

/* What `own` takes beyond `other` with an array, in a round, as a share of what `unit` takes with
 * the store. */
static double beyond_at(const struct work *work, const struct pairing *pairing, size_t first)
{
    return pairing->value(simulated_at(work, first + pairing->own),
                          simulated_at(work, first + pairing->other),
                          time_at(work, first + pairing->unit));
}

/* That share, over all rounds. It is pooled in units of what `own` takes with an array: what places
 * of code make of times (VTB_POOLED_PHI) is a share of that, and not of the store's time. */
static struct vtb_interval share_beyond(const struct work *work, size_t own, size_t other,
                                        size_t unit)
{
    const struct pairing pairing = {own, other, unit, share_of_unit};
    const struct vtb_samples *samples = &work->comparison->samples;
    const double own_ns = vtb_median_of_case(
        samples->simulated_ns, samples->sessions_n * samples->rounds_n, samples->cases_n, own);
    const double scale = own_ns / work->comparison->figures[unit].ns.median;
    size_t values_n = 0;
    for (size_t s = 0; samples->rounds_n >= VTB_PAIRS_MIN && s < samples->sessions_n; s++) {
        for (size_t round = 0; round < samples->rounds_n; round++)
            work->pairs[round] =
                beyond_at(work, &pairing, vtb_samples_at(samples, s, round, 0)) / scale;
        work->values[values_n++] =
            vtb_session_value_of(work->pairs, samples->rounds_n, work->deviations);
    }
    const struct vtb_pooled pooled = vtb_pool(work->values, values_n);
    const struct vtb_interval units = vtb_pooled_interval(&pooled, 1);
    return (struct vtb_interval){units.median * scale, units.lo * scale, units.hi * scale};
}

/* What never suspends asks no store. */
static void summarise_store(const struct work *work, size_t own, struct vtb_figures *figures)
{
    const struct vtb_case *the_case = figures->the_case;
    const struct vtb_samples *samples = &work->comparison->samples;
    figures->store = vtb_asked(samples->stores + own, samples->cases_n * sizeof *samples->stores,
                               samples->sessions_n);
    if (the_case->timing->frame_bytes == 0)
        return;
    figures->handover_share = share_beyond(work, own, the_case->floor, own);
    if (own != the_case->baseline)
        figures->handover_saved = share_beyond(work, the_case->baseline, own, the_case->baseline);
}

/* --- times --- */

/* The median of a session's times in a state; NaN if there are too few. */
static double session_median(const struct work *work, size_t session, size_t own,
                             enum vtb_state state)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    size_t n = 0;
    for (size_t round = 0; round < samples->rounds_n; round++) {
        const size_t at = vtb_samples_at(samples, session, round, own);
        if (is_in(work, at, state))
            work->pairs[n++] = time_at(work, at);
    }
    return n >= VTB_PAIRS_MIN ? vtb_median(work->pairs, n) : NAN;
}

static struct vtb_interval times_of(const struct work *work, size_t own, enum vtb_state state)
{
    const size_t sessions_n = work->comparison->samples.sessions_n;
    double *medians = vtb_allocate(sessions_n, sizeof *medians, "the medians of sessions");
    size_t n = 0;
    for (size_t s = 0; s < sessions_n; s++) {
        const double median = session_median(work, s, own, state);
        if (!isnan(median))
            medians[n++] = median;
    }
    struct vtb_interval times = {NAN, NAN, NAN};
    if (n > 0) {
        times.median = vtb_median(medians, n); /* sorts them */
        times.lo = medians[0];
        times.hi = medians[n - 1];
    }
    free(medians);
    return times;
}

static void summarise_callers(const struct work *work, size_t own, struct vtb_figures *figures)
{
    const struct vtb_samples *samples = &work->comparison->samples;
    const size_t rounds_n = samples->sessions_n * samples->rounds_n;
    double *times = vtb_allocate(rounds_n, sizeof *times, "the times of a caller");
    for (size_t t = 0; t < figures->the_case->threads_n; t++) {
        for (size_t round = 0; round < rounds_n; round++) {
            const size_t at = round * samples->cases_n + own;
            times[round] = samples->thread_ns[at * samples->threads_n + t] - samples->gc_ns[at] +
                           figures->collections.ns;
        }
        figures->caller_ns[t] = vtb_median(times, rounds_n);
    }
    free(times);
}

/* The throughput of all callers together, over that of one caller. */
static struct vtb_interval scaling_of(const struct work *work, size_t own, enum vtb_state state)
{
    const struct vtb_case *the_case = work->comparison->figures[own].the_case;
    const double n = (double)the_case->threads_n;
    if (the_case->serial == own)
        return (struct vtb_interval){1, 1, 1};
    const struct vtb_pooled slower = pool_ratio(work, own, the_case->serial, state);
    const struct vtb_interval logs = vtb_pooled_interval(&slower, 1);
    return (struct vtb_interval){n / exp(logs.median), n / exp(logs.hi), n / exp(logs.lo)};
}

/* --- a table --- */

/* Sessions in which a state was seen for long enough to give a case's ratio a value. */
static size_t sessions_in(const struct work *work, size_t own, enum vtb_state state)
{
    const struct vtb_case *the_case = work->comparison->figures[own].the_case;
    return pool_ratio(work, own, the_case->baseline, state).sessions_n;
}

double vtb_median_of_case(const double *numbers, size_t n, size_t cases_n, size_t own)
{
    if (!numbers)
        return NAN;
    double *values = vtb_allocate(n, sizeof *values, "the figures of a case");
    for (size_t i = 0; i < n; i++)
        values[i] = numbers[i * cases_n + own];
    const double median = vtb_median(values, n);
    free(values);
    return median;
}

/* The state of which the table's figures are: quiet, unless more cases have an interval in the
 * other one; or, if none has one in either, unless more sessions have values there. */
static enum vtb_state choose_state(const struct work *work)
{
    size_t cases_n[VTB_STATE_ANY] = {0};
    size_t sessions_n[VTB_STATE_ANY] = {0};
    if (!vtb_has_states(&work->comparison->samples))
        return VTB_STATE_ANY;
    for (size_t i = 0; i < work->comparison->samples.cases_n; i++) {
        for (int state = 0; state < VTB_STATE_ANY; state++) {
            const size_t n = sessions_in(work, i, (enum vtb_state)state);
            cases_n[state] += n >= VTB_SESSIONS_MIN;
            sessions_n[state] += n;
        }
    }
    const bool none = cases_n[VTB_STATE_QUIET] + cases_n[VTB_STATE_BUSY] == 0;
    const size_t *seen_n = none ? sessions_n : cases_n;
    return seen_n[VTB_STATE_BUSY] > seen_n[VTB_STATE_QUIET] ? VTB_STATE_BUSY : VTB_STATE_QUIET;
}

/* The ratio beside a busy sibling, if enough of that was seen. */
static struct vtb_interval busy_ratio(const struct work *work, size_t own, size_t baseline)
{
    if (work->comparison->state == VTB_STATE_ANY || own == baseline)
        return (struct vtb_interval){NAN, NAN, NAN};
    const struct vtb_pooled pooled = pool_ratio(work, own, baseline, VTB_STATE_BUSY);
    if (pooled.sessions_n < VTB_SESSIONS_MIN)
        return (struct vtb_interval){NAN, NAN, NAN};
    const struct vtb_interval logs = vtb_pooled_interval(&pooled, 1);
    return exp_of(&logs);
}

bool vtb_disagrees(const struct vtb_interval *ratio)
{
    return ratio->hi / ratio->median - 1 > VTB_DISAGREE_MARGIN;
}

static void summarise_ratio(const struct work *work, size_t own, struct vtb_figures *figures)
{
    const size_t baseline = figures->the_case->baseline;
    figures->log_ratio = pool_ratio(work, own, baseline, work->comparison->state);
    figures->busy_ratio = busy_ratio(work, own, baseline);
    if (own == baseline) {
        figures->ratio = (struct vtb_interval){1, 1, 1};
        return;
    }
    const struct vtb_interval logs = vtb_pooled_interval(&figures->log_ratio, 1);
    figures->ratio = exp_of(&logs);
    figures->disagree = vtb_disagrees(&figures->ratio);
}

/* Whether a case cannot be told from the empty loop, by an interval that is narrow enough to tell:
 * it does not reach to what the floor takes. */
static bool is_optimised_away(const struct work *work, size_t own)
{
    const struct vtb_figures *figures = work->comparison->figures;
    const size_t empty = figures[own].the_case->empty;
    if (own == empty || empty >= work->comparison->point->cases_n)
        return false;
    const struct vtb_interval over_empty = beyond(work, own, empty);
    return over_empty.lo <= 0 && over_empty.hi < figures[figures[own].the_case->floor].ns.median;
}

static void summarise_case(const struct work *work, size_t own, struct vtb_figures *figures)
{
    const struct vtb_case *the_case = figures->the_case;
    const struct vtb_samples *samples = &work->comparison->samples;
    summarise_ratio(work, own, figures);
    figures->over_floor = beyond(work, own, the_case->floor);
    figures->over_base = beyond(work, own, the_case->variant_of);
    figures->scaling = scaling_of(work, own, work->comparison->state);
    figures->optimised_away = is_optimised_away(work, own);
    figures->completer_ns =
        vtb_median_of_case(samples->completer_ns, samples->sessions_n, samples->cases_n, own);
    figures->page_faults = vtb_median_of_case(
        samples->faults_n, samples->sessions_n * samples->rounds_n, samples->cases_n, own);
    figures->quiet_share = vtb_has_states(samples)
                               ? vtb_state_share(samples, own, VTB_STATE_QUIET, work->quiet_ns)
                               : NAN;
    if (samples->stores)
        summarise_store(work, own, figures);
    if (figures->caller_ns)
        summarise_callers(work, own, figures);
}

static enum vtb_verdict verdict_of(const struct vtb_figures *figures, double adjusted_p)
{
    const struct vtb_interval *ratio = &figures->ratio;
    if (figures->disagree || isnan(ratio->lo))
        return VTB_VERDICT_UNKNOWN;
    if (adjusted_p < 1 - VTB_CONFIDENCE)
        return VTB_VERDICT_DIFFERENT;
    const bool same = ratio->lo > 1 - VTB_SAME_MARGIN && ratio->hi < 1 + VTB_SAME_MARGIN;
    return same ? VTB_VERDICT_SAME : VTB_VERDICT_UNKNOWN;
}

/* Judges every case against its baseline, by Holm over all cases. */
static void judge(struct vtb_comparison *comparison)
{
    const struct vtb_point *point = comparison->point;
    double *p = vtb_allocate(point->cases_n, sizeof *p, "the tests of a table");
    size_t tests_n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        if (point->cases[i].baseline != i)
            p[tests_n++] = vtb_pooled_p(&comparison->figures[i].log_ratio);
    }
    vtb_holm(p, tests_n);
    const size_t all_n = tests_n;
    tests_n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        struct vtb_figures *figures = &comparison->figures[i];
        if (point->cases[i].baseline == i)
            continue;
        figures->verdict = verdict_of(figures, p[tests_n++]);
        figures->mde = figures->disagree
                           ? NAN /* then no difference is seen, however large */
                           : expm1(vtb_pooled_would_be_seen(&figures->log_ratio, all_n));
    }
    free(p);
}

/* Times come before ratios, whose uncertainty of collections is a share of them, and the state
 * before both. */
static void summarise_times(struct vtb_comparison *comparison, struct work *work,
                            const struct vtb_found *found)
{
    const struct vtb_samples *samples = &comparison->samples;
    for (size_t i = 0; i < samples->cases_n; i++) {
        struct vtb_figures *figures = &comparison->figures[i];
        if (!comparison->point->cold)
            figures->collections =
                found->collections ? found->collections[i] : cost_of(samples, i, figures);
        figures->ns = times_of(work, i, VTB_STATE_ANY);
    }
    comparison->state = choose_state(work);
    for (size_t i = 0; i < samples->cases_n; i++)
        comparison->figures[i].ns = times_of(work, i, comparison->state);
    for (size_t i = 0; i < samples->cases_n; i++)
        summarise_case(work, i, &comparison->figures[i]);
    judge(comparison);
}

static void open_work(struct work *work, const struct vtb_comparison *comparison, double quiet_ns)
{
    static const char what[] = "the pairs of a session";
    const size_t rounds_n = comparison->samples.rounds_n;
    *work = (struct work){
        .comparison = comparison,
        .quiet_ns = quiet_ns,
        .pairs = vtb_allocate(rounds_n, sizeof *work->pairs, what),
        .deviations = vtb_allocate(rounds_n, sizeof *work->deviations, what),
        .values = vtb_allocate(comparison->samples.sessions_n, sizeof *work->values, what),
    };
}

static void close_work(struct work *work)
{
    free(work->pairs);
    free(work->deviations);
    free(work->values);
}

struct vtb_pooled vtb_pool_log_ratio(const struct vtb_comparison *comparison, size_t own,
                                     size_t other, enum vtb_state state, double quiet_ns)
{
    struct work work;
    open_work(&work, comparison, quiet_ns);
    const struct vtb_pooled pooled = pool_ratio(&work, own, other, state);
    close_work(&work);
    return pooled;
}

void vtb_session_log_ratios(const struct vtb_comparison *comparison, size_t own, size_t other,
                            enum vtb_state state, double quiet_ns, struct vtb_session_value *values)
{
    const struct pairing pairing = {own, other, own, log_ratio};
    struct work work;
    open_work(&work, comparison, quiet_ns);
    for (size_t s = 0; s < comparison->samples.sessions_n; s++) {
        const size_t n = gather(&work, &pairing, s, state);
        values[s] = n >= VTB_PAIRS_MIN ? vtb_session_value_of(work.pairs, n, work.deviations)
                                       : (struct vtb_session_value){NAN, NAN};
    }
    close_work(&work);
}

static void keep_found(struct vtb_figures *figures, const struct vtb_found *found, size_t i)
{
    figures->counted = found->counted[i];
    if (!found->pressures)
        return;
    figures->pressure = found->pressures[i];
    figures->pressure.hgrm =
        figures->pressure.hgrm ? vtb_copy_text(figures->pressure.hgrm, "pauses") : NULL;
}

/* The share of the calls that were timed that hit, in all sessions; NaN if it was not noted. */
static double timed_hit_rate(const struct vtb_samples *samples)
{
    double sum = 0;
    for (size_t s = 0; samples->hit_rates && s < samples->sessions_n; s++)
        sum += samples->hit_rates[s];
    return samples->hit_rates ? sum / (double)samples->sessions_n : NAN;
}

bool vtb_summarise(struct vtb_comparison *comparison, const struct vtb_point *point,
                   enum vtb_consumer consumer, struct vtb_samples samples, double quiet_ns,
                   const struct vtb_found *found, struct vtb_error *error)
{
    *comparison = (struct vtb_comparison){
        .point = point,
        .consumer = consumer,
        .timed = samples.rounds_n > 0,
        .timed_hit_rate = timed_hit_rate(&samples),
        .samples = samples,
        .figures = calloc(point->cases_n, sizeof *comparison->figures),
    };
    if (samples.thread_ns)
        comparison->caller_ns = calloc(point->cases_n * samples.threads_n, sizeof(double));
    if (!comparison->figures || (samples.thread_ns && !comparison->caller_ns)) {
        vtb_comparison_free(comparison);
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu figures", point->cases_n);
    }
    for (size_t i = 0; i < point->cases_n; i++) {
        struct vtb_figures *figures = &comparison->figures[i];
        figures->the_case = &point->cases[i];
        keep_found(figures, found, i);
        figures->completer_ns = figures->page_faults = NAN;
        figures->handover_share = figures->handover_saved = unknown;
        figures->store = (struct vtb_store_sums){.p50_ns = NAN, .p99_ns = NAN};
        if (comparison->caller_ns)
            figures->caller_ns = comparison->caller_ns + i * samples.threads_n;
    }
    if (comparison->timed) {
        struct work work;
        open_work(&work, comparison, quiet_ns);
        summarise_times(comparison, &work, found);
        close_work(&work);
    }
    return true;
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
