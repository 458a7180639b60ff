#include "check.h"

#include "bench/pauses.h"
#include "plan/random.h"

#define MS 1e6
#define LIST_MAX 5000
#define ROWS_MAX 1000

/* A run with all of its pauses, for what is worked out from them the long way. */
struct run {
    double start_ns;
    double end_ns;
    size_t n;
    double starts[LIST_MAX];
    double ends[LIST_MAX];
};

/* Too large for a stack. */
static struct run run;
static struct vtb_pauses pauses;

static void run_begins(double now_ns)
{
    run.start_ns = now_ns;
    run.end_ns = now_ns;
    run.n = 0;
}

/* The program goes on, and is then paused. */
static void run_pauses(double after_ns, double length_ns)
{
    assert_in_range(run.n, 0, LIST_MAX - 1);
    run.starts[run.n] = run.end_ns + after_ns;
    run.ends[run.n] = run.starts[run.n] + length_ns;
    run.end_ns = run.ends[run.n];
    run.n++;
}

static void run_ends(double after_ns)
{
    run.end_ns += after_ns;
    vtb_pauses_start(&pauses, run.start_ns);
    for (size_t i = 0; i < run.n; i++)
        vtb_pauses_add(&pauses, run.starts[i], run.ends[i], 0);
    vtb_pauses_end(&pauses, run.end_ns);
}

static double paused_within(double start_ns, double end_ns)
{
    double paused_ns = 0;
    for (size_t i = 0; i < run.n; i++) {
        const double overlap_ns = fmin(end_ns, run.ends[i]) - fmax(start_ns, run.starts[i]);
        paused_ns += fmax(0, overlap_ns);
    }
    return paused_ns;
}

/* The program's share of a window that starts here, or as near to it as lies within the run. */
static double share_from(double start_ns, double length_ns)
{
    start_ns = fmax(run.start_ns, fmin(start_ns, run.end_ns - length_ns));
    return 1 - paused_within(start_ns, start_ns + length_ns) / length_ns;
}

/* The least share of all windows that begin or end where a pause does, and of more_n others that
 * are spread over the run. */
static double least_share(double window_ns, size_t more_n)
{
    const double length_ns = fmin(window_ns, run.end_ns - run.start_ns);
    double least = 1;
    for (size_t i = 0; i < run.n; i++) {
        least = fmin(least, share_from(run.starts[i], length_ns));
        least = fmin(least, share_from(run.ends[i], length_ns));
        least = fmin(least, share_from(run.starts[i] - length_ns, length_ns));
        least = fmin(least, share_from(run.ends[i] - length_ns, length_ns));
    }
    const double room_ns = run.end_ns - run.start_ns - length_ns;
    for (size_t i = 0; i <= more_n; i++) {
        const double start_ns = run.start_ns + room_ns * (double)i / (double)(more_n + 1);
        least = fmin(least, share_from(start_ns, length_ns));
    }
    return least;
}

static void assert_least_shares(size_t more_n)
{
    for (size_t which = 0; which < VTB_MMU_WINDOWS_N; which++) {
        const double mmu = vtb_pauses_mmu(&pauses, which);
        assert_near(mmu, least_share(vtb_mmu_windows_ns[which], more_n), 1e-7);
        assert_true(mmu >= 0 && mmu <= 1);
    }
}

static double log_uniform(struct vtb_random *random, double least, double most)
{
    return least * pow(most / least, vtb_random_unit(random));
}

static int compare_doubles(const void *left, const void *right)
{
    const double a = *(const double *)left;
    const double b = *(const double *)right;
    return (a > b) - (a < b);
}

/* Pauses of 10 ns to 1 s. Their lengths, sorted, are left in `lengths`. */
static void random_lengths(double *lengths, size_t n, uint64_t label)
{
    struct vtb_random random = vtb_random_stream(20240229, label);
    run_begins(0);
    for (size_t i = 0; i < n; i++)
        run_pauses(log_uniform(&random, 1, 1e6), log_uniform(&random, 10, 1e9));
    run_ends(0);
    for (size_t i = 0; i < n; i++)
        lengths[i] = run.ends[i] - run.starts[i];
    qsort(lengths, n, sizeof *lengths, compare_doubles);
}

/* At every rank, also where its share of n is not exact. */
static void quantiles_are_near(void **state)
{
    (void)state;
    static const size_t sizes[] = {1, 2, 3, 10, 99, 100, 1000, LIST_MAX};
    static double lengths[LIST_MAX];
    for (size_t i = 0; i < sizeof sizes / sizeof *sizes; i++) {
        const size_t n = sizes[i];
        random_lengths(lengths, n, i);
        for (size_t rank = 1; rank <= n; rank++) {
            const double value = vtb_lengths_quantile(&pauses.wall, (double)rank / (double)n);
            assert_true(value >= lengths[rank - 1]);
            assert_true(value <= lengths[rank - 1] * (1 + 1.0 / 128));
            assert_true(value <= lengths[n - 1]);
        }
        assert_int_equal(pauses.wall.n, n);
        assert_same_double(pauses.wall.max_ns, lengths[n - 1]);
        assert_same_double(vtb_lengths_quantile(&pauses.wall, 1), lengths[n - 1]);
    }
}

static void quantiles_are_of_the_nearest_rank(void **state)
{
    (void)state;
    run_begins(0);
    for (size_t i = 1; i <= 4; i++)
        run_pauses(1, (double)(i * 100));
    run_ends(0);
    assert_near(vtb_lengths_quantile(&pauses.wall, 0.001), 100, 1);
    assert_near(vtb_lengths_quantile(&pauses.wall, 0.25), 100, 1);
    assert_near(vtb_lengths_quantile(&pauses.wall, 0.26), 200, 2);
    assert_near(vtb_lengths_quantile(&pauses.wall, 0.5), 200, 2);
    assert_near(vtb_lengths_quantile(&pauses.wall, 0.75), 300, 3);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.76), 400);
    assert_same_double(pauses.wall.total_ns, 1000);
}

/* Of 1 to 528 us the 99th percentile is the 523rd; of fewer pauses another may be the longest. */
static void an_interval_of_a_quantile(void **state)
{
    (void)state;
    run_begins(0);
    for (size_t i = 1; i <= 527; i++)
        run_pauses(1, (double)i * 1e3);
    run_ends(0);
    assert_true(isinf(vtb_lengths_interval(&pauses.wall, 0.99).hi));
    run_begins(0);
    for (size_t i = 1; i <= 528; i++)
        run_pauses(1, (double)i * 1e3);
    run_ends(0);
    const struct vtb_interval p99 = vtb_lengths_interval(&pauses.wall, 0.99);
    assert_near(p99.median, 523e3, 523e3 / 128);
    assert_near(p99.lo, 516e3, 516e3 / 128);
    assert_same_double(p99.hi, 528e3);
    run_begins(0);
    run_ends(0);
    assert_same_double(vtb_lengths_interval(&pauses.wall, 0.99).lo, 0);
}

/* Powers of two begin a bucket, and what lies just below them ends one. */
static void quantiles_at_powers_of_two(void **state)
{
    (void)state;
    for (int power = 0; power < VTB_LENGTHS_POWERS; power++) {
        const double length_ns = ldexp(1, power);
        const double below_ns = length_ns * (1 - 0x1p-20);
        vtb_pauses_start(&pauses, 0);
        vtb_pauses_add(&pauses, 0, below_ns, 0);
        vtb_pauses_add(&pauses, 0, length_ns, 0);
        vtb_pauses_add(&pauses, 0, 2 * length_ns, 0);
        assert_same_double(vtb_lengths_quantile(&pauses.wall, 1.0 / 3), length_ns);
        assert_same_double(vtb_lengths_quantile(&pauses.wall, 2.0 / 3),
                           length_ns * (1 + 1.0 / 128));
    }
}

static void lengths_out_of_range(void **state)
{
    (void)state;
    vtb_pauses_start(&pauses, 0);
    vtb_pauses_add(&pauses, 5, 5, 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.5), 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 1), 0);
    vtb_pauses_add(&pauses, 5, 5.25, 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.5), 0.25);
    vtb_pauses_add(&pauses, 6, 6 + 0x1p50, 0);
    vtb_pauses_add(&pauses, 0x1p51, 0x1p51 + 0x1p50, 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.5), 1);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.75), 0x1p44);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 1), 0x1p50);
}

static void no_pauses(void **state)
{
    (void)state;
    run_begins(1e15);
    run_ends(50 * MS);
    assert_int_equal(pauses.wall.n, 0);
    assert_same_double(pauses.wall.total_ns, 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 0.5), 0);
    assert_same_double(vtb_lengths_quantile(&pauses.wall, 1), 0);
    assert_same_double(vtb_pauses_mmu(&pauses, 0), 1);
    assert_same_double(vtb_pauses_mmu(&pauses, 1), 1);
}

static void start_empties(void **state)
{
    (void)state;
    run_begins(0);
    run_pauses(0, 20 * MS);
    run_ends(0);
    assert_same_double(vtb_pauses_mmu(&pauses, 1), 0);
    no_pauses(state);
}

static void assert_mmu(double of_1_ms, double of_10_ms)
{
    assert_near(vtb_pauses_mmu(&pauses, 0), of_1_ms, 1e-12);
    assert_near(vtb_pauses_mmu(&pauses, 1), of_10_ms, 1e-12);
}

static void utilisations_by_hand(void **state)
{
    (void)state;
    run_begins(1e12);
    run_pauses(30 * MS, 0.25 * MS);
    run_pauses(0.25 * MS, 0.5 * MS);
    run_pauses(7.75 * MS, 2 * MS); /* ends 10.75 ms after the first began */
    run_ends(30 * MS);
    assert_mmu(0, 0.775); /* the third and half of the second */
    run_begins(1e12);
    run_pauses(30 * MS, 0.25 * MS);
    run_pauses(0.25 * MS, 0.5 * MS);
    run_ends(30 * MS);
    assert_mmu(0.25, 0.925);
}

static void utilisation_at_both_ends_of_a_run(void **state)
{
    (void)state;
    run_begins(1e12);
    run_pauses(0, 0.5 * MS);
    run_ends(30 * MS);
    assert_mmu(0.5, 0.95);
    run_begins(1e12);
    run_pauses(30 * MS, 0.5 * MS);
    run_ends(0);
    assert_mmu(0.5, 0.95);
    run_begins(1e12);
    run_pauses(0, 0.25 * MS);
    run_pauses(10 * MS, 0.5 * MS);
    run_ends(0);
    assert_mmu(0.5, 0.95);
}

/* The middle of a run that is hardly longer than the window: no window ends at any end of it. */
static void utilisation_of_hardly_more_than_a_window(void **state)
{
    (void)state;
    run_begins(1e12);
    run_pauses(5 * MS, 0.5 * MS);
    run_ends(5 * MS);
    assert_mmu(0.5, 0.95);
}

static void utilisation_of_a_shorter_run(void **state)
{
    (void)state;
    run_begins(1e12);
    run_pauses(0.125 * MS, 0.125 * MS);
    run_pauses(0.125 * MS, 0.0625 * MS);
    run_ends(0.0625 * MS);
    assert_mmu(0.625, 0.625);
    run_begins(1e12);
    run_pauses(0, 0.25 * MS);
    run_ends(1.75 * MS);
    assert_mmu(0.75, 0.875);
    run_begins(1e12);
    run_pauses(0, 1000);
    run_ends(0);
    assert_mmu(0, 0);
    run_begins(1e12);
    run_ends(0);
    assert_true(isnan(vtb_pauses_mmu(&pauses, 0)));
}

/* 0.5 ms and 0.5 ms without anything between them are a pause of 1 ms. */
static void pauses_back_to_back(void **state)
{
    (void)state;
    run_begins(1e12);
    run_pauses(20 * MS, 0.5 * MS);
    run_pauses(0, 0.5 * MS);
    run_pauses(0, 0);
    run_ends(20 * MS);
    assert_mmu(0, 0.9);
}

/* Pauses crowd or are rare, are short or longer than windows, touch each other and the run's ends.
 */
static void random_run(struct vtb_random *random)
{
    static const double mosts[] = {1e4, 1e5, 1e6, 5e6, 3e7};
    const double gap_ns = mosts[vtb_random_below(random, 5)];
    const double pause_ns = mosts[vtb_random_below(random, 5)];
    const uint64_t touching = 1 + vtb_random_below(random, 8); /* one gap in so many is none */
    const bool whole = vtb_random_below(random, 2);
    const size_t n = vtb_random_below(random, 60);
    run_begins(floor(log_uniform(random, 1, 1e14)));
    for (size_t i = 0; i <= n; i++) {
        double after_ns = log_uniform(random, gap_ns / 1e3, gap_ns);
        double length_ns = log_uniform(random, pause_ns / 1e3, pause_ns);
        if (whole) {
            after_ns = floor(after_ns);
            length_ns = floor(length_ns);
        }
        if (vtb_random_below(random, touching) == 0)
            after_ns = 0;
        if (i == n)
            run_ends(after_ns);
        else
            run_pauses(after_ns, length_ns);
    }
}

static void utilisations_of_random_runs(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(20240229, 1001);
    for (size_t trial = 0; trial < 3000; trial++) {
        random_run(&random);
        if (run.end_ns > run.start_ns)
            assert_least_shares(200);
    }
}

/* More pauses than are kept, but not in one window. */
static void utilisation_of_many_pauses(void **state)
{
    (void)state;
    struct vtb_random random = vtb_random_stream(20240229, 1002);
    run_begins(1e12);
    for (size_t i = 0; i < LIST_MAX; i++) {
        const double crowd = i / 500 % 2 == 0 ? 1 : 20;
        run_pauses(floor(log_uniform(&random, 1e3, 1e6) / crowd),
                   floor(log_uniform(&random, 1e2, 1e5)));
    }
    run_ends(1000);
    assert_least_shares(0);
}

/* n pauses of 1 us, one each 2 us: 500 to a millisecond, 5000 to ten. Then a last one. */
static void crowded_run(size_t n)
{
    run_begins(1e12);
    for (size_t i = 0; i < n; i++)
        run_pauses(1000, 1000);
    run_pauses(20 * MS, 1000);
    run_ends(20 * MS);
}

static void too_many_pauses_are_not_known(void **state)
{
    (void)state;
    crowded_run(VTB_PAUSES_KEPT - 1);
    assert_mmu(0.5, 1 - 0.4095);
    crowded_run(VTB_PAUSES_KEPT);
    assert_near(vtb_pauses_mmu(&pauses, 0), 0.5, 1e-12);
    assert_true(isnan(vtb_pauses_mmu(&pauses, 1)));
    assert_int_equal(pauses.wall.n, VTB_PAUSES_KEPT + 1);
    assert_same_double(pauses.wall.total_ns, 1000.0 * (VTB_PAUSES_KEPT + 1));
}

/* A row of a printed histogram, read back. */
struct row {
    double value;
    double percentile;
    double total;
    double inverse;
};

struct printed {
    char *text;
    size_t n;
    struct row rows[ROWS_MAX];
};

static void print_and_read(struct printed *printed)
{
    size_t bytes_n = 0;
    FILE *out = open_memstream(&printed->text, &bytes_n);
    assert_non_null(out);
    vtb_lengths_print(out, &pauses.wall);
    assert_int_equal(fclose(out), 0);
    printed->n = 0;
    for (const char *line = strstr(printed->text, "\n\n") + 2; *line != '#';
         line = strchr(line, '\n') + 1) {
        struct row *row = &printed->rows[printed->n++];
        assert_in_range(printed->n, 1, ROWS_MAX);
        assert_int_equal(*line, ' ');
        assert_int_equal(sscanf(line, "%lf %lf %lf %lf\n", &row->value, &row->percentile,
                                &row->total, &row->inverse),
                         4);
    }
}

static void assert_last_row(const struct printed *printed, double max_ns, double n)
{
    const struct row *last = &printed->rows[printed->n - 1];
    assert_near(last->value, max_ns, 0.001);
    assert_same_double(last->percentile, 1);
    assert_same_double(last->total, n);
    assert_true(isinf(last->inverse));
    for (size_t i = 0; i + 1 < printed->n; i++)
        assert_true(isfinite(printed->rows[i].inverse));
}

/* A pause that another process stretched is long by the wall's clock alone. */
static void processor_time_is_counted_apart(void **state)
{
    (void)state;
    static char *text;
    size_t bytes_n;
    vtb_pauses_start(&pauses, 0);
    vtb_pauses_add(&pauses, 1000, 2000, 500);
    vtb_pauses_add(&pauses, 3000, 9003000, 700);
    vtb_pauses_end(&pauses, 20 * MS);
    assert_int_equal(pauses.cpu.n, 2);
    assert_same_double(pauses.cpu.total_ns, 1200);
    assert_same_double(pauses.cpu.max_ns, 700);
    assert_near(vtb_lengths_quantile(&pauses.cpu, 0.5), 500, 500.0 / 128);
    assert_same_double(pauses.wall.total_ns, 9001000);
    assert_same_double(pauses.wall.max_ns, 9e6);
    assert_same_double(vtb_pauses_mmu(&pauses, 0), 0);
    FILE *out = open_memstream(&text, &bytes_n);
    assert_non_null(out);
    vtb_lengths_print(out, &pauses.cpu);
    assert_int_equal(fclose(out), 0);
    assert_contains(text, "#[Mean    =      600.000, StdDeviation   =      100.000]");
    free(text);
}

static void printed_percentiles(void **state)
{
    (void)state;
    static double lengths[LIST_MAX];
    static struct printed printed;
    random_lengths(lengths, LIST_MAX, 2001);
    print_and_read(&printed);
    for (size_t i = 0; i + 1 < printed.n; i++) {
        const struct row *row = &printed.rows[i];
        assert_true(row[0].percentile < row[1].percentile);
        assert_true(row[0].value <= row[1].value);
        assert_true(row[0].total <= row[1].total);
        assert_true(row->total >= row->percentile * LIST_MAX);
        assert_near(row->inverse, 1 / (1 - row->percentile), 0.01);
        if (row->percentile > 0) {
            const double value = vtb_lengths_quantile(&pauses.wall, row->percentile);
            assert_near(row->value, value, 0.001);
        }
        assert_true(lengths[(size_t)row->total - 1] <= row->value + 0.001);
        assert_true(row->total == LIST_MAX || lengths[(size_t)row->total] >= row->value - 0.001);
    }
    assert_last_row(&printed, lengths[LIST_MAX - 1], LIST_MAX);
    free(printed.text);
}

/* HdrHistogram's rows: five to each half of what is left. */
static void printed_steps(void **state)
{
    (void)state;
    static const double steps[] = {0,   0.1,  0.2,   0.3, 0.4,   0.5,  0.55,  0.6,   0.65,
                                   0.7, 0.75, 0.775, 0.8, 0.825, 0.85, 0.875, 0.8875};
    static double lengths[LIST_MAX];
    static struct printed printed;
    random_lengths(lengths, LIST_MAX, 2002);
    print_and_read(&printed);
    for (size_t i = 0; i < sizeof steps / sizeof *steps; i++)
        assert_near(printed.rows[i].percentile, steps[i], 1e-12);
    free(printed.text);
}

static void printed_text(void **state)
{
    (void)state;
    static struct printed printed;
    run_begins(0);
    run_pauses(10, 1e10);
    run_pauses(10, 3e10);
    run_ends(10);
    print_and_read(&printed);
    assert_true(strncmp(printed.text, "           Value     Percentile TotalCount ", 43) == 0);
    assert_contains(printed.text, " 1/(1-Percentile)\n\n");
    assert_contains(printed.text, " 30000000000.000 1.000000000000          2            inf\n");
    assert_contains(printed.text,
                    "#[Mean    = 20000000000.000, StdDeviation   = 10000000000.000]\n");
    assert_contains(printed.text, "#[Max     = 30000000000.000, Total count    =            2]\n");
    assert_contains(printed.text, "#[Buckets =           44, SubBuckets     =          128]\n");
    assert_last_row(&printed, 3e10, 2);
    free(printed.text);
}

/* One length has a row at 0 too: a plot needs another than the one at infinity. */
static void printed_few(void **state)
{
    (void)state;
    static struct printed printed;
    run_begins(0);
    run_pauses(10, 1000);
    run_pauses(10, 1000);
    run_ends(10);
    print_and_read(&printed);
    assert_int_equal(printed.n, 2);
    assert_same_double(printed.rows[0].percentile, 0);
    assert_same_double(printed.rows[0].value, 1000);
    assert_same_double(printed.rows[0].inverse, 1);
    assert_contains(printed.text, "StdDeviation   =        0.000]");
    assert_last_row(&printed, 1000, 2);
    free(printed.text);
    run_begins(0);
    run_ends(10);
    print_and_read(&printed);
    assert_int_equal(printed.n, 1);
    assert_contains(printed.text, "#[Mean    =        0.000, StdDeviation   =        0.000]\n");
    assert_last_row(&printed, 0, 0);
    free(printed.text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(quantiles_are_near),
        cmocka_unit_test(quantiles_are_of_the_nearest_rank),
        cmocka_unit_test(an_interval_of_a_quantile),
        cmocka_unit_test(quantiles_at_powers_of_two),
        cmocka_unit_test(lengths_out_of_range),
        cmocka_unit_test(no_pauses),
        cmocka_unit_test(start_empties),
        cmocka_unit_test(utilisations_by_hand),
        cmocka_unit_test(utilisation_at_both_ends_of_a_run),
        cmocka_unit_test(utilisation_of_hardly_more_than_a_window),
        cmocka_unit_test(utilisation_of_a_shorter_run),
        cmocka_unit_test(pauses_back_to_back),
        cmocka_unit_test(utilisations_of_random_runs),
        cmocka_unit_test(utilisation_of_many_pauses),
        cmocka_unit_test(too_many_pauses_are_not_known),
        cmocka_unit_test(processor_time_is_counted_apart),
        cmocka_unit_test(printed_percentiles),
        cmocka_unit_test(printed_steps),
        cmocka_unit_test(printed_text),
        cmocka_unit_test(printed_few),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
