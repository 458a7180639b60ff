#include "check.h"

#include "fidelity/prediction.h"

static enum vtb_fidelity_verdict judge(enum vtb_predicted kind, double predicted, double measured)
{
    const struct vtb_prediction prediction = {
        .kind = kind, .predicted = predicted, .measured = measured};
    return vtb_fidelity_judge(&prediction);
}

#define assert_met(...) assert_int_equal(judge(__VA_ARGS__), VTB_FIDELITY_MET)
#define assert_missed(...) assert_int_equal(judge(__VA_ARGS__), VTB_FIDELITY_MISSED)

static void bytes_are_exact(void **state)
{
    (void)state;
    for (int kind = VTB_PREDICTED_HIT_BYTES; kind <= VTB_PREDICTED_RUNTIME_MISS_BYTES; kind++) {
        assert_met((enum vtb_predicted)kind, 72, 72);
        assert_met((enum vtb_predicted)kind, 0, 0);
        assert_missed((enum vtb_predicted)kind, 72, 72.0001);
        assert_missed((enum vtb_predicted)kind, 0, 0.001);
    }
}

static void collections_of_gen0_within_3_percent(void **state)
{
    (void)state;
    assert_met(VTB_PREDICTED_GEN0, 100, 103);
    assert_met(VTB_PREDICTED_GEN0, 100, 97);
    assert_missed(VTB_PREDICTED_GEN0, 100, 104);
    assert_missed(VTB_PREDICTED_GEN0, 20, 21);
}

static void older_ones_within_25_percent_or_by_one(void **state)
{
    (void)state;
    for (int kind = VTB_PREDICTED_GEN1; kind <= VTB_PREDICTED_GEN2; kind++) {
        assert_met((enum vtb_predicted)kind, 40, 50);
        assert_missed((enum vtb_predicted)kind, 40, 29);
        assert_met((enum vtb_predicted)kind, 0, 1);
        assert_met((enum vtb_predicted)kind, 2, 1);
        assert_missed((enum vtb_predicted)kind, 2, 4);
    }
}

static void pauses_by_a_factor_either_way(void **state)
{
    (void)state;
    assert_met(VTB_PREDICTED_PAUSED, 10, 13);
    assert_met(VTB_PREDICTED_PAUSED, 13, 10);
    assert_missed(VTB_PREDICTED_PAUSED, 10, 13.1);
    assert_missed(VTB_PREDICTED_PAUSED, 13.1, 10);
}

static void ratios_within_25_percent(void **state)
{
    (void)state;
    assert_met(VTB_PREDICTED_RATIO, 4, 5);
    assert_missed(VTB_PREDICTED_RATIO, 4, 5.1);
    assert_met(VTB_PREDICTED_DEPTH_RATIO, 4, 3);
    assert_missed(VTB_PREDICTED_DEPTH_RATIO, 4, 2.9);
    assert_int_equal(judge(VTB_PREDICTED_PLAIN_RATIO, 4, 40), VTB_FIDELITY_NO_GOAL);
}

static void what_is_not_known_is_not_judged(void **state)
{
    (void)state;
    for (int kind = 0; kind < VTB_PREDICTED_N; kind++) {
        assert_int_equal(judge((enum vtb_predicted)kind, 1, NAN), VTB_FIDELITY_NOT_MEASURED);
        assert_int_equal(judge((enum vtb_predicted)kind, NAN, 1), VTB_FIDELITY_NOT_MEASURED);
    }
}

static void as_many_as_are_added(void **state)
{
    (void)state;
    struct vtb_predictions predictions = {.items = NULL};
    for (size_t i = 0; i < 1000; i++) {
        const struct vtb_prediction each = {.depth = i};
        vtb_predictions_add(&predictions, &each);
    }
    assert_int_equal(predictions.n, 1000);
    for (size_t i = 0; i < 1000; i++)
        assert_int_equal(predictions.items[i].depth, i);
    vtb_predictions_free(&predictions);
    assert_null(predictions.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(bytes_are_exact),
        cmocka_unit_test(collections_of_gen0_within_3_percent),
        cmocka_unit_test(older_ones_within_25_percent_or_by_one),
        cmocka_unit_test(pauses_by_a_factor_either_way),
        cmocka_unit_test(ratios_within_25_percent),
        cmocka_unit_test(what_is_not_known_is_not_judged),
        cmocka_unit_test(as_many_as_are_added),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
