#include "check.h"

#include <sys/utsname.h>
#include <unistd.h>

#include "cells/load.h"
#include "passes/machine.h"

static struct vtb_machine machine;

static int read_machine(void **state)
{
    (void)state;
    vtb_machine_read(&machine);
    return 0;
}

static const char *fact(const char *key)
{
    return vtb_machine_fact(&machine, key);
}

/* Whatever the machine is: every key is there, once, with a value or with a word that says that
 * there is none. */
static void every_fact_has_a_value(void **state)
{
    (void)state;
    static const char *const keys[] = {
        "version",
        "git_revision",
        "compiler",
        "build_type",
        "cell_flags",
        "libc",
        "kernel",
        "architecture",
        "fingerprint",
        "cpu_model",
        "isa",
        "virtualised",
        "governor",
        "turbo",
        "steal_since_boot",
        "aslr",
        "transparent_hugepages",
    };
    assert_int_equal(machine.facts_n, sizeof keys / sizeof *keys);
    for (size_t i = 0; i < machine.facts_n; i++) {
        assert_string_equal(machine.facts[i].key, keys[i]);
        assert_one_line(machine.facts[i].value);
        assert_ptr_equal(fact(keys[i]), machine.facts[i].value);
    }
}

static void facts_are_those_of_the_system(void **state)
{
    (void)state;
    struct utsname system;
    char kernel[sizeof system.sysname + sizeof system.release + 1];
    assert_int_equal(uname(&system), 0);
    snprintf(kernel, sizeof kernel, "%s %s", system.sysname, system.release);
    assert_string_equal(fact("kernel"), kernel);
    assert_string_equal(fact("architecture"), system.machine);
    assert_string_equal(fact("compiler"), vtb_cells_compiler());
    assert_begins(fact("libc"), "glibc 2.");
}

static void is_one_of(const char *key, const char *const *words)
{
    for (; *words; words++) {
        if (strcmp(fact(key), *words) == 0)
            return;
    }
    fail_msg("%s: '%s'", key, fact(key));
}

#define ONE_OF(key, ...) is_one_of(key, (const char *const[]){__VA_ARGS__, "unknown", NULL})

static void what_the_kernel_says_in_numbers_is_told_in_words(void **state)
{
    (void)state;
    char *end;
    ONE_OF("virtualised", "yes", "no");
    ONE_OF("turbo", "on", "off");
    ONE_OF("aslr", "0", "1", "2");
    ONE_OF("isa", "avx512", "avx2", "sse2");
    if (strcmp(fact("steal_since_boot"), "unknown") == 0)
        return;
    const double share = strtod(fact("steal_since_boot"), &end);
    assert_string_equal(end, "");
    assert_true(share >= 0 && share <= 1);
}

/* What must agree for counts and instructions to be compared. */
static void the_fingerprint_is_made_of_what_decides_the_code(void **state)
{
    (void)state;
    char rule[VTB_DIGEST_BYTES];
    char expected[sizeof machine.facts->value + 64];
    vtb_cells_rule(rule);
    snprintf(expected, sizeof expected, "%s; %s; rule %.12s; %s; %s", fact("compiler"),
             fact("cell_flags"), rule, fact("libc"), fact("architecture"));
    assert_string_equal(fact("fingerprint"), expected);
}

static void a_fact_that_there_is_not_is_unknown(void **state)
{
    (void)state;
    const struct vtb_machine none = {.facts_n = 0};
    assert_string_equal(fact("nosuch"), "unknown");
    assert_string_equal(fact(""), "unknown");
    assert_string_equal(vtb_machine_fact(&none, "kernel"), "unknown");
}

/* --- warnings: of a made-up machine, behind which stand those of the build --- */

#define WARNINGS_MAX 8

static char warnings[WARNINGS_MAX][200];

/* A load below 0 is one that is not known. */
static size_t warnings_of(double load, const char *governor)
{
    struct vtb_machine of = {.load_average = {fabs(load)}, .load_average_n = load < 0 ? 0 : 3};
    if (governor) {
        of.facts[of.facts_n].key = "governor";
        snprintf(of.facts[of.facts_n++].value, sizeof of.facts->value, "%s", governor);
    }
    memset(warnings, 0, sizeof warnings);
    const size_t n = vtb_machine_warnings(&of, warnings, WARNINGS_MAX);
    for (size_t i = 0; i < n; i++)
        assert_one_line(warnings[i]);
    return n;
}

static void a_quiet_machine_has_the_build_s_warnings_alone(void **state)
{
    (void)state;
    const size_t of_build = warnings_of(0, NULL);
    assert_int_equal(of_build, (strcmp(fact("build_type"), "Release") != 0) +
                                   (strstr(fact("cell_flags"), "-DVTB_CHECKED=1") != NULL));
    assert_int_equal(warnings_of(0, "performance"), of_build);
    assert_int_equal(warnings_of(0, "unknown"), of_build);
    assert_int_equal(warnings_of(-1e6, NULL), of_build);
}

static void a_busy_machine_is_told_so(void **state)
{
    (void)state;
    const size_t of_build = warnings_of(0, NULL);
    const double processors_n = (double)sysconf(_SC_NPROCESSORS_ONLN);
    char begin[64];
    assert_int_equal(warnings_of(0.5 * processors_n, NULL), of_build);
    assert_int_equal(warnings_of(0.5 * processors_n + 7, NULL), of_build + 1);
    snprintf(begin, sizeof begin,
             "the load average is %.1f on %.0f processors: ", 0.5 * processors_n + 7, processors_n);
    assert_begins(warnings[0], begin);
}

static void clocks_that_vary_are_told(void **state)
{
    (void)state;
    const size_t of_build = warnings_of(0, NULL);
    assert_int_equal(warnings_of(0, "powersave"), of_build + 1);
    assert_begins(warnings[0], "the frequency governor is 'powersave': ");
    assert_int_equal(warnings_of(1e6, "schedutil"), of_build + 2);
    assert_begins(warnings[0], "the load average is 1000000.0 ");
    assert_begins(warnings[1], "the frequency governor is 'schedutil': ");
}

static void there_are_no_more_than_there_is_room_for(void **state)
{
    (void)state;
    struct vtb_machine of = {.load_average = {1e6},
                             .load_average_n = 1,
                             .facts = {{.key = "governor", .value = "powersave"}},
                             .facts_n = 1};
    memset(warnings, 0, sizeof warnings);
    assert_int_equal(vtb_machine_warnings(&of, warnings, 0), 0);
    assert_string_equal(warnings[0], "");
    assert_int_equal(vtb_machine_warnings(&of, warnings, 1), 1);
    assert_begins(warnings[0], "the load average is ");
    assert_string_equal(warnings[1], "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_fact_has_a_value),
        cmocka_unit_test(facts_are_those_of_the_system),
        cmocka_unit_test(what_the_kernel_says_in_numbers_is_told_in_words),
        cmocka_unit_test(the_fingerprint_is_made_of_what_decides_the_code),
        cmocka_unit_test(a_fact_that_there_is_not_is_unknown),
        cmocka_unit_test(a_quiet_machine_has_the_build_s_warnings_alone),
        cmocka_unit_test(a_busy_machine_is_told_so),
        cmocka_unit_test(clocks_that_vary_are_told),
        cmocka_unit_test(there_are_no_more_than_there_is_room_for),
    };
    return cmocka_run_group_tests(tests, read_machine, NULL);
}
