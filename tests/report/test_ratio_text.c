#include "check.h"

#include <math.h>

#include "report/ratio_text.h"

static void to_the_farther_end(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_ratio_text(text, 0.41, &(struct vtb_interval){0.41, 0.40, 0.44}),
                        "0.41 ±0.03");
    assert_string_equal(vtb_ratio_text(text, 0.41, &(struct vtb_interval){0.41, 0.36, 0.44}),
                        "0.41 ±0.05");
    assert_string_equal(vtb_ratio_text(text, 0.5, &(struct vtb_interval){0.41, 0.41, 0.41}),
                        "0.50 ±0.01");
}

static void without_an_interval(void **state)
{
    (void)state;
    char text[VTB_NUMBER_BYTES];
    assert_string_equal(vtb_ratio_text(text, 12.5, &(struct vtb_interval){12.5, NAN, NAN}),
                        "12.50");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(to_the_farther_end),
        cmocka_unit_test(without_an_interval),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
