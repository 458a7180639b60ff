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

static double gc_ms(const struct vtb_pressure *pressure)
{
    return pressure->collected.ns / 1e6;
}

double vtb_gc_share(const struct vtb_pressure *pressure)
{
    return pressure->collected.ns / pressure->run_ns;
}

static double gc_per_op(const struct vtb_pressure *pressure)
{
    return pressure->collected.ns / (double)pressure->calls_n;
}

static double pauses(const struct vtb_pressure *pressure)
{
    return (double)pressure->pauses_n;
}

static double pause_p50(const struct vtb_pressure *pressure)
{
    return pressure->pauses_n ? pressure->pause_p50_ns : NAN;
}

static double pause_p99(const struct vtb_pressure *pressure)
{
    return pressure->pauses_n ? pressure->pause_p99_ns : NAN;
}

static double pause_max(const struct vtb_pressure *pressure)
{
    return pressure->pauses_n ? pressure->pause_max_ns : NAN;
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
    [VTB_PRESSURE_GEN0] = gen0_per_kop,     [VTB_PRESSURE_GEN1] = gen1_per_kop,
    [VTB_PRESSURE_GEN2] = gen2_per_kop,     [VTB_PRESSURE_COLLECTIONS] = collections,
    [VTB_PRESSURE_GC_MS] = gc_ms,           [VTB_PRESSURE_GC_SHARE] = vtb_gc_share,
    [VTB_PRESSURE_GC_NS] = gc_per_op,       [VTB_PRESSURE_PAUSES] = pauses,
    [VTB_PRESSURE_PAUSE_P50] = pause_p50,   [VTB_PRESSURE_PAUSE_P99] = pause_p99,
    [VTB_PRESSURE_PAUSE_MAX] = pause_max,   [VTB_PRESSURE_SURVIVED] = survived,
    [VTB_PRESSURE_PROMOTED] = promoted,     [VTB_PRESSURE_MMU_1MS] = mmu_1ms,
    [VTB_PRESSURE_MMU_10MS] = mmu_10ms,     [VTB_PRESSURE_PEAK_RSS] = peak_rss,
    [VTB_PRESSURE_RSS_GROWTH] = rss_growth, [VTB_PRESSURE_PAGE_FAULTS] = page_faults,
    [VTB_PRESSURE_USABLE] = usable,         [VTB_PRESSURE_RESIDENT] = resident,
};

double vtb_pressure_value(const struct vtb_pressure_metric *metric,
                          const struct vtb_pressure *pressure)
{
    const bool known = pressure->measured && (pressure->collects || !metric->of_collector);
    return known ? values[metric - vtb_pressure_metrics](pressure) : NAN;
}

uint64_t vtb_pressure_calls_n(const struct vtb_point *point)
{
    return point->calls_n < VTB_PRESSURE_CALLS_MAX ? point->calls_n : VTB_PRESSURE_CALLS_MAX;
}

/* --- measuring --- */

/* Room for a distribution as text. */
#define HGRM_BYTES 32768

/* The task of the child process, and its results. */
struct outcome {
    struct vtb_fixture *fixture;
    const struct vtb_case *the_case;
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
        vtb_fixture_loop(outcome->fixture, outcome->the_case->timing, VTB_CONSUMER_INDEPENDENT);
    const size_t rss_bytes = peak_rss_bytes();
    const uint64_t faults_n = vtb_page_faults_n();
    const double start_ns = vtb_now_ns();
    loop(env, (size_t)pressure->calls_n);
    pressure->run_ns = vtb_now_ns() - start_ns;
    pressure->page_faults_n = vtb_page_faults_n() - faults_n;
    pressure->peak_rss_bytes = peak_rss_bytes();
    pressure->rss_growth_bytes = pressure->peak_rss_bytes - rss_bytes;
}

static void keep_pauses(struct vtb_pressure *pressure, const struct vtb_pauses *all)
{
    pressure->pauses_n = all->n;
    pressure->pause_p50_ns = vtb_pauses_quantile(all, 0.5);
    pressure->pause_p99_ns = vtb_pauses_quantile(all, 0.99);
    pressure->pause_max_ns = all->max_ns;
    for (size_t i = 0; i < VTB_MMU_WINDOWS_N; i++)
        pressure->mmu[i] = vtb_pauses_mmu(all, i);
}

static void keep_distribution(struct outcome *outcome, const struct vtb_pauses *all)
{
    FILE *text = fmemopen(outcome->hgrm, sizeof outcome->hgrm, "w");
    if (!text)
        return;
    vtb_pauses_print(text, all);
    (void)fclose(text);
}

static void keep_state(struct vtb_pressure *pressure, const struct vtb_memory *memory)
{
    struct vtb_heap_state state = {.used_bytes = 0};
    if (pressure->collects)
        memory->heap->collector->state(memory->gc, &state);
    pressure->budget_bytes = state.budget_bytes;
    pressure->resident_per_usable =
        state.used_bytes ? (double)state.reserved_bytes / (double)state.used_bytes : NAN;
}

static bool measure(void *context, struct vtb_error *error)
{
    struct outcome *outcome = context;
    struct vtb_pressure *pressure = &outcome->pressure;
    const struct vtb_case *the_case = outcome->the_case;
    struct vtb_case_run run;
    struct vtb_pauses *all = vtb_pages(sizeof *all, "the collector's pauses", error);
    if (!all || !vtb_case_open(&run, outcome->fixture, the_case->timing, the_case->heap->heap,
                               outcome->fixture->point, VTB_CASE_HEAP_NEW, error))
        return false;
    vtb_pauses_start(all, vtb_now_ns());
    run.memory.pauses = all;
    run_calls(outcome, &run.env);
    vtb_pauses_end(all, vtb_now_ns());
    run.memory.pauses = NULL;
    pressure->collected = run.memory.collected;
    pressure->live_bytes = run.memory.live_bytes;
    keep_state(pressure, &run.memory);
    vtb_case_leave(&run);
    keep_pauses(pressure, all);
    if (all->n >= VTB_COLLECTIONS_MIN)
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
                      const struct vtb_counted *counted, struct vtb_pressure *pressure,
                      struct vtb_error *error)
{
    struct outcome *outcome = vtb_pages_shared(sizeof *outcome, "a child's figures", error);
    if (!outcome)
        return false;
    outcome->fixture = fixture;
    outcome->the_case = the_case;
    outcome->pressure = (struct vtb_pressure){
        .measured = true,
        .collects = vtb_heap_collects(the_case->heap->heap),
        .calls_n = vtb_pressure_calls_n(fixture->point),
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
