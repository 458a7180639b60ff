/* Who makes calls once more: how many of them hit does not depend on how they are divided. */
#include "synthetic.h"

#include "bench/fixture.h"
#include "passes/follower.h"

static struct vtb_error error;

/* The hits of n calls of the last caller, made in parts of so many. */
static size_t hits_of(const struct vtb_fixture *fixture, size_t calls_n, size_t part_n)
{
    struct vtb_follower follower;
    const struct vtb_point *point = fixture->point;
    const struct vtb_case *the_case = &point->cases[point->cases_n - 1];
    size_t hits_n = 0;
    if (!vtb_follower_open(&follower, fixture, the_case, &error))
        fail_msg("%s", error.message);
    assert_int_equal(follower.callers_n, the_case->threads_n);
    for (size_t done_n = 0; done_n < calls_n; done_n += part_n)
        hits_n += vtb_follower_make(&follower, follower.callers_n - 1, part_n);
    vtb_follower_close(&follower);
    assert_null(follower.envs);
    return hits_n;
}

/* The first call of an empty cache misses; a cache of all keys hits once it has them. */
static void hits_are_counted(void **state)
{
    (void)state;
    struct vtb_plan plan = SYNTHETIC_PLAN("--heap=gengc", "--keys=100", "--strategy=value_task",
                                          "--threads=2", "--workload=trace", "--cache=lru:50,100");
    size_t hits_n[2];
    assert_int_equal(plan.points_n, 2);
    for (size_t p = 0; p < 2; p++) {
        struct vtb_fixture fixture;
        if (!vtb_fixture_open_session(&fixture, &plan.points[p], 1, &error))
            fail_msg("%s", error.message);
        assert_int_equal(hits_of(&fixture, 1, 1), 0);
        hits_n[p] = hits_of(&fixture, 6000, 6000);
        assert_int_equal(hits_of(&fixture, 6000, 100), hits_n[p]);
        vtb_fixture_close(&fixture);
    }
    assert_in_range(hits_n[0], 1, hits_n[1] - 1);
    assert_in_range(hits_n[1], 6000 - 100, 6000 - 1);
    vtb_plan_free(&plan);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(hits_are_counted)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
