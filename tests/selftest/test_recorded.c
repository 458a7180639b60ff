#include "check.h"

#include "selftest/recorded.h"

#define HEAD                                                                   \
    "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op," \
    "probe_before_ns,probe_after_ns\n"

static void reads_names(void **state)
{
    (void)state;
    static const struct {
        const char *name;
        enum vtb_truth truth;
        double percent;
        size_t n;
    } cases[] = {
        {"plain", VTB_TRUTH_NONE, 0, 5},         {"it_twin", VTB_TRUTH_TWIN, 0, 2},
        {"it_twin_2", VTB_TRUTH_TWIN, 0, 2},     {"it_twin_of_two", VTB_TRUTH_NONE, 0, 14},
        {"it_twins", VTB_TRUTH_NONE, 0, 8},      {"it_slow_10", VTB_TRUTH_SLOW, 10, 2},
        {"it_slow_2.5", VTB_TRUTH_SLOW, 2.5, 2}, {"it_slow", VTB_TRUTH_NONE, 0, 7},
        {"_twin", VTB_TRUTH_NONE, 0, 5},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        size_t n;
        const struct vtb_subject subject =
            vtb_subject_of_name(cases[i].name, strlen(cases[i].name), &n);
        assert_int_equal(subject.truth, cases[i].truth);
        assert_near(subject.slower_percent, cases[i].percent, 0);
        assert_int_equal(n, cases[i].n);
    }
}

static struct vtb_error error;
static struct vtb_recording recording;
static char path[] = "/tmp/vtb-recorded-XXXXXX";

static bool read_text(const char *text)
{
    const int fd = mkstemp(strcpy(path, "/tmp/vtb-recorded-XXXXXX"));
    assert_true(fd >= 0);
    assert_int_equal(write(fd, text, strlen(text)), strlen(text));
    close(fd);
    const bool ok = vtb_recording_read(&recording, path, &error);
    unlink(path);
    return ok;
}

/* Two heaps: a copy is compared with what it is a copy of on the same one, and others with the
 * first case there. */
static void reads_samples(void **state)
{
    (void)state;
    assert_true(read_text(HEAD "w/a/h/x,1,0,10,20,21,1,1000,1100\n"
                               "w/a/h/x,1,1,10,30,31,2,1200,1300\n"
                               "w/b/h/x,1,0,10,40,41,3,1400,1500\n"
                               "w/b/h/x,1,1,10,50,51,4,1600,1700\n"
                               "w/b_twin/h/x,1,0,10,60,61,5,1800,1900\n"
                               "w/b_twin/h/x,1,1,10,70,71,6,2000,2100\n"
                               "w/b_twin/g/x,1,0,10,80,81,7,2200,2300\n"
                               "w/b_twin/g/x,1,1,10,90,91,8,2400,2500\n"));
    const struct vtb_samples *samples = &recording.stream.samples;
    assert_int_equal(samples->sessions_n, 1);
    assert_int_equal(samples->rounds_n, 2);
    assert_int_equal(samples->cases_n, 4);
    assert_int_equal(samples->operations_n, 10);
    assert_near(samples->real_ns[0 * 4 + 2], 60, 0);
    assert_near(samples->real_ns[1 * 4 + 3], 90, 0);
    assert_near(samples->cpu_ns[1 * 4 + 1], 51, 0);
    assert_near(samples->gc_ns[0 * 4 + 1], 3, 0);
    assert_near(samples->probe_before_ns[1 * 4 + 0], 1200, 0);
    assert_near(samples->probe_after_ns[1 * 4 + 0], 1300, 0);
    assert_int_equal(recording.cases[0].baseline, 0);
    assert_int_equal(recording.cases[1].baseline, 0);
    assert_int_equal(recording.cases[2].baseline, 1);
    assert_int_equal(recording.cases[3].baseline, 3); /* it is alone on its heap */
    assert_int_equal(recording.subjects[2].truth, VTB_TRUTH_TWIN);
    assert_near(recording.stream.quiet_ns, 1100, 0);
    vtb_recording_free(&recording);
}

static void refuses_what_is_none(void **state)
{
    (void)state;
    static const char *const texts[] = {
        "",
        "name,round\n",
        HEAD,
        HEAD "w/a/h/x,1,0,10,20,21,1,1000\n",
        HEAD "w/a/h/x,1,0,10,20,21,1,1000,1100,5\n",
        HEAD "a,1,0,10,20,21,1,1000,1100\n",
        HEAD "w/a/h/x,0,0,10,20,21,1,1000,1100\n",
        HEAD "w/a/h/x,1,0,10,-20,21,1,1000,1100\n",
        HEAD "w/a/h/x,1,0,10,0,21,1,1000,1100\n",
        HEAD "w/a/h/x,1,0,10,nan,21,1,1000,1100\n",
        HEAD "w/a_twin/h/x,1,0,0,20,21,1,1000,1100\n",
        HEAD "w/a_twin/h/x,1,0,10,1e300,21,1,1000,1100\n",
        HEAD "w/a/h/x,1,0,10,20,21,1,1000,1100\n",
        HEAD "w/a/h/x,1,0,10,20,21,1,1000,1100\nw/b/h/x,1,1,10,20,21,1,1000,1100\n",
    };
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        assert_false(read_text(texts[i]));
        assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
        assert_begins(error.message, "--samples: '");
        assert_one_line(error.message);
        assert_contains(error.message, path);
    }
    assert_false(vtb_recording_read(&recording, "/nonexistent/file", &error));
    assert_contains(error.message, "No such file");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(reads_names),
        cmocka_unit_test(reads_samples),
        cmocka_unit_test(refuses_what_is_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
