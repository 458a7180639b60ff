/* The sentences of an advice, each worked out from figures that are made up; and its JSON. */
#include "two_heaps.h"

#include <jansson.h>

#include "base/prose.h"
#include "report/report_advice.h"

static struct vtb_options options;

/* 5 and 15 ns are saved, at a hit rate of 0.8. */
static void make_at(double calls_per_second)
{
    make(0.75, VTB_VERDICT_DIFFERENT, 0.5, VTB_VERDICT_DIFFERENT);
    memset(&options, 0, sizeof options);
    it.plan.calls_per_second = calls_per_second;
    it.results.options = &options;
}

static void write_lines(FILE *out, size_t width)
{
    const struct vtb_look look = {width};
    vtb_report_advice_lines(out, &it.results, &look, VTB_FORMAT_TABLE);
}

static void print(size_t width)
{
    print_by(write_lines, width);
}

static void it_does_not_matter(void **state)
{
    (void)state;
    make_at(20000);
    print(80);
    says("errands: 20,000 calls a second, 80 % answered at once, 64 in flight, 0-byte result; ");
    says("7 sessions of 80 rounds ADVICE It does not matter: take left, the simple one.");
    says("malloc (heap) right saves 0.100 ms (0.0800 to 0.116) of processor time a second, ");
    says("8.64 s (6.91 to 10.0) a day: 20.0 -> 15.0 ns a call, -25 % ±5");
    says("collector (sweeper) right saves 0.300 ms");
    says("allocated 9.6 -> 2.4 B a call, -75.0 %");
    says("at this volume 140.6 KiB a second less are allocated");
    says("at this volume 5.61 -> 1.49 collections a minute (sweeper)");
    says("how sure each interval is one of 99 %, and holds for another run on this machine");
    /* 15 ns a call, of the heap on which most is saved */
    says(
        "it changes 1 % of a core is saved from 2,000,000 calls a second on (1,700,000 to "
        "2,500,000; heap), 670,000 on (620,000 to 740,000; ");
    says("rule of thumb right, as the hit rate is above 70 %. What was measured disagrees: less ");
    says("than 1 % of a core is at stake");
    says("`run_bench run` compares all strategies, with the same numbers.");
    says_not("hit rate of about");
    figures[2].pressure.collected = (struct vtb_collected){.pauses_n = 50, .cpu_ns = 50 * 22e3};
    print(80); /* 22 us once in 213,995 calls; and too few collections of the other to tell */
    says(
        "1.49 collections a minute, 0.00206 -> ? ms of pause a second, as there was no "
        "pause to measure (sweeper)");
}

/* More than one core is told in cores; of callers of a public API one is reminded. */
static void it_is_much(void **state)
{
    (void)state;
    make_at(1e9);
    options.public_api = true;
    print(80);
    says(
        "it saves 15.0 cores (13.5 to 16.2) with sweeper, which is worth it if callers of a "
        "public ");
    says("API can be held to its rules.");
    for (size_t i = 0; i < CASES_N; i++)
        cases[i].threads_n = 2;
    print(80);
    says("right saves 5,000 ms (4,000 to 5,800) of its callers' time a second");
}

/* An interval alone is no verdict: nothing is advised of it, however much it would be. */
static void it_is_not_certain(void **state)
{
    (void)state;
    make(0.75, VTB_VERDICT_UNKNOWN, 1.01, VTB_VERDICT_SAME);
    memset(&options, 0, sizeof options);
    it.results.options = &options;
    it.plan.calls_per_second = 1e8;
    print(80);
    says("Take left, the simple one, as long as it is not known whether right saves 1 % of a core");
    says("malloc (heap) right saves 400 to 580 ms of processor time a second: 20.0 -> 15.0 ns a ");
    says("call, -25 % ±5, not known yet");
    says("right saves -180 to 90.0 ms of processor time a second: 30.0 -> 30.3 ns a call, the ");
    says_not("a day:");
}

static void it_pays(void **state)
{
    (void)state;
    make_at(1e7);
    print(80);
    says(
        "ADVICE Take right: in left's place it saves 15.0 % (13.5 to 16.2) of a core with "
        "sweeper.");
    says("rule of thumb right, as the hit rate is above 70 %, and so does this advice");
    says_not("rules");
    it.strategies[1].lacks.several_consumers = "it is awaited once";
    print(80);
    says("rules it is awaited once (run_bench misuse --strategy right)");
}

static void it_costs(void **state)
{
    (void)state;
    make_at(1e7);
    figures[1].ratio = (struct vtb_interval){1.25, 1.2, 1.3};
    figures[3].ratio = (struct vtb_interval){1.5, 1.45, 1.55};
    print(80);
    says(
        "ADVICE Take left: right in its place costs 15.0 % (13.5 to 16.5) of a core with sweeper.");
    says("right costs 50.0 ms (40.0 to 60.0) of processor time a second");
    says("disagrees: it is slower here");
    it.plan.calls_per_second = 0;
    print(80);
    says("ADVICE Take left: right in its place is slower.");
    figures[3].ratio = (struct vtb_interval){0.5, 0.45, 0.55};
    print(80);
    says("ADVICE Take left, the simple one: right saves on one heap and costs on another; --heap ");
    says("disagrees: it is slower on one of the heaps");
}

static void without_a_volume(void **state)
{
    (void)state;
    make_at(0);
    print(80);
    says(
        "ADVICE Take right: it is faster than left; whether that matters --calls-per-second "
        "tells.");
    says("malloc (heap) right: 20.0 -> 15.0 ns a call, -25 % ±5");
    says_not("at this volume");
    figures[3].verdict = VTB_VERDICT_UNKNOWN;
    print(80);
    says("ADVICE Take right: it is faster than left on heap; whether that matters ");
    figures[3].verdict = VTB_VERDICT_DIFFERENT;
    options.public_api = true;
    print(80);
    says("ADVICE Take left: right is faster, but callers of a public API cannot be relied on to ");
    says("obey its rules; whether that is worth it --calls-per-second tells.");
    says("disagrees: that it matters is not known");
    figures[1].verdict = figures[3].verdict = VTB_VERDICT_SAME;
    print(80);
    says("ADVICE It does not matter: take left, the simple one.");
    says("disagrees: it is as fast");
    it.point.hits.rate = 0.5;
    figures[1].verdict = VTB_VERDICT_DIFFERENT;
    options.public_api = false;
    print(80);
    says(
        "left, as there are no millions of calls a day, and the hit rate is not above 70 %. What "
        "was ");
    says("measured disagrees: it is faster all the same");
}

static void what_is_not_known(void **state)
{
    (void)state;
    make_at(667000);
    figures[1].verdict = figures[3].verdict = VTB_VERDICT_UNKNOWN;
    print(80);
    says(
        "ADVICE Take left, the simple one, as long as it is not known whether right saves 1 % of ");
    says("a core: more --sessions would tell.");
    says("holds for another run on this machine; it is too wide to tell");
    says("disagrees: what is saved is not known");
    it.plan.calls_per_second = 0;
    print(80);
    says("whether right is faster: more --sessions would tell.");
    for (size_t i = 0; i < CASES_N; i++)
        figures[i].ratio.lo = figures[i].ratio.hi = NAN;
    print(80);
    says("how sure not at all: no time has an interval, which takes 5 sessions");
}

/* What callers do decides, whatever would be saved. */
static void what_callers_do(void **state)
{
    (void)state;
    make_at(1e7);
    options.await_many = true;
    print(80);
    says(
        "left, as it is awaited several times. What was measured disagrees: 1 % of a core or more");
    it.strategies[1].lacks.several_consumers = "it is awaited once";
    it.strategies[1].lacks.storing = "it is a place in the caller";
    print(80);
    says("ADVICE Take left: right is not made for that: it is awaited once.");
    says("rule of thumb left, as it is awaited several times, and so does this advice");
    says_not("it changes");
    options.await_many = false;
    options.store_result = true;
    print(80);
    says("right is not made for that: it is a place in the caller.");
    says("rule of thumb left, as it is stored, and so does this advice");
    options.always_async = true;
    print(80);
    says("rule of thumb left, as no result is ever at hand, and so does this advice");
}

static void many_calls(void **state)
{
    (void)state;
    make_at(1e7);
    it.point.hits.rate = 0.6;
    print(80);
    says("rule of thumb consider right, as there are millions of calls a day");
    says_not("and so does");
    it.point.hits.rate = 0.3;
    print(80);
    says("consider right, as there are millions of calls a day, though left below a hit rate of ");
}

static json_t *json_of(void);

/* What the strategies stand for there; and of its own runtime alone the rule of thumb tells. */
static void of_a_runtime(void **state)
{
    (void)state;
    make_at(1e7);
    options.runtime = (struct vtb_names){.items = {"rust"}, .n = 1};
    print(80);
    says("in rust left stands for a boxed future, and right for a future that is polled in its ");
    says_not("rule of thumb");
    json_t *json = json_of();
    assert_true(json_is_null(json_object_get(json, "rule_says")));
    assert_true(json_is_null(json_object_get(json, "agrees")));
    json_decref(json);
    options.runtime.items[0] = "dotnet";
    print(80);
    says("in dotnet left stands for Task<T>, and right for ValueTask<T>");
    says("rule of thumb right, as the hit rate is above 70 %, and so does this advice");
}

/* Whose figures they are is said, in front of what follows from them. */
static void of_a_file(void **state)
{
    (void)state;
    make_at(20000);
    it.results.from = "runs/old.json";
    snprintf(it.results.date, sizeof it.results.date, "2026-01-02T03:04:05+0000");
    it.results.machine.facts[0] = (struct vtb_fact){.key = "cpu_model", .value = "Model T"};
    it.results.machine.facts_n = 1;
    print(80);
    says(
        "rounds All figures are those of 'runs/old.json', measured 2026-01-02T03:04:05+0000 on "
        "Model T. ADVICE");
    says("holds for another run on that machine");
    json_t *json = json_of();
    const json_t *source = json_object_get(json, "figures_of");
    assert_int_equal(json_object_size(source), 3);
    assert_string_equal(json_string_value(json_object_get(source, "file")), "runs/old.json");
    assert_string_equal(json_string_value(json_object_get(source, "cpu_model")), "Model T");
    json_decref(json);
    it.results.interrupted = true;
    print(80);
    says("on Model T, by a run that was interrupted. ADVICE");
}

/* At hit rates of 0.8 and 0: 10 ns, which are 1 % of a core, are saved between them. */
static void where_it_changes(void **state)
{
    (void)state;
    static struct vtb_comparison comparisons[2];
    static struct vtb_figures at_zero[CASES_N];
    static struct vtb_point zero;
    make_at(1e6);
    memcpy(at_zero, figures, sizeof figures);
    at_zero[3].ratio = (struct vtb_interval){1, 0.99, 1.01};
    at_zero[3].log_ratio.mean = 0;
    zero = it.point;
    zero.hits.rate = 0;
    comparisons[0] = comparisons[1] = it.comparison;
    comparisons[1].point = &zero;
    comparisons[1].figures = at_zero;
    it.results.comparisons = comparisons;
    it.results.comparisons_n = 2;
    print(80);
    says("670,000 on (620,000 to 740,000; sweeper); at a hit rate of about 0.53 (0.5");
    says_not("no hit rate");
    it.plan.calls_per_second = 20000;
    print(80);
    says("(620,000 to 740,000; sweeper); at no hit rate, at this volume");
}

static json_t *json_of(void)
{
    char *printed = NULL;
    size_t printed_n;
    FILE *out = open_memstream(&printed, &printed_n);
    assert_non_null(out);
    vtb_report_advice(out, &it.results, VTB_FORMAT_JSON);
    assert_int_equal(fclose(out), 0);
    json_t *json = json_loads(printed, 0, NULL);
    assert_non_null(json);
    free(printed);
    return json;
}

static double real(const json_t *json, const char *key)
{
    return json_number_value(json_object_get(json, key));
}

static const char *string(const json_t *json, const char *key)
{
    return json_string_value(json_object_get(json, key));
}

static void as_json(void **state)
{
    (void)state;
    make_at(20000);
    it.strategies[1].lacks.storing = "it is a place in the caller";
    json_t *json = json_of();
    assert_int_equal(json_object_size(json), 16);
    assert_true(json_is_null(json_object_get(json, "figures_of")));
    assert_string_equal(string(json, "recommendation"), "left");
    assert_string_equal(string(json, "instead_of"), "right");
    assert_true(json_is_false(json_object_get(json, "matters")));
    assert_near(real(json, "cpu_share_saved"), 3e-4, 1e-9);
    assert_near(real(json, "cpu_share_saved_lo"), 2.7e-4, 1e-9);
    assert_near(real(json, "cpu_share_saved_hi"), 3.24e-4, 1e-9);
    assert_near(real(json, "matters_from_calls_per_second"), 1e7 / 15, 1e-3);
    assert_near(real(json, "bytes_per_second_saved"), 144000, 1e-6);
    assert_near(real(json, "collections_per_minute_saved"), 4.1198, 1e-3);
    assert_int_equal(json_integer_value(json_object_get(json, "in_flight")), 64);
    assert_int_equal(json_array_size(json_object_get(json, "rules")), 0); /* left has none */
    const json_t *change = json_array_get(json_object_get(json, "changes_at"), 0);
    assert_string_equal(string(change, "parameter"), "calls_per_second");
    assert_near(real(change, "at"), 1e7 / 15, 1e-3);
    assert_true(real(change, "lo") < 1e7 / 15 && real(change, "hi") > 1e7 / 15);
    assert_string_equal(string(json, "rule_says"), "right");
    assert_true(json_is_false(json_object_get(json, "agrees")));
    const json_t *lines = json_object_get(json, "answer");
    assert_string_equal(string(json_array_get(lines, 1), "text"),
                        "ADVICE  It does not matter: take left, the simple one.");
    assert_string_equal(string(json_array_get(lines, 2), "label"), "malloc (heap)");
    json_decref(json);
}

static void as_json_what_is_not_known(void **state)
{
    (void)state;
    make_at(0);
    it.strategies[1].lacks.storing = "it is a place in the caller";
    it.point.hits.rate = 0.5;
    json_t *json = json_of();
    assert_string_equal(string(json, "recommendation"), "right");
    assert_string_equal(string(json, "rule_says"), "left");
    assert_string_equal(json_string_value(json_array_get(json_object_get(json, "rules"), 0)),
                        "it is a place in the caller");
    assert_true(json_is_null(json_object_get(json, "matters")));
    assert_true(json_is_null(json_object_get(json, "cpu_share_saved")));
    assert_true(json_is_null(json_object_get(json, "bytes_per_second_saved")));
    json_decref(json);
    it.plan.calls_per_second = 1e7;
    json = json_of();
    assert_string_equal(string(json, "rule_says"), "consider right");
    assert_true(json_is_true(json_object_get(json, "agrees")));
    json_decref(json);
}

static void lines_fit(void **state)
{
    (void)state;
    static const size_t widths[] = {60, 80, 100, 200};
    for (size_t i = 0; i < sizeof widths / sizeof *widths; i++) {
        make_at(20000);
        print(widths[i]);
        size_t lines_n = 0;
        for (const char *line = text; *line; line += strcspn(line, "\n") + 1) {
            assert_true(vtb_characters(line, strcspn(line, "\n")) <= widths[i]);
            lines_n++;
        }
        assert_true(widths[i] < 80 || lines_n <= 24); /* one screen */
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_does_not_matter),
        cmocka_unit_test(it_pays),
        cmocka_unit_test(it_is_not_certain),
        cmocka_unit_test(it_is_much),
        cmocka_unit_test(it_costs),
        cmocka_unit_test(without_a_volume),
        cmocka_unit_test(what_is_not_known),
        cmocka_unit_test(what_callers_do),
        cmocka_unit_test(many_calls),
        cmocka_unit_test(of_a_runtime),
        cmocka_unit_test(of_a_file),
        cmocka_unit_test(where_it_changes),
        cmocka_unit_test(as_json),
        cmocka_unit_test(as_json_what_is_not_known),
        cmocka_unit_test(lines_fit),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
