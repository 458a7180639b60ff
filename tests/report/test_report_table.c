/* What is told of cases that have no figures: test_report has those that have. */
#include "made_up.h"

#include <math.h>

#include "report/report_findings.h"
#include "report/report_json.h"
#include "report/report_table.h"

static const struct vtb_interval unknown = {NAN, NAN, NAN};
static double epochs[MADE_UP_CASES_N] = {10, 12};

/* A session of one round, in which the second case was in neither state. */
static void make_up_times(struct made_up *it)
{
    make_up(it);
    it->comparison.timed = true;
    it->comparison.samples = (struct vtb_samples){
        .sessions_n = 1,
        .rounds_n = 1,
        .cases_n = MADE_UP_CASES_N,
        .operations_n = 100,
        .real_ns = epochs,
        .cpu_ns = epochs,
        .gc_ns = epochs,
        .probe_before_ns = epochs,
        .probe_after_ns = epochs,
    };
    it->plan.rounds_n = it->plan.sessions_n = 1;
    it->plan.calls_per_second = 1000;
    it->results.command_line = it->results.executable = "run_bench";
    for (size_t i = 0; i < MADE_UP_CASES_N; i++) {
        struct vtb_figures *figures = &it->figures[i];
        it->cases[i].variant_of = i;
        figures->ns = i == 0 ? (struct vtb_interval){10, 10, 10} : unknown;
        figures->ratio = i == 0 ? (struct vtb_interval){1, 1, 1} : unknown;
        figures->over_floor = figures->over_base = figures->scaling = unknown;
        figures->busy_ratio = unknown;
        figures->mde = NAN;
        figures->verdict = i == 0 ? VTB_VERDICT_NONE : VTB_VERDICT_UNKNOWN;
    }
}

static void write_table(FILE *out, const struct made_up *it)
{
    vtb_report_cases(out, &it->comparison, 0, VTB_FORMAT_TABLE);
}

static void write_findings(FILE *out, const struct made_up *it)
{
    vtb_report_findings(out, &it->comparison, &it->results);
}

static void write_json(FILE *out, const struct made_up *it)
{
    vtb_report_json(out, &it->results);
}

static void a_case_without_times_has_dashes(void **state)
{
    struct made_up it;
    (void)state;
    make_up_times(&it);
    char *text = written_about(write_table, &it);
    assert_non_null(
        strstr(text, "\nright                        -                    -           -"));
    assert_null(strstr(text, "nan"));
    free(text);
}

static void sentences_do_without_it(void **state)
{
    struct made_up it;
    (void)state;
    make_up_times(&it);
    char *text = written_about(write_findings, &it);
    assert_non_null(strstr(text, "No strategy was timed long enough in one state"));
    assert_non_null(strstr(text, "\nright             "));
    assert_null(strstr(text, "nan"));
    free(text);
}

/* Its row is there all the same, with what is known. */
static void result_files_leave_it_out(void **state)
{
    struct made_up it;
    (void)state;
    make_up_times(&it);
    char *text = written_about(write_json, &it);
    assert_non_null(strstr(text, "\"iterations\":1,\"real_time\":10.0,\"cpu_time\":10.0,"));
    assert_non_null(strstr(text, "\"iterations\":1,\"cpu_time\":12.0,"));
    assert_non_null(strstr(text, "\"verdict\":\"not known yet\""));
    free(text);
}

/* By the place of a case, and by the entry for the one that the baseline is compared with. */
static void result_files_say_roles(void **state)
{
    struct made_up it;
    (void)state;
    make_up_times(&it);
    it.cases[0].baseline = it.cases[1].baseline = 0;
    char *text = written_about(write_json, &it);
    assert_non_null(strstr(text, "\"left\": \"baseline\""));
    assert_non_null(strstr(text, "\"right\": \"challenger\""));
    free(text);
    it.cases[0].baseline = it.cases[1].baseline = 1; /* the user chose the other */
    it.cases[0].floor = it.cases[1].floor = 0;
    text = written_about(write_json, &it);
    assert_non_null(strstr(text, "\"left\": \"floor\""));
    assert_non_null(strstr(text, "\"right\": \"baseline\""));
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_case_without_times_has_dashes),
        cmocka_unit_test(sentences_do_without_it),
        cmocka_unit_test(result_files_leave_it_out),
        cmocka_unit_test(result_files_say_roles),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
