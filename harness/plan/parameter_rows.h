/*
 * The parameters of a run, one row each: PARAMETER(name, place in struct vtb_point, ...), or
 * PARAMETER_ELSEWHERE(name, ...) for one that is no part of a point. The row is all that the
 * command line, the plan, the names of cases, break-evens and reports know of a parameter; what it
 * does is up to the code that reads its place. The order is that in which points follow one another
 * (the first varies fastest), and in which break-evens, help and titles have them. The fields are
 * in parameters.h. Included more than once.
 */
PARAMETER(hit_rate, hits.rate, .of_method = true, .option = "hit-rate", .metavar = "RATE",
          .number = {0, 1, false, true}, .usual = NAN, .units = NO_UNITS, .is_share = true,
          .value = hit_rate_of, .accepts = "0 to 1, or 0% to 100%; lists 0.5,0.8; ranges 0:1:0.05",
          .help =
              "share of calls that complete at once, as 0.8 or 80%, or a list (0.5,0.8), or a\n"
              "range (0:1:0.05); default: the workload's own, see `list`")
PARAMETER(
    calls, calls_n, .option = "calls", .metavar = "N", .number = {1, 1e12, true, false},
    .usual = NAN, .units = THOUSANDS,
    .accepts = "whole numbers from 1 to 1e12, as 1000000, 1e6 or 1M; lists and ranges",
    .help =
        "calls to count allocations over; exactly round(calls x hit rate) of them hit. Up to\n"
        "100000 they are also what is timed: the first calls of fresh processes, a cold\n"
        "start; beyond, a steady state is. Default: 1e6, or a trace's requests; 2e5 in a\n"
        "sweep")
PARAMETER(in_flight, in_flight, .of_method = true, .option = "in-flight", .metavar = "N",
          .number = {1, VTB_IN_FLIGHT_MAX, true, false}, .usual = 64, .units = THOUSANDS,
          .value = in_flight_of, .accepts = "whole numbers from 1 to 16777216; lists and ranges",
          .help =
              "suspended operations that are outstanding before one completes; default: what\n"
              "follows from --miss-time, or 64")
PARAMETER(depth, depth, .sentence = "%s methods deep", .option = "depth", .metavar = "N",
          .number = {1, VTB_DEPTH_MAX, true, false}, .usual = 1, .units = NO_UNITS,
          .accepts = "whole numbers from 1 to 16; lists and ranges",
          .help =
              "methods between the caller and the cache, each awaiting the one below (async) or\n"
              "passing on what it got (direct); default: 1, the service's own")
PARAMETER(force_async, force_async, .sentence = "every call forced to suspend",
          .option = "force-async", .metavar = NULL, .number = {0, 1, true, false}, .usual = 0,
          .units = NO_UNITS, .named = VTB_NAMED_LAST,
          .accepts = "no value (in the environment 1 or 0)",
          .help = "suspend every operation, whatever the hit rate: for testing")
PARAMETER(failure_rate, failure_rate, .sentence = "%s of the misses fail", .option = "failure-rate",
          .metavar = "RATE", .number = {0, 1, false, true}, .usual = 0, .units = NO_UNITS,
          .is_share = true, .named = VTB_NAMED,
          .accepts = "0 to 1, or 0% to 100%; lists and ranges",
          .help = "share of the misses that end in an error of the store; default: 0")
PARAMETER(request_ops, request_ops, .sentence = "requests of %s operations",
          .option = "request-ops", .metavar = "N", .number = {1, 1000000, true, false},
          .usual = VTB_REQUEST_OPS, .units = THOUSANDS, .named = VTB_NAMED,
          .accepts = "whole numbers from 1 to 1000000; lists and ranges",
          .help = "operations of one request, whose objects share an arena; default: 64")
PARAMETER(pollute, pollute_bytes, .sentence = "%s B of other memory touched between calls",
          .option = "pollute", .metavar = "BYTES", .number = {0, 1073741824, true, false, true},
          .usual = 0, .units = BYTES, .named = VTB_NAMED_LAST,
          .accepts = "bytes from 0 to 1G, as 65536 or 64K; lists and ranges",
          .help =
              "touch so much other memory between two operations, as a program does that works\n"
              "with what it got; default: 0")
PARAMETER(cache, hits.cache.capacity, .option = "cache-capacity", .metavar = "N",
          .number = {1, 1e9, true, false}, .usual = NAN, .units = THOUSANDS, .none_at_zero = true,
          .accepts = "whole numbers from 1 to 1e9; lists and ranges",
          .help = "the same as --cache lru:N")
PARAMETER(
    ttl, hits.cache.ttl_ns, .option = "ttl", .metavar = "SECONDS",
    .number = {0.001, 1e9, false, false}, .usual = 0, .units = SECONDS, .scale = 1e9,
    .none_at_zero = true, .accepts = "seconds from 0.001 to 1e9; lists and ranges",
    .help =
        "life of a cache's entries on a virtual clock, which --calls-per-second drives (default\n"
        "there: 1000), so that the hit rate emerges; for workloads whose entries expire")
PARAMETER(gen0_budget, gen0_budget_bytes, .option = "gen0-budget", .metavar = "BYTES",
          .number = {4096, 1073741824, true, false, true}, .usual = 0, .units = BYTES,
          .named = VTB_NAMED_FIRST, .value = gen0_budget_of,
          .accepts = "bytes from 4K to 1G, as 262144 or 256K; lists and ranges",
          .help =
              "bytes allocated between two collections of the youngest generation, of a heap that\n"
              "collects by generations; default: half of the L3 cache, as .NET does, up to 16 MiB")
PARAMETER(incremental, incremental, .option = "boehm-incremental", .metavar = NULL,
          .number = {0, 1, true, false}, .usual = 0, .units = NO_UNITS, .named = VTB_NAMED_FIRST,
          .value = incremental_of, .accepts = "no value (in the environment 1 or 0)",
          .help =
              "the conservative collector works in steps, between which the program goes on; far\n"
              "slower in all where the kernel does not tell which pages were written to")
PARAMETER(keys, keys_n, .of_method = true, .option = "keys", .metavar = "N",
          .number = {1, 1073741823, true, false}, .usual = NAN, .units = THOUSANDS,
          .accepts = "whole numbers from 1 to 1073741823; lists and ranges",
          .help = "entries of the cache; default: the workload's own, see `list`")
PARAMETER_ELSEWHERE(
    threads, .of_method = true, .option = "threads", .metavar = "N",
    .number = {1, VTB_THREADS_MAX, true, false}, .usual = 1, .units = NO_UNITS, .value = threads_of,
    .accepts = "whole numbers from 1 to 256; lists and ranges",
    .help =
        "callers at once, each with operations of its own, against one table; one caller is\n"
        "always measured too, in the same rounds, to tell how it scales; default: 1")
PARAMETER_ELSEWHERE(
    payload, .of_method = true, .option = "payload", .metavar = "BYTES",
    .number = {1, 4096, true, false, true}, .usual = NAN, .units = BYTES, .of_workload = true,
    .value = payload_of,
    .accepts = "sizes of the payload curve, from 1 to 4096 bytes; lists and ranges",
    .help = "size of the result: the workload of the payload curve with these sizes, as 8,48,256")
