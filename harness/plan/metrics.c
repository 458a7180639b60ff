#include "plan/metrics.h"

#include <string.h>

const struct vtb_gate_metric vtb_gate_metrics[] = {
    {.word = "bytes", .keys = {"bytes_per_op"}, .titles = {"B/op"}},
    {.word = "allocs", .keys = {"allocs_per_op"}, .titles = {"allocs/op"}},
    {.word = "frees", .keys = {"frees_per_op"}, .titles = {"frees/op"}},
    {.word = "live", .keys = {"peak_live_bytes"}, .titles = {"peak live B"}},
    {
        .word = "collections",
        .keys = {"gen0_per_kop", "gen1_per_kop", "gen2_per_kop"},
        .titles = {"Gen0 GCs/k", "Gen1 GCs/k", "Gen2 GCs/k"},
        .of_budgets = true,
    },
    {
        .word = "instructions",
        .keys = {"instructions_per_op"},
        .titles = {"instr/op"},
        .of_toolchain = true,
    },
    {.word = NULL},
};

const char *const vtb_budget_keys[] = {"gen0_budget_bytes", "live_heap_bytes", "pressure_calls_n",
                                       NULL};

const struct vtb_gate_metric *vtb_gate_metric(const char *word)
{
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        if (strcmp(metric->word, word) == 0)
            return metric;
    }
    return NULL;
}

void vtb_gate_words(struct vtb_names *words)
{
    *words = (struct vtb_names){.n = 0};
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++)
        (void)vtb_names_add(words, metric->word);
}

const struct vtb_pressure_metric vtb_pressure_metrics[] = {
    [VTB_PRESSURE_GEN0] = {"gen0", "gen0_per_kop", "Gen0 GCs/k", true, .of_generations = true,
                           .unit = VTB_METRIC_RATE},
    [VTB_PRESSURE_GEN1] = {"gen1", "gen1_per_kop", "Gen1 GCs/k", true, .of_generations = true,
                           .unit = VTB_METRIC_RATE},
    [VTB_PRESSURE_GEN2] = {"gen2", "gen2_per_kop", "Gen2 GCs/k", true, .of_generations = true,
                           .unit = VTB_METRIC_RATE},
    [VTB_PRESSURE_COLLECTIONS] = {"collections", "collections_n", "collections", true,
                                  .pauses_min = 0, .unit = VTB_METRIC_COUNT},
    [VTB_PRESSURE_PER_MOP] = {"collections-per-mop", "collections_per_mop", "GCs/M", true,
                              .pauses_min = 0},
    [VTB_PRESSURE_CALLS_PER_COLLECTION] = {"calls-per-collection", "calls_per_collection",
                                           "calls/GC", true, .pauses_min = 0,
                                           .unit = VTB_METRIC_COUNT},
    [VTB_PRESSURE_GC_MS] = {"gc-ms", "gc_ms", "GC ms", true, .pauses_min = 0},
    [VTB_PRESSURE_GC_SHARE] = {"gc-share", "gc_time_fraction", "GC time %", true, .pauses_min = 1,
                               .unit = VTB_METRIC_SHARE},
    [VTB_PRESSURE_GC_NS] = {"gc-ns", "gc_ns_per_op", "GC ns/op", true, .pauses_min = 1},
    [VTB_PRESSURE_PAUSES] = {"pauses", "pauses_n", "pauses", true, .pauses_min = 0,
                             .unit = VTB_METRIC_COUNT},
    [VTB_PRESSURE_STRETCHED] = {"pauses-stretched", "pauses_stretched_n", "stretched", true,
                                .pauses_min = 0, .unit = VTB_METRIC_COUNT},
    [VTB_PRESSURE_PAUSE_P50] = {"pause-p50", "pause_p50_ns", "p50 ns", true, .pauses_min = 10},
    [VTB_PRESSURE_PAUSE_P90] = {"pause-p90", "pause_p90_ns", "p90 ns", true, .pauses_min = 30},
    [VTB_PRESSURE_PAUSE_P99] = {"pause-p99", "pause_p99_ns", "p99 ns", true, .pauses_min = 100},
    [VTB_PRESSURE_PAUSE_MAX] = {"pause-max", "pause_max_ns", "max ns", true, .pauses_min = 1},
    [VTB_PRESSURE_PAUSE_WALL_MAX] = {"pause-wall-max", "pause_wall_max_ns", "wall max ns", true,
                                     .pauses_min = 1},
    [VTB_PRESSURE_SURVIVED] = {"survived", "survived_bytes_per_op", "survived B/op", true,
                               .pauses_min = 0},
    [VTB_PRESSURE_PROMOTED] = {"promoted", "promoted_bytes_per_op", "promoted B/op", true,
                               .pauses_min = 0},
    [VTB_PRESSURE_MMU_1MS] = {"mmu-1ms", "mmu_1ms", "MMU 1 ms %", true, .pauses_min = 0,
                              .unit = VTB_METRIC_SHARE},
    [VTB_PRESSURE_MMU_10MS] = {"mmu-10ms", "mmu_10ms", "MMU 10 ms %", true, .pauses_min = 0,
                               .unit = VTB_METRIC_SHARE},
    [VTB_PRESSURE_PEAK_RSS] = {"peak-rss", "peak_rss_bytes", "peak RSS", false, .pauses_min = 0,
                               .unit = VTB_METRIC_BYTES},
    [VTB_PRESSURE_RSS_GROWTH] = {"rss-growth", "rss_growth_bytes", "RSS growth", false,
                                 .pauses_min = 0, .unit = VTB_METRIC_BYTES},
    [VTB_PRESSURE_PAGE_FAULTS] = {"page-faults", "page_faults_per_mop", "faults/M", false,
                                  .pauses_min = 0, .unit = VTB_METRIC_RATE},
    [VTB_PRESSURE_USABLE] = {"usable", "usable_per_requested", "usable/req.", false,
                             .pauses_min = 0},
    [VTB_PRESSURE_RESIDENT] = {"resident", "resident_per_usable", "resident/us.", false,
                               .pauses_min = 0},
    [VTB_PRESSURE_METRICS_N] = {.word = NULL},
};
