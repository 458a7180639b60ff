/*
 * Utilisation in constant memory. Among the windows with the most paused time there is always one
 * that ends when a pause ends, or the first window of the run:
 *
 * - A window that ends within a pause can be moved later, to the pause's end. It gains at least as
 *   much paused time as it loses.
 * - A window that ends outside of pauses can be moved earlier, to the end of the pause before. It
 *   loses no paused time.
 * - If the window would then begin before the run, the part of it within the run still has all of
 *   its paused time, and the run's first window contains that part.
 *
 * So only one window is looked at for each pause, the one that ends with it, and only the pauses of
 * one window's length have to be kept.
 */
#include "bench/pauses.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/distributions.h"

/* The bits of a double are shifted right by this to leave its exponent, and the number of the part
 * of a power of two that it falls into. So buckets are ordered as doubles are. */
#define BUCKET_SHIFT (52 - VTB_PAUSES_PARTS_SHIFT)

const double vtb_mmu_windows_ns[VTB_MMU_WINDOWS_N] = {1e6, 10e6};

static uint64_t part_of(double length_ns)
{
    uint64_t bits;
    memcpy(&bits, &length_ns, sizeof bits);
    return bits >> BUCKET_SHIFT;
}

static size_t bucket_of(double length_ns)
{
    if (length_ns < 1)
        return 0;
    const uint64_t bucket = part_of(length_ns) - part_of(1) + 1;
    return bucket < VTB_PAUSES_BUCKETS ? (size_t)bucket : VTB_PAUSES_BUCKETS - 1;
}

/* The length that all pauses of a bucket are taken to have: the bucket's upper end. */
static double length_of(const struct vtb_lengths *lengths, size_t bucket)
{
    const uint64_t bits = (part_of(1) + bucket) << BUCKET_SHIFT;
    double length_ns;
    memcpy(&length_ns, &bits, sizeof length_ns);
    return fmin(length_ns, lengths->max_ns);
}

static const struct vtb_pause *pause_at(const struct vtb_pauses *pauses, uint64_t i)
{
    return &pauses->kept[i % VTB_PAUSES_KEPT];
}

/* Moves a window on, to end with the latest pause. */
static void slide(struct vtb_pauses *pauses, size_t which, double now_ns)
{
    struct vtb_mmu_window *window = &pauses->windows[which];
    const double start_ns = now_ns - vtb_mmu_windows_ns[which];
    window->too_many |= pauses->wall.n - window->first > VTB_PAUSES_KEPT;
    if (window->too_many)
        return;
    while (pause_at(pauses, window->first)->end_ns <= start_ns)
        window->first++; /* stops at the latest pause, which ends within the window */
    const struct vtb_pause *first = pause_at(pauses, window->first);
    const double before_ns = first->paused_before_ns + fmax(0, start_ns - first->start_ns);
    window->paused_ns = fmax(window->paused_ns, pauses->wall.total_ns - before_ns);
}

void vtb_pauses_start(struct vtb_pauses *pauses, double now_ns)
{
    memset(pauses, 0, sizeof *pauses);
    pauses->start_ns = now_ns;
}

static double mean_of(const struct vtb_lengths *lengths)
{
    return lengths->n == 0 ? 0 : lengths->total_ns / (double)lengths->n;
}

static void add_length(struct vtb_lengths *lengths, double length_ns)
{
    const double deviation_ns = length_ns - mean_of(lengths);
    lengths->counts[bucket_of(length_ns)]++;
    lengths->n++;
    lengths->total_ns += length_ns;
    lengths->max_ns = fmax(lengths->max_ns, length_ns);
    lengths->squares_ns2 += deviation_ns * (length_ns - mean_of(lengths));
}

void vtb_pauses_add(struct vtb_pauses *pauses, double start_ns, double end_ns, double cpu_ns)
{
    pauses->kept[pauses->wall.n % VTB_PAUSES_KEPT] = (struct vtb_pause){
        .start_ns = start_ns,
        .end_ns = end_ns,
        .paused_before_ns = pauses->wall.total_ns,
    };
    add_length(&pauses->wall, end_ns - start_ns);
    add_length(&pauses->cpu, cpu_ns);
    for (size_t which = 0; which < VTB_MMU_WINDOWS_N; which++)
        slide(pauses, which, end_ns);
}

void vtb_pauses_end(struct vtb_pauses *pauses, double now_ns)
{
    pauses->end_ns = now_ns;
}

static double at_rank(const struct vtb_lengths *lengths, double rank)
{
    uint64_t up_to = 0;
    for (size_t bucket = 0; rank < (double)lengths->n; bucket++) {
        up_to += lengths->counts[bucket];
        if ((double)up_to >= rank)
            return length_of(lengths, bucket);
    }
    return lengths->max_ns;
}

double vtb_lengths_quantile(const struct vtb_lengths *lengths, double q)
{
    /* The factor makes up for rounding: 0.07 of 100 is the 7th, though these doubles' product is
     * above 7. */
    return at_rank(lengths, ceil(q * (double)lengths->n * (1 - 0x1p-50)));
}

struct vtb_interval vtb_lengths_interval(const struct vtb_lengths *lengths, double q)
{
    if (lengths->n == 0)
        return (struct vtb_interval){0, 0, INFINITY};
    const struct vtb_ranks ranks = vtb_quantile_ranks(lengths->n, q, VTB_CONFIDENCE);
    return (struct vtb_interval){
        vtb_lengths_quantile(lengths, q),
        ranks.lo == 0 ? 0 : at_rank(lengths, (double)ranks.lo),
        ranks.hi > lengths->n ? INFINITY : at_rank(lengths, (double)ranks.hi),
    };
}

double vtb_pauses_mmu(const struct vtb_pauses *pauses, size_t which)
{
    const struct vtb_mmu_window *window = &pauses->windows[which];
    const double length_ns = fmin(vtb_mmu_windows_ns[which], pauses->end_ns - pauses->start_ns);
    if (window->too_many || length_ns <= 0)
        return NAN;
    /* Sums of fractions of a nanosecond may round to more than the window. */
    return fmax(0, 1 - window->paused_ns / length_ns);
}

/* The percentage of the next row: there are five rows for each halving of the rest up to 100. These
 * are the percentages of HdrHistogram itself, whose plotter assumes that rows with the same number
 * in several files have the same percentage. Sums of these steps are exact. */
static double next_percentage(double percentage)
{
    const int halvings = ilogb(100 / (100 - percentage));
    return percentage + ldexp(10, -halvings);
}

/* Prints a row. It always begins with a space, or some plotters would not take it for a row. */
static void print_row(FILE *out, double length_ns, double percentage, uint64_t up_to)
{
    const double inverse = percentage < 100 ? 100 / (100 - percentage) : INFINITY;
    fprintf(out, " %15.3f %14.12f %10" PRIu64 " %14.2f\n", length_ns, percentage / 100, up_to,
            inverse);
}

static void print_rows(FILE *out, const struct vtb_lengths *lengths)
{
    double percentage = 0;
    uint64_t up_to = 0;
    for (size_t bucket = 0; up_to < lengths->n; bucket++) {
        if (lengths->counts[bucket] == 0)
            continue;
        up_to += lengths->counts[bucket];
        while (percentage * (double)lengths->n <= 100 * (double)up_to) {
            print_row(out, length_of(lengths, bucket), percentage, up_to);
            if (up_to == lengths->n)
                break; /* percentages approach 100, and never reach it */
            percentage = next_percentage(percentage);
        }
    }
    print_row(out, lengths->max_ns, 100, lengths->n);
}

void vtb_lengths_print(FILE *out, const struct vtb_lengths *lengths)
{
    const double variance = lengths->n == 0 ? 0 : lengths->squares_ns2 / (double)lengths->n;
    fprintf(out, "%16s %14s %10s %14s\n\n", "Value", "Percentile", "TotalCount",
            "1/(1-Percentile)");
    print_rows(out, lengths);
    fprintf(out, "#[Mean    = %12.3f, StdDeviation   = %12.3f]\n", mean_of(lengths),
            sqrt(variance));
    fprintf(out, "#[Max     = %12.3f, Total count    = %12" PRIu64 "]\n", lengths->max_ns,
            lengths->n);
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", VTB_PAUSES_POWERS, VTB_PAUSES_PARTS);
}
