#include "plan/option_table.h"

#include <string.h>

#include "cells/foreign.h"
#include "plan/option_values.h"

static const char *const format_words[] = {"table", "json", "csv", "markdown", NULL};

/* --- commands --- */

/* The commands, in the order of enum vtb_command. */
const struct vtb_command_row vtb_command_rows[VTB_COMMAND_N] = {
    {"run", "compare strategies (the default command)",
     "Compares strategies, the ways in which a method hands over a result that is ready now or\n"
     "later, on a service with a cache in front. Every strategy runs the same calls: of these the\n"
     "hit rate says how many complete at once; the others suspend and complete later. Prints "
     "time,\n"
     "bytes and allocations per operation, and writes all figures to a file in results/.\n"},
    {"advise", "which hand-over for this method, and does it matter",
     "Answers for one method, in your own words: how often its result is at hand, how often it\n"
     "is called, how long a miss takes, what callers do with the result; one value each. Measures\n"
     "for some seconds, holds that against the rule of thumb, and tells which to take, what it\n"
     "saves, from where on that changes, and which rules callers must obey; and where less than\n"
     "1 % of a core is at stake, that it does not matter.\n"},
    {"list", "what can be compared: strategies, workloads, heaps, guests",
     "Lists strategies with the sizes that follow from their layouts and what they can, "
     "workloads,\n"
     "heaps, and guests, which are programs in other runtimes.\n"},
    {"misuse", "what breaking each strategy's rules does, and whether it is detected",
     "Breaks each rule of each strategy on purpose, in a child process of its own, as the "
     "strategy\n"
     "is and with checks compiled in (NAME@checked), and tells what happens: detected, with the\n"
     "error's text, harmless, wrong value, leak, crash, hang, or not applicable, and why.\n"},
    {"gate", "compare with a baseline, for CI",
     "Runs what a baseline has recorded once more, and compares: counts exactly, or within "
     "limits;\n"
     "with --time the times as well, each as a ratio to the baseline strategy's of the same "
     "rounds.\n"
     "A baseline is made by `run_bench run --save-baseline FILE`. With --against BUILD it holds "
     "this\n"
     "build against another one, of the cases that options say. Exit status: 0 nothing is worse,\n"
     "3 something is, 4 it cannot be told, or was not compared (under --strict), 5 there is no\n"
     "baseline, or it is of another toolchain or of other cases.\n"},
    {"compare", "two result files side by side",
     "Shows two result files side by side: what differs between the runs, which of their figures "
     "may\n"
     "be compared and why, and each figure before and after. It informs; `gate` judges. Either "
     "file\n"
     "may be a pipe, as of <(git show ...), and one of them -, standard input.\n"},
    {"check", "whether a strategy does what the contract says",
     "Runs a strategy through everything that the contract asks of it, each check in a process of\n"
     "its own: values, counts, every order of completion, failures, heaps that free and heaps "
     "that\n"
     "collect, what it does not say that it lacks, and misuse. A line each says what is wrong,\n"
     "where, and which function to look at. Exit status: 0 all is well, 3 something is wrong.\n"},
    {"new", "a strategy or a workload of your own, to start from",
     "Writes a strategy (FILE.c in C, FILE.cc in C++20) or a workload (FILE.h) that works, with\n"
     "comments on what each part is for and what to change first. The file's name without its end\n"
     "is the entry's name. A file that is there already is left alone.\n"},
    {"build", "build what a run would need, and no more",
     "Builds the cells that `run` would need with the same options, and runs nothing: for a cache\n"
     "of CI, or for a machine without a compiler, to which the folder that it names is copied.\n"},
    {"doctor", "this machine: what may disturb measurements, what can be counted",
     "Looks at this machine, for about two seconds, and tells what may disturb measurements and\n"
     "what can be counted: a fact each with its value, what it does to figures, and a remedy. Its\n"
     "level is ok, warning, or unknown where it cannot be told. Exit status: 0 whatever is "
     "found.\n"},
    {"selftest", "the proof of the statistics, on this machine",
     "Measures copies of one strategy, which must not differ, and copies that are slower on\n"
     "purpose, which must, run after run: idle, beside a busy loop, and beside one that is busy\n"
     "in bursts. Tells how often a run is wrong, and how often its intervals hold what another "
     "run\n"
     "found; the same for times that are simulated, whose truth is known. 100 runs beside each\n"
     "load take about a quarter of an hour, --quick less than a minute. Exit status: 0 all goals\n"
     "are met, 3 some are missed.\n"},
    {"claims", "what is said of value tasks, claim by claim, measured",
     "Measures each claim of a well-known kind of article about tasks and value tasks: what it\n"
     "says, what is measured here, and a verdict: reproduced, not reproduced, arithmetic error,\n"
     "depends, changed by .NET 11, or not measurable here. docs/CLAIMS.md has the table of one\n"
     "machine. Takes two to three minutes, --quick half of one. Exit status: 0 whatever is\n"
     "found.\n"},
    {"fidelity", "the models against a real runtime",
     "Holds what the models predict against a guest, a program in the runtime that they are "
     "models\n"
     "of, on the same schedule: bytes on a hit and on a miss, collections by generation, the "
     "share\n"
     "of time paused, ratios of times, each with a goal, and whether it is met. docs/GUESTS.md\n"
     "tells of guests. Takes two to three minutes. Exit status: 0 whatever is found, also where\n"
     "the runtime is missing: then it is told how to get it.\n"},
    {"latency", "the distribution of latencies at a rate",
     "Makes calls when they are meant to be made, so many a second, whatever became of those "
     "before:\n"
     "an open loop. Tells how long after its intended start a call is done, and after its actual\n"
     "one: the median, percentiles, the slowest; how much of that is the machine's, by a control\n"
     "that makes no call; and each figure as a ratio to the baseline strategy's, by sessions as\n"
     "`run` has them. A rate that cannot be sustained is refused: --rate max finds what can.\n"
     "docs/LATENCY.md explains the figures. Takes a minute or two.\n"},
    {"compare-builds", "two builds, or revisions, in the same rounds",
     "Compares two builds, A and B: folders that CMake has made, or git revisions, which are put\n"
     "aside. The strategies of both stand in the same rounds and sessions, and each session draws\n"
     "where their code lies, so that a change is of the code. Tells B's time over A's, how far\n"
     "another run may be from it, what would be seen, and what the variance is made of; counts\n"
     "are compared exactly. It informs; `gate --against` judges. docs/BUILDS.md tells more.\n"
     "Exit status: 0 whatever is found.\n"},
    {"history", "many results: each figure's course, and where it changed",
     "Reads many results, of a file that --history of `run` or `gate` adds to, of a folder of "
     "result\n"
     "files, or of these, and tells where figures changed, by which revision, and how sure that "
     "is.\n"
     "Counts and instructions are exact, and hold on every machine: each step is told. Ratios of\n"
     "times hold on one machine, and are tested. It informs; `gate` judges. docs/HISTORY.md "
     "explains\n"
     "what is found, and what cannot be. Exit status: 0 whatever is found.\n"},
    {"merge", "the result files of all shards, as one",
     "Makes one result of the result files of all shards of a plan, which `run --shard I/N` "
     "wrote,\n"
     "on one machine or on several: its rows are theirs, in the order of the plan. Shards that "
     "are\n"
     "missing, there twice, or of another plan, build or seed are refused. Each ratio is of one\n"
     "machine; where there are all shards of each of several machines, tables stand side by side.\n"
     "--report and --plot are made of the file that --export-json names.\n"
     "docs/FLEET.md tells how to run shards under Slurm and GNU parallel.\n"},
};

const char *const vtb_option_examples[] = {
    "--hit-rate 0.8",
    "--hit-rate 0.5,0.8,0.95 --in-flight 1024",
    "--hit-rate 80% --format json --export-csv figures.csv",
    NULL,
};

const char vtb_exit_statuses[] =
    "0 ok, 1 internal error or output that could not be written, 2 usage,\n"
    "3 worse than the baseline (of `gate`), something wrong (of `check`), or a goal missed\n"
    "(of `selftest`), 4 inconclusive, 5 no such baseline (of `gate`),\n"
    "128 + N ended by signal N, as 130 by Ctrl-C.\n";

/* --- the options, once --- */

#define FIELD(name) .offset = offsetof(struct vtb_options, name)
#define RUN (1u << VTB_COMMAND_RUN)
#define ADVISE (1u << VTB_COMMAND_ADVISE)
#define LIST (1u << VTB_COMMAND_LIST)
#define MISUSE (1u << VTB_COMMAND_MISUSE)
#define GATE (1u << VTB_COMMAND_GATE) /* with --against likewise, as BUILDS does */
#define COMPARE (1u << VTB_COMMAND_COMPARE)
#define CHECK (1u << VTB_COMMAND_CHECK)
#define NEW (1u << VTB_COMMAND_NEW)
#define BUILD (1u << VTB_COMMAND_BUILD) /* takes all of run's options on cases too */
#define DOCTOR (1u << VTB_COMMAND_DOCTOR)
#define SELFTEST (1u << VTB_COMMAND_SELFTEST)
#define CLAIMS (1u << VTB_COMMAND_CLAIMS)
#define FIDELITY (1u << VTB_COMMAND_FIDELITY)
#define LATENCY (1u << VTB_COMMAND_LATENCY)       /* likewise, but for those that are not_loaded */
#define BUILDS (1u << VTB_COMMAND_COMPARE_BUILDS) /* likewise, but for those that are not_built */
#define HISTORY (1u << VTB_COMMAND_HISTORY)
#define MERGE (1u << VTB_COMMAND_MERGE)
#define ALL                                                                                    \
    (RUN | ADVISE | LIST | MISUSE | GATE | COMPARE | CHECK | NEW | BUILD | DOCTOR | SELFTEST | \
     CLAIMS | FIDELITY | LATENCY | BUILDS | HISTORY | MERGE)
#define REPORTS (ALL & ~(NEW | BUILD)) /* the commands that print something of several formats */

/* The commands that may take long. */
#define WAITS \
    (RUN | ADVISE | MISUSE | GATE | CHECK | BUILD | SELFTEST | CLAIMS | FIDELITY | LATENCY | BUILDS)

/* What a flag accepts. */
#define NO_VALUE "no value (in the environment 1 or 0)"

/* The names of strategies, of their variants, and others that are taken. */
#define STRATEGIES                                                                               \
    .known = vtb_known_strategies, .variants = vtb_known_variants, .aliases = vtb_known_aliases, \
    .find = vtb_find_name

static const struct vtb_option chosen_options[] = {
    {"workload", "NAME,...", vtb_parse_names, FIELD(workloads), .known = vtb_known_workloads,
     .find = vtb_find_workload_name, .bring = vtb_foreign_add_workload,
     .accepts = "names of workloads, or all, or files of your own; see `list`", .of_cases = true,
     .commands = RUN | ADVISE | CHECK, .is_default = vtb_workload_is_default,
     .help = "services to measure; `list` shows all. A file, as ./mine.h, is a workload of your\n"
             "own: docs/OWN.md"},
    {"strategy", "NAME,...", vtb_parse_names, FIELD(strategies), STRATEGIES,
     .bring = vtb_foreign_add_strategy,
     .accepts = "names of strategies, or all, or files of your own; see `list`", .of_cases = true,
     .not_gated = true, .commands = RUN,
     .help = "strategies to compare; default: all. The empty loop, the floor and the\n"
             "baseline strategy are always among them. NAME@checked has checks of the\n"
             "strategy's rules compiled in, NAME@atomic counts references for several threads,\n"
             "NAME@local completes for one alone, without locked instructions.\n"
             "Aliases, which `list` shows, are taken in upper and lower case. A file,\n"
             "as ./my_future.c or ./my_future.cc, is a strategy of your own: docs/OWN.md"},
    {"strategy", "NAME,...", vtb_parse_names, FIELD(strategies), STRATEGIES,
     .bring = vtb_foreign_add_strategy,
     .accepts = "names of strategies, or all, or files of your own; see `list`",
     .commands = MISUSE | CHECK,
     .help = "strategies to look at, each by itself; default: all. A file, as ./my_future.c or\n"
             "./my_future.cc, is a strategy of your own: docs/OWN.md"},
    {"strategy", "NAME,...", vtb_parse_names, FIELD(strategies), STRATEGIES, .no_twin = true,
     .bring = vtb_foreign_add_strategy, .of_cases = true,
     .accepts = "names of strategies, or files of your own, that the baseline has",
     .commands = GATE,
     .help = "compare these alone, of those that the baseline has; default: all of them; with\n"
             "--against the baseline strategy and its challenger. The environment's VTB_STRATEGY\n"
             "is not meant"},
    {"strategy", "NAME,...", vtb_parse_kept_names, FIELD(strategies), .no_twin = true,
     .accepts = "names of strategies", .commands = HISTORY,
     .help = "figures of these alone, as the history has them"},
    {"exclude-strategy", "NAME,...", vtb_parse_names, FIELD(excluded_strategies), STRATEGIES,
     .accepts = "names of strategies; see `list`", .of_cases = true, .commands = RUN,
     .help = "strategies to leave out"},
    {"heap", "NAME,...", vtb_parse_names, FIELD(heaps), .known = vtb_known_heaps,
     .find = vtb_find_heap_name, .accepts = "names of heaps, or all; see `list`", .of_cases = true,
     .commands = RUN | ADVISE | CHECK | CLAIMS, .is_default = vtb_heap_is_default,
     .help = "memory to allocate from; all: what `list` says is available"},
    {"baseline-strategy", "NAME", vtb_parse_name, FIELD(baseline_strategy), STRATEGIES,
     .bring = vtb_foreign_add_strategy, .accepts = "one strategy's name, or file; see `list`",
     .of_cases = true, .commands = RUN, .is_default = vtb_strategy_is_baseline,
     .help = "strategy that ratios are to"},
};

static const struct vtb_option other_options[] = {
    {"rate", "R", vtb_parse_rate, FIELD(rate), .number = {1, 1e9, false, false},
     .accepts = "calls a second, from 1 to 1e9, as 100000 or 100k, or max", .of_run = true,
     .commands = LATENCY,
     .help = "calls a second, of all callers together; max: find how many each case sustains. It\n"
             "is the volume of --calls-per-second, too, unless that is given"},
    {"arrivals", "KIND", vtb_parse_word, FIELD(arrivals), .words = vtb_arrivals_words,
     .accepts = "constant or poisson", .of_run = true, .commands = LATENCY,
     .help = "when calls are meant to start: equally far apart, or as those of many users, whose\n"
             "distances are exponential, drawn from the seed; default: constant"},
    {"wake", "HOW", vtb_parse_word, FIELD(wake), .words = vtb_wake_words,
     .accepts = "spin or futex", .of_run = true, .commands = LATENCY,
     .help =
         "with --completer thread, how a caller waits for its operation where the hand-over is\n"
         "timed: spinning on a word, or asleep in a futex that the continuation wakes;\n"
         "default: spin"},
    {"await-many", NULL, vtb_parse_flag, FIELD(await_many), .accepts = NO_VALUE, .commands = ADVISE,
     .help = "callers await a result several times, or several of them await the same one"},
    {"store-result", NULL, vtb_parse_flag, FIELD(store_result), .accepts = NO_VALUE,
     .commands = ADVISE,
     .help = "callers store what they got, in a field or a collection, and await it later"},
    {"always-async", NULL, vtb_parse_flag, FIELD(always_async), .accepts = NO_VALUE,
     .commands = ADVISE, .help = "no result is ever at hand: a hit rate of 0"},
    {"public-api", NULL, vtb_parse_flag, FIELD(public_api), .accepts = NO_VALUE, .commands = ADVISE,
     .help = "callers are not yours, and cannot be relied on to obey rules: take the simple one\n"
             "unless it is known to matter"},
    {"from", "RESULT", vtb_parse_text, FIELD(from), .file = VTB_FILE_READ,
     .accepts = "a file's name, or -", .commands = ADVISE,
     .help = "measure nothing: answer by the figures of a result file, of `run` or `advise`, on\n"
             "whatever machine that was; -: standard input. What options say must be in it"},
    {"runtime", "NAME", vtb_parse_name, FIELD(runtime), .known = vtb_known_runtimes,
     .find = vtb_find_runtime_word, .accepts = "dotnet, java, cpp or rust", .commands = ADVISE,
     .help =
         "the runtime of the method: dotnet, java, cpp or rust. It decides what is weighed "
         "against\n"
         "the task, whether on heaps that collect or on those that free, and whether the rule of\n"
         "thumb is told; docs/CLI.md has the table. Default: what dotnet has, on both"},
    {"cache", "lru:CAPACITY", vtb_parse_cache, FIELD(parameters[VTB_P(cache)]),
     .number = {1, 1e9, true, false},
     .accepts = "lru:CAPACITY with a capacity from 1 to 1e9 entries; lists and ranges",
     .of_cases = true, .commands = RUN,
     .help = "a real LRU cache of so many entries, so that the hit rate emerges from the keys;\n"
             "for workloads that have one, see `list`, and chooses them if none is named"},
    {"trace", "FILE", vtb_parse_text, FIELD(trace_path), .file = VTB_FILE_READ,
     .accepts = "a file's name, or -", .of_run = true, .commands = RUN | GATE | BUILD,
     .help = "replay the keys of a file, or of standard input if FILE is -, through the real\n"
             "cache; the file is read once"},
    {"trace-format", "FORMAT", vtb_parse_trace_format, FIELD(trace_format),
     .words = vtb_trace_format_words,
     .accepts = "text, be32, arc, or csv:COLUMN with a column's number from 1, or its name",
     .of_run = true, .commands = RUN | GATE | BUILD,
     .help = "text: a key a line; be32: 4-byte big-endian integers; arc: lines of START LENGTH\n"
             "and more, which ask for LENGTH keys from START on; csv:COLUMN: a column of\n"
             "comma-separated values, by its number from 1, or its name in the first line;\n"
             "default: text"},
    {"completer", "WHO", vtb_parse_word, FIELD(completer), .words = vtb_completer_words,
     .accepts = "caller or thread", .of_cases = true, .commands = RUN,
     .help = "who completes suspended operations: the caller itself, when its window is full, or\n"
             "another thread, where they are then consumed and freed; default: caller"},
    {"abstraction", "HOW", vtb_parse_word, FIELD(abstraction), .words = vtb_abstraction_words,
     .accepts = "concrete or virtual", .of_cases = true, .commands = RUN,
     .help = "how the caller calls the method: by its name, as a concrete class's, or through a\n"
             "table of methods, as an interface's; default: concrete"},
    {"table", "KIND", vtb_parse_word, FIELD(table), .words = vtb_table_words,
     .accepts = "read-only or concurrent", .of_cases = true, .commands = RUN,
     .help = "the cache's table: one that is only read, beside which each service keeps what it\n"
             "fetched, or one into which all threads insert that; default: read-only"},
    {"store", "WHAT", vtb_parse_word, FIELD(store), .words = vtb_store_words,
     .accepts = "simulated, sqlite or redis", .of_cases = true, .commands = RUN | ADVISE,
     .help = "what is asked on a miss: an array, or a real store with the table's records, which\n"
             "threads ask that then complete operations, as with --completer thread: sqlite, a\n"
             "database in a temporary folder, or redis, a server that is started and ended;\n"
             "default: simulated. docs/STORES.md"},
    {"redis", "ADDRESS", vtb_parse_address, FIELD(redis),
     .accepts = "HOST:PORT, or a socket's path with a slash", .of_cases = true,
     .commands = RUN | ADVISE,
     .help = "the server of --store redis: one that is there already, as localhost:6379; its keys\n"
             "begin with vtb: then, and are taken out at the end"},
    {"store-threads", "N", vtb_parse_number, FIELD(store_threads), .number = {1, 64, true, false},
     .accepts = "whole numbers from 1 to 64", .of_cases = true, .commands = RUN | ADVISE,
     .help = "threads that ask the store, with a connection each; default: 1"},
    {"calls-per-second", "R", vtb_parse_number, FIELD(calls_per_second),
     .number = {0.001, 1e12, false, false}, .accepts = "calls a second, from 0.001 to 1e12",
     .of_cases = true, .commands = RUN | ADVISE,
     .help =
         "tell what the figures cost at this volume: CPU time, bytes and allocations, a second\n"
         "and a day"},
    {"miss-time", "T", vtb_parse_number, FIELD(miss_time_s),
     .number = {1e-6, 3600, false, false, false, true},
     .accepts = "a time from 1us to 3600s with its unit, as 500us, 2ms or 0.1s", .of_cases = true,
     .commands = RUN | ADVISE,
     .help =
         "how long a miss takes: as many operations are in flight as calls miss in that time, by\n"
         "--calls-per-second and the hit rate, at least one; --in-flight says another number"},
    {"method", "KIND", vtb_parse_word, FIELD(method), .words = vtb_method_words,
     .accepts = "direct, async, runtime, both (of the first two) or all", .of_cases = true,
     .commands = RUN,
     .help = "direct: a plain function with a fast path; async: a compiled asynchronous method,\n"
             "whose state machine runs even for a result that is at hand; runtime: one that the\n"
             "runtime itself suspends, as in .NET 11; default: direct"},
    {"caller", "KIND", vtb_parse_word, FIELD(caller), .words = vtb_caller_words,
     .accepts = "classic or runtime", .of_cases = true, .commands = RUN,
     .help =
         "classic: what the method returns is made, as strategies have it; runtime: the caller\n"
         "is suspended by the runtime, and awaits at once: a result that is at hand is returned\n"
         "in registers by all but a method that is async; default: as the method"},
    {"stored", NULL, vtb_parse_flag, FIELD(stored), .accepts = NO_VALUE, .of_cases = true,
     .commands = RUN,
     .help = "the caller keeps what the method returns in a variable, and awaits that, so that it\n"
             "is made whatever the caller"},
    {"pressure", "COLUMN,...", vtb_parse_names, FIELD(pressure_words), .known = vtb_known_metrics,
     .find = vtb_find_metric_name, .accepts = "names of figures of the pressure pass, or all",
     .of_run = true, .commands = RUN,
     .help =
         "figures of the pressure pass, which makes --calls calls (or as many as 50 collections\n"
         "take) on a heap of its own, to show in tables of their own: gen0, gen1, gen2 "
         "(collections\n"
         "per 1000 ops), collections, collections-per-mop, calls-per-collection, gc-ms, gc-share,\n"
         "gc-ns, pauses, pauses-stretched, pause-p50, pause-p90, pause-p99, pause-max,\n"
         "pause-wall-max, survived, promoted, mmu-1ms, mmu-10ms, peak-rss, rss-growth, "
         "page-faults,\n"
         "usable, resident; docs/CLI.md explains them. Heaps that collect have this pass in any "
         "case"},
    {"live-heap", "BYTES", vtb_parse_number, FIELD(live_heap_bytes),
     .number = {0, 4294967296, true, false, true},
     .accepts = "bytes from 0 to 4G, as 1048576 or 1M", .of_cases = true, .commands = RUN,
     .help = "objects that live all along in a heap that collects, for a full collection to mark;\n"
             "default: the table's values, up to 16 MiB of them"},
    {"verify-heap", NULL, vtb_parse_flag, FIELD(verify_heap), .accepts = NO_VALUE, .of_run = true,
     .commands = RUN,
     .help = "look through the whole heap after every collection, and stop if it is broken; of\n"
             "the generational collector. For testing, as its times mean nothing"},
    {"distribution", "KIND", vtb_parse_distribution, FIELD(distribution),
     .number = {0.01, 10, false, false},
     .accepts = "uniform, zipf or zipf:S with S from 0.01 to 10", .of_cases = true, .commands = RUN,
     .help = "how keys are drawn: uniform, or zipf[:S] with exponent S (0.99 if not given);\n"
             "default: the workload's own, mostly uniform"},
    {"completion", "ORDER", vtb_parse_word, FIELD(completion), .words = vtb_completion_words,
     .accepts = "fifo, lifo or random", .of_cases = true, .commands = RUN,
     .help = "which suspended operation completes when the window is full: fifo (the oldest),\n"
             "lifo (the newest) or random; default: fifo"},
    {"consumer", "KIND", vtb_parse_word, FIELD(consumer), .words = vtb_consumer_words,
     .accepts = "independent, dependent or both", .of_cases = true, .commands = RUN,
     .help = "independent: lookups may overlap, which measures throughput; dependent: each key\n"
             "needs the last result, which measures latency; default: independent"},
    {"instructions", NULL, vtb_parse_flag, FIELD(instructions), .accepts = NO_VALUE,
     .of_cases = true, .not_loaded = true, .commands = RUN,
     .help = "count instructions per operation as well, exactly, under valgrind's callgrind: the\n"
             "same figure in every run on a machine with the same toolchain; takes minutes"},
    {"events", "LIST", vtb_parse_events, FIELD(events),
     .accepts = "names of libpfm4 separated by commas, groups in braces, as "
                "page-faults,{cycles,instructions:u}; `run_bench list --events` shows them",
     .of_run = true, .commands = RUN,
     .help = "count these events of the processor and the kernel per operation as well, in a pass\n"
             "of their own; names as libpfm4 spells them, those in braces counted together:\n"
             "page-faults,{cycles,instructions:u}; `run_bench list --events` shows them"},
    {"require-events", NULL, vtb_parse_flag, FIELD(require_events), .accepts = NO_VALUE,
     .of_run = true, .commands = RUN,
     .help = "end with exit status 1 if an event cannot be counted here, before anything is run"},
    {"min-gain", "PERCENT", vtb_parse_numbers, .old = "worth", FIELD(min_gains),
     .number = {0.001, 99, false, false}, .accepts = "percent from 0.001 to 99; lists and ranges",
     .of_run = true, .commands = RUN,
     .help = "in the break-evens of a range: how much faster than the baseline something must be\n"
             "to be worth it; default: 5"},
    {"sessions", "N", vtb_parse_number, FIELD(sessions), .number = {1, 1000, true, false},
     .accepts = "whole numbers from 1 to 1000", .of_run = true,
     .commands = RUN | ADVISE | GATE | BUILDS,
     .help = "fresh processes that each time everything, spread over the run: an interval tells\n"
             "how far another run may be from this one, and takes 5 or more of them. Default: 10;\n"
             "5 in a sweep and with --quick; 20 with a --time of 30 or more; 40 of two builds"},
    {"sessions", "N", vtb_parse_number, FIELD(sessions), .number = {5, 1000, true, false},
     .accepts = "whole numbers from 5 to 1000", .commands = SELFTEST,
     .help = "sessions of a run; default: 10"},
    {"runs", "N", vtb_parse_number, FIELD(runs), .number = {2, 10000, true, false},
     .accepts = "whole numbers from 2 to 10000", .commands = SELFTEST,
     .help = "runs beside each load; default: 100"},
    {"sessions", "N", vtb_parse_number, FIELD(sessions), .number = {1, 1000, true, false},
     .accepts = "whole numbers from 1 to 1000", .of_run = true, .commands = LATENCY,
     .help = "fresh processes that each measure everything; an interval takes 5 or more of them.\n"
             "Default: 5"},
    {"slices", "N", vtb_parse_number, FIELD(slices), .number = {1, 1000000, true, false},
     .accepts = "whole numbers from 1 to 1000000", .of_run = true, .commands = LATENCY,
     .help = "slices of each case in a session; default: 10, with --quick 4"},
    {"slice-ms", "X", vtb_parse_number, FIELD(slice_ms), .number = {1, 10000, false, false},
     .accepts = "milliseconds from 1 to 10000", .of_run = true, .commands = LATENCY,
     .help = "how long a case has its turn; longer at rates below 20 calls in that time.\n"
             "Default: 50"},
    {"time", "SECONDS", vtb_parse_number, FIELD(time_s), .number = {0.01, 86400, false, false},
     .accepts = "seconds from 0.01 to 86400", .of_run = true, .commands = LATENCY,
     .help = "take about this long for each table, in place of --slices: divided among sessions,\n"
             "cases and their slices"},
    {"quick", NULL, vtb_parse_flag, FIELD(quick), .accepts = NO_VALUE, .of_run = true,
     .commands = LATENCY, .help = "a rough answer: 4 slices of each case in a session"},
    {"quick", NULL, vtb_parse_flag, FIELD(quick), .accepts = NO_VALUE, .commands = SELFTEST,
     .help = "3 runs beside each load: few, but less than a minute"},
    {"quick", NULL, vtb_parse_flag, FIELD(quick), .accepts = NO_VALUE, .commands = CLAIMS,
     .help = "5 sessions of 24 rounds in place of 10 of 80, and no p99 of pauses"},
    {"quick", NULL, vtb_parse_flag, FIELD(quick), .accepts = NO_VALUE, .commands = FIDELITY,
     .help =
         "collections with two small nurseries, without the large one, and 16 rounds in place of\n"
         "60"},
    {"guest", "NAME,...", vtb_parse_kept_names, FIELD(guests),
     .accepts = "names of guests, or folders of your own; see `list`", .of_cases = true,
     .not_loaded = true, .not_built = true, .commands = RUN | FIDELITY,
     .help = "guests, programs in other runtimes: their rows stand beside the heaps', in the same\n"
             "rounds and sessions. `fidelity` holds the models against one of them; default: the\n"
             "first. `list` shows all. A folder, as ./mine, is one of your own: docs/GUESTS.md"},
    {"section", "TEXT", vtb_parse_text, FIELD(section), .accepts = "a part of a section's heading",
     .commands = CLAIMS, .help = "only the claims of sections whose heading has this text in it"},
    {"samples", "FILE", vtb_parse_text, FIELD(samples_path), .file = VTB_FILE_READ,
     .accepts = "a file's name", .commands = SELFTEST,
     .help = "judge recorded sessions in place of this machine: a file of samples that `run` left\n"
             "beside its result file, of NAME and its copies NAME_twin and NAME_slow_10"},
    {"rounds", "N", vtb_parse_rounds, FIELD(rounds), .number = {0, 1000000, true, false},
     .accepts = "0 (count only, measure no time), or 8 to 1000000", .of_run = true,
     .commands = RUN | BUILDS,
     .help = "rounds of a session, each one epoch of every case in a random order; 0 counts\n"
             "only; default: 80, in a sweep and with --quick 24; 160 of two builds"},
    {"rounds", "N", vtb_parse_rounds, FIELD(rounds), .number = {0, 1000000, true, false},
     .accepts = "0 (count only, measure no time), or 8 to 1000000", .of_run = true, .no_twin = true,
     .of_builds = true, .commands = GATE,
     .help = "rounds of a session, each one epoch of every case in a random order; 0: counts\n"
             "alone, which are the same however busy the machine is; default: 160"},
    {"epoch-ms", "X", vtb_parse_number, FIELD(epoch_ms), .number = {0.01, 1000, false, false},
     .accepts = "milliseconds from 0.01 to 1000", .of_run = true, .commands = RUN | GATE | BUILDS,
     .help = "length of an epoch of the median case; default: 0.1"},
    {"time", "SECONDS", vtb_parse_number, FIELD(time_s), .number = {0.01, 86400, false, false},
     .accepts = "seconds from 0.01 to 86400", .of_run = true, .commands = RUN | BUILDS,
     .help = "take about this long for each table's timing, in place of --rounds: divided among\n"
             "sessions of at most 5000 rounds, and at most 100 sessions"},
    {"quick", NULL, vtb_parse_flag, FIELD(quick), .accepts = NO_VALUE, .of_run = true,
     .commands = RUN | BUILDS,
     .help =
         "a rough answer: 5 sessions of 24 rounds, unless said otherwise; so is a sweep, a run\n"
         "of six or more combinations of parameters"},
    {"dry-run", NULL, vtb_parse_flag, FIELD(dry_run), .accepts = NO_VALUE, .commands = RUN,
     .help = "print what would be measured, and how long it takes; write nothing"},
    {"keep-environment", NULL, vtb_parse_flag, FIELD(keep_environment), .accepts = NO_VALUE,
     .of_run = true,
     .commands =
         RUN | ADVISE | GATE | MISUSE | CHECK | SELFTEST | CLAIMS | FIDELITY | LATENCY | BUILDS,
     .help = "leave what an allocator, a collector or the dynamic linker reads (LD_PRELOAD,\n"
             "GLIBC_TUNABLES, MALLOC_CONF, GC_...) in the environment of what is measured; the\n"
             "result says so. By default it is taken out, which the result says as well"},
    {"pin", "CPUS", vtb_parse_text, FIELD(pin), .accepts = "processors, as 0 or 0-3,8",
     .of_run = true,
     .commands = RUN | ADVISE | GATE | SELFTEST | CLAIMS | FIDELITY | LATENCY | BUILDS,
     .help = "run everything on these processors alone"},
    {"resume", "FILE", vtb_parse_text, FIELD(resume), .file = VTB_FILE_READ,
     .accepts = "a result file's name", .commands = RUN,
     .help = "go on where a run ended before its time, by its result file: with its options and\n"
             "the sessions that it has, on the same machine and by the same build"},
    {"tag", "TEXT", vtb_parse_text, FIELD(tag), .accepts = "a text", .of_run = true,
     .commands = RUN | LATENCY,
     .help =
         "a text of your own for the result file, as a branch's name, or a revision of your own;\n"
         "`compare` and `history` show it"},
    {"seed", "N", vtb_parse_seed, FIELD(seed), .accepts = "a whole number from 0 to 2^64 - 1",
     .of_cases = true, .commands = RUN,
     .help = "what keys, hits and orders are drawn from; default: 1"},
    {"shard", "I/N", vtb_parse_shard, FIELD(shard),
     .accepts = "I/N with whole numbers, I from 1 to N, and N up to 1000", .of_cases = true,
     .not_loaded = true, .of_part = true, .commands = RUN,
     .help =
         "run the I-th of N parts of the tables, whole ones, by a hash of their names; `merge`\n"
         "makes one result of all parts. docs/FLEET.md"},
    {"events", NULL, vtb_parse_flag, FIELD(list_events), .accepts = NO_VALUE, .commands = LIST,
     .help = "list what this machine can count for --events of `run`, and why not what it cannot"},
    {"format", "FORMAT", vtb_parse_word, FIELD(format), .words = format_words,
     .accepts = "table, json, csv or markdown", .commands = REPORTS | BUILD,
     .help = "what standard output gets; default: table"},
    {"color", "WHEN", vtb_parse_word, FIELD(color), .words = vtb_color_words,
     .accepts = "auto, always or never", .commands = REPORTS,
     .help = "colours in tables on standard output, which say nothing that words do not: auto is\n"
             "on a terminal, unless NO_COLOR is set; files never have any. Default: auto"},
    {"progress", "WHEN", vtb_parse_word, FIELD(progress), .words = vtb_progress_words,
     .accepts = "auto, plain or off", .commands = WAITS,
     .help =
         "how far it is, on standard error: auto is a line that moves on a terminal, and of the\n"
         "building of cells a line now and then elsewhere; plain: a line now and then, without\n"
         "escape codes; off: nothing. Default: auto"},
    {"details", NULL, vtb_parse_flag, FIELD(details), .accepts = NO_VALUE, .commands = RUN,
     .help = "all tables and sentences, in place of the answer with one table; up to 100 columns"},
    {"export-json", "FILE", vtb_parse_text, FIELD(export_json), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = RUN | LATENCY | MERGE,
     .help = "write the result file there too, whole or not at all; likewise CSV, Markdown:"},
    {"export-csv", "FILE", vtb_parse_text, FIELD(export_csv), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = RUN | LATENCY | MERGE,
     .help = "one row for each case"},
    {"export-markdown", "FILE", vtb_parse_text, FIELD(export_markdown), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = RUN | GATE | LATENCY | MERGE,
     .help = "the tables; of `gate` a summary for a CI job's page"},
    {"export-timeline", "FILE", vtb_parse_text, FIELD(export_timeline), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = LATENCY,
     .help =
         "write what happened in the first session, slices with collections and stops in them,\n"
         "as Trace Event JSON, which Perfetto and speedscope show"},
    {"plot", "DIR", vtb_parse_text, FIELD(plot_dir), .accepts = "a directory's name",
     .commands = RUN | LATENCY | HISTORY | MERGE,
     .help = "draw all pictures that the figures allow, as SVG and PNG; scripts/plot.py and\n"
             "scripts/plot.gp draw them of result files later on"},
    {"plot-by", "PROGRAM", vtb_parse_word, FIELD(plot_by), .words = vtb_plot_by_words,
     .accepts = "matplotlib, gnuplot or both", .commands = RUN | LATENCY | HISTORY | MERGE,
     .help = "what --plot draws with: matplotlib, gnuplot or both; default: matplotlib"},
    {"report", "FILE.html", vtb_parse_text, FIELD(report), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name",
     .commands = RUN | ADVISE | LATENCY | CLAIMS | COMPARE | GATE | HISTORY | MERGE,
     .help = "write a page of HTML that needs no other file and no network: the answer, charts,\n"
             "tables that sort and filter, and the figures to download; scripts/report.py makes\n"
             "one of any result files"},
    {"export-junit", "FILE", vtb_parse_text, FIELD(export_junit), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = GATE,
     .help = "JUnit XML: a test case for each figure that is gated"},
    {"export-sarif", "FILE", vtb_parse_text, FIELD(export_sarif), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = GATE,
     .help = "SARIF 2.1.0: a result for each finding that fails the gate"},
    {"save-baseline", "FILE", vtb_parse_text, FIELD(save_baseline), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = RUN,
     .help = "write what `gate` compares with: the counts, and the ratios of times if any are\n"
             "measured, of every case, and the options that make the same cases again"},
    {"save-baseline", "FILE", vtb_parse_text, FIELD(save_baseline), .file = VTB_FILE_WRITTEN,
     .no_twin = true, .accepts = "a file's name", .commands = GATE,
     .help = "write what was measured as a new baseline, once it is compared; the environment's\n"
             "VTB_SAVE_BASELINE is not meant"},
    {"history", "FILE.jsonl", vtb_parse_text, FIELD(history), .file = VTB_FILE_WRITTEN,
     .accepts = "a file's name", .commands = RUN,
     .help = "add what was found to this file, as one line, from which `run_bench history` tells\n"
             "where figures changed; it is made if it is not there"},
    {"history", "FILE.jsonl", vtb_parse_text, FIELD(history), .file = VTB_FILE_WRITTEN,
     .no_twin = true, .accepts = "a file's name", .commands = GATE,
     .help =
         "add what was measured to this file, whatever the verdict, for `run_bench history`; the\n"
         "environment's VTB_HISTORY is not meant"},
    {"history", "FILE.jsonl", vtb_parse_text, FIELD(history), .file = VTB_FILE_WRITTEN,
     .no_twin = true, .accepts = "a file's name", .commands = HISTORY,
     .help = "add all results that are read to this file; the environment's VTB_HISTORY is not\n"
             "meant"},
    {"since", "DATE", vtb_parse_date, FIELD(since),
     .accepts = "a date in UTC, as 2026-11-30 or 2026-11-30T09:21:20Z", .commands = HISTORY,
     .help = "leave out results of before"},
    {"metric", "WORD,...", vtb_parse_names, FIELD(figures), .known = vtb_known_figures,
     .find = vtb_find_figure_name,
     .accepts = "all, or a list of the words " VTB_LIMIT_WORDS ", " VTB_RATIO_WORD,
     .commands = HISTORY,
     .help = "these figures alone:\n" VTB_LIMIT_WORDS ", " VTB_RATIO_WORD "; default: all"},
    {"baseline", "FILE", vtb_parse_text, FIELD(baseline), .file = VTB_FILE_READ,
     .accepts = "a file's name", .commands = GATE,
     .help = "what to compare with, written by `run --save-baseline FILE`; -: standard input"},
    {"limit", "WORD=LIMIT,...", vtb_parse_limits, FIELD(limits),
     .accepts =
         "WORD=LIMIT,... with the words " VTB_LIMIT_WORDS " and a limit as 0, 8 or 0.5%, or off",
     .commands = GATE,
     .help =
         "how much worse a figure may be, per operation, as a number or a share of what it was,\n"
         "such as instructions=0.5%,bytes=8; off: not compared. Words:\n" VTB_LIMIT_WORDS
         ".\nDefault: 0, exactly as before"},
    {"time", "SECONDS", vtb_parse_number, FIELD(time_s), .number = {0.01, 86400, false, false},
     .if_bare = "20", .accepts = "nothing, or seconds from 0.01 to 86400", .commands = GATE,
     .help = "compare times as well, and take about this long for each table; default: 20, if no\n"
             "number follows; with --against times are compared in any case, but with --rounds 0"},
    {"time", "SECONDS", vtb_parse_number, FIELD(check_s), .number = {0.1, 86400, false, false},
     .accepts = "seconds from 0.1 to 86400", .commands = CHECK,
     .help = "processor time after which a check is said to hang; default: 20"},
    {"time", "SECONDS", vtb_parse_number, FIELD(doctor_s), .number = {0.01, 3600, false, false},
     .accepts = "seconds from 0.01 to 3600", .commands = DOCTOR,
     .help = "how long a thread that only reads the clock watches for gaps; default: 2"},
    {"margin", "PERCENT", vtb_parse_number, FIELD(margin_percent),
     .number = {0.1, 99, false, false}, .accepts = "percent from 0.1 to 99", .commands = GATE,
     .help = "how much slower than before, against the baseline strategy, a case may be; at least\n"
             "2, which is what identical machine code may differ by at another place; default: 5,\n"
             "with --against 2"},
    {"margin", "PERCENT", vtb_parse_number, FIELD(margin_percent), .number = {2, 99, false, false},
     .accepts = "percent from 2 to 99", .commands = BUILDS,
     .help = "how much slower B may be; default: 2, which is what identical machine code may\n"
             "differ by at another place"},
    {"against", "BUILD", vtb_parse_text, FIELD(against),
     .accepts = "a folder of a build, or a revision of git's", .commands = GATE,
     .help = "in place of a baseline: hold this build against another one, or against a git\n"
             "revision, which is put aside, in the same rounds and sessions: docs/BUILDS.md"},
    {"own-programs", NULL, vtb_parse_flag, FIELD(own_programs), .accepts = NO_VALUE, .of_run = true,
     .of_builds = true, .commands = BUILDS | GATE,
     .help = "have each of two builds measured by its own program, with its own heaps and tables;\n"
             "both take turns, round by round. It is done without this where their contracts\n"
             "between program and cells differ"},
    {"strict", NULL, vtb_parse_flag, FIELD(strict), .accepts = NO_VALUE, .commands = GATE,
     .help = "exit status 4 if of anything it cannot be told whether it is worse, or if anything\n"
             "was not compared"},
    {"any-toolchain", NULL, vtb_parse_flag, FIELD(any_toolchain), .accepts = NO_VALUE,
     .commands = GATE,
     .help = "with another compiler, C library or architecture than the baseline's compare what\n"
             "does not depend on them, and leave out instructions and times, in place of status 5"},
    {"results-dir", "DIR", vtb_parse_text, FIELD(results_dir), .accepts = "a directory's name",
     .commands = RUN | ADVISE | LATENCY,
     .help = "where result files are written; default: results"},
    {"help", NULL, vtb_parse_flag, FIELD(help), .no_twin = true, .accepts = "no value",
     .commands = ALL, .help = "this text"},
    {"version", NULL, vtb_parse_flag, FIELD(version), .no_twin = true, .accepts = "no value",
     .commands = ALL,
     .help = "the version; all facts of the build, where --format is taken, as json"},
};

#define CHOSEN_N (sizeof chosen_options / sizeof *chosen_options)
#define OTHERS_N (sizeof other_options / sizeof *other_options)
#define OPTIONS_N (CHOSEN_N + VTB_PARAMETERS_N + OTHERS_N)

/* Makes the command-line option of a row of the parameters' table. */
static struct vtb_option option_of(const struct vtb_parameter *parameter)
{
    const size_t id = (size_t)(parameter - vtb_parameters);
    return (struct vtb_option){
        .name = parameter->option,
        .metavar = parameter->metavar,
        .parse = parameter->metavar ? vtb_parse_numbers : vtb_parse_set,
        .offset = offsetof(struct vtb_options, parameters) + id * sizeof(struct vtb_numbers),
        .accepts = parameter->accepts,
        .help = parameter->help,
        .number = parameter->number,
        .commands = parameter->of_method ? RUN | ADVISE : RUN,
        .of_cases = true,
        .not_loaded = id == VTB_P(calls),
    };
}

/* The option at a place of the help; null behind the last. */
const struct vtb_option *vtb_option_at(size_t i)
{
    static struct vtb_option parameters[VTB_PARAMETERS_N];
    if (i < CHOSEN_N)
        return &chosen_options[i];
    i -= CHOSEN_N;
    if (i < VTB_PARAMETERS_N) {
        if (!parameters[i].name)
            parameters[i] = option_of(&vtb_parameters[i]);
        return &parameters[i];
    }
    i -= VTB_PARAMETERS_N;
    return i < OTHERS_N ? &other_options[i] : NULL;
}

/* --- one of them --- */

/* Whether a command takes an option of `run` that says which cases are run. */
static bool takes_of_run(const struct vtb_option *option, enum vtb_command command)
{
    const bool is_built = !option->of_part && !option->not_built;
    switch (command) {
    case VTB_COMMAND_BUILD:
        return true;
    case VTB_COMMAND_COMPARE_BUILDS:
        return is_built;
    case VTB_COMMAND_GATE:
        return is_built && !option->not_gated;
    case VTB_COMMAND_LATENCY:
        return !option->not_loaded;
    default:
        return false;
    }
}

bool vtb_option_is_of(const struct vtb_option *option, enum vtb_command command)
{
    return (option->commands & 1u << command) ||
           (option->of_cases && option->commands & RUN && takes_of_run(option, command));
}

bool vtb_option_needs_against(const struct vtb_option *option)
{
    return vtb_option_is_of(option, VTB_COMMAND_GATE) &&
           (option->of_builds || !(option->commands & GATE));
}

static bool is_text(const char *own, const char *text, size_t n)
{
    return strlen(own) == n && memcmp(own, text, n) == 0;
}

/* The command's option of a name, or else the first option of any command that has this name. */
const struct vtb_option *vtb_find_option(const char *name, size_t name_n, enum vtb_command command)
{
    const struct vtb_option *found = NULL;
    for (size_t i = 0; i < OPTIONS_N; i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (!is_text(option->name, name, name_n) &&
            !(option->old && is_text(option->old, name, name_n)))
            continue;
        if (vtb_option_is_of(option, command))
            return option;
        found = found ? found : option;
    }
    return found;
}
