/* Values that options refuse, and what each message says is accepted. Every option that any
 * command's help shows has a row here. */
#ifndef BAD_VALUES_H
#define BAD_VALUES_H

#include <stddef.h>

struct bad_values {
    const char *option;
    const char *accepts;      /* how the message's list of what is accepted begins */
    const char *const *texts; /* ended by a null */
};

#define TEXTS(...)        \
    (const char *const[]) \
    {                     \
        __VA_ARGS__, NULL \
    }

#define NO_VALUE "no value (in the environment 1 or 0)"
#define A_FILE "a file's name"
#define A_DIRECTORY "a directory's name"

static const struct bad_values bad_values_of_run[] = {
    {"hit-rate", "0 to 1, or 0% to 100%; lists 0.5,0.8; ranges 0:1:0.05",
     TEXTS("1.5", "-0.1", "101%", "-1%", "1.0000001", "1e999", "80", "nan", "inf", "-inf",
           "infinity", "NAN(1)", "abc", "", " ", "0.5x", "0x1", "0.5 ", " 0.5", "%", "0,5x", "--",
           ".", "e5", "1M", "0.5,", ",0.5", "0.5,,0.8", "0.5,0.5", "0.5,50%", "0.5,1.5",
           "0.1,0.2,0.3,1.5", "0:1", "0:1:0", "0:1:-0.1", "1:0:0.1", "0:1:0.1:2", "0:2:0.5",
           ":1:0.1", "0:1:0.001")},
    {"calls", "whole numbers from 1 to 1e12",
     TEXTS("-1", "0", "1.5", "1e13", "nan", "inf", "10x", "", "1m", "1kk", "0x10", "50%", "1.0001k",
           "1:1001:1", "1000,1k")},
    {"in-flight", "whole numbers from 1 to 16777216",
     TEXTS("0", "-1", "2.5", "16777217", "nan", "", "many")},
    {"keys", "whole numbers from 1 to 1073741823",
     TEXTS("0", "-1", "0.5", "1073741824", "2147483648", "1e10", "nan", "", "10x")},
    {"rounds", "0 (count only, measure no time), or 8 to 1000000",
     TEXTS("5", "1", "7", "-1", "8.5", "1000001", "1e7", "nan", "", "8,9")},
    {"sessions", "whole numbers from 1 to 1000",
     TEXTS("0", "-1", "1.5", "1001", "1e4", "nan", "inf", "", "many", "5,10", "5:10:1", "50%")},
    {"epoch-ms", "milliseconds from 0.01 to 1000",
     TEXTS("0", "-1", "0.009", "1001", "nan", "inf", "1s", "")},
    {"time", "seconds from 0.01 to 86400",
     TEXTS("0", "-1", "0.001", "86401", "nan", "inf", "", "1s")},
    {"seed", "a whole number from 0 to 2^64 - 1",
     TEXTS("-1", "18446744073709551616", "1.5", "1e3", "", "x", "0x1", " 1", "+1", "1 ")},
    {"shard", "I/N with whole numbers, I from 1 to N, and N up to 1000",
     TEXTS("", "1", "/", "1/", "/2", "0/2", "3/2", "-1/2", "1/0", "1/1001", "01/2", "1/02", "1 /2",
           "1/ 2", "1/2/3", "a/b", "1.5/2", "1/2,2/2", "18446744073709551617/2")},
    {"distribution", "uniform, zipf or zipf:S with S from 0.01 to 10",
     TEXTS("pareto", "", "zipf:0", "zipf:x", "zipf:", "zipf:nan", "zipf:11", "zipf:0.009",
           "zipf:1,2", "zipf1.2", "zipfian", "Zipf", "uniform:1")},
    {"completion", "fifo, lifo or random", TEXTS("sideways", "", "FIFO", "fifo,lifo", "filo")},
    {"consumer", "independent, dependent or both", TEXTS("maybe", "", "all", "in", "none")},
    {"format", "table, json, csv or markdown", TEXTS("xml", "", "JSON", "json,csv")},
    {"method", "direct, async, runtime, both (of the first two) or all",
     TEXTS("sync", "", "Async", "direct,async", "runtime-async")},
    {"caller", "classic or runtime", TEXTS("", "Runtime", "async", "classic,runtime", "both")},
    {"depth", "whole numbers from 1 to 16",
     TEXTS("0", "17", "2.5", "-1", "1e2", "nan", "", "deep", "1,17", "0:4:1", "2,2")},
    {"failure-rate", "0 to 1, or 0% to 100%",
     TEXTS("2", "1.01", "-0.1", "101%", "nan", "inf", "", "half", "0.5,", "0,2", "0:1", "50")},
    {"request-ops", "whole numbers from 1 to 1000000",
     TEXTS("0", "-1", "1.5", "1000001", "2M", "nan", "", "x", "64,64", "1:0:1")},
    {"cache", "lru:CAPACITY with a capacity from 1 to 1e9 entries",
     TEXTS("lru", "lru:", "lru:0", "lru:-1", "lru:1.5", "lru:2G", "lru:1000000001", "lru:x",
           "lru:nan", "LRU:5", "", "5", "fifo:5", "lru:5,lru:6", "lru:5,5", "lru:5,",
           "lru:1:1001:1")},
    {"cache-capacity", "whole numbers from 1 to 1e9",
     TEXTS("0", "-1", "1.5", "2G", "nan", "", "lru:5", "5,5", "1:1001:1")},
    {"payload", "", TEXTS("0", "4097", "1.5", "8b", "")},
    {"pollute", "bytes from 0 to 1G",
     TEXTS("-1", "0.5", "2G", "1073741825", "nan", "inf", "", "4KB", "0,4K,4096", "50%")},
    {"ttl", "seconds from 0.001 to 1e9",
     TEXTS("0", "-1", "0.0009", "1e10", "nan", "inf", "", "1s", "1,1", "0:1")},
    {"threads", "whole numbers from 1 to 256",
     TEXTS("0", "-1", "1.5", "257", "nan", "", "all", "2,2", "0:4:1")},
    {"calls-per-second", "calls a second, from 0.001 to 1e12",
     TEXTS("0", "-1", "0.0001", "1e13", "2T", "nan", "inf", "", "1/s", "1,2")},
    {"miss-time", "a time from 1us to 3600s with its unit",
     TEXTS("2", "0s", "-1ms", "0.1us", "2h", "2 ms", "1ns", "3601s", "1e4s", "nan", "infs", "",
           "ms", "1ms,2ms", "1mss")},
    {"completer", "caller or thread", TEXTS("other", "", "Thread", "threads", "caller,thread")},
    {"abstraction", "concrete or virtual", TEXTS("", "Virtual", "abstract", "concrete,virtual")},
    {"table", "read-only or concurrent", TEXTS("", "shared", "Concurrent", "concurrent,read-only")},
    {"store", "simulated, sqlite or redis", TEXTS("", "Sqlite", "array", "simulated,sqlite", "1")},
    {"redis", "HOST:PORT, or a socket's path with a slash",
     TEXTS("", "localhost", "redis", ":6379", "h:", "h:0", "h:65536", "h:x")},
    {"store-threads", "whole numbers from 1 to 64",
     TEXTS("0", "-1", "1.5", "65", "nan", "", "all", "1,2")},
    {"color", "auto, always or never", TEXTS("on", "", "Always", "off", "always,never")},
    {"progress", "auto, plain or off", TEXTS("on", "", "Plain", "none", "plain,off")},
    {"trace-format", "text, be32, arc, or csv:COLUMN with a column's number from 1, or its name",
     TEXTS("le32", "", "TEXT", "text,be32", "csv", "csv:", "csv:0", "csvs", "arc:1",
           "csv:18446744073709551616")},
    {"trace", "a file's name, or -", TEXTS("")},
    {"strategy", "names of strategies, or all", TEXTS("plain,plain", "poll@checked,poll@checked")},
    {"exclude-strategy", "names of strategies", TEXTS("poll,poll")},
    {"baseline-strategy", "one strategy's name", TEXTS("plain,poll", "all")},
    {"workload", "names of workloads, or all", TEXTS("user_cache,user_cache")},
    {"heap", "names of heaps, or all", TEXTS("glibc,glibc")},
    {"pressure", "names of figures of the pressure pass, or all", TEXTS("gc-ms,gc-ms")},
    {"gen0-budget", "bytes from 4K to 1G", TEXTS("4095", "", "2G", "1073741825")},
    {"live-heap", "bytes from 0 to 4G", TEXTS("-1", "1M,2M", "4294967297", "")},
    {"events", "names of libpfm4 separated by commas, groups in braces",
     TEXTS("", "nosuch", "page-falts", "page-faults,nosuch", "page-faults,", ",cs", "cs,,cs",
           "cs cs", "{cs", "cs}", "{}", "{{cs}}", "{cs},}", "cs,cs", "{cs,cs}", "cs:zz",
           "cs:", ":u", "page-faults:u=2", "-1", "0", "all")},
    {"min-gain", "percent from 0.001 to 99",
     TEXTS("0", "-5", "100", "0.0001", "5%", "nan", "inf", "", "much", "5,5", "5,", "1:9")},
    {"pin", "processors, as 0 or 0-3,8", TEXTS("")},
    {"tag", "a text", TEXTS("")},
    {"resume", "a result file's name", TEXTS("")},
    {"export-json", A_FILE, TEXTS("")},
    {"export-csv", A_FILE, TEXTS("")},
    {"export-markdown", A_FILE, TEXTS("")},
    {"save-baseline", A_FILE, TEXTS("")},
    {"history", A_FILE, TEXTS("")},
    {"results-dir", A_DIRECTORY, TEXTS("")},
    {"report", A_FILE, TEXTS("")},
    {"plot", A_DIRECTORY, TEXTS("")},
    {"plot-by", "matplotlib, gnuplot or both",
     TEXTS("other", "", "Gnuplot", "all", "matplotlib,gnuplot")},
};

/* Values that `gate` refuses of its own options: those that `run` has not, or has in another
 * form. */
static const struct bad_values bad_values_of_gate[] = {
    {"baseline", A_FILE, TEXTS("")},
    {"against", "a folder of a build, or a revision of git's", TEXTS("")},
    {"export-junit", A_FILE, TEXTS("")},
    {"export-sarif", A_FILE, TEXTS("")},
    {"export-markdown", A_FILE, TEXTS("")},
    {"limit", "WORD=LIMIT,... with the words bytes, allocs, frees, live, ",
     TEXTS("", "bytes", "bytes=", "=8", "bytes=-1", "bytes=many", "bytes=nan", "bytes=8B",
           "nosuch=1", "bytes=8,", ",bytes=8", "bytes=8,nosuch=1", "bytes=101%", "bytes=-1%",
           "bytes=%", "bytes=OFF", "bytes=2e9", "bytes=1=2", "bytes:8", " bytes=8", "Bytes=8",
           "speed=5%")},
    {"margin", "percent from 0.1 to 99",
     TEXTS("0", "-1", "0.09", "100", "5%", "nan", "inf", "", "wide", "5,6")},
    {"time", "nothing, or seconds from 0.01 to 86400",
     TEXTS("0", "-1", "86401", "nan", "", "1s", "long", "soon", "5,6")},
    {"epoch-ms", "milliseconds from 0.01 to 1000", TEXTS("0", "1001", "")},
    {"sessions", "whole numbers from 1 to 1000", TEXTS("0", "1001", "")},
};

/* Likewise of `selftest`. */
static const struct bad_values bad_values_of_selftest[] = {
    {"runs", "whole numbers from 2 to 10000",
     TEXTS("1", "0", "-1", "2.5", "10001", "nan", "", "many", "2,3")},
    {"samples", A_FILE, TEXTS("")},
    {"sessions", "whole numbers from 5 to 1000", TEXTS("4", "1001", "")},
};

static const struct bad_values bad_values_of_claims[] = {
    {"section", "a part of a section's heading", TEXTS("")},
};

static const struct bad_values bad_values_of_advise[] = {
    {"from", "a file's name, or -", TEXTS("")},
    {"runtime", "dotnet, java, cpp or rust", TEXTS("dotnet,rust", "all")},
};

static const struct bad_values bad_values_of_fidelity[] = {
    {"guest", "names of guests, or folders of your own; see `list`", TEXTS("", ",a", "a,", "a,a")},
};

static const struct bad_values bad_values_of_latency[] = {
    {"rate", "calls a second, from 1 to 1e9, as 100000 or 100k, or max",
     TEXTS("0", "-1", "0.5", "1.1G", "nan", "inf", "", "Max", "maximum", "10k,20k", "50%", "100m")},
    {"wake", "spin or futex", TEXTS("", "Spin", "sleep", "spin,futex")},
    {"arrivals", "constant or poisson", TEXTS("", "Poisson", "uniform", "constant,poisson")},
    {"export-timeline", A_FILE, TEXTS("")},
    {"slice-ms", "milliseconds from 1 to 10000", TEXTS("0", "0.9", "10001", "nan", "", "50ms")},
    {"slices", "whole numbers from 1 to 1000000", TEXTS("0", "-1", "1.5", "1000001", "", "8,9")},
    {"sessions", "whole numbers from 1 to 1000", TEXTS("0", "1001", "")},
    {"time", "seconds from 0.01 to 86400", TEXTS("0", "-1", "86401", "", "1s")},
};

static const struct bad_values bad_values_of_history[] = {
    {"since", "a date in UTC, as 2026-11-30 or 2026-11-30T09:21:20Z",
     TEXTS("", "today", "2026", "30.11.2026", "2026-13-01", "2026-11-30 09:21", "1d")},
    {"metric", "all, or a list of the words bytes, allocs, ", TEXTS("ratio,ratio", "bytes,bytes")},
};

/* A name that there is not: the one of the list that is wrong, and the nearest, if it is near. */
struct bad_name {
    const char *option;
    const char *text;
    const char *unknown;
    const char *nearest;
};

static const struct bad_name bad_names[] = {
    {"strategy", "nosuch", "nosuch", ""},
    {"strategy", "", "", ""},
    {"strategy", "plain,", "", ""},
    {"strategy", "plain,nosuch", "nosuch", ""},
    {"strategy", "PLAIN", "PLAIN", ""},
    {"strategy", "heap_tsk", "heap_tsk", "heap_task"},
    {"strategy", "valuetusk", "valuetusk", "value_task"},
    {"strategy", "value_tusk", "value_tusk", "value_task, "},
    {"strategy", "heap_task,plan", "plan", "plain, "},
    {"exclude-strategy", "nosuch", "nosuch", ""},
    {"exclude-strategy", "", "", ""},
    {"exclude-strategy", "poll,nosuch", "nosuch", ""},
    {"exclude-strategy", "caler_op", "caler_op", "caller_op"},
    {"exclude-strategy", "pol", "pol", "poll"},
    {"baseline-strategy", "nosuch", "nosuch", ""},
    {"baseline-strategy", "", "", ""},
    {"baseline-strategy", "cal_back", "cal_back", "callback"},
    {"workload", "nosuch", "nosuch", ""},
    {"workload", "", "", ""},
    {"workload", "user_cache,nosuch", "nosuch", ""},
    {"workload", "user_cahce", "user_cahce", "user_cache"},
    {"workload", "users_cache", "users_cache", "user_cache"},
    {"heap", "nosuch", "nosuch", ""},
    {"heap", "", "", ""},
    {"heap", "glibc,nosuch", "nosuch", ""},
    {"heap", "libc", "libc", "glibc"},
    {"heap", "glib", "glib", "glibc"},
    {"runtime", "nosuch", "nosuch", ""},
    {"runtime", "", "", ""},
    {"runtime", "dotnett", "dotnett", "dotnet"},
    {"runtime", "Rust", "Rust", "rust"},
    {"pressure", "nosuch", "nosuch", ""},
    {"pressure", "gc-mss", "gc-mss", "gc-ms"},
    /* For a misspelt variant the nearest names are variants. */
    {"strategy", "heap_task@checkd", "heap_task@checkd", "heap_task@checked"},
    {"strategy", "heap_task@atom", "heap_task@atom", "heap_task@atomic"},
    {"strategy", "valuetusk@checked", "valuetusk@checked", "value_task@checked"},
    {"strategy", "IValueTaskSauce", "IValueTaskSauce", "value_task_pooled"},
    {"strategy", "Taks", "Taks", "heap_task, "},
    {"strategy", "ValueTask@chcked", "ValueTask@chcked", "value_task@checked"},
    {"strategy", "Poll@atomic", "Poll@atomic", ""},
    {"exclude-strategy", "heap_task@chcked", "heap_task@chcked", "heap_task@checked"},
    {"baseline-strategy", "heap_task@chcked", "heap_task@chcked", "heap_task@checked"},
    /* Nothing to check, and no references to count. */
    {"strategy", "plain@checked", "plain@checked", ""},
    {"strategy", "empty@checked", "empty@checked", ""},
    {"strategy", "poll@atomic", "poll@atomic", ""},
    {"strategy", "value_task_handle@atomic", "value_task_handle@atomic", ""},
    {"strategy", "heap_task@checked@atomic", "heap_task@checked@atomic", ""},
    {"strategy", "heap_task@", "heap_task@", ""},
    {"strategy", "poll@", "poll@", ""},
    {"strategy", "@checked", "@checked", ""},
    {"baseline-strategy", "callback@atomic", "callback@atomic", ""},
};

/* Arguments, separated by '|', that are no option of the command, and how the message begins. */
struct bad_arguments {
    const char *words;
    const char *message;
};

#define AN_OPTION_IS "; an option is --NAME VALUE or --NAME=VALUE"
#define NEAREST "; nearest: "

static const struct bad_arguments bad_arguments[] = {
    {"--hitrate|0.8", "unknown option '--hitrate'" NEAREST "hit-rate, "},
    {"--hitrate=0.8", "unknown option '--hitrate'" NEAREST "hit-rate, "},
    {"--hit|0.8", "unknown option '--hit'" NEAREST},
    {"--no-such-thing", "unknown option '--no-such-thing'" NEAREST},
    {"--in-fligth=3", "unknown option '--in-fligth'" NEAREST "in-flight, "},
    {"--Rounds|8", "unknown option '--Rounds'" NEAREST "rounds, "},
    {"--methods|both", "unknown option '--methods'" NEAREST "method, "},
    {"--failrate|0", "unknown option '--failrate'" NEAREST "failure-rate, "},
    {"--cachecapacity|5", "unknown option '--cachecapacity'" NEAREST "cache-capacity, "},
    {"--thread|2", "unknown option '--thread'" NEAREST "threads, "},
    {"--dryrun", "unknown option '--dryrun'" NEAREST "dry-run, "},
    {"--event|cs", "unknown option '--event'" NEAREST "events, "},
    {"--instruction", "unknown option '--instruction'" NEAREST "instructions, "},
    {"list|--fromat|csv", "unknown option '--fromat'" NEAREST "format, "},
    {"gate|--limits|x", "unknown option '--limits'" NEAREST "limit, "},
    {"rnu", "unknown command 'rnu'" NEAREST "run, "},
    {"lst", "unknown command 'lst'" NEAREST "list, "},
    {"misus", "unknown command 'misus'" NEAREST "misuse, "},
    {"gat", "unknown command 'gat'" NEAREST "gate, "},
    {"compair", "unknown command 'compair'" NEAREST "compare, "},
    {"compared", "unknown command 'compared'" NEAREST "compare, "},
    {"|", "unknown command ''" NEAREST "run, "},
    {"run|stray", "unexpected argument 'stray'" AN_OPTION_IS},
    {"run|0.8", "unexpected argument '0.8'" AN_OPTION_IS},
    {"--rounds|0|stray", "unexpected argument 'stray'" AN_OPTION_IS},
    {"list|run", "unexpected argument 'run'" AN_OPTION_IS},
    {"gate|stray", "unexpected argument 'stray'" AN_OPTION_IS},
    {"compare|a|b|c", "unexpected argument 'c'" AN_OPTION_IS},
    {"latency|--shard|1/2", "--shard is not an option of 'latency'"},
    {"compare-builds|--shard|1/2", "--shard is not an option of 'compare-builds'"},
    {"merge", "the result files of all shards are needed: "},
    {"merge|-|/dev/stdin", "merge: standard input, -, can be read once"},
    {"merge|a|--hit-rate|0.5", "--hit-rate is not an option of 'merge'"},
    {"new|strategy", "what to make, and where, are needed: "},
    {"new|strategy|a.c|b.c", "unexpected argument 'b.c'" AN_OPTION_IS},
    {"check|stray", "unexpected argument 'stray'" AN_OPTION_IS},
    {"check|--hit-rate|0.5", "--hit-rate is not an option of 'check'"},
    {"new|--format|json", "--format is not an option of 'new'"},
    {"-x", "unexpected argument '-x'" AN_OPTION_IS},
    {"--", "unexpected argument '--'" AN_OPTION_IS},
    {"--=0.8", "unexpected argument '--=0.8'" AN_OPTION_IS},
    {"list|--events|cs", "unexpected argument 'cs'" AN_OPTION_IS},
    {"list|--hit-rate|0.5", "--hit-rate is not an option of 'list'"},
    {"list|--threads|2", "--threads is not an option of 'list'"},
    {"list|--dry-run", "--dry-run is not an option of 'list'"},
    {"list|--quick", "--quick is not an option of 'list'"},
    {"gate|--details", "--details is not an option of 'gate'"},
    {"list|--strategy|poll", "--strategy is not an option of 'list'"},
    {"misuse|--trace|-", "--trace is not an option of 'misuse'"},
    {"misuse|--method|async", "--method is not an option of 'misuse'"},
    {"misuse|--depth|2", "--depth is not an option of 'misuse'"},
    {"misuse|--events|cs", "--events is not an option of 'misuse'"},
    {"gate|--guest|dotnet", "--guest is not an option of 'gate'"},
    {"gate|--baseline=b|--rounds|8", "--rounds is of a gate with --against; "},
    {"history|--hit-rate|0.5", "--hit-rate is not an option of 'history'"},
    {"history|a|-x", "unexpected argument '-x'" AN_OPTION_IS},
    {"histroy", "unknown command 'histroy'" NEAREST "history, "},
    {"compare|--baseline|x", "--baseline is not an option of 'compare'"},
    {"--limit|bytes=8", "--limit is not an option of 'run'"},
    {"--strict", "--strict is not an option of 'run'"},
};

#endif
