#include "check.h"

#include <jansson.h>

#include "gate/history.h"

static struct vtb_history history;

static int end_history(void **state)
{
    (void)state;
    vtb_history_free(&history);
    return 0;
}

#define NAME "cache/quick/glibc/hit_rate:0.8"
#define OTHER "cache/slow/glibc/hit_rate:0.8"

/* --- lines --- */

/* What a line says beside its rows; null: as usual. */
struct told {
    const char *date;
    const char *revision;
    const char *host;
    const char *toolchain;
    const char *seed;
    const char *tag;
};

static const char * or (const char *text, const char *usual)
{
    return text ? text : usual;
}

static bool add_line(const char *text, struct vtb_error *error)
{
    json_t *line = json_loads(text, 0, NULL);
    assert_non_null(line);
    const bool ok = vtb_history_add(&history, line, error);
    json_decref(line);
    return ok;
}

static void add(struct told told, const char *rows)
{
    char text[4000];
    struct vtb_error error;
    snprintf(text, sizeof text,
             "{\"history\": 1, \"date\": \"%s\", \"revision\": \"%s\", \"host\": \"%s\", "
             "\"cpu\": \"P\", \"toolchain\": \"%s\", \"isa\": \"i\", \"seed\": \"%s\", "
             "\"baseline\": \"base\", \"tag\": \"%s\", \"rows\": {%s}}",
             or (told.date, "2026-01-01"), or (told.revision, "r"), or (told.host, "h"),
             or (told.toolchain, "gcc; rule 1; x86_64"), or (told.seed, "1"), or (told.tag, ""),
             rows);
    assert_true(add_line(text, &error));
}

/* A row of one figure. */
static const char *row(const char *name, const char *key, double value)
{
    static char text[300];
    snprintf(text, sizeof text, "\"%s\": {\"%s\": %.15g}", name, key, value);
    return text;
}

static const struct vtb_history_figure *only_figure(void)
{
    assert_int_equal(history.figures_n, 1);
    return history.figures[0];
}

/* Adds results with values of one figure, one a day, of revisions r01, r02 and so on. */
static void add_days(const char *key, const double *values, size_t n)
{
    char date[32];
    char revision[32];
    for (size_t i = 0; i < n; i++) {
        snprintf(date, sizeof date, "2026-%02zu-%02zu", 1 + i / 28, 1 + i % 28);
        snprintf(revision, sizeof revision, "r%02zu", i + 1);
        add((struct told){.date = date, .revision = revision}, row(NAME, key, values[i]));
    }
    vtb_history_find(&history);
}

/* --- exact figures --- */

static void each_step_of_an_exact_figure_is_a_change(void **state)
{
    (void)state;
    static const double values[] = {100, 100, 101, 101, 101, 99.5, 101};
    add_days("instructions_per_op", values, 7);
    const struct vtb_history_figure *figure = only_figure();
    assert_int_equal(figure->kind, VTB_HISTORY_EXACT);
    assert_string_equal(figure->name, NAME);
    assert_string_equal(figure->metric, "instructions");
    assert_int_equal(figure->points_n, 7);
    assert_int_equal(figure->changes_n, 3);
    assert_int_equal(figure->changes[0].at, 2);
    assert_int_equal(figure->changes[1].at, 5);
    assert_int_equal(figure->changes[2].at, 6);
    assert_same_double(figure->changes[1].before, 101);
    assert_same_double(figure->changes[1].after, 99.5);
    assert_same_double(figure->changes[0].sure, 1);
    assert_true(isnan(figure->changes[0].p));
    assert_true(vtb_history_is_worse(&figure->changes[0]));
    assert_false(vtb_history_is_worse(&figure->changes[1]));
}

static void results_are_in_the_order_of_their_dates(void **state)
{
    (void)state;
    add((struct told){.date = "2026-03-01T10:00:00+0000", .revision = "late"},
        row(NAME, "bytes_per_op", 3));
    add((struct told){.date = "2026-03-01T10:30:00+0200", .revision = "early"},
        row(NAME, "bytes_per_op", 1));
    add((struct told){.date = "2026-03-01T09:00:00Z", .revision = "middle"},
        row(NAME, "bytes_per_op", 2));
    add((struct told){.date = "2026-03-01T10:00:00+0000", .revision = "latest"},
        row(NAME, "bytes_per_op", 4));
    vtb_history_find(&history);
    static const char *const order[] = {"early", "middle", "late", "latest"};
    for (size_t i = 0; i < 4; i++) {
        assert_string_equal(history.results[i].revision, order[i]);
        assert_int_equal(history.figures[0]->points[i].result, i);
        assert_same_double(history.figures[0]->points[i].value, (double)i + 1);
    }
    assert_string_equal(history.results[0].date, "2026-03-01T08:30:00Z");
}

static void counts_hold_across_machines_and_instructions_across_those_of_a_toolchain(void **state)
{
    (void)state;
    static const char *const rows =
        "\"" NAME "\": {\"bytes_per_op\": 8, \"instructions_per_op\": 50}";
    add((struct told){.host = "a"}, rows);
    add((struct told){.host = "b"}, rows);
    add((struct told){.host = "c", .toolchain = "clang; rule 2; x86_64"}, rows);
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 3);
    assert_string_equal(history.figures[0]->key, "bytes_per_op");
    assert_int_equal(history.figures[0]->points_n, 3);
    assert_null(history.figures[0]->machine);
    assert_null(history.figures[0]->toolchain);
    assert_int_equal(history.figures[1]->points_n, 2);
    assert_null(history.figures[1]->machine);
    assert_string_equal(history.figures[1]->toolchain, "gcc; rule 1; x86_64, i");
    assert_int_equal(history.figures[2]->points_n, 1);
}

static void other_conditions_are_other_figures(void **state)
{
    (void)state;
    static const char collections[] =
        "\"" NAME "\": {\"gen0_per_kop\": 8, \"gen0_budget_bytes\": %d}";
    char rows[200];
    add((struct told){.seed = "1"}, row(NAME, "bytes_per_op", 8));
    add((struct told){.seed = "2"}, row(NAME, "bytes_per_op", 9));
    snprintf(rows, sizeof rows, collections, 1024);
    add((struct told){.date = NULL}, rows);
    snprintf(rows, sizeof rows, collections, 2048);
    add((struct told){.date = NULL}, rows);
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 4);
    assert_string_equal(history.figures[0]->conditions, "");
    assert_string_equal(history.figures[1]->conditions, "seed 2");
    assert_string_equal(history.figures[2]->conditions, "gen0_budget_bytes 1024");
    assert_string_equal(history.figures[3]->conditions, "gen0_budget_bytes 2048");
}

/* --- ratios --- */

#define RATIOS_N 40

/* A ratio of 0.5 that is 0.6 from the 26th on; no two are the same. */
static void step(double values[RATIOS_N])
{
    for (size_t i = 0; i < RATIOS_N; i++)
        values[i] = (i < 25 ? 0.5 : 0.6) * (1 + 0.01 * sin((double)(7 * i)));
}

static void a_ratio_changes_where_its_level_does(void **state)
{
    (void)state;
    double values[RATIOS_N];
    step(values);
    add_days("ratio", values, RATIOS_N);
    const struct vtb_history_figure *figure = only_figure();
    assert_int_equal(figure->kind, VTB_HISTORY_RATIOS);
    assert_string_equal(figure->machine, "h, P");
    assert_string_equal(figure->conditions, "to base");
    assert_int_equal(figure->changes_n, 1);
    const struct vtb_history_change *change = &figure->changes[0];
    assert_int_equal(change->at, 25);
    assert_string_equal(history.results[figure->points[change->at].result].revision, "r26");
    assert_near(change->before, 0.5, 0.005);
    assert_near(change->after, 0.6, 0.006);
    assert_true(change->p > 0 && change->p <= 0.01);
    assert_true(change->sure > 0.99 && change->sure <= 1);
    assert_int_equal(change->from, 25);
    assert_int_equal(change->to, 25);
}

static void ratios_of_two_machines_are_never_one_figure(void **state)
{
    (void)state;
    double values[RATIOS_N];
    char date[32];
    step(values);
    for (size_t i = 0; i < RATIOS_N; i++) { /* one machine has all of before, one all of after */
        snprintf(date, sizeof date, "2026-%02zu-%02zu", 1 + i / 28, 1 + i % 28);
        add((struct told){.date = date, .host = i < 25 ? "a" : "b"}, row(NAME, "ratio", values[i]));
    }
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 2);
    assert_string_equal(history.figures[0]->machine, "a, P");
    assert_string_equal(history.figures[1]->machine, "b, P");
    assert_int_equal(history.figures[0]->points_n, 25);
    assert_int_equal(history.figures[0]->changes_n + history.figures[1]->changes_n, 0);
}

/* Which result is the first of the new level is not known, but which revision's they are. */
static void a_revision_is_as_sure_as_all_of_its_results(void **state)
{
    (void)state;
    double values[RATIOS_N];
    char date[32];
    step(values);
    values[25] = 0.55; /* in the middle */
    for (size_t i = 0; i < RATIOS_N; i++) {
        snprintf(date, sizeof date, "2026-%02zu-%02zu", 1 + i / 28, 1 + i % 28);
        add((struct told){.date = date, .revision = i < 25 ? "good" : "bad"},
            row(NAME, "ratio", values[i]));
    }
    vtb_history_find(&history);
    const struct vtb_history_change *change = &only_figure()->changes[0];
    assert_int_equal(change->at, 25);
    assert_int_equal(change->from, 25);
    assert_int_equal(change->to, 25);
    assert_true(change->sure > 0.99);
}

/* Results of two revisions, five of each, that change in the middle of one or between both. */
static const struct vtb_history_change *change_of_halves(size_t first_of_new)
{
    double values[RATIOS_N];
    char date[32];
    step(values);
    values[24] = values[25] = 0.6; /* the level is that of the new revision's before its first */
    for (size_t i = 0; i < RATIOS_N; i++) {
        snprintf(date, sizeof date, "2026-%02zu-%02zu", 1 + i / 28, 1 + i % 28);
        add((struct told){.date = date, .revision = i < first_of_new ? "good" : "bad"},
            row(NAME, "ratio", values[i]));
    }
    vtb_history_find(&history);
    assert_int_equal(only_figure()->changes_n, 1);
    return &only_figure()->changes[0];
}

static void a_change_amid_a_revision_s_results_was_no_commit(void **state)
{
    (void)state;
    const struct vtb_history_change *change = change_of_halves(12);
    assert_int_equal(change->at, 24);
    assert_true(change->sure > 0.99);
    assert_true(vtb_history_is_same_revision(&history.results[23], &history.results[24]));
}

/* A result in the middle makes the later place the likelier one; the revision's first result is
 * where it changed all the same. */
static void a_change_is_of_a_revision_s_first_result(void **state)
{
    (void)state;
    double values[RATIOS_N];
    char date[32];
    step(values);
    values[25] = 0.551;
    for (size_t i = 0; i < RATIOS_N; i++) {
        snprintf(date, sizeof date, "2026-%02zu-%02zu", 1 + i / 28, 1 + i % 28);
        values[i] = exp(log(values[i]) + 0.03 * sin(3.0 * (double)i));
        add((struct told){.date = date, .revision = i < 25 ? "good" : "bad"},
            row(NAME, "ratio", values[i]));
    }
    vtb_history_find(&history);
    assert_int_equal(only_figure()->changes_n, 1);
    const struct vtb_history_change *change = &only_figure()->changes[0];
    assert_int_equal(change->at, 25);
    assert_int_equal(change->from, 25);
    assert_int_equal(change->to, 25);
    assert_same_double(change->sure, 1);
}

static void the_baseline_and_what_is_no_ratio_are_no_figures(void **state)
{
    (void)state;
    add((struct told){.date = NULL}, "\"" NAME
                                     "\": {\"ratio\": 1, \"ratio_lo\": 1, \"ratio_hi\": 1}, "
                                     "\"" OTHER "\": {\"ratio\": 0, \"ratio_lo\": 0}");
    add((struct told){.date = NULL}, "\"" NAME "\": {\"ratio\": \"x\", \"bytes_per_op\": -1}");
    add((struct told){.date = NULL}, "\"" NAME "\": 7");
    add((struct told){.toolchain = "gcc; rule several; x86_64"},
        "\"" NAME "\": {\"ratio\": 0.5, \"instructions_per_op\": 5}");
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 0);
    assert_int_equal(history.results_n, 4);
}

static void a_busy_machine_s_ratio_is_another_figure(void **state)
{
    (void)state;
    add((struct told){.date = NULL}, "\"" NAME "\": {\"ratio\": 0.5}");
    add((struct told){.date = NULL}, "\"" NAME "\": {\"ratio\": 0.7, \"state\": \"busy\"}");
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 2);
    assert_string_equal(history.figures[1]->conditions, "to base, busy");
}

static void a_guest_of_another_version_is_another_figure(void **state)
{
    (void)state;
    add((struct told){.date = NULL},
        "\"" NAME "\": {\"bytes_per_op\": 8, \"ratio\": 0.5, \"guest\": \"10\"}");
    add((struct told){.date = NULL},
        "\"" NAME "\": {\"bytes_per_op\": 9, \"ratio\": 0.7, \"guest\": \"11\"}");
    vtb_history_find(&history);
    assert_int_equal(history.figures_n, 4);
    assert_string_equal(history.figures[0]->conditions, "guest 10");
    assert_string_equal(history.figures[3]->conditions, "to base, guest 11");
}

/* --- what is meant --- */

static void figures_strategies_and_dates_are_chosen(void **state)
{
    (void)state;
    static const char *const rows = "\"" NAME
                                    "\": {\"bytes_per_op\": 8, \"ratio\": 0.5}, "
                                    "\"" OTHER "\": {\"bytes_per_op\": 9, \"ratio\": 0.6}";
    assert_true(vtb_names_add(&history.metrics, "ratio"));
    assert_true(vtb_names_add(&history.strategies, "slow"));
    history.since = 1767225600; /* 2026-01-01 */
    add((struct told){.date = "2025-12-31T23:59:59Z"}, rows);
    add((struct told){.date = "2026-01-01T00:00:00Z"}, rows);
    vtb_history_find(&history);
    assert_int_equal(history.results_n, 1);
    assert_string_equal(only_figure()->name, OTHER);
    assert_string_equal(only_figure()->key, "ratio");
}

/* --- lines that are none --- */

static void others_are_refused(void **state)
{
    (void)state;
    static const char *const lines[][2] = {
        {"{}", "it is no result of a history"},
        {"[]", "it is no result of a history"},
        {"{\"history\": \"1\"}", "it is no result of a history"},
        {"{\"history\": 2}", "it is of version 2 of history files, and this program reads 1"},
        {"{\"history\": 1, \"rows\": {}}", "it has no date"},
        {"{\"history\": 1, \"date\": \"today\", \"rows\": {}}", "it has no date"},
        {"{\"history\": 1, \"date\": \"2026-01-01\"}", "it has no rows"},
        {"{\"history\": 1, \"date\": \"2026-01-01\", \"rows\": []}", "it has no rows"},
    };
    struct vtb_error error;
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        assert_false(add_line(lines[i][0], &error));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_contains(error.message, lines[i][1]);
        assert_int_equal(history.results_n, 0);
    }
}

static void a_history_may_have_too_many_results(void **state)
{
    (void)state;
    struct vtb_error error;
    char revision[32];
    for (size_t i = 0; i < VTB_HISTORY_RESULTS_MAX; i++) {
        snprintf(revision, sizeof revision, "%zu", i);
        add((struct told){.revision = revision}, "");
    }
    assert_false(add_line("{\"history\": 1, \"date\": \"2026-01-01\", \"rows\": {}}", &error));
    assert_contains(error.message, "--since DATE");
}

/* --- what is printed --- */

static char *printed(enum vtb_format format)
{
    char *text = NULL;
    size_t n = 0;
    assert_true(vtb_output_text(vtb_history_report, &history, format, &text, &n));
    return text;
}

static void what_changed_is_printed(void **state)
{
    (void)state;
    static const double values[] = {100, 100, 101};
    add_days("instructions_per_op", values, 3);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table,
                    "3 results, from 2026-01-01T00:00:00Z (revision r01) to "
                    "2026-01-03T00:00:00Z (r03).");
    assert_contains(table, "1 figure, of which 1 changed");
    assert_contains(table, "cache, hit_rate:0.8");
    assert_contains(table, "2026-01-03T00:00:00Z: revision r02 -> r03");
    assert_contains(table, "100    101    1.01  exact");
    free(table);
    char *csv = printed(VTB_FORMAT_CSV);
    assert_contains(csv, "\n" NAME
                         ",instructions_per_op,exact,,\"gcc; rule 1; x86_64, i\",,3,100,"
                         "101,2026-01-03T00:00:00Z,r02,r03,100,101,1.01,,1,,\n");
    free(csv);
}

/* A change of a count is one, however small. */
static void a_small_factor_is_not_told_as_one(void **state)
{
    (void)state;
    add_days("instructions_per_op", (const double[]){193.24605, 193.2464}, 2);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "193.24605  193.2464  1.0000018  exact");
    free(table);
}

static void a_step_without_a_commit_is_said(void **state)
{
    (void)state;
    add((struct told){.revision = "same"}, row(NAME, "bytes_per_op", 8));
    add((struct told){.revision = "same"}, row(NAME, "bytes_per_op", 9));
    vtb_history_find(&history);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "revision same, before and after: it was no commit\n");
    free(table);
}

/* Of what is not known nothing is said. */
static void revisions_that_are_not_known_are_not_the_same(void **state)
{
    (void)state;
    add((struct told){.revision = "unknown"}, row(NAME, "bytes_per_op", 8));
    add((struct told){.revision = "unknown"}, row(NAME, "bytes_per_op", 9));
    vtb_history_find(&history);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "revision unknown\n");
    assert_null(strstr(table, "no commit"));
    free(table);
}

/* Whoever measures a strategy of their own has revisions of their own. */
static void a_tag_tells_what_the_revision_does_not(void **state)
{
    (void)state;
    add((struct told){.revision = "same", .tag = "mine-1"}, row(NAME, "bytes_per_op", 8));
    add((struct told){.revision = "same", .tag = "mine-2"}, row(NAME, "bytes_per_op", 9));
    vtb_history_find(&history);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "revision same, tag mine-1 -> mine-2\n");
    free(table);
    char *csv = printed(VTB_FORMAT_CSV);
    assert_contains(csv, ",same,same,8,9,1.125,,1,mine-1,mine-2\n");
    free(csv);
}

static void toolchains_that_part_figures_are_told(void **state)
{
    (void)state;
    for (int i = 0; i < 3; i++)
        add((struct told){.date = i < 2 ? "2026-01-01" : "2026-01-02",
                          .host = i < 1 ? "a" : "b",
                          .toolchain = i < 2 ? NULL : "clang; rule 2; x86_64"},
            row(NAME, "instructions_per_op", i < 2 ? 50 : 51));
    vtb_history_find(&history);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "2 figures, of which 0 changed");
    assert_contains(table, "2 toolchains");
    assert_contains(table, "from 2026-01-02T00:00:00Z on");
    free(table);
}

/* Many that change at once may be told of fewer results than one alone, and then are. */
static void too_few_results_are_told_unless_something_is(void **state)
{
    (void)state;
    add_days("ratio", (const double[]){0.5, 0.51, 0.7}, 3);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "A ratio has 3 results of one machine at most");
    assert_contains(table, "can be told of 10 on");
    free(table);
}

/* Two branches that come by turns have no step to speak of. */
static void steps_of_an_unsteady_figure_are_not_told_one_by_one(void **state)
{
    (void)state;
    double values[30];
    for (size_t i = 0; i < 30; i++)
        values[i] = 8 + (double)(i % 2);
    add_days("bytes_per_op", values, 30);
    assert_int_equal(only_figure()->changes_n, 29);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "1 figure, of which 1 changed");
    assert_contains(table, "1 figure changed with more than every third result");
    assert_null(strstr(table, "revision r01 -> r02"));
    assert_contains(table, "30      8     9       29");
    free(table);
    char *csv = printed(VTB_FORMAT_CSV);
    assert_contains(csv, ",r01,r02,");
    free(csv);
}

/* What a text of others holds is no markup. */
static void markdown_has_revisions_as_texts(void **state)
{
    (void)state;
    add((struct told){.revision = "[a](b)"}, row(NAME, "bytes_per_op", 8));
    add((struct told){.revision = "<i>"}, row(NAME, "bytes_per_op", 9));
    vtb_history_find(&history);
    char *text = printed(VTB_FORMAT_MARKDOWN);
    assert_contains(text, "revision [a\\](b) -> \\<i>\n");
    free(text);
}

static void conditions_are_told_where_a_figure_has_several(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        add((struct told){.revision = i ? "new" : "old"}, row(NAME, "bytes_per_op", 8 + i));
        add((struct told){.revision = i ? "new" : "old", .seed = "9"},
            row(NAME, "bytes_per_op", 8 + i));
    }
    vtb_history_find(&history);
    char *table = printed(VTB_FORMAT_TABLE);
    assert_contains(table, "[1]: no conditions.");
    assert_contains(table, "[2]: seed 9.");
    assert_contains(table, "B/op [1]");
    assert_contains(table, "B/op [2]");
    free(table);
}

static void json_has_courses_and_changes(void **state)
{
    (void)state;
    double values[RATIOS_N];
    step(values);
    add_days("ratio", values, RATIOS_N);
    char *text = printed(VTB_FORMAT_JSON);
    json_t *json = json_loads(text, JSON_REJECT_DUPLICATES, NULL);
    assert_non_null(json);
    assert_int_equal(json_array_size(json_object_get(json, "results")), RATIOS_N);
    json_t *figure = json_array_get(json_object_get(json, "figures"), 0);
    assert_string_equal(json_string_value(json_object_get(figure, "kind")), "ratio");
    assert_int_equal(json_integer_value(json_object_get(figure, "n")), RATIOS_N);
    assert_int_equal(json_array_size(json_object_get(figure, "course")), RATIOS_N);
    json_t *change = json_array_get(json_object_get(figure, "points"), 0);
    assert_int_equal(json_integer_value(json_object_get(change, "at")), 25);
    assert_string_equal(json_string_value(json_object_get(change, "revision")), "r26");
    assert_string_equal(json_string_value(json_object_get(change, "revision_before")), "r25");
    assert_near(json_number_value(json_object_get(change, "factor")), 1.2, 0.02);
    json_decref(json);
    free(text);
}

/* What a text of others holds is shown, wherever it is printed. */
static void texts_of_others_are_shown(void **state)
{
    (void)state;
    add((struct told){.revision = "a\\u001b[2Jb"}, row(NAME, "bytes_per_op", 1));
    vtb_history_find(&history);
    assert_string_equal(history.results[0].revision, "a\\x1b[2Jb");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_teardown(each_step_of_an_exact_figure_is_a_change, end_history),
        cmocka_unit_test_teardown(results_are_in_the_order_of_their_dates, end_history),
        cmocka_unit_test_teardown(
            counts_hold_across_machines_and_instructions_across_those_of_a_toolchain, end_history),
        cmocka_unit_test_teardown(other_conditions_are_other_figures, end_history),
        cmocka_unit_test_teardown(a_ratio_changes_where_its_level_does, end_history),
        cmocka_unit_test_teardown(ratios_of_two_machines_are_never_one_figure, end_history),
        cmocka_unit_test_teardown(a_revision_is_as_sure_as_all_of_its_results, end_history),
        cmocka_unit_test_teardown(a_change_amid_a_revision_s_results_was_no_commit, end_history),
        cmocka_unit_test_teardown(a_change_is_of_a_revision_s_first_result, end_history),
        cmocka_unit_test_teardown(the_baseline_and_what_is_no_ratio_are_no_figures, end_history),
        cmocka_unit_test_teardown(a_busy_machine_s_ratio_is_another_figure, end_history),
        cmocka_unit_test_teardown(a_guest_of_another_version_is_another_figure, end_history),
        cmocka_unit_test_teardown(figures_strategies_and_dates_are_chosen, end_history),
        cmocka_unit_test_teardown(others_are_refused, end_history),
        cmocka_unit_test_teardown(a_history_may_have_too_many_results, end_history),
        cmocka_unit_test_teardown(what_changed_is_printed, end_history),
        cmocka_unit_test_teardown(a_small_factor_is_not_told_as_one, end_history),
        cmocka_unit_test_teardown(a_step_without_a_commit_is_said, end_history),
        cmocka_unit_test_teardown(revisions_that_are_not_known_are_not_the_same, end_history),
        cmocka_unit_test_teardown(a_tag_tells_what_the_revision_does_not, end_history),
        cmocka_unit_test_teardown(toolchains_that_part_figures_are_told, end_history),
        cmocka_unit_test_teardown(too_few_results_are_told_unless_something_is, end_history),
        cmocka_unit_test_teardown(steps_of_an_unsteady_figure_are_not_told_one_by_one, end_history),
        cmocka_unit_test_teardown(markdown_has_revisions_as_texts, end_history),
        cmocka_unit_test_teardown(conditions_are_told_where_a_figure_has_several, end_history),
        cmocka_unit_test_teardown(json_has_courses_and_changes, end_history),
        cmocka_unit_test_teardown(texts_of_others_are_shown, end_history),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
