#include "made_up.h"

#include "report/report_csv.h"

static struct made_up it;

static int made(void **state)
{
    (void)state;
    make_up(&it);
    return 0;
}

#define TITLES                                                                            \
    "name,workload,strategy,heap,consumer,method,depth,threads,hit_rate,actual_hit_rate," \
    "bytes_per_op,usable_bytes_per_op,allocs_per_op,frees_per_op,peak_live_bytes,"        \
    "startup_bytes,startup_allocs,"                                                       \
    "failures_per_op,verdict\n"
#define NAME(strategy)                                                   \
    "errands/" strategy                                                  \
    "/heap/hit_rate:0.8/calls:10/in_flight:64/completion:fifo/keys:1000" \
    "/distribution:uniform/consumer:independent/method:direct/depth:1"
#define LEFT NAME("left") ",errands,left,heap,independent,direct,1,1,0.8"
#define RIGHT NAME("right") ",errands,right,heap,independent,direct,1,1,0.8"

static void write_csv(FILE *out, const struct made_up *of)
{
    vtb_report_csv(out, &of->results);
}

static void write_samples(FILE *out, const struct made_up *of)
{
    vtb_report_samples(out, &of->results, VTB_FORMAT_CSV);
}

static void is_written(void (*write_it)(FILE *out, const struct made_up *of), const char *expected)
{
    char *text = written_about(write_it, &it);
    assert_string_equal(text, expected);
    free(text);
}

static void a_row_each_behind_one_of_titles(void **state)
{
    (void)state;
    it.figures[1].counted.hits_n = 7;
    it.figures[1].verdict = VTB_VERDICT_SAME;
    is_written(write_csv, TITLES LEFT ",0.8,9.6,12.8,0.4,0.4,48,0,0,0,\n" RIGHT
                                      ",0.7,9.6,12.8,0.4,0.4,48,0,0,0,same\n");
}

/* Every comparison has the same columns, and titles stand once. */
static void several_tables_have_one_row_of_titles(void **state)
{
    (void)state;
    struct vtb_comparison both[2] = {it.comparison, it.comparison};
    both[1].consumer = VTB_CONSUMER_DEPENDENT;
    it.results.comparisons = both;
    it.results.comparisons_n = 2;
    char *text = written_about(write_csv, &it);
    size_t lines_n = 0;
    for (const char *at = text; (at = strchr(at, '\n')); at++)
        lines_n++;
    assert_int_equal(lines_n, 1 + 2 * MADE_UP_CASES_N);
    assert_begins(text, TITLES);
    assert_null(strstr(text + 1, "name,"));
    assert_contains(text, ",errands,right,heap,dependent,direct,");
    free(text);
}

/* The method is that of the case's own cell, which its table's may differ from. */
static void a_row_has_its_case_s_method_and_callers(void **state)
{
    (void)state;
    it.cells[0].kind.method = VTB_METHOD_ASYNC;
    it.cases[1].method = VTB_METHOD_ASYNC;
    it.cases[1].threads_n = 3;
    it.point.depth = 4;
    char *text = written_about(write_csv, &it);
    assert_contains(text, ",errands,left,heap,independent,async,4,1,0.8,");
    assert_contains(text, ",errands,right,heap,independent,direct,4,3,0.8,");
    free(text);
}

/* Of times, callers, a volume and events as well. */
static void figures_stand_below_their_titles(void **state)
{
    (void)state;
    double caller_ns[] = {21};
    it.comparison.timed = true;
    it.comparison.caller_ns = caller_ns;
    it.plan.calls_per_second = 1000;
    it.results.events.events.n = 1;
    strcpy(it.results.events.per_op[0], "faults_per_op");
    strcpy(it.results.events.running[0], "faults_running");
    for (size_t i = 0; i < MADE_UP_CASES_N; i++) {
        it.figures[i].caller_ns = caller_ns;
        it.figures[i].ns = (struct vtb_interval){20, 19, 22};
        it.figures[i].mde = 0.25;
        it.figures[i].events.per_op[0] = 33;
        it.figures[i].events.running[0] = 0.75;
    }
    char *text = written_about(write_csv, &it);
    char *rest = text;
    char *titles = strsep(&rest, "\n");
    char *row = strsep(&rest, "\n");
    static const struct {
        const char *title;
        const char *figure;
    } known[] = {{"strategy", "left"},
                 {"hit_rate", "0.8"},
                 {"allocs_per_op", "0.4"},
                 {"faults_per_op", "33"},
                 {"faults_running", "0.75"},
                 {"ns_per_op", "20"},
                 {"ns_per_op_lo", "19"},
                 {"ns_per_op_hi", "22"},
                 {"mde", "0.25"},
                 {"caller_ns_per_op_least", "21"},
                 {"allocs_per_second", "400"},
                 {"verdict", ""}};
    size_t found_n = 0;
    for (char *title; (title = strsep(&titles, ","));) {
        const char *figure = strsep(&row, ",");
        assert_non_null(figure);
        for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
            if (strcmp(title, known[i].title) == 0) {
                assert_string_equal(figure, known[i].figure);
                found_n++;
            }
        }
    }
    assert_null(row); /* there is no figure more */
    assert_int_equal(found_n, sizeof known / sizeof *known);
    free(text);
}

/* Not known, and so nothing between two commas; nor is it zero. */
static void what_is_not_known_is_empty(void **state)
{
    (void)state;
    it.heap.collector = &it.collector;
    char *text = written_about(write_csv, &it);
    assert_contains(text, ",errands,left,heap,independent,direct,1,1,0.8,0.8,9.6,12.8,0.4,0.4,,0,");
    free(text);
}

/* There the rate is what was counted. */
static void a_rate_that_emerges_is_the_counted_one(void **state)
{
    (void)state;
    it.point.hits = (struct vtb_hits){.emerge = true, .cache = {.capacity = 5}};
    it.figures[0].counted.hits_n = 3;
    it.point.depth = 2;
    char *text = written_about(write_csv, &it);
    assert_contains(text, ",errands,left,heap,independent,direct,2,1,0.3,0.3,9.6,");
    free(text);
}

#define SAMPLES                                                                \
    "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op," \
    "probe_before_ns,probe_after_ns\n"

/* Times of session s, round r and case c stand at [(s * rounds_n + r) * cases_n + c]. */
static void raw_times_are_told_case_by_case(void **state)
{
    (void)state;
    double real_ns[] = {1.5, 2.5, 3.5, 4.5, 5.5, 6.5, 7.5, 8.5};
    double cpu_ns[] = {1, 2, 3, 4, 5, 6, 7, 8};
    double gc_ns[] = {0, 0.25, 0, 0, 0, 0, 0, 0.75};
    double before_ns[] = {11, 12, 13, 14, 15, 16, 17, 18};
    double after_ns[] = {21, 22, 23, 24, 25, 26, 27, 28};
    it.comparison.samples = (struct vtb_samples){.sessions_n = 2,
                                                 .rounds_n = 2,
                                                 .cases_n = 2,
                                                 .operations_n = 100,
                                                 .real_ns = real_ns,
                                                 .cpu_ns = cpu_ns,
                                                 .gc_ns = gc_ns,
                                                 .probe_before_ns = before_ns,
                                                 .probe_after_ns = after_ns};
    is_written(write_samples, SAMPLES NAME("left") ",1,0,100,1.5,1,0,11,21\n"
                              NAME("left") ",1,1,100,3.5,3,0,13,23\n"
                              NAME("left") ",2,0,100,5.5,5,0,15,25\n"
                              NAME("left") ",2,1,100,7.5,7,0,17,27\n"
                              NAME("right") ",1,0,100,2.5,2,0.25,12,22\n"
                              NAME("right") ",1,1,100,4.5,4,0,14,24\n"
                              NAME("right") ",2,0,100,6.5,6,0,16,26\n"
                              NAME("right") ",2,1,100,8.5,8,0.75,18,28\n");
}

static void without_times_there_are_titles_alone(void **state)
{
    (void)state;
    is_written(write_samples, SAMPLES);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_row_each_behind_one_of_titles, made),
        cmocka_unit_test_setup(several_tables_have_one_row_of_titles, made),
        cmocka_unit_test_setup(a_row_has_its_case_s_method_and_callers, made),
        cmocka_unit_test_setup(figures_stand_below_their_titles, made),
        cmocka_unit_test_setup(what_is_not_known_is_empty, made),
        cmocka_unit_test_setup(a_rate_that_emerges_is_the_counted_one, made),
        cmocka_unit_test_setup(raw_times_are_told_case_by_case, made),
        cmocka_unit_test_setup(without_times_there_are_titles_alone, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
