/*
 * The heaps by themselves: how fast each hands out objects, and a collector collects. Prints Google
 * Benchmark's table, with bytes per second; its options apply (--benchmark_filter=collect).
 *
 *     allocate  an object, zeroed and at once unreachable, or freed where the heap frees
 *     collect   a full collection: bytes of reachable objects, marked or copied, per second
 *     survive   a collection of the young, of which a share survives and is promoted
 */
#include <benchmark/benchmark.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

extern "C" {
#include "cells/registry.h"
}

namespace
{

constexpr size_t kObjectBytes = 72;

const vtb_type kObject = {"object", kObjectBytes, 0, false, {8, VTB_REFERENCES_END}};

/* A heap that collects, opened, with the calling thread in it. */
class Opened
{
  public:
    Opened(const vtb_heap *heap, size_t budget_bytes, size_t roots_n)
        : collector(heap->collector), slots(roots_n)
    {
        vtb_collector_setup setup = {};
        setup.gen0_budget_bytes = budget_bytes;
        setup.collected = note;
        setup.context = this;
        gc = collector->open(&setup);
        if (!gc)
            std::abort();
        collector->access(gc, &access);
        roots = {slots.data(), slots.size(), sizeof(void *)};
        collector->add_roots(gc, &roots);
        collector->enter(gc);
    }

    ~Opened()
    {
        collector->leave(gc);
        collector->drop_roots(gc, &roots);
        collector->close(gc);
    }

    Opened(const Opened &) = delete;
    Opened &operator=(const Opened &) = delete;

    void *allocate()
    {
        return access.alloc(&kObject);
    }

    void collect(unsigned generation)
    {
        collector->collect(gc, generation);
    }

    const vtb_collector *collector;
    vtb_gc_access access = {};
    std::vector<void *> slots; /* roots */
    size_t survived_bytes = 0;

  private:
    static void note(void *context, const vtb_collection *collection)
    {
        static_cast<Opened *>(context)->survived_bytes += collection->survived_bytes;
    }

    vtb_gc *gc = nullptr;
    vtb_roots roots = {};
};

void allocate_and_free(benchmark::State &state, const vtb_heap *heap)
{
    for (auto _ : state) {
        void *object = std::memset(heap->alloc(kObjectBytes), 0, kObjectBytes);
        benchmark::DoNotOptimize(object);
        heap->free(object);
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kObjectBytes));
}

void allocate_and_drop(benchmark::State &state, const vtb_heap *heap, size_t budget_bytes)
{
    Opened opened(heap, budget_bytes, 1);
    for (size_t bytes = 0; bytes < 2 * budget_bytes; bytes += kObjectBytes) {
        benchmark::DoNotOptimize(opened.allocate()); /* the system gives the nursery's memory */
        opened.collector->safepoint();
    }
    for (auto _ : state) {
        benchmark::DoNotOptimize(opened.allocate());
        if (*opened.access.stop)
            opened.collector->safepoint();
    }
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(kObjectBytes));
}

/* As many objects as the argument says are reachable, all old, each from a root. */
void collect_all(benchmark::State &state, const vtb_heap *heap)
{
    const auto n = static_cast<size_t>(state.range(0));
    Opened opened(heap, size_t{1} << 20, n);
    for (void *&slot : opened.slots) {
        slot = opened.allocate();
        opened.collector->safepoint();
    }
    const unsigned oldest = opened.collector->generations_n - 1;
    for (unsigned i = 0; i <= oldest; i++)
        opened.collect(oldest);
    for (auto _ : state)
        opened.collect(oldest);
    state.SetBytesProcessed(state.iterations() * static_cast<int64_t>(n * kObjectBytes));
}

/* Of a nursery of 6 MB the argument's share, in percent, survives; what survived last time is gone
 * by then. */
void survive(benchmark::State &state, const vtb_heap *heap)
{
    constexpr size_t kNursery = size_t{6} << 20;
    const size_t n = kNursery / kObjectBytes - 1;
    const size_t kept_n = n * static_cast<size_t>(state.range(0)) / 100;
    Opened opened(heap, 2 * kNursery, kept_n + 1);
    for (auto _ : state) {
        state.PauseTiming();
        for (size_t i = 0; i < n; i++)
            opened.slots[i < kept_n ? i : kept_n] = opened.allocate();
        state.ResumeTiming();
        opened.collect(0);
    }
    state.counters["survived"] =
        benchmark::Counter(static_cast<double>(opened.survived_bytes), benchmark::Counter::kIsRate);
}

void add_collector(const std::string &name, const vtb_heap *heap)
{
    if (heap->collector->has_budget) {
        for (size_t kb : {256, 6144, 16384})
            benchmark::RegisterBenchmark(
                ("allocate/" + name + "/nursery_kb:" + std::to_string(kb)).c_str(),
                allocate_and_drop, heap, kb << 10);
        benchmark::RegisterBenchmark(("survive/" + name + "/percent").c_str(), survive, heap)
            ->Arg(0)
            ->Arg(1)
            ->Arg(10)
            ->Arg(50)
            ->Arg(100)
            ->Unit(benchmark::kMicrosecond);
    } else {
        benchmark::RegisterBenchmark(("allocate/" + name).c_str(), allocate_and_drop, heap,
                                     size_t{0});
    }
    benchmark::RegisterBenchmark(("collect/" + name + "/objects").c_str(), collect_all, heap)
        ->Arg(1000)
        ->Arg(100000)
        ->Arg(1000000)
        ->Unit(benchmark::kMicrosecond);
}

} // namespace

int main(int argc, char **argv)
{
    benchmark::Initialize(&argc, argv);
    if (benchmark::ReportUnrecognizedArguments(argc, argv))
        return 2;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const vtb_heap *heap = vtb_heaps[i].heap;
        if (heap->unavailable)
            continue;
        if (heap->collector)
            add_collector(vtb_heaps[i].name, heap);
        else
            benchmark::RegisterBenchmark((std::string("allocate/") + vtb_heaps[i].name).c_str(),
                                         allocate_and_free, heap);
    }
    benchmark::RunSpecifiedBenchmarks();
    return 0;
}
