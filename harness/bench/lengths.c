#include "bench/lengths.h"

#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/distributions.h"

/* The bits of a double are shifted right by so many to leave its exponent, and the number of the
 * part of a power of two that it falls into. So buckets are ordered as doubles are. */
static unsigned bucket_shift(const struct vtb_lengths *lengths)
{
    return 52 - lengths->parts_shift;
}

static uint64_t part_of(const struct vtb_lengths *lengths, double length_ns)
{
    uint64_t bits;
    memcpy(&bits, &length_ns, sizeof bits);
    return bits >> bucket_shift(lengths);
}

static size_t buckets_n(const struct vtb_lengths *lengths)
{
    return (size_t)VTB_LENGTHS_BUCKETS(lengths->parts_shift);
}

static size_t bucket_of(const struct vtb_lengths *lengths, double length_ns)
{
    if (length_ns < 1)
        return 0;
    const uint64_t bucket = part_of(lengths, length_ns) - part_of(lengths, 1) + 1;
    return bucket < buckets_n(lengths) ? (size_t)bucket : buckets_n(lengths) - 1;
}

/* The length that all of a bucket are taken to have: the bucket's upper end. */
static double length_of(const struct vtb_lengths *lengths, size_t bucket)
{
    const uint64_t bits = (part_of(lengths, 1) + bucket) << bucket_shift(lengths);
    double length_ns;
    memcpy(&length_ns, &bits, sizeof length_ns);
    return fmin(length_ns, lengths->max_ns);
}

static double mean_of(const struct vtb_lengths *lengths)
{
    return lengths->n == 0 ? 0 : lengths->total_ns / (double)lengths->n;
}

void vtb_lengths_start(struct vtb_lengths *lengths, unsigned parts_shift, uint64_t *counts)
{
    *lengths = (struct vtb_lengths){.parts_shift = parts_shift, .counts = counts};
}

void vtb_lengths_add(struct vtb_lengths *lengths, double length_ns)
{
    const double deviation_ns = length_ns - mean_of(lengths);
    lengths->counts[bucket_of(lengths, length_ns)]++;
    lengths->n++;
    lengths->total_ns += length_ns;
    lengths->max_ns = fmax(lengths->max_ns, length_ns);
    lengths->squares_ns2 += deviation_ns * (length_ns - mean_of(lengths));
}

void vtb_lengths_forget(struct vtb_lengths *lengths)
{
    for (size_t i = 0; i < buckets_n(lengths); i++) {
        if (lengths->counts[i] > 0)
            lengths->counts[i] = 0;
    }
    vtb_lengths_start(lengths, lengths->parts_shift, lengths->counts);
}

/* A quantile is the upper end of its bucket, where the next one begins; or else the longest. */
uint64_t vtb_lengths_beyond(const struct vtb_lengths *lengths, double quantile_ns)
{
    uint64_t n = 0;
    for (size_t i = buckets_n(lengths); i > 0 && length_of(lengths, i - 1) > quantile_ns; i--)
        n += lengths->counts[i - 1];
    return n;
}

/* The squares of two parts, and what their means differ by: T. F. Chan, G. H. Golub, R. J. LeVeque,
 * "Updating formulae and a pairwise algorithm for computing sample variances", 1979. */
void vtb_lengths_add_all(struct vtb_lengths *lengths, const struct vtb_lengths *others)
{
    const double n = (double)lengths->n;
    const double others_n = (double)others->n;
    if (others->n == 0)
        return;
    const double apart_ns = mean_of(others) - mean_of(lengths);
    for (size_t i = 0; i < buckets_n(lengths); i++) {
        if (others->counts[i] > 0) /* pages of zeros stay as they are */
            lengths->counts[i] += others->counts[i];
    }
    lengths->squares_ns2 +=
        others->squares_ns2 + apart_ns * apart_ns * n * others_n / (n + others_n);
    lengths->n += others->n;
    lengths->total_ns += others->total_ns;
    lengths->max_ns = fmax(lengths->max_ns, others->max_ns);
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
    fprintf(out, "#[Buckets = %12d, SubBuckets     = %12d]\n", VTB_LENGTHS_POWERS,
            1 << lengths->parts_shift);
}
