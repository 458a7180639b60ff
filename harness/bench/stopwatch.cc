#include "bench/stopwatch.h"

#include <benchmark/benchmark.h>

#include <cmath>
#include <vector>

namespace
{

/* Keeps what Google Benchmark reports, and prints nothing. */
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

/* The rounds of a table, and the sum of the times that they told. */
struct Rounds {
    vtb_round_function *run_round;
    void *context;
    size_t done_n;
    double sum_s;
};

void run_rounds(benchmark::State &state, Rounds *rounds)
{
    for (auto _ : state) {
        const double s = rounds->run_round(rounds->context, rounds->done_n++);
        rounds->sum_s += s;
        state.SetIterationTime(s);
    }
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

bool vtb_stopwatch_drive(const char *name, size_t rounds_n, vtb_round_function *run_round,
                         void *context)
{
    Rounds rounds = {run_round, context, 0, 0};
    Collector collector;
    reset_options();
    benchmark::ClearRegisteredBenchmarks();
    benchmark::RegisterBenchmark(name, run_rounds, &rounds)
        ->Iterations(static_cast<benchmark::IterationCount>(rounds_n))
        ->UseManualTime();
    benchmark::RunSpecifiedBenchmarks(&collector, nullptr, ".");
    return collector.runs.size() == 1 && rounds.done_n == rounds_n &&
           collector.runs[0].iterations == static_cast<benchmark::IterationCount>(rounds_n) &&
           std::abs(collector.runs[0].real_accumulated_time - rounds.sum_s) <= 1e-9 * rounds.sum_s;
}
