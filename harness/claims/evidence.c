#include "claims/evidence.h"

#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/prose.h"
#include "claims/collections.h"

#define RATES_MAX 32
#define HEAPS_MAX 16

/* The calls of the text's own examples. */
#define CALLS_N 1000000

/* As a run has them that is no sweep. */
#define SESSIONS_N 10
#define ROUNDS_N 80

/* As many pauses as an interval of their p99 takes that has two ends, and a few more, in case they
 * are not exactly so many. */
#define P99_PAUSES_N 528
#define MORE_PAUSES 1.02
#define PAUSE_CALLS_MAX 5e8

/* Of an open loop, whose case is the text's gateway. Quantiles take 10,000 calls of a session, and
 * intervals five sessions. */
#define LOOP_SESSIONS_N 6
#define LOOP_QUICK_SESSIONS_N 2
#define LOOP_SLICES_N 3
#define LOOP_SLICE_MS 50
#define LOOP_TRIAL_MS 5

/* What else may be behind the type that the text tells of, an alias of the strategy that is so. */
#define SOURCE_AFTER "IValueTaskSource"

/* --- the strategies that claims are about --- */

static const char *name_of_role(enum vtb_role role)
{
    const struct vtb_strategy_entry *entry = vtb_find_role(role);
    return entry ? entry->name : "";
}

/* Whether the hand-over of a strategy is the type that the text tells of, before or after. */
static bool is_of_side(const char *name, enum vtb_claim_side side)
{
    const struct vtb_strategy *strategy = vtb_find_strategy(name);
    if (side == VTB_BEFORE)
        return strategy->role == VTB_ROLE_BASELINE;
    return strategy->role == VTB_ROLE_CHALLENGER || strategy == vtb_find_strategy(SOURCE_AFTER);
}

static void names_of_side(struct vtb_names *names, enum vtb_claim_side side)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (is_of_side(vtb_strategies[i].name, side))
            (void)vtb_names_add(names, vtb_strategies[i].name);
    }
}

static void append_names(char *text, size_t text_bytes, const struct vtb_names *names)
{
    for (size_t i = 0; i < names->n; i++)
        vtb_append(text, text_bytes, "%s%s", i > 0 ? "," : "", names->items[i]);
}

/* --- what is needed --- */

/* Whether a claim is of the 99th percentile of pauses, or of what all of them take. */
static bool is_of_p99(const struct vtb_claim *claim)
{
    return claim->figure == vtb_claim_pause_p99 || claim->figure == vtb_claim_pause_p99_saved;
}

static bool is_of_pauses(const struct vtb_claim *claim)
{
    return is_of_p99(claim) || claim->figure == vtb_claim_gc_time ||
           claim->figure == vtb_claim_gc_time_saved;
}

static bool needs(const struct vtb_claims_work *work, bool (*is)(const struct vtb_claim *claim))
{
    for (size_t i = 0; i < work->results.n; i++) {
        if (is(work->results.items[i].claim))
            return true;
    }
    return false;
}

/* The open loop that a claim is measured by; VTB_CLAIMS_LOOPS_N: by none. */
static size_t loop_of(const struct vtb_claim *claim)
{
    if (claim->figure == vtb_claim_p99_longer || claim->figure == vtb_claim_p999_longer)
        return VTB_CLAIMS_AT_A_RATE;
    if (claim->figure == vtb_claim_rate_ratio || claim->figure == vtb_claim_rate_more)
        return VTB_CLAIMS_AT_MOST;
    return VTB_CLAIMS_LOOPS_N;
}

static bool is_at_a_rate(const struct vtb_claim *claim)
{
    return loop_of(claim) == VTB_CLAIMS_AT_A_RATE;
}

static bool is_at_most(const struct vtb_claim *claim)
{
    return loop_of(claim) == VTB_CLAIMS_AT_MOST;
}

static bool is_of_run(const struct vtb_claim *claim)
{
    return claim->figure != NULL && loop_of(claim) == VTB_CLAIMS_LOOPS_N;
}

static bool is_of_misuse(const struct vtb_claim *claim)
{
    return claim->misuses != 0;
}

/* How many of a claim's hit rates there are. */
static size_t rates_n(const struct vtb_claim *claim)
{
    return claim->rates[1] >= 0 ? 2 : 1;
}

static int compare_rates(const void *left, const void *right)
{
    const double one = *(const double *)left;
    const double other = *(const double *)right;
    return (one > other) - (one < other);
}

/* Gathers the hit rates of all claims that are chosen, each once. */
static size_t gather_rates(const struct vtb_claims_work *work, double rates[RATES_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < work->results.n; i++) {
        const struct vtb_claim *claim = work->results.items[i].claim;
        for (size_t r = 0; is_of_run(claim) && r < rates_n(claim); r++) {
            size_t at = 0;
            while (at < n && rates[at] != claim->rates[r])
                at++;
            if (at == n && n < RATES_MAX)
                rates[n++] = claim->rates[r];
        }
    }
    qsort(rates, n, sizeof *rates, compare_rates);
    return n;
}

/* The hit rate of the claims of pauses; negative if there are none. */
static double rate_of_pauses(const struct vtb_claims_work *work)
{
    for (size_t i = 0; i < work->results.n; i++) {
        if (is_of_pauses(work->results.items[i].claim))
            return work->results.items[i].claim->rates[0];
    }
    return -1;
}

/* --- before --- */

static bool is_chosen(const struct vtb_claim *claim, const char *section)
{
    return !section || strcasestr(claim->section, section);
}

static bool choose(struct vtb_claims_work *work, struct vtb_error *error)
{
    work->results.items =
        vtb_allocate(vtb_claims_n, sizeof *work->results.items, "the verdicts on claims");
    for (size_t i = 0; i < vtb_claims_n; i++) {
        if (is_chosen(&vtb_claims[i], work->options->section))
            work->results.items[work->results.n++].claim = &vtb_claims[i];
    }
    return work->results.n > 0 ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--section: '%.300s' is in no heading; accepted: a part of one, as '%s'; "
                    "docs/CLAIMS.md has them all",
                    work->options->section, vtb_claims[0].section);
}

static void add_heaps(struct vtb_own_run *run, const struct vtb_names *names)
{
    char heaps[400] = "";
    append_names(heaps, sizeof heaps, names);
    if (*heaps)
        vtb_own_run_word(run, "--heap=%s", heaps);
}

static void add_strategies(struct vtb_own_run *run)
{
    vtb_own_run_word(run, "--strategy=%s,%s", name_of_role(VTB_ROLE_BASELINE),
                     name_of_role(VTB_ROLE_CHALLENGER));
    vtb_own_run_word(run, "--method=both");
}

/* The plan of the run at all hit rates: rough if the user asks for that. */
static bool prepare_run(struct vtb_claims_work *work, struct vtb_error *error)
{
    double rates[RATES_MAX];
    char list[400] = "";
    const size_t n = gather_rates(work, rates);
    for (size_t i = 0; i < n; i++)
        vtb_append(list, sizeof list, "%s%g", i > 0 ? "," : "", rates[i]);
    add_strategies(&work->run);
    vtb_own_run_word(&work->run, "--hit-rate=%s", list);
    vtb_own_run_word(&work->run, "--calls=%d", CALLS_N);
    if (work->options->quick) {
        vtb_own_run_word(&work->run, "--quick");
    } else {
        vtb_own_run_word(&work->run, "--sessions=%d", SESSIONS_N);
        vtb_own_run_word(&work->run, "--rounds=%d", ROUNDS_N);
    }
    add_heaps(&work->run, &work->options->heaps);
    if (!vtb_own_run_prepare(&work->run, error))
        return false;
    for (size_t p = 0; p < work->run.plan.points_n; p++) {
        struct vtb_point *point = &work->run.plan.points[p];
        point->collects_enough = !work->options->quick || point->hits.rate == rate_of_pauses(work);
    }
    return true;
}

/* The hit rate of the claims of an open loop, which are all of one gateway. */
static double rate_of_loop(const struct vtb_claims_work *work, size_t loop)
{
    for (size_t i = 0; i < work->results.n; i++) {
        if (loop_of(work->results.items[i].claim) == loop)
            return work->results.items[i].claim->rates[0];
    }
    return NAN;
}

/* The plan of an open loop: for all of its sessions a case has its turn for a second or two. */
static bool prepare_loop(struct vtb_claims_work *work, size_t which, struct vtb_error *error)
{
    struct vtb_claims_loop *loop = &work->loops[which];
    const bool quick = work->options->quick;
    loop->words.command = "latency";
    vtb_own_run_word(&loop->words, which == VTB_CLAIMS_AT_A_RATE ? "--rate=100k" : "--rate=max");
    add_strategies(&loop->words);
    vtb_own_run_word(&loop->words, "--hit-rate=%g", rate_of_loop(work, which));
    vtb_own_run_word(&loop->words, "--sessions=%d",
                     quick ? LOOP_QUICK_SESSIONS_N : LOOP_SESSIONS_N);
    vtb_own_run_word(&loop->words, "--slice-ms=%d",
                     which == VTB_CLAIMS_AT_MOST ? LOOP_TRIAL_MS : LOOP_SLICE_MS);
    if (which == VTB_CLAIMS_AT_A_RATE)
        vtb_own_run_word(&loop->words, "--slices=%d", LOOP_SLICES_N);
    add_heaps(&loop->words, &work->options->heaps);
    return vtb_own_run_prepare(&loop->words, error);
}

bool vtb_claims_open(struct vtb_claims_work *work, const struct vtb_options *options,
                     struct vtb_error *error)
{
    *work = (struct vtb_claims_work){.options = options};
    vtb_own_run_clear_settings();
    return choose(work, error) && (!needs(work, is_of_run) || prepare_run(work, error)) &&
           (!needs(work, is_at_a_rate) || prepare_loop(work, VTB_CLAIMS_AT_A_RATE, error)) &&
           (!needs(work, is_at_most) || prepare_loop(work, VTB_CLAIMS_AT_MOST, error));
}

void vtb_claims_close(struct vtb_claims_work *work)
{
    vtb_own_run_close(&work->run);
    vtb_own_run_close(&work->pauses);
    for (size_t i = 0; i < VTB_CLAIMS_LOOPS_N; i++) {
        vtb_latency_run_close(&work->loops[i].run);
        vtb_own_run_close(&work->loops[i].words);
    }
    vtb_misuse_free(&work->misuses);
    free(work->results.items);
    *work = (struct vtb_claims_work){.options = NULL};
}

/* --- from a run's figures to evidence --- */

static const struct vtb_comparison *find_comparison(const struct vtb_results *results, double rate)
{
    for (size_t i = 0; i < results->comparisons_n; i++) {
        if (results->comparisons[i].point->hits.rate == rate)
            return &results->comparisons[i];
    }
    return NULL;
}

/* The place of a side's case on a heap; the number of cases if there is none. */
static size_t find_case(const struct vtb_point *point, const struct vtb_heap_entry *heap,
                        enum vtb_claim_side side)
{
    const enum vtb_role role = side == VTB_BEFORE ? VTB_ROLE_BASELINE : VTB_ROLE_CHALLENGER;
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        if (the_case->heap == heap && the_case->timing->strategy->role == role &&
            (the_case->method == VTB_METHOD_ASYNC) == (side != VTB_AFTER))
            return i;
    }
    return point->cases_n;
}

static struct vtb_interval ratio_to(const struct vtb_comparison *comparison, size_t own,
                                    size_t base, double quiet_ns)
{
    const struct vtb_pooled pooled =
        vtb_pool_log_ratio(comparison, own, base, comparison->state, quiet_ns);
    const struct vtb_interval log = vtb_pooled_interval(&pooled, 1);
    return (struct vtb_interval){exp(log.median), exp(log.lo), exp(log.hi)};
}

/* What collections a case had, in the run with more calls if it is there. */
static const struct vtb_pressure *pressure_of(const struct vtb_claims_work *work, double hit_rate,
                                              const struct vtb_figures *figures)
{
    const struct vtb_case *of = figures->the_case;
    const struct vtb_comparison *more = find_comparison(&work->pauses.results, hit_rate);
    for (size_t i = 0; more && i < more->point->cases_n; i++) {
        const struct vtb_case *the_case = &more->point->cases[i];
        if (the_case->heap == of->heap && the_case->timing == of->timing)
            return &more->figures[i].pressure;
    }
    return &figures->pressure;
}

static struct vtb_evidence unknown_evidence(double hit_rate, const char *heap)
{
    static const struct vtb_interval unknown = {NAN, NAN, NAN};
    struct vtb_evidence evidence = {.hit_rate = hit_rate, .heap = heap};
    for (int side = 0; side < VTB_SIDES_N; side++) {
        evidence.allocs[side] = evidence.bytes[side] = NAN;
        evidence.ns[side] = evidence.beyond_plain_ns[side] = unknown;
        evidence.ratio[side] = evidence.gc_ns[side] = unknown;
        evidence.p99_ratio[side] = evidence.p999_ratio[side] = evidence.rate_ratio[side] = unknown;
        evidence.gc_share[side] = evidence.pause_p99_ns[side] = unknown;
        evidence.survived[side] = unknown;
        for (int g = 0; g < VTB_CLAIM_GENERATIONS; g++)
            evidence.collections[side][g] = unknown;
    }
    return evidence;
}

static struct vtb_evidence evidence_of(const struct vtb_claims_work *work, double hit_rate,
                                       const struct vtb_heap_entry *heap)
{
    const struct vtb_results *results = &work->run.results;
    const struct vtb_comparison *comparison = find_comparison(results, hit_rate);
    struct vtb_evidence evidence = unknown_evidence(hit_rate, heap->name);
    if (!comparison)
        return evidence;
    const size_t base = find_case(comparison->point, heap, VTB_BEFORE);
    for (int side = 0; side < VTB_SIDES_N; side++) {
        const size_t i = find_case(comparison->point, heap, (enum vtb_claim_side)side);
        if (i == comparison->point->cases_n || base == comparison->point->cases_n)
            continue;
        const struct vtb_figures *figures = &comparison->figures[i];
        evidence.allocs[side] = vtb_steady_allocs_per_op(&figures->counted);
        evidence.bytes[side] = vtb_steady_bytes_per_op(&figures->counted);
        evidence.ns[side] = figures->ns;
        evidence.beyond_plain_ns[side] = figures->over_floor;
        evidence.ratio[side] = ratio_to(comparison, i, base, results->quiet_ns);
        vtb_evidence_add_pressure(&evidence, (enum vtb_claim_side)side,
                                  pressure_of(work, hit_rate, figures));
    }
    return evidence;
}

/* What was found in an open loop, of one heap. */
static struct vtb_evidence evidence_of_loop(const struct vtb_claims_loop *loop, double hit_rate,
                                            const struct vtb_heap_entry *heap)
{
    struct vtb_evidence evidence = unknown_evidence(hit_rate, heap->name);
    if (loop->run.tables_n == 0)
        return evidence;
    const struct vtb_latency_table *table = &loop->run.tables[0];
    const size_t base = find_case(table->point, heap, VTB_BEFORE);
    const enum vtb_latency_kind from = VTB_LATENCY_INTENDED;
    for (int side = VTB_AFTER; side < VTB_SIDES_N; side++) {
        const size_t i = find_case(table->point, heap, (enum vtb_claim_side)side);
        if (i == table->point->cases_n || base == table->point->cases_n)
            continue;
        evidence.p99_ratio[side] = vtb_latency_ratio(table, i, base, from, VTB_LATENCY_P99);
        evidence.p999_ratio[side] = vtb_latency_ratio(table, i, base, from, VTB_LATENCY_P99 + 1);
        evidence.rate_ratio[side] = vtb_latency_ratio(table, i, base, VTB_LATENCY_KINDS_N, 0);
    }
    return evidence;
}

/* --- findings --- */

/* The heaps of a plan, in its order, each once. */
static size_t heaps_of(const struct vtb_plan *plan, const struct vtb_heap_entry *heaps[HEAPS_MAX])
{
    const struct vtb_point *point = &plan->points[0];
    size_t n = 0;
    for (size_t i = 0; i < point->cases_n; i++) {
        if ((n == 0 || heaps[n - 1] != point->cases[i].heap) && n < HEAPS_MAX)
            heaps[n++] = point->cases[i].heap;
    }
    return n;
}

/* Those of them that collect, by name. */
static struct vtb_names collecting_heaps(const struct vtb_claims_work *work)
{
    const struct vtb_heap_entry *heaps[HEAPS_MAX];
    const size_t n = heaps_of(&work->run.plan, heaps);
    struct vtb_names names = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        if (vtb_heap_collects(heaps[i]->heap))
            (void)vtb_names_add(&names, heaps[i]->name);
    }
    return names;
}

static size_t find_in_run(const struct vtb_claims_work *work, const struct vtb_claim *claim,
                          struct vtb_claim_finding *findings)
{
    const struct vtb_heap_entry *heaps[HEAPS_MAX];
    const size_t which = loop_of(claim);
    const struct vtb_claims_loop *loop = which < VTB_CLAIMS_LOOPS_N ? &work->loops[which] : NULL;
    const size_t heaps_n = heaps_of(loop ? &loop->words.plan : &work->run.plan, heaps);
    size_t n = 0;
    for (size_t r = 0; r < rates_n(claim); r++) {
        for (size_t h = 0; h < heaps_n; h++) {
            const struct vtb_evidence evidence =
                loop ? evidence_of_loop(loop, claim->rates[r], heaps[h])
                     : evidence_of(work, claim->rates[r], heaps[h]);
            findings[n++] = (struct vtb_claim_finding){claim->figure(claim, &evidence),
                                                       claim->rates[r], heaps[h]->name, NULL};
        }
    }
    return n;
}

/* Whether an attempt counts: of a strategy of the claim's side, as it is. */
static bool is_attempt_of(const struct vtb_misuse_result *attempt, const struct vtb_claim *claim)
{
    return (claim->misuses & 1u << attempt->misuse) && is_of_side(attempt->strategy, claim->side) &&
           !attempt->checked && attempt->outcome != VTB_OUTCOME_NOT_APPLICABLE;
}

/* How the attempts of a strategy, or of all where it is null, end: a count for each outcome. Gives
 * their number. */
static size_t count_ends(const struct vtb_claims_work *work, const struct vtb_claim *claim,
                         const char *strategy, size_t counts[VTB_OUTCOME_NOT_APPLICABLE])
{
    size_t n = 0;
    for (size_t i = 0; i < work->misuses.n; i++) {
        const struct vtb_misuse_result *attempt = &work->misuses.items[i];
        if (!is_attempt_of(attempt, claim) ||
            (strategy && strcmp(attempt->strategy, strategy) != 0))
            continue;
        counts[attempt->outcome]++;
        n++;
    }
    return n;
}

/* Writes how attempts end: "NAME 2 detected, 1 harmless; NAME 3 harmless". */
static void list_ends(const struct vtb_claims_work *work, const struct vtb_claim *claim, char *text,
                      size_t text_bytes)
{
    struct vtb_names names = {.n = 0};
    names_of_side(&names, claim->side);
    for (size_t i = 0; i < names.n; i++) {
        size_t counts[VTB_OUTCOME_NOT_APPLICABLE] = {0};
        char own[200] = "";
        (void)count_ends(work, claim, names.items[i], counts);
        for (int outcome = 0; outcome < VTB_OUTCOME_NOT_APPLICABLE; outcome++) {
            if (counts[outcome] > 0)
                vtb_append_item(own, sizeof own, "%zu %s", counts[outcome],
                                vtb_misuse_outcome_word((enum vtb_misuse_outcome)outcome));
        }
        vtb_append(text, text_bytes, "%s%s: %s", i > 0 ? "; " : "", names.items[i], own);
    }
}

/* The share of the attempts that end as the claim says, with a list of how all of them end. */
static struct vtb_claim_finding find_in_misuses(const struct vtb_claims_work *work,
                                                const struct vtb_claim *claim, char *ends,
                                                size_t ends_bytes)
{
    size_t counts[VTB_OUTCOME_NOT_APPLICABLE] = {0};
    const double n = (double)count_ends(work, claim, NULL, counts);
    double matching_n = 0;
    for (int outcome = 0; outcome < VTB_OUTCOME_NOT_APPLICABLE; outcome++) {
        if (claim->outcomes & 1u << outcome)
            matching_n += (double)counts[outcome];
    }
    list_ends(work, claim, ends, ends_bytes);
    const double share = n > 0 ? 100 * matching_n / n : NAN;
    return (struct vtb_claim_finding){
        .value = {{share, share, share}, share, share, .is_exact = true}, .ends = ends};
}

/* --- what to type --- */

static void tell_misuse(struct vtb_claim_result *result)
{
    struct vtb_names names = {.n = 0};
    names_of_side(&names, result->claim->side);
    vtb_append(result->how, sizeof result->how, "run_bench misuse --strategy ");
    append_names(result->how, sizeof result->how, &names);
}

static void tell_run(struct vtb_claim_result *result, const struct vtb_claims_work *work)
{
    char *how = result->how;
    const size_t bytes = sizeof result->how;
    const struct vtb_claim *claim = result->claim;
    const bool pauses = is_of_pauses(claim) && work->pauses.results.comparisons_n > 0;
    vtb_append(how, bytes, "run_bench run --strategy %s,%s --method both --hit-rate %g",
               name_of_role(VTB_ROLE_BASELINE), name_of_role(VTB_ROLE_CHALLENGER), claim->rates[0]);
    if (rates_n(claim) > 1)
        vtb_append(how, bytes, ",%g", claim->rates[1]);
    if (pauses)
        vtb_append(how, bytes, " --calls %" PRIu64 " --rounds 0",
                   work->pauses.results.comparisons[0].point->calls_n);
    vtb_append(how, bytes, " --details");
}

static void tell_loop(struct vtb_claim_result *result)
{
    const struct vtb_claim *claim = result->claim;
    vtb_append(result->how, sizeof result->how,
               "run_bench latency --rate %s --strategy %s,%s --method both --hit-rate %g",
               is_at_most(claim) ? "max" : "100k", name_of_role(VTB_ROLE_BASELINE),
               name_of_role(VTB_ROLE_CHALLENGER), claim->rates[0]);
}

/* Why a run may know nothing of a figure. */
static const char *lacking(const struct vtb_claims_work *work)
{
    if (collecting_heaps(work).n == 0)
        return "no heap that collects is among those measured";
    return work->options->quick ? "it takes more collections than --quick waits for"
                                : "there were too few collections";
}

static void judge_by_run(struct vtb_claims_work *work, struct vtb_claim_result *result)
{
    struct vtb_claim_finding findings[VTB_CLAIM_RATES_N * HEAPS_MAX];
    const struct vtb_claim *claim = result->claim;
    const size_t n = find_in_run(work, claim, findings);
    const size_t loop = loop_of(claim);
    vtb_claim_judge(result, claim, findings, n,
                    loop < VTB_CLAIMS_LOOPS_N ? work->loops[loop].lacking : lacking(work));
    if (loop < VTB_CLAIMS_LOOPS_N)
        tell_loop(result);
    else
        tell_run(result, work);
}

static void judge_by_misuse(const struct vtb_claims_work *work, struct vtb_claim_result *result)
{
    char ends[400] = "";
    const struct vtb_claim_finding finding =
        find_in_misuses(work, result->claim, ends, sizeof ends);
    vtb_claim_judge(result, result->claim, &finding, 1,
                    "in this build every cell has checks compiled in");
    tell_misuse(result);
}

static void judge(struct vtb_claims_work *work)
{
    for (size_t i = 0; i < work->results.n; i++) {
        struct vtb_claim_result *result = &work->results.items[i];
        if (result->claim->figure) {
            judge_by_run(work, result);
        } else if (is_of_misuse(result->claim)) {
            judge_by_misuse(work, result);
        } else {
            vtb_claim_judge(result, result->claim, NULL, 0, "");
            vtb_append(result->how, sizeof result->how, "none");
        }
    }
}

/* --- measuring --- */

static bool misuse(struct vtb_claims_work *work, struct vtb_error *error)
{
    struct vtb_options options = *work->options;
    names_of_side(&options.strategies, VTB_BEFORE);
    names_of_side(&options.strategies, VTB_AFTER);
    const bool ok = vtb_misuse_run(&work->misuses, &options, error);
    vtb_interrupt_tell(VTB_CLAIMS_INTERRUPTED);
    return ok;
}

static bool measure(struct vtb_own_run *run, struct vtb_error *error)
{
    struct vtb_estimate estimate = {.count_s = NULL};
    if (vtb_progress_is_told() && !vtb_estimate_make(&estimate, &run->plan, error))
        return false;
    const bool ok =
        vtb_own_run_measure(run, &run->plan, estimate.count_s ? &estimate : NULL, error);
    vtb_estimate_free(&estimate);
    return ok;
}

/* The calls after which each case on a heap with a collector has so many pauses that their p99 is
 * known; 0: none has any. */
static uint64_t pause_calls_n(const struct vtb_comparison *comparison)
{
    double calls_n = 0;
    for (size_t i = 0; i < comparison->point->cases_n; i++) {
        const double each = comparison->figures[i].pressure.calls_per_collection;
        if (comparison->figures[i].pressure.collects && isfinite(each))
            calls_n = fmax(calls_n, MORE_PAUSES * P99_PAUSES_N * each);
    }
    return (uint64_t)fmin(ceil(calls_n), PAUSE_CALLS_MAX);
}

/* The run for the 99th percentile of pauses, at the hit rate that claims ask for. */
static bool measure_pauses(struct vtb_claims_work *work, struct vtb_error *error)
{
    const double rate = rate_of_pauses(work);
    const struct vtb_names heaps = collecting_heaps(work);
    const uint64_t calls_n = pause_calls_n(find_comparison(&work->run.results, rate));
    if (calls_n == 0)
        return true;
    add_strategies(&work->pauses);
    vtb_own_run_word(&work->pauses, "--hit-rate=%g", rate);
    vtb_own_run_word(&work->pauses, "--calls=%" PRIu64, calls_n);
    vtb_own_run_word(&work->pauses, "--rounds=0");
    add_heaps(&work->pauses, &heaps);
    if (!vtb_own_run_prepare(&work->pauses, error))
        return false;
    work->pauses.plan.points[0].counted_max = CALLS_N; /* what is counted is known already */
    return measure(&work->pauses, error);
}

/* Runs an open loop. That this machine does not sustain the rate is a finding, too. */
static bool measure_loop(struct vtb_claims_loop *loop, struct vtb_error *error)
{
    loop->run = (struct vtb_latency_run){
        .options = &loop->words.options,
        .plan = &loop->words.plan,
        .results = {.options = &loop->words.options, .plan = &loop->words.plan}};
    (void)snprintf(loop->lacking, sizeof loop->lacking, "%s",
                   "there were too few sessions, or calls");
    const bool ok = vtb_latency_measure(&loop->run, error);
    const struct vtb_error *reason = ok ? &loop->run.results.interrupted_by : error;
    if (ok && !loop->run.results.interrupted)
        return true;
    if (vtb_is_interrupt(reason) || vtb_interrupted() || reason->exit_code != VTB_EXIT_USAGE)
        return ok ? vtb_fail(error, reason->exit_code, "%s", reason->message) : false;
    (void)snprintf(loop->lacking, sizeof loop->lacking, "%.290s", reason->message);
    return true;
}

static bool measure_loops(struct vtb_claims_work *work, struct vtb_error *error)
{
    return (!needs(work, is_at_a_rate) ||
            measure_loop(&work->loops[VTB_CLAIMS_AT_A_RATE], error)) &&
           (!needs(work, is_at_most) || measure_loop(&work->loops[VTB_CLAIMS_AT_MOST], error));
}

static bool measure_all(struct vtb_claims_work *work, struct vtb_error *error)
{
    return (!needs(work, is_of_misuse) || misuse(work, error)) &&
           (!needs(work, is_of_run) || measure(&work->run, error)) &&
           (!needs(work, is_of_pauses) || work->options->quick || measure_pauses(work, error)) &&
           measure_loops(work, error);
}

bool vtb_claims_measure(struct vtb_claims_work *work, struct vtb_error *error)
{
    if (!measure_all(work, error))
        return vtb_interrupted()
                   ? vtb_fail(error, vtb_interrupt_exit(), "interrupted; " VTB_CLAIMS_INTERRUPTED)
                   : false;
    judge(work);
    return true;
}
