#include "check.h"

#include "bad_values.h"
#include "base/look.h"
#include "base/progress.h"
#include "cells/registry.h"
#include "plan/option_table.h"
#include "plan/options.h"
#include "plan/trace.h"

#define ARGUMENTS_MAX 16
#define LENGTH(array) (sizeof(array) / sizeof *(array))

static struct vtb_options options;
static struct vtb_error error;

/* Formats a text as printf does; it lives until the fourth call from here. */
__attribute__((format(printf, 1, 2))) static char *formed(const char *format, ...)
{
    static char texts[4][2048];
    static size_t calls_n;
    char *text = texts[calls_n++ % 4];
    va_list arguments;
    va_start(arguments, format);
    const int n = vsnprintf(text, sizeof *texts, format, arguments);
    va_end(arguments);
    assert_in_range(n, 0, sizeof *texts - 1);
    return text;
}

static bool parse_arguments(int argc, char **argv)
{
    memset(&error, 0, sizeof error);
    return vtb_options_parse(&options, argc, argv, &error);
}

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
    return parse_arguments(argc, argv);
}

static void accepted(const char *words)
{
    if (!parse(words))
        fail_msg("'%s' was refused: %s", words, error.message);
}

/* Refused as a usage error, in one line. */
static const char *refusal(bool was_accepted, const char *words)
{
    if (was_accepted)
        fail_msg("'%s' was accepted", words);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    return error.message;
}

static const char *refused(const char *words)
{
    return refusal(parse(words), words);
}

/* The environment's name of an option. */
static const char *twin_of(const char *option)
{
    char *twin = formed("VTB_%s", option);
    for (char *c = twin; *c; c++)
        *c = (char)(*c == '-' ? '_' : (*c >= 'a' && *c <= 'z') ? *c - 'a' + 'A' : *c);
    return twin;
}

/* The message is that of the option, behind the name of the variable that has the value. */
static void refused_twin(const char *command, const char *option, const char *text)
{
    const char *twin = twin_of(option);
    char *expected = formed("from the environment's %s: %s", twin, error.message);
    expected[sizeof error.message - 1] = '\0';
    setenv(twin, text, 1);
    assert_string_equal(refused(command), expected);
    unsetenv(twin);
}

/* Tests a value in both spellings of an option, and in its variable, which must give the same
 * message. */
static void refused_value(const char *command, const char *option, const char *text,
                          const char *begins)
{
    char *joined = formed("--%s=%s", option, text);
    char *one[] = {"run_bench", (char *)command, joined, NULL};
    char *two[] = {"run_bench", (char *)command, formed("--%s", option), (char *)text, NULL};
    assert_begins(refusal(parse_arguments(3, one), joined), begins);
    const char *message = formed("%s", error.message);
    assert_string_equal(refusal(parse_arguments(4, two), joined), message);
    refused_twin(command, option, text);
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

/* The words of the commands, in the order of enum vtb_command. */
static const char *const command_words[] = {
    "run",      "advise",  "list",           "misuse",  "gate",     "compare",
    "check",    "new",     "build",          "doctor",  "selftest", "claims",
    "fidelity", "latency", "compare-builds", "history", "merge"};

#define HELP_ROWS_MAX 100

/* One row of the help: "  --name METAVAR", or "  --name" for a flag. */
struct help_row {
    char name[48];
    bool flag;
};

static size_t help_rows(enum vtb_command command, struct help_row rows[HELP_ROWS_MAX])
{
    size_t n = 0;
    char *text = help_text(command);
    for (char *line = strstr(text, "\n  --"); line; line = strstr(line, "\n  --")) {
        line += strlen("\n  --");
        const size_t name_n = strcspn(line, " \n");
        assert_true(n < HELP_ROWS_MAX);
        snprintf(rows[n].name, sizeof rows[n].name, "%.*s", (int)name_n, line);
        rows[n].flag = line[name_n] == '\n';
        n++;
    }
    free(text);
    return n;
}

/* The options of all commands, each once; they live until the next call. */
static void all_options(struct vtb_names *names)
{
    static struct help_row rows[VTB_COMMAND_N][HELP_ROWS_MAX];
    names->n = 0;
    for (int command = 0; command < VTB_COMMAND_N; command++) {
        const size_t n = help_rows((enum vtb_command)command, rows[command]);
        for (size_t i = 0; i < n; i++)
            assert_true(vtb_names_add(names, rows[command][i].name));
    }
}

static void defaults(void **state)
{
    (void)state;
    accepted("");
    assert_int_equal(options.command, VTB_COMMAND_RUN);
    assert_false(options.help || options.version || options.quick);
    assert_int_equal(options.workloads.n + options.strategies.n + options.heaps.n, 0);
    assert_int_equal(options.excluded_strategies.n + options.baseline_strategy.n, 0);
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n + options.parameters[VTB_P(calls)].n +
                         options.parameters[VTB_P(in_flight)].n,
                     0);
    assert_int_equal(options.parameters[VTB_P(keys)].n + options.parameters[VTB_P(depth)].n, 0);
    assert_int_equal(options.parameters[VTB_P(payload)].n + options.parameters[VTB_P(pollute)].n +
                         options.parameters[VTB_P(threads)].n,
                     0);
    assert_int_equal(options.parameters[VTB_P(cache)].n + options.parameters[VTB_P(ttl)].n, 0);
    assert_int_equal(options.completer, VTB_COMPLETER_CALLER);
    assert_int_equal(options.abstraction, VTB_ABSTRACTION_CONCRETE);
    assert_int_equal(options.table, VTB_TABLE_READ_ONLY);
    assert_int_equal(options.store, VTB_STORE_SIMULATED);
    assert_same_double(options.store_threads, 0);
    assert_false(vtb_options_completes(&options));
    assert_int_equal(options.plot_by, VTB_PLOT_BY_MATPLOTLIB);
    assert_int_equal(options.trace_format.kind, VTB_TRACE_TEXT);
    assert_null(options.trace_path);
    assert_same_double(options.calls_per_second, 0);
    assert_same_double(options.distribution.s, 0);
    assert_int_equal(
        options.parameters[VTB_P(failure_rate)].n + options.parameters[VTB_P(request_ops)].n, 0);
    assert_false(vtb_options_flag(&options, VTB_P(force_async)));
    assert_int_equal(options.method, VTB_METHOD_DIRECT);
    assert_false(options.distribution.zipf);
    assert_int_equal(options.completion, VTB_COMPLETION_FIFO);
    assert_int_equal(options.consumer, VTB_CONSUMER_INDEPENDENT);
    assert_int_equal(options.format, VTB_FORMAT_TABLE);
    assert_same_double(options.sessions, 0);
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
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 1);
    assert_same_double(options.parameters[VTB_P(hit_rate)].values[0], 0.8);
    assert_same_double(options.parameters[VTB_P(calls)].values[0], 1e6);
    accepted("--hit-rate=80%|--calls=1e6");
    assert_same_double(options.parameters[VTB_P(hit_rate)].values[0], 0.8);
    assert_same_double(options.parameters[VTB_P(calls)].values[0], 1e6);
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
    accepted("misuse|--strategy|poll,value_task|--format=csv");
    assert_int_equal(options.command, VTB_COMMAND_MISUSE);
    assert_int_equal(options.strategies.n, 2);
    accepted("check|--strategy|poll,value_task|--workload|user_cache|--time=1.5|--format|json");
    assert_int_equal(options.command, VTB_COMMAND_CHECK);
    assert_int_equal(options.strategies.n, 2);
    assert_same_double(options.check_s, 1.5);
    accepted("check");
    assert_same_double(options.check_s, 20);
    accepted("doctor|--format=json");
    assert_int_equal(options.command, VTB_COMMAND_DOCTOR);
    assert_same_double(options.doctor_s, 2);
    accepted("doctor|--time=0.05");
    assert_same_double(options.doctor_s, 0.05);
    accepted("selftest|--quick|--runs=7|--sessions=5|--samples=s.csv|--format=json");
    assert_int_equal(options.command, VTB_COMMAND_SELFTEST);
    assert_true(options.quick);
    assert_same_double(options.runs, 7);
    assert_same_double(options.sessions, 5);
    assert_string_equal(options.samples_path, "s.csv");
    accepted("advise|--hit-rate=0.9|--calls-per-second=20k|--payload=48|--miss-time=2ms");
    assert_int_equal(options.command, VTB_COMMAND_ADVISE);
    assert_same_double(options.miss_time_s, 0.002);
    accepted("advise|--from=run.json|--runtime=rust");
    assert_string_equal(options.from, "run.json");
    assert_int_equal(options.runtime.n, 1);
    assert_string_equal(options.runtime.items[0], "rust");
    assert_contains(refused("advise|--runtime=all"), "one name, not several");
    accepted("new|strategy|some/folder/lazy.c");
    assert_int_equal(options.command, VTB_COMMAND_NEW);
    assert_string_equal(options.files[0], "strategy");
    assert_string_equal(options.files[1], "some/folder/lazy.c");
}

static void numbers_and_lists(void **state)
{
    (void)state;
    accepted("--hit-rate|0:1:0.05|--in-flight|1,64,4096|--keys|1k|--seed|18446744073709551615");
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 21);
    assert_same_double(options.parameters[VTB_P(hit_rate)].values[3], 0.15);
    assert_int_equal(options.parameters[VTB_P(in_flight)].n, 3);
    assert_same_double(options.parameters[VTB_P(in_flight)].values[2], 4096);
    assert_same_double(options.parameters[VTB_P(keys)].values[0], 1000);
    assert_true(options.seed == UINT64_MAX);
    accepted("--depth|1:16:5|--failure-rate|1%,0.5|--request-ops|1,1M");
    assert_int_equal(options.parameters[VTB_P(depth)].n, 4);
    assert_same_double(options.parameters[VTB_P(depth)].values[3], 16);
    assert_int_equal(options.parameters[VTB_P(failure_rate)].n, 2);
    assert_same_double(options.parameters[VTB_P(failure_rate)].values[0], 0.01);
    assert_int_equal(options.parameters[VTB_P(request_ops)].n, 2);
    assert_same_double(options.parameters[VTB_P(request_ops)].values[1], 1e6);
    accepted("--hit-rate|0.1|--hit-rate|0.2"); /* the last one holds */
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 1);
    assert_same_double(options.parameters[VTB_P(hit_rate)].values[0], 0.2);
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
    assert_int_equal(options.method, VTB_METHODS_BOTH);
    accepted("--method=all");
    assert_int_equal(options.method, VTB_METHODS_ALL);
    accepted("--method|runtime");
    assert_int_equal(options.method, VTB_METHOD_RUNTIME);
    assert_int_equal(options.caller, VTB_CALLER_AS_METHOD);
    accepted("--caller|runtime");
    assert_int_equal(options.caller, VTB_CALLER_RUNTIME);
    accepted("--caller=classic|--stored");
    assert_int_equal(options.caller, VTB_CALLER_CLASSIC);
    assert_true(options.stored);
    accepted("--method=both|--method=direct");
    assert_int_equal(options.method, VTB_METHOD_DIRECT);
    assert_string_equal(vtb_method_words[VTB_METHOD_ASYNC], "async");
    assert_string_equal(vtb_method_words[VTB_METHOD_RUNTIME], "runtime");
    assert_string_equal(vtb_method_words[VTB_METHODS_ALL], "all");
    assert_string_equal(vtb_caller_words[VTB_CALLER_RUNTIME], "runtime");
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
    size_t strategies_n = 0;
    for (; vtb_strategies[strategies_n].name; strategies_n++)
        assert_true(vtb_names_have(&options.strategies, vtb_strategies[strategies_n].name));
    assert_true(options.strategies.n > 1 && options.strategies.n == strategies_n);
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
}

/* Behind the value, and a reason, each message says what is accepted instead. */
static void refused_values(const char *command, const struct bad_values *rows, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        for (const char *const *text = rows[i].texts; *text; text++) {
            const char *begins = formed("--%s: '%s': ", rows[i].option, *text);
            refused_value(command, rows[i].option, *text, begins);
            assert_contains(error.message, "; accepted: ");
            assert_begins(strstr(error.message, "; accepted: ") + strlen("; accepted: "),
                          rows[i].accepts);
        }
    }
}

static void bad_values(void **state)
{
    (void)state;
    refused_values("run", bad_values_of_run, LENGTH(bad_values_of_run));
    refused_values("gate", bad_values_of_gate, LENGTH(bad_values_of_gate));
    refused_values("selftest", bad_values_of_selftest, LENGTH(bad_values_of_selftest));
    refused_values("claims", bad_values_of_claims, LENGTH(bad_values_of_claims));
    refused_values("advise", bad_values_of_advise, LENGTH(bad_values_of_advise));
    refused_values("fidelity", bad_values_of_fidelity, LENGTH(bad_values_of_fidelity));
    refused_values("latency", bad_values_of_latency, LENGTH(bad_values_of_latency));
    refused_values("history", bad_values_of_history, LENGTH(bad_values_of_history));
    assert_contains(refused("--events|page-falts"), "page-faults"); /* which is meant */
}

static void unknown_names_are_answered_with_the_nearest(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(bad_names); i++) {
        const struct bad_name *row = &bad_names[i];
        const char *begins =
            formed("--%s: unknown name '%s'; nearest: %s", row->option, row->unknown, row->nearest);
        refused_value(strcmp(row->option, "runtime") == 0 ? "advise" : "run", row->option,
                      row->text, begins);
    }
    assert_begins(refused("misuse|--strategy=nosuch"), "--strategy: unknown name 'nosuch'");
    assert_begins(refused("history|--metric=ratios"),
                  "--metric: unknown name 'ratios'; nearest: ratio");
}

/* A message has three names, each once, and says where all of them are. */
static void assert_three(const char *message, const char *behind)
{
    static char copy[sizeof error.message];
    struct vtb_names nearest = {.n = 0};
    assert_contains(message, NEAREST);
    assert_contains(message, behind);
    snprintf(copy, sizeof copy, "%s", strstr(message, NEAREST) + strlen(NEAREST));
    copy[strcspn(copy, ";")] = '\0';
    size_t n = 0;
    for (char *name = strtok(copy, ", "); name; name = strtok(NULL, ", "), n++)
        assert_true(vtb_names_add(&nearest, name));
    assert_int_equal(n, 3);
    assert_int_equal(nearest.n, 3);
}

static void messages_have_the_three_nearest(void **state)
{
    (void)state;
    assert_three(refused("--strategy|nosuch"), "; accepted: names of strategies, or all, or files");
    assert_three(refused("--strategy|heap_task@nosuch"), "see `list`");
    assert_three(refused("--strategy|Task,Tusk"), "see `list`");
    assert_three(refused("--workload|nosuch"), "; accepted: names of workloads, or all, or files");
    assert_three(refused("--heap|nosuch"), "; accepted: names of heaps, or all; see `list`");
    assert_three(refused("--pressure|nosuch"), "; accepted: names of figures");
    assert_three(refused("--no-such-thing"), "; `run_bench run --help` shows all");
    assert_three(refused("gate|--no-such-thing"), "; `run_bench gate --help` shows all");
    assert_three(refused("nosuch"), "; `run_bench --help` shows all");
}

/* By what others know it as, in any case, and as the strategy from then on. */
static void aliases_of_strategies(void **state)
{
    (void)state;
    static const char *const words[][2] = {
        {"Task", "heap_task"},
        {"task", "heap_task"},
        {"ValueTask", "value_task"},
        {"valuetask", "value_task"},
        {"Poll", "poll"},
        {"co_await", "coroutine"},
        {"stdexec", "sender"},
        {"Task@atomic", "heap_task@atomic"},
        {"IValueTaskSource", "value_task_pooled"},
    };
    for (size_t i = 0; i < LENGTH(words); i++) {
        accepted(formed("--strategy|%s", words[i][0]));
        assert_int_equal(options.strategies.n, 1);
        assert_string_equal(options.strategies.items[0], words[i][1]);
    }
    accepted("--baseline-strategy|ValueTask|--exclude-strategy|Task");
    assert_string_equal(options.baseline_strategy.items[0], "value_task");
    assert_string_equal(options.excluded_strategies.items[0], "heap_task");
    assert_contains(refused("--strategy|Task,heap_task"), "a name stands there twice");
    accepted("--strategy|all");
    for (size_t i = 0; i < options.strategies.n; i++)
        assert_string_equal(options.strategies.items[i], vtb_strategies[i].name);
}

static void bad_arguments_are_named(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(bad_arguments); i++)
        assert_begins(refused(bad_arguments[i].words), bad_arguments[i].message);
}

/* Options are refused that make no sense beside another, or whose number makes none. */
static void contradictions(void **state)
{
    (void)state;
    const char *both = "--time and --rounds both say how long to measure; give one of them";
    assert_string_equal(refused("--time|5|--rounds|8"), both);
    assert_string_equal(refused("--rounds|0|--time|5"), both);
    assert_begins(refused("--hit-rate|0:1:0.001|--calls|1:100:1"),
                  "--hit-rate: '0:1:0.001': more than 1000 values; accepted: 0 to 1");
}

/* Real caches, and where their keys come from. */
static void caches_and_traces(void **state)
{
    (void)state;
    accepted("--cache|lru:100,1k|--trace|keys.txt|--trace-format|be32");
    assert_int_equal(options.parameters[VTB_P(cache)].n, 2);
    assert_same_double(options.parameters[VTB_P(cache)].values[0], 100);
    assert_same_double(options.parameters[VTB_P(cache)].values[1], 1000);
    assert_string_equal(options.trace_path, "keys.txt");
    assert_int_equal(options.trace_format.kind, VTB_TRACE_BE32);
    accepted("--cache-capacity|10:30:10|--trace=-|--trace-format=text");
    assert_int_equal(options.parameters[VTB_P(cache)].n, 3);
    assert_same_double(options.parameters[VTB_P(cache)].values[2], 30);
    assert_string_equal(options.trace_path, "-");
    assert_int_equal(options.trace_format.kind, VTB_TRACE_TEXT);
    assert_null(options.trace_format.column);
    accepted("--trace|-|--trace-format|arc");
    assert_int_equal(options.trace_format.kind, VTB_TRACE_ARC);
    accepted("--trace|-|--trace-format|csv:12");
    assert_int_equal(options.trace_format.kind, VTB_TRACE_CSV);
    assert_int_equal(options.trace_format.column_n, 12);
    accepted("--trace|-|--trace-format|csv:1st: key");
    assert_int_equal(options.trace_format.column_n, 0);
    assert_string_equal(options.trace_format.column, "1st: key");
    accepted("--cache=lru:1|--cache-capacity=1G"); /* one field: the last one holds */
    assert_int_equal(options.parameters[VTB_P(cache)].n, 1);
    assert_same_double(options.parameters[VTB_P(cache)].values[0], 1e9);
    accepted("--ttl|0.001,1.5,2k");
    assert_int_equal(options.parameters[VTB_P(ttl)].n, 3);
    assert_same_double(options.parameters[VTB_P(ttl)].values[0], 0.001);
    assert_same_double(options.parameters[VTB_P(ttl)].values[2], 2000);
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_TEXT], "text");
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_BE32], "be32");
}

/* Who calls and who completes, what lies between two calls, and how many there are. */
static void callers_and_volumes(void **state)
{
    (void)state;
    accepted("--threads|1,4,256|--completer|thread|--calls-per-second|1.5M");
    assert_int_equal(options.parameters[VTB_P(threads)].n, 3);
    assert_same_double(options.parameters[VTB_P(threads)].values[2], VTB_THREADS_MAX);
    assert_int_equal(options.completer, VTB_COMPLETER_THREAD);
    assert_true(vtb_options_completes(&options));
    assert_same_double(options.calls_per_second, 1.5e6);
    accepted("--abstraction|virtual|--table|concurrent");
    assert_int_equal(options.abstraction, VTB_ABSTRACTION_VIRTUAL);
    assert_int_equal(options.table, VTB_TABLE_CONCURRENT);
    accepted("--store|sqlite|--store-threads|64");
    assert_string_equal(vtb_store_of(options.store)->word, "sqlite");
    assert_same_double(options.store_threads, 64);
    assert_null(options.redis);
    accepted("--store|redis|--redis|localhost:6379");
    assert_string_equal(vtb_store_of(options.store)->word, "redis");
    assert_string_equal(options.redis, "localhost:6379");
    assert_true(vtb_options_completes(&options));
    accepted("--completer=thread|--completer=caller|--calls-per-second=0.001");
    assert_int_equal(options.completer, VTB_COMPLETER_CALLER);
    assert_same_double(options.calls_per_second, 0.001);
    accepted("--threads=1:256:1");
    assert_int_equal(options.parameters[VTB_P(threads)].n, VTB_THREADS_MAX);
    accepted("--pollute|0,64K,1G|--payload|8:32:8");
    assert_int_equal(options.parameters[VTB_P(pollute)].n, 3);
    assert_same_double(options.parameters[VTB_P(pollute)].values[1], 65536);
    assert_same_double(options.parameters[VTB_P(pollute)].values[2], 1073741824);
    assert_int_equal(options.parameters[VTB_P(payload)].n, 4);
    assert_same_double(options.parameters[VTB_P(payload)].values[3], 32);
    assert_string_equal(vtb_plot_by_words[VTB_PLOT_BY_MATPLOTLIB], "matplotlib");
    assert_string_equal(vtb_plot_by_words[VTB_PLOT_BY_GNUPLOT], "gnuplot");
    assert_string_equal(vtb_plot_by_words[VTB_PLOT_BY_BOTH], "both");
    assert_string_equal(vtb_completer_words[VTB_COMPLETER_CALLER], "caller");
    assert_string_equal(vtb_completer_words[VTB_COMPLETER_THREAD], "thread");
    assert_string_equal(vtb_abstraction_words[VTB_ABSTRACTION_CONCRETE], "concrete");
    assert_string_equal(vtb_abstraction_words[VTB_ABSTRACTION_VIRTUAL], "virtual");
    assert_string_equal(vtb_table_words[VTB_TABLE_READ_ONLY], "read-only");
    assert_string_equal(vtb_table_words[VTB_TABLE_CONCURRENT], "concurrent");
}

/* When the calls of an open loop are meant to start; what says which cases are run is taken by it,
 * too, but for what it does not do. */
static void open_loops(void **state)
{
    (void)state;
    accepted("latency|--rate|100k");
    assert_int_equal(options.command, VTB_COMMAND_LATENCY);
    assert_same_double(options.rate, 100e3);
    assert_int_equal(options.arrivals, VTB_ARRIVALS_CONSTANT);
    accepted("latency|--rate=1.5M|--arrivals|poisson|--slice-ms|2.5|--slices=3|--sessions=2");
    assert_same_double(options.rate, 1.5e6);
    assert_int_equal(options.arrivals, VTB_ARRIVALS_POISSON);
    assert_same_double(options.slice_ms, 2.5);
    assert_same_double(options.slices, 3);
    assert_int_equal(options.wake, VTB_WAKE_SPIN);
    accepted("latency|--rate=1k|--completer=thread|--wake|futex");
    assert_int_equal(options.wake, VTB_WAKE_FUTEX);
    assert_string_equal(vtb_options_given(&options, "wake"), "futex");
    assert_string_equal(vtb_wake_words[VTB_WAKE_SPIN], "spin");
    assert_string_equal(vtb_wake_words[VTB_WAKE_FUTEX], "futex");
    assert_string_equal(vtb_arrivals_words[VTB_ARRIVALS_POISSON], "poisson");
    assert_string_equal(vtb_arrivals_words[VTB_ARRIVALS_CONSTANT], "constant");
    accepted("latency|--rate|max");
    assert_true(isinf(options.rate));
    accepted("latency|--gen0-budget|256K|--live-heap=64M|--hit-rate|0.95|--completer|thread");
    assert_contains(refused("latency|--guest|dotnet"), "--guest is not an option of 'latency'");
    assert_contains(refused("latency|--instructions"), "is not an option of 'latency'");
    assert_contains(refused("latency|--calls|1000"), "--calls is not an option of 'latency'");
    assert_contains(refused("--rate|100k"), "--rate is not an option of 'run'");
    assert_contains(refused("--wake|futex"), "--wake is not an option of 'run'");
}

/* Two builds, which need not be files, and what else says which cases are run. */
static void builds(void **state)
{
    (void)state;
    accepted("compare-builds|v1.0|build/release|--hit-rate|0.5|--instructions|--quick");
    assert_int_equal(options.command, VTB_COMMAND_COMPARE_BUILDS);
    assert_string_equal(options.files[0], "v1.0");
    assert_string_equal(options.files[1], "build/release");
    assert_same_double(options.margin_percent, 2);
    accepted("compare-builds|A|A|--margin=7.5");
    assert_same_double(options.margin_percent, 7.5);
    assert_begins(refused("compare-builds|A"), "two builds are needed: ");
    assert_begins(refused("compare-builds|A|B|C"), "unexpected argument 'C'" AN_OPTION_IS);
    assert_begins(refused("compare-builds|A|B|--margin|1.9"), "--margin: '1.9'");
    accepted("gate|--against|HEAD~1");
    assert_string_equal(options.against, "HEAD~1");
    assert_same_double(options.margin_percent, 2);
    accepted("gate|--baseline|b.json");
    assert_null(options.against);
    assert_same_double(options.margin_percent, 5);
    assert_string_equal(refused("gate|--against|A|--baseline|b.json"),
                        "--baseline is of a gate with a baseline; leave it or --against out");
    assert_string_equal(refused("gate|--against|A|--any-toolchain"),
                        "--any-toolchain is of a gate with a baseline; leave it or --against out");
    assert_string_equal(refused("gate|--against|A|--history|h.jsonl"),
                        "--history is of a gate with a baseline; leave it or --against out");
}

/* With two builds a gate is told which cases are run, and that none is timed; a baseline knows. */
static void a_gates_cases(void **state)
{
    (void)state;
    accepted("gate|--against|A|--rounds|0|--heap|glibc|--hit-rate|0.5,0.9|--workload|user_cache");
    assert_same_double(options.rounds, 0);
    assert_int_equal(options.heaps.n, 1);
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 2);
    assert_string_equal(vtb_options_given(&options, "rounds"), "0");
    accepted("gate|--against|A|--strategy=plain|--exclude-strategy=plain");
    assert_int_equal(options.strategies.n, 1);
    assert_begins(refused("gate|--against|A|--rounds|8|--time|1"), "--time and --rounds both say");
    assert_begins(refused("gate|--against|A|--guest|dotnet"), "--guest is not an option of 'gate'");
    assert_begins(refused("gate|--against|A|--shard|1/2"), "--shard is not an option of 'gate'");
    static const char *const of_builds[] = {"rounds=0", "heap=glibc", "hit-rate=0.5", "seed=2"};
    for (size_t i = 0; i < LENGTH(of_builds); i++)
        assert_string_equal(refused(formed("gate|--baseline=b|--%s", of_builds[i])),
                            formed("--%.*s is of a gate with --against; a baseline has in it what "
                                   "is run, so leave it or --baseline out",
                                   (int)strcspn(of_builds[i], "="), of_builds[i]));
    assert_begins(refused("gate|--rounds|0"), "--baseline FILE is needed");
    accepted("gate|--baseline=b|--strategy=plain|--sessions=5");
}

static void progress(void **state)
{
    (void)state;
    accepted("");
    assert_int_equal(options.progress, VTB_PROGRESS_AUTO);
    accepted("--progress|off");
    assert_int_equal(options.progress, VTB_PROGRESS_OFF);
    accepted("check|--progress=plain");
    assert_int_equal(options.progress, VTB_PROGRESS_PLAIN);
    assert_string_equal(vtb_progress_words[VTB_PROGRESS_AUTO], "auto");
}

static void color(void **state)
{
    (void)state;
    accepted("");
    assert_int_equal(options.color, VTB_COLOR_AUTO);
    accepted("--color|never");
    assert_int_equal(options.color, VTB_COLOR_NEVER);
    accepted("doctor|--color=always");
    assert_int_equal(options.color, VTB_COLOR_ALWAYS);
    assert_string_equal(vtb_color_words[VTB_COLOR_AUTO], "auto");
}

/* The options on events and instructions, and on what figures are compared with. */
static void counters_and_baselines(void **state)
{
    (void)state;
    accepted("");
    assert_false(options.instructions || options.require_events || options.list_events);
    assert_int_equal(options.events.n + options.min_gains.n, 0);
    assert_null(options.save_baseline);
    accepted("--instructions|--events|page-faults,{cs,task-clock:u}|--require-events");
    assert_true(options.instructions && options.require_events);
    assert_false(options.list_events);
    assert_int_equal(options.events.n, 3);
    assert_string_equal(options.events.items[0].name, "page-faults");
    assert_string_equal(options.events.items[2].name, "task-clock:u");
    assert_true(options.events.items[1].group == options.events.items[2].group);
    assert_true(options.events.items[0].group != options.events.items[1].group);
    accepted("--min-gain|0.5,5,20|--save-baseline|base.json");
    assert_int_equal(options.min_gains.n, 3);
    accepted("--worth|7"); /* its name before */
    assert_same_double(options.min_gains.values[0], 7);
    setenv("VTB_WORTH", "8", 1);
    accepted("run");
    assert_same_double(options.min_gains.values[0], 8);
    setenv("VTB_MIN_GAIN", "9", 1);
    accepted("run");
    assert_same_double(options.min_gains.values[0], 9);
    unsetenv("VTB_MIN_GAIN");
    unsetenv("VTB_WORTH");
    accepted("--min-gain|0.5,5,20|--save-baseline|base.json");
    assert_same_double(options.min_gains.values[0], 0.5);
    assert_string_equal(options.save_baseline, "base.json");
    accepted("list|--events"); /* of the same name, and another thing */
    assert_true(options.list_events);
    assert_int_equal(options.events.n, 0);
    assert_contains(refused("list|--events=cs"), "a flag takes no value");
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
}

/* Seconds may follow, or another option, or nothing; of `run` they must. */
static void a_gates_time(void **state)
{
    (void)state;
    accepted("gate|--baseline=b|--time");
    assert_same_double(options.time_s, 20);
    accepted("gate|--time|--baseline=b");
    assert_same_double(options.time_s, 20);
    accepted("gate|--baseline=b|--time|--strict");
    assert_same_double(options.time_s, 20);
    assert_true(options.strict);
    accepted("gate|--time|7|--baseline=b");
    assert_same_double(options.time_s, 7);
    accepted("gate|--time=7|--baseline=b");
    assert_same_double(options.time_s, 7);
    assert_begins(refused("gate|--strict|--time"), "--baseline FILE is needed");
    assert_contains(refused("--time"), "--time: no value");
}

/* As many files as a list may have, as all shards of some machines are; and one more, which is no
 * option that was written wrong. */
static void many_files(void **state)
{
    static char word[] = "merge";
    static char file[] = "a.json";
    char **argv = calloc(VTB_FILES_MAX + 4, sizeof *argv);
    (void)state;
    assert_non_null(argv);
    argv[0] = argv[1] = word;
    for (size_t i = 0; i <= VTB_FILES_MAX; i++)
        argv[2 + i] = file;
    if (!parse_arguments(2 + VTB_FILES_MAX, argv))
        fail_msg("%s", error.message);
    assert_int_equal(options.files_n, VTB_FILES_MAX);
    assert_string_equal(refusal(parse_arguments(3 + VTB_FILES_MAX, argv), "one more"),
                        formed("merge: 'a.json' is one of more than %d files; accepted: up to so "
                               "many",
                               VTB_FILES_MAX));
    free(argv);
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
    accepted("compare|--help");
    accepted("merge|a.json|b.json|-|--export-json|c.json");
    assert_int_equal(options.command, VTB_COMMAND_MERGE);
    assert_int_equal(options.files_n, 3);
    assert_string_equal(options.files[2], "-");
    accepted("merge|--help");
}

static void histories(void **state)
{
    (void)state;
    accepted("--rounds|0|--history|h.jsonl");
    assert_string_equal(options.history, "h.jsonl");
    accepted("gate|--baseline=b|--history|h.jsonl");
    assert_string_equal(options.history, "h.jsonl");
    accepted("history|a.jsonl|b|--format=json|c.json|-");
    assert_int_equal(options.command, VTB_COMMAND_HISTORY);
    assert_int_equal(options.files_n, 4);
    assert_string_equal(options.files[0], "a.jsonl");
    assert_string_equal(options.files[3], "-");
    assert_null(options.history);
    assert_int_equal(options.since, 0);
    accepted("history|a|--since|2026-01-01|--metric|ratio,bytes|--strategy|gone,poll|--history=h");
    assert_int_equal(options.since, 1767225600);
    assert_int_equal(options.figures.n, 2);
    assert_string_equal(options.figures.items[0], "ratio");
    assert_string_equal(options.strategies.items[0], "gone");
    assert_string_equal(options.history, "h");
    assert_begins(refused("history|a|--strategy=b,b"),
                  "--strategy: 'b,b': a name stands there twice; accepted: names of strategies");
    assert_contains(refused("history"), "a history is needed: run_bench history FILE.jsonl");
    assert_contains(refused("history|-|-"), "history: standard input, -, can be read once");
    accepted("history|--help");
}

/* What is meant for runs does not choose what a history shows, nor adds to one. */
static void environment_of_a_history(void **state)
{
    (void)state;
    setenv("VTB_HISTORY", "h.jsonl", 1);
    setenv("VTB_STRATEGY", "poll", 1);
    setenv("VTB_HIT_RATE", "abc", 1);
    setenv("VTB_METRIC", "ratio", 1);
    accepted("history|a");
    assert_null(options.history);
    assert_int_equal(options.strategies.n, 0);
    assert_int_equal(options.figures.n, 1);
    unsetenv("VTB_HIT_RATE");
    accepted("gate|--baseline=b");
    assert_null(options.history);
    accepted("--rounds|0");
    assert_string_equal(options.history, "h.jsonl");
}

/* A result file keeps the last text of each option that says which cases are run, as it was
 * given. */
static void options_are_kept_and_given_again(void **state)
{
    (void)state;
    accepted("--hit-rate|80%|--rounds|8|--hit-rate=0.5,0.8|--format=json|--force-async");
    assert_int_equal(options.given_n, 3);
    assert_string_equal(options.given[0].name, "hit-rate");
    assert_string_equal(options.given[0].text, "0.5,0.8");
    assert_string_equal(options.given[1].name, "rounds"); /* which says how, and is kept apart */
    assert_true(options.given[0].of_cases && !options.given[1].of_cases);
    assert_string_equal(options.given[2].name, "force-async");
    assert_string_equal(options.given[2].text, "1");
    accepted("gate|--baseline=b");
    assert_true(vtb_options_replay(&options, "hit-rate", "0.5,0.8", &error));
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 2);
    assert_true(vtb_options_replay(&options, "instructions", "1", &error));
    assert_true(options.instructions);
    static const char *const others[] = {"rounds", "baseline", "export-json", "nosuch", "", "help"};
    for (size_t i = 0; i < sizeof others / sizeof *others; i++) {
        assert_false(vtb_options_replay(&options, others[i], "1", &error));
        assert_contains(error.message, "is no option that says what is run");
    }
    assert_false(vtb_options_replay(&options, "hit-rate", "2", &error));
    assert_one_line(error.message);
    assert_true(vtb_options_replay_run(&options, "rounds", "9", &error));
    assert_true(options.rounds == 9);
    assert_false(vtb_options_replay_run(&options, "hit-rate", "0.5", &error));
    assert_contains(error.message, "is no option that says how it is run");
}

/* A line break in a value must not break the message: a script may forget to strip its input. */
static void message_is_one_line_whatever_the_value(void **state)
{
    (void)state;
    assert_begins(refused("--hit-rate|0.5\n"), "--hit-rate: '0.5\\n': ");
    assert_contains(error.message, "accepted: 0 to 1, or 0% to 100%");
    assert_begins(refused("--strategy|value\ntask"), "--strategy: unknown name 'value\\ntask'");
    assert_contains(error.message, "nearest: value_task");
    (void)refused("--hit-rate|0.5\n0.8");
    (void)refused("--hit\nrate|0.5");
    (void)refused("--completion=fifo\r");
}

static char long_text[5001];

/* Expects a long text to be refused, by a message with a given beginning and part. */
static void refused_long_text(const char *option, char c, const char *begins, const char *contains)
{
    memset(long_text, c, sizeof long_text - 1);
    char *argv[] = {"run_bench", (char *)option, long_text, NULL};
    const char *message = refusal(parse_arguments(3, argv), option);
    assert_begins(message, begins);
    assert_contains(message, contains);
}

static void long_value_does_not_hide_what_is_accepted(void **state)
{
    (void)state;
    refused_long_text("--calls", '9', "--calls: '999999999999",
                      "...': too large; accepted: whole numbers from 1 to 1e12");
    refused_long_text("--hit-rate", '1', "--hit-rate: '111111111111",
                      "...': too large; accepted: 0 to 1, or 0% to 100%");
    refused_long_text("--strategy", 'x', "--strategy: unknown name 'xxxxxxxxxxxx", "; accepted: ");
    refused_long_text("--format", 'x', "--format: 'xxxxxxxxxxxx", "table, json, csv or markdown");
    memset(long_text, 'x', sizeof long_text - 1);
    char *command[] = {"run_bench", long_text, NULL};
    assert_contains(refusal(parse_arguments(2, command), "a long command"), "nearest: ");
    memset(long_text, '-', 2);
    assert_contains(refusal(parse_arguments(2, command), "a long option"), "nearest: ");
}

static void missing_value(void **state)
{
    (void)state;
    assert_contains(refused("--hit-rate"), "--hit-rate: no value; accepted: 0 to 1");
    assert_contains(refused("--quick|--calls"), "--calls: no value; accepted: ");
}

/* Options without a value, each with its command and what that cannot do without. */
struct flag {
    const char *command;
    const char *name;
    size_t offset; /* of its field */
};

#define FLAG(command, name, field)                         \
    {                                                      \
        command, name, offsetof(struct vtb_options, field) \
    }

static const struct flag flag_rows[] = {
    FLAG("run", "quick", quick),
    FLAG("run", "verify-heap", verify_heap),
    FLAG("run", "dry-run", dry_run),
    FLAG("run", "details", details),
    FLAG("run", "stored", stored),
    FLAG("run", "instructions", instructions),
    FLAG("run", "keep-environment", keep_environment),
    FLAG("run", "require-events", require_events),
    FLAG("advise", "await-many", await_many),
    FLAG("advise", "store-result", store_result),
    FLAG("advise", "always-async", always_async),
    FLAG("advise", "public-api", public_api),
    FLAG("gate|--baseline=b", "strict", strict),
    FLAG("gate|--baseline=b", "any-toolchain", any_toolchain),
    FLAG("gate|--against=b", "own-programs", own_programs),
    FLAG("compare-builds|a|b", "own-programs", own_programs),
};

static bool field_of(const struct flag *flag)
{
    return *(const bool *)((const char *)&options + flag->offset);
}

static void flags(void **state)
{
    (void)state;
    for (size_t i = 0; i < LENGTH(flag_rows); i++) {
        const struct flag *flag = &flag_rows[i];
        const char *twin = twin_of(flag->name);
        accepted(flag->command);
        assert_false(field_of(flag));
        accepted(formed("%s|--%s", flag->command, flag->name));
        assert_true(field_of(flag));
        setenv(twin, "1", 1);
        accepted(flag->command);
        assert_true(field_of(flag));
        setenv(twin, "0", 1);
        accepted(flag->command);
        assert_false(field_of(flag));
        unsetenv(twin);
    }
    accepted("--quick|--force-async");
    assert_true(options.quick && vtb_options_flag(&options, VTB_P(force_async)));
    setenv("VTB_FORCE_ASYNC", "1", 1);
    accepted("run");
    assert_true(vtb_options_flag(&options, VTB_P(force_async)));
    assert_false(vtb_options_flag(&options, VTB_P(incremental)));
    setenv("VTB_FORCE_ASYNC", "0", 1);
    accepted("run|--boehm-incremental");
    assert_false(vtb_options_flag(&options, VTB_P(force_async)));
    assert_true(vtb_options_flag(&options, VTB_P(incremental)));
    unsetenv("VTB_FORCE_ASYNC");
    accepted("-h");
    assert_true(options.help);
    accepted("--version");
    assert_true(options.version);
    assert_begins(refused("--help=1"), "--help: '1': a flag takes no value; accepted: no value");
    accepted("help");
    assert_true(options.help && options.command == VTB_COMMAND_RUN);
    accepted("help|gate");
    assert_true(options.help && options.command == VTB_COMMAND_GATE);
}

/* A flag on the command line takes no value, not even the 1 or 0 that it has in the environment. */
static void flags_take_no_value(void **state)
{
    (void)state;
    static const char *const values[] = {"1", "0", "2", "yes", ""};
    for (size_t i = 0; i < LENGTH(flag_rows) * LENGTH(values); i++) {
        const struct flag *flag = &flag_rows[i / LENGTH(values)];
        const char *value = values[i % LENGTH(values)];
        assert_string_equal(
            refused(formed("%s|--%s=%s", flag->command, flag->name, value)),
            formed("--%s: '%s': a flag takes no value; accepted: %s", flag->name, value, NO_VALUE));
        if (strcmp(value, "1") != 0 && strcmp(value, "0") != 0)
            refused_twin(flag->command, flag->name, value);
        assert_begins(refused(formed("%s|--%s|1", flag->command, flag->name)),
                      "unexpected argument '1'" AN_OPTION_IS);
    }
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
    accepted("--sessions|1|--rounds=8");
    assert_same_double(options.sessions, 1);
    accepted("--time|0.5|--sessions|1000"); /* both say something of their own */
    assert_same_double(options.sessions, 1000);
    accepted("gate|--baseline=b|--time|--sessions=7");
    assert_same_double(options.sessions, 7);
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
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 2);
    assert_string_equal(options.baseline_strategy.items[0], "plain");
    assert_true(options.quick);
    accepted("--hit-rate|0.1"); /* the command line goes first */
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 1);
    assert_same_double(options.parameters[VTB_P(hit_rate)].values[0], 0.1);
    unsetenv("VTB_HIT_RATE");
    accepted("");
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 0);
}

/* If two options say the same thing, a twin in the environment does not spoil a good command
 * line. */
static void the_command_line_wins_over_either_twin(void **state)
{
    (void)state;
    setenv("VTB_CACHE", "lru:5", 1);
    setenv("VTB_CACHE_CAPACITY", "6", 1);
    static const char *const lines[] = {"--cache|lru:7", "--cache-capacity|7"};
    for (size_t i = 0; i < LENGTH(lines); i++) {
        accepted(lines[i]);
        assert_int_equal(options.parameters[VTB_P(cache)].n, 1);
        assert_same_double(options.parameters[VTB_P(cache)].values[0], 7);
    }
    setenv("VTB_ROUNDS", "8", 1);
    accepted("--time|0.01");
    assert_same_double(options.time_s, 0.01);
    assert_same_double(options.rounds, -1);
    setenv("VTB_TIME", "5", 1);
    accepted("--rounds|9");
    assert_same_double(options.rounds, 9);
    assert_same_double(options.time_s, 0);
    assert_begins(refused(""), "--time and --rounds both say");
}

/* The environment cannot change how a baseline's cases are run, but it can set the gate's own
 * options. */
static void environment_of_a_gate(void **state)
{
    (void)state;
    setenv("VTB_HIT_RATE", "2", 1);
    setenv("VTB_STRATEGY", "nosuch", 1);
    setenv("VTB_ROUNDS", "1", 1);
    assert_string_equal(refused("gate"),
                        "--baseline FILE is needed, which `run_bench run --save-baseline FILE` "
                        "makes, or --against BUILD");
    setenv("VTB_BASELINE", "b.json", 1);
    setenv("VTB_LIMIT", "bytes=8", 1);
    setenv("VTB_TIME", "7", 1);
    accepted("gate");
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 0);
    assert_string_equal(options.baseline, "b.json");
    assert_same_double(limit_of("bytes")->number, 8);
    assert_same_double(options.time_s, 7);
    setenv("VTB_LIMIT", "bytes", 1);
    assert_contains(refused("gate"), "from the environment's VTB_LIMIT: --limit: 'bytes': ");
    unsetenv("VTB_LIMIT");
    unsetenv("VTB_BASELINE");
    accepted("gate|--against|A");
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 0);
    assert_same_double(options.rounds, -1);
}

static const char *bad_text_of(const struct bad_values *rows, size_t n, const char *option)
{
    for (size_t i = 0; i < n; i++) {
        if (strcmp(rows[i].option, option) == 0)
            return rows[i].texts[0];
    }
    return NULL;
}

/* One that the option refuses, whichever command has it. */
static const char *bad_text(const char *option)
{
    if (strcmp(option, "help") == 0 || strcmp(option, "version") == 0)
        return "1";
    for (size_t i = 0; i < LENGTH(flag_rows); i++) {
        if (strcmp(flag_rows[i].name, option) == 0)
            return "1";
    }
    for (const struct vtb_parameter *row = vtb_parameters; row->word; row++) {
        if (!row->metavar && strcmp(row->option, option) == 0)
            return "1";
    }
    const char *text = bad_text_of(bad_values_of_run, LENGTH(bad_values_of_run), option);
    text = text ? text : bad_text_of(bad_values_of_gate, LENGTH(bad_values_of_gate), option);
    text =
        text ? text : bad_text_of(bad_values_of_selftest, LENGTH(bad_values_of_selftest), option);
    text = text ? text : bad_text_of(bad_values_of_claims, LENGTH(bad_values_of_claims), option);
    text = text ? text : bad_text_of(bad_values_of_advise, LENGTH(bad_values_of_advise), option);
    text =
        text ? text : bad_text_of(bad_values_of_fidelity, LENGTH(bad_values_of_fidelity), option);
    text = text ? text : bad_text_of(bad_values_of_latency, LENGTH(bad_values_of_latency), option);
    text = text ? text : bad_text_of(bad_values_of_history, LENGTH(bad_values_of_history), option);
    if (!text)
        fail_msg("--%s has no row in bad_values.h", option);
    return text;
}

/* The help has the words of lists in a sentence. */
static void help_has_every_word(void **state)
{
    (void)state;
    char *run = help_text(VTB_COMMAND_RUN);
    char *gate = help_text(VTB_COMMAND_GATE);
    for (const struct vtb_pressure_metric *row = vtb_pressure_metrics; row->word; row++)
        assert_contains(run, row->word);
    for (const struct vtb_gate_metric *row = vtb_gate_metrics; row->word; row++)
        assert_contains(gate, row->word);
    free(run);
    free(gate);
}

/* The message is about the value where a command has the option, and about the option where it does
 * not. */
static void commands_accept_what_their_help_shows(void **state)
{
    (void)state;
    struct vtb_names all = {.n = 0};
    all_options(&all);
    assert_true(all.n > 50);
    for (int command = 0; command < VTB_COMMAND_N; command++) {
        static struct help_row rows[HELP_ROWS_MAX];
        const size_t n = help_rows((enum vtb_command)command, rows);
        struct vtb_names shown = {.n = 0};
        for (size_t i = 0; i < n; i++)
            assert_true(vtb_names_add(&shown, rows[i].name));
        for (size_t i = 0; i < all.n; i++) {
            const char *name = all.items[i];
            const char *word = command_words[command];
            const char *expected = vtb_names_have(&shown, name)
                                       ? formed("--%s: ", name)
                                       : formed("--%s is not an option of '%s'", name, word);
            assert_begins(refused(formed("%s|--%s=%s", word, name, bad_text(name))), expected);
        }
    }
}

/* An option without its value is refused, except for the gate's --time, which has a value if none
 * follows. */
static void values_are_not_left_out(void **state)
{
    (void)state;
    for (int command = 0; command < VTB_COMMAND_N; command++) {
        static struct help_row rows[HELP_ROWS_MAX];
        const size_t n = help_rows((enum vtb_command)command, rows);
        assert_true(n >= 2); /* --help and --version */
        for (size_t i = 0; i < n; i++) {
            if (rows[i].flag || (command == VTB_COMMAND_GATE && strcmp(rows[i].name, "time") == 0))
                continue;
            assert_begins(refused(formed("%s|--%s", command_words[command], rows[i].name)),
                          formed("--%s: no value; accepted: ", rows[i].name));
        }
    }
}

/* Options that the environment has no variable for: a gate that a forgotten variable turned into
 * its help, or into less of itself, would be green. */
static bool has_no_twin(enum vtb_command command, const char *option)
{
    static const char *const of_all[] = {"help", "version"};
    static const char *const of_gate[] = {"strategy", "save-baseline", "history"};
    bool found = command == VTB_COMMAND_GATE &&
                 vtb_option_needs_against(vtb_find_option(option, strlen(option), command));
    for (size_t i = 0; i < LENGTH(of_all); i++)
        found |= strcmp(option, of_all[i]) == 0;
    for (size_t i = 0; command == VTB_COMMAND_GATE && i < LENGTH(of_gate); i++)
        found |= strcmp(option, of_gate[i]) == 0;
    return found;
}

/* Each option in the help can be set by its twin in the environment, which has the same values. */
static void every_option_has_a_twin(void **state)
{
    (void)state;
    static const enum vtb_command twinned[] = {VTB_COMMAND_RUN, VTB_COMMAND_GATE};
    for (size_t each = 0; each < LENGTH(twinned); each++) {
        static struct help_row rows[HELP_ROWS_MAX];
        const size_t n = help_rows(twinned[each], rows);
        for (size_t i = 0; i < n; i++) {
            const char *twin = twin_of(rows[i].name);
            const char *expected = formed("from the environment's %s: --%s: ", twin, rows[i].name);
            if (has_no_twin(twinned[each], rows[i].name))
                continue;
            setenv(twin, "", 1);
            assert_begins(refused(command_words[twinned[each]]), expected);
            unsetenv(twin);
        }
    }
}

/* Whatever the command, and whether or not it has a value. */
static void variables_that_say_nothing(void **state)
{
    static const char *const all[][2] = {
        {"VTB_HELP", "VTB_HEAP"},
        {"VTB_VERSION", ""},
        {"VTB_HIT_RAT", "VTB_HIT_RATE"},
        {"VTB_hit_rate", ""},
        {"VTB_", ""},
        {"VTB_EXPORT_JSN", "VTB_EXPORT_JSON"},
        {"VTB_RESULT_DIR", "VTB_RESULTS_DIR"},
        {"VTB_CELL", ""},
    };
    (void)state;
    for (size_t i = 0; i < LENGTH(all); i++) {
        for (size_t command = 0; command < VTB_COMMAND_N; command++) {
            setenv(all[i][0], command % 2 ? "" : "1", 1);
            const char *message = refused(command_words[command]);
            assert_begins(message, formed("the environment's %s is no setting; the nearest is %s",
                                          all[i][0], all[i][1]));
            unsetenv(all[i][0]);
        }
    }
}

/* So are names that an option had before, those of other commands' options, and what says where
 * cells are. */
static void variables_that_are_known(void **state)
{
    (void)state;
    setenv("VTB_WORTH", "3", 1);
    setenv("VTB_LIMIT", "bytes=8", 1);
    setenv("VTB_CELLS", "", 1);
    setenv("VTBENCH", "", 1);
    accepted("");
    assert_int_equal(options.min_gains.n, 1);
    unsetenv("VTB_WORTH");
    unsetenv("VTB_CELLS");
    unsetenv("VTBENCH");
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

/* The arguments have the last of each option that says which cases are run, and none of how to
 * measure or where to write. */
static void arguments_that_make_the_same_cases(void **state)
{
    (void)state;
    accepted("");
    assert_arguments("run_bench|run|--keep-environment");
    accepted("--hit-rate|0.5|--quick|--force-async|--results-dir|x|--hit-rate=0.8|--rounds|0");
    assert_arguments("run_bench|run|--keep-environment|--hit-rate=0.8|--force-async");
    accepted("--trace|keys|--trace-format|be32|--cache|lru:7");
    assert_arguments(
        "run_bench|run|--keep-environment|--cache=lru:7|--trace=keys|--trace-format=be32");
    accepted("--trace|keys|--trace-format|csv:key");
    assert_arguments("run_bench|run|--keep-environment|--trace=keys|--trace-format=csv:key");
    accepted("--trace|keys|--trace-format|csv:3");
    assert_arguments("run_bench|run|--keep-environment|--trace=keys|--trace-format=csv:3");
    setenv("VTB_FORCE_ASYNC", "0", 1);
    setenv("VTB_KEYS", "100", 1);
    setenv("VTB_SHARD", "2/3", 1); /* a part of a run, and of no other command */
    accepted("latency");
    assert_int_equal(options.shard.n, 0);
    accepted("build");
    assert_int_equal(options.shard.n, 3);
    unsetenv("VTB_SHARD");
    accepted("--shard|2/3");
    assert_arguments("run_bench|run|--keep-environment|--keys=100|--shard=2/3");
    accepted("--seed|3");
    assert_arguments("run_bench|run|--keep-environment|--keys=100|--seed=3");
    unsetenv("VTB_FORCE_ASYNC");
    unsetenv("VTB_KEYS");
}

static void a_recorded_option_is_set_again(void **state)
{
    (void)state;
    accepted("gate|--baseline|x");
    assert_true(vtb_options_replay(&options, "in-flight", "7", &error));
    assert_same_double(options.parameters[VTB_P(in_flight)].values[0], 7);
    assert_arguments("run_bench|run|--keep-environment|--in-flight=7");
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
                                           "--abstraction HOW",
                                           "--table KIND",
                                           "--store WHAT",
                                           "--store-threads N",
                                           "--redis ADDRESS",
                                           "--calls-per-second R",
                                           "--instructions\n",
                                           "--events LIST",
                                           "--require-events\n",
                                           "--min-gain PERCENT",
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
    assert_contains(text, "--save-baseline FILE\n");
    assert_contains(text, "--export-sarif FILE\n");
    assert_contains(text, "--strategy NAME,...\n");
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

/* A test must see neither what the user has set nor what another test has left behind. */
static int clear_environment(void **state)
{
    (void)state;
    struct vtb_names all = {.n = 0};
    all_options(&all);
    for (size_t i = 0; i < all.n; i++) {
        unsetenv(twin_of(all.items[i]));
    }
    return 0;
}

/* A test that sets twins. */
#define with_twins(test) cmocka_unit_test_setup_teardown(test, clear_environment, clear_environment)

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
        with_twins(bad_values),
        with_twins(unknown_names_are_answered_with_the_nearest),
        cmocka_unit_test(messages_have_the_three_nearest),
        with_twins(aliases_of_strategies),
        cmocka_unit_test(bad_arguments_are_named),
        cmocka_unit_test(contradictions),
        cmocka_unit_test(caches_and_traces),
        cmocka_unit_test(callers_and_volumes),
        cmocka_unit_test(counters_and_baselines),
        cmocka_unit_test(open_loops),
        cmocka_unit_test(builds),
        cmocka_unit_test(progress),
        cmocka_unit_test(color),
        cmocka_unit_test(gates),
        cmocka_unit_test(a_gates_cases),
        cmocka_unit_test(a_gates_time),
        cmocka_unit_test(many_files),
        cmocka_unit_test(comparisons),
        cmocka_unit_test(options_are_kept_and_given_again),
        cmocka_unit_test(message_is_one_line_whatever_the_value),
        cmocka_unit_test(long_value_does_not_hide_what_is_accepted),
        cmocka_unit_test(missing_value),
        with_twins(flags),
        with_twins(flags_take_no_value),
        cmocka_unit_test(lengths_of_a_run),
        with_twins(environment_twins),
        with_twins(the_command_line_wins_over_either_twin),
        with_twins(environment_of_a_gate),
        cmocka_unit_test(histories),
        with_twins(environment_of_a_history),
        with_twins(variables_that_say_nothing),
        with_twins(variables_that_are_known),
        cmocka_unit_test(commands_accept_what_their_help_shows),
        cmocka_unit_test(help_has_every_word),
        cmocka_unit_test(values_are_not_left_out),
        with_twins(every_option_has_a_twin),
        with_twins(arguments_that_make_the_same_cases),
        cmocka_unit_test(a_recorded_option_is_set_again),
        cmocka_unit_test(help_says_what_there_is),
    };
    return cmocka_run_group_tests(tests, clear_environment, NULL);
}
