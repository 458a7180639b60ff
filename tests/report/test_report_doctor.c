#include "check.h"

#include <jansson.h>

#include "base/prose.h"
#include "passes/doctor.h"
#include "report/report_doctor.h"

static const struct vtb_doctor_facts facts = {
    .items =
        {{.fact = "one", .value = "1, \"and\"", .effect = "fine", .level = VTB_DOCTOR_OK},
         {.fact = "another one",
          .value = "many words that have to go on in another line, as there are more than "
                   "seventy characters",
          .effect = "figures suffer",
          .remedy = "do this",
          .level = VTB_DOCTOR_WARNING},
         {.fact = "third", .value = "unknown", .effect = "no file", .level = VTB_DOCTOR_UNKNOWN}},
    .n = 3};

static char written[8192];

static const char *printed(enum vtb_format format)
{
    memset(written, 0, sizeof written);
    FILE *out = fmemopen(written, sizeof written, "w");
    assert_non_null(out);
    vtb_report_doctor(out, &facts, format);
    assert_int_equal(fclose(out), 0);
    return written;
}

#define SUMMARY "3 facts: 1 may disturb figures (warning), 1 cannot be told (unknown).\n\n"

static void people_get_a_block_for_each_fact(void **state)
{
    (void)state;
    assert_string_equal(
        printed(VTB_FORMAT_TABLE), SUMMARY
        "level    fact                value, effect, and -> remedy\n"
        "ok       one                 1, \"and\"\n"
        "                             fine\n"
        "warning  another one         many words that have to go on in another line, as "
        "there are more than\n"
        "                             seventy characters\n"
        "                             figures suffer\n"
        "                             -> do this\n"
        "unknown  third               unknown\n"
        "                             no file\n");
}

static void markdown_has_a_row_for_each_fact(void **state)
{
    (void)state;
    assert_begins(printed(VTB_FORMAT_MARKDOWN), SUMMARY
                  "| fact | value | effect | remedy | level |\n|---|---|---|---|---|\n"
                  "| one | 1, \"and\" | fine |  | ok |\n");
}

static void csv_has_rows_alone(void **state)
{
    (void)state;
    assert_string_equal(printed(VTB_FORMAT_CSV),
                        "fact,value,effect,remedy,level\n"
                        "one,\"1, \"\"and\"\"\",fine,,ok\n"
                        "another one,\"many words that have to go on in another line, as there are "
                        "more than seventy characters\",figures suffer,do this,warning\n"
                        "third,unknown,no file,,unknown\n");
}

static void json_has_a_list(void **state)
{
    (void)state;
    json_t *json = json_loads(printed(VTB_FORMAT_JSON), 0, NULL);
    json_t *expected =
        json_pack("{s[{ssssssssss}{ssssssssss}{ssssssssss}]}", "facts", "fact", "one", "value",
                  facts.items[0].value, "effect", "fine", "remedy", "", "level", "ok", "fact",
                  "another one", "value", facts.items[1].value, "effect", "figures suffer",
                  "remedy", "do this", "level", "warning", "fact", "third", "value", "unknown",
                  "effect", "no file", "remedy", "", "level", "unknown");
    assert_true(json && expected && json_equal(json, expected));
    json_decref(json);
    json_decref(expected);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(people_get_a_block_for_each_fact),
        cmocka_unit_test(markdown_has_a_row_for_each_fact),
        cmocka_unit_test(csv_has_rows_alone),
        cmocka_unit_test(json_has_a_list),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
