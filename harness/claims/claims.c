/*
 * The table: each row quotes what it is about, and says what of a measurement belongs beside it.
 * The only figures in it are the text's own, and what its units are multiplied by.
 *
 * Tolerances. Amounts are within 10 %: the text rounds by up to 7 itself (30 MB for a million times
 * 32 B). Shares that it gives as whole percents of bytes, time or collections are within 5 %. What
 * is counted in allocations has none: it is exactly so, or it is not.
 */
#include "base/clock.h"
#include "claims/claim.h"

#define ROUNDED 0.1
#define PERCENT 0.05
#define AT(rate)   \
    {              \
        (rate), -1 \
    }

/* Units, as factors from a call's bytes or ns. */
#define MILLION 1e6
#define MB 1e-6
#define GB 1e-9
#define KB 1e-3
#define MS 1e-6
#define S 1e-9

#define BIT(outcome_or_id) (1u << (outcome_or_id))
#define AWAITED_AGAIN                                                                 \
    (BIT(VTB_MISUSE_consumed_twice_result) | BIT(VTB_MISUSE_consumed_twice_pending) | \
     BIT(VTB_MISUSE_consumed_twice_recycled))
#define STORED (BIT(VTB_MISUSE_stored_recycled) | BIT(VTB_MISUSE_stored_wrapped))
#define NOT_AWAITED (BIT(VTB_MISUSE_never_consumed_result) | BIT(VTB_MISUSE_never_consumed_pending))
#define HARMLESS BIT(VTB_OUTCOME_HARMLESS)
#define REFUSED BIT(VTB_OUTCOME_DETECTED)
#define LOST BIT(VTB_OUTCOME_LEAK)
#define HARMFUL \
    (REFUSED | LOST | BIT(VTB_OUTCOME_WRONG_VALUE) | BIT(VTB_OUTCOME_CRASH) | BIT(VTB_OUTCOME_HANG))

/* What several rows are. */
#define ALWAYS(what) .unit = "% of attempts", .value = 100, .misuses = (what)
#define NO_SLOWER .figure = vtb_claim_time_ratio, .value = 1, .unit = "of the time"
#define IS_PREFERRED NO_SLOWER, .side = VTB_AFTER, .rule = VTB_CLAIM_AT_MOST
#define GAINS_NOTHING NO_SLOWER, .rule = VTB_CLAIM_ABOVE, .tolerance = PERCENT
#define MATTERS_FROM \
    .figure = vtb_claim_worth_from, .side = VTB_AFTER, .rule = VTB_CLAIM_AT_MOST, .rates = AT(0.8)
#define MATTERS .note = "ours: the calls from which 1 % of a core is saved; fewer do not matter"
#define TASTE .unmeasurable = "it is about people who read and write code, not about what runs"
#define OF_A_SERVICE                                                             \
    .unmeasurable =                                                              \
        "it is of a whole service: its network, its other work and its queues; " \
        "gateway-p99 has what of the ratio is the hand-over's"
#define AT_A_RATE                                                                           \
    .note =                                                                                 \
        "at 100,000 calls/s, from the intended start, of the method alone, behind a store " \
        "that answers at once: a service's network, work and queues bring it nearer to 1"
#define SUSTAINED .note = "what each sustains, of the method alone: a request does more besides"
#define NO_COMPLETED_TASK .is_of_async = true
#define NURSERY                                                                              \
    .note =                                                                                  \
        "collections are bytes over the nursery's budget: 16 MiB, as .NET has where the L3 " \
        "cache is 32 MB; its smallest is 256 KB"

const struct vtb_claim vtb_claims[] = {
/* --- */
#define SECTION "Problem 1: Heap Allocation for Synchronous Results"
    {"task-for-every-call", SECTION, "Every call to `GetUserAsync` allocates a `Task<User>` object",
     .value = 1, .unit = "allocations/call", .figure = vtb_claim_allocs, .side = VTB_BEFORE,
     .rates = AT(0.8), .times = 1, NO_COMPLETED_TASK},
    {"size-of-a-task", SECTION, "object (~32 bytes) on the heap", .value = 32, .unit = "B",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(1),
     .times = 1,
     .note = "as in .NET 10: 64 B and the result; a task of 32 B is among the other strategies"},
    {"unneeded-allocations", SECTION, "**800,000 unnecessary heap allocations**", .value = 800000,
     .unit = "allocations/day", .figure = vtb_claim_allocs_avoided, .rates = AT(0.8),
     .times = MILLION, .sum = {{MILLION, 0.8}, "1,000,000 calls x 80 %"}, NO_COMPLETED_TASK},
    {"garbage-of-hits", SECTION, "**~25 MB of garbage** created per day", .value = 25,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(1), .times = 800000 * MB, .sum = {{800000, 32, MB}, "800,000 x 32 B"}},
    {"more-collections", SECTION, "**Increased GC pressure** and collection frequency", .value = 1,
     .unit = "times as many", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_collections_more,
     .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
#undef SECTION

#define SECTION "Problem 2: Performance Overhead"
    {"sizes-of-tasks", SECTION, "32-96 bytes per Task object", .value = 32, .value_hi = 96,
     .unit = "B", .rule = VTB_CLAIM_WITHIN, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = {1, 0}, .times = 1},
    {"time-of-a-task", SECTION, "~50 nanoseconds to allocate and initialize", .value = 50,
     .unit = "ns", .tolerance = ROUNDED, .figure = vtb_claim_task_time, .side = VTB_BEFORE,
     .rates = AT(1), .times = 1, .note = "ours: the time beyond a plain call"},
    {"tasks-survive", SECTION, "Object survives to Gen 1 or Gen 2, causing GC collections",
     .value = 100, .unit = "% of bytes", .tolerance = ROUNDED, .figure = vtb_claim_survived,
     .side = VTB_BEFORE, .rates = AT(0.8),
     .note = "an object survives only if it is reachable at the moment of a collection"},
    {"million-bytes", SECTION, "**1M cached calls/day** = 30 MB garbage", .value = 30,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(1), .times = MILLION * MB, .sum = {{MILLION, 32, MB}, "1,000,000 x 32 B"}},
    {"million-time", SECTION, "30 MB garbage + 50ms total allocation time", .value = 50,
     .unit = "ms/day", .tolerance = ROUNDED, .figure = vtb_claim_task_time, .side = VTB_BEFORE,
     .rates = AT(1), .times = MILLION * MS, .sum = {{MILLION, 50, MS}, "1,000,000 x 50 ns"}},
    {"billion-bytes", SECTION, "**1B cached calls/day** = 30 GB garbage", .value = 30,
     .unit = "GB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(1), .times = 1e9 * GB, .sum = {{1e9, 32, GB}, "1,000,000,000 x 32 B"}},
    {"billion-time", SECTION, "30 GB garbage + 50 seconds allocation time", .value = 50,
     .unit = "s/day", .tolerance = ROUNDED, .figure = vtb_claim_task_time, .side = VTB_BEFORE,
     .rates = AT(1), .times = 1e9 * S, .sum = {{1e9, 50, S}, "1,000,000,000 x 50 ns"}},
#undef SECTION

#define SECTION "Problem 3: No Way to Optimize Hot Paths"
    {"gateway-allocations", SECTION, "95,000 unnecessary allocations per second!", .value = 95000,
     .unit = "allocations/s", .figure = vtb_claim_allocs_avoided, .rates = AT(0.95), .times = 1e5,
     .sum = {{1e5, 0.95}, "100,000/s x 95 %"}, NO_COMPLETED_TASK},
    {"gateway-garbage", SECTION, "3 GB of garbage per second!", .value = 3, .unit = "GB/s",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(1),
     .times = 95000 * GB, .sum = {{95000, 32, GB}, "95,000/s x 32 B"}},
    {"gateway-collections", SECTION, "Constant Gen 0/1/2 GC collections", .value = 1,
     .unit = "Gen 2 collections/s", .rule = VTB_CLAIM_ABOVE, .tolerance = ROUNDED,
     .figure = vtb_claim_collections, .side = VTB_BEFORE, .generation = 2, .rates = AT(0.95),
     .times = 1e5,
     .note = "constant: one a second or more; Gen 2 is the one that is least often collected"},
    {"more-gc-than-serving", SECTION, "Application spends more time in GC than serving requests",
     .value = 50, .unit = "% of time", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_gc_share,
     .side = VTB_BEFORE, .rates = AT(0.95)},
    {"gateway-latency", SECTION, "Increased latency (P99 latency spikes during GC)", .value = 1,
     .unit = "times as long before", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_p99_longer,
     .side = VTB_AFTER, .rates = AT(0.95), AT_A_RATE},
    {"reduced-throughput", SECTION, "Reduced throughput", .value = 1,
     .unit = "times as many calls/s after", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_rate_ratio,
     .side = VTB_AFTER, .rates = AT(0.95), SUSTAINED},
    {"more-cpu", SECTION, "Higher CPU usage", .value = 100000, .unit = "calls/s", MATTERS_FROM,
     .times = 1, MATTERS},
#undef SECTION

/* --- */
#define SECTION "ValueTask<T>: A Discriminated Union"
    {"value-task-is-a-struct", SECTION, "`ValueTask<T>` is a **struct** (not a class)", .value = 0,
     .unit = "allocations/hit", .figure = vtb_claim_allocs, .side = VTB_AFTER, .rates = AT(1),
     .times = 1},
    {"or-a-task", SECTION, "An **asynchronous Task<T>** (needs to await)", .value = 1,
     .unit = "allocations/miss", .figure = vtb_claim_allocs, .side = VTB_AFTER, .rates = AT(0),
     .times = 1},
#undef SECTION

#define SECTION "Before (Task<T>):"
    {"before-bytes", SECTION, "// Every call: 32 bytes allocated", .value = 32, .unit = "B",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = {1, 0},
     .times = 1},
    {"before-million", SECTION, "// 1M calls: ~30 MB garbage", .value = 30, .unit = "MB",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(0.8),
     .times = MILLION * MB, .sum = {{MILLION, 32, MB}, "1,000,000 x 32 B"}},
#undef SECTION

#define SECTION "After (ValueTask<T>):"
    {"after-hit-is-free", SECTION, "Zero heap allocation!", .value = 0, .unit = "allocations/hit",
     .figure = vtb_claim_allocs, .side = VTB_AFTER, .rates = AT(1), .times = 1},
    {"after-hit-bytes", SECTION, "// Cache hit: 0 bytes allocated", .value = 0, .unit = "B",
     .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(1), .times = 1},
    {"after-miss-bytes", SECTION, "// Cache miss: 32 bytes allocated", .value = 32, .unit = "B",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(0),
     .times = 1},
    {"after-miss-is-same", SECTION, "allocated (same as before)", .value = 1,
     .unit = "of the bytes", .figure = vtb_claim_bytes_ratio, .side = VTB_AFTER, .rates = AT(0),
     .note = "an asynchronous method that returns a value task takes 8 B more"},
    {"after-hits", SECTION, "//   - 800K cache hits: 0 MB", .value = 0, .unit = "MB",
     .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(1), .times = 800000 * MB},
    {"after-misses", SECTION, "//   - 200K cache misses: 6 MB", .value = 6, .unit = "MB",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(0),
     .times = 200000 * MB, .sum = {{200000, 32, MB}, "200,000 x 32 B"}},
    {"after-million", SECTION, "//   - Total: 6 MB (vs 30 MB with Task<T>)", .value = 6,
     .unit = "MB", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER,
     .rates = AT(0.8), .times = MILLION * MB, .sum = {{200000, 32, MB}, "200,000 x 32 B"}},
#undef SECTION

#define SECTION "Performance Comparison"
    {"hit-saves", SECTION, "| **Cache hit** (sync) | 32 bytes | 0 bytes | **100%** |", .value = 100,
     .unit = "% of bytes", .figure = vtb_claim_bytes_saved, .side = VTB_AFTER, .rates = AT(1),
     NO_COMPLETED_TASK},
    {"miss-saves", SECTION, "| **Cache miss** (async) | 32 bytes | 32 bytes | 0% |", .value = 0,
     .unit = "% of bytes", .figure = vtb_claim_bytes_saved, .side = VTB_AFTER, .rates = AT(0)},
    {"million-saves", SECTION, "| **1M calls (80% hit)** | 30 MB | 6 MB | **80%** |", .value = 80,
     .unit = "% of bytes", .tolerance = PERCENT, .figure = vtb_claim_bytes_saved, .side = VTB_AFTER,
     .rates = AT(0.8), NO_COMPLETED_TASK,
     .note = "an object that waits is larger than one that is complete"},
    {"hit-time-before", SECTION, "| **Time per cache hit** | 50 ns |", .value = 50, .unit = "ns",
     .tolerance = ROUNDED, .figure = vtb_claim_time, .side = VTB_BEFORE, .rates = AT(1),
     .times = 1},
    {"hit-time-after", SECTION, "| 50 ns | 5 ns |", .value = 5, .unit = "ns", .tolerance = ROUNDED,
     .figure = vtb_claim_time, .side = VTB_AFTER, .rates = AT(1), .times = 1,
     .note = "ours contains the lookup; a plain call takes nearly as long"},
    {"hit-time-saved", SECTION, "| **Time per cache hit** | 50 ns | 5 ns | **90%** |", .value = 90,
     .unit = "% of time", .tolerance = PERCENT, .figure = vtb_claim_time_saved, .side = VTB_AFTER,
     .rates = AT(1)},
#undef SECTION

/* --- */
#define SECTION "✅ 1. Cache Lookups (High Hit Rate)"
    {"lookups-above-70", SECTION, "an in-memory cache with high hit rate (>70%)", IS_PREFERRED,
     .rates = {0.7, 0.99}},
    {"lookups-90", SECTION, "Zero allocation for 90% of calls", .value = 90, .unit = "% of calls",
     .figure = vtb_claim_calls_without, .side = VTB_AFTER, .rates = AT(0.9), .times = 100},
    {"lookups-thousands", SECTION, "Method called frequently (thousands+ times/second)",
     .value = 1000, .unit = "calls/s", MATTERS_FROM, .times = 1, MATTERS},
#undef SECTION

#define SECTION "✅ 2. Validation Checks (Often Synchronous)"
    {"validation-95", SECTION, "Zero allocation for 95% of calls", .value = 95,
     .unit = "% of calls", .figure = vtb_claim_calls_without, .side = VTB_AFTER, .rates = AT(0.95),
     .times = 100},
    {"validation-above-80", SECTION, "Fast path is common (>80%)", IS_PREFERRED,
     .rates = {0.8, 0.99}},
#undef SECTION

#define SECTION "✅ 3. Hot Path with Millions of Calls"
    {"millions-a-second", SECTION, "Millions of calls per second", .value = 1000000,
     .unit = "calls/s", MATTERS_FROM, .times = 1, MATTERS},
    {"millions-a-day", SECTION, "Called millions of times per day", .value = 1000000,
     .unit = "calls/day", MATTERS_FROM, .times = VTB_SECONDS_A_DAY, MATTERS},
#undef SECTION

#define SECTION "✅ 4. Configuration Service (Mostly Cached)"
    {"configuration-999", SECTION, "Zero allocation for 99.9% of calls", .value = 99.9,
     .unit = "% of calls", .figure = vtb_claim_calls_without, .side = VTB_AFTER, .rates = AT(0.999),
     .times = 100},
    {"configuration-above-99", SECTION, "Read-heavy workload (99%+ reads)", IS_PREFERRED,
     .rates = {0.99, 0.999}},
#undef SECTION

/* --- */
#define SECTION "❌ 1. Always Asynchronous Operations"
    {"always-async-no-benefit", SECTION, "No performance benefit - use Task<T> instead", .value = 0,
     .unit = "% of bytes saved", .rule = VTB_CLAIM_AT_MOST, .figure = vtb_claim_bytes_saved,
     .side = VTB_AFTER_ASYNC, .rates = AT(0)},
    {"always-async-time", SECTION, "Task<T> is simpler and equally performant here", GAINS_NOTHING,
     .side = VTB_AFTER_ASYNC, .rates = AT(0)},
#undef SECTION

#define SECTION "❌ 2. Need to Await Multiple Times"
    {"await-twice-throws", SECTION, "int result2 = await vt;  // ❌ InvalidOperationException!",
     ALWAYS(AWAITED_AGAIN), .side = VTB_AFTER, .outcomes = REFUSED,
     .note = ".NET throws if the value task is over a source that was recycled, and only then"},
    {"await-a-task-twice", SECTION, "int result2 = await task;  // OK", ALWAYS(AWAITED_AGAIN),
     .side = VTB_BEFORE, .outcomes = HARMLESS},
#undef SECTION

#define SECTION "❌ 3. Storing in Fields or Collections"
    {"do-not-store", SECTION, "private ValueTask<int> _operation;  // ❌ Don't do this!",
     ALWAYS(STORED), .side = VTB_AFTER, .outcomes = HARMFUL},
    {"store-a-task", SECTION, "// Task is designed for this", ALWAYS(STORED), .side = VTB_BEFORE,
     .outcomes = HARMLESS},
#undef SECTION

#define SECTION "❌ 4. Low Cache Hit Rate (<50%)"
    {"most-calls-allocate", SECTION, "Most calls still allocate (async path)", .value = 50,
     .unit = "% of calls", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_allocs, .side = VTB_AFTER,
     .rates = AT(0.3), .times = 100},
    {"minimal-benefit", SECTION, "Minimal benefit (30% * savings)", .value = 30,
     .unit = "% of allocations", .figure = vtb_claim_allocs_saved, .side = VTB_AFTER,
     .rates = AT(0.3), NO_COMPLETED_TASK},
    {"low-rate-not-justified", SECTION, "Added complexity not justified", GAINS_NOTHING,
     .side = VTB_AFTER, .rates = AT(0.3)},
#undef SECTION

/* --- */
#define SECTION "Scenario 1: E-commerce Product Catalog"
    {"catalog-before", SECTION, "**Before (Task<T>)**: 30 MB garbage/day", .value = 30,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(0.85), .times = MILLION * MB, .sum = {{MILLION, 32, MB}, "1,000,000 x 32 B"}},
    {"catalog-after", SECTION, "**After (ValueTask<T>)**: 4.5 MB garbage/day", .value = 4.5,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER,
     .rates = AT(0.85), .times = MILLION * MB, .sum = {{150000, 32, MB}, "150,000 x 32 B"}},
    {"catalog-savings", SECTION, "**Savings**: 85% reduction in allocations", .value = 85,
     .unit = "% of allocations", .figure = vtb_claim_allocs_saved, .side = VTB_AFTER,
     .rates = AT(0.85), NO_COMPLETED_TASK},
    {"catalog-speed", SECTION, "**Performance**: 10x faster for cache hits", .value = 10,
     .unit = "times as fast", .tolerance = ROUNDED, .figure = vtb_claim_speed, .side = VTB_AFTER,
     .rates = AT(1)},
#undef SECTION

#define SECTION "Scenario 2: Permission Checks"
    {"permission-before", SECTION,
     "**Before (Task<T>)**: 30 MB garbage/day, 50ms total allocation time", .value = 30,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(0.99), .times = MILLION * MB, .sum = {{MILLION, 32, MB}, "1,000,000 x 32 B"},
     .note = "ours is of an 8-byte result; of a bool .NET allocates no completed task at all: it "
             "keeps both"},
    {"permission-before-time", SECTION, "30 MB garbage/day, 50ms total allocation time",
     .value = 50, .unit = "ms/day", .tolerance = ROUNDED, .figure = vtb_claim_task_time,
     .side = VTB_BEFORE, .rates = AT(1), .times = MILLION * MS,
     .sum = {{MILLION, 50, MS}, "1,000,000 x 50 ns"}},
    {"permission-after", SECTION,
     "**After (ValueTask<T>)**: 300 KB garbage/day, 0.5ms total allocation time", .value = 300,
     .unit = "KB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER,
     .rates = AT(0.99), .times = MILLION * KB, .sum = {{10000, 32, KB}, "10,000 x 32 B"}},
    {"permission-after-time", SECTION, "300 KB garbage/day, 0.5ms total allocation time",
     .value = 0.5, .unit = "ms/day", .tolerance = ROUNDED, .figure = vtb_claim_task_time,
     .side = VTB_BEFORE, .rates = AT(1), .times = 10000 * MS,
     .sum = {{10000, 50, MS}, "10,000 x 50 ns"}},
    {"permission-savings", SECTION, "**Savings**: 99% reduction in allocations", .value = 99,
     .unit = "% of allocations", .figure = vtb_claim_allocs_saved, .side = VTB_AFTER,
     .rates = AT(0.99), NO_COMPLETED_TASK},
    {"permission-speed", SECTION, "**Performance**: 100x faster for cache hits", .value = 100,
     .unit = "times as fast", .tolerance = ROUNDED, .figure = vtb_claim_speed, .side = VTB_AFTER,
     .rates = AT(1), .sum = {{50, 1 / 5.0}, "50 ns / 5 ns"}},
#undef SECTION

#define SECTION "Scenario 3: API Gateway"
    {"gateway-saves", SECTION, "Saves 3 GB/second in allocations!", .value = 3, .unit = "GB/s",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(1),
     .times = 95000 * GB, .sum = {{95000, 32, GB}, "95,000/s x 32 B"}},
    {"gateway-before", SECTION, "**Before (Task<T>)**: 3 GB/second allocations, constant GC",
     .value = 3, .unit = "GB/s", .tolerance = ROUNDED, .figure = vtb_claim_bytes,
     .side = VTB_BEFORE, .rates = AT(0.95), .times = 1e5 * GB,
     .sum = {{1e5, 32, GB}, "100,000/s x 32 B"}},
    {"gateway-after", SECTION, "**After (ValueTask<T>)**: 150 MB/second allocations, minimal GC",
     .value = 150, .unit = "MB/s", .tolerance = ROUNDED, .figure = vtb_claim_bytes,
     .side = VTB_AFTER, .rates = AT(0.95), .times = 1e5 * MB,
     .sum = {{5000, 32, MB}, "5,000/s x 32 B"}},
    {"gateway-savings", SECTION, "**Savings**: 95% reduction in allocations", .value = 95,
     .unit = "% of allocations", .figure = vtb_claim_allocs_saved, .side = VTB_AFTER,
     .rates = AT(0.95), NO_COMPLETED_TASK},
    {"gateway-p99", SECTION, "**Latency**: P99 latency improved from 500ms to 50ms (10x)",
     .value = 10, .unit = "times as long before", .tolerance = ROUNDED,
     .figure = vtb_claim_p99_longer, .side = VTB_AFTER, .rates = AT(0.95), AT_A_RATE},
    {"gateway-p99-before", SECTION, "P99 latency improved from 500ms", .value = 500, .unit = "ms",
     OF_A_SERVICE},
    {"gateway-p99-after", SECTION, "from 500ms to 50ms (10x)", .value = 50, .unit = "ms",
     OF_A_SERVICE},
    {"gateway-throughput", SECTION, "**Throughput**: 50% increase in requests/second", .value = 50,
     .unit = "% more calls/s", .tolerance = ROUNDED, .figure = vtb_claim_rate_more,
     .side = VTB_AFTER, .rates = AT(0.95), SUSTAINED},
#undef SECTION

#define SECTION "Scenario 4: Configuration Service"
    {"configuration-before", SECTION, "**Before (Task<T>)**: 300 MB garbage/day", .value = 300,
     .unit = "MB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE,
     .rates = AT(0.999), .times = 1e7 * MB, .sum = {{1e7, 32, MB}, "10,000,000 x 32 B"}},
    {"configuration-after", SECTION, "**After (ValueTask<T>)**: 300 KB garbage/day", .value = 300,
     .unit = "KB/day", .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_AFTER,
     .rates = AT(0.999), .times = 1e7 * KB, .sum = {{10000, 32, KB}, "10,000 x 32 B"}},
    {"configuration-savings", SECTION, "**Savings**: 99.9% reduction in allocations", .value = 99.9,
     .unit = "% of allocations", .figure = vtb_claim_allocs_saved, .side = VTB_AFTER,
     .rates = AT(0.999), NO_COMPLETED_TASK},
    {"configuration-gc-before", SECTION, "**GC collections**: Reduced from 10,000/day to 100/day",
     .value = 10000, .unit = "collections/day", .tolerance = ROUNDED,
     .figure = vtb_claim_collections, .side = VTB_BEFORE, .rates = AT(0.999), .times = 1e7,
     NURSERY},
    {"configuration-gc-after", SECTION, "from 10,000/day to 100/day", .value = 100,
     .unit = "collections/day", .tolerance = ROUNDED, .figure = vtb_claim_collections,
     .side = VTB_AFTER, .rates = AT(0.999), .times = 1e7, NURSERY},
#undef SECTION

/* --- */
#define SECTION "Mistake 1: Awaiting Multiple Times"
    {"mistake-await-twice", SECTION, "// Exception: InvalidOperationException",
     ALWAYS(AWAITED_AGAIN), .side = VTB_AFTER, .outcomes = REFUSED,
     .note = ".NET throws if the value task is over a source that was recycled, and only then"},
#undef SECTION
#define SECTION "Mistake 2: Storing in a Field"
    {"mistake-store", SECTION, "private ValueTask<Data> _dataTask;  // ❌ Short-lived type!",
     ALWAYS(STORED), .side = VTB_AFTER, .outcomes = HARMFUL},
#undef SECTION
#define SECTION "Mistake 3: Not Awaiting"
    {"mistake-not-awaited", SECTION, "// ❌ Not awaited - resource leak!", ALWAYS(NOT_AWAITED),
     .side = VTB_AFTER, .outcomes = LOST,
     .note = "here memory is freed by hand; with a collector what is lost is a pool's object"},
#undef SECTION
#define SECTION "Mistake 4: Using for Always-Async"
    {"mistake-always-async", SECTION, "// Always async, no benefit from ValueTask", GAINS_NOTHING,
     .side = VTB_AFTER_ASYNC, .rates = AT(0)},
#undef SECTION

/* --- */
#define SECTION "The \"Always Use Task\" Argument"
    {"task-is-simple", SECTION, "**Simplicity**: Task<T> is easier to understand", TASTE},
    {"task-is-safe", SECTION, "**Safety**: No consumption rules to violate",
     ALWAYS(AWAITED_AGAIN | STORED | BIT(VTB_MISUSE_two_consumers)), .side = VTB_BEFORE,
     .outcomes = HARMLESS},
    {"task-is-flexible", SECTION, "**Flexibility**: Can await multiple times, store in fields",
     ALWAYS(AWAITED_AGAIN | STORED), .side = VTB_BEFORE, .outcomes = HARMLESS},
    {"task-is-debugged", SECTION, "**Debugging**: Easier to debug with clearer state", TASTE},
#undef SECTION

#define SECTION "The \"ValueTask When Appropriate\" Argument"
    {"fewer-allocations", SECTION, "**Performance**: Significant reduction in allocations",
     .value = 0, .unit = "% of allocations", .rule = VTB_CLAIM_ABOVE,
     .figure = vtb_claim_allocs_saved, .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
    {"scale", SECTION, "**Scale**: Critical for high-throughput scenarios", .value = 100000,
     .unit = "calls/s", MATTERS_FROM, .times = 1,
     .note = "ours: the calls from which 1 % of a core is saved; the text's highest throughput is "
             "100,000/s"},
    {"fewer-collections", SECTION, "**GC pressure**: Reduces GC collections and pauses", .value = 1,
     .unit = "times as many", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_collections_more,
     .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
    {"tail-latency", SECTION, "**Latency**: Improves tail latency (P99", .value = 1,
     .unit = "times as long before", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_p99_longer,
     .side = VTB_AFTER, .rates = AT(0.95), AT_A_RATE},
    {"tail-latency-999", SECTION, "Improves tail latency (P99, P99.9)", .value = 1,
     .unit = "times as long before", .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_p999_longer,
     .side = VTB_AFTER, .rates = AT(0.95), AT_A_RATE},
#undef SECTION

#define SECTION "The Consensus"
    {"consensus-70", SECTION, "High synchronous completion rate (>70%)", IS_PREFERRED,
     .rates = {0.7, 0.99}},
    {"consensus-always-async", SECTION, "1. Always asynchronous", GAINS_NOTHING,
     .side = VTB_AFTER_ASYNC, .rates = AT(0)},
#undef SECTION

/* --- */
#define SECTION "Decision Matrix"
    {"matrix-always-async", SECTION, "| **Always asynchronous** | ✅ | ❌ |", GAINS_NOTHING,
     .side = VTB_AFTER_ASYNC, .rates = AT(0)},
    {"matrix-above-70", SECTION, "| **Cache hit rate > 70%** | ⚠️ OK | ✅ Preferred |",
     IS_PREFERRED, .rates = {0.7, 0.99}},
    {"matrix-below-50", SECTION, "| **Cache hit rate < 50%** | ✅ | ❌ |", GAINS_NOTHING,
     .side = VTB_AFTER, .rates = {0.3, 0.5}},
    {"matrix-hot-path", SECTION, "| **Hot path (millions of calls)** | ⚠️ OK | ✅ Preferred |",
     .value = 1000000, .unit = "calls/day", MATTERS_FROM, .times = VTB_SECONDS_A_DAY, MATTERS},
    {"matrix-await-twice", SECTION, "| **Need to await multiple times** | ✅ | ❌ |",
     ALWAYS(AWAITED_AGAIN), .side = VTB_AFTER, .outcomes = HARMFUL},
    {"matrix-store", SECTION, "| **Store in field/collection** | ✅ | ❌ |", ALWAYS(STORED),
     .side = VTB_AFTER, .outcomes = HARMFUL},
    {"matrix-memory", SECTION, "| **Memory pressure concern** | ⚠️ OK | ✅ Preferred |",
     .value = 0, .unit = "% of bytes saved", .rule = VTB_CLAIM_ABOVE,
     .figure = vtb_claim_bytes_saved, .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
    {"matrix-simplicity", SECTION, "| **Simplicity over performance** | ✅ | ❌ |", TASTE},
    {"matrix-fast-api", SECTION, "| **High-performance API** | ⚠️ OK | ✅ Preferred |",
     IS_PREFERRED, .rates = {0.8, 1}},
    {"matrix-debugging", SECTION, "| **Debugging/learning** | ✅ | ⚠️ Complex |", TASTE},
#undef SECTION

#define SECTION "Decision Tree"
    {"tree-always-async", SECTION,
     "Is the method always asynchronous?\n"
     "├── Yes → Use Task<T>\n"
     "└── No",
     GAINS_NOTHING, .side = VTB_AFTER_ASYNC, .rates = AT(0)},
    {"tree-await-twice", SECTION,
     "├── Do you need to await multiple times?\n"
     "    │   ├── Yes → Use Task<T>\n"
     "    │   └── No",
     ALWAYS(AWAITED_AGAIN), .side = VTB_AFTER, .outcomes = HARMFUL},
    {"tree-store", SECTION,
     "├── Do you need to store in field/collection?\n"
     "    │       │   ├── Yes → Use Task<T>\n"
     "    │       │   └── No",
     ALWAYS(STORED), .side = VTB_AFTER, .outcomes = HARMFUL},
    {"tree-above-70", SECTION,
     "├── Is cache hit rate > 70%?\n"
     "    │       │       │   ├── Yes → Use ValueTask<T>\n"
     "    │       │       │   └── No",
     IS_PREFERRED, .rates = {0.7, 0.99}},
    {"tree-millions", SECTION,
     "├── Is it called millions of times?\n"
     "    │       │       │       │   ├── Yes → Consider ValueTask<T>",
     IS_PREFERRED, .rates = {0.3, 0.5},
     .note = "below 70 %, of each call; matrix-hot-path has from how many on it matters"},
    {"tree-otherwise", SECTION, "└── No → Use Task<T>", .value = 1000000, .unit = "calls/day",
     .rule = VTB_CLAIM_ABOVE, .figure = vtb_claim_worth_from, .side = VTB_AFTER, .rates = AT(0.5),
     .times = VTB_SECONDS_A_DAY,
     .note =
         "ours: the calls from which 1 % of a core is saved; below them the simple one will do"},
#undef SECTION

/* --- */
#define SECTION "Allocation Benchmark"
    {"benchmark-task-time", SECTION, "| Task_CacheHit       |  50.00 ns |", .value = 50,
     .unit = "ns", .tolerance = ROUNDED, .figure = vtb_claim_time, .side = VTB_BEFORE,
     .rates = AT(1), .times = 1},
    {"benchmark-task-bytes", SECTION, "|  50.00 ns |      32 B |", .value = 32, .unit = "B",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(1),
     .times = 1},
    {"benchmark-value-task-time", SECTION, "| ValueTask_CacheHit  |   5.00 ns |", .value = 5,
     .unit = "ns", .tolerance = ROUNDED, .figure = vtb_claim_time, .side = VTB_AFTER,
     .rates = AT(1), .times = 1},
    {"benchmark-value-task-bytes", SECTION, "|   5.00 ns |       0 B |", .value = 0, .unit = "B",
     .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(1), .times = 1},
#undef SECTION

#define SECTION "Throughput Benchmark"
    {"million-hits-task-time", SECTION, "| Task_1M_CacheHits       | 50 ms |", .value = 50,
     .unit = "ms", .tolerance = ROUNDED, .figure = vtb_claim_time, .side = VTB_BEFORE,
     .rates = AT(1), .times = MILLION * MS, .sum = {{MILLION, 50, MS}, "1,000,000 x 50 ns"}},
    {"million-hits-task-bytes", SECTION, "| 50 ms |     30 MB |", .value = 30, .unit = "MB",
     .tolerance = ROUNDED, .figure = vtb_claim_bytes, .side = VTB_BEFORE, .rates = AT(1),
     .times = MILLION * MB, .sum = {{MILLION, 32, MB}, "1,000,000 x 32 B"}},
    {"million-hits-value-task-time", SECTION, "| ValueTask_1M_CacheHits  |  5 ms |", .value = 5,
     .unit = "ms", .tolerance = ROUNDED, .figure = vtb_claim_time, .side = VTB_AFTER,
     .rates = AT(1), .times = MILLION * MS, .sum = {{MILLION, 5, MS}, "1,000,000 x 5 ns"}},
    {"million-hits-value-task-bytes", SECTION, "|  5 ms |      0 MB |", .value = 0, .unit = "MB",
     .figure = vtb_claim_bytes, .side = VTB_AFTER, .rates = AT(1), .times = MILLION * MB},
#undef SECTION

#define SECTION "GC Pressure Analysis"
#define COLLECTIONS(side_, generation_)                                                            \
    .unit = "collections", .tolerance = ROUNDED, .figure = vtb_claim_collections, .side = (side_), \
    .generation = (generation_), .rates = AT(0.8), .times = MILLION, NURSERY
#define GC_TIME(side_)                                                                \
    .unit = "ms", .tolerance = ROUNDED, .figure = vtb_claim_gc_time, .side = (side_), \
    .rates = AT(0.8), .times = MILLION * MS
#define PAUSE(side_)                                                                    \
    .unit = "ms", .tolerance = ROUNDED, .figure = vtb_claim_pause_p99, .side = (side_), \
    .rates = AT(0.8), .times = MS, .note = "a pause takes as long as what survives it is large"
    {"gc-gen0-before", SECTION, "Gen 0 collections: 800", .value = 800, COLLECTIONS(VTB_BEFORE, 0)},
    {"gc-gen1-before", SECTION, "Gen 1 collections: 100", .value = 100, COLLECTIONS(VTB_BEFORE, 1)},
    {"gc-gen2-before", SECTION, "Gen 2 collections: 10", .value = 10, COLLECTIONS(VTB_BEFORE, 2)},
    {"gc-time-before", SECTION, "Total GC time: 5,000 ms", .value = 5000, GC_TIME(VTB_BEFORE)},
    {"gc-pause-before", SECTION, "Pause time (P99): 50 ms", .value = 50, PAUSE(VTB_BEFORE)},
    {"gc-gen0-after", SECTION, "Gen 0 collections: 200", .value = 200, COLLECTIONS(VTB_AFTER, 0)},
    {"gc-gen1-after", SECTION, "Gen 1 collections: 25", .value = 25, COLLECTIONS(VTB_AFTER, 1)},
    {"gc-gen2-after", SECTION, "Gen 2 collections: 2", .value = 2, COLLECTIONS(VTB_AFTER, 2)},
    {"gc-time-after", SECTION, "Total GC time: 1,250 ms", .value = 1250, GC_TIME(VTB_AFTER)},
    {"gc-pause-after", SECTION, "Pause time (P99): 10 ms", .value = 10, PAUSE(VTB_AFTER)},
    {"gc-collections-saved", SECTION, "75% reduction in GC collections", .value = 75,
     .unit = "% of collections", .tolerance = PERCENT, .figure = vtb_claim_collections_saved,
     .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
    {"gc-time-saved", SECTION, "75% reduction in GC time", .value = 75, .unit = "% of GC time",
     .tolerance = PERCENT, .figure = vtb_claim_gc_time_saved, .side = VTB_AFTER, .rates = AT(0.8)},
    {"gc-pause-saved", SECTION, "80% reduction in P99 pause time", .value = 80,
     .unit = "% of the pause", .tolerance = PERCENT, .figure = vtb_claim_pause_p99_saved,
     .side = VTB_AFTER, .rates = AT(0.8)},
#undef SECTION

/* --- */
#define SECTION "Key Takeaways"
    {"takeaway-no-allocations", SECTION,
     "**ValueTask<T> eliminates allocations** for synchronous completions", .value = 0,
     .unit = "allocations/hit", .figure = vtb_claim_allocs, .side = VTB_AFTER, .rates = AT(1),
     .times = 1},
    {"takeaway-10x", SECTION, "**Significant performance gains** at scale (10x faster,",
     .value = 10, .unit = "times as fast", .tolerance = ROUNDED, .figure = vtb_claim_speed,
     .side = VTB_AFTER, .rates = AT(1)},
    {"takeaway-80", SECTION, "80%+ less allocation", .value = 80, .unit = "% of bytes",
     .rule = VTB_CLAIM_ABOVE, .tolerance = PERCENT, .figure = vtb_claim_bytes_saved,
     .side = VTB_AFTER, .rates = AT(0.8), NO_COMPLETED_TASK},
#undef SECTION
};

const size_t vtb_claims_n = sizeof vtb_claims / sizeof *vtb_claims;
