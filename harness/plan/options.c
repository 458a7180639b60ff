#include "plan/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "cells/foreign.h"
#include "plan/trace.h"

const char *const vtb_completion_words[] = {"fifo", "lifo", "random", NULL};
const char *const vtb_consumer_words[] = {"independent", "dependent", "both", NULL};
const char *const vtb_method_words[] = {"direct", "async", "both", NULL};
const char *const vtb_completer_words[] = {"caller", "thread", NULL};
static const char *const format_words[] = {"table", "json", "csv", "markdown", NULL};

struct command {
    const char *word;
    const char *summary;
    const char *description;
};

/* The commands, in the order of enum vtb_command. */
static const struct command commands[VTB_COMMAND_N] = {
    {"run", "compare strategies (the default command)",
     "Compares strategies, the ways in which a method hands over a result that is ready now or\n"
     "later, on a service with a cache in front. Every strategy runs the same calls: of these the\n"
     "hit rate says how many complete at once; the others suspend and complete later. Prints "
     "time,\n"
     "bytes and allocations per operation, and writes all figures to a file in results/.\n"},
    {"list", "what can be compared: strategies, workloads, heaps",
     "Lists strategies with the sizes that follow from their layouts and what they can, workloads\n"
     "and heaps.\n"},
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
     "A baseline is made by `run_bench run --save-baseline FILE`. Exit status: 0 nothing is "
     "worse,\n"
     "3 something is, 4 it cannot be told (under --strict), 5 there is no baseline, or it is of\n"
     "another toolchain or of other cases.\n"},
    {"compare", "two result files side by side",
     "Shows two result files side by side: what differs between the runs, which of their figures "
     "may\n"
     "be compared and why, and each figure before and after. It informs; `gate` judges.\n"},
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
};

/* Every option parses its text into a field of struct vtb_options. */
struct option;
typedef bool parse_function(const struct option *option, const char *text, void *field,
                            struct vtb_error *error);

struct option {
    const char *name;
    const char *metavar; /* null: a flag, which takes no value */
    parse_function *parse;
    size_t offset;
    const char *if_bare; /* the value if none follows; null: one must */
    const char *accepts; /* ends the sentence "accepted: ..." */
    const char *help;
    struct vtb_number_kind number;
    const char *const *words;
    void (*known)(struct vtb_names *known);    /* the names that the registry has */
    void (*variants)(struct vtb_names *known); /* names of the form NAME@variant; null: none */
    const char *(*find)(const char *name);     /* a known name or variant; null: unknown */
    /* Gives the name of an entry that stands in a file; null: no value of the option is a file. */
    const char *(*bring)(const char *path, struct vtb_error *error);
    bool (*is_default)(const char *name); /* is it used when the option is not given? */
    unsigned commands;                    /* bit set of enum vtb_command */
    /* Whether it says which cases are run: a result file keeps such an option, and a baseline gives
     * it again. */
    bool of_cases;
    const char *old; /* a name that it had before, and that is taken still; null: none */
};

static bool is_of(const struct option *option, enum vtb_command command)
{
    return (option->commands & 1u << command) || (command == VTB_COMMAND_BUILD && option->of_cases);
}

/* --- parsing, one function for each kind of value --- */

/* Characters of a value that a message shows. */
#define SHOWN_MAX 60

static const char *ellipsis(const char *text)
{
    return strlen(text) > SHOWN_MAX ? "..." : "";
}

static bool refuse(const struct option *option, const char *text, const char *reason,
                   struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "--%s: '%.*s%s': %s; accepted: %s", option->name,
                    SHOWN_MAX, text, ellipsis(text), reason, option->accepts);
}

static bool parse_flag(const struct option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    if (strcmp(text, "1") != 0 && strcmp(text, "0") != 0)
        return refuse(option, text, "a flag takes no value", error);
    *(bool *)field = *text == '1';
    return true;
}

/* Parses a flag among the parameters, which has one value: 1 or 0. */
static bool parse_set(const struct option *option, const char *text, void *field,
                      struct vtb_error *error)
{
    bool set;
    if (!parse_flag(option, text, &set, error))
        return false;
    *(struct vtb_numbers *)field = (struct vtb_numbers){.values = {set}, .n = 1};
    return true;
}

static bool parse_numbers(const struct option *option, const char *text, void *field,
                          struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_numbers_parse(text, &option->number, field, &reason) ||
           refuse(option, text, reason.message, error);
}

static bool parse_number(const struct option *option, const char *text, void *field,
                         struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_number_parse(text, &option->number, field, &reason) ||
           refuse(option, text, reason.message, error);
}

static bool parse_events(const struct option *option, const char *text, void *field,
                         struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_events_parse(text, field, &reason) || refuse(option, text, reason.message, error);
}

/* Parses the limit of a metric's figures: a number, a share in percent, or none at all. */
static bool parse_limit(const char *text, struct vtb_limit *limit)
{
    static const struct vtb_number_kind number = {0, 1e9, false, false, false};
    static const struct vtb_number_kind percent = {0, 1, false, true, false};
    struct vtb_error reason;
    *limit = (struct vtb_limit){.off = strcmp(text, "off") == 0};
    const bool is_share = *text && text[strlen(text) - 1] == '%';
    return limit->off || vtb_number_parse(text, is_share ? &percent : &number,
                                          is_share ? &limit->share : &limit->number, &reason);
}

static bool parse_limits(const struct option *option, const char *text, void *field,
                         struct vtb_error *error)
{
    struct vtb_limit *limits = field;
    char *copy = strdup(text);
    bool ok = copy != NULL;
    for (char *rest = copy, *each; ok && rest && (each = strsep(&rest, ","));) {
        char *value = each;
        const char *word = strsep(&value, "=");
        const struct vtb_gate_metric *metric = vtb_gate_metric(word);
        ok = metric && value && parse_limit(value, &limits[metric - vtb_gate_metrics]);
    }
    free(copy);
    return ok || refuse(option, text, "no such limit", error);
}

static bool parse_rounds(const struct option *option, const char *text, void *field,
                         struct vtb_error *error)
{
    double *rounds = field;
    if (!parse_number(option, text, field, error))
        return false;
    if (*rounds > 0 && *rounds < 8)
        return refuse(option, text, "too few for an interval", error);
    return true;
}

static bool parse_seed(const struct option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    struct vtb_error reason;
    return vtb_uint64_parse(text, field, &reason) || refuse(option, text, reason.message, error);
}

static bool parse_word(const struct option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    for (int i = 0; option->words[i]; i++) {
        if (strcmp(text, option->words[i]) == 0) {
            *(int *)field = i;
            return true;
        }
    }
    return refuse(option, text, "unknown", error);
}

static bool parse_text(const struct option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    if (*text == '\0')
        return refuse(option, text, "no text", error);
    *(const char **)field = text;
    return true;
}

static bool parse_cache(const struct option *option, const char *text, void *field,
                        struct vtb_error *error)
{
    struct vtb_error reason;
    if (strncmp(text, "lru:", 4) != 0)
        return refuse(option, text, "unknown", error);
    return vtb_numbers_parse(text + 4, &option->number, field, &reason) ||
           refuse(option, text, reason.message, error);
}

static bool parse_distribution(const struct option *option, const char *text, void *field,
                               struct vtb_error *error)
{
    struct vtb_distribution distribution = {.zipf = strncmp(text, "zipf", 4) == 0, .s = 0.99};
    if (strcmp(text, "uniform") != 0 && !distribution.zipf)
        return refuse(option, text, "unknown", error);
    const char *s = text + 4;
    struct vtb_error reason;
    if (distribution.zipf && *s != '\0' &&
        (*s != ':' || !vtb_number_parse(s + 1, &option->number, &distribution.s, &reason)))
        return refuse(option, text, "S is not accepted", error);
    *(struct vtb_distribution *)field = distribution;
    return true;
}

/* Keeps one name of a comma-separated list; it lives as long as the process, as argv does. */
static bool add_name(const struct option *option, const char *text, const char *name,
                     struct vtb_names *names, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    option->known(&known);
    if (strcmp(name, "all") == 0) {
        *names = known;
        names->all = true;
        return true;
    }
    const bool is_path = option->bring && vtb_is_path(name);
    const char *found = is_path ? option->bring(name, error) : option->find(name);
    if (is_path && !found)
        return false;
    if (found && vtb_names_have(names, found))
        return refuse(option, text, "a name stands there twice", error);
    if (found)
        return vtb_names_add(names, found);
    char nearest[960];
    if (strchr(name, '@') && option->variants) {
        known.n = 0;
        option->variants(&known);
    }
    vtb_names_nearest_first(&known, name, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE, "--%s: unknown name '%.*s%s'; known, nearest first: %s",
                    option->name, SHOWN_MAX, name, ellipsis(name), nearest);
}

static bool parse_names(const struct option *option, const char *text, void *field,
                        struct vtb_error *error)
{
    struct vtb_names *names = field;
    char *copy = strdup(text);
    char *rest = copy;
    bool ok = copy != NULL;
    *names = (struct vtb_names){.n = 0};
    while (ok && rest)
        ok = add_name(option, text, strsep(&rest, ","), names, error);
    free(copy);
    return ok;
}

static bool parse_name(const struct option *option, const char *text, void *field,
                       struct vtb_error *error)
{
    struct vtb_names *names = field;
    return parse_names(option, text, field, error) &&
           (names->n == 1 || refuse(option, text, "one name, not several", error));
}

static void known_strategies(struct vtb_names *known)
{
    for (size_t i = 0; vtb_strategies[i].name; i++)
        (void)vtb_names_add(known, vtb_strategies[i].name);
}

static void known_variants(struct vtb_names *known)
{
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++)
        (void)vtb_names_add(known, name);
}

static void known_workloads(struct vtb_names *known)
{
    for (size_t i = 0; vtb_workloads[i].name; i++)
        (void)vtb_names_add(known, vtb_workloads[i].name);
}

static void known_heaps(struct vtb_names *known)
{
    for (size_t i = 0; vtb_heaps[i].name; i++)
        (void)vtb_names_add(known, vtb_heaps[i].name);
}

static void known_metrics(struct vtb_names *known)
{
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++)
        (void)vtb_names_add(known, vtb_pressure_metrics[i].word);
}

static const char *find_metric(const char *word)
{
    for (size_t i = 0; vtb_pressure_metrics[i].word; i++) {
        if (strcmp(vtb_pressure_metrics[i].word, word) == 0)
            return vtb_pressure_metrics[i].word;
    }
    return NULL;
}

static const char *find_workload(const char *name)
{
    const struct vtb_workload_entry *entry = vtb_find_workload(name);
    return entry ? entry->name : vtb_named_size(name);
}

static const char *find_heap(const char *name)
{
    const struct vtb_heap_entry *entry = vtb_find_heap(name);
    return entry ? entry->name : NULL;
}

static bool workload_is_default(const char *name)
{
    return strcmp(name, vtb_default_workload_name) == 0;
}

static bool heap_is_default(const char *name)
{
    return vtb_find_heap(name)->heap->is_default;
}

static bool strategy_is_baseline(const char *name)
{
    return vtb_find_strategy(name)->role == VTB_ROLE_BASELINE;
}

/* --- the options, once --- */

#define FIELD(name) .offset = offsetof(struct vtb_options, name)
#define RUN (1u << VTB_COMMAND_RUN)
#define LIST (1u << VTB_COMMAND_LIST)
#define MISUSE (1u << VTB_COMMAND_MISUSE)
#define GATE (1u << VTB_COMMAND_GATE)
#define COMPARE (1u << VTB_COMMAND_COMPARE)
#define CHECK (1u << VTB_COMMAND_CHECK)
#define NEW (1u << VTB_COMMAND_NEW)
#define BUILD (1u << VTB_COMMAND_BUILD) /* takes all of run's options on cases too */
#define ALL (RUN | LIST | MISUSE | GATE | COMPARE | CHECK | NEW | BUILD)
#define REPORTS (ALL & ~(NEW | BUILD)) /* the commands that print something of several formats */

static const struct option chosen_options[] = {
    {"workload", "NAME,...", parse_names, FIELD(workloads), .known = known_workloads,
     .find = find_workload, .bring = vtb_foreign_add_workload,
     .accepts = "names of workloads, or all, or files of your own", .of_cases = true,
     .commands = RUN | CHECK, .is_default = workload_is_default,
     .help = "services to measure; `list` shows all. A file, as ./mine.h, is a workload of your\n"
             "own: docs/OWN.md"},
    {"strategy", "NAME,...", parse_names, FIELD(strategies), .known = known_strategies,
     .variants = known_variants, .find = vtb_find_name, .bring = vtb_foreign_add_strategy,
     .accepts = "names of strategies, or all, or files of your own", .of_cases = true,
     .commands = RUN | MISUSE | CHECK,
     .help = "strategies to compare; default: all. The empty loop, the floor and the\n"
             "baseline strategy are always among them. NAME@checked has checks of the\n"
             "strategy's rules compiled in, NAME@atomic counts references for several threads. A\n"
             "file, as ./my_future.c or ./my_future.cc, is a strategy of your own: docs/OWN.md"},
    {"exclude-strategy", "NAME,...", parse_names, FIELD(excluded_strategies),
     .known = known_strategies, .variants = known_variants, .find = vtb_find_name,
     .accepts = "names of strategies", .of_cases = true, .commands = RUN,
     .help = "strategies to leave out"},
    {"heap", "NAME,...", parse_names, FIELD(heaps), .known = known_heaps, .find = find_heap,
     .accepts = "names of heaps, or all", .of_cases = true, .commands = RUN | CHECK,
     .is_default = heap_is_default,
     .help = "memory to allocate from; all: what `list` says is available"},
    {"baseline-strategy", "NAME", parse_name, FIELD(baseline_strategy), .known = known_strategies,
     .variants = known_variants, .find = vtb_find_name, .bring = vtb_foreign_add_strategy,
     .accepts = "one strategy's name, or file", .of_cases = true, .commands = RUN,
     .is_default = strategy_is_baseline, .help = "strategy that ratios are to"},
};

static const struct option other_options[] = {
    {"cache", "lru:CAPACITY", parse_cache, FIELD(parameters[VTB_P(cache)]),
     .number = {1, 1e9, true, false},
     .accepts = "lru:CAPACITY with a capacity from 1 to 1e9 entries; lists and ranges",
     .of_cases = true, .commands = RUN,
     .help = "a real LRU cache of so many entries, so that the hit rate emerges from the keys;\n"
             "for workloads that have one, see `list`, and chooses them if none is named"},
    {"trace", "FILE", parse_text, FIELD(trace_path), .accepts = "a file's name, or -",
     .commands = RUN | GATE | BUILD,
     .help = "replay the keys of a file, or of standard input if FILE is -, through the real\n"
             "cache; the file is read once"},
    {"trace-format", "FORMAT", parse_word, FIELD(trace_format), .words = vtb_trace_format_words,
     .accepts = "text or be32", .commands = RUN | GATE | BUILD,
     .help = "text: a key a line, of any bytes; be32: 4-byte big-endian integers; default: text"},
    {"completer", "WHO", parse_word, FIELD(completer), .words = vtb_completer_words,
     .accepts = "caller or thread", .of_cases = true, .commands = RUN,
     .help = "who completes suspended operations: the caller itself, when its window is full, or\n"
             "another thread, where they are then consumed and freed; default: caller"},
    {"calls-per-second", "R", parse_number, FIELD(calls_per_second),
     .number = {0.001, 1e12, false, false}, .accepts = "calls a second, from 0.001 to 1e12",
     .commands = RUN,
     .help =
         "tell what the figures cost at this volume: CPU time, bytes and allocations, a second\n"
         "and a day"},
    {"method", "KIND", parse_word, FIELD(method), .words = vtb_method_words,
     .accepts = "direct, async or both", .of_cases = true, .commands = RUN,
     .help = "direct: a plain function with a fast path; async: a compiled asynchronous method,\n"
             "whose state machine runs even for a result that is at hand; default: direct"},
    {"pressure", "COLUMN,...", parse_names, FIELD(pressure_words), .known = known_metrics,
     .find = find_metric, .accepts = "names of figures of the pressure pass, or all",
     .commands = RUN,
     .help =
         "figures of the pressure pass, which makes --calls calls on a fresh heap, to show in\n"
         "tables of their own: gen0, gen1, gen2 (collections per 1000 ops), collections, gc-ms,\n"
         "gc-share, gc-ns, pauses, pause-p50, pause-p99, pause-max, survived, promoted, mmu-1ms,\n"
         "mmu-10ms, peak-rss, rss-growth, page-faults, usable, resident; docs/CLI.md explains\n"
         "them. Heaps that collect have this pass in any case"},
    {"live-heap", "BYTES", parse_number, FIELD(live_heap_bytes),
     .number = {0, 4294967296, true, false, true},
     .accepts = "bytes from 0 to 4G, as 1048576 or 1M", .of_cases = true, .commands = RUN,
     .help = "objects that live all along in a heap that collects, for a full collection to mark;\n"
             "default: the table's values, up to 16 MiB of them"},
    {"verify-heap", NULL, parse_flag, FIELD(verify_heap),
     .accepts = "no value (in the environment 1 or 0)", .commands = RUN,
     .help = "look through the whole heap after every collection, and stop if it is broken; of\n"
             "the generational collector. For testing, as its times mean nothing"},
    {"distribution", "KIND", parse_distribution, FIELD(distribution),
     .number = {0.01, 10, false, false},
     .accepts = "uniform, zipf or zipf:S with S from 0.01 to 10", .of_cases = true, .commands = RUN,
     .help = "how keys are drawn: uniform, or zipf[:S] with exponent S (0.99 if not given);\n"
             "default: the workload's own, mostly uniform"},
    {"completion", "ORDER", parse_word, FIELD(completion), .words = vtb_completion_words,
     .accepts = "fifo, lifo or random", .of_cases = true, .commands = RUN,
     .help = "which suspended operation completes when the window is full: fifo (the oldest),\n"
             "lifo (the newest) or random; default: fifo"},
    {"consumer", "KIND", parse_word, FIELD(consumer), .words = vtb_consumer_words,
     .accepts = "independent, dependent or both", .of_cases = true, .commands = RUN,
     .help = "independent: lookups may overlap, which measures throughput; dependent: each key\n"
             "needs the last result, which measures latency; default: both"},
    {"instructions", NULL, parse_flag, FIELD(instructions),
     .accepts = "no value (in the environment 1 or 0)", .of_cases = true, .commands = RUN,
     .help = "count instructions per operation as well, exactly, under valgrind's callgrind: the\n"
             "same figure in every run on a machine with the same toolchain; takes minutes"},
    {"events", "LIST", parse_events, FIELD(events),
     .accepts = "names of libpfm4 separated by commas, groups in braces, as "
                "page-faults,{cycles,instructions:u}; `run_bench list --events` shows them",
     .commands = RUN,
     .help = "count these events of the processor and the kernel per operation as well, in a pass\n"
             "of their own; names as libpfm4 spells them, those in braces counted together:\n"
             "page-faults,{cycles,instructions:u}; `run_bench list --events` shows them"},
    {"require-events", NULL, parse_flag, FIELD(require_events),
     .accepts = "no value (in the environment 1 or 0)", .commands = RUN,
     .help = "end with exit status 1 if an event cannot be counted here, before anything is run"},
    {"min-gain", "PERCENT", parse_numbers, .old = "worth", FIELD(min_gains),
     .number = {0.001, 99, false, false}, .accepts = "percent from 0.001 to 99; lists and ranges",
     .commands = RUN,
     .help = "in the break-evens of a range: how much faster than the baseline something must be\n"
             "to be worth it; default: 5"},
    {"rounds", "N", parse_rounds, FIELD(rounds), .number = {0, 1000000, true, false},
     .accepts = "0 (count only, measure no time), or 8 to 1000000", .commands = RUN,
     .help = "rounds of the timing pass, each one epoch of every case in a random order;\n"
             "0 counts only; default: 200, in a sweep 40"},
    {"epoch-ms", "X", parse_number, FIELD(epoch_ms), .number = {0.01, 1000, false, false},
     .accepts = "milliseconds from 0.01 to 1000", .commands = RUN | GATE,
     .help = "length of an epoch of the median case; default: 0.5, in a sweep 0.2"},
    {"time", "SECONDS", parse_number, FIELD(time_s), .number = {0.01, 86400, false, false},
     .accepts = "seconds from 0.01 to 86400", .commands = RUN,
     .help = "take about this long for each table's timing, in place of --rounds"},
    {"quick", NULL, parse_flag, FIELD(quick), .accepts = "no value (in the environment 1 or 0)",
     .commands = RUN,
     .help = "a rough answer: 40 rounds of 0.2 ms, unless said otherwise; so is a sweep, a run of\n"
             "six or more combinations of parameters"},
    {"dry-run", NULL, parse_flag, FIELD(dry_run), .accepts = "no value (in the environment 1 or 0)",
     .commands = RUN, .help = "print what would be measured, and how long it takes; write nothing"},
    {"seed", "N", parse_seed, FIELD(seed), .accepts = "a whole number from 0 to 2^64 - 1",
     .of_cases = true, .commands = RUN,
     .help = "what keys, hits and orders are drawn from; default: 1"},
    {"events", NULL, parse_flag, FIELD(list_events),
     .accepts = "no value (in the environment 1 or 0)", .commands = LIST,
     .help = "list what this machine can count for --events of `run`, and why not what it cannot"},
    {"format", "FORMAT", parse_word, FIELD(format), .words = format_words,
     .accepts = "table, json, csv or markdown", .commands = REPORTS,
     .help = "what standard output gets; default: table"},
    {"export-json", "FILE", parse_text, FIELD(export_json), .accepts = "a file's name",
     .commands = RUN,
     .help = "write the result file there too, whole or not at all; likewise CSV, Markdown:"},
    {"export-csv", "FILE", parse_text, FIELD(export_csv), .accepts = "a file's name",
     .commands = RUN, .help = "one row for each case"},
    {"export-markdown", "FILE", parse_text, FIELD(export_markdown), .accepts = "a file's name",
     .commands = RUN | GATE, .help = "the tables; of `gate` a summary for a CI job's page"},
    {"plot", "DIR", parse_text, FIELD(plot_dir), .accepts = "a directory's name", .commands = RUN,
     .help = "draw all pictures that the figures allow, as SVG and PNG, by matplotlib and by\n"
             "gnuplot; scripts/plot.py and scripts/plot.gp draw them of result files later on"},
    {"export-junit", "FILE", parse_text, FIELD(export_junit), .accepts = "a file's name",
     .commands = GATE, .help = "JUnit XML: a test case for each figure that is gated"},
    {"save-baseline", "FILE", parse_text, FIELD(save_baseline), .accepts = "a file's name",
     .commands = RUN,
     .help = "write what `gate` compares with: the counts, and the ratios of times if any are\n"
             "measured, of every case, and the options that make the same cases again"},
    {"baseline", "FILE", parse_text, FIELD(baseline), .accepts = "a file's name", .commands = GATE,
     .help = "what to compare with, written by `run --save-baseline FILE`"},
    {"limit", "WORD=LIMIT,...", parse_limits, FIELD(limits),
     .accepts =
         "WORD=LIMIT,... with the words " VTB_LIMIT_WORDS " and a limit as 0, 8 or 0.5%, or off",
     .commands = GATE,
     .help =
         "how much worse a figure may be, per operation, as a number or a share of what it was,\n"
         "such as instructions=0.5%,bytes=8; off: not compared. Words:\n" VTB_LIMIT_WORDS
         ".\nDefault: 0, exactly as before"},
    {"time", "SECONDS", parse_number, FIELD(time_s), .number = {0.01, 86400, false, false},
     .if_bare = "20", .accepts = "nothing, or seconds from 0.01 to 86400", .commands = GATE,
     .help = "compare times as well, and take about this long for each table; default: 20, if no\n"
             "number follows"},
    {"time", "SECONDS", parse_number, FIELD(check_s), .number = {0.1, 86400, false, false},
     .accepts = "seconds from 0.1 to 86400", .commands = CHECK,
     .help = "processor time after which a check is said to hang; default: 20"},
    {"margin", "PERCENT", parse_number, FIELD(margin_percent), .number = {0.1, 99, false, false},
     .accepts = "percent from 0.1 to 99", .commands = GATE,
     .help = "how much slower than before, against the baseline strategy, a case may be; or twice\n"
             "the noise that is seen between identical cases, if that is more; default: 5"},
    {"strict", NULL, parse_flag, FIELD(strict), .accepts = "no value (in the environment 1 or 0)",
     .commands = GATE,
     .help = "exit status 4 if of anything it cannot be told whether it is worse"},
    {"any-toolchain", NULL, parse_flag, FIELD(any_toolchain),
     .accepts = "no value (in the environment 1 or 0)", .commands = GATE,
     .help = "with another compiler, C library or architecture than the baseline's compare what\n"
             "does not depend on them, and leave out instructions and times, in place of status 5"},
    {"results-dir", "DIR", parse_text, FIELD(results_dir), .accepts = "a directory's name",
     .commands = RUN, .help = "where result files are written; default: results"},
    {"help", NULL, parse_flag, FIELD(help), .accepts = "no value (in the environment 1 or 0)",
     .commands = ALL, .help = "this text"},
    {"version", NULL, parse_flag, FIELD(version), .accepts = "no value (in the environment 1 or 0)",
     .commands = ALL, .help = "the version"},
};

#define CHOSEN_N (sizeof chosen_options / sizeof *chosen_options)
#define OTHERS_N (sizeof other_options / sizeof *other_options)
#define OPTIONS_N (CHOSEN_N + VTB_PARAMETERS_N + OTHERS_N)

/* Makes the command-line option of a row of the parameters' table. */
static struct option option_of(const struct vtb_parameter *parameter)
{
    const size_t id = (size_t)(parameter - vtb_parameters);
    return (struct option){
        .name = parameter->option,
        .metavar = parameter->metavar,
        .parse = parameter->metavar ? parse_numbers : parse_set,
        .offset = offsetof(struct vtb_options, parameters) + id * sizeof(struct vtb_numbers),
        .accepts = parameter->accepts,
        .help = parameter->help,
        .number = parameter->number,
        .commands = RUN,
        .of_cases = true,
    };
}

/* The option at a place of the help; null behind the last. */
static const struct option *option_at(size_t i)
{
    static struct option parameters[VTB_PARAMETERS_N];
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

static bool is_text(const char *own, const char *text, size_t n)
{
    return strlen(own) == n && memcmp(own, text, n) == 0;
}

/* The command's option of a name, or else the first option of any command that has this name. */
static const struct option *find_option(const char *name, size_t name_n, enum vtb_command command)
{
    const struct option *found = NULL;
    for (size_t i = 0; i < OPTIONS_N; i++) {
        const struct option *option = option_at(i);
        if (!is_text(option->name, name, name_n) &&
            !(option->old && is_text(option->old, name, name_n)))
            continue;
        if (is_of(option, command))
            return option;
        found = found ? found : option;
    }
    return found;
}

/* Keeps an option for the result file: of each option that says which cases are run, the last
 * text. */
static void keep(struct vtb_options *options, const struct option *option, const char *text)
{
    size_t i = 0;
    while (i < options->given_n && strcmp(options->given[i].name, option->name) != 0)
        i++;
    if (i == VTB_GIVEN_MAX)
        return;
    options->given[i] = (struct vtb_given){option->name, text};
    options->given_n += i == options->given_n;
}

static bool set(struct vtb_options *options, const struct option *option, const char *text,
                struct vtb_error *error)
{
    if (option->of_cases)
        keep(options, option, text);
    return option->parse(option, text, (char *)options + option->offset, error);
}

bool vtb_options_flag(const struct vtb_options *options, enum vtb_parameter_id id)
{
    const struct vtb_numbers *given = &options->parameters[id];
    return given->n > 0 && given->values[0] != 0;
}

bool vtb_options_replay(struct vtb_options *options, const char *name, const char *text,
                        struct vtb_error *error)
{
    const struct option *option = find_option(name, strlen(name), VTB_COMMAND_RUN);
    if (!option || !option->of_cases)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%s' is no option that says what is run", name);
    return set(options, option, text, error);
}

/* --- the environment: VTB_HIT_RATE for --hit-rate --- */

static void environment_name(const char *option, char *name, size_t name_bytes)
{
    snprintf(name, name_bytes, "VTB_%s", option);
    for (char *c = name; *c; c++)
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
}

/* Reads the environment. Where a baseline records how cases are run, the environment must not
 * change them, so `gate` reads its own variables alone; every other command takes those of `run`,
 * or ignores them. */
static bool parse_environment(struct vtb_options *options, struct vtb_error *error)
{
    const enum vtb_command twins_of =
        options->command == VTB_COMMAND_GATE ? VTB_COMMAND_GATE : VTB_COMMAND_RUN;
    for (size_t i = 0; i < OPTIONS_N; i++) {
        const struct option *option = option_at(i);
        char name[64];
        environment_name(option->name, name, sizeof name);
        if (option->old && !getenv(name))
            environment_name(option->old, name, sizeof name);
        const bool is_meant = find_option(option->name, strlen(option->name), twins_of) == option &&
                              (twins_of == VTB_COMMAND_RUN || option->commands & 1u << twins_of);
        const char *text = is_meant ? getenv(name) : NULL;
        struct vtb_error reason;
        if (text && !set(options, option, text, &reason))
            return vtb_fail(error, reason.exit_code, "from the environment's %s: %s", name,
                            reason.message);
    }
    return true;
}

/* --- the command line --- */

static bool unknown_option(const char *argument, size_t name_n, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    char nearest[960];
    for (size_t i = 0; i < OPTIONS_N; i++)
        (void)vtb_names_add(&known, option_at(i)->name);
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)name_n, argument + 2);
    vtb_names_nearest_first(&known, name, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE, "unknown option '--%s'; known, nearest first: %s", name,
                    nearest);
}

/* Names the option that a file belongs to, for one that was given without an option. */
static const char *file_hint(const char *argument)
{
    const char *end = strrchr(argument, '.');
    if (end && (strcmp(end, ".c") == 0 || strcmp(end, ".cc") == 0))
        return ", as --strategy FILE";
    return end && strcmp(end, ".h") == 0 ? ", as --workload FILE" : "";
}

/* Parses one option, at argv[*i]; moves *i on to the last argument that it used. */
static bool parse_option(struct vtb_options *options, int argc, char **argv, int *i,
                         struct vtb_error *error)
{
    const char *argument = strcmp(argv[*i], "-h") == 0 ? "--help" : argv[*i];
    const char *name = argument + 2;
    size_t name_n = strcspn(name, "=");
    if (strncmp(argument, "--", 2) != 0 || name_n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "unexpected argument '%.*s%s'; an option is --NAME VALUE or --NAME=VALUE%s",
                        SHOWN_MAX, argument, ellipsis(argument), file_hint(argument));
    const struct option *option = find_option(name, name_n, options->command);
    if (!option)
        return unknown_option(argument, name_n, error);
    if (!is_of(option, options->command))
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s is not an option of '%s'", option->name,
                        commands[options->command].word);
    if (!option->metavar) {
        return name[name_n] == '='
                   ? refuse(option, name + name_n + 1, "a flag takes no value", error)
                   : set(options, option, "1", error);
    }
    if (name[name_n] == '=')
        return set(options, option, name + name_n + 1, error);
    if (option->if_bare && (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0))
        return set(options, option, option->if_bare, error);
    if (*i + 1 >= argc)
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s: no value; accepted: %s", option->name,
                        option->accepts);
    return set(options, option, argv[++*i], error);
}

static bool parse_command(struct vtb_options *options, const char *word, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        if (strcmp(word, commands[i].word) == 0) {
            options->command = (enum vtb_command)i;
            return true;
        }
        (void)vtb_names_add(&known, commands[i].word);
    }
    char nearest[128];
    vtb_names_nearest_first(&known, word, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE, "unknown command '%.*s%s'; known, nearest first: %s",
                    SHOWN_MAX, word, ellipsis(word), nearest);
}

/* Checks that the files are given without which a command cannot do. */
static bool check_files(const struct vtb_options *options, struct vtb_error *error)
{
    if (options->help || options->version)
        return true;
    if (options->command == VTB_COMMAND_COMPARE && options->files_n < 2)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "two result files are needed: run_bench compare BEFORE.json AFTER.json");
    if (options->command == VTB_COMMAND_NEW && options->files_n < 2)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "what to make, and where, are needed: run_bench new strategy FILE.c, or "
                        "FILE.cc, or run_bench new workload FILE.h");
    if (options->command == VTB_COMMAND_GATE && !options->baseline)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--baseline FILE is needed; `run_bench run --save-baseline FILE` makes it");
    return true;
}

static bool takes_files(const struct vtb_options *options)
{
    return options->command == VTB_COMMAND_COMPARE || options->command == VTB_COMMAND_NEW;
}

bool vtb_options_parse(struct vtb_options *options, int argc, char **argv, struct vtb_error *error)
{
    *options = (struct vtb_options){
        .arguments_n = argc,
        .arguments = argv,
        .consumer = VTB_CONSUMER_BOTH,
        .rounds = -1,
        .epoch_ms = -1,
        .seed = 1,
        .live_heap_bytes = -1,
        .margin_percent = 5,
        .check_s = 20,
        .results_dir = "results",
    };
    int i = 1;
    options->help = argc > 1 && strcmp(argv[1], "help") == 0; /* a command may follow it */
    i += options->help;
    if (i < argc && argv[i][0] != '-' && !parse_command(options, argv[i++], error))
        return false;
    if (!parse_environment(options, error))
        return false;
    const double twin_rounds = options->rounds;
    const double twin_time_s = options->time_s;
    options->rounds = -1;
    options->time_s = 0;
    for (; i < argc; i++) {
        if (takes_files(options) && argv[i][0] != '-' && options->files_n < 2)
            options->files[options->files_n++] = argv[i];
        else if (!parse_option(options, argc, argv, &i, error))
            return false;
    }
    /* Rounds or a time on the command line win over both of them in the environment. */
    if (options->rounds < 0 && options->time_s == 0) {
        options->rounds = twin_rounds;
        options->time_s = twin_time_s;
    }
    if (options->time_s > 0 && options->rounds >= 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--time and --rounds both say how long to measure; give one of them");
    return check_files(options, error);
}

/* --- the same cases again --- */

static char *argument_of(const char *name, const char *text)
{
    char *argument = NULL;
    return asprintf(&argument, "--%s=%s", name, text) < 0 ? NULL : argument;
}

/* Makes an argument of an option that was given. A flag that was switched off needs none. */
static char *argument_of_given(const struct vtb_given *given)
{
    const struct option *option = find_option(given->name, strlen(given->name), VTB_COMMAND_RUN);
    if (option->metavar)
        return argument_of(given->name, given->text);
    char *argument = NULL;
    return asprintf(&argument, "--%s", given->name) < 0 ? NULL : argument;
}

static bool is_off(const struct vtb_given *given)
{
    const struct option *option = find_option(given->name, strlen(given->name), VTB_COMMAND_RUN);
    return !option->metavar && strcmp(given->text, "0") == 0;
}

char **vtb_options_arguments(const struct vtb_options *options)
{
    char **arguments = calloc(options->given_n + 5, sizeof *arguments);
    size_t n = 0;
    if (!arguments)
        return NULL;
    arguments[n++] = strdup("run_bench");
    arguments[n++] = strdup("run");
    for (size_t i = 0; i < options->given_n; i++) {
        if (!is_off(&options->given[i]))
            arguments[n++] = argument_of_given(&options->given[i]);
    }
    if (options->trace_path) {
        arguments[n++] = argument_of("trace", options->trace_path);
        arguments[n++] = argument_of("trace-format", vtb_trace_format_words[options->trace_format]);
    }
    for (size_t i = 0; i < n; i++) {
        if (arguments[i])
            continue;
        vtb_options_free_arguments(arguments);
        return NULL;
    }
    return arguments;
}

void vtb_options_free_arguments(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}

/* --- help --- */

/* Prints the names that stand in when the option is not given. */
static void print_defaults(FILE *out, const struct option *option)
{
    struct vtb_names known = {.n = 0};
    const char *separator = "      default: ";
    option->known(&known);
    for (size_t i = 0; i < known.n; i++) {
        if (option->is_default(known.items[i])) {
            fprintf(out, "%s%s", separator, known.items[i]);
            separator = ", ";
        }
    }
    putc('\n', out);
}

static void print_indented(FILE *out, const char *text)
{
    fputs("      ", out);
    for (; *text; text++) {
        putc(*text, out);
        if (*text == '\n')
            fputs("      ", out);
    }
    putc('\n', out);
}

static const char *arguments_of(enum vtb_command command)
{
    if (command == VTB_COMMAND_NEW)
        return " strategy|workload FILE";
    return command == VTB_COMMAND_COMPARE ? " BEFORE.json AFTER.json" : "";
}

void vtb_options_help(FILE *out, enum vtb_command command)
{
    fprintf(out, "usage: run_bench %s%s%s%s [OPTIONS]\n\n%s\n",
            command == VTB_COMMAND_RUN ? "[" : "", commands[command].word,
            command == VTB_COMMAND_RUN ? "]" : "", arguments_of(command),
            commands[command].description);
    if (command == VTB_COMMAND_RUN) {
        fputs("Commands:\n", out);
        for (int i = 0; i < VTB_COMMAND_N; i++)
            fprintf(out, "  %-7s %s\n", commands[i].word, commands[i].summary);
        putc('\n', out);
    }
    fputs("Options (as --name VALUE or --name=VALUE, or in the environment as VTB_NAME):\n", out);
    for (size_t i = 0; i < OPTIONS_N; i++) {
        const struct option *option = option_at(i);
        if (!is_of(option, command))
            continue;
        fprintf(out, "  --%s%s%s\n", option->name, option->metavar ? " " : "",
                option->metavar ? option->metavar : "");
        print_indented(out, option->help);
        if (option->is_default)
            print_defaults(out, option);
    }
    if (command == VTB_COMMAND_RUN) {
        fputs(
            "\nExamples:\n"
            "  run_bench --hit-rate 0.8\n"
            "  run_bench --hit-rate 0.5,0.8,0.95 --in-flight 1024\n"
            "  run_bench --hit-rate 80% --format json --export-csv figures.csv\n"
            "\nExit status: 0 ok, 1 internal error or output that could not be written, 2 usage,\n"
            "3 worse than the baseline (of `gate`) or something wrong (of `check`),\n"
            "4 inconclusive, 5 no such baseline (of `gate`), 130 interrupted. docs/CLI.md says\n"
            "more.\n",
            out);
    }
}
