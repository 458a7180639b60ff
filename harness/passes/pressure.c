#include "passes/pressure.h"

#include <math.h>
#include <string.h>
#include <sys/resource.h>

#include "base/clock.h"
#include "base/pages.h"
#include "bench/case_run.h"

/* --- what is told --- */

uint64_t vtb_collections_n(const struct vtb_collected *collected, unsigned generation)
{
    uint64_t n = 0;
    for (unsigned i = generation; i < VTB_GENERATIONS_MAX; i++)
        n += collected->collections_n[i];
    return n;
}

double vtb_per_kop(const struct vtb_pressure *pressure, unsigned generation)
{
    return 1e3 * (double)vtb_collections_n(&pressure->collected, generation) /
           (double)pressure->calls_n;
}

static double gen0_per_kop(const struct vtb_pressure *pressure)
{
    return vtb_per_kop(pressure, 0);
}

static double gen1_per_kop(const struct vtb_pressure *pressure)
{
    return vtb_per_kop(pressure, 1);
}

static double gen2_per_kop(const struct vtb_pressure *pressure)
{
    return vtb_per_kop(pressure, 2);
}

static double collections(const struct vtb_pressure *pressure)
{
    return (double)vtb_collections_n(&pressure->collected, 0);
}

double vtb_per_mop(const struct vtb_pressure *pressure)
{
    return 1e3 * vtb_per_kop(pressure, 0);
}

bool vtb_collections_tell(const struct vtb_pressure *pressure)
{
    return pressure->is_exact || isinf(pressure->calls_per_collection) ||
           vtb_collections_n(&pressure->collected, 0) >= VTB_COLLECTIONS_MIN;
}

/* Nothing is infinite in a file: calls that never lead to a collection have no such number. */
static double calls_per_collection(const struct vtb_pressure *pressure)
{
    return isinf(pressure->calls_per_collection) ? NAN : pressure->calls_per_collection;
}

static double gc_ms(const struct vtb_pressure *pressure)
{
    return pressure->collected.cpu_ns / 1e6;
}

double vtb_gc_ns(const struct vtb_pressure *pressure)
{
    const struct vtb_collected *collected = &pressure->collected;
    if (isinf(pressure->calls_per_collection)) /* what there was came of making what is reused */
        return collected->cpu_ns / (double)pressure->calls_n;
    if (collected->pauses_n == 0)
        return NAN;
    return collected->cpu_ns / (double)collected->pauses_n / pressure->calls_per_collection;
}

double vtb_gc_share(const struct vtb_pressure *pressure)
{
    const double gc_ns = vtb_gc_ns(pressure);
    const double rest_ns = pressure->cpu_ns - pressure->collected.cpu_ns;
    return gc_ns / (gc_ns + rest_ns / (double)pressure->calls_n);
}

static double pauses(const struct vtb_pressure *pressure)
{
    return (double)pressure->collected.pauses_n;
}

static double stretched(const struct vtb_pressure *pressure)
{
    return (double)pressure->collected.stretched_n;
}

/* A figure of the pauses' lengths, if there were as many as it needs. */
static double of_pauses(const struct vtb_pressure *pressure, int which, double ns)
{
    return pressure->collected.pauses_n >= vtb_pressure_metrics[which].pauses_min ? ns : NAN;
}

static double pause_p50(const struct vtb_pressure *pressure)
{
    return of_pauses(pressure, VTB_PRESSURE_PAUSE_P50, pressure->pause_p50_ns);
}

static double pause_p90(const struct vtb_pressure *pressure)
{
    return of_pauses(pressure, VTB_PRESSURE_PAUSE_P90, pressure->pause_p90_ns);
}

static double pause_p99(const struct vtb_pressure *pressure)
{
    return of_pauses(pressure, VTB_PRESSURE_PAUSE_P99, pressure->pause_p99_ns.median);
}

static double pause_max(const struct vtb_pressure *pressure)
{
    return of_pauses(pressure, VTB_PRESSURE_PAUSE_MAX, pressure->pause_max_ns);
}

static double pause_wall_max(const struct vtb_pressure *pressure)
{
    return of_pauses(pressure, VTB_PRESSURE_PAUSE_WALL_MAX, pressure->pause_wall_max_ns);
}

static double survived(const struct vtb_pressure *pressure)
{
    return (double)pressure->collected.survived_bytes / (double)pressure->calls_n;
}

static double promoted(const struct vtb_pressure *pressure)
{
    return (double)pressure->collected.promoted_bytes / (double)pressure->calls_n;
}

static double mmu_1ms(const struct vtb_pressure *pressure)
{
    return pressure->mmu[0];
}

static double mmu_10ms(const struct vtb_pressure *pressure)
{
    return pressure->mmu[1];
}

static double peak_rss(const struct vtb_pressure *pressure)
{
    return (double)pressure->peak_rss_bytes;
}

static double rss_growth(const struct vtb_pressure *pressure)
{
    return (double)pressure->rss_growth_bytes;
}

static double page_faults(const struct vtb_pressure *pressure)
{
    return 1e6 * (double)pressure->page_faults_n / (double)pressure->calls_n;
}

static double usable(const struct vtb_pressure *pressure)
{
    return pressure->usable_per_requested;
}

static double resident(const struct vtb_pressure *pressure)
{
    return pressure->resident_per_usable;
}

/* The functions that give the values of metrics, in the order of the metrics. */
static double (*const values[VTB_PRESSURE_METRICS_N])(const struct vtb_pressure *pressure) = {
    [VTB_PRESSURE_GEN0] = gen0_per_kop,
    [VTB_PRESSURE_GEN1] = gen1_per_kop,
    [VTB_PRESSURE_GEN2] = gen2_per_kop,
    [VTB_PRESSURE_COLLECTIONS] = collections,
    [VTB_PRESSURE_PER_MOP] = vtb_per_mop,
    [VTB_PRESSURE_CALLS_PER_COLLECTION] = calls_per_collection,
    [VTB_PRESSURE_GC_MS] = gc_ms,
    [VTB_PRESSURE_GC_SHARE] = vtb_gc_share,
    [VTB_PRESSURE_GC_NS] = vtb_gc_ns,
    [VTB_PRESSURE_PAUSES] = pauses,
    [VTB_PRESSURE_STRETCHED] = stretched,
    [VTB_PRESSURE_PAUSE_P50] = pause_p50,
    [VTB_PRESSURE_PAUSE_P90] = pause_p90,
    [VTB_PRESSURE_PAUSE_P99] = pause_p99,
    [VTB_PRESSURE_PAUSE_MAX] = pause_max,
    [VTB_PRESSURE_PAUSE_WALL_MAX] = pause_wall_max,
    [VTB_PRESSURE_SURVIVED] = survived,
    [VTB_PRESSURE_PROMOTED] = promoted,
    [VTB_PRESSURE_MMU_1MS] = mmu_1ms,
    [VTB_PRESSURE_MMU_10MS] = mmu_10ms,
    [VTB_PRESSURE_PEAK_RSS] = peak_rss,
    [VTB_PRESSURE_RSS_GROWTH] = rss_growth,
    [VTB_PRESSURE_PAGE_FAULTS] = page_faults,
    [VTB_PRESSURE_USABLE] = usable,
    [VTB_PRESSURE_RESIDENT] = resident,
};

double vtb_pressure_value(const struct vtb_pressure_metric *metric,
                          const struct vtb_pressure *pressure)
{
    const bool told =
        !pressure->counts_only || metric <= &vtb_pressure_metrics[VTB_PRESSURE_PAUSES];
    const bool known = pressure->measured && told &&
                       (pressure->collects || !metric->of_collector) &&
                       (pressure->generations_n > 1 || !metric->of_generations);
    return known ? values[metric - vtb_pressure_metrics](pressure) : NAN;
}

/* --- how many calls --- */

/* The bytes that each further call requests, by the closed formula: those of twice as many calls
 * less those of the calls. So what is made once, and used again, is not among them. */
static double further_bytes(const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                            const struct vtb_counted *counted)
{
    struct vtb_usage usage = {
        .calls_n = counted->calls_n,
        .hits_n = counted->hits_n,
        .immortal_n = counted->counts.immortal_n,
        .under_way_n = counted->counts.under_way_n,
        .setup = vtb_fixture_setup(fixture, cell),
    };
    struct vtb_cost once;
    struct vtb_cost twice;
    cell->cost(&usage, &once);
    usage.calls_n *= 2;
    usage.hits_n *= 2;
    usage.immortal_n *= 2;
    cell->cost(&usage, &twice);
    return (double)(twice.bytes - once.bytes) / (double)counted->calls_n;
}

/* Whether collections follow from a case's bytes and its heap's budget. They do not where hits
 * emerge: the pass repeats calls, whose answers are then cached. */
static bool is_exact(const struct vtb_point *point, const struct vtb_case *the_case)
{
    const struct vtb_collector *collector = the_case->heap->heap->collector;
    const struct vtb_cell *cell = the_case->timing;
    if (!collector || !collector->has_budget || point->hits.emerge)
        return false;
    return cell->hit_bytes <= collector->budget_object_max &&
           cell->miss_bytes <= collector->budget_object_max &&
           cell->layer_miss_bytes <= collector->budget_object_max;
}

/* How many calls there are to a collection, before any was made; NaN: not known. */
static double planned_calls_per_collection(const struct vtb_pressure *pressure, double bytes)
{
    if (bytes <= 0)
        return INFINITY;
    return pressure->is_exact ? (double)pressure->budget_bytes / bytes : NAN;
}

/* A part of a collection more is aimed at than is asked for, as the last one may come a little
 * later than it does on average; by no more, as the rate is what came, of all calls. */
uint64_t vtb_pressure_calls_n(const struct vtb_point *point, double calls_per_collection)
{
    const uint64_t calls_n =
        point->calls_n < VTB_PRESSURE_CALLS_MAX ? point->calls_n : VTB_PRESSURE_CALLS_MAX;
    const double enough = ceil((VTB_COLLECTIONS_MIN + 0.25) * calls_per_collection);
    if (!point->collects_enough || !(enough <= (double)VTB_PRESSURE_ENOUGH_MAX))
        return calls_n;
    return (uint64_t)fmax(enough, (double)calls_n);
}

/* --- measuring --- */

/* Room for a distribution as text. */
#define HGRM_BYTES 32768

/* The task of the child process, and its results. */
struct outcome {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    double further_bytes; /* requested by each further call */
    struct vtb_pressure pressure;
    char hgrm[HGRM_BYTES]; /* empty: too few pauses */
};

#define KB 1024

static size_t peak_rss_bytes(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (size_t)usage.ru_maxrss * KB;
}

/* Runs the calls: those of the schedule's first chunk, again and again. */
static void run_calls(struct outcome *outcome, struct vtb_env *env)
{
    struct vtb_pressure *pressure = &outcome->pressure;
    vtb_loop_function *loop =
        vtb_fixture_loop(outcome->fixture, outcome->the_case->timing, outcome->consumer);
    const size_t rss_bytes = peak_rss_bytes();
    const uint64_t faults_n = vtb_page_faults_n();
    const double start_ns = vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID);
    loop(env, (size_t)pressure->calls_n);
    pressure->cpu_ns = vtb_clock_ns(CLOCK_THREAD_CPUTIME_ID) - start_ns;
    pressure->page_faults_n = vtb_page_faults_n() - faults_n;
    pressure->peak_rss_bytes = peak_rss_bytes();
    pressure->rss_growth_bytes = pressure->peak_rss_bytes - rss_bytes;
}

static void keep_pauses(struct vtb_pressure *pressure, const struct vtb_pauses *all)
{
    pressure->pause_p50_ns = vtb_lengths_quantile(&all->cpu, 0.5);
    pressure->pause_p90_ns = vtb_lengths_quantile(&all->cpu, 0.9);
    pressure->pause_p99_ns = vtb_lengths_interval(&all->cpu, 0.99);
    pressure->pause_max_ns = all->cpu.max_ns;
    pressure->pause_wall_max_ns = all->wall.max_ns;
    for (size_t i = 0; i < VTB_MMU_WINDOWS_N; i++)
        pressure->mmu[i] = vtb_pauses_mmu(all, i);
}

static void keep_distribution(struct outcome *outcome, const struct vtb_pauses *all)
{
    FILE *text = fmemopen(outcome->hgrm, sizeof outcome->hgrm, "w");
    if (!text)
        return;
    vtb_lengths_print(text, &all->cpu);
    (void)fclose(text);
}

static struct vtb_heap_state state_of(const struct vtb_memory *memory)
{
    struct vtb_heap_state state = {.used_bytes = 0};
    if (memory->gc)
        memory->heap->collector->state(memory->gc, &state);
    return state;
}

/* Notes what follows from the heap that was opened: its budget, and so how many calls are made. */
static void plan_calls(struct outcome *outcome, const struct vtb_memory *memory)
{
    struct vtb_pressure *pressure = &outcome->pressure;
    const struct vtb_point *point = outcome->fixture->point;
    pressure->budget_bytes = state_of(memory).budget_bytes;
    pressure->live_bytes = memory->live_bytes;
    pressure->is_exact = is_exact(point, outcome->the_case);
    pressure->calls_per_collection = planned_calls_per_collection(pressure, outcome->further_bytes);
    pressure->calls_n = vtb_pressure_calls_n(point, pressure->calls_per_collection);
}

static void keep_state(struct vtb_pressure *pressure, const struct vtb_memory *memory)
{
    const struct vtb_heap_state state = state_of(memory);
    pressure->collected = memory->collected;
    pressure->resident_per_usable =
        state.used_bytes ? (double)state.reserved_bytes / (double)state.used_bytes : NAN;
    const uint64_t n = vtb_collections_n(&pressure->collected, 0);
    if (isnan(pressure->calls_per_collection) && n > 0)
        pressure->calls_per_collection = (double)pressure->calls_n / (double)n;
}

static bool measure(void *context, struct vtb_error *error)
{
    struct outcome *outcome = context;
    const struct vtb_case *the_case = outcome->the_case;
    struct vtb_case_run run;
    struct vtb_pauses *all = vtb_pages(sizeof *all, "the collector's pauses", error);
    if (!all || !vtb_case_open(&run, outcome->fixture, the_case->timing, the_case->heap->heap,
                               outcome->fixture->point, VTB_CASE_HEAP_WARM, error))
        return false;
    plan_calls(outcome, &run.memory);
    vtb_pauses_start(all, vtb_now_ns());
    run.memory.pauses = all;
    run_calls(outcome, &run.env);
    vtb_pauses_end(all, vtb_now_ns());
    run.memory.pauses = NULL;
    keep_state(&outcome->pressure, &run.memory);
    vtb_case_leave(&run);
    keep_pauses(&outcome->pressure, all);
    if (all->cpu.n >= VTB_COLLECTIONS_MIN)
        keep_distribution(outcome, all);
    return true;
}

/* The bytes that blocks can hold, divided by the bytes that were asked for. */
static double usable_per_requested(const struct vtb_counts *counts)
{
    return counts->requested_bytes ? (double)counts->usable_bytes / (double)counts->requested_bytes
                                   : NAN;
}

/* Bytes in use below which a process grows mostly by pages that have nothing to do with them. */
#define TELLING_BYTES ((double)(1 << 20))

/* The growth of the process, divided by the bytes of the blocks that were in use at once. */
static double resident_per_usable(const struct vtb_pressure *pressure,
                                  const struct vtb_counts *counts)
{
    const double peak_bytes = (double)counts->peak_live_bytes * pressure->usable_per_requested;
    return peak_bytes >= TELLING_BYTES ? (double)pressure->rss_growth_bytes / peak_bytes : NAN;
}

bool vtb_pressure_run(struct vtb_fixture *fixture, const struct vtb_case *the_case,
                      enum vtb_consumer consumer, const struct vtb_counted *counted,
                      struct vtb_pressure *pressure, struct vtb_error *error)
{
    const struct vtb_collector *collector = the_case->heap->heap->collector;
    struct outcome *outcome = vtb_pages_shared(sizeof *outcome, "a child's figures", error);
    if (!outcome)
        return false;
    outcome->fixture = fixture;
    outcome->the_case = the_case;
    outcome->consumer = consumer;
    outcome->further_bytes = further_bytes(fixture, the_case->counting, counted);
    outcome->pressure = (struct vtb_pressure){
        .measured = true,
        .collects = collector != NULL,
        .generations_n = collector ? collector->generations_n : 0,
        .usable_per_requested = usable_per_requested(&counted->counts),
    };
    const bool ok = vtb_case_in_child(the_case->timing, "pressure pass", measure, outcome, error);
    *pressure = outcome->pressure;
    pressure->hgrm = *outcome->hgrm ? strdup(outcome->hgrm) : NULL;
    if (!pressure->collects)
        pressure->resident_per_usable = resident_per_usable(pressure, &counted->counts);
    vtb_pages_free(outcome, sizeof *outcome);
    return ok;
}

/* --- how many they will be --- */

uint64_t vtb_pressure_estimated_calls_n(const struct vtb_fixture *fixture,
                                        const struct vtb_case *the_case)
{
    const struct vtb_point *point = fixture->point;
    const uint64_t calls_n = VTB_SCHEDULE_CHUNK;
    const struct vtb_counted assumed = {.calls_n = calls_n,
                                        .hits_n = (uint64_t)(point->hits.rate * (double)calls_n)};
    struct vtb_pressure pressure = {.is_exact = is_exact(point, the_case)};
    struct vtb_memory memory;
    struct vtb_error error;
    if (!pressure.is_exact || !vtb_memory_open(&memory, the_case->heap->heap, point, &error))
        return vtb_pressure_calls_n(point, NAN);
    pressure.budget_bytes = state_of(&memory).budget_bytes;
    vtb_memory_close(&memory);
    const double bytes = further_bytes(fixture, the_case->counting, &assumed);
    return vtb_pressure_calls_n(point, planned_calls_per_collection(&pressure, bytes));
}
