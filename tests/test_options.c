#include "check.h"

#include "options.h"
#include "registry.h"
#include "trace.h"

#define ARGUMENTS_MAX 16

static struct vtb_options options;
static struct vtb_error error;

/* Parses words separated by '|', as main's arguments behind the program's name. */
static bool parse(const char *words)
{
    static char copy[4096]; /* the options borrow from it */
    char *argv[ARGUMENTS_MAX + 1] = {"run_bench"};
    int argc = 1;
    snprintf(copy, sizeof copy, "%s", words);
    for (char *rest = copy, *word; *copy && (word = strsep(&rest, "|"));) {
        assert_true(argc < ARGUMENTS_MAX);
        argv[argc++] = word;
    }
    memset(&error, 0, sizeof error);
    return vtb_options_parse(&options, argc, argv, &error);
}

static void accepted(const char *words)
{
    if (!parse(words))
        fail_msg("'%s' was refused: %s", words, error.message);
}

/* Refused as a usage error, in one line. */
static const char *refused(const char *words)
{
    if (parse(words))
        fail_msg("'%s' was accepted", words);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    return error.message;
}

/* The message names the option, the value, and what is accepted instead. */
static void refused_value(const char *option, const char *value, const char *accepts)
{
    char words[512];
    snprintf(words, sizeof words, "%s|%s", option, value);
    const char *message = refused(words);
    assert_contains(message, option);
    assert_contains(message, value);
    assert_contains(message, "; accepted: ");
    assert_contains(message, accepts);
    char first[sizeof error.message];
    snprintf(first, sizeof first, "%s", message);
    snprintf(words, sizeof words, "%s=%s", option, value);
    assert_string_equal(refused(words), first);
}

static char *help_text(enum vtb_command command)
{
    char *text = NULL;
    size_t text_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    vtb_options_help(out, command);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* One row of the help: "  --name METAVAR", or "  --name" for a flag. */
struct help_row {
    char name[64]; /* with its two dashes */
    char twin[64]; /* the environment's name */
    bool flag;
};

static size_t help_rows(struct help_row *rows, size_t max_n)
{
    size_t n = 0;
    char *text = help_text(VTB_COMMAND_RUN);
    for (char *line = strstr(text, "\n  --"); line && n < max_n; line = strstr(line, "\n  --")) {
        line += 3;
        const size_t name_n = strcspn(line, " \n");
        snprintf(rows[n].name, sizeof rows[n].name, "%.*s", (int)name_n, line);
        rows[n].flag = line[name_n] == '\n';
        snprintf(rows[n].twin, sizeof rows[n].twin, "VTB_%s", rows[n].name + 2);
        for (char *c = rows[n].twin; *c; c++)
            *c = (char)(*c == '-' ? '_' : (*c >= 'a' && *c <= 'z') ? *c - 'a' + 'A' : *c);
        n++;
    }
    free(text);
    return n;
}

static void defaults(void **state)
{
    (void)state;
    accepted("");
    assert_int_equal(options.command, VTB_COMMAND_RUN);
    assert_false(options.help || options.version || options.quick);
    assert_int_equal(options.workloads.n + options.strategies.n + options.heaps.n, 0);
    assert_int_equal(options.excluded_strategies.n + options.baseline_strategy.n, 0);
    assert_int_equal(options.hit_rates.n + options.calls.n + options.in_flight.n, 0);
    assert_int_equal(options.keys.n + options.depths.n, 0);
    assert_int_equal(options.payloads.n + options.pollutions.n + options.threads.n, 0);
    assert_int_equal(options.capacities.n + options.ttls_s.n, 0);
    assert_int_equal(options.completer, VTB_COMPLETER_CALLER);
    assert_int_equal(options.trace_format, VTB_TRACE_TEXT);
    assert_null(options.trace_path);
    assert_same_double(options.calls_per_second, 0);
    assert_same_double(options.distribution.s, 0);
    assert_int_equal(options.failure_rates.n + options.request_ops.n, 0);
    assert_false(options.force_async);
    assert_int_equal(options.method, VTB_METHOD_DIRECT);
    assert_false(options.distribution.zipf);
    assert_int_equal(options.completion, VTB_COMPLETION_FIFO);
    assert_int_equal(options.consumer, VTB_CONSUMER_BOTH);
    assert_int_equal(options.format, VTB_FORMAT_TABLE);
    assert_same_double(options.rounds, -1);
    assert_same_double(options.epoch_ms, -1);
    assert_same_double(options.time_s, 0);
    assert_true(options.seed == 1);
    assert_null(options.export_json);
    assert_null(options.export_csv);
    assert_null(options.export_markdown);
    assert_string_equal(options.results_dir, "results");
}

static void both_spellings(void **state)
{
    (void)state;
    accepted("--hit-rate|0.8|--calls|1M");
    assert_int_equal(options.hit_rates.n, 1);
    assert_same_double(options.hit_rates.values[0], 0.8);
    assert_same_double(options.calls.values[0], 1e6);
    accepted("--hit-rate=80%|--calls=1e6");
    assert_same_double(options.hit_rates.values[0], 0.8);
    assert_same_double(options.calls.values[0], 1e6);
    accepted("--export-json=a=b.json");
    assert_string_equal(options.export_json, "a=b.json");
    accepted("--export-csv|--odd-name");
    assert_string_equal(options.export_csv, "--odd-name");
}

static void commands(void **state)
{
    (void)state;
    accepted("run|--hit-rate|0.5");
    assert_int_equal(options.command, VTB_COMMAND_RUN);
    accepted("list");
    assert_int_equal(options.command, VTB_COMMAND_LIST);
    accepted("list|--format=json");
    assert_int_equal(options.format, VTB_FORMAT_JSON);
    assert_contains(refused("list|--hit-rate|0.5"), "--hit-rate is not an option of 'list'");
    accepted("misuse|--strategy|poll,value_task|--format=csv");
    assert_int_equal(options.command, VTB_COMMAND_MISUSE);
    assert_int_equal(options.strategies.n, 2);
    assert_contains(refused("misuse|--depth|2"), "--depth is not an option of 'misuse'");
    assert_contains(refused("gat"), "nearest first: gate, ");
    assert_contains(refused("compair"), "nearest first: compare, ");
}

static void numbers_and_lists(void **state)
{
    (void)state;
    accepted("--hit-rate|0:1:0.05|--in-flight|1,64,4096|--keys|1k|--seed|18446744073709551615");
    assert_int_equal(options.hit_rates.n, 21);
    assert_same_double(options.hit_rates.values[3], 0.15);
    assert_int_equal(options.in_flight.n, 3);
    assert_same_double(options.in_flight.values[2], 4096);
    assert_same_double(options.keys.values[0], 1000);
    assert_true(options.seed == UINT64_MAX);
    accepted("--depth|1:16:5|--failure-rate|1%,0.5|--request-ops|1,1M");
    assert_int_equal(options.depths.n, 4);
    assert_same_double(options.depths.values[3], 16);
    assert_int_equal(options.failure_rates.n, 2);
    assert_same_double(options.failure_rates.values[0], 0.01);
    assert_int_equal(options.request_ops.n, 2);
    assert_same_double(options.request_ops.values[1], 1e6);
    accepted("--hit-rate|0.1|--hit-rate|0.2"); /* the last one holds */
    assert_int_equal(options.hit_rates.n, 1);
    assert_same_double(options.hit_rates.values[0], 0.2);
}

static void words(void **state)
{
    (void)state;
    accepted("--completion|lifo|--consumer|dependent|--format|csv");
    assert_int_equal(options.completion, VTB_COMPLETION_LIFO);
    assert_int_equal(options.consumer, VTB_CONSUMER_DEPENDENT);
    assert_int_equal(options.format, VTB_FORMAT_CSV);
    accepted("--completion=random|--consumer=independent|--format=markdown");
    assert_int_equal(options.completion, VTB_COMPLETION_RANDOM);
    assert_int_equal(options.consumer, VTB_CONSUMER_INDEPENDENT);
    assert_int_equal(options.format, VTB_FORMAT_MARKDOWN);
    accepted("--method|async");
    assert_int_equal(options.method, VTB_METHOD_ASYNC);
    accepted("--method=both");
    assert_int_equal(options.method, VTB_METHOD_BOTH);
    accepted("--method=both|--method=direct");
    assert_int_equal(options.method, VTB_METHOD_DIRECT);
    assert_string_equal(vtb_method_words[VTB_METHOD_ASYNC], "async");
    assert_string_equal(vtb_completion_words[VTB_COMPLETION_RANDOM], "random");
    assert_string_equal(vtb_consumer_words[VTB_CONSUMER_BOTH], "both");
}

static void distributions(void **state)
{
    (void)state;
    accepted("--distribution|zipf");
    assert_true(options.distribution.zipf);
    assert_same_double(options.distribution.s, 0.99);
    accepted("--distribution|zipf:1.2");
    assert_same_double(options.distribution.s, 1.2);
    accepted("--distribution|zipf|--distribution|uniform");
    assert_false(options.distribution.zipf);
    static const char *const bad[] = {"zipf:", "zipf:0", "zipf:11",   "zipf:x",  "zipf1.2",
                                      "Zipf",  "normal", "uniform:1", "zipf:1,2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        refused_value("--distribution", bad[i], "zipf:S with S from 0.01 to 10");
}

static void names(void **state)
{
    (void)state;
    accepted("--strategy|value_task,heap_task|--exclude-strategy|callback|--workload|user_cache");
    assert_int_equal(options.strategies.n, 2);
    assert_string_equal(options.strategies.items[0], "value_task");
    assert_string_equal(options.strategies.items[1], "heap_task");
    assert_int_equal(options.excluded_strategies.n, 1);
    assert_int_equal(options.workloads.n, 1);
    accepted("--baseline-strategy|value_task|--heap|glibc");
    assert_string_equal(options.baseline_strategy.items[0], "value_task");
    assert_string_equal(options.heaps.items[0], "glibc");
    accepted("--strategy|all");
    size_t cells_n = 0;
    for (; vtb_cells[cells_n]; cells_n++)
        assert_true(vtb_names_have(&options.strategies, vtb_cells[cells_n]->strategy_name));
    assert_true(options.strategies.n > 1 && options.strategies.n <= cells_n);
    for (size_t i = 0; i < options.strategies.n; i++)
        assert_null(strchr(options.strategies.items[i], '@')); /* variants are asked for by name */
}

/* The strategy's name, and @ with what it is compiled with. */
static void variants(void **state)
{
    (void)state;
    accepted("--strategy|poll@checked,heap_task@atomic,poll");
    assert_int_equal(options.strategies.n, 3);
    assert_string_equal(options.strategies.items[0], "poll@checked");
    assert_string_equal(options.strategies.items[1], "heap_task@atomic");
    assert_string_equal(options.strategies.items[2], "poll");
    accepted("--exclude-strategy|poll@checked|--baseline-strategy|heap_task@checked");
    assert_string_equal(options.excluded_strategies.items[0], "poll@checked");
    assert_string_equal(options.baseline_strategy.items[0], "heap_task@checked");
    accepted("misuse|--strategy=value_task@checked");
    refused_value("--strategy", "poll@checked,poll@checked", "names of strategies, or all");
    assert_contains(refused("--strategy|poll@atomic"), "unknown name 'poll@atomic'");
    assert_contains(error.message, "nearest first: ");
    assert_contains(refused("--strategy|plain@checked"), "unknown name 'plain@checked'");
    assert_contains(refused("--strategy|poll@"), "unknown name 'poll@'");
    assert_contains(refused("--strategy|@checked"), "unknown name '@checked'");
}

static void unknown_names_are_answered_with_the_nearest(void **state)
{
    (void)state;
    assert_contains(refused("--strategy|value_tusk"), "--strategy: unknown name 'value_tusk'; ");
    assert_contains(error.message, "nearest first: value_task, ");
    assert_contains(error.message, "heap_task");
    assert_contains(refused("--strategy|heap_task,plan"), "unknown name 'plan'");
    assert_contains(error.message, "nearest first: plain, ");
    assert_contains(refused("--workload|users_cache"), "nearest first: user_cache");
    assert_contains(refused("--heap|glib"), "nearest first: glibc");
    assert_contains(refused("--exclude-strategy=pol"), "nearest first: poll");
    assert_contains(refused("--strategy|heap_task,"), "unknown name ''");
    refused_value("--strategy", "poll,poll", "names of strategies, or all");
    refused_value("--baseline-strategy", "poll,plain", "one strategy's name");
}

static void unknown_words_are_answered_with_the_nearest(void **state)
{
    (void)state;
    assert_contains(refused("lst"), "unknown command 'lst'; known, nearest first: list");
    assert_contains(refused("rnu"), "unknown command 'rnu'; known, nearest first: run");
    assert_contains(refused("--hitrate|0.8"), "unknown option '--hitrate'; ");
    assert_contains(error.message, "nearest first: hit-rate, ");
    assert_contains(refused("--in-fligth=3"), "nearest first: in-flight, ");
    assert_contains(error.message, "'--in-fligth'");
    assert_contains(refused("run|0.8"), "unexpected argument '0.8'");
    assert_contains(refused("--hit-rate|0.8|more"), "unexpected argument 'more'");
    assert_contains(refused("-x"), "unexpected argument '-x'");
    assert_contains(refused("--"), "unexpected argument '--'");
    assert_contains(refused("--=5"), "unexpected argument '--=5'");
}

static void bad_values(void **state)
{
    (void)state;
    refused_value("--hit-rate", "nan", "0 to 1, or 0% to 100%");
    refused_value("--hit-rate", "1.5", "0 to 1, or 0% to 100%");
    refused_value("--hit-rate", "0.5,0.5", "0 to 1, or 0% to 100%");
    refused_value("--calls", "0", "whole numbers from 1 to 1e12");
    refused_value("--calls", "1.5", "whole numbers from 1 to 1e12");
    refused_value("--in-flight", "16777217", "16777216");
    refused_value("--keys", "1073741824", "1073741823");
    refused_value("--method", "sync", "direct, async or both");
    refused_value("--depth", "0", "1 to 16");
    refused_value("--depth", "17", "1 to 16");
    refused_value("--failure-rate", "1.01", "0 to 1, or 0% to 100%");
    refused_value("--failure-rate", "-0.1", "0 to 1, or 0% to 100%");
    refused_value("--request-ops", "0", "1 to 1000000");
    refused_value("--request-ops", "1000001", "1 to 1000000");
    refused_value("--completion", "filo", "fifo, lifo or random");
    refused_value("--consumer", "none", "independent, dependent or both");
    refused_value("--format", "xml", "table, json, csv or markdown");
    refused_value("--seed", "-1", "2^64 - 1");
    refused_value("--epoch-ms", "0", "0.01 to 1000");
    refused_value("--time", "86401", "0.01 to 86400");
    refused_value("--rounds", "7", "8 to 1000000");
    refused_value("--rounds", "1000001", "8 to 1000000");
    refused_value("--export-json", "", "a file's name");
}

/* Real caches, and where their keys come from. */
static void caches_and_traces(void **state)
{
    (void)state;
    accepted("--cache|lru:100,1k|--trace|keys.txt|--trace-format|be32");
    assert_int_equal(options.capacities.n, 2);
    assert_same_double(options.capacities.values[0], 100);
    assert_same_double(options.capacities.values[1], 1000);
    assert_string_equal(options.trace_path, "keys.txt");
    assert_int_equal(options.trace_format, VTB_TRACE_BE32);
    accepted("--cache-capacity|10:30:10|--trace=-|--trace-format=text");
    assert_int_equal(options.capacities.n, 3);
    assert_same_double(options.capacities.values[2], 30);
    assert_string_equal(options.trace_path, "-");
    assert_int_equal(options.trace_format, VTB_TRACE_TEXT);
    accepted("--cache=lru:1|--cache-capacity=1G"); /* one field: the last one holds */
    assert_int_equal(options.capacities.n, 1);
    assert_same_double(options.capacities.values[0], 1e9);
    accepted("--ttl|0.001,1.5,2k");
    assert_int_equal(options.ttls_s.n, 3);
    assert_same_double(options.ttls_s.values[0], 0.001);
    assert_same_double(options.ttls_s.values[2], 2000);
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_TEXT], "text");
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_BE32], "be32");
}

static void what_the_caches_refuse(void **state)
{
    (void)state;
    refused_value("--cache", "100", "lru:CAPACITY");
    refused_value("--cache", "fifo:100", "lru:CAPACITY");
    refused_value("--cache", "lru", "lru:CAPACITY");
    refused_value("--cache", "lru:", "a capacity from 1 to 1e9");
    refused_value("--cache", "lru:0", "a capacity from 1 to 1e9");
    refused_value("--cache", "lru:1.5", "a capacity from 1 to 1e9");
    refused_value("--cache", "lru:1000000001", "a capacity from 1 to 1e9");
    refused_value("--cache", "lru:10,lru:20", "a capacity from 1 to 1e9");
    refused_value("--cache-capacity", "0", "1 to 1e9");
    refused_value("--cache-capacity", "lru:10", "1 to 1e9");
    refused_value("--trace", "", "a file's name, or -");
    refused_value("--trace-format", "csv", "text or be32");
    refused_value("--ttl", "0", "0.001 to 1e9");
    refused_value("--ttl", "1e10", "0.001 to 1e9");
    refused_value("--ttl", "nan", "0.001 to 1e9");
}

/* Who calls and who completes, what lies between two calls, and how many there are. */
static void callers_and_volumes(void **state)
{
    (void)state;
    accepted("--threads|1,4,256|--completer|thread|--calls-per-second|1.5M");
    assert_int_equal(options.threads.n, 3);
    assert_same_double(options.threads.values[2], VTB_THREADS_MAX);
    assert_int_equal(options.completer, VTB_COMPLETER_THREAD);
    assert_same_double(options.calls_per_second, 1.5e6);
    accepted("--completer=thread|--completer=caller|--calls-per-second=0.001");
    assert_int_equal(options.completer, VTB_COMPLETER_CALLER);
    assert_same_double(options.calls_per_second, 0.001);
    accepted("--threads=1:256:1");
    assert_int_equal(options.threads.n, VTB_THREADS_MAX);
    accepted("--pollute|0,64K,1G|--payload|8:32:8");
    assert_int_equal(options.pollutions.n, 3);
    assert_same_double(options.pollutions.values[1], 65536);
    assert_same_double(options.pollutions.values[2], 1073741824);
    assert_int_equal(options.payloads.n, 4);
    assert_same_double(options.payloads.values[3], 32);
    assert_string_equal(vtb_completer_words[VTB_COMPLETER_CALLER], "caller");
    assert_string_equal(vtb_completer_words[VTB_COMPLETER_THREAD], "thread");
}

static void what_callers_and_volumes_refuse(void **state)
{
    (void)state;
    refused_value("--threads", "0", "1 to 256");
    refused_value("--threads", "257", "1 to 256");
    refused_value("--threads", "1.5", "1 to 256");
    refused_value("--threads", "2,2", "1 to 256");
    refused_value("--completer", "threads", "caller or thread");
    refused_value("--calls-per-second", "0", "from 0.001 to 1e12");
    refused_value("--calls-per-second", "2T", "from 0.001 to 1e12");
    refused_value("--calls-per-second", "1,2", "from 0.001 to 1e12");
    refused_value("--pollute", "-1", "0 to 1G");
    refused_value("--pollute", "2G", "0 to 1G");
    refused_value("--pollute", "0.5", "0 to 1G");
    refused_value("--payload", "0", "sizes of the payload curve");
    refused_value("--payload", "4097", "sizes of the payload curve");
    refused_value("--payload", "8b", "sizes of the payload curve");
    assert_contains(refused("list|--threads|2"), "--threads is not an option of 'list'");
    assert_contains(refused("misuse|--cache|lru:2"), "--cache is not an option of 'misuse'");
}

/* What is counted beside time, and what figures are held against. */
static void counters_and_baselines(void **state)
{
    (void)state;
    accepted("");
    assert_false(options.instructions || options.require_events || options.list_events);
    assert_int_equal(options.events.n + options.worth.n, 0);
    assert_null(options.save_baseline);
    accepted("--instructions|--events|page-faults,{cs,task-clock:u}|--require-events");
    assert_true(options.instructions && options.require_events);
    assert_false(options.list_events);
    assert_int_equal(options.events.n, 3);
    assert_string_equal(options.events.items[0].name, "page-faults");
    assert_string_equal(options.events.items[2].name, "task-clock:u");
    assert_true(options.events.items[1].group == options.events.items[2].group);
    assert_true(options.events.items[0].group != options.events.items[1].group);
    accepted("--worth|0.5,5,20|--save-baseline|base.json");
    assert_int_equal(options.worth.n, 3);
    assert_same_double(options.worth.values[0], 0.5);
    assert_string_equal(options.save_baseline, "base.json");
    accepted("list|--events"); /* of the same name, and another thing */
    assert_true(options.list_events);
    assert_int_equal(options.events.n, 0);
    refused_value("--events", "page-falts", "names of libpfm4");
    assert_contains(error.message, "page-faults");
    refused_value("--events", "{cs", "names of libpfm4");
    refused_value("--worth", "0", "percent from 0.001 to 99");
    refused_value("--worth", "100", "percent from 0.001 to 99");
    assert_contains(refused("list|--events=cs"), "a flag takes no value");
    assert_contains(refused("misuse|--events|cs"), "--events is not an option of 'misuse'");
}

static const struct vtb_limit *limit_of(const char *word)
{
    return &options.limits[vtb_gate_metric(word) - vtb_gate_metrics];
}

static void gates(void **state)
{
    (void)state;
    assert_contains(refused("gate"), "--baseline FILE is needed");
    accepted("gate|--help");
    accepted("gate|--baseline|b.json");
    assert_int_equal(options.command, VTB_COMMAND_GATE);
    assert_string_equal(options.baseline, "b.json");
    assert_same_double(options.margin_percent, 5);
    assert_same_double(options.time_s, 0);
    assert_false(options.strict || options.any_toolchain);
    accepted("gate|--baseline=b|--limit|instructions=0.5%,bytes=8,live=off|--margin|2.5|--strict");
    assert_same_double(limit_of("instructions")->share, 0.005);
    assert_same_double(limit_of("instructions")->number, 0);
    assert_same_double(limit_of("bytes")->number, 8);
    assert_true(limit_of("live")->off && !limit_of("bytes")->off && !limit_of("allocs")->off);
    assert_same_double(limit_of("allocs")->number + limit_of("allocs")->share, 0);
    assert_same_double(options.margin_percent, 2.5);
    assert_true(options.strict);
    accepted("gate|--baseline=b|--limit=bytes=8|--limit=allocs=1"); /* both hold */
    assert_same_double(limit_of("bytes")->number, 8);
    assert_same_double(limit_of("allocs")->number, 1);
    accepted("gate|--baseline=b|--any-toolchain|--export-junit|j.xml|--export-markdown=m.md");
    assert_true(options.any_toolchain);
    assert_string_equal(options.export_junit, "j.xml");
    assert_contains(refused("gate|--limit|speed=5%"), "--limit: 'speed=5%': ");
    assert_contains(error.message, "with the words bytes, allocs, frees, live, ");
    assert_contains(refused("gate|--limit=bytes=-1"), "accepted: WORD=LIMIT,...");
    assert_contains(refused("gate|--margin|0"), "accepted: percent from 0.1 to 99");
    assert_contains(refused("--limit|bytes=8"), "--limit is not an option of 'run'");
    assert_contains(refused("gate|--baseline=b|--rounds|8"), "not an option of 'gate'");
}

/* Seconds may follow, or another option, or nothing; of `run` they must. */
static void a_gates_time(void **state)
{
    (void)state;
    accepted("gate|--baseline=b|--time");
    assert_same_double(options.time_s, 20);
    accepted("gate|--time|--baseline=b");
    assert_same_double(options.time_s, 20);
    accepted("gate|--time|7|--baseline=b");
    assert_same_double(options.time_s, 7);
    accepted("gate|--time=7|--baseline=b");
    assert_same_double(options.time_s, 7);
    assert_contains(refused("gate|--time|soon"), "accepted: nothing, or seconds from 0.01");
    assert_contains(refused("--time"), "--time: no value");
}

static void comparisons(void **state)
{
    (void)state;
    accepted("compare|a.json|b.json|--format|json");
    assert_int_equal(options.command, VTB_COMMAND_COMPARE);
    assert_int_equal(options.files_n, 2);
    assert_string_equal(options.files[0], "a.json");
    assert_string_equal(options.files[1], "b.json");
    accepted("compare|--format=csv|a.json|b.json");
    assert_string_equal(options.files[1], "b.json");
    assert_contains(refused("compare"), "two result files are needed");
    assert_contains(refused("compare|a.json"), "BEFORE.json AFTER.json");
    assert_contains(refused("compare|a|b|c"), "unexpected argument 'c'");
    accepted("compare|--help");
}

/* What a result file keeps: the last text of each option that says what is run, as it was given. */
static void options_are_kept_and_given_again(void **state)
{
    (void)state;
    accepted("--hit-rate|80%|--rounds|8|--hit-rate=0.5,0.8|--format=json|--force-async");
    assert_int_equal(options.given_n, 2);
    assert_string_equal(options.given[0].name, "hit-rate");
    assert_string_equal(options.given[0].text, "0.5,0.8");
    assert_string_equal(options.given[1].name, "force-async");
    assert_string_equal(options.given[1].text, "1");
    accepted("gate|--baseline=b");
    assert_true(vtb_options_replay(&options, "hit-rate", "0.5,0.8", &error));
    assert_int_equal(options.hit_rates.n, 2);
    assert_true(vtb_options_replay(&options, "instructions", "1", &error));
    assert_true(options.instructions);
    static const char *const others[] = {"rounds", "baseline", "export-json", "nosuch", "", "help"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(vtb_options_replay(&options, others[i], "1", &error));
        assert_contains(error.message, "is no option that says what is run");
    }
    assert_false(vtb_options_replay(&options, "hit-rate", "2", &error));
    assert_one_line(error.message);
}

/* A line break in a value must not break the message. */
static void message_is_one_line_whatever_the_value(void **state)
{
    (void)state;
    (void)refused("--hit-rate|0.5\n0.8");
    (void)refused("--strategy|poll\nplain");
    (void)refused("--hit\nrate|0.5");
    (void)refused("--completion=fifo\r");
}

static void long_value_does_not_hide_what_is_accepted(void **state)
{
    (void)state;
    char words[512] = "--calls|";
    memset(words + strlen(words), '9', 400);
    const char *message = refused(words);
    assert_contains(message, "--calls: '999999999999");
    assert_contains(message, "...': too large; accepted: whole numbers from 1 to 1e12");
}

static void missing_value(void **state)
{
    (void)state;
    assert_contains(refused("--hit-rate"), "--hit-rate: no value; accepted: 0 to 1");
    assert_contains(refused("--quick|--calls"), "--calls: no value; accepted: ");
}

static void flags(void **state)
{
    (void)state;
    accepted("--quick|--force-async");
    assert_true(options.quick && options.force_async);
    accepted("--help|--version");
    assert_true(options.help && options.version);
    accepted("-h");
    assert_true(options.help);
    assert_contains(refused("--quick=yes"), "--quick: 'yes': a flag takes no value; accepted: ");
    assert_contains(refused("--quick|yes"), "unexpected argument 'yes'");
}

static void lengths_of_a_run(void **state)
{
    (void)state;
    accepted("--quick|--rounds|100|--epoch-ms|1");
    assert_same_double(options.rounds, 100);
    assert_same_double(options.epoch_ms, 1);
    accepted("--rounds|0");
    assert_same_double(options.rounds, 0);
    accepted("--rounds|8");
    accepted("--time|0.5");
    assert_same_double(options.time_s, 0.5);
    assert_contains(refused("--time|1|--rounds|8"), "--time and --rounds");
}

static void environment_twins(void **state)
{
    (void)state;
    setenv("VTB_HIT_RATE", "0.5,0.9", 1);
    setenv("VTB_BASELINE_STRATEGY", "plain", 1);
    setenv("VTB_QUICK", "1", 1);
    accepted("");
    assert_int_equal(options.hit_rates.n, 2);
    assert_string_equal(options.baseline_strategy.items[0], "plain");
    assert_true(options.quick);
    accepted("--hit-rate|0.1"); /* the command line goes first */
    assert_int_equal(options.hit_rates.n, 1);
    assert_same_double(options.hit_rates.values[0], 0.1);
    setenv("VTB_QUICK", "0", 1);
    accepted("");
    assert_false(options.quick);
    unsetenv("VTB_HIT_RATE");
    unsetenv("VTB_BASELINE_STRATEGY");
    unsetenv("VTB_QUICK");
    accepted("");
    assert_int_equal(options.hit_rates.n, 0);
}

/* What a baseline says is not for the environment to change; what is the gate's own is. */
static void environment_of_a_gate(void **state)
{
    (void)state;
    setenv("VTB_HIT_RATE", "2", 1);
    setenv("VTB_BASELINE", "b.json", 1);
    setenv("VTB_LIMIT", "bytes=8", 1);
    setenv("VTB_TIME", "7", 1);
    accepted("gate");
    assert_int_equal(options.hit_rates.n, 0);
    assert_string_equal(options.baseline, "b.json");
    assert_same_double(limit_of("bytes")->number, 8);
    assert_same_double(options.time_s, 7);
    setenv("VTB_LIMIT", "bytes", 1);
    assert_contains(refused("gate"), "from the environment's VTB_LIMIT: --limit: 'bytes': ");
    unsetenv("VTB_BASELINE");
    unsetenv("VTB_LIMIT");
    unsetenv("VTB_TIME");
    unsetenv("VTB_HIT_RATE");
}

static void bad_environment(void **state)
{
    (void)state;
    setenv("VTB_HIT_RATE", "2", 1);
    assert_contains(refused(""), "VTB_HIT_RATE");
    assert_contains(error.message, "'2'");
    assert_contains(error.message, "accepted: 0 to 1");
    unsetenv("VTB_HIT_RATE");
    setenv("VTB_QUICK", "yes", 1);
    assert_contains(refused(""), "VTB_QUICK");
    assert_contains(error.message, "'yes'");
    assert_contains(error.message, "1"); /* which is what is accepted there */
    unsetenv("VTB_QUICK");
}

/* Each option of the help, by what the help says of it. */
static void every_option_is_parsed_and_has_a_twin(void **state)
{
    (void)state;
    static struct help_row rows[100];
    char arguments[256];
    const size_t n = help_rows(rows, 100);
    assert_true(n >= 20);
    for (size_t i = 0; i < n; i++) {
        const char *name = rows[i].name;
        if (rows[i].flag) {
            accepted(name);
            snprintf(arguments, sizeof arguments, "%.60s=1", name);
            assert_contains(refused(arguments), name);
        } else {
            snprintf(arguments, sizeof arguments, "%.60s: no value; accepted: ", name);
            assert_contains(refused(name), arguments);
            snprintf(arguments, sizeof arguments, "%.60s=", name);
            assert_contains(refused(arguments), name);
        }
        setenv(rows[i].twin, "", 1);
        assert_contains(refused(""), rows[i].twin);
        unsetenv(rows[i].twin);
    }
}

static void assert_arguments(const char *words)
{
    char joined[1024] = "";
    char **arguments = vtb_options_arguments(&options);
    assert_non_null(arguments);
    for (size_t i = 0; arguments[i]; i++) {
        strncat(joined, i > 0 ? "|" : "", sizeof joined - strlen(joined) - 1);
        strncat(joined, arguments[i], sizeof joined - strlen(joined) - 1);
    }
    assert_string_equal(joined, words);
    vtb_options_free_arguments(arguments);
}

/* What says what is run, the last of each, and nothing of how or where to. */
static void arguments_that_make_the_same_cases(void **state)
{
    (void)state;
    accepted("");
    assert_arguments("run_bench|run");
    accepted("--hit-rate|0.5|--quick|--force-async|--results-dir|x|--hit-rate=0.8|--rounds|0");
    assert_arguments("run_bench|run|--hit-rate=0.8|--force-async");
    accepted("--trace|keys|--trace-format|be32|--cache|lru:7");
    assert_arguments("run_bench|run|--cache=lru:7|--trace=keys|--trace-format=be32");
    setenv("VTB_FORCE_ASYNC", "0", 1);
    setenv("VTB_KEYS", "100", 1);
    accepted("--seed|3");
    assert_arguments("run_bench|run|--keys=100|--seed=3");
    unsetenv("VTB_FORCE_ASYNC");
    unsetenv("VTB_KEYS");
}

static void a_recorded_option_is_set_again(void **state)
{
    (void)state;
    accepted("gate|--baseline|x");
    assert_true(vtb_options_replay(&options, "in-flight", "7", &error));
    assert_same_double(options.in_flight.values[0], 7);
    assert_arguments("run_bench|run|--in-flight=7");
    assert_false(vtb_options_replay(&options, "in-flight", "0", &error));
    assert_contains(error.message, "--in-flight: '0'");
    for (size_t i = 0; i < 3; i++) {
        const char *const others[] = {"export-json", "rounds", "nothing"};
        assert_false(vtb_options_replay(&options, others[i], "1", &error));
        assert_contains(error.message, others[i]);
    }
}

static void help_says_what_there_is(void **state)
{
    (void)state;
    static const char *const expected[] = {"usage: run_bench [run] [OPTIONS]",
                                           "--hit-rate RATE",
                                           "--export-json FILE",
                                           "--quick\n",
                                           "--method KIND",
                                           "--depth N",
                                           "--failure-rate RATE",
                                           "--request-ops N",
                                           "--force-async\n",
                                           "--payload BYTES",
                                           "--cache lru:CAPACITY",
                                           "--cache-capacity N",
                                           "--trace FILE",
                                           "--trace-format FORMAT",
                                           "--ttl SECONDS",
                                           "--pollute BYTES",
                                           "--threads N",
                                           "--completer WHO",
                                           "--calls-per-second R",
                                           "--instructions\n",
                                           "--events LIST",
                                           "--require-events\n",
                                           "--worth PERCENT",
                                           "--save-baseline FILE",
                                           "NAME@checked",
                                           "VTB_NAME",
                                           "default: user_cache",
                                           "default: heap_task",
                                           "Exit status: 0 ok"};
    char *text = help_text(VTB_COMMAND_RUN);
    for (size_t i = 0; i < sizeof expected / sizeof *expected; i++)
        assert_contains(text, expected[i]);
    for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n"))
        assert_true(strlen(line) <= 100);
    free(text);
    text = help_text(VTB_COMMAND_GATE);
    assert_contains(text, "usage: run_bench gate [OPTIONS]");
    assert_contains(text, "--limit WORD=LIMIT,...");
    assert_null(strstr(text, "--save-baseline FILE\n"));
    free(text);
    text = help_text(VTB_COMMAND_COMPARE);
    assert_contains(text, "usage: run_bench compare BEFORE.json AFTER.json [OPTIONS]");
    free(text);
    text = help_text(VTB_COMMAND_LIST);
    assert_contains(text, "usage: run_bench list [OPTIONS]");
    assert_contains(text, "--format FORMAT");
    assert_null(strstr(text, "--hit-rate"));
    free(text);
    text = help_text(VTB_COMMAND_MISUSE);
    assert_contains(text, "usage: run_bench misuse [OPTIONS]");
    assert_contains(text, "--strategy NAME,...");
    assert_null(strstr(text, "--depth"));
    free(text);
}

/* What the user has set must not reach the tests. */
static int clear_environment(void **state)
{
    (void)state;
    static struct help_row rows[100];
    const size_t n = help_rows(rows, 100);
    for (size_t i = 0; i < n; i++)
        unsetenv(rows[i].twin);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults),
        cmocka_unit_test(both_spellings),
        cmocka_unit_test(commands),
        cmocka_unit_test(numbers_and_lists),
        cmocka_unit_test(words),
        cmocka_unit_test(distributions),
        cmocka_unit_test(names),
        cmocka_unit_test(variants),
        cmocka_unit_test(unknown_names_are_answered_with_the_nearest),
        cmocka_unit_test(unknown_words_are_answered_with_the_nearest),
        cmocka_unit_test(bad_values),
        cmocka_unit_test(caches_and_traces),
        cmocka_unit_test(what_the_caches_refuse),
        cmocka_unit_test(callers_and_volumes),
        cmocka_unit_test(what_callers_and_volumes_refuse),
        cmocka_unit_test(counters_and_baselines),
        cmocka_unit_test(gates),
        cmocka_unit_test(a_gates_time),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(options_are_kept_and_given_again),
        cmocka_unit_test(message_is_one_line_whatever_the_value),
        cmocka_unit_test(long_value_does_not_hide_what_is_accepted),
        cmocka_unit_test(missing_value),
        cmocka_unit_test(flags),
        cmocka_unit_test(lengths_of_a_run),
        cmocka_unit_test_setup_teardown(environment_twins, clear_environment, clear_environment),
        cmocka_unit_test_setup_teardown(environment_of_a_gate, clear_environment,
                                        clear_environment),
        cmocka_unit_test_setup_teardown(bad_environment, clear_environment, clear_environment),
        cmocka_unit_test(every_option_is_parsed_and_has_a_twin),
        cmocka_unit_test(arguments_that_make_the_same_cases),
        cmocka_unit_test(a_recorded_option_is_set_again),
        cmocka_unit_test(help_says_what_there_is),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
