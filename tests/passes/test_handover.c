/* The hand-over pass: which cases it times, what is a percentile, and what ends it. How long
 * anything takes is not asked, unless the clock is made up. */
#include "synthetic.h"

#include "bench/fixture.h"
#include "made_up_clock.h"
#include "passes/handover.h"

#define SMALL "--heap=glibc", "--keys=1000", "--strategy=value_task,coroutine"
#define SLICES_N 3
#define SLICE_NS 2e6

static struct vtb_error error;
static struct vtb_handovers found; /* of one session */
static void *memory;

/* Plans the hand-overs of callers that wait so. */
static struct vtb_open_loop plan_open_loop(struct vtb_plan *plan, enum vtb_wake wake)
{
    const struct vtb_open_loop open_loop = {
        .rate = 1e9, .slice_ns = SLICE_NS, .hands_over = true, .wake = wake};
    vtb_plan_open_loop(plan, &open_loop, SLICES_N);
    if (!vtb_plan_prepare(plan, &error))
        fail_msg("%s", error.message);
    return open_loop;
}

static bool run(struct vtb_plan *plan, const struct vtb_open_loop *open_loop)
{
    struct vtb_fixture fixture;
    const struct vtb_point *point = &plan->points[0];
    error = (struct vtb_error){0};
    free(memory);
    memory = calloc(1, vtb_handovers_bytes(point, 1));
    assert_non_null(memory);
    found = vtb_handovers_place(point, 1, memory);
    if (!vtb_fixture_open_session(&fixture, point, 1, &error))
        fail_msg("%s", error.message);
    const bool ok = vtb_handover_run(&fixture, open_loop, SLICES_N, &found, &error);
    vtb_fixture_close(&fixture);
    return ok;
}

static void run_well(struct vtb_plan *plan, const struct vtb_open_loop *open_loop)
{
    if (!run(plan, open_loop))
        fail_msg("%s", error.message);
}

static const struct vtb_case *case_of(const struct vtb_plan *plan, size_t unit)
{
    const struct vtb_point *point = &plan->points[0];
    return unit < vtb_cells_end(point) ? &point->cases[unit] : NULL;
}

/* Cases that suspend, and idle controls, are timed; the others are not. What waits for the caller
 * has waited for the continuation. */
static void check_units(const struct vtb_plan *plan, enum vtb_wake wake)
{
    size_t timed_n = 0;
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_handover_tally *tally = &found.tallies[i];
        const struct vtb_case *the_case = case_of(plan, i);
        const struct vtb_lengths ran = vtb_handovers_lengths(&found, i, VTB_HANDOVER_RUN);
        const struct vtb_lengths woke = vtb_handovers_lengths(&found, i, VTB_HANDOVER_WAKE);
        const bool is_timed = !the_case || the_case->handover;
        assert_int_equal(is_timed, !the_case || the_case->timing->frame_bytes > 0);
        assert_int_equal(tally->calls_n > 0, is_timed);
        assert_int_equal(ran.n, tally->calls_n);
        assert_int_equal(woke.n, tally->calls_n);
        assert_true(tally->asleep_n <= tally->calls_n + tally->backwards_n);
        assert_true(wake == VTB_WAKE_FUTEX || tally->asleep_n == 0);
        timed_n += is_timed;
        if (!is_timed)
            continue;
        assert_true(ran.total_ns <= woke.total_ns && ran.max_ns <= woke.max_ns);
        assert_same_double(tally->ns[VTB_HANDOVER_WAKE][5], woke.max_ns);
        assert_int_equal(isnan(tally->ns[VTB_HANDOVER_RUN][0]), ran.n < 20);
        assert_int_equal(isnan(tally->ns[VTB_HANDOVER_RUN][2]), ran.n < 1000);
    }
    assert_true(timed_n > 2);
}

static void callers_that_spin(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread", "--threads=2");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_SPIN);
    run_well(&plan, &open_loop);
    assert_int_equal(found.units_n, vtb_latency_units_n(&plan.points[0]));
    check_units(&plan, VTB_WAKE_SPIN);
    vtb_plan_free(&plan);
}

static void callers_that_sleep(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread", "--threads=2");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_FUTEX);
    run_well(&plan, &open_loop);
    check_units(&plan, VTB_WAKE_FUTEX);
    vtb_plan_free(&plan);
}

/* Callers that wait keep nobody from collecting: they are not in the heap, nor is what they wait
 * for lost. By methods, through layers, where the store fails, where all calls would hit if they
 * were not made to miss, and on a cache that is real, in which calls may hit. */
static void all_sorts_of_calls(void **state)
{
    (void)state;
    struct vtb_plan plans[] = {
        SYNTHETIC_PLAN("--heap=gengc", "--keys=1000", "--strategy=value_task", "--threads=2",
                       "--completer=thread", "--gen0-budget=4K"),
        SYNTHETIC_PLAN(SMALL, "--completer=thread", "--depth=3", "--method=async",
                       "--failure-rate=0.3"),
        SYNTHETIC_PLAN(SMALL, "--completer=thread", "--pollute=4K", "--abstraction=virtual",
                       "--hit-rate=1"),
        SYNTHETIC_PLAN("--heap=glibc", "--strategy=value_task", "--completer=thread",
                       "--workload=product_catalog", "--keys=1000"),
    };
    for (size_t i = 0; i < sizeof plans / sizeof *plans; i++) {
        for (int wake = 0; wake < 2; wake++) {
            const struct vtb_open_loop open_loop = plan_open_loop(&plans[i], (enum vtb_wake)wake);
            run_well(&plans[i], &open_loop);
            check_units(&plans[i], (enum vtb_wake)wake);
        }
        vtb_plan_free(&plans[i]);
    }
}

/* Sessions are put together. */
static void sessions_add_up(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_SPIN);
    const size_t control = vtb_cells_end(&plan.points[0]);
    void *of_all = calloc(1, vtb_handovers_bytes(&plan.points[0], 2));
    assert_non_null(of_all);
    struct vtb_handovers all = vtb_handovers_place(&plan.points[0], 2, of_all);
    uint64_t n = 0;
    for (size_t session = 0; session < 2; session++) {
        run_well(&plan, &open_loop);
        n += found.tallies[control].calls_n;
        vtb_handovers_add(&all, session, &found);
        assert_memory_equal(&all.tallies[session * all.units_n + control], &found.tallies[control],
                            sizeof *found.tallies);
        assert_int_equal(vtb_handovers_lengths(&all, control, VTB_HANDOVER_WAKE).n, n);
    }
    free(of_all);
    vtb_plan_free(&plan);
}

/* --- a clock that is made up --- */

static uint64_t step_of_100(size_t reading)
{
    (void)reading;
    return 100;
}

static bool run_by(made_up_step *step, struct vtb_plan *plan, const struct vtb_open_loop *open_loop)
{
    made_up_clock.now_ns = UINT64_C(1000000000);
    made_up_clock.readings_n = 0;
    made_up_clock.step = step;
    const bool ok = run(plan, open_loop);
    made_up_clock.step = NULL;
    return ok;
}

/* Each reading is 100 ns later: so it is from the completion to the continuation, and from that to
 * the caller, as nobody reads the clock in between. (A caller that is kept waiting looks at it.) */
static void what_lies_in_between(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_SPIN);
    if (!run_by(step_of_100, &plan, &open_loop))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_handover_tally *tally = &found.tallies[i];
        if (tally->calls_n == 0)
            continue;
        /* Four readings a call, and one more a slice. */
        assert_in_range(tally->calls_n, SLICES_N * SLICE_NS / 1000, SLICES_N * SLICE_NS / 400 + 3);
        assert_near(tally->ns[VTB_HANDOVER_RUN][0], 100, 0.1);
        assert_near(tally->ns[VTB_HANDOVER_WAKE][0], 200, 0.2);
        assert_int_equal(tally->backwards_n, 0);
    }
    vtb_plan_free(&plan);
}

/* Now and then a processor's clock is behind that of the one before: that is counted, and taken for
 * no time. */
static uint64_t step_back(size_t reading)
{
    return reading % 997 == 0 ? -UINT64_C(150) : 100;
}

static void clocks_that_differ(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_SPIN);
    if (!run_by(step_back, &plan, &open_loop))
        fail_msg("%s", error.message);
    for (size_t i = 0; i < found.units_n; i++) {
        const struct vtb_handover_tally *tally = &found.tallies[i];
        assert_int_equal(tally->backwards_n > 0, tally->calls_n > 0);
        assert_true(tally->backwards_n < tally->calls_n / 100 + 1);
    }
    vtb_plan_free(&plan);
}

/* --- what ends it --- */

static const struct vtb_cell *sound;
static size_t handed_over_n; /* until one is lost */

/* What a frame refers to that is not completed: nobody frees it, and it is no leak. */
static void *forgotten[2][64];
static size_t forgotten_n;

/* The strategy forgets who waits, from some call on. */
static void forget(struct vtb_service *service, void *frame, struct timespec *completed)
{
    if (handed_over_n > 0) {
        handed_over_n--;
        sound->hand_over(service, frame, completed);
        return;
    }
    assert_true(sound->frame_bytes <= sizeof forgotten[0]);
    memcpy(forgotten[forgotten_n++ % 2], frame, sound->frame_bytes);
}

/* It hands over something else. */
static void take_something(struct vtb_env *env)
{
    sound->take_over(env);
    env->checksum++;
}

/* Has a case be one of a broken cell. */
static size_t break_case(const struct vtb_plan *plan, struct vtb_cell *broken)
{
    size_t i = 0;
    while (!plan->points[0].cases[i].handover)
        i++;
    sound = plan->points[0].cases[i].handover;
    *broken = *sound;
    plan->points[0].cases[i].handover = broken;
    return i;
}

static uint64_t step_of_a_minute(size_t reading)
{
    (void)reading;
    return UINT64_C(60000000000);
}

/* A caller whose operation never comes gives up in the end, whatever it waits by, and the error
 * says whose it is. */
static void nobody_waits_for_ever(void **state)
{
    (void)state;
    for (int wake = 0; wake < 2; wake++) {
        struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread");
        const struct vtb_open_loop open_loop = plan_open_loop(&plan, (enum vtb_wake)wake);
        struct vtb_cell broken;
        (void)break_case(&plan, &broken);
        broken.hand_over = forget;
        handed_over_n = 3;
        assert_false(run_by(step_of_a_minute, &plan, &open_loop));
        assert_begins(error.message, "a caller of heap_task@atomic on glibc waited 10 s in vain");
        assert_contains(error.message, "the continuation did not run; `run_bench check`");
        assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
        for (size_t i = 0; i < found.units_n; i++)
            assert_int_equal(found.tallies[i].calls_n, 0);
        vtb_plan_free(&plan);
    }
}

static void other_values_are_found(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN(SMALL, "--completer=thread");
    const struct vtb_open_loop open_loop = plan_open_loop(&plan, VTB_WAKE_SPIN);
    struct vtb_cell broken;
    (void)break_case(&plan, &broken);
    broken.take_over = take_something;
    assert_false(run(&plan, &open_loop));
    assert_contains(error.message, " consumed other values than others whose operations");
    assert_true(error.is_of_figures);
    vtb_plan_free(&plan);
}

static int setup(void **state)
{
    (void)state;
    alarm(600); /* threads that wait for one another in vain end the test */
    return 0;
}

static int free_all(void **state)
{
    (void)state;
    free(memory);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(callers_that_spin),     cmocka_unit_test(callers_that_sleep),
        cmocka_unit_test(all_sorts_of_calls),    cmocka_unit_test(sessions_add_up),
        cmocka_unit_test(what_lies_in_between),  cmocka_unit_test(clocks_that_differ),
        cmocka_unit_test(nobody_waits_for_ever), cmocka_unit_test(other_values_are_found),
    };
    return cmocka_run_group_tests(tests, setup, free_all);
}
