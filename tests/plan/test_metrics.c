#include "check.h"

#include "plan/metrics.h"

static void words_are_found(void **state)
{
    (void)state;
    assert_string_equal(vtb_gate_metric("allocs")->keys[0], "allocs_per_op");
    assert_string_equal(vtb_gate_metric("frees")->keys[0], "frees_per_op");
    assert_string_equal(vtb_gate_metric("bytes")->keys[0], "bytes_per_op");
    assert_string_equal(vtb_gate_metric("live")->keys[0], "peak_live_bytes");
    assert_string_equal(vtb_gate_metric("instructions")->keys[0], "instructions_per_op");
    assert_string_equal(vtb_gate_metric("collections")->keys[2], "gen2_per_kop");
    assert_null(vtb_gate_metric("collections")->keys[3]);
    assert_null(vtb_gate_metric("time"));
    assert_null(vtb_gate_metric(""));
}

static void only_instructions_are_of_the_toolchain(void **state)
{
    (void)state;
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        assert_int_equal(metric->of_toolchain, strcmp(metric->word, "instructions") == 0);
        assert_int_equal(metric->of_budgets, strcmp(metric->word, "collections") == 0);
    }
}

/* Every key has a title, and no other has it. */
static void keys_are_titled(void **state)
{
    (void)state;
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        assert_non_null(metric->keys[0]);
        assert_null(metric->keys[VTB_GATE_FIGURES_MAX - 1]);
        for (size_t i = 0; i < VTB_GATE_FIGURES_MAX; i++)
            assert_int_equal(metric->keys[i] != NULL, metric->titles[i] != NULL);
    }
}

static void words_can_be_suggested(void **state)
{
    (void)state;
    struct vtb_names words;
    char text[200];
    vtb_gate_words(&words);
    assert_int_equal(words.n, 6);
    vtb_names_nearest(&words, NULL, "alocs", text, sizeof text);
    assert_string_equal(text, "allocs, bytes, frees");
}

/* A number without a row would end the table for whoever goes along it. */
static void pressure_metrics_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; i < VTB_PRESSURE_METRICS_N; i++) {
        const struct vtb_pressure_metric *row = &vtb_pressure_metrics[i];
        assert_non_null(row->word);
        assert_true(*row->word && *row->key && *row->title);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(row->word, vtb_pressure_metrics[j].word);
    }
    assert_null(vtb_pressure_metrics[VTB_PRESSURE_METRICS_N].word);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(words_are_found),
        cmocka_unit_test(only_instructions_are_of_the_toolchain),
        cmocka_unit_test(keys_are_titled),
        cmocka_unit_test(words_can_be_suggested),
        cmocka_unit_test(pressure_metrics_are_whole),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
