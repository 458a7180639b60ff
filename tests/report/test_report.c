#include "synthetic.h"

#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "report/case_names.h"
#include "report/counters.h"
#include "report/report.h"
#include "report/report_csv.h"
#include "report/report_findings.h"
#include "report/report_json.h"

#define LINE_WIDTH 100
#define SESSIONS_N 6
#define ROUNDS_N 9

/* The hit rate wherever it is said to have emerged. */
#define EMERGED_RATE 0.75

/* The counters that every result file has, or gives a reason for not having; _lo and _hi behind one
 * of them are its interval's ends. */
static const char *const design_counters[] = {"bytes_per_op",        "usable_bytes_per_op",
                                              "allocs_per_op",       "frees_per_op",
                                              "peak_live_bytes",     "survived_bytes_per_op",
                                              "collections_per_mop", "gen0_per_kop",
                                              "gen1_per_kop",        "gen2_per_kop",
                                              "gc_time_fraction",    "pause_p50_ns",
                                              "pause_p90_ns",        "pause_p99_ns",
                                              "pause_max_ns",        "pause_wall_max_ns",
                                              "page_faults_per_mop", "instructions_per_op",
                                              "ns_per_op",           "ratio",
                                              "over_plain_ns",       "mde",
                                              "actual_hit_rate"};

#define DESIGN_COUNTERS_N (sizeof design_counters / sizeof *design_counters)

/* Counters that a result file may have beside those. */
static const char *const more_counters[] = {"failures_per_op",
                                            "over_base_ns",
                                            "startup_bytes",
                                            "startup_allocs",
                                            "ratio_log_se",
                                            "ratio_freedom",
                                            "ratio_log_session_variance",
                                            "ratio_log_added_variance",
                                            "between_sessions_share",
                                            "sessions_n",
                                            "collections_ns_per_op",
                                            "collections_ns_per_op_se",
                                            "quiet_share",
                                            "busy_ratio"};

#define MORE_COUNTERS_N (sizeof more_counters / sizeof *more_counters)

static struct vtb_plan plan;
static struct vtb_results results;

/* The result of the counting pass for a case, by its cell's own formula. */
static struct vtb_counted counted_of(const struct vtb_point *point, size_t i)
{
    const struct vtb_cell *cell = point->cases[i].counting;
    struct vtb_counted counted = {.calls_n = point->calls_n};
    struct vtb_counts *counts = &counted.counts;
    struct vtb_cost cost;
    const double hit_rate = point->hits.emerge ? EMERGED_RATE : point->hits.rate;
    counted.hits_n = point->force_async ? 0 : (uint64_t)llround((double)point->calls_n * hit_rate);
    const uint64_t misses_n = counted.calls_n - counted.hits_n;
    counted.failed_n = (uint64_t)llround((double)misses_n * point->failure_rate);
    const struct vtb_usage usage = {.calls_n = counted.calls_n,
                                    .hits_n = counted.hits_n,
                                    .under_way_n = point->in_flight,
                                    .setup = {.window = point->in_flight,
                                              .depth = point->depth,
                                              .request_ops = point->request_ops,
                                              .record_bytes = cell->record_bytes}};
    cell->cost(&usage, &cost);
    counts->allocs_n = counts->frees_n = cost.allocs_n;
    counts->requested_bytes = cost.bytes;
    counts->usable_bytes = counts->requested_bytes + 8 * counts->allocs_n;
    counts->peak_live_bytes = point->in_flight * cell->miss_bytes;
    counted.startup_allocs_n = cost.startup_allocs_n;
    counted.startup_bytes = cost.startup_bytes;
    return counted;
}

/* Of a cold start, case i has i - 2 page faults: the first strategy has none. */
static void add_page_faults(struct vtb_samples *samples, const struct vtb_point *point)
{
    const size_t times_n = samples->sessions_n * samples->rounds_n * samples->cases_n;
    if (!point->cold)
        return;
    for (size_t at = 0; at < times_n; at++)
        samples->faults_n[at] = fmax(0, (double)(at % samples->cases_n) - 2);
}

/* Where hits emerge: of the calls that were timed the same share hits, or another one. */
static double timed_rate = EMERGED_RATE;

static void add_hit_rates(struct vtb_samples *samples)
{
    for (size_t s = 0; samples->hit_rates && s < samples->sessions_n; s++)
        samples->hit_rates[s] = timed_rate;
}

static void fill_comparison(struct vtb_comparison *comparison, const struct vtb_point *point,
                            enum vtb_consumer consumer, double scale, size_t rounds_n)
{
    double ns[64];
    struct vtb_counted counted[64];
    struct vtb_samples samples = {0};
    struct vtb_error error;
    assert_true(point->cases_n <= 64);
    for (size_t i = 0; i < point->cases_n; i++) {
        ns[i] = scale * (i == point->cases[i].empty ? 0.61 : 1.5 + 7.77 * (double)i);
        counted[i] = counted_of(point, i);
    }
    if (rounds_n > 0)
        samples = synthetic_samples(point, SESSIONS_N, rounds_n, ns,
                                    (struct synthetic_noise){0.02, 0.005}, 1);
    if (rounds_n > 0)
        add_page_faults(&samples, point);
    add_hit_rates(&samples);
    assert_true(vtb_summarise(comparison, point, consumer, samples, SYNTHETIC_QUIET_NS,
                              &(struct vtb_found){.counted = counted}, &error));
}

/* Results of a plan, as if its passes had been run; times are `scale` x some ns. */
static void fill_results(double scale, size_t rounds_n)
{
    static const struct vtb_options details = {.details = true};
    results = (struct vtb_results){.plan = &plan,
                                   .options = &details,
                                   .quiet_ns = SYNTHETIC_QUIET_NS,
                                   .sessions.done_n = SESSIONS_N,
                                   .date = "2026-01-02T03:04:05+0000",
                                   .command_line = "run_bench --hit-rate \"0.8\"",
                                   .executable = "./run_bench"};
    vtb_machine_read(&results.machine);
    results.machine.processors = (struct vtb_processors){.allowed_n = 64}; /* on any machine */
    results.comparisons = calloc(plan.points_n * 2, sizeof *results.comparisons);
    assert_non_null(results.comparisons);
    for (size_t i = 0; i < plan.points_n; i++) {
        for (size_t j = 0; j < plan.consumers_n; j++)
            fill_comparison(&results.comparisons[results.comparisons_n++], &plan.points[i],
                            plan.consumers[j], scale, rounds_n);
    }
}

static void free_results(void)
{
    vtb_results_free(&results);
    vtb_plan_free(&plan);
}

static void small_results(void)
{
    plan = SYNTHETIC_PLAN("--hit-rate=0.5,0.8", "--heap=glibc", "--consumer=both");
    fill_results(1, ROUNDS_N);
}

typedef void report(FILE *out, const struct vtb_results *what);

static char *text_of(report *print)
{
    char *text = NULL;
    size_t text_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    print(out, &results);
    assert_int_equal(fclose(out), 0);
    return text;
}

static size_t characters_of(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += ((unsigned char)*text & 0xc0) != 0x80;
    return n;
}

/* Calls visit for each line, without its end; the text is cut up. */
static size_t for_lines(char *text, void (*visit)(const char *line))
{
    size_t n = 0;
    assert_true(*text && text[strlen(text) - 1] == '\n');
    text[strlen(text) - 1] = '\0';
    for (char *line; (line = strsep(&text, "\n")); n++)
        visit(line);
    return n;
}

static void check_width(const char *line)
{
    if (characters_of(line) > LINE_WIDTH)
        fail_msg("%zu characters: %s", characters_of(line), line);
}

static void check_tables_width(void)
{
    char *text = text_of(vtb_report_table);
    assert_contains(text, "heap_task");
    assert_true(for_lines(text, check_width) > 10);
    free(text);
    free_results();
}

static void tables_are_100_characters_wide(void **state)
{
    (void)state;
    small_results();
    check_tables_width();
    plan = SYNTHETIC_PLAN("--rounds=0");
    fill_results(1, 0);
    check_tables_width();
}

/* The longest names, all that a title and its conditions can say, and what is left out. */
static void titles_and_names_keep_the_width(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--method=both", "--strategy=all", "--depth=16", "--failure-rate=0.1234",
                          "--request-ops=1000000", "--force-async", "--hit-rate=0.123456789",
                          "--heap=glibc");
    fill_results(1, ROUNDS_N);
    check_tables_width();
    plan = SYNTHETIC_PLAN("--strategy=value_task_pooled@checked,heap_task_pooled@checked,poll",
                          "--method=both", "--heap=glibc");
    fill_results(10000, ROUNDS_N);
    check_tables_width();
}

/* The largest parameters that are accepted, and operations of 0.1 ms. */
static void wide_figures_keep_the_width(void **state)
{
    (void)state;
    plan =
        SYNTHETIC_PLAN("--calls=1e12", "--keys=100000000", "--in-flight=16777216",
                       "--completion=random", "--distribution=zipf:0.99", "--hit-rate=0.123456789");
    fill_results(10000, 200);
    check_tables_width();
}

/* The columns of a table stand below one another. */
static size_t table_width;

static size_t table_rows_n;

static void check_table_row(const char *line)
{
    static const char *const names[] = {"empty ", "plain ", "heap_task ", "poll ",
                                        "value_task_pooled@checked "};
    if (strncmp(line, "strategy ", 9) == 0)
        table_width = characters_of(line);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (strncmp(line, names[i], strlen(names[i])) == 0 &&
            strchr("0123456789B", line[strlen(line) - 1])) {
            assert_int_equal(characters_of(line), table_width);
            table_rows_n++;
        }
    }
}

/* `rows_n` of all tables have names that check_table_row knows. */
static void check_columns(size_t rounds_n, size_t rows_n)
{
    fill_results(1, rounds_n);
    table_rows_n = 0;
    char *text = text_of(vtb_report_table);
    table_width = 0;
    (void)for_lines(text, check_table_row);
    assert_in_range(table_width, rounds_n ? 90 : 40, LINE_WIDTH);
    assert_int_equal(table_rows_n, rows_n);
    free(text);
    free_results();
}

static void columns_are_aligned(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=poll", "--heap=glibc", "--consumer=both");
    check_columns(ROUNDS_N, (size_t)2 * 4);
    plan = SYNTHETIC_PLAN("--strategy=poll,value_task_pooled@checked", "--method=both",
                          "--heap=glibc", "--consumer=both");
    check_columns(ROUNDS_N, (size_t)2 * (5 + 4));
    plan = SYNTHETIC_PLAN("--strategy=poll,value_task_pooled@checked", "--rounds=0", "--heap=glibc",
                          "--consumer=independent");
    check_columns(0, 5);
}

/* How often a line starts so; two spaces end a name in a table, not in a sentence. */
static size_t lines_of(const char *text, const char *word)
{
    size_t n = strncmp(text, word, strlen(word)) == 0;
    for (const char *line = strchr(text, '\n'); line; line = strchr(line + 1, '\n'))
        n += strncmp(line + 1, word, strlen(word)) == 0;
    return n;
}

/* A table for each method, both with the references, and what was left out behind all of them. */
static void methods_have_tables_of_their_own(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--method=both", "--strategy=poll,value_task", "--heap=glibc",
                          "--consumer=independent");
    fill_results(1, ROUNDS_N);
    char *text = text_of(vtb_report_table);
    assert_int_equal(lines_of(text, "user_cache, "), 2);
    assert_contains(text, ", direct method, independent lookups, heap glibc\n");
    assert_contains(text, ", async method, independent lookups, heap glibc\n");
    assert_true(strstr(text, ", direct method") < strstr(text, ", async method"));
    assert_int_equal(lines_of(text, "empty  "), 2);
    assert_int_equal(lines_of(text, "plain  "), 2);
    assert_int_equal(lines_of(text, "heap_task  "), 2);
    assert_int_equal(lines_of(text, "value_task  "), 2);
    assert_int_equal(lines_of(text, "poll  "), 1);
    assert_int_equal(lines_of(text, "Left out: poll, the async method: its method is a"), 1);
    free(text);
    free_results();
    small_results();
    text = text_of(vtb_report_table);
    assert_null(strstr(text, "Left out"));
    free(text);
    free_results();
}

/* The conditions of the calls are printed, except for those that are always the same. */
static void conditions(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=poll", "--consumer=independent", "--depth=2",
                          "--failure-rate=25%", "--request-ops=7", "--force-async");
    fill_results(1, ROUNDS_N);
    char *text = text_of(vtb_report_table);
    for (char *c = text; *c; c++)
        *c = (char)(*c == '\n' ? ' ' : *c);
    assert_contains(text, "hit rate 0.8 (actual 0)");
    assert_contains(text,
                    ", 2 methods deep, every call forced to suspend, 0.25 of the misses fail, "
                    "requests of 7 operations; timed: the steady state, 6 sessions of 9 rounds "
                    "of 1,000 operations");
    free(text);
    free_results();
    small_results();
    text = text_of(vtb_report_table);
    assert_contains(text, "hit rate 0.8 (actual 0.8)");
    assert_null(strstr(text, "methods deep"));
    assert_null(strstr(text, "forced"));
    assert_null(strstr(text, "misses fail"));
    assert_null(strstr(text, "requests of"));
    free(text);
    free_results();
}

static void check_case_name(size_t i, const char *expected)
{
    char name[512];
    vtb_case_name(name, sizeof name, results.comparisons, &results.comparisons->figures[i]);
    assert_string_equal(name, expected);
}

static void case_names(void **state)
{
    (void)state;
    plan =
        SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=poll", "--heap=glibc", "--consumer=dependent");
    fill_results(1, ROUNDS_N);
    check_case_name(2,
                    "user_cache/heap_task/glibc/hit_rate:0.8/calls:1000000/in_flight:64/"
                    "completion:fifo/keys:100000/distribution:uniform/"
                    "consumer:dependent/method:direct/depth:1");
    free_results();
    plan = SYNTHETIC_PLAN("--hit-rate=1", "--calls=7", "--distribution=zipf:1.2", "--keys=5",
                          "--in-flight=1", "--completion=lifo", "--heap=glibc",
                          "--consumer=independent");
    fill_results(1, ROUNDS_N);
    check_case_name(0,
                    "user_cache/empty/glibc/hit_rate:1/calls:7/in_flight:1/"
                    "completion:lifo/keys:5/distribution:zipf:1.2/"
                    "consumer:independent/method:direct/depth:1/start:cold");
    free_results();
}

/* How hits come about stands where their rate does. */
static void case_names_of_real_caches(void **state)
{
    (void)state;
    plan =
        SYNTHETIC_PLAN("--cache=lru:100", "--keys=1000", "--consumer=independent", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    check_case_name(2,
                    "trace/heap_task/glibc/cache:lru:100/calls:1000000/in_flight:64/"
                    "completion:fifo/keys:1000/distribution:zipf:0.99/"
                    "consumer:independent/method:direct/depth:1");
    free_results();
    plan = SYNTHETIC_PLAN("--ttl=1.5", "--keys=1000", "--consumer=independent", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    check_case_name(1,
                    "product_catalog/plain/glibc/ttl:1.5/calls:1000000/in_flight:64/"
                    "completion:fifo/keys:1000/distribution:uniform/"
                    "consumer:independent/method:direct/depth:1");
    free_results();
}

/* A plan over four requests of two keys, in a file that is gone again. */
static struct vtb_plan recorded_plan(void)
{
    char path[TEMPORARY_BYTES];
    char option[TEMPORARY_BYTES + 16];
    temporary_file(path, "a\nb\na\na\n");
    snprintf(option, sizeof option, "--trace=%s", path);
    struct vtb_plan found =
        SYNTHETIC_PLAN(option, "--consumer=independent", "--strategy=value_task", "--heap=glibc");
    assert_int_equal(unlink(path), 0);
    found.trace_path = "keys.txt";
    return found;
}

static void case_names_of_recorded_keys(void **state)
{
    (void)state;
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    check_case_name(3,
                    "trace/value_task/glibc/cache:lru:10000/calls:4/in_flight:64/"
                    "completion:fifo/keys:2/distribution:recorded/"
                    "consumer:independent/method:direct/depth:1");
    free_results();
}

static void case_names_of_callers_and_conditions(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--threads=2", "--completer=thread", "--pollute=64K", "--calls=9",
                          "--consumer=independent", "--strategy=value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    check_case_name(2,
                    "user_cache/heap_task@atomic/glibc/hit_rate:0.8/calls:9/in_flight:64/"
                    "completion:fifo/keys:100000/distribution:uniform/"
                    "consumer:independent/method:direct/depth:1/pollute:65536/completer:thread");
    check_case_name(7,
                    "user_cache/value_task@atomic/glibc/hit_rate:0.8/calls:9/in_flight:64/"
                    "completion:fifo/keys:100000/distribution:uniform/"
                    "consumer:independent/method:direct/depth:1/pollute:65536/completer:thread/"
                    "threads:2");
    free_results();
}

/* A rare parameter is in a case's name if it is not as usual. */
static void case_names_of_rare_parameters(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--method=async", "--strategy=value_task@checked", "--heap=glibc",
                          "--consumer=independent", "--depth=3", "--failure-rate=1%",
                          "--request-ops=10", "--force-async");
    fill_results(1, ROUNDS_N);
    check_case_name(3,
                    "user_cache/value_task@checked/glibc/hit_rate:0.8/calls:1000000/"
                    "in_flight:64/completion:fifo/keys:100000/distribution:uniform/"
                    "consumer:independent/method:async/depth:3/"
                    "failure_rate:0.01/request_ops:10/force_async:1");
    check_case_name(1,
                    "user_cache/plain/glibc/hit_rate:0.8/calls:1000000/"
                    "in_flight:64/completion:fifo/keys:100000/distribution:uniform/"
                    "consumer:independent/method:direct/depth:3/"
                    "failure_rate:0.01/request_ops:10/force_async:1");
    free_results();
}

/* Whoever compares two files finds a case by its name. */
static void no_two_cases_share_a_name(void **state)
{
    (void)state;
    static char names[800][512];
    size_t n = 0;
    plan = SYNTHETIC_PLAN("--hit-rate=0.9999999,1,0.1234567,0.1234568", "--depth=1,2",
                          "--failure-rate=0,0.1", "--request-ops=64,65", "--method=both",
                          "--strategy=value_task,value_task@checked", "--heap=glibc",
                          "--consumer=both");
    fill_results(1, ROUNDS_N);
    assert_int_equal(results.comparisons_n, 4 * 2 * 2 * 2 * 2);
    for (size_t i = 0; i < results.comparisons_n; i++) {
        assert_int_equal(results.comparisons[i].point->cases_n, 8);
        for (size_t own = 0; own < 8; own++) {
            vtb_case_name(names[n], sizeof names[n], &results.comparisons[i],
                          &results.comparisons[i].figures[own]);
            for (size_t j = 0; j < n; j++)
                assert_string_not_equal(names[n], names[j]);
            n++;
        }
    }
    free_results();
}

/* Whether it is the key, or that of one end of the interval of the figure under the key. */
static bool is_of_key(const char *text, const char *key)
{
    const size_t n = strlen(key);
    return strncmp(text, key, n) == 0 &&
           (text[n] == '\0' || strcmp(text + n, "_lo") == 0 || strcmp(text + n, "_hi") == 0);
}

static bool is_known_counter(const char *key)
{
    bool known = false;
    for (size_t i = 0; i < DESIGN_COUNTERS_N; i++)
        known |= is_of_key(key, design_counters[i]);
    for (size_t i = 0; i < MORE_COUNTERS_N; i++)
        known |= is_of_key(key, more_counters[i]);
    return known;
}

static double counter(const struct vtb_comparison *comparison, size_t own, const char *key)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    const size_t n = vtb_counters(&results, comparison, &comparison->figures[own], counters);
    for (size_t i = 0; i < n; i++) {
        if (strcmp(counters[i].key, key) == 0)
            return counters[i].value;
    }
    fail_msg("no counter %s", key);
    return NAN;
}

static void counters_are_those_of_the_design(void **state)
{
    (void)state;
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    small_results();
    const size_t n =
        vtb_counters(&results, results.comparisons, &results.comparisons->figures[2], counters);
    for (size_t i = 0; i < n; i++) {
        if (!is_known_counter(counters[i].key))
            fail_msg("%s", counters[i].key);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(counters[i].key, counters[j].key);
    }
    assert_true(n >= 20);
    free_results();
}

/* The second point's heap_task: 800,000 hits of 72 bytes and 200,000 misses of 104. */
static void counters_have_their_values(void **state)
{
    (void)state;
    small_results();
    const struct vtb_comparison *comparison = &results.comparisons[2];
    const struct vtb_figures *figures = &comparison->figures[2];
    assert_same_double(counter(comparison, 2, "actual_hit_rate"), 0.8);
    assert_same_double(counter(comparison, 2, "bytes_per_op"), 78.4);
    assert_same_double(counter(comparison, 2, "usable_bytes_per_op"), 86.4);
    assert_same_double(counter(comparison, 2, "allocs_per_op"), 1);
    assert_same_double(counter(comparison, 2, "frees_per_op"), 1);
    assert_same_double(counter(comparison, 2, "peak_live_bytes"), 6656);
    assert_same_double(counter(comparison, 2, "ns_per_op"), figures->ns.median);
    assert_same_double(counter(comparison, 2, "ns_per_op_lo"), figures->ns.lo);
    assert_same_double(counter(comparison, 2, "ns_per_op_hi"), figures->ns.hi);
    assert_same_double(counter(comparison, 2, "ratio"), 1);
    assert_same_double(counter(comparison, 3, "ratio_lo"), comparison->figures[3].ratio.lo);
    assert_same_double(counter(comparison, 3, "ratio_hi"), comparison->figures[3].ratio.hi);
    assert_same_double(counter(comparison, 2, "over_plain_ns"), figures->over_floor.median);
    assert_same_double(counter(comparison, 3, "mde"), comparison->figures[3].mde);
    free_results();
}

/* 0.05 of 200,000 misses fail; the asynchronous method costs more than the direct one. */
static void counters_of_failures_and_variations(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--heap=glibc", "--failure-rate=5%",
                          "--strategy=value_task", "--method=both");
    fill_results(1, ROUNDS_N);
    const struct vtb_comparison *comparison = &results.comparisons[0];
    const struct vtb_figures *async = &comparison->figures[5];
    assert_string_equal(async->the_case->timing->name, "value_task");
    assert_same_double(counter(comparison, 5, "failures_per_op"), 0.01);
    assert_true(async->over_base.median > 0);
    assert_same_double(counter(comparison, 5, "over_base_ns"), async->over_base.median);
    assert_same_double(counter(comparison, 5, "over_base_ns_lo"), async->over_base.lo);
    assert_same_double(counter(comparison, 5, "over_base_ns_hi"), async->over_base.hi);
    assert_same_double(counter(comparison, 3, "over_base_ns"), 0);
    free_results();
}
static size_t count_character(const char *line, char character)
{
    size_t n = 0;
    for (; *line; line++)
        n += *line == character;
    return n;
}

static size_t piped_lines_n;

static void check_pipes(const char *line)
{
    if (*line != '|')
        return;
    assert_int_equal(count_character(line, '|'), 8);
    assert_int_equal(line[strlen(line) - 1], '|');
    piped_lines_n++;
}

static void markdown_rows_have_the_same_cells(void **state)
{
    (void)state;
    small_results();
    char *text = text_of(vtb_report_markdown);
    assert_int_equal(strncmp(text, "### user_cache, hit rate 0.5", 28), 0);
    piped_lines_n = 0;
    (void)for_lines(text, check_pipes);
    assert_int_equal(piped_lines_n, results.comparisons_n * (2 + plan.points[0].cases_n));
    free(text);
    free_results();
}

static json_t *parsed_json(void)
{
    json_error_t error;
    char *text = text_of(vtb_report_json);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!json)
        fail_msg("line %d: %s", error.line, error.text);
    free(text);
    return json;
}

static const char *string_at(const json_t *object, const char *key)
{
    const char *value = json_string_value(json_object_get(object, key));
    if (!value)
        fail_msg("no text under %s", key);
    return value;
}

static void json_context(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "date",   "host_name",           "executable", "num_cpus",           "mhz_per_cpu",
        "caches", "cpu_scaling_enabled", "load_avg",   "library_build_type", "command_line",
        "seed",   "confidence",          "compiler",   "fingerprint",        "git_revision"};
    small_results();
    json_t *json = parsed_json();
    const json_t *context = json_object_get(json, "context");
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (!json_object_get(context, keys[i]))
            fail_msg("no %s", keys[i]);
    }
    assert_string_equal(string_at(context, "command_line"), results.command_line);
    assert_string_equal(string_at(context, "date"), results.date);
    assert_false(json_is_true(json_object_get(context, "interrupted")));
    assert_int_equal(json_integer_value(json_object_get(context, "sessions")), SESSIONS_N);
    assert_same_double(json_number_value(json_object_get(context, "rho")), 0.05);
    assert_same_double(json_number_value(json_object_get(context, "phi")), 0.01);
    assert_same_double(json_number_value(json_object_get(context, "same_margin")), 0.05);
    assert_same_double(json_number_value(json_object_get(context, "probe_quiet_ns")),
                       SYNTHETIC_QUIET_NS);
    json_decref(json);
    results.interrupted = true;
    json = parsed_json();
    context = json_object_get(json, "context");
    assert_true(json_is_true(json_object_get(context, "interrupted")));
    json_decref(json);
    free_results();
}

/* Each of these counters is in the file, or the reason why it is not; never both. */
static void json_says_what_is_unavailable(void **state)
{
    (void)state;
    small_results();
    json_t *json = parsed_json();
    const json_t *unavailable = json_object_get(json_object_get(json, "context"), "unavailable");
    const json_t *rows = json_object_get(json, "benchmarks");
    const json_t *median = json_array_get(rows, SESSIONS_N);
    for (size_t i = 0; i < DESIGN_COUNTERS_N; i++) {
        const bool measured = json_object_get(median, design_counters[i]) != NULL;
        const char *reason = json_string_value(json_object_get(unavailable, design_counters[i]));
        if (measured == (reason != NULL))
            fail_msg("%s is %s", design_counters[i], measured ? "both" : "neither");
        assert_true(measured || (reason && *reason));
    }
    json_decref(json);
    free_results();
}

static double session_median(const struct vtb_samples *samples, const double *times, size_t session,
                             size_t own)
{
    double of_rounds[ROUNDS_N];
    for (size_t round = 0; round < ROUNDS_N; round++)
        of_rounds[round] = times[(session * ROUNDS_N + round) * samples->cases_n + own];
    return vtb_median(of_rounds, ROUNDS_N);
}

static void check_iteration_row(const json_t *row, const struct vtb_comparison *comparison,
                                size_t own, size_t session)
{
    const struct vtb_samples *samples = &comparison->samples;
    assert_string_equal(string_at(row, "run_type"), "iteration");
    assert_string_equal(string_at(row, "time_unit"), "ns");
    assert_string_equal(string_at(row, "name"), string_at(row, "run_name"));
    assert_int_equal(json_integer_value(json_object_get(row, "repetition_index")), session);
    assert_int_equal(json_integer_value(json_object_get(row, "session")), session + 1);
    assert_int_equal(json_integer_value(json_object_get(row, "repetitions")), SESSIONS_N);
    assert_int_equal(json_integer_value(json_object_get(row, "iterations")), 1000 * ROUNDS_N);
    assert_near(json_real_value(json_object_get(row, "real_time")),
                session_median(samples, samples->real_ns, session, own), 1e-9);
    assert_near(json_real_value(json_object_get(row, "cpu_time")),
                session_median(samples, samples->cpu_ns, session, own), 1e-9);
    assert_null(json_object_get(row, "ns_per_op"));
}

static void check_median_row(const json_t *row, const struct vtb_comparison *comparison, size_t own)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    const size_t n = vtb_counters(&results, comparison, &comparison->figures[own], counters);
    char name[512];
    vtb_case_name(name, sizeof name, comparison, &comparison->figures[own]);
    assert_string_equal(string_at(row, "run_name"), name);
    assert_string_equal(string_at(row, "run_type"), "aggregate");
    assert_string_equal(string_at(row, "aggregate_name"), "median");
    assert_int_equal(strncmp(string_at(row, "name"), name, strlen(name)), 0);
    assert_string_equal(string_at(row, "name") + strlen(name), "_median");
    assert_near(json_real_value(json_object_get(row, "real_time")),
                comparison->figures[own].ns.median, 1e-9);
    assert_int_equal(json_integer_value(json_object_get(row, "repetitions")), SESSIONS_N);
    assert_string_equal(string_at(row, "state"), "quiet");
    for (size_t i = 0; i < n; i++) {
        const json_t *value = json_object_get(row, counters[i].key);
        assert_int_equal(value != NULL, !isnan(counters[i].value));
        assert_true(!value || fabs(json_real_value(value) / counters[i].value - 1) < 1e-12 ||
                    json_real_value(value) == counters[i].value);
    }
}

/* One row for each session of a case, then its median. */
static void json_rows(void **state)
{
    (void)state;
    small_results();
    json_t *json = parsed_json();
    const json_t *rows = json_object_get(json, "benchmarks");
    size_t next = 0;
    for (size_t i = 0; i < results.comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results.comparisons[i];
        for (size_t own = 0; own < comparison->point->cases_n; own++) {
            for (size_t session = 0; session < SESSIONS_N; session++)
                check_iteration_row(json_array_get(rows, next++), comparison, own, session);
            check_median_row(json_array_get(rows, next++), comparison, own);
        }
    }
    assert_int_equal(json_array_size(rows), next);
    json_decref(json);
    free_results();
}

static void json_without_times(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--rounds=0", "--consumer=independent");
    fill_results(1, 0);
    json_t *json = parsed_json();
    const json_t *rows = json_object_get(json, "benchmarks");
    assert_int_equal(json_array_size(rows), plan.points[0].cases_n);
    for (size_t i = 0; i < json_array_size(rows); i++) {
        assert_null(json_object_get(json_array_get(rows, i), "real_time"));
        assert_true(json_is_number(json_object_get(json_array_get(rows, i), "bytes_per_op")));
    }
    const json_t *unavailable = json_object_get(json_object_get(json, "context"), "unavailable");
    assert_non_null(json_object_get(unavailable, "ns_per_op"));
    json_decref(json);
    free_results();
}

/* The file says which cases could not be run, and why. */
static void json_says_what_was_left_out(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=poll,callback,value_task", "--method=both", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    json_t *json = parsed_json();
    const json_t *skipped = json_object_get(json_object_get(json, "context"), "skipped");
    assert_int_equal(json_array_size(skipped), 2);
    const json_t *poll = json_array_get(skipped, 0);
    assert_string_equal(string_at(poll, "strategy"), "poll");
    assert_string_equal(string_at(poll, "without"), "the async method");
    assert_string_equal(string_at(poll, "reason"), vtb_find_strategy("poll")->lacks.async_method);
    json_decref(json);
    free_results();
    small_results();
    json = parsed_json();
    skipped = json_object_get(json_object_get(json, "context"), "skipped");
    assert_true(json_is_array(skipped));
    assert_int_equal(json_array_size(skipped), 0);
    json_decref(json);
    free_results();
}

/* A run can be repeated with the seed that the file names, whatever the seed. */
static void json_names_the_seed(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--seed=18446744073709551615");
    fill_results(1, ROUNDS_N);
    json_t *json = parsed_json();
    const json_t *seed = json_object_get(json_object_get(json, "context"), "seed");
    char text[32];
    snprintf(text, sizeof text, "%lld", (long long)json_integer_value(seed));
    assert_string_equal(json_is_string(seed) ? json_string_value(seed) : text,
                        "18446744073709551615");
    json_decref(json);
    free_results();
}

/* A file's name may hold any byte; the report is written all the same. */
static void json_of_a_command_line_that_is_not_utf8(void **state)
{
    (void)state;
    int status = 0;
    small_results();
    results.command_line = "run_bench --export-json=\xff.json";
    const pid_t child = fork();
    if (child == 0) {
        json_t *json = json_loads(text_of(vtb_report_json), 0, NULL);
        _exit(json ? 0 : 1);
    }
    assert_true(waitpid(child, &status, 0) == child);
    assert_true(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    free_results();
}

/* The file has each caller's median, how many callers there are, and at what volume and on which
 * keys. */
static void json_of_callers_volumes_and_traces(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--threads=2", "--strategy=value_task", "--consumer=independent",
                          "--calls-per-second=250");
    fill_results(1, ROUNDS_N);
    json_t *json = parsed_json();
    const json_t *context = json_object_get(json, "context");
    assert_same_double(json_number_value(json_object_get(context, "calls_per_second")), 250);
    assert_null(json_object_get(context, "trace"));
    const json_t *rows = json_object_get(json, "benchmarks");
    const json_t *median = json_array_get(rows, 8 * (SESSIONS_N + 1) - 1);
    const json_t *callers = json_object_get(median, "caller_ns_per_op");
    assert_int_equal(json_integer_value(json_object_get(median, "threads")), 2);
    assert_int_equal(json_array_size(callers), 2);
    for (size_t t = 0; t < 2; t++)
        assert_near(json_number_value(json_array_get(callers, t)),
                    results.comparisons[0].figures[7].caller_ns[t], 1e-9);
    json_decref(json);
    free_results();
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    json = parsed_json();
    assert_string_equal(string_at(json_object_get(json, "context"), "trace"), "keys.txt");
    median = json_array_get(json_object_get(json, "benchmarks"), SESSIONS_N);
    assert_int_equal(json_integer_value(json_object_get(median, "threads")), 1);
    assert_null(json_object_get(median, "caller_ns_per_op"));
    json_decref(json);
    free_results();
}

/* The text of all tables, in one line. */
static char *tables_text(void)
{
    char *text = text_of(vtb_report_table);
    for (char *c = text; *c; c++)
        *c = (char)(*c == '\n' ? ' ' : *c);
    return text;
}

static void assert_tables_contain(const char *part)
{
    char *text = tables_text();
    assert_contains(text, part);
    free(text);
}

/* A title says how the hits came about, and what rate emerged. */
static void titles_of_real_caches(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--cache=lru:100", "--strategy=poll", "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain(
        "trace, hit rate 0.75000 emerged (750,000 hits), LRU of 100, direct "
        "method, independent lookups, heap glibc ");
    assert_tables_contain("100,000 keys (zipf:0.99)");
    free_results();
    plan = SYNTHETIC_PLAN("--ttl=1.5", "--strategy=poll", "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain(
        "product_catalog, hit rate 0.75000 emerged (750,000 hits), life of 1.5 s, "
        "direct method");
    free_results();
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    assert_tables_contain("trace, hit rate 0.75000 emerged (3 hits), LRU of 10,000, direct method");
    assert_tables_contain(" 2 keys (recorded), ");
    free_results();
}

/* The title always says whether a cold start or a steady state was timed. */
static void titles_of_cold_starts(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--calls=1000", "--strategy=poll", "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain(
        "; timed: a cold start, the first 1,000 calls of 54 fresh processes a case, in 6 sessions");
    results.comparisons[0].samples.operations_n = 1;
    assert_tables_contain(
        "; timed: a cold start, the first 1 call of 54 fresh processes a case, in 6 sessions");
    free_results();
    plan = SYNTHETIC_PLAN("--calls=100001", "--strategy=poll", "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain("; timed: the steady state, 6 sessions of 9 rounds of 1,000 operations");
    char *text = tables_text();
    assert_null(strstr(text, "cold"));
    free(text);
    free_results();
    plan = SYNTHETIC_PLAN("--calls=1000", "--rounds=0");
    fill_results(1, 0);
    text = tables_text();
    assert_null(strstr(text, "timed"));
    free(text);
    free_results();
}

/* Fewer calls than were asked for tell what each costs; it is said which. */
static void titles_of_very_many_calls(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--calls=1e9", "--strategy=poll", "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain("1,000,000,000 calls counted, ");
    for (size_t i = 0; i < plan.points[0].cases_n; i++)
        results.comparisons[0].figures[i].counted.calls_n = 10000000;
    assert_tables_contain(
        "10,000,000 of 1,000,000,000 calls counted, which tell what each costs, 100,000 keys");
    free_results();
}

static void titles_of_conditions_between_calls(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--pollute=4K", "--completer=thread", "--strategy=value_task",
                          "--consumer=independent");
    fill_results(1, ROUNDS_N);
    assert_tables_contain(
        ", 4,096 B of other memory touched between calls, completed on another "
        "thread; timed: ");
    free_results();
    small_results();
    char *text = tables_text();
    assert_null(strstr(text, "other memory"));
    assert_null(strstr(text, "another thread"));
    assert_null(strstr(text, "emerged"));
    assert_null(strstr(text, " caller, "));
    free(text);
    free_results();
}

/* A title may say everything at once, for as many callers as there may be, and fits the width. */
static void titles_of_callers_keep_the_width(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--threads=256", "--strategy=value_task_pooled", "--completer=thread",
                          "--pollute=1G", "--hit-rate=0.123456789", "--calls=1e12",
                          "--calls-per-second=1e12", "--heap=glibc");
    fill_results(10000, ROUNDS_N);
    check_tables_width();
    plan = SYNTHETIC_PLAN("--threads=256", "--cache=lru:1G", "--keys=1000000", "--calls=1e12",
                          "--strategy=value_task_pooled", "--heap=glibc");
    fill_results(10000, ROUNDS_N);
    check_tables_width();
}

/* A table for each number of callers. */
static void callers_have_tables_of_their_own(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--threads=2", "--strategy=value_task", "--consumer=independent",
                          "--heap=glibc");
    fill_results(1, ROUNDS_N);
    char *text = text_of(vtb_report_table);
    assert_contains(text, ", independent lookups, 1 caller, heap glibc\n");
    assert_contains(text, ", independent lookups, 2 callers, heap glibc\n");
    assert_int_equal(lines_of(text, "empty  "), 2);
    assert_int_equal(lines_of(text, "value_task  "), 2);
    assert_int_equal(lines_of(text, "By the direct method, 1 caller, heap glibc:"), 1);
    assert_int_equal(lines_of(text, "By the direct method, 2 callers, heap glibc:"), 1);
    free(text);
    free_results();
}

static char *findings_text(void)
{
    char *text = NULL;
    size_t text_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    vtb_report_findings(out, &results.comparisons[0], &results);
    assert_int_equal(fclose(out), 0);
    for (char *c = text; *c; c++)
        *c = (char)(*c == '\n' ? ' ' : *c);
    return text;
}

/* The sentences' numbers are the figures'. */
static void findings(void **state)
{
    (void)state;
    char expected[128];
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task,poll", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    const struct vtb_figures *figures = results.comparisons[0].figures;
    char *text = findings_text();
    snprintf(expected, sizeof expected, "independent lookups a plain call takes %.2f ns",
             figures[1].ns.median);
    assert_contains(text, expected);
    snprintf(expected, sizeof expected, "heap_task takes %.2f ±", figures[2].over_floor.median);
    assert_contains(text, expected);
    assert_contains(text, "78.4 B in 1 allocation with heap_task");
    assert_contains(text, "20.8 B in 0.2 allocations with value_task");
    assert_contains(text, "nothing with poll.");
    assert_contains(text,
                    "ns/op is the median of 6 sessions, and from where to where they varied; "
                    "intervals, of 99 %, "
                    "are for another run; in 90 % of runs a difference from heap_task of ");
    free(text);
    free_results();
}

/* The empty loop and the floor are no way to hand a result over: nothing is held against them. */
static void findings_against_a_reference(void **state)
{
    static const char *const references[] = {"empty", "plain"};
    (void)state;
    for (size_t i = 0; i < 2; i++) {
        char expected[128];
        char option[64];
        snprintf(option, sizeof option, "--baseline-strategy=%s", references[i]);
        plan = SYNTHETIC_PLAN("--strategy=value_task,poll", "--heap=glibc", option);
        fill_results(1, ROUNDS_N);
        char *text = findings_text();
        assert_contains(text, " ns, the fastest. ");
        snprintf(expected, sizeof expected,
                 "Ratios are to %s, which hands no result over: ", references[i]);
        assert_contains(text, expected);
        assert_null(strstr(text, "takes -"));
        snprintf(expected, sizeof expected, "and %s takes", references[i]);
        assert_null(strstr(text, expected));
        assert_null(strstr(text, "in all "));
        free(text);
        free_results();
    }
    plan = SYNTHETIC_PLAN("--strategy=value_task,poll", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    char *text = findings_text();
    assert_null(strstr(text, "Ratios are to "));
    free(text);
    free_results();
}

/* The findings say what the figures do not show. */
static void findings_name_doubts(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task,poll", "--heap=glibc");
    fill_results(1, 40); /* enough to decide every case */
    char *text = findings_text();
    assert_null(strstr(text, "not known yet"));
    assert_null(strstr(text, "Optimised away"));
    free(text);
    results.comparisons[0].figures[3].verdict = VTB_VERDICT_UNKNOWN;
    results.comparisons[0].figures[4].optimised_away = true;
    text = findings_text();
    assert_contains(text,
                    "Whether it differs is not known yet for value_task: take more --sessions.");
    assert_contains(text, "Optimised away, not fast, not to be told from the empty loop: poll.");
    free(text);
    free_results();
}

/* Sets the probes of all epochs of all tables, and works the figures out again. */
static void see_states(double before_ns, double after_ns)
{
    for (size_t i = 0; i < results.comparisons_n; i++) {
        struct vtb_comparison *comparison = &results.comparisons[i];
        struct vtb_samples samples = comparison->samples;
        struct vtb_counted counted[64];
        struct vtb_error error;
        for (size_t c = 0; c < samples.cases_n; c++)
            counted[c] = comparison->figures[c].counted;
        for (size_t at = 0; at < samples.sessions_n * samples.rounds_n * samples.cases_n; at++)
            synthetic_probes(&samples, at, before_ns, after_ns);
        comparison->samples = (struct vtb_samples){0};
        const struct vtb_point *point = comparison->point;
        const enum vtb_consumer consumer = comparison->consumer;
        vtb_comparison_free(comparison);
        assert_true(vtb_summarise(comparison, point, consumer, samples, SYNTHETIC_QUIET_NS,
                                  &(struct vtb_found){.counted = counted}, &error));
    }
}

static void check_nothing_is_nan(report *print)
{
    char *text = text_of(print);
    for (char *c = text; *c; c++)
        *c = (char)(*c >= 'A' && *c <= 'Z' ? *c + 32 : *c);
    assert_null(strstr(text, " nan"));
    assert_null(strstr(text, "nan "));
    assert_null(strstr(text, "-nan"));
    assert_null(strstr(text, ":nan"));
    assert_null(strstr(text, ",nan"));
    free(text);
}

/* Something came or went in every epoch: there is no time of either state, nor anything that looks
 * like one. */
static void a_machine_that_was_in_no_state(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--heap=glibc", "--method=both", "--threads=2",
                          "--strategy=value_task,value_task@checked", "--calls-per-second=1000");
    fill_results(1, ROUNDS_N);
    see_states(SYNTHETIC_QUIET_NS, SYNTHETIC_BUSY_NS);
    check_nothing_is_nan(vtb_report_table);
    check_nothing_is_nan(vtb_report_markdown);
    check_nothing_is_nan(vtb_report_csv);
    check_nothing_is_nan(vtb_report_json);
    char *text = text_of(vtb_report_table);
    assert_contains(text, "No strategy was timed long enough in one state of the machine.");
    free(text);
    json_t *json = parsed_json();
    const json_t *median = json_array_get(json_object_get(json, "benchmarks"), SESSIONS_N);
    assert_string_equal(string_at(median, "run_type"), "aggregate");
    assert_null(json_object_get(median, "real_time"));
    assert_null(json_object_get(median, "ratio"));
    assert_true(json_is_number(json_object_get(median, "cpu_time")));
    assert_same_double(json_number_value(json_object_get(median, "quiet_share")), 0);
    json_decref(json);
    free_results();
}

static void a_machine_that_was_busy_all_along(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    see_states(SYNTHETIC_BUSY_NS, SYNTHETIC_BUSY_NS);
    char *text = findings_text();
    assert_contains(text,
                    "The core was quiet in 0 % of the epochs: in fewer cases for long enough than "
                    "beside a busy sibling, of which these are.");
    free(text);
    json_t *json = parsed_json();
    const json_t *median = json_array_get(json_object_get(json, "benchmarks"), SESSIONS_N);
    assert_string_equal(string_at(median, "state"), "busy");
    assert_true(json_is_number(json_object_get(median, "real_time")));
    json_decref(json);
    free_results();
}

/* The other state's ratio is a second figure, told beside that of the quiet one. */
static void a_ratio_beside_a_busy_sibling_is_labelled(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=heap_task,callback", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    struct vtb_figures *figures = results.comparisons[0].figures;
    figures[3].ns = (struct vtb_interval){5, 4, 6};
    figures[3].ratio = (struct vtb_interval){0.5, 0.4, 0.6};
    figures[3].busy_ratio = (struct vtb_interval){0.7, 0.65, 0.75};
    char *text = findings_text();
    assert_contains(text,
                    "; in all 0.500 of heap_task's time (0.400 to 0.600), beside a busy sibling "
                    "0.700 (0.650 to 0.750).");
    free(text);
    free_results();
}

/* Keys of what an interval is made of are absent, and the text says how many sessions it takes. */
static void few_sessions_have_no_intervals(void **state)
{
    (void)state;
    static const char *const absent[] = {
        "ratio_lo",         "ratio_hi",         "ratio_log_se", "ratio_freedom",         "mde",
        "over_plain_ns_lo", "over_plain_ns_hi", "busy_ratio",   "between_sessions_share"};
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    results.comparisons[0].samples.sessions_n = VTB_SESSIONS_MIN - 1;
    see_states(SYNTHETIC_QUIET_NS, SYNTHETIC_QUIET_NS);
    char *text = findings_text();
    assert_contains(text, "No intervals and no verdicts: 4 sessions, and they take 5.");
    assert_null(strstr(text, "±"));
    assert_null(strstr(text, "would be seen"));
    free(text);
    check_nothing_is_nan(vtb_report_table);
    json_t *json = parsed_json();
    const json_t *median = json_array_get(json_object_get(json, "benchmarks"), 4 * 5 - 1);
    assert_string_equal(string_at(median, "run_type"), "aggregate");
    assert_string_equal(string_at(median, "verdict"), "not known yet");
    for (size_t i = 0; i < sizeof absent / sizeof *absent; i++)
        assert_null(json_object_get(median, absent[i]));
    assert_true(json_is_number(json_object_get(median, "ratio")));
    assert_same_double(json_number_value(json_object_get(median, "sessions_n")), 4);
    json_decref(json);
    free_results();
}

/* Whoever is as fast as the fastest is found by pairs of their own. */
static void findings_name_the_fastest_s_peers(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task,poll,callback", "--heap=glibc");
    assert_int_equal(plan.points[0].cases_n, 6);
    fill_results(1, ROUNDS_N);
    struct vtb_samples *samples = &results.comparisons[0].samples;
    for (size_t at = 0; at < (size_t)SESSIONS_N * ROUNDS_N * 6; at += 6) {
        samples->real_ns[at + 3] = samples->real_ns[at + 1] * 2;
        samples->real_ns[at + 4] = samples->real_ns[at + 1] * 2.02;
        samples->real_ns[at + 5] = samples->real_ns[at + 1] * 2.2;
        samples->real_ns[at + 2] = samples->real_ns[at + 1] * 3;
    }
    see_states(SYNTHETIC_QUIET_NS, SYNTHETIC_QUIET_NS);
    const struct vtb_figures *figures = results.comparisons[0].figures;
    char expected[128];
    snprintf(expected, sizeof expected, " No measurable difference from %s: %s. ",
             figures[3].the_case->timing->name, figures[4].the_case->timing->name);
    char *text = findings_text();
    assert_contains(text, expected);
    assert_contains(text, ", among the fastest, and heap_task takes ");
    free(text);
    free_results();
}

/* Of the fastest and the baseline nothing is said but the verdict on their ratio. */
static void one_verdict_of_a_pair(void **state)
{
    (void)state;
    static const struct {
        enum vtb_verdict verdict;
        const char *told;
        const char *untold[2];
    } pairs[] = {
        {VTB_VERDICT_DIFFERENT, ", the fastest, and heap_task", {"As fast", "not known yet"}},
        {VTB_VERDICT_SAME, "As fast as heap_task, within 5 %: ", {"fastest", "not known yet"}},
        {VTB_VERDICT_UNKNOWN, "not known yet for value_task", {"fastest", "As fast"}},
    };
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    struct vtb_samples *samples = &results.comparisons[0].samples;
    for (size_t at = 0; at < (size_t)SESSIONS_N * ROUNDS_N * 4; at += 4) {
        samples->real_ns[at + 3] = samples->real_ns[at + 1] * 2;
        samples->real_ns[at + 2] = samples->real_ns[at + 1] * 2.02;
    }
    see_states(SYNTHETIC_QUIET_NS, SYNTHETIC_QUIET_NS);
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++) {
        results.comparisons[0].figures[3].verdict = pairs[i].verdict;
        char *text = findings_text();
        assert_contains(text, pairs[i].told);
        for (size_t u = 0; u < 2; u++)
            assert_null(strstr(text, pairs[i].untold[u]));
        assert_null(strstr(text, "No measurable difference"));
        free(text);
    }
    free_results();
}

static void findings_name_what_is_not_known(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task,poll", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    struct vtb_figures *figures = results.comparisons[0].figures;
    figures[3].verdict = VTB_VERDICT_UNKNOWN;
    figures[3].disagree = true;
    figures[3].log_ratio.between_share = 0.85;
    figures[4].collections.is_unknown = true;
    figures[4].verdict = VTB_VERDICT_UNKNOWN;
    figures[4].log_ratio.sessions_n = VTB_SESSIONS_MIN - 1;
    char *text = findings_text();
    assert_contains(text,
                    " No interval, as the machine's state changed in too many sessions, for "
                    "poll: take more --sessions.");
    assert_contains(text,
                    " Not known yet, as the sessions disagree: value_task (85 % of the variance is "
                    "between them).");
    assert_null(strstr(text, "Whether it differs"));
    assert_contains(text,
                    "It collects, but no collection fell into the run, so their cost is not in the "
                    "times: poll.");
    free(text);
    free_results();
}

/* The findings say what each variation is compared with. */
static void findings_name_what_is_varied(void **state)
{
    (void)state;
    char expected[128];
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--heap=glibc", "--method=both",
                          "--strategy=value_task,value_task@checked");
    fill_results(1, ROUNDS_N);
    const struct vtb_comparison *comparison = &results.comparisons[0];
    char *text = findings_text();
    snprintf(expected, sizeof expected, "without its variant value_task@checked takes %+.2f ±",
             comparison->figures[4].over_base.median);
    assert_contains(text, expected);
    snprintf(expected, sizeof expected, "by the direct method heap_task takes %+.2f ±",
             comparison->figures[5].over_base.median);
    assert_contains(text, expected);
    /* the asynchronous one with checks, against the asynchronous one without */
    assert_int_equal(comparison->figures[7].the_case->variant_of, 6);
    snprintf(expected, sizeof expected, "without its variant value_task@checked takes %+.2f ±",
             comparison->figures[7].over_base.median);
    assert_contains(text, expected);
    free(text);
    free_results();
    small_results();
    text = findings_text();
    assert_null(strstr(text, "Beyond the same strategy"));
    free(text);
    free_results();
}

/* How several callers scale, and what each of them takes. */
static void findings_of_callers(void **state)
{
    (void)state;
    char expected[256];
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=value_task", "--threads=3", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    const struct vtb_figures *figures = results.comparisons[0].figures;
    char *text = findings_text();
    snprintf(expected, sizeof expected,
             "3 callers do, of what one does, %.2f times with plain (%.2f to %.2f; %.2f M/s; "
             "a call takes %.2f, %.2f and %.2f ns), ",
             figures[5].scaling.median, figures[5].scaling.lo, figures[5].scaling.hi,
             3e3 / figures[5].ns.median, figures[5].caller_ns[0], figures[5].caller_ns[1],
             figures[5].caller_ns[2]);
    assert_contains(text, expected);
    snprintf(expected, sizeof expected, "%.2f times with value_task (", figures[7].scaling.median);
    assert_contains(text, expected);
    assert_null(strstr(text, "1 callers do"));
    assert_null(strstr(text, "times with empty"));
    free(text);
    results.machine.processors.allowed_n = 2;
    text = findings_text();
    assert_contains(text,
                    "How much more 3 callers do than one is not told: 3 threads share the 2 "
                    "processors that this process may use.");
    free(text);
    results.machine.processors.limit.processors = 0.5;
    text = findings_text();
    assert_contains(text, "3 threads share the 0.5 processors");
    free(text);
    free_results();
}

/* However far its columns stand apart. */
static char *with_single_spaces(char *text)
{
    char *to = text;
    for (const char *from = text; *from; from++) {
        if (*from != ' ' || to == text || to[-1] != ' ')
            *to++ = *from;
    }
    *to = '\0';
    return text;
}

/* A row for each strategy: 78.4 bytes and an allocation a call, 1000 times a second. */
static void findings_of_a_volume(void **state)
{
    (void)state;
    char expected[256];
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=poll", "--calls-per-second=1000");
    fill_results(1, ROUNDS_N);
    const double cpu_s = results.comparisons[0].figures[2].ns.median * 1e-6;
    char *text = with_single_spaces(findings_text());
    assert_contains(text,
                    "At 1 k calls a second: strategy of a core CPU s/day B/s B/day allocs/s "
                    "allocs/day once B plain ");
    snprintf(expected, sizeof expected, " heap_task %.3g %% %.4g 78.4 k 6.77 G 1 k 86.4 M 0 poll ",
             100 * cpu_s, cpu_s * 86400);
    assert_contains(text, expected);
    assert_null(strstr(text, "empty"));
    free(text);
    free_results();
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--rounds=0", "--calls-per-second=1000");
    fill_results(1, 0);
    text = with_single_spaces(findings_text());
    assert_contains(text, "strategy B/s B/day allocs/s allocs/day once B plain ");
    assert_contains(text, " heap_task 78.4 k 6.77 G 1 k 86.4 M 0 ");
    assert_null(strstr(text, "of a core"));
    free(text);
    free_results();
}

static char *in_one_line(char *text)
{
    for (char *c = text; *c; c++)
        *c = (char)(*c == '\n' ? ' ' : *c);
    return with_single_spaces(text);
}

/* A pool's objects stand in a column of their own, and no call takes any. */
static void findings_of_what_is_allocated_once(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--hit-rate=0.8", "--strategy=heap_task_pooled", "--heap=glibc",
                          "--calls-per-second=1000");
    fill_results(1, ROUNDS_N);
    char *text = in_one_line(findings_text());
    assert_contains(text,
                    "An operation allocates 78.4 B in 1 allocation with heap_task, nothing "
                    "with heap_task_pooled; once at the start 6,728 B in 65 allocations with "
                    "heap_task_pooled.");
    assert_contains(text, " 0 0 0 0 6.73 k ");
    free(text);
    free_results();
}

/* A cold start has no processor time that holds at a volume, and a completing thread has one. */
static void notes_of_a_volume(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--calls=10", "--strategy=poll", "--calls-per-second=1000");
    fill_results(1, ROUNDS_N);
    char *text = in_one_line(findings_text());
    assert_contains(text, "strategy B/s B/day allocs/s allocs/day once B plain ");
    assert_contains(text,
                    "CPU time at this volume is not told, as a cold start was timed: more "
                    "than 100000 --calls time a steady state.");
    assert_null(strstr(text, "completing thread"));
    free(text);
    text = text_of(vtb_report_json);
    assert_contains(text, "\"cpu_s_per_second\": \"of cold starts no processor time");
    free(text);
    free_results();
    plan = SYNTHETIC_PLAN("--completer=thread", "--strategy=heap_task", "--calls-per-second=1000");
    fill_results(1, ROUNDS_N);
    text = in_one_line(findings_text());
    assert_contains(text, "of a core");
    assert_contains(text, "CPU time has the completing thread's while it answers");
    assert_null(strstr(text, "not told"));
    free(text);
    free_results();
}

/* --- warm caches --- */

#define RATES_APART                                                                        \
    "The times are of a cache that is warm, in which 1.00000 of the calls hit; bytes and " \
    "allocations were counted from an empty one on, in which 0.75000 did."

/* A cache that was warm where calls were timed may have hit at another rate than where they were
 * counted: both are told, in words if they are far apart. */
static void rates_of_what_is_timed(void **state)
{
    (void)state;
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    char *text = in_one_line(findings_text());
    assert_null(strstr(text, "a cache that is warm"));
    free(text);
    assert_same_double(counter(results.comparisons, 2, "timed_hit_rate"), 0.75);
    free_results();
    timed_rate = 1;
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    assert_tables_contain("hit rate 0.75000 emerged (3 hits), 1.00000 where it was timed, LRU of");
    text = in_one_line(findings_text());
    assert_contains(text, RATES_APART);
    free(text);
    assert_same_double(counter(results.comparisons, 2, "timed_hit_rate"), 1);
    assert_same_double(counter(results.comparisons, 2, "actual_hit_rate"), 0.75);
    free_results();
    timed_rate = 0.7501;
    plan = recorded_plan();
    fill_results(1, ROUNDS_N);
    assert_tables_contain("emerged (3 hits), 0.75010 where it was timed, LRU of");
    text = in_one_line(findings_text());
    assert_null(strstr(text, "a cache that is warm"));
    free(text);
    free_results();
    timed_rate = EMERGED_RATE;
}

/* --- cold starts --- */

#define HEAPS_DIFFER "Heaps differ in that"

/* Page faults are told of cold starts alone, and that heaps differ only where they do. */
static void findings_of_page_faults(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--calls=10", "--strategy=poll,value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    char *text = in_one_line(findings_text());
    assert_contains(text,
                    "A start has 1 page fault with poll, 2 page faults with value_task, "
                    "no page faults with heap_task.");
    assert_null(strstr(text, HEAPS_DIFFER));
    free(text);
    assert_same_double(counter(results.comparisons, 4, "page_faults_per_start"), 2);
    free_results();
    plan = SYNTHETIC_PLAN("--calls=10", "--strategy=value_task", "--heap=glibc,gengc");
    fill_results(1, ROUNDS_N);
    text = in_one_line(findings_text());
    assert_contains(text, HEAPS_DIFFER);
    free(text);
    free_results();
    plan = SYNTHETIC_PLAN("--calls=200000", "--strategy=value_task", "--heap=glibc");
    fill_results(1, ROUNDS_N);
    text = in_one_line(findings_text());
    assert_null(strstr(text, "page fault"));
    free(text);
    free_results();
}

/* --- what is counted beside times --- */

static void add_event(const char *name, const char *reason)
{
    struct vtb_event_columns *columns = &results.events;
    const size_t i = columns->events.n++;
    struct vtb_event *event = &columns->events.items[i];
    *event = (struct vtb_event){.group = (unsigned)i};
    snprintf(event->name, sizeof event->name, "%s", name);
    snprintf(event->reason, sizeof event->reason, "%s", reason);
    snprintf(columns->per_op[i], sizeof columns->per_op[i], "%s_per_op", name);
    snprintf(columns->running[i], sizeof columns->running[i], "%s_running", name);
}

/* Case i has i times 1,000.5 of an event. Every second event had a counter for a part of the time.
 */
static void fill_event(struct vtb_event_counts *counts, size_t event, size_t i)
{
    const bool counted = !*results.events.events.items[event].reason;
    counts->measured = true;
    counts->per_op[event] = counted ? 1000.5 * (double)i : NAN;
    counts->running[event] = !counted ? NAN : event % 2 ? 0.25 : 1;
}

/* Fills the plan's results, with events that are there already; case i takes 5.25 + 10 i
 * instructions. */
static void fill_counted_results(size_t rounds_n)
{
    const struct vtb_event_columns columns = results.events;
    fill_results(1, rounds_n);
    results.events = columns;
    for (size_t c = 0; c < results.comparisons_n; c++) {
        struct vtb_comparison *comparison = &results.comparisons[c];
        for (size_t i = 0; i < comparison->point->cases_n; i++) {
            struct vtb_figures *figures = &comparison->figures[i];
            figures->instructions = plan.instructions ? 5.25 + 10 * (double)i : NAN;
            for (size_t e = 0; e < columns.events.n; e++)
                fill_event(&figures->events, e, i);
        }
    }
}

/* Two events that can be counted, and one that cannot. */
static void counted_results(size_t rounds_n)
{
    results = (struct vtb_results){0};
    add_event("page-faults", "");
    add_event("cycles", "");
    add_event("secrets",
              "nobody may know them, whoever asks, and whatever it may be that they are");
    plan = SYNTHETIC_PLAN("--strategy=poll", "--heap=glibc", "--consumer=independent");
    fill_counted_results(rounds_n);
}

static void counted_figures_have_tables(void **state)
{
    (void)state;
    counted_results(ROUNDS_N);
    char *text = in_one_line(text_of(vtb_report_table));
    assert_contains(text,
                    "Counted per operation (events), independent lookups, heap glibc: "
                    "strategy page-faults cycles empty 0 ~0 plain 1,000.5 ~1,000.5 heap_task "
                    "2,001 ~2,001 poll 3,001.5 ~3,001.5 ");
    assert_contains(text,
                    "~: more events than counters, so each had one for a part of the time "
                    "only, at least 25 %, and is scaled up: an estimate.");
    assert_contains(text,
                    "Not counted: secrets: nobody may know them, whoever asks, and whatever "
                    "it may be that they are. ");
    free(text);
    text = text_of(vtb_report_markdown);
    assert_contains(text, "| strategy | page-faults | cycles |\n|---|--:|--:|\n");
    assert_contains(text, "| heap_task | 2,001 | ~2,001 |\n");
    free(text);
    check_tables_width();
}

/* The empty loop is not held against the floor, and the floor is no more than itself. */
static void instructions_stand_beside_the_floors(void **state)
{
    (void)state;
    results = (struct vtb_results){0};
    add_event("page-faults", "");
    plan =
        SYNTHETIC_PLAN("--strategy=poll", "--heap=glibc", "--consumer=dependent", "--instructions");
    fill_counted_results(0);
    char *text = in_one_line(text_of(vtb_report_table));
    assert_contains(text,
                    "Counted per operation (instructions under callgrind, and events), "
                    "dependent lookups, heap glibc: strategy instructions over plain "
                    "page-faults empty 5.25 0 plain 15.25 +0 1,000.5 heap_task 25.25 +10 2,001 "
                    "poll 35.25 +20 3,001.5 ");
    assert_null(strstr(text, "~"));
    assert_null(strstr(text, "Not counted"));
    free(text);
    free_results();
}

static void instructions_that_are_not_counted_say_why(void **state)
{
    (void)state;
    results = (struct vtb_results){0};
    plan = SYNTHETIC_PLAN("--strategy=heap_task", "--heap=glibc", "--instructions",
                          "--completer=thread", "--consumer=dependent");
    fill_counted_results(0);
    for (size_t i = 0; i < plan.points[0].cases_n; i++)
        results.comparisons[0].figures[i].instructions = NAN;
    char *text = in_one_line(text_of(vtb_report_table));
    assert_contains(text, "Not counted: instructions: operations complete on another thread");
    assert_contains(text, " plain - heap_task@atomic - ");
    assert_null(strstr(text, "nan"));
    free(text);
    json_t *json = parsed_json();
    const json_t *unavailable = json_object_get(json_object_get(json, "context"), "unavailable");
    assert_contains(string_at(unavailable, "instructions_per_op"), "on another thread");
    const json_t *rows = json_object_get(json, "benchmarks");
    for (size_t i = 0; i < json_array_size(rows); i++)
        assert_null(json_object_get(json_array_get(rows, i), "instructions_per_op"));
    json_decref(json);
    free_results();
}

/* Right of what it is called, however long that is; and in more tables than one. */
static size_t event_title_end;

static void check_event_column(const char *line)
{
    check_width(line);
    if (strncmp(line, "strategy ", 9) == 0)
        event_title_end = strlen(line);
    else if (strncmp(line, "heap_task ", 10) == 0)
        assert_int_equal(strlen(line), event_title_end);
}

static void long_names_of_events_keep_the_width(void **state)
{
    (void)state;
    static const char *const names[] = {
        "context-switches",
        "l1-dcache-load-misses:u",
        "cs",
        "branch-misses",
        "stalled-cycles:k",
        "a-name-that-is-much-longer-than-what-any-column-could-have-room-for",
        "faults",
        "bus"};
    results = (struct vtb_results){0};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        add_event(names[i], "");
    plan = SYNTHETIC_PLAN("--strategy=poll", "--heap=glibc", "--consumer=independent");
    fill_counted_results(0);
    char *text = text_of(vtb_report_table);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        char shown[48];
        snprintf(shown, sizeof shown, " %.40s", names[i]);
        assert_contains(text, shown);
    }
    char *counted = strstr(text, "Counted per operation");
    assert_non_null(counted);
    assert_true(lines_of(counted, "strategy ") >= 2);
    (void)for_lines(counted, check_event_column);
    free(text);
    free_results();
}

static void nothing_is_told_of_counts_that_nobody_wants(void **state)
{
    (void)state;
    small_results();
    char *text = text_of(vtb_report_table);
    assert_null(strstr(text, "Counted per operation"));
    free(text);
    free_results();
}

/* An event that could not be counted is absent from the rows, and the reason is in the context. */
static void files_have_counts(void **state)
{
    (void)state;
    counted_results(ROUNDS_N);
    json_t *json = parsed_json();
    const json_t *unavailable = json_object_get(json_object_get(json, "context"), "unavailable");
    assert_contains(string_at(unavailable, "secrets_per_op"), "nobody may know them");
    assert_null(json_object_get(unavailable, "cycles_per_op"));
    const json_t *median =
        json_array_get(json_object_get(json, "benchmarks"), 3 * (SESSIONS_N + 1) - 1);
    assert_string_equal(string_at(median, "run_type"), "aggregate");
    assert_near(json_real_value(json_object_get(median, "cycles_per_op")), 2001, 0);
    assert_near(json_real_value(json_object_get(median, "cycles_running")), 0.25, 0);
    assert_null(json_object_get(median, "secrets_per_op"));
    assert_null(json_object_get(median, "secrets_running"));
    json_decref(json);
    assert_same_double(counter(results.comparisons, 2, "page-faults_per_op"), 2001);
    char *text = text_of(vtb_report_csv);
    assert_contains(text, ",page-faults_per_op,page-faults_running,cycles_per_op,cycles_running,");
    assert_contains(text, ",2001,1,2001,0.25,");
    free(text);
    free_results();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(tables_are_100_characters_wide),
        cmocka_unit_test(titles_and_names_keep_the_width),
        cmocka_unit_test(wide_figures_keep_the_width),
        cmocka_unit_test(columns_are_aligned),
        cmocka_unit_test(methods_have_tables_of_their_own),
        cmocka_unit_test(conditions),
        cmocka_unit_test(case_names),
        cmocka_unit_test(case_names_of_real_caches),
        cmocka_unit_test(case_names_of_recorded_keys),
        cmocka_unit_test(case_names_of_callers_and_conditions),
        cmocka_unit_test(case_names_of_rare_parameters),
        cmocka_unit_test(no_two_cases_share_a_name),
        cmocka_unit_test(counters_are_those_of_the_design),
        cmocka_unit_test(counters_have_their_values),
        cmocka_unit_test(counters_of_failures_and_variations),
        cmocka_unit_test(markdown_rows_have_the_same_cells),
        cmocka_unit_test(json_context),
        cmocka_unit_test(json_says_what_is_unavailable),
        cmocka_unit_test(json_says_what_was_left_out),
        cmocka_unit_test(json_rows),
        cmocka_unit_test(json_without_times),
        cmocka_unit_test(json_names_the_seed),
        cmocka_unit_test(json_of_a_command_line_that_is_not_utf8),
        cmocka_unit_test(json_of_callers_volumes_and_traces),
        cmocka_unit_test(titles_of_real_caches),
        cmocka_unit_test(rates_of_what_is_timed),
        cmocka_unit_test(titles_of_cold_starts),
        cmocka_unit_test(titles_of_very_many_calls),
        cmocka_unit_test(titles_of_conditions_between_calls),
        cmocka_unit_test(titles_of_callers_keep_the_width),
        cmocka_unit_test(callers_have_tables_of_their_own),
        cmocka_unit_test(findings),
        cmocka_unit_test(findings_against_a_reference),
        cmocka_unit_test(findings_name_doubts),
        cmocka_unit_test(a_machine_that_was_in_no_state),
        cmocka_unit_test(a_machine_that_was_busy_all_along),
        cmocka_unit_test(a_ratio_beside_a_busy_sibling_is_labelled),
        cmocka_unit_test(few_sessions_have_no_intervals),
        cmocka_unit_test(findings_name_the_fastest_s_peers),
        cmocka_unit_test(one_verdict_of_a_pair),
        cmocka_unit_test(findings_name_what_is_not_known),
        cmocka_unit_test(findings_name_what_is_varied),
        cmocka_unit_test(findings_of_callers),
        cmocka_unit_test(findings_of_a_volume),
        cmocka_unit_test(findings_of_what_is_allocated_once),
        cmocka_unit_test(notes_of_a_volume),
        cmocka_unit_test(findings_of_page_faults),
        cmocka_unit_test(counted_figures_have_tables),
        cmocka_unit_test(instructions_stand_beside_the_floors),
        cmocka_unit_test(instructions_that_are_not_counted_say_why),
        cmocka_unit_test(long_names_of_events_keep_the_width),
        cmocka_unit_test(nothing_is_told_of_counts_that_nobody_wants),
        cmocka_unit_test(files_have_counts),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
