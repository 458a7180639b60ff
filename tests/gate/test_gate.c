/* The gate: runs and baselines that are made up, so that each verdict is known beforehand. */
#include "synthetic.h"

#include <stdarg.h>

#include <jansson.h>

#include "gate/gate.h"

/* Places in a plan of four strategies, and of one more in some. */
enum { EMPTY, FLOOR, BASELINE, OTHER, CASES_N, THIRD = CASES_N };

#define ROUNDS_N 8

static struct vtb_plan plan;
static struct vtb_options options;
static struct vtb_results runs[VTB_GATE_RUNS];
static struct vtb_result_file file;
static struct vtb_gate gate;

/* --- baselines --- */

static FILE *rows;
static char *rows_text;
static size_t rows_n;

/* One case's figures in the baseline: pairs of a key and a number, as text. */
__attribute__((format(printf, 3, 4))) static void record(size_t comparison, size_t own,
                                                         const char *numbers, ...)
{
    char name[512];
    va_list arguments;
    if (!rows)
        rows = open_memstream(&rows_text, &rows_n);
    assert_non_null(rows);
    const struct vtb_comparison *of = &runs->comparisons[comparison];
    vtb_case_name(name, sizeof name, of, &of->figures[own]);
    fprintf(rows, "%s{\"run_type\": \"counts\", \"run_name\": \"%s\", ",
            ftell(rows) > 0 ? ", " : "", name);
    va_start(arguments, numbers);
    vfprintf(rows, numbers, arguments);
    va_end(arguments);
    fputs("}", rows);
}

/* Members of a ratio over sessions: so far another run may be from it. */
#define SESSIONS_OF_RATIO \
    "\"ratio\": %.15g, \"ratio_log_se\": %.15g, \"ratio_freedom\": 1e6, \"sessions_n\": 10"

static void record_ratio(size_t own, double ratio, double deviation)
{
    record(0, own, SESSIONS_OF_RATIO, ratio, deviation);
}

static void parse_baseline(const char *context, const char *rows_json)
{
    char *text = NULL;
    struct vtb_error error;
    vtb_result_file_free(&file);
    assert_true(asprintf(&text, "{\"context\": {%s}, \"benchmarks\": [%s]}", context, rows_json) >
                0);
    if (!vtb_result_file_parse(&file, "b.json", text, strlen(text), VTB_EXIT_BASELINE, &error))
        fail_msg("%s: %s", error.message, text);
    free(text);
    vtb_gate_free(&gate);
    gate.baseline = &file;
}

/* Makes a new gate with the recorded text as its baseline. */
static void make_baseline(void)
{
    assert_non_null(rows);
    assert_int_equal(fclose(rows), 0);
    rows = NULL;
    parse_baseline("\"fingerprint\": \"f\"", rows_text);
    free(rows_text);
    rows_text = NULL;
}

/* --- runs --- */

static const struct vtb_counted counted[CASES_N] = {
    {1000, 800, 0, 5, {0}, 0, 0, false},
    {1000, 800, 20, 6, {0}, 0, 0, false},
    {1000, 800, 20, 6, {1000, 1000, 78400, 96000, 0, 104, 0, 200, 1}, 0, 0, false},
    {1000, 800, 20, 6, {200, 200, 20800, 22400, 0, 6656, 0, 200, 64}, 0, 0, false},
};

/* Makes a table of counts for each consumer, whose instructions are 100, 101, ... in the order of
 * cases. */
static void count_all(void)
{
    struct vtb_error error;
    runs[0].plan = &plan;
    runs[0].comparisons = calloc(2, sizeof *runs[0].comparisons);
    assert_non_null(runs[0].comparisons);
    for (size_t c = 0; c < plan.consumers_n; c++) {
        const struct vtb_found found = {.counted = counted};
        struct vtb_comparison *comparison = &runs[0].comparisons[runs[0].comparisons_n++];
        assert_true(vtb_summarise(comparison, &plan.points[0], plan.consumers[c],
                                  (struct vtb_samples){0}, 0, &found, &error));
        for (size_t i = 0; i < CASES_N; i++)
            comparison->figures[i].instructions = 100 + (double)(c * CASES_N + i);
    }
}

static void plan_counts(void)
{
    plan = SYNTHETIC_PLAN("--strategy=value_task", "--heap=glibc", "--instructions",
                          "--consumer=both");
    assert_int_equal(plan.points[0].cases_n, CASES_N);
    assert_int_equal(plan.consumers_n, 2);
    count_all();
}

static void plan_times(void)
{
    plan = SYNTHETIC_PLAN("--strategy=value_task", "--heap=glibc");
    assert_int_equal(plan.points[0].cases_n, CASES_N);
    assert_int_equal(plan.consumers_n, 1);
}

/* What the probe takes on a quiet core, and beside a busy sibling. */
#define QUIET_NS 1000.0
#define BUSY_NS 1600.0

/* How runs are made up: how many sessions they have, how far those are from their median in a case
 * that they disagree on, and what the probe took beside every epoch. */
static struct {
    size_t sessions_n;
    double apart;
    size_t apart_case;
    double probe_ns;
} made;

static struct vtb_samples make_samples(const struct vtb_point *point, const double *ns)
{
    struct vtb_samples samples;
    struct vtb_error error;
    assert_true(vtb_samples_make(&samples, point, made.sessions_n, ROUNDS_N, &error));
    const size_t n = samples.cases_n;
    for (size_t at = 0; at < made.sessions_n * ROUNDS_N * n; at++) {
        const double side = at / (ROUNDS_N * n) % 2 ? 1 : -1; /* of every second session */
        const double apart = at % n == made.apart_case ? made.apart : 0;
        samples.real_ns[at] = samples.cpu_ns[at] = ns[at % n] * exp(side * apart);
        samples.probe_before_ns[at] = samples.probe_after_ns[at] = made.probe_ns;
    }
    return samples;
}

static void time_run(size_t r, const struct vtb_point *point, const double *ns)
{
    static const struct vtb_counted none[16] = {{.calls_n = 1}};
    const struct vtb_found found = {.counted = none};
    struct vtb_error error;
    vtb_results_free(&runs[r]);
    runs[r] =
        (struct vtb_results){.plan = &plan, .comparisons_n = 1, .sessions.done_n = made.sessions_n};
    runs[r].comparisons = calloc(1, sizeof *runs[r].comparisons);
    assert_non_null(runs[r].comparisons);
    assert_true(vtb_summarise(runs[r].comparisons, point, VTB_CONSUMER_INDEPENDENT,
                              make_samples(point, ns), QUIET_NS, &found, &error));
}

/* Sets the times of two cases in a run; the empty loop takes 1 ns, the baseline 20. */
static void take(size_t r, double floor_ns, double other_ns)
{
    const double ns[CASES_N] = {1, floor_ns, 20, other_ns};
    time_run(r, &plan.points[0], ns);
}

/* Sets the time of the other strategy in each of the runs. */
static void take_both(double first_ns, double second_ns)
{
    take(0, 2, first_ns);
    take(1, 2, second_ns);
}

static int setup(void **state)
{
    char *argv[] = {"run_bench", NULL};
    struct vtb_error error;
    (void)state;
    made.sessions_n = 10;
    made.apart = 0;
    made.apart_case = OTHER;
    made.probe_ns = QUIET_NS;
    return vtb_options_parse(&options, 1, argv, &error) ? 0 : -1;
}

static void free_runs(void)
{
    for (size_t r = 0; r < VTB_GATE_RUNS; r++)
        vtb_results_free(&runs[r]);
}

static int teardown(void **state)
{
    (void)state;
    free_runs();
    if (plan.points)
        vtb_plan_free(&plan);
    vtb_gate_free(&gate);
    vtb_result_file_free(&file);
    return 0;
}

/* --- what the gate says --- */

static void gate_counts(void)
{
    struct vtb_error error;
    assert_true(vtb_gate_counts(&gate, &runs[0], &options, &error));
}

static void gate_runs(size_t runs_n, double margin)
{
    struct vtb_error error;
    assert_true(vtb_gate_times(&gate, runs, runs_n, margin, &error));
}

/* Whether a run from new would be made. */
static bool suspects(double margin)
{
    return vtb_gate_suspects(&gate, &runs[0], margin);
}

static const struct vtb_gate_check *check_of(size_t own, const char *metric)
{
    const char *name = plan.points[0].cases[own].timing->name;
    const struct vtb_gate_check *found = NULL;
    for (size_t i = 0; i < gate.checks_n; i++) {
        const struct vtb_gate_check *check = &gate.checks[i];
        if (strcmp(check->strategy, name) != 0 || strcmp(check->metric, metric) != 0)
            continue;
        assert_null(found);
        found = check;
    }
    if (!found)
        fail_msg("no check of %s of %s", metric, name);
    return found;
}

static void assert_verdict(size_t own, const char *metric, enum vtb_gate_verdict verdict)
{
    const struct vtb_gate_check *check = check_of(own, metric);
    if (check->verdict != verdict)
        fail_msg("%s is %s, not %s: %g, %g, %g", metric, vtb_gate_verdict_words[check->verdict],
                 vtb_gate_verdict_words[verdict], check->before, check->after, check->allowed);
}

static void assert_note(size_t i, const char *part)
{
    assert_true(i < gate.notes_n);
    assert_contains(gate.notes[i], part);
    assert_one_line(gate.notes[i]);
}

/* Whether a figure of a case, or all of them if the metric is null, was not compared, and why. */
static bool has_gap(size_t comparison, size_t own, const char *metric, const char *reason)
{
    char name[VTB_CASE_NAME_BYTES];
    const struct vtb_comparison *of = &runs->comparisons[comparison];
    vtb_case_name(name, sizeof name, of, &of->figures[own]);
    for (size_t i = 0; i < gate.gaps_n; i++) {
        const struct vtb_gate_gap *gap = &gate.gaps[i];
        const bool same_metric =
            metric && gap->metric ? strcmp(metric, gap->metric) == 0 : metric == gap->metric;
        if (same_metric && strcmp(gap->name, name) == 0)
            return strcmp(gap->reason, reason) == 0;
    }
    return false;
}

typedef void gate_print(FILE *out);

static char *text_of(gate_print *print)
{
    char *text = NULL;
    size_t text_n = 0;
    FILE *out = open_memstream(&text, &text_n);
    assert_non_null(out);
    print(out);
    assert_int_equal(fclose(out), 0);
    return text;
}

/* --- counts --- */

static void counts_that_are_the_same(void **state)
{
    (void)state;
    plan_counts();
    record(0, BASELINE,
           "\"bytes_per_op\": 78.4, \"allocs_per_op\": 1, \"frees_per_op\": 1, "
           "\"peak_live_bytes\": 104, \"instructions_per_op\": 102");
    record(0, OTHER, "\"allocs_per_op\": 0.2");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 6);
    assert_int_equal(vtb_gate_count(&gate, VTB_GATE_SAME), 6);
    assert_int_equal(vtb_gate_count(&gate, VTB_GATE_WORSE), 0);
    assert_int_equal(gate.notes_n, 0);
    const struct vtb_gate_check *check = check_of(BASELINE, "bytes_per_op");
    assert_string_equal(check->title, "B/op");
    assert_string_equal(check->heap, "glibc");
    assert_near(check->before, 78.4, 1e-12);
    assert_near(check->after, 78.4, 1e-12);
    assert_near(check->allowed, 0, 0);
    assert_non_null(vtb_result_file_find(&file, check->name));
}

/* A baseline has 15 digits of a third. */
static void what_was_rounded_is_the_same(void **state)
{
    (void)state;
    plan_counts();
    struct vtb_counted *third = &runs[0].comparisons[0].figures[OTHER].counted;
    third->calls_n = 3;
    third->counts = (struct vtb_counts){.allocs_n = 1, .frees_n = 2, .requested_bytes = 1000000007};
    record(0, OTHER, "\"allocs_per_op\": %.15g, \"frees_per_op\": %.15g, \"bytes_per_op\": %.15g",
           1.0 / 3, 2.0 / 3, 1000000007.0 / 3);
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 3);
    assert_int_equal(vtb_gate_count(&gate, VTB_GATE_SAME), 3);
}

/* The baseline strategy has 78.4 B/op and 102 instructions; what may be worse is from before. */
static void counts_that_are_not(void **state)
{
    static const struct {
        const char *metric;
        const char *limit;
        double before;
        enum vtb_gate_verdict verdict;
    } cases[] = {
        {"bytes_per_op", NULL, 78.3, VTB_GATE_WORSE},
        {"bytes_per_op", NULL, 78.5, VTB_GATE_BETTER},
        {"bytes_per_op", NULL, 0, VTB_GATE_WORSE},
        {"bytes_per_op", "bytes=8", 70.4, VTB_GATE_WITHIN},
        {"bytes_per_op", "bytes=8", 70.3, VTB_GATE_WORSE},
        {"bytes_per_op", "bytes=8", 86.4, VTB_GATE_WITHIN},
        {"bytes_per_op", "bytes=8", 86.5, VTB_GATE_BETTER},
        {"bytes_per_op", "allocs=8", 78.3, VTB_GATE_WORSE},
        {"bytes_per_op", "bytes=2%", 80, VTB_GATE_WITHIN},
        {"bytes_per_op", "bytes=1.9%", 80, VTB_GATE_BETTER},
        {"bytes_per_op", "bytes=12%", 70, VTB_GATE_WITHIN},
        {"bytes_per_op", "bytes=11.9%", 70, VTB_GATE_WORSE},
        {"instructions_per_op", "instructions=1", 101, VTB_GATE_WITHIN},
        {"instructions_per_op", "instructions=0.9", 101, VTB_GATE_WORSE},
        {"instructions_per_op", "bytes=0.5%,instructions=2%", 100, VTB_GATE_WITHIN},
        {"instructions_per_op", "bytes=2%,instructions=0.5%", 100, VTB_GATE_WORSE},
    };
    (void)state;
    plan_counts();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char *argv[] = {"run_bench", "gate",    "--baseline",
                        "b.json",    "--limit", (char *)(uintptr_t)cases[i].limit,
                        NULL};
        struct vtb_error error;
        assert_true(vtb_options_parse(&options, cases[i].limit ? 6 : 4, argv, &error));
        record(0, BASELINE, "\"%s\": %.15g", cases[i].metric, cases[i].before);
        make_baseline();
        gate_counts();
        assert_int_equal(gate.checks_n, 1);
        assert_verdict(BASELINE, cases[i].metric, cases[i].verdict);
    }
}

static void what_is_off_is_not_compared(void **state)
{
    (void)state;
    plan_counts();
    options.limits[vtb_gate_metric("bytes") - vtb_gate_metrics].off = true;
    record(0, BASELINE, "\"bytes_per_op\": 1, \"allocs_per_op\": 1");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 1);
    assert_verdict(BASELINE, "allocs_per_op", VTB_GATE_SAME);
}

/* A case or figure that the baseline lacks, or the run, is not compared. */
static void what_is_not_on_both_sides_is_not_compared(void **state)
{
    (void)state;
    plan_counts();
    runs[0].comparisons[0].figures[BASELINE].instructions = NAN;
    record(0, BASELINE, "\"instructions_per_op\": 1, \"gen0_per_kop\": 3, \"made_up\": 4");
    record(0, OTHER, "\"frees_per_op\": 0.2");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 1);
    assert_verdict(OTHER, "frees_per_op", VTB_GATE_SAME);
    assert_true(has_gap(0, EMPTY, NULL, VTB_GATE_NOT_BEFORE));
    assert_true(has_gap(0, FLOOR, NULL, VTB_GATE_NOT_BEFORE));
    for (size_t own = 0; own < CASES_N; own++)
        assert_true(has_gap(1, own, NULL, VTB_GATE_NOT_BEFORE));
    assert_true(has_gap(0, BASELINE, "bytes_per_op", VTB_GATE_NOT_BEFORE));
    assert_true(has_gap(0, BASELINE, "instructions_per_op", VTB_GATE_NOT_NOW));
    assert_true(has_gap(0, BASELINE, "gen0_per_kop", VTB_GATE_NOT_NOW));
    assert_true(has_gap(0, OTHER, "instructions_per_op", VTB_GATE_NOT_BEFORE));
    assert_false(has_gap(0, OTHER, "frees_per_op", VTB_GATE_NOT_BEFORE));
    assert_false(has_gap(0, OTHER, "gen0_per_kop", VTB_GATE_NOT_BEFORE)); /* on neither side */
    assert_int_equal(gate.gaps_n, 2 + CASES_N + 6 + 4);
    assert_false(vtb_gate_fails(&gate));
    gate.strict = true;
    assert_true(vtb_gate_fails(&gate));
}

/* What was switched off was not asked for. */
static void what_is_off_is_no_gap(void **state)
{
    (void)state;
    plan_counts();
    for (size_t m = 0; m < VTB_GATE_METRICS_N; m++)
        options.limits[m].off = m != 1;
    for (size_t own = 0; own < CASES_N; own++) {
        record(0, own, "\"allocs_per_op\": 1, \"gen0_per_kop\": 3");
        record(1, own, "\"made_up\": 1");
    }
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, CASES_N);
    assert_int_equal(gate.gaps_n, 0);
}

/* What is left out is switched off; that it is missed is said nevertheless. */
static void instructions_of_another_processor(void **state)
{
    (void)state;
    plan_counts();
    options.limits[vtb_gate_metric("instructions") - vtb_gate_metrics].off = true;
    for (int lacking = 0; lacking < 2; lacking++) {
        record(0, BASELINE, "\"instructions_per_op\": 1");
        record(0, OTHER, "\"bytes_per_op\": 20.8");
        make_baseline();
        gate.lacks_instructions = lacking;
        gate_counts();
        assert_int_equal(has_gap(0, BASELINE, "instructions_per_op", VTB_GATE_OTHER_ISA), lacking);
        assert_false(has_gap(0, OTHER, "instructions_per_op", VTB_GATE_OTHER_ISA));
    }
}

/* Of all cases that have a ratio, if times were asked for. */
static void times_that_the_baseline_lacks(void **state)
{
    (void)state;
    plan_counts();
    for (int wanted = 0; wanted < 2; wanted++) {
        for (size_t own = 0; own < CASES_N; own++) {
            record(0, own, "\"bytes_per_op\": 1%s", own == FLOOR ? ", \"ratio\": 1" : "");
            record(1, own, "\"bytes_per_op\": 1");
        }
        make_baseline();
        gate.wants_times = wanted;
        gate_counts();
        assert_int_equal(has_gap(0, OTHER, "ratio", VTB_GATE_NOT_BEFORE), wanted);
        assert_int_equal(has_gap(1, OTHER, "ratio", VTB_GATE_NOT_BEFORE), wanted);
        assert_int_equal(has_gap(1, FLOOR, "ratio", VTB_GATE_NOT_BEFORE), wanted);
        assert_false(has_gap(0, FLOOR, "ratio", VTB_GATE_NOT_BEFORE));
        assert_false(has_gap(0, FLOOR, "ratio", VTB_GATE_OTHER_TOOLCHAIN));
        assert_false(has_gap(0, EMPTY, "ratio", VTB_GATE_NOT_BEFORE));
        assert_false(has_gap(0, BASELINE, "ratio", VTB_GATE_NOT_BEFORE));
    }
}

/* Both consumers allocate alike; their loops have instructions of their own. */
static void consumers_share_their_counts(void **state)
{
    (void)state;
    plan_counts();
    record(0, OTHER, "\"bytes_per_op\": 20.8, \"instructions_per_op\": 103");
    record(1, OTHER, "\"bytes_per_op\": 1, \"instructions_per_op\": 1");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 3);
    assert_verdict(OTHER, "bytes_per_op", VTB_GATE_SAME);
    size_t instructions_n = 0;
    for (size_t i = 0; i < gate.checks_n; i++) {
        const struct vtb_gate_check *check = &gate.checks[i];
        if (strcmp(check->metric, "instructions_per_op") != 0)
            continue;
        instructions_n++;
        const bool dependent = strstr(check->name, "/consumer:dependent") != NULL;
        assert_int_equal(check->verdict, dependent ? VTB_GATE_WORSE : VTB_GATE_SAME);
        assert_near(check->after, dependent ? 107 : 103, 0);
    }
    assert_int_equal(instructions_n, 2);
}

/* A case of gengc: 3, 2 and 1 collections in 1000 calls. */
static void collect(size_t own, size_t budget_bytes, size_t live_bytes)
{
    runs[0].comparisons[0].figures[own].pressure = (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .generations_n = 3,
        .calls_n = 1000,
        .collected.collections_n = {1, 1, 1},
        .budget_bytes = budget_bytes,
        .live_bytes = live_bytes,
    };
}

static void plan_collections(void)
{
    plan = SYNTHETIC_PLAN("--strategy=value_task", "--heap=gengc");
    count_all();
}

static void collections_under_the_same_budgets(void **state)
{
    (void)state;
    plan_collections();
    collect(OTHER, 4096, 8192);
    record(0, OTHER,
           "\"gen0_per_kop\": 2, \"gen1_per_kop\": 2, \"gen2_per_kop\": 2, "
           "\"gen0_budget_bytes\": 4096, \"live_heap_bytes\": 8192");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 3);
    assert_verdict(OTHER, "gen0_per_kop", VTB_GATE_WORSE);
    assert_verdict(OTHER, "gen1_per_kop", VTB_GATE_SAME);
    assert_verdict(OTHER, "gen2_per_kop", VTB_GATE_BETTER);
    assert_int_equal(gate.notes_n, 0);
    assert_true(has_gap(0, BASELINE, NULL, VTB_GATE_NOT_BEFORE));
}

/* A reason for each difference, and each but once. */
static void collections_under_other_budgets(void **state)
{
    (void)state;
    static const char recorded[] =
        "\"gen0_per_kop\": 2, \"bytes_per_op\": 20.8, \"gen0_budget_bytes\": 4096, "
        "\"live_heap_bytes\": %d";
    plan_collections();
    collect(BASELINE, 8192, 1);
    collect(OTHER, 8192, 1);
    record(0, BASELINE, recorded, 1);
    record(0, OTHER, recorded, 1);
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 2);
    assert_verdict(OTHER, "bytes_per_op", VTB_GATE_SAME);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0, "collections are left out: gen0_budget_bytes was 4096, is 8192");
    assert_true(has_gap(0, OTHER, "gen0_per_kop", VTB_GATE_OTHER_BUDGET));
    assert_true(has_gap(0, OTHER, "gen1_per_kop", VTB_GATE_NOT_BEFORE));
    collect(OTHER, 4096, 1);
    record(0, OTHER, recorded, 2);
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 1);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0, "live_heap_bytes was 2, is 1");
}

/* Over other calls there is another last collection. */
static void collections_over_other_calls(void **state)
{
    (void)state;
    plan_collections();
    collect(OTHER, 4096, 1);
    record(0, OTHER, "\"gen0_per_kop\": 3, \"pressure_calls_n\": 999");
    make_baseline();
    gate_counts();
    assert_int_equal(gate.checks_n, 0);
    assert_note(0,
                "collections are left out: pressure_calls_n was 999, is 1000; give --gen0-budget, "
                "--live-heap and --calls when the baseline is made");
    record(0, OTHER, "\"gen0_per_kop\": 3, \"pressure_calls_n\": 1000");
    make_baseline();
    gate_counts();
    assert_verdict(OTHER, "gen0_per_kop", VTB_GATE_SAME);
}

/* However many reasons there are, each is told, and told once. */
static void notes_of_many_reasons(void **state)
{
    (void)state;
    plan_collections();
    record(0, OTHER, "\"gen0_per_kop\": 2, \"gen0_budget_bytes\": 4096");
    make_baseline();
    for (size_t i = 0; i < 40; i++) {
        collect(OTHER, 8192 + i / 2, 1);
        gate_counts();
        assert_int_equal(gate.checks_n, 0);
        assert_int_equal(gate.notes_n, i / 2 + 1);
    }
}

/* --- times --- */

/* So far is a run from another one that has the same times, if their sessions agree: PHI alone. */
#define DEVIATION VTB_POOLED_PHI

/* The baseline has the ratios of a floor of 2 ns, and of another strategy of 5; and those that
 * nothing is held against. */
static void record_times(void)
{
    record_ratio(EMPTY, 1, DEVIATION);
    record_ratio(BASELINE, 2, DEVIATION);
    record_ratio(FLOOR, 0.1, DEVIATION);
    record_ratio(OTHER, 0.25, DEVIATION);
    make_baseline();
}

/* A regression is what is worse once more, in a run from new. */
static void slower_in_both_runs(void **state)
{
    (void)state;
    plan_times();
    take_both(5.5, 5.6);
    record_times();
    assert_true(suspects(0.05));
    gate_runs(2, 0.05);
    assert_true(gate.timed);
    assert_int_equal(gate.checks_n, 2); /* neither the empty loop nor the baseline */
    assert_int_equal(gate.notes_n, 0);
    assert_int_equal(gate.sessions_n, 10);
    assert_verdict(FLOOR, "ratio", VTB_GATE_WITHIN);
    assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
    const struct vtb_gate_check *check = check_of(OTHER, "ratio");
    assert_near(check->before, 0.25, 1e-12);
    assert_near(check->after, 0.275, 1e-9); /* in the first run, which nothing chose */
    assert_near(check->allowed, 0.05, 1e-12);
    assert_near(gate.margin, 0.05, 1e-12);
    assert_string_equal(check->heap, "glibc");
    assert_non_null(vtb_result_file_find(&file, check->name));
}

static void slower_in_one_run_of_two(void **state)
{
    (void)state;
    plan_times();
    for (int second = 0; second < 2; second++) {
        take_both(second ? 5 : 5.5, second ? 5.5 : 5);
        record_times();
        assert_int_equal(suspects(0.05), !second);
        gate_runs(2, 0.05);
        assert_verdict(OTHER, "ratio", second ? VTB_GATE_WITHIN : VTB_GATE_UNKNOWN);
        assert_verdict(FLOOR, "ratio", VTB_GATE_WITHIN);
        assert_int_equal(gate.notes_n, 0);
    }
}

/* Without the run that would confirm it nothing is claimed. */
static void slower_in_the_only_run(void **state)
{
    (void)state;
    plan_times();
    take(0, 2, 5.5);
    record_times();
    assert_true(suspects(0.05));
    gate_runs(1, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
}

static void quicker(void **state)
{
    (void)state;
    plan_times();
    take_both(4.5, 4.4);
    record_times();
    assert_false(suspects(0.05));
    gate_runs(1, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_BETTER);
    assert_near(check_of(OTHER, "ratio")->after, 0.225, 1e-9);
    record_times();
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_BETTER);
    take_both(4.5, 5);
    record_times();
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
}

/* A difference that is certain, but below the margin, is no regression. */
static void slower_by_less_than_the_margin(void **state)
{
    (void)state;
    plan_times();
    take_both(5.5, 5.5);
    record_times();
    assert_false(suspects(0.2));
    gate_runs(2, 0.2);
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
    record_times();
    gate_runs(2, 0.09);
    assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
}

/* Whatever margin is asked for: identical machine code at other places differs by PHI. */
static void the_margin_is_more_than_places_of_code(void **state)
{
    (void)state;
    plan_times();
    take_both(5 * 0.98, 5 * 0.98);
    record_times();
    gate_runs(1, 0);
    assert_near(gate.margin, 2 * VTB_POOLED_PHI, 1e-15);
    assert_near(check_of(OTHER, "ratio")->allowed, gate.margin, 0);
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN); /* of 0 nothing could be told */
    record_times();
    gate_runs(1, 0.03);
    assert_near(gate.margin, 0.03, 0);
}

/* No regression is claimed beyond the precision of the baseline, nor of the run. */
static void a_baseline_whose_sessions_are_far_apart(void **state)
{
    (void)state;
    plan_times();
    take_both(5.5, 5.5);
    record_ratio(FLOOR, 0.1, DEVIATION);
    record_ratio(OTHER, 0.25, 0.05);
    make_baseline();
    assert_false(suspects(0.05));
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
    assert_int_equal(gate.notes_n, 0);
}

static void a_run_whose_sessions_are_far_apart(void **state)
{
    (void)state;
    plan_times();
    made.apart = 0.2;
    take_both(5.5, 5.5);
    record_times();
    assert_false(suspects(0.05));
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
    assert_verdict(FLOOR, "ratio", VTB_GATE_WITHIN);
    assert_int_equal(gate.notes_n, 0);
}

/* With one challenger there is nothing that it could have in common with another: what its ratio
 * changed by is told, whatever the floor does. */
static void one_challenger_has_its_own_change(void **state)
{
    (void)state;
    plan_times();
    for (int floor_too = 0; floor_too < 2; floor_too++) {
        for (size_t r = 0; r < VTB_GATE_RUNS; r++)
            take(r, floor_too ? 2 * 1.1 : 2, 5 * 1.1);
        record_times();
        assert_true(suspects(0.05));
        gate_runs(2, 0.05);
        assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
        assert_near(check_of(OTHER, "ratio")->after, 0.275, 1e-9);
        assert_int_equal(gate.notes_n, 0);
    }
    for (size_t r = 0; r < VTB_GATE_RUNS; r++)
        take(r, 2 * 1.1, 5);
    record_times();
    assert_false(suspects(0.05));
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
    assert_near(check_of(OTHER, "ratio")->after, 0.25, 1e-9);
    assert_int_equal(gate.notes_n, 0);
}

/* A floor of 2 ns, and two challengers of 5 and 8, which are as much slower than before. */
static void take_two(double floor, double other, double third)
{
    const double ns[] = {1, 2 * floor, 20, 5 * other, 8 * third};
    for (size_t r = 0; r < VTB_GATE_RUNS; r++)
        time_run(r, &plan.points[0], ns);
    record_ratio(FLOOR, 0.1, DEVIATION);
    record_ratio(OTHER, 0.25, DEVIATION);
    record_ratio(THIRD, 0.4, DEVIATION);
    make_baseline();
    gate_runs(2, 0.05);
}

/* If the baseline strategy became quicker, all ratios to it grow alike, which is not held against
 * the others. */
static void the_baseline_strategy_changed(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=value_task,poll", "--heap=glibc");
    assert_int_equal(plan.points[0].cases_n, CASES_N + 1);
    take_two(1.08, 1.08, 1.08);
    assert_false(suspects(0.05));
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
    assert_near(check_of(OTHER, "ratio")->after, 0.25, 1e-9);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0,
                "on glibc the ratios of independent lookups changed together, by +8 %: taken "
                "to be heap_task's own change");
    take_two(1.08, 1.08 * 1.1, 1.08);
    assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
    assert_verdict(THIRD, "ratio", VTB_GATE_WITHIN);
}

/* Neither of one challenger nor of the floor is anything in common, whatever those do. */
static void nothing_changed_together(void **state)
{
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=value_task,poll", "--heap=glibc");
    take_two(1.1, 1.1, 1);
    assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
    assert_verdict(THIRD, "ratio", VTB_GATE_WITHIN);
    assert_near(check_of(THIRD, "ratio")->after, 0.4, 1e-9);
    assert_int_equal(gate.notes_n, 0);
    take_two(1, 1.2, 0.8);
    assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
    assert_verdict(THIRD, "ratio", VTB_GATE_BETTER);
    assert_int_equal(gate.notes_n, 0);
}

/* Of an even number of strategies half are no majority. */
static void half_of_a_table_changed(void **state)
{
    static const double slower[] = {1, 1, 1, 1.2, 1.2};
    (void)state;
    plan = SYNTHETIC_PLAN("--strategy=value_task,poll,caller_op", "--heap=glibc");
    const size_t cases_n = plan.points[0].cases_n;
    assert_int_equal(cases_n, CASES_N + 2);
    double ns[CASES_N + 2] = {1, 2, 20, 5, 5, 5};
    for (size_t own = OTHER; own < cases_n; own++) {
        ns[own] *= slower[own - 1];
    }
    for (size_t r = 0; r < VTB_GATE_RUNS; r++)
        time_run(r, &plan.points[0], ns);
    for (size_t own = OTHER; own < cases_n; own++)
        record_ratio(own, 0.25, DEVIATION);
    make_baseline();
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
    assert_verdict(OTHER + 1, "ratio", VTB_GATE_WORSE);
    assert_verdict(OTHER + 2, "ratio", VTB_GATE_WORSE);
    assert_int_equal(gate.notes_n, 0);
}

/* It has nothing that could become worse or better. */
static void the_floor_moved(void **state)
{
    (void)state;
    plan_times();
    for (int slower = 0; slower < 2; slower++) {
        for (size_t r = 0; r < VTB_GATE_RUNS; r++)
            take(r, slower ? 2.3 : 1.7, 5);
        record_times();
        assert_false(suspects(0.05));
        gate_runs(2, 0.05);
        assert_verdict(FLOOR, "ratio", slower ? VTB_GATE_UNKNOWN : VTB_GATE_WITHIN);
        assert_verdict(OTHER, "ratio", VTB_GATE_WITHIN);
        assert_int_equal(gate.notes_n, 0);
    }
}

static void record_of_state(const char *of)
{
    record(0, FLOOR, SESSIONS_OF_RATIO ", \"state\": \"%s\"", 0.1, DEVIATION, of);
    record(0, OTHER, SESSIONS_OF_RATIO ", \"state\": \"%s\"", 0.25, DEVIATION, of);
    make_baseline();
}

/* Beside a busy sibling the ratio itself is another one. */
static void states_that_differ(void **state)
{
    (void)state;
    plan_times();
    for (int busy = 0; busy < 2; busy++) {
        made.probe_ns = busy ? BUSY_NS : QUIET_NS;
        take_both(5.5, 5.5);
        record_of_state(busy ? "quiet" : "busy");
        assert_false(suspects(0.05));
        gate_runs(2, 0.05);
        assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
        assert_int_equal(gate.notes_n, 1);
        assert_note(0, busy ? "on glibc the baseline's times are those of a quiet core, and these "
                              "of a busy one: they are not compared"
                            : "on glibc the baseline's times are those of a busy core, and these "
                              "of a quiet one: they are not compared");
        record_of_state(busy ? "busy" : "quiet");
        assert_true(suspects(0.05));
        gate_runs(2, 0.05);
        assert_verdict(OTHER, "ratio", VTB_GATE_WORSE);
        assert_int_equal(gate.notes_n, 0);
    }
}

/* What is worse beside a busy sibling does not confirm what was so on a quiet core. */
static void a_second_run_in_another_state(void **state)
{
    (void)state;
    plan_times();
    take(0, 2, 5.5);
    made.probe_ns = BUSY_NS;
    take(1, 2, 5.5);
    record_of_state("quiet");
    assert_true(suspects(0.05));
    gate_runs(2, 0.05);
    assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
}

/* Files of version 0.1 have an interval of the rounds of one process, which says nothing of another
 * run; those of few sessions have none. */
static void a_baseline_without_its_sessions(void **state)
{
    (void)state;
    static const char *const members[] = {
        "\"ratio\": 0.25, \"ratio_lo\": 0.249, \"ratio_hi\": 0.251",
        "\"ratio\": 0.25, \"sessions_n\": 4",
        "\"ratio\": 0.25, \"ratio_log_se\": 0.01, \"ratio_freedom\": 3, \"sessions_n\": 4",
    };
    plan_times();
    take_both(6, 6);
    for (size_t i = 0; i < sizeof members / sizeof *members; i++) {
        record_ratio(FLOOR, 0.1, DEVIATION);
        record(0, OTHER, "%s", members[i]);
        make_baseline();
        assert_false(suspects(0.05));
        gate_runs(2, 0.05);
        assert_int_equal(gate.checks_n, 2);
        assert_verdict(OTHER, "ratio", VTB_GATE_UNKNOWN);
        assert_int_equal(gate.notes_n, 1);
        assert_note(0, "the baseline does not say how far another run may be from its times");
        assert_note(0,
                    "version 0.1 or of fewer than 5 sessions: renew it with `run_bench run ... "
                    "--save-baseline FILE`");
    }
}

static void a_run_of_few_sessions(void **state)
{
    (void)state;
    plan_times();
    for (int few = 0; few < 2; few++) {
        made.sessions_n = few ? VTB_SESSIONS_MIN - 1 : VTB_SESSIONS_MIN;
        take_both(6, 6);
        record_times();
        assert_int_equal(suspects(0.05), !few);
        gate_runs(2, 0.05);
        assert_verdict(OTHER, "ratio", few ? VTB_GATE_UNKNOWN : VTB_GATE_WORSE);
        assert_int_equal(gate.notes_n, few);
        assert_int_equal(gate.sessions_n, made.sessions_n);
    }
    assert_note(0, "on glibc fewer than 5 sessions have times in one state of the machine");
}

/* The verdict on a case whose change is three deviations, p = 0.0027, among cases that did not
 * change. All are to the first one. */
static enum vtb_gate_verdict verdict_among(size_t cases_n)
{
    static struct vtb_point point;
    static struct vtb_case cases[8];
    double ns[8];
    free_runs(); /* before their point changes */
    for (size_t i = 0; i < cases_n; i++) {
        cases[i] = plan.points[0].cases[OTHER];
        cases[i].empty = cases[i].floor = cases[i].baseline = cases[i].variant_of = 0;
        cases[i].serial = i;
        ns[i] = 20;
    }
    ns[cases_n - 1] *= exp(3 * sqrt(2) * DEVIATION);
    point = plan.points[0];
    point.cases = cases;
    point.cases_n = cases_n;
    for (size_t r = 0; r < VTB_GATE_RUNS; r++)
        time_run(r, &point, ns);
    record_ratio(1, 1, DEVIATION); /* all of them have the same name */
    make_baseline();
    gate_runs(2, 0.02);
    assert_int_equal(gate.checks_n, cases_n - 1);
    return gate.checks[gate.checks_n - 1].verdict;
}

/* Three times 0.0027 is below 0.01, four times is not. */
static void holm_over_all_ratios(void **state)
{
    (void)state;
    plan_times();
    assert_int_equal(verdict_among(4), VTB_GATE_WORSE);
    assert_int_equal(verdict_among(5), VTB_GATE_UNKNOWN);
}

static void no_times_in_the_baseline(void **state)
{
    (void)state;
    plan_times();
    take_both(6, 6);
    record(0, OTHER, "\"bytes_per_op\": 20.8");
    make_baseline();
    gate_runs(1, 0.05);
    assert_int_equal(gate.checks_n, 0);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0, "the baseline has no times to compare with");
    assert_true(gate.timed);
}

/* The counts' checks keep their places, and the times come behind them. */
static void times_come_behind_counts(void **state)
{
    (void)state;
    plan_times();
    take_both(5, 5);
    for (size_t i = 0; i < CASES_N; i++)
        runs[0].comparisons[0].figures[i].counted = counted[i];
    record(0, OTHER, "\"bytes_per_op\": 20.8, " SESSIONS_OF_RATIO, 0.25, DEVIATION);
    make_baseline();
    gate_counts();
    gate_runs(1, 0.05);
    assert_int_equal(gate.checks_n, 2);
    assert_string_equal(gate.checks[0].metric, "bytes_per_op");
    assert_string_equal(gate.checks[1].metric, "ratio");
    gate_counts();
    assert_int_equal(gate.checks_n, 3);
}

/* --- before the run --- */

static void assert_refused(bool ok, const struct vtb_error *error, const char *part)
{
    assert_false(ok);
    assert_int_equal(error->exit_code, VTB_EXIT_BASELINE);
    assert_one_line(error->message);
    assert_contains(error->message, "'b.json'");
    assert_contains(error->message, part);
}

static void cases_that_the_plan_has(void **state)
{
    (void)state;
    struct vtb_error error;
    plan_counts();
    for (size_t own = 0; own < CASES_N; own++)
        record(own % 2, own, "\"bytes_per_op\": 1");
    make_baseline();
    assert_true(vtb_gate_check_cases(&gate, &plan, NULL, &error));
}

/* The plan lacks a case if that is of another strategy, another rate, or a consumer that is left
 * out. */
static void cases_that_the_plan_has_not(void **state)
{
    (void)state;
    struct vtb_error error;
    plan_counts();
    record(0, BASELINE, "\"bytes_per_op\": 1");
    record(1, OTHER, "\"bytes_per_op\": 1");
    make_baseline();
    static char *const arguments[] = {"--strategy=poll", "--hit-rate=0.7",
                                      "--consumer=independent"};
    for (size_t i = 0; i < sizeof arguments / sizeof *arguments; i++) {
        struct vtb_plan other = SYNTHETIC_PLAN("--strategy=value_task", "--heap=glibc",
                                               "--consumer=both", arguments[i]);
        const bool ok = vtb_gate_check_cases(&gate, &other, NULL, &error);
        assert_refused(ok, &error, "has a case that its options do not make here: 'user_cache/");
        assert_contains(error.message, i == 1 ? "/heap_task/glibc/" : "/value_task/glibc/");
        assert_contains(error.message, "renew it with `run_bench run ... --save-baseline FILE`");
        vtb_plan_free(&other);
    }
}

/* A baseline of this build, but for one fact, and with options. */
static void parse_context(const char *key, const char *value, const char *more)
{
    static const char *const keys[] = {"compiler",     "cell_flags",  "libc",
                                       "architecture", "fingerprint", "isa"};
    char context[4096] = "";
    size_t n = 0;
    struct vtb_machine machine;
    vtb_machine_read(&machine);
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        const char *fact = strcmp(keys[i], key) == 0 ? value : vtb_machine_fact(&machine, keys[i]);
        n += (size_t)snprintf(context + n, sizeof context - n, "%s\"%s\": \"%s\"",
                              n > 0 ? ", " : "", keys[i], fact);
    }
    snprintf(context + n, sizeof context - n, "%s", more);
    parse_baseline(context, "{\"run_type\": \"counts\", \"run_name\": \"x\"}");
}

static void options_of_the_baseline(void **state)
{
    (void)state;
    struct vtb_error error;
    bool same = false;
    parse_context("", "",
                  ", \"options\": {\"hit-rate\": \"0.5\", \"strategy\": \"poll,value_task\", "
                  "\"instructions\": \"1\", \"seed\": \"7\"}");
    options.time_s = 3;
    assert_true(vtb_gate_prepare(&options, &file, &same, &error));
    assert_true(same);
    assert_true(options.instructions);
    assert_near(options.time_s, 3, 0);
    assert_int_equal(options.parameters[VTB_P(hit_rate)].n, 1);
    assert_near(options.parameters[VTB_P(hit_rate)].values[0], 0.5, 0);
    assert_int_equal(options.strategies.n, 2);
    assert_string_equal(options.strategies.items[0], "poll");
    assert_int_equal(options.seed, 7);
}

static void baselines_of_another_toolchain(void **state)
{
    (void)state;
    struct vtb_error error;
    static const char *const keys[] = {"compiler", "cell_flags", "libc", "architecture",
                                       "fingerprint"};
    static const char more[] = ", \"options\": {\"instructions\": \"1\", \"calls\": \"777\"}";
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        char difference[64];
        bool same = true;
        assert_int_equal(setup(NULL), 0);
        parse_context(keys[i], "abacus 1", more);
        bool ok = vtb_gate_prepare(&options, &file, &same, &error);
        snprintf(difference, sizeof difference, "%s was 'abacus 1', is '", keys[i]);
        assert_refused(ok, &error,
                       strcmp(keys[i], "fingerprint") == 0 ? "fingerprint is another" : difference);
        assert_contains(error.message, "--any-toolchain");
        assert_contains(error.message, "renew it with `run_bench run ... --save-baseline FILE`");
        options.any_toolchain = true;
        options.time_s = 3;
        ok = vtb_gate_prepare(&options, &file, &same, &error);
        assert_true(ok);
        assert_false(same);
        assert_false(options.instructions);
        assert_near(options.time_s, 0, 0);
        assert_near(options.parameters[VTB_P(calls)].values[0], 777, 0);
    }
}

/* Counts and times do not depend on it; the copies of the C library that are run do. */
static void baselines_of_another_instruction_set(void **state)
{
    static const char more[] = ", \"options\": {\"instructions\": \"1\"}";
    const size_t place = (size_t)(vtb_gate_metric("instructions") - vtb_gate_metrics);
    struct vtb_error error;
    bool same = false;
    (void)state;
    options.time_s = 3;
    parse_context("isa", "abacus", more);
    assert_true(vtb_gate_prepare(&options, &file, &same, &error));
    assert_true(same);
    assert_false(options.instructions);
    assert_near(options.time_s, 3, 0);
    for (size_t i = 0; i < VTB_GATE_METRICS_N; i++)
        assert_int_equal(options.limits[i].off, i == place);
}

/* valgrind runs the same copies on both of these. */
static void instruction_sets_that_valgrind_has_not(void **state)
{
    (void)state;
    struct vtb_machine machine;
    struct vtb_error error;
    bool same;
    vtb_machine_read(&machine);
    if (strncmp(vtb_machine_fact(&machine, "isa"), "avx", 3) != 0)
        skip();
    for (int newer = 0; newer < 2; newer++) {
        assert_int_equal(setup(NULL), 0);
        parse_context("isa", newer ? "avx512" : "avx2", ", \"options\": {\"instructions\": \"1\"}");
        assert_true(vtb_gate_prepare(&options, &file, &same, &error));
        assert_true(options.instructions);
    }
}

static void baselines_that_say_nothing_of_a_toolchain(void **state)
{
    (void)state;
    struct vtb_error error;
    bool same;
    parse_baseline("\"fingerprint\": \"f\"", "{\"run_type\": \"counts\", \"run_name\": \"x\"}");
    const bool ok = vtb_gate_prepare(&options, &file, &same, &error);
    assert_refused(ok, &error, "compiler was 'unknown', is '");
}

static void baselines_of_interrupted_runs(void **state)
{
    (void)state;
    struct vtb_error error;
    bool same;
    for (int any = 0; any < 2; any++) {
        options.any_toolchain = any;
        parse_context("", "", ", \"interrupted\": true");
        const bool ok = vtb_gate_prepare(&options, &file, &same, &error);
        assert_refused(ok, &error, "is of a run that was interrupted; renew it");
    }
}

/* Refuses options that a baseline may not have, as they say where to write or how long to measure,
 * or nothing; and values that no option takes. */
static void options_that_a_baseline_may_not_have(void **state)
{
    static const char *const bad[][2] = {
        {"export-json", "x"},   {"export-csv", "x"},   {"export-markdown", "x"},
        {"export-junit", "x"},  {"results-dir", "x"},  {"save-baseline", "x"},
        {"baseline", "x"},      {"trace", "x"},        {"limit", "bytes=off"},
        {"any-toolchain", "1"}, {"margin", "99"},      {"strict", "0"},
        {"time", "5"},          {"rounds", "0"},       {"sessions", "5"},
        {"help", "1"},          {"version", "1"},      {"format", "json"},
        {"dry-run", "1"},       {"events", "cycles"},  {"nosuch", "1"},
        {"hit", "0.5"},         {"hit-rate", "1.5"},   {"hit-rate", ""},
        {"heap", "nosuch"},     {"strategy", "all,x"}, {"instructions", "2"},
        {"calls", "1;rm"},
    };
    (void)state;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char more[200];
        struct vtb_error error;
        bool same;
        assert_int_equal(setup(NULL), 0);
        snprintf(more, sizeof more, ", \"options\": {\"seed\": \"5\", \"%s\": \"%s\"}", bad[i][0],
                 bad[i][1]);
        parse_context("", "", more);
        const bool ok = vtb_gate_prepare(&options, &file, &same, &error);
        assert_refused(ok, &error, "cannot be run: ");
        assert_contains(error.message, bad[i][0]);
        assert_null(options.export_json);
        assert_null(options.export_junit);
        assert_null(options.save_baseline);
        assert_false(options.help);
    }
}

/* --- what is printed --- */

static void add_check(const char *name, const char *metric, double before, double after,
                      enum vtb_gate_verdict verdict)
{
    struct vtb_gate_check *moved = realloc(gate.checks, (gate.checks_n + 1) * sizeof *gate.checks);
    assert_non_null(moved);
    gate.checks = moved;
    gate.checks[gate.checks_n] = (struct vtb_gate_check){
        .strategy = "poll",
        .heap = "glibc",
        .metric = metric,
        .title = strcmp(metric, "ratio") == 0 ? "time," : "B/op",
        .before = before,
        .after = after,
        .allowed = strcmp(metric, "ratio") == 0 ? 0.05 : 4,
        .verdict = verdict,
    };
    snprintf(gate.checks[gate.checks_n++].name, sizeof gate.checks->name, "%s", name);
}

/* One check of each verdict, and two notes. */
static void made_up_gate(void)
{
    parse_baseline("\"fingerprint\": \"f\"", "{\"run_type\": \"counts\", \"run_name\": \"x\"}");
    gate.timed = true;
    gate.sessions_n = 10;
    gate.margin = 0.05;
    add_check("w/poll/consumer:independent", "bytes_per_op", 8, 8, VTB_GATE_SAME);
    add_check("w/poll/consumer:independent", "frees_per_op", 8, 10, VTB_GATE_WITHIN);
    add_check("w/poll/consumer:dependent", "allocs_per_op", 10, 5, VTB_GATE_BETTER);
    add_check("w/<\"&\">/consumer:dependent", "peak_live_bytes", 20.8, 28.8, VTB_GATE_WORSE);
    add_check("w/poll/consumer:independent", "ratio", 0.25, 0.3, VTB_GATE_UNKNOWN);
    vtb_gate_note(&gate, "the first");
    vtb_gate_note(&gate, "the second, \"quoted\" <&>");
}

static void assert_line(size_t i, const char *expected)
{
    char line[400];
    vtb_gate_line(line, sizeof line, &gate.checks[i]);
    assert_string_equal(line, expected);
}

static void lines(void **state)
{
    (void)state;
    made_up_gate();
    assert_line(0, "poll on glibc: B/op was 8, is 8 (+0 %; allowed +4)");
    assert_line(2, "poll on glibc: B/op was 10, is 5 (-50 %; allowed +4)");
    assert_line(3, "poll on glibc: B/op was 20.8, is 28.8 (+38.5 %; allowed +4)");
    assert_line(4, "poll on glibc: time, was 0.25, is 0.3 (+20 %; allowed +5 %)");
    gate.checks[0].before = 0;
    assert_line(0, "poll on glibc: B/op was 0, is 8 (allowed +4)");
}

static void print_table(FILE *out)
{
    vtb_gate_report(out, &gate, VTB_FORMAT_TABLE);
}

static void table(void **state)
{
    (void)state;
    made_up_gate();
    char *text = text_of(print_table);
    assert_string_equal(
        text,
        "w, consumer:independent\n"
        "verdict       strategy  heap   figure        baseline  now\n"
        "same          poll      glibc  bytes_per_op         8    8\n"
        "within limit  poll      glibc  frees_per_op         8   10\n"
        "inconclusive  poll      glibc  ratio             0.25  0.3\n\n"
        "w, consumer:dependent\n"
        "verdict  strategy  heap   figure           baseline   now\n"
        "better   poll      glibc  allocs_per_op          10     5\n"
        "worse    poll      glibc  peak_live_bytes      20.8  28.8\n\n"
        "better       poll on glibc: B/op was 10, is 5 (-50 %; allowed +4); dependent lookups\n"
        "worse        poll on glibc: B/op was 20.8, is 28.8 (+38.5 %; allowed +4); dependent "
        "lookups\n"
        "inconclusive poll on glibc: time, was 0.25, is 0.3 (+20 %; allowed +5 %); independent "
        "lookups\n"
        "5 figures against 'b.json': 1 same, 1 within limit, 1 better, 1 worse, 1 inconclusive.\n"
        "Times: 10 sessions; the margin is 5 %.\n"
        "Note: the first.\nNote: the second, \"quoted\" <&>.\n"
        "Worse than the baseline. If that is meant, renew it: `run_bench run ... --save-baseline "
        "FILE`.\n");
    free(text);
    gate.checks_n = 3;
    gate.notes_n = 0;
    gate.timed = false;
    text = text_of(print_table);
    assert_contains(text,
                    "\n3 figures against 'b.json': 1 same, 1 within limit, 1 better.\n"
                    "Better than the baseline: renew it, so that this is kept: `run_bench run ");
    free(text);
    gate.checks_n = 1;
    text = text_of(print_table);
    assert_string_equal(text,
                        "w, consumer:independent\n"
                        "verdict  strategy  heap   figure        baseline  now\n"
                        "same     poll      glibc  bytes_per_op         8    8\n\n"
                        "1 figure against 'b.json': 1 same.\n");
    free(text);
}

/* Of many points, in turn: each has a table, in the order in which they come. To look for each
 * figure among all others would take long. */
static void table_of_many_points(void **state)
{
    (void)state;
    const size_t points_n = 100;
    const size_t figures_n = 30 * points_n;
    char name[64];
    made_up_gate();
    gate.checks_n = 0;
    for (size_t i = 0; i < figures_n; i++) {
        snprintf(name, sizeof name, "w/poll/glibc/rate:%zu", i % points_n);
        add_check(name, "bytes_per_op", 8, 8, VTB_GATE_SAME);
        vtb_gate_add_gap(&gate, name, i < figures_n / 2 ? "ratio" : "live", VTB_GATE_UNTIMED);
    }
    char *text = text_of(print_table);
    const char *at = text;
    for (size_t i = 0; i < points_n; i++) {
        snprintf(name, sizeof name, "w, rate:%zu\nverdict ", i);
        at = strstr(at, name);
        assert_non_null(at);
    }
    size_t lines_n = 0;
    for (at = text; (at = strstr(at, "\nsame ")); at++)
        lines_n++;
    assert_int_equal(lines_n, figures_n);
    assert_contains(text,
                    "Not compared: live, not timed long enough in one state of the machine:\n"
                    "- w/poll/glibc/rate:0\n- w/poll/glibc/rate:1\n"
                    "- w/poll/glibc/rate:2\n- w/poll/glibc/rate:3\n"
                    "- w/poll/glibc/rate:4\n- and 1495 more, which ");
    free(text);
}

static void print_markdown(FILE *out)
{
    vtb_gate_report(out, &gate, VTB_FORMAT_MARKDOWN);
}

static void markdown(void **state)
{
    (void)state;
    made_up_gate();
    char *text = text_of(print_markdown);
    assert_contains(text, "### valuetask-bench gate: worse\n\n5 figures against 'b.json': ");
    assert_contains(text,
                    "\n\n| verdict | strategy | heap | figure | baseline | now |\n"
                    "|---|---|---|---|--:|--:|\n"
                    "| better | poll | glibc | allocs_per_op | 10 | 5 |\n"
                    "| worse | poll | glibc | peak_live_bytes | 20.8 | 28.8 |\n"
                    "| inconclusive | poll | glibc | ratio | 0.25 | 0.3 |\n\n"
                    "Note: the first.\n");
    free(text);
    gate.checks_n = 2;
    text = text_of(print_markdown);
    assert_contains(text, "### valuetask-bench gate: passed\n");
    assert_contains(text,
                    "<details><summary>All figures</summary>\n\n`w/consumer:independent`\n\n"
                    "| verdict | strategy | heap | figure | baseline | now |\n"
                    "|---|---|---|---|--:|--:|\n"
                    "| same | poll | glibc | bytes_per_op | 8 | 8 |\n"
                    "| within limit | poll | glibc | frees_per_op | 8 | 10 |\n\n</details>\n");
    free(text);
    vtb_gate_add_gap(&gate, "w/poll/glibc", "ratio", VTB_GATE_UNTIMED);
    gate.strict = true;
    text = text_of(print_markdown);
    assert_contains(text, "### valuetask-bench gate: inconclusive\n");
    free(text);
}

/* Names in a file are of whoever wrote it. */
static void markdown_of_markup(void **state)
{
    (void)state;
    made_up_gate();
    vtb_gate_add_gap(&gate, "w/<img src=x>/*b*", "ratio", VTB_GATE_NOT_BEFORE);
    const struct vtb_recorded_row row = {.name = (char[]){"w/<i>*c*/glibc/x:1"}};
    gate.unasked = calloc(1, sizeof(*gate.unasked));
    assert_non_null(gate.unasked);
    gate.unasked[gate.unasked_n++] = &row;
    char *text = text_of(print_markdown);
    assert_contains(text, "\n- w/\\<img src=x>/\\*b\\*\n");
    assert_contains(text, "of the baseline's strategies: \\<i>\\*c\\*.\n");
    free(text);
    text = text_of(print_table);
    assert_contains(text, "\n- w/<img src=x>/*b*\n");
    free(text);
    const struct vtb_error refusal = {.message = "'<img src=x>*b*' is no baseline"};
    gate.refusal = &refusal;
    text = text_of(print_markdown);
    assert_string_equal(text,
                        "### valuetask-bench gate: nothing was compared\n\n"
                        "'\\<img src=x>\\*b\\*' is no baseline\n");
    free(text);
    gate.refusal = NULL;
}

static void print_csv(FILE *out)
{
    vtb_gate_report(out, &gate, VTB_FORMAT_CSV);
}

static void csv(void **state)
{
    (void)state;
    made_up_gate();
    gate.checks[0].before = 1.0 / 3;
    char *text = text_of(print_csv);
    assert_contains(text,
                    "name,strategy,heap,metric,before,after,allowed,verdict\n"
                    "w/poll/consumer:independent,poll,glibc,bytes_per_op,0.333333333333333,8,4,"
                    "same\n");
    assert_contains(text, ",peak_live_bytes,20.8,28.8,4,worse\n");
    assert_contains(text, ",ratio,0.25,0.3,0.05,inconclusive\n");
    free(text);
}

static void print_json(FILE *out)
{
    vtb_gate_report(out, &gate, VTB_FORMAT_JSON);
}

static json_t *parsed_json(void)
{
    char *text = text_of(print_json);
    json_error_t error;
    json_t *all = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!all)
        fail_msg("%s: %s", error.text, text);
    free(text);
    return all;
}

/* Also before a baseline was read, whose path is not known then. */
static void json_of_a_refusal(void **state)
{
    (void)state;
    const struct vtb_result_file unread = {0};
    const struct vtb_error refusal = {.message = "there is no baseline"};
    gate = (struct vtb_gate){.baseline = &unread, .refusal = &refusal};
    json_t *all = parsed_json();
    assert_string_equal(json_string_value(json_object_get(all, "refusal")), refusal.message);
    assert_true(json_is_null(json_object_get(all, "baseline")));
    json_decref(all);
    gate.refusal = NULL;
    all = parsed_json();
    assert_null(json_object_get(all, "refusal"));
    json_decref(all);
    gate = (struct vtb_gate){0};
}

/* --- files that a user brought --- */

#define DIGEST "0123456789012345678901234567890123456789012345678901234567890123"
#define OTHER_DIGEST "0123456789012345678901234567890123456789012345678901234567890124"

static void baseline_of_sources(void)
{
    parse_baseline(
        "\"fingerprint\": \"f\", \"strategies\": [{\"name\": \"mine\", \"path\": "
        "\"./a, sha256 b/mine.c\", \"sha256\": \"" DIGEST "\"}]",
        "{\"run_type\": \"counts\", \"run_name\": \"a\"}");
}

/* Two sources with the same content are the same, wherever they are. */
static void sources_that_are_the_same(void **state)
{
    (void)state;
    baseline_of_sources();
    vtb_gate_note_source(&gate, "mine", "./a, sha256 b/mine.c", DIGEST);
    vtb_gate_note_source(&gate, "mine", "/elsewhere/mine.c", DIGEST);
    assert_int_equal(gate.notes_n, 0);
}

static void sources_that_changed(void **state)
{
    (void)state;
    baseline_of_sources();
    vtb_gate_note_source(&gate, "mine", "./mine.c", OTHER_DIGEST);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0, "the source of mine is ./mine.c, sha256 " OTHER_DIGEST
                   "; the baseline's had sha256 " DIGEST);
    vtb_gate_note_source(&gate, "other", "./other.c", DIGEST);
    assert_int_equal(gate.notes_n, 2);
    assert_note(1, "the source of other is ./other.c, sha256 " DIGEST
                   "; the baseline does not say what it was");
}

/* A difference is seen however long the names are, and whatever they hold. */
static void sources_of_long_names(void **state)
{
    (void)state;
    char name[64] = "";
    char path[1000];
    char context[600];
    memset(name, 'a', sizeof name - 1);
    for (size_t i = 0; i + 1 < sizeof path; i++)
        path[i] = "\xc3\xbc"[i % 2];
    strcpy(path + sizeof path - 8, "\033\n/m.c");
    snprintf(context, sizeof context,
             "\"fingerprint\": \"f\", \"workloads\": [{\"name\": \"%s\", \"path\": \"x.h\", "
             "\"sha256\": \"" DIGEST "\"}]",
             name);
    parse_baseline(context, "{\"run_type\": \"counts\", \"run_name\": \"a\"}");
    vtb_gate_note_source(&gate, name, path, OTHER_DIGEST);
    assert_int_equal(gate.notes_n, 1);
    assert_note(0, "\\x1b\\n/m.c, sha256 " OTHER_DIGEST "; the baseline's had sha256 " DIGEST);
    vtb_gate_note(&gate, "%s",
                  path); /* cut off within a character: it is in the file all the same */
    json_t *all = parsed_json();
    assert_int_equal(json_array_size(json_object_get(all, "notes")), 2);
    json_decref(all);
}

/* Of a machine and a build all that both contexts have, however much it is; not what is of one run,
 * of what was asked for, or told by itself. */
static void facts_that_changed(void **state)
{
    (void)state;
    static const char *const contexts[] = {
        "\"fingerprint\": \"f\", \"affinity\": \"0-1\", \"malloc\": \"a.so\", \"kernel\": \"5\", "
        "\"libraries\": [{\"name\": \"libx\", \"version\": \"1\"}, {\"name\": \"liby\"}], "
        "\"date\": \"1\", \"throttled\": \"0\", \"steal_during_run\": \"0\", \"sessions\": 5, "
        "\"environment\": {\"kept\": {}}, \"skipped\": [], \"a\": 1, \"b\": 1, \"c\": 1, \"d\": 1, "
        "\"e\": 1, \"f\": 1, \"g\": 1, \"h\": 1, \"i\": \"1\"",
        "\"fingerprint\": \"g\", \"affinity\": \"0\", \"malloc\": \"b.so\", \"kernel\": \"5\", "
        "\"libraries\": [{\"name\": \"libx\", \"version\": \"2\"}, {\"name\": \"libz\"}], "
        "\"date\": \"2\", \"throttled\": \"1\", \"steal_during_run\": \"1\", \"sessions\": 6, "
        "\"environment\": {\"kept\": {\"LD_X\": \"\"}}, \"skipped\": [1], \"a\": 2, \"b\": 2, "
        "\"c\": 2, \"d\": 2, \"e\": 2, \"f\": 2, \"g\": 2, \"h\": 2, \"new\": \"1\"",
    };
    static const char row[] = "{\"run_type\": \"counts\", \"run_name\": \"a\"}";
    char text[2000];
    struct vtb_result_file now;
    struct vtb_error error;
    parse_baseline(contexts[0], row);
    snprintf(text, sizeof text, "{\"context\": {%s}, \"benchmarks\": [%s]}", contexts[1], row);
    assert_true(vtb_result_file_parse(&now, "now", text, strlen(text), VTB_EXIT_BASELINE, &error));
    vtb_gate_note_facts(&gate, &now);
    assert_int_equal(gate.notes_n, 3 + 8);
    assert_note(0, "affinity was '0-1', is '0'");
    assert_note(1, "malloc was 'a.so', is 'b.so'");
    assert_note(2,
                "libraries.libx was '{\"name\":\"libx\",\"version\":\"1\"}', is "
                "'{\"name\":\"libx\",\"version\":\"2\"}'");
    assert_note(10, "h was '1', is '2'");
    vtb_result_file_free(&now);
}

static const char *string_of(const json_t *object, const char *key)
{
    return json_string_value(json_object_get(object, key));
}

static void json(void **state)
{
    (void)state;
    made_up_gate();
    json_t *all = parsed_json();
    assert_string_equal(string_of(all, "baseline"), "b.json");
    assert_int_equal(json_integer_value(json_object_get(all, "sessions")), 10);
    assert_near(json_real_value(json_object_get(all, "margin")), 0.05, 0);
    const json_t *notes = json_object_get(all, "notes");
    assert_int_equal(json_array_size(notes), 2);
    assert_string_equal(json_string_value(json_array_get(notes, 1)), "the second, \"quoted\" <&>");
    const json_t *checks = json_object_get(all, "checks");
    assert_int_equal(json_array_size(checks), 5);
    const json_t *check = json_array_get(checks, 3);
    assert_string_equal(string_of(check, "name"), "w/<\"&\">/consumer:dependent");
    assert_string_equal(string_of(check, "strategy"), "poll");
    assert_string_equal(string_of(check, "heap"), "glibc");
    assert_string_equal(string_of(check, "metric"), "peak_live_bytes");
    assert_string_equal(string_of(check, "verdict"), "worse");
    assert_near(json_real_value(json_object_get(check, "before")), 20.8, 0);
    assert_near(json_real_value(json_object_get(check, "relative_change")), 8 / 20.8, 1e-12);
    assert_near(json_real_value(json_object_get(check, "after")), 28.8, 0);
    assert_near(json_real_value(json_object_get(check, "allowed")), 4, 0);
    json_decref(all);
    gate.timed = false;
    gate.checks[0].before = 0;
    all = parsed_json();
    assert_null(json_object_get(all, "margin"));
    check = json_array_get(json_object_get(all, "checks"), 0);
    assert_true(json_is_null(json_object_get(check, "relative_change")));
    assert_int_equal(json_array_size(json_object_get(all, "not_compared")), 0);
    assert_int_equal(json_array_size(json_object_get(all, "not_asked_for")), 0);
    json_decref(all);
}

/* A file's name is any bytes. */
static void json_with_a_name_that_is_no_text(void **state)
{
    (void)state;
    made_up_gate();
    memcpy(file.path, "b\xe9.j", sizeof "b\xe9.j"); /* shorter than what was there */
    json_t *all = parsed_json();
    assert_string_equal(string_of(all, "baseline"), "b?.j");
    json_decref(all);
}

/* Each figure that was not compared is named, with its reason, below the sum. */
static void gaps_in_the_table(void **state)
{
    (void)state;
    made_up_gate();
    gate.checks_n = 1;
    gate.notes_n = 0;
    gate.timed = false;
    for (size_t i = 0; i < 7; i++) {
        char name[32];
        snprintf(name, sizeof name, "w/poll_%zu/glibc", i);
        vtb_gate_add_gap(&gate, name, "ratio", VTB_GATE_UNTIMED);
    }
    vtb_gate_add_gap(&gate, "w/poll/glibc", NULL, VTB_GATE_NOT_BEFORE);
    vtb_gate_add_gap(&gate, "w/poll/glibc", "ratio", VTB_GATE_NOT_BEFORE);
    char *text = text_of(print_table);
    assert_contains(text,
                    "1 figure against 'b.json': 1 same; 9 not compared.\n"
                    "Not compared: ratio, not timed long enough in one state of the machine:\n"
                    "- w/poll_0/glibc\n- w/poll_1/glibc\n- w/poll_2/glibc\n- w/poll_3/glibc\n"
                    "- w/poll_4/glibc\n- and 2 more, which --format json names\n"
                    "Not compared: all figures, not in the baseline:\n- w/poll/glibc\n"
                    "Not compared: ratio, not in the baseline:\n- w/poll/glibc\n");
    free(text);
    text = text_of(print_csv);
    assert_contains(text, "\nw/poll_6/glibc,poll_6,,ratio,,,,not compared\n");
    free(text);
    json_t *all = parsed_json();
    const json_t *gaps = json_object_get(all, "not_compared");
    assert_int_equal(json_array_size(gaps), 9);
    assert_string_equal(string_of(json_array_get(gaps, 0), "name"), "w/poll_0/glibc");
    assert_string_equal(string_of(json_array_get(gaps, 0), "metric"), "ratio");
    assert_string_equal(string_of(json_array_get(gaps, 0), "reason"), VTB_GATE_UNTIMED);
    assert_true(json_is_null(json_object_get(json_array_get(gaps, 7), "metric")));
    json_decref(all);
}

static void print_junit(FILE *out)
{
    vtb_gate_junit(out, &gate, VTB_FORMAT_TABLE);
}

/* Where the text of a JUnit file has this machine's name there is another one. */
static char *junit_text(void)
{
    static const char attribute[] = "hostname=\"";
    char *printed = text_of(print_junit);
    char *text = strdup(printed);
    free(printed);
    assert_non_null(text);
    char *host = strstr(text, attribute);
    assert_non_null(host);
    host += strlen(attribute);
    const size_t n = strcspn(host, "\"");
    assert_true(n > 0);
    memmove(host + 1, host + n, strlen(host + n) + 1);
    *host = 'h';
    return text;
}

#define SUITE(counts)                                                                         \
    "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"                              \
    "  <testsuite name=\"valuetask-bench gate\" package=\"valuetask-bench\" id=\"0\" " counts \
    " time=\"1.500\" timestamp=\"2026-11-29T12:34:56\" hostname=\"h\">\n    <properties>\n"   \
    "      <property name=\"baseline\" value=\"b.json\"/>\n    </properties>\n"
#define SUITE_END "    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n"

/* Dots are levels, so a rate has none. */
static void junit(void **state)
{
    (void)state;
    made_up_gate();
    gate.began = 1795955696;
    gate.seconds = 1.5;
    snprintf(gate.checks[0].name, sizeof gate.checks->name, "w/poll/glibc/hit_rate:0.8/ttl:1.5");
    char *text = junit_text();
    assert_string_equal(
        text,
        SUITE("tests=\"5\" failures=\"1\" errors=\"0\" skipped=\"1\"")
        "    <testcase classname=\"w.poll/glibc/hit_rate:0_8/ttl:1_5\" name=\"bytes_per_op\" "
        "time=\"0\"/>\n"
        "    <testcase classname=\"w.poll/consumer:independent\" name=\"frees_per_op\" time=\"0\"/>"
        "\n"
        "    <testcase classname=\"w.poll/consumer:dependent\" name=\"allocs_per_op\" time=\"0\"/>"
        "\n"
        "    <testcase classname=\"w.&lt;&quot;&amp;&quot;&gt;/consumer:dependent\" "
        "name=\"peak_live_bytes\" time=\"0\">\n"
        "      <failure type=\"regression\" message=\"poll on glibc: B/op was 20.8, is 28.8 "
        "(+38.5 %; allowed +4)\"/>\n"
        "    </testcase>\n"
        "    <testcase classname=\"w.poll/consumer:independent\" name=\"ratio\" time=\"0\">\n"
        "      <skipped type=\"inconclusive\" message=\"inconclusive: poll on glibc: time, was "
        "0.25, is 0.3 (+20 %; allowed +5 %)\"/>\n"
        "    </testcase>\n" SUITE_END);
    free(text);
}

/* What fails the gate is no success to those who read JUnit alone. */
static void junit_of_what_was_not_compared(void **state)
{
    (void)state;
    made_up_gate();
    gate.began = 1795955696;
    gate.seconds = 1.5;
    gate.checks_n = 0;
    vtb_gate_add_gap(&gate, "w/poll/glibc", NULL, VTB_GATE_NOT_BEFORE);
    for (int strict = 0; strict < 2; strict++) {
        gate.strict = strict;
        char *text = junit_text();
        assert_contains(text, strict ? "tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\""
                                     : "tests=\"1\" failures=\"0\" errors=\"0\" skipped=\"1\"");
        assert_contains(text, strict ? "<error type=\"not compared\"" : "<skipped type=\"not ");
        assert_contains(text, "message=\"not compared: not in the baseline\"/>");
        free(text);
    }
    const struct vtb_error refusal = {.message = "'b\033\xe9' <is> \"no\" baseline"};
    gate.refusal = &refusal;
    char *text = junit_text();
    assert_string_equal(
        text, SUITE("tests=\"1\" failures=\"0\" errors=\"1\" skipped=\"0\"")
        "    <testcase classname=\"valuetask-bench.gate\" name=\"baseline\" time=\"0\">\n"
        "      <error type=\"nothing was compared\" message=\"nothing was compared: 'b?\?' "
        "&lt;is&gt; &quot;no&quot; baseline\"/>\n    </testcase>\n" SUITE_END);
    free(text);
    text = text_of(print_markdown);
    assert_contains(text, "### valuetask-bench gate: nothing was compared\n\n'b");
    free(text);
}

static void print_sarif(FILE *out)
{
    vtb_gate_sarif(out, &gate, VTB_FORMAT_JSON);
}

/* The results of a SARIF file; and in *all the file, which is the caller's to free. */
static const json_t *sarif_results(json_t **all)
{
    json_error_t error;
    char *text = text_of(print_sarif);
    *all = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (!*all)
        fail_msg("%s: %s", error.text, text);
    free(text);
    return json_object_get(json_array_get(json_object_get(*all, "runs"), 0), "results");
}

static void assert_result(const json_t *results, size_t i, const char *rule, const char *level,
                          const char *part)
{
    const json_t *result = json_array_get(results, i);
    assert_string_equal(string_of(result, "ruleId"), rule);
    assert_string_equal(string_of(result, "level"), level);
    assert_contains(string_of(json_object_get(result, "message"), "text"), part);
}

static const char *uri_of(const json_t *results, size_t i)
{
    const json_t *locations = json_object_get(json_array_get(results, i), "locations");
    const json_t *physical = json_object_get(json_array_get(locations, 0), "physicalLocation");
    return string_of(json_object_get(physical, "artifactLocation"), "uri");
}

/* A result for each finding that fails the gate, and no others. */
static void sarif(void **state)
{
    (void)state;
    json_t *all;
    made_up_gate();
    vtb_gate_add_gap(&gate, "w/poll/glibc", NULL, VTB_GATE_NOT_BEFORE);
    vtb_gate_add_gap(&gate, "w/of_yore/glibc", "ratio", VTB_GATE_UNTIMED);
    const json_t *results = sarif_results(&all);
    assert_int_equal(json_array_size(results), 1);
    assert_result(results, 0, "peak_live_bytes", "error", "B/op was 20.8, is 28.8 (+38.5 %;");
    json_decref(all);
    gate.strict = true;
    memcpy(file.path, "/\xe9 #", sizeof "/\xe9 #"); /* shorter than what was there */
    results = sarif_results(&all);
    assert_int_equal(json_array_size(results), 4);
    assert_result(results, 1, "ratio", "warning", "it cannot be told whether it is worse: poll on");
    assert_result(results, 2, "case", "warning", "all figures of w/poll/glibc: not in the");
    assert_result(results, 3, "ratio", "warning", "ratio of w/of_yore/glibc: not timed");
    assert_string_equal(uri_of(results, 2), "impls/poll.c");
    assert_string_equal(uri_of(results, 3), "file:///%E9%20%23");
    json_decref(all);
}

static void print_annotations(FILE *out)
{
    vtb_gate_annotations(out, &gate);
}

/* GitHub decodes what stands behind a percent sign. */
static void annotations(void **state)
{
    (void)state;
    made_up_gate();
    char *text = text_of(print_annotations);
    assert_string_equal(text,
                        "::error title=worse than the baseline::poll on glibc: B/op was 20.8, is "
                        "28.8 (+38.5 %25; allowed +4)\n");
    free(text);
    gate.checks_n = 3;
    text = text_of(print_annotations);
    assert_string_equal(text, "");
    free(text);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(counts_that_are_the_same),
        TEST(what_was_rounded_is_the_same),
        TEST(counts_that_are_not),
        TEST(what_is_off_is_not_compared),
        TEST(what_is_not_on_both_sides_is_not_compared),
        TEST(what_is_off_is_no_gap),
        TEST(instructions_of_another_processor),
        TEST(times_that_the_baseline_lacks),
        TEST(consumers_share_their_counts),
        TEST(collections_under_the_same_budgets),
        TEST(collections_under_other_budgets),
        TEST(collections_over_other_calls),
        TEST(notes_of_many_reasons),
        TEST(json_of_a_refusal),
        TEST(sources_that_are_the_same),
        TEST(sources_that_changed),
        TEST(sources_of_long_names),
        TEST(facts_that_changed),
        TEST(slower_in_both_runs),
        TEST(slower_in_one_run_of_two),
        TEST(slower_in_the_only_run),
        TEST(quicker),
        TEST(slower_by_less_than_the_margin),
        TEST(the_margin_is_more_than_places_of_code),
        TEST(a_baseline_whose_sessions_are_far_apart),
        TEST(a_run_whose_sessions_are_far_apart),
        TEST(one_challenger_has_its_own_change),
        TEST(the_baseline_strategy_changed),
        TEST(nothing_changed_together),
        TEST(half_of_a_table_changed),
        TEST(the_floor_moved),
        TEST(states_that_differ),
        TEST(a_second_run_in_another_state),
        TEST(a_baseline_without_its_sessions),
        TEST(a_run_of_few_sessions),
        TEST(holm_over_all_ratios),
        TEST(no_times_in_the_baseline),
        TEST(times_come_behind_counts),
        TEST(cases_that_the_plan_has),
        TEST(cases_that_the_plan_has_not),
        TEST(options_of_the_baseline),
        TEST(baselines_of_another_toolchain),
        TEST(baselines_of_another_instruction_set),
        TEST(instruction_sets_that_valgrind_has_not),
        TEST(baselines_that_say_nothing_of_a_toolchain),
        TEST(baselines_of_interrupted_runs),
        TEST(options_that_a_baseline_may_not_have),
        TEST(lines),
        TEST(table),
        TEST(gaps_in_the_table),
        TEST(table_of_many_points),
        TEST(markdown),
        TEST(markdown_of_markup),
        TEST(csv),
        TEST(json),
        TEST(json_with_a_name_that_is_no_text),
        TEST(junit),
        TEST(junit_of_what_was_not_compared),
        TEST(sarif),
        TEST(annotations),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
