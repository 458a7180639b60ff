#include "check.h"

#include <jansson.h>

#include "passes/machine.h"
#include "report/report_version.h"

static const struct vtb_machine machine = {
    .facts = {{"version", "1.2.3"},
              {"git_revision", "abc"},
              {"compiler", "a, \"compiler\""},
              {"cpu_model", "a processor, which is no fact of the build"},
              {"fingerprint", "all of it"}},
    .facts_n = 5,
};

static char written[4096];

static const char *printed(enum vtb_format format)
{
    memset(written, 0, sizeof written);
    FILE *out = fmemopen(written, sizeof written, "w");
    assert_non_null(out);
    vtb_report_version(out, &machine, format);
    assert_int_equal(fclose(out), 0);
    return written;
}

static void people_get_a_line(void **state)
{
    (void)state;
    assert_string_equal(printed(VTB_FORMAT_TABLE), "valuetask-bench 1.2.3 (abc)\n");
}

static void rows_have_the_facts_of_the_build_alone(void **state)
{
    (void)state;
    assert_string_equal(printed(VTB_FORMAT_CSV),
                        "fact,value\nversion,1.2.3\ngit_revision,abc\n"
                        "compiler,\"a, \"\"compiler\"\"\"\nbuild_type,unknown\ncell_flags,unknown\n"
                        "libc,unknown\narchitecture,unknown\nfingerprint,all of it\n");
    assert_begins(printed(VTB_FORMAT_MARKDOWN),
                  "| fact | value |\n|---|---|\n| version | 1.2.3 |\n");
}

static void json_has_the_same(void **state)
{
    (void)state;
    json_t *json = json_loads(printed(VTB_FORMAT_JSON), 0, NULL);
    json_t *expected =
        json_pack("{ssssssssssssssss}", "version", "1.2.3", "git_revision", "abc", "compiler",
                  "a, \"compiler\"", "build_type", "unknown", "cell_flags", "unknown", "libc",
                  "unknown", "architecture", "unknown", "fingerprint", "all of it");
    assert_non_null(expected);
    assert_true(json_equal(json, expected));
    json_decref(json);
    json_decref(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_get_a_line),
        cmocka_unit_test(rows_have_the_facts_of_the_build_alone),
        cmocka_unit_test(json_has_the_same),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
