/* The sentences on a store outside of the program, from figures that are made up. */
#include "two_heaps.h"

#include "report/report_store.h"

static const struct vtb_store store = {.word = "some", .title = "Some"};

static void make_stored(void)
{
    make(0.99, VTB_VERDICT_SAME, 0.98, VTB_VERDICT_SAME);
    it.point.store = &store;
    it.comparison.point = &it.point;
    for (size_t i = 0; i < CASES_N; i++) {
        figures[i].store =
            (struct vtb_store_sums){.asked_n = 1200, .p50_ns = 5100 + (double)i, .p99_ns = 40400};
        figures[i].handover_share = (struct vtb_interval){0.013, 0.011, 0.015};
        figures[i].handover_saved = (struct vtb_interval){0.0108, 0.0098, 0.0118};
    }
    figures[0].handover_saved = figures[2].handover_saved = (struct vtb_interval){NAN, NAN, NAN};
}

static void write_answer(FILE *out, size_t width)
{
    const struct vtb_look look = {width};
    const struct vtb_answer_lines lines = {.out = out, .look = &look, .label_width = 8};
    struct vtb_answer answer;
    vtb_answer_make(&answer, &it.comparison, 0);
    vtb_answer_store(&lines, &answer);
}

static void write_table(FILE *out, size_t width)
{
    (void)width;
    vtb_report_store(out, &it.comparison, 0, 2);
}

static void an_answer(void **state)
{
    (void)state;
    make_stored();
    print_by(write_answer, 80);
    says(
        "Some at 5.1 us a miss (99 % within 40.4 us) and 80 % hits right can save 1.1 % ±0.1 of a "
        "call: the hand-over makes 1.3 % ±0.2 of one with left, 1.3 % ±0.2 with right (heap)");
    says("with right (sweeper)");
    figures[1].handover_share.lo = figures[1].handover_share.hi = NAN;
    print_by(write_answer, 80);
    says("1.3 % with right (heap)");
    figures[0].store.p50_ns = NAN; /* nothing was asked */
    print_by(write_answer, 80);
    says_not("(heap)");
    it.point.store = NULL;
    print_by(write_answer, 80);
    assert_string_equal(text, "");
}

static void write_sweep(FILE *out, size_t width)
{
    const struct vtb_look look = {width};
    const struct vtb_answer_lines lines = {.out = out, .look = &look, .label_width = 8};
    struct vtb_answer answer;
    vtb_answer_make_first(&answer, two, 2, 0);
    vtb_answer_stores(&lines, &it.results, &answer);
}

/* Of several points the least and the most that can be saved is told, and where. */
static void several_answers(void **state)
{
    (void)state;
    make_stored();
    make_two();
    second_figures[0].store.p50_ns = 7000;
    second_figures[1].handover_saved = (struct vtb_interval){0.2, 0.17, 0.23};
    print_by(write_sweep, 80);
    says(
        "Some at 5.1 to 7 us a miss right can save 1.1 % ±0.1 of a call (hit_rate 0.8) to 20 % ±3 "
        "(hit_rate 0.9); heap");
    says(
        "right can save 1.1 % ±0.1 of a call (hit_rate 0.8) to 1.1 % ±0.1 (hit_rate 0.8); sweeper");
    figures[0].store.p50_ns = second_figures[0].store.p50_ns = NAN; /* nothing was asked */
    print_by(write_sweep, 80);
    says_not("; heap");
    it.point.store = NULL;
    print_by(write_sweep, 80);
    assert_string_equal(text, "");
}

static void a_table(void **state)
{
    (void)state;
    make_stored();
    print_by(write_table, 0);
    says(
        "Some was asked 2,400 times; with left it answered half of them within 5.1 us, and 99 % "
        "within 40.4 us.");
    says_not("expired");
    figures[1].store.expired_n = 1200;
    print_by(write_table, 0);
    says("1,200 records had expired, and were put there again.");
    says("Of an operation's time the hand-over makes: left 1.3 % ±0.2, right 1.3 % ±0.2.");
    figures[0].handover_share.median = figures[1].handover_share.median = NAN;
    print_by(write_table, 0);
    says_not("hand-over");
}

static void what_failed(void **state)
{
    (void)state;
    char line[VTB_ANSWER_TEXT_BYTES];
    make_stored();
    it.plan.points = &it.point;
    assert_false(vtb_store_failure_text(line, &it.results));
    assert_string_equal(line, "");
    figures[1].store.failed_n = 7;
    strcpy(figures[1].store.said, "disk I/O error");
    figures[3].store.failed_n = 1;
    strcpy(figures[3].store.said, "no");
    assert_true(vtb_store_failure_text(line, &it.results));
    assert_string_equal(line,
                        "Some failed on 8 of 4,800 questions, whose operations ended in a "
                        "fault; it said first: disk I/O error");
    it.point.store = NULL;
    assert_false(vtb_store_failure_text(line, &it.results));
}

/* An open loop has sums of its own. */
static void of_an_open_loop(void **state)
{
    (void)state;
    static struct vtb_latency_figures units[2];
    struct vtb_latency_table table = {.latencies.units_n = 2, .figures = units};
    const struct vtb_latency_report report = {&it.results, &table, 1};
    char line[VTB_ANSWER_TEXT_BYTES] = "";
    make_stored();
    it.plan.points = &it.point;
    units[0].store = (struct vtb_store_sums){.asked_n = 1000, .p50_ns = 5000, .p99_ns = 9000};
    vtb_append_loop_store(line, sizeof line, &report);
    assert_string_equal(
        line,
        "Some was asked 1,000 times; it answered half of them within 5 us, and 99 % "
        "within 9 us (the median of cases and sessions). ");
    assert_false(vtb_loop_store_failure_text(line, &report));
    units[1].store = (struct vtb_store_sums){.asked_n = 24, .failed_n = 3, .said = "no"};
    assert_true(vtb_loop_store_failure_text(line, &report));
    assert_begins(line, "Some failed on 3 of 1,024 questions");
    it.point.store = NULL;
    units[0].store = units[1].store = (struct vtb_store_sums){0};
    *line = '\0';
    vtb_append_loop_store(line, sizeof line, &report);
    assert_string_equal(line, "");
    assert_false(vtb_loop_store_failure_text(line, &report));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer),   cmocka_unit_test(several_answers), cmocka_unit_test(a_table),
        cmocka_unit_test(what_failed), cmocka_unit_test(of_an_open_loop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
