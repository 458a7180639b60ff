#include "check.h"

#include "passes/frequency.h"

static void the_figures_are_of_the_parts(void **state)
{
    (void)state;
    struct vtb_frequency frequency;
    double parts_ns[VTB_FREQUENCY_PARTS_N] = {1.1, 1, 1.05, 1, 1, 1, 1.02, 1, 1, 1};
    vtb_frequency_of(&frequency, parts_ns);
    assert_same_double(frequency.multiplication_ns, 1);
    assert_near(frequency.spread, 0.1, 1e-12);
}

static void a_multiplication_takes_time(void **state)
{
    (void)state;
    struct vtb_frequency frequency;
    vtb_frequency_measure(&frequency, 0.002);
    assert_true(frequency.multiplication_ns > 0 && isfinite(frequency.multiplication_ns));
    assert_true(frequency.spread >= 0 && isfinite(frequency.spread));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_figures_are_of_the_parts),
        cmocka_unit_test(a_multiplication_takes_time),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
