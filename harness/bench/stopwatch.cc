#include "bench/stopwatch.h"

#include <benchmark/benchmark.h>

#include <algorithm>
#include <cstdio>
#include <vector>

namespace
{

/* Keeps the times of a round's runs, and prints nothing. */
class Collector : public benchmark::BenchmarkReporter
{
  public:
    bool ReportContext(const Context &) override
    {
        return true;
    }

    void ReportRuns(const std::vector<Run> &report) override
    {
        for (const Run &run : report) {
            if (run.run_type == Run::RT_Iteration && !run.error_occurred)
                runs.push_back(run);
        }
    }

    std::vector<Run> runs;
};

void run_epoch(benchmark::State &state, const vtb_epoch *epoch)
{
    vtb_runner_muster(epoch->runner);
    while (state.KeepRunningBatch(state.max_iterations))
        vtb_runner_run(epoch->runner, static_cast<size_t>(state.max_iterations));
}

} // namespace

/* Google Benchmark reads options from the environment, too: with BENCHMARK_OUT it would write a
 * file. */
static void reset_options()
{
    static bool done = false;
    const char *arguments[] = {"run_bench",
                               "--benchmark_list_tests=false",
                               "--benchmark_filter=",
                               "--benchmark_repetitions=1",
                               "--benchmark_enable_random_interleaving=false",
                               "--benchmark_out=",
                               "--benchmark_perf_counters="};
    int arguments_n = sizeof arguments / sizeof *arguments;
    if (!done)
        benchmark::Initialize(&arguments_n, const_cast<char **>(arguments));
    done = true;
}

bool vtb_stopwatch_round(struct vtb_epoch *epochs, const size_t *order, size_t n)
{
    reset_options();
    benchmark::ClearRegisteredBenchmarks();
    for (size_t i = 0; i < n; i++) {
        const vtb_epoch *epoch = &epochs[order[i]];
        benchmark::RegisterBenchmark(epoch->name, run_epoch, epoch)
            ->Iterations(static_cast<benchmark::IterationCount>(epoch->operations_n))
            ->Repetitions(1);
    }
    Collector collector;
    benchmark::RunSpecifiedBenchmarks(&collector, nullptr, ".");
    if (collector.runs.size() != n)
        return false;
    for (size_t i = 0; i < n; i++) {
        vtb_epoch *epoch = &epochs[order[i]];
        if (collector.runs[i].iterations !=
            static_cast<benchmark::IterationCount>(epoch->operations_n))
            return false;
        epoch->real_ns = collector.runs[i].real_accumulated_time * 1e9;
        epoch->cpu_ns = collector.runs[i].cpu_accumulated_time * 1e9;
    }
    return true;
}

void vtb_cpu_info_read(struct vtb_cpu_info *info)
{
    const benchmark::CPUInfo &cpu = benchmark::CPUInfo::Get();
    info->num_cpus = cpu.num_cpus;
    info->mhz_per_cpu = static_cast<int>(cpu.cycles_per_second / 1e6);
    info->scaling = cpu.scaling == benchmark::CPUInfo::ENABLED    ? 1
                    : cpu.scaling == benchmark::CPUInfo::DISABLED ? 0
                                                                  : -1;
    info->caches_n = std::min<size_t>(cpu.caches.size(), VTB_CACHES_MAX);
    for (size_t i = 0; i < info->caches_n; i++) {
        vtb_cache_info *cache = &info->caches[i];
        std::snprintf(cache->type, sizeof cache->type, "%s", cpu.caches[i].type.c_str());
        cache->level = cpu.caches[i].level;
        cache->size_bytes = cpu.caches[i].size;
        cache->num_sharing = cpu.caches[i].num_sharing;
    }
}
