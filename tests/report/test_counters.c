#include "made_up.h"

#include "report/counters.h"

static struct made_up it;
static struct vtb_counter counters[VTB_COUNTERS_MAX];
static size_t counters_n;

static int made(void **state)
{
    (void)state;
    make_up(&it);
    return 0;
}

static void count(void)
{
    counters_n = vtb_counters(&it.results, &it.comparison, &it.figures[0], counters);
}

/* The keys in their order, each behind a space; exact ones, or those that are not. */
static const char *keys(bool exact)
{
    static char text[4096];
    size_t n = 0;
    *text = '\0';
    for (size_t i = 0; i < counters_n && n < sizeof text; i++) {
        if (counters[i].exact == exact)
            n += (size_t)snprintf(text + n, sizeof text - n, " %s", counters[i].key);
    }
    return text;
}

static double value(const char *key)
{
    for (size_t i = 0; i < counters_n; i++) {
        if (strcmp(counters[i].key, key) == 0)
            return counters[i].value;
    }
    fail_msg("no counter %s", key);
    return NAN;
}

#define EXACT                                                                                      \
    " actual_hit_rate bytes_per_op usable_bytes_per_op allocs_per_op frees_per_op peak_live_bytes" \
    " startup_bytes startup_allocs failures_per_op"
#define TIMED                                                                                     \
    " ns_per_op ns_per_op_lo ns_per_op_hi ratio ratio_lo ratio_hi over_plain_ns over_plain_ns_lo" \
    " over_plain_ns_hi over_base_ns over_base_ns_lo over_base_ns_hi mde ratio_log_se"             \
    " ratio_freedom ratio_log_session_variance ratio_log_added_variance"                          \
    " between_sessions_share sessions_n collections_ns_per_op collections_ns_per_op_se"           \
    " quiet_share busy_ratio busy_ratio_lo busy_ratio_hi"

static void a_store_has_its_own(void **state)
{
    (void)state;
    it.comparison.timed = true;
    it.point.store = vtb_stores[0];
    it.point.completer = true;
    it.figures[0].store =
        (struct vtb_store_sums){.asked_n = 50, .failed_n = 2, .p50_ns = 4e3, .p99_ns = 9e3};
    it.figures[0].store.expired_n = 3;
    it.figures[0].handover_share = (struct vtb_interval){.02, .01, .03};
    it.figures[0].handover_saved = (struct vtb_interval){.2, .1, .4};
    count();
    assert_string_equal(keys(false), TIMED
                        " store_p50_ns store_p99_ns store_asked_n store_failed_n store_expired_n"
                        " handover_share handover_share_lo handover_share_hi"
                        " handover_saved handover_saved_lo handover_saved_hi");
    assert_same_double(value("store_p50_ns"), 4e3);
    assert_same_double(value("store_p99_ns"), 9e3);
    assert_same_double(value("store_asked_n"), 50);
    assert_same_double(value("store_failed_n"), 2);
    assert_same_double(value("store_expired_n"), 3);
    assert_same_double(value("handover_share_hi"), .03);
    assert_same_double(value("handover_saved"), .2);
    it.comparison.timed = false;
    count();
    assert_string_equal(keys(false), "");
}

static void counts_are_there_always(void **state)
{
    (void)state;
    it.figures[0].counted.failed_n = 1;
    it.figures[0].counted.counts.frees_n = 3;
    it.figures[0].counted.startup_bytes = 72;
    it.figures[0].counted.startup_allocs_n = 3;
    count();
    assert_string_equal(keys(true), EXACT);
    assert_string_equal(keys(false), "");
    assert_same_double(value("actual_hit_rate"), 0.8);
    assert_same_double(value("bytes_per_op"), 9.6);
    assert_same_double(value("usable_bytes_per_op"), 12.8);
    assert_same_double(value("allocs_per_op"), 0.4);
    assert_same_double(value("frees_per_op"), 0.3);
    assert_same_double(value("peak_live_bytes"), 48);
    assert_same_double(value("startup_bytes"), 72);
    assert_same_double(value("startup_allocs"), 3);
    assert_same_double(value("failures_per_op"), 0.1);
}

/* What is never freed is not known to be dead. */
static void what_lives_in_a_collected_heap_is_not_known(void **state)
{
    (void)state;
    it.heap.collector = &it.collector;
    count();
    assert_string_equal(keys(true), EXACT);
    assert_true(isnan(value("peak_live_bytes")));
}

static void instructions_are_there_if_they_were_asked_for(void **state)
{
    (void)state;
    it.figures[0].instructions = 37.5;
    it.plan.instructions = true;
    count();
    assert_string_equal(keys(true), EXACT " instructions_per_op");
    assert_same_double(value("instructions_per_op"), 37.5);
}

static void times_are_there_if_they_were_taken(void **state)
{
    (void)state;
    it.comparison.timed = true;
    it.figures[0].ns = (struct vtb_interval){10, 9, 11};
    it.figures[0].ratio = (struct vtb_interval){0.5, 0.4, 0.6};
    it.figures[0].over_floor = (struct vtb_interval){7, 6, 8};
    it.figures[0].over_base = (struct vtb_interval){2, 1, 3};
    it.figures[0].mde = 0.01;
    it.figures[0].log_ratio = (struct vtb_pooled){
        .variance = 0.0004, .freedom = 13.5, .between_share = 0.75, .sessions_n = 7};
    it.figures[0].collections.ns = 1.25;
    it.figures[0].quiet_share = 0.9;
    it.figures[0].busy_ratio = (struct vtb_interval){0.8, 0.7, 0.9};
    count();
    assert_string_equal(keys(true), EXACT);
    assert_string_equal(keys(false), TIMED);
    assert_same_double(value("ns_per_op"), 10);
    assert_same_double(value("ns_per_op_lo"), 9);
    assert_same_double(value("ns_per_op_hi"), 11);
    assert_same_double(value("ratio"), 0.5);
    assert_same_double(value("ratio_lo"), 0.4);
    assert_same_double(value("ratio_hi"), 0.6);
    assert_same_double(value("over_plain_ns"), 7);
    assert_same_double(value("over_plain_ns_lo"), 6);
    assert_same_double(value("over_plain_ns_hi"), 8);
    assert_same_double(value("over_base_ns"), 2);
    assert_same_double(value("over_base_ns_lo"), 1);
    assert_same_double(value("over_base_ns_hi"), 3);
    assert_same_double(value("mde"), 0.01);
    assert_near(value("ratio_log_se"), 0.02, 1e-12);
    assert_same_double(value("ratio_freedom"), 13.5);
    assert_same_double(value("between_sessions_share"), 0.75);
    assert_same_double(value("sessions_n"), 7);
    assert_same_double(value("collections_ns_per_op"), 1.25);
    assert_same_double(value("quiet_share"), 0.9);
    assert_same_double(value("busy_ratio"), 0.8);
    assert_same_double(value("busy_ratio_lo"), 0.7);
    assert_same_double(value("busy_ratio_hi"), 0.9);
}

/* A run with cold starts has their page faults, of which steady points have none. */
static void page_faults_are_told_of_cold_starts(void **state)
{
    (void)state;
    it.comparison.timed = true;
    it.point.cold = true;
    it.figures[0].page_faults = 3;
    count();
    assert_string_equal(keys(false), TIMED " page_faults_per_start");
    assert_same_double(value("page_faults_per_start"), 3);
    it.comparison.timed = false;
    count();
    assert_string_equal(keys(false), "");
}

/* The quickest caller is neither the first nor the last one, and so is the slowest. */
static void callers_are_told_by_the_quickest_and_the_slowest(void **state)
{
    (void)state;
    double ns[] = {20, 10, 40, 30};
    it.comparison.timed = true;
    it.comparison.caller_ns = it.figures[0].caller_ns = ns;
    it.cases[0].threads_n = 4;
    it.figures[0].ns.median = 40;
    it.figures[0].scaling = (struct vtb_interval){3, 2, 3.5};
    count();
    assert_string_equal(keys(false), TIMED
                        " callers caller_ns_per_op_least caller_ns_per_op_most"
                        " ops_per_second scaling scaling_lo scaling_hi");
    assert_same_double(value("callers"), 4);
    assert_same_double(value("caller_ns_per_op_least"), 10);
    assert_same_double(value("caller_ns_per_op_most"), 40);
    assert_same_double(value("ops_per_second"), 1e8);
    assert_same_double(value("scaling"), 3);
    assert_same_double(value("scaling_lo"), 2);
    assert_same_double(value("scaling_hi"), 3.5);
}

#define VOLUME " bytes_per_second allocs_per_second bytes_per_day allocs_per_day"

static void a_volume_tells_what_a_day_takes(void **state)
{
    (void)state;
    it.plan.calls_per_second = 1000;
    count();
    assert_string_equal(keys(true), EXACT VOLUME);
    assert_string_equal(keys(false), "");
    assert_near(value("bytes_per_second"), 9600, 1e-6);
    assert_near(value("allocs_per_second"), 400, 1e-6);
    assert_near(value("bytes_per_day"), 9600.0 * 24 * 60 * 60, 1e-3);
    assert_near(value("allocs_per_day"), 400.0 * 24 * 60 * 60, 1e-3);
    it.comparison.timed = true;
    it.figures[0].ns.median = 50000;
    it.figures[0].completer_ns = NAN;
    count();
    assert_string_equal(keys(false), TIMED " cpu_s_per_second cpu_s_per_day");
    assert_near(value("cpu_s_per_second"), 0.05, 1e-12);
    assert_near(value("cpu_s_per_day"), 4320, 1e-6);
}

/* What is allocated once is not multiplied; a completing thread works as well; and what a cold
 * start takes is not what a volume takes. */
static void a_volume_lasts(void **state)
{
    (void)state;
    it.plan.calls_per_second = 1000;
    it.figures[0].counted.startup_bytes = 72;
    it.figures[0].counted.startup_allocs_n = 3;
    it.comparison.timed = true;
    it.point.completer = true;
    it.figures[0].ns.median = 50000;
    it.figures[0].completer_ns = 20000;
    count();
    assert_near(value("bytes_per_second"), 2400, 1e-6);
    assert_near(value("allocs_per_second"), 100, 1e-6);
    assert_near(value("bytes_per_op"), 9.6, 1e-12);
    assert_same_double(value("completer_cpu_ns_per_op"), 20000);
    assert_near(value("cpu_s_per_second"), 0.07, 1e-12);
    it.point.completer = false;
    it.point.cold = true;
    count();
    assert_true(isnan(value("cpu_s_per_second")));
    assert_true(isnan(value("cpu_s_per_day")));
    assert_near(value("bytes_per_second"), 2400, 1e-6);
}

/* One that cannot be counted here keeps its columns, with nothing in them. */
static void events_have_two_columns_each(void **state)
{
    (void)state;
    struct vtb_event_columns *columns = &it.results.events;
    struct vtb_event_counts *counts = &it.figures[0].events;
    columns->events.n = 2;
    strcpy(columns->per_op[0], "faults_per_op");
    strcpy(columns->running[0], "faults_running");
    strcpy(columns->per_op[1], "cycles_per_op");
    strcpy(columns->running[1], "cycles_running");
    strcpy(columns->events.items[1].reason, "no counter");
    counts->per_op[0] = 2.5;
    counts->running[0] = 0.5;
    counts->per_op[1] = NAN;
    counts->running[1] = 0.25;
    count();
    assert_string_equal(keys(false), " faults_per_op faults_running cycles_per_op cycles_running");
    assert_same_double(value("faults_per_op"), 2.5);
    assert_same_double(value("faults_running"), 0.5);
    assert_true(isnan(value("cycles_per_op")));
    assert_true(isnan(value("cycles_running")));
}

/* As the columns are those of all cases, one on a heap that frees has them too, and is not known to
 * have a budget. */
static void the_pressure_of_one_case_makes_columns_for_all(void **state)
{
    (void)state;
    struct vtb_heap collected = {.collector = &it.collector};
    const struct vtb_heap_entry entry = {.name = "collected", .heap = &collected};
    it.cases[1].heap = &entry;
    it.figures[0].pressure = (struct vtb_pressure){
        .budget_bytes = 4096, .live_bytes = 99, .peak_rss_bytes = 7, .calls_n = 5};
    count();
    assert_string_equal(keys(true), EXACT);
    assert_begins(keys(false), " gen0_budget_bytes live_heap_bytes pressure_calls_n gen0_per_kop ");
    assert_int_equal(counters_n, 9 + 3 + VTB_PRESSURE_METRICS_N);
    assert_true(isnan(value("gen0_budget_bytes")));
    assert_true(isnan(value("live_heap_bytes")));
    assert_true(isnan(value("pressure_calls_n")));
    it.figures[0].pressure.collects = true;
    it.figures[0].pressure.measured = true;
    count();
    assert_same_double(value("gen0_budget_bytes"), 4096);
    assert_same_double(value("live_heap_bytes"), 99);
    assert_same_double(value("peak_rss_bytes"), 7);
    assert_same_double(value("pressure_calls_n"), 5);
    it.figures[0].pressure.budget_bytes = 0; /* its heap has no such rule */
    count();
    assert_true(isnan(value("gen0_budget_bytes")));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(counts_are_there_always, made),
        cmocka_unit_test_setup(a_store_has_its_own, made),
        cmocka_unit_test_setup(what_lives_in_a_collected_heap_is_not_known, made),
        cmocka_unit_test_setup(instructions_are_there_if_they_were_asked_for, made),
        cmocka_unit_test_setup(times_are_there_if_they_were_taken, made),
        cmocka_unit_test_setup(callers_are_told_by_the_quickest_and_the_slowest, made),
        cmocka_unit_test_setup(page_faults_are_told_of_cold_starts, made),
        cmocka_unit_test_setup(a_volume_tells_what_a_day_takes, made),
        cmocka_unit_test_setup(a_volume_lasts, made),
        cmocka_unit_test_setup(events_have_two_columns_each, made),
        cmocka_unit_test_setup(the_pressure_of_one_case_makes_columns_for_all, made),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
