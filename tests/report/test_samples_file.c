/* What is refused, test_recorded has, by which a file is read too. */
#include "check.h"

#include "report/samples_file.h"

#include <unistd.h>

#define HEAD                                                                   \
    "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op," \
    "probe_before_ns,probe_after_ns\n"

static struct vtb_error error;
static char path[] = "/tmp/vtb-samples-XXXXXX";
static struct vtb_samples_file file;

static bool read_text(const char *text)
{
    const int fd = mkstemp(strcpy(path, "/tmp/vtb-samples-XXXXXX"));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    file = (struct vtb_samples_file){.option = "the file", .path = path};
    const bool ok = vtb_samples_file_read(&file, &error);
    unlink(path);
    return ok;
}

/* Cases come in any order, and go where they are wanted, or nowhere. */
static void takes_what_is_wanted(void **state)
{
    (void)state;
    assert_true(read_text(HEAD "w/a/h,1,0,10,20,21,1,1000,1100\n"
                               "w/b/h,1,0,10,40,41,3,1400,1500\n"
                               "w/a/h,2,0,10,30,31,2,1200,1300\n"
                               "w/b/h,2,0,12,50,51,4,1600,1700\n"));
    assert_int_equal(file.cases_n, 2);
    assert_int_equal(file.sessions_n, 2);
    assert_int_equal(file.rounds_n, 1);
    assert_int_equal(vtb_samples_file_find(&file, "w/b/h"), 1);
    assert_int_equal(vtb_samples_file_find(&file, "w/c/h"), 2);
    struct vtb_case cases[3] = {{.threads_n = 1}, {.threads_n = 1}, {.threads_n = 1}};
    const struct vtb_point point = {.cases = cases, .cases_n = 3};
    struct vtb_samples samples;
    assert_true(vtb_samples_make(&samples, &point, 2, 1, &error));
    vtb_samples_file_take(&file, (const size_t[]){VTB_SAMPLES_NOWHERE, 2}, &samples);
    assert_int_equal(samples.operations_n, 12);
    for (size_t session = 0; session < 2; session++) {
        assert_near(samples.real_ns[vtb_samples_at(&samples, session, 0, 0)], 0, 0);
        assert_near(samples.real_ns[vtb_samples_at(&samples, session, 0, 2)], session ? 50 : 40, 0);
    }
    const size_t last = vtb_samples_at(&samples, 1, 0, 2);
    assert_near(samples.cpu_ns[last], 51, 0);
    assert_near(samples.gc_ns[last], 4, 0);
    assert_near(samples.probe_before_ns[last], 1600, 0);
    assert_near(samples.probe_after_ns[last], 1700, 0);
    vtb_samples_free(&samples);
    vtb_samples_file_free(&file);
    assert_int_equal(file.cases_n, 0);
}

static void names_the_line_that_is_wrong(void **state)
{
    (void)state;
    assert_false(read_text(HEAD "w/a/h,1,0,10,20,21,1,1000,1100\n"
                                "nameless,1,1,10,20,21,1,1000,1100\n"));
    assert_contains(error.message, "line 3 is not a name and eight numbers");
    assert_contains(error.message, "the file: '/tmp/vtb-samples-");
    vtb_samples_file_free(&file);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(takes_what_is_wanted),
        cmocka_unit_test(names_the_line_that_is_wrong),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
