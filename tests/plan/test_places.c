/* Where the code of compared builds begins, session by session. */
#include "check.h"

#include <string.h>

#include "plan/places.h"

static bool have_same(uint64_t seed_a, uint64_t session_a, uint64_t seed_b, uint64_t session_b)
{
    unsigned a[VTB_EDITIONS_N];
    unsigned b[VTB_EDITIONS_N];
    vtb_places_draw(seed_a, session_a, a);
    vtb_places_draw(seed_b, session_b, b);
    return memcmp(a, b, sizeof a) == 0;
}

static void no_two_are_the_same(void **state)
{
    (void)state;
    for (uint64_t session = 1; session <= 1000; session++) {
        unsigned paddings[VTB_EDITIONS_N];
        vtb_places_draw(1, session, paddings);
        for (size_t i = 0; i < VTB_EDITIONS_N; i++) {
            assert_in_range(paddings[i], 1, VTB_PADDINGS_N);
            for (size_t j = 0; j < i; j++)
                assert_int_not_equal(paddings[i], paddings[j]);
        }
    }
}

static void each_is_drawn(void **state)
{
    (void)state;
    bool seen[VTB_EDITIONS_N][VTB_PADDINGS_N + 1] = {{false}};
    for (uint64_t session = 1; session <= 2000; session++) {
        unsigned paddings[VTB_EDITIONS_N];
        vtb_places_draw(7, session, paddings);
        for (size_t i = 0; i < VTB_EDITIONS_N; i++)
            seen[i][paddings[i]] = true;
    }
    for (size_t i = 0; i < VTB_EDITIONS_N; i++) {
        for (size_t padding = 1; padding <= VTB_PADDINGS_N; padding++)
            assert_true(seen[i][padding]);
    }
}

static void they_follow_from_seed_and_session(void **state)
{
    (void)state;
    assert_true(have_same(3, 5, 3, 5));
    assert_false(have_same(3, 5, 3, 6));
    assert_false(have_same(3, 5, 4, 5));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_two_are_the_same),
        cmocka_unit_test(each_is_drawn),
        cmocka_unit_test(they_follow_from_seed_and_session),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
