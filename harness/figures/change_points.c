#include "figures/change_points.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/stats.h"
#include "plan/random.h"

#define WHAT "change points"

/* --- where a change is --- */

/* The mean distance of two of n values whose distances sum up to this. */
static double mean_distance(double sum, size_t n)
{
    return sum / ((double)n * (double)(n - 1) / 2);
}

/* The distance between two parts, of which the sums of distances within and between are known. */
static double energy(double within_left, double within_right, double between, size_t left_n,
                     size_t right_n)
{
    const double pairs_n = (double)left_n * (double)right_n;
    const double distance = 2 * between / pairs_n - mean_distance(within_left, left_n) -
                            mean_distance(within_right, right_n);
    return distance * pairs_n / (double)(left_n + right_n);
}

/* The sum of the distances of a value to others. */
static double distances(double value, const double *others, size_t n)
{
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        sum += fabs(value - others[i]);
    return sum;
}

struct vtb_split vtb_energy_split(const double *values, size_t n)
{
    struct vtb_split best = {.at = 0, .q = -INFINITY};
    double left = 0;
    double right = 0;
    double all = 0;
    for (size_t i = 0; i < n; i++)
        all += distances(values[i], values, i);
    right = all;
    for (size_t at = 1; at < n; at++) { /* the value before it goes over from right to left */
        left += distances(values[at - 1], values, at - 1);
        right -= distances(values[at - 1], values + at, n - at);
        if (at < VTB_CHANGE_VALUES_MIN || n - at < VTB_CHANGE_VALUES_MIN)
            continue;
        const double q = energy(left, right, all - left - right, at, n - at);
        if (q > best.q)
            best = (struct vtb_split){at, q};
    }
    return best;
}

/* --- whether there is one --- */

/* Deviations from the median behind which a value counts no more: one from a busy moment may be as
 * far off as it likes. */
#define DEVIATIONS_MAX 4

/* What the median distance to the median is of normal values, in standard deviations. */
#define NORMAL_DISTANCE 0.6745

/* The typical distance of values to their median: the median one, or the mean where most values are
 * the same. */
static double spread(const double *centred, size_t n)
{
    double *sizes = vtb_allocate(n, sizeof *sizes, WHAT);
    double mean = 0;
    for (size_t i = 0; i < n; i++) {
        sizes[i] = fabs(centred[i]);
        mean += sizes[i] / (double)n;
    }
    const double median = vtb_median(sizes, n);
    free(sizes);
    return median > 0 ? median : mean;
}

void vtb_level_scores(double *scores, const double *values, size_t n)
{
    memcpy(scores, values, n * sizeof *scores);
    const double median = vtb_median(scores, n);
    double mean = 0;
    for (size_t i = 0; i < n; i++)
        scores[i] = values[i] - median;
    const double unit = spread(scores, n) / NORMAL_DISTANCE;
    for (size_t i = 0; i < n; i++) {
        scores[i] = unit > 0 ? fmax(-DEVIATIONS_MAX, fmin(DEVIATIONS_MAX, scores[i] / unit)) : 0;
        mean += scores[i] / (double)n;
    }
    for (size_t i = 0; i < n; i++)
        scores[i] -= mean;
}

/* What the square of a sum of `part_n` of n scores counts for: the inverse of its variance in a
 * random order, but for a factor that all have. */
static double weight_of(size_t part_n, size_t n)
{
    return 1 / ((double)part_n * (double)(n - part_n));
}

/* A level that is left again counts for less than one that stays: there are many more places at
 * which it could have been. */
#define PASSING_WEIGHT 0.75

#define LENGTHS_MAX 64

/* What parts of n scores are weighed by. */
struct weights {
    size_t n;
    double *before;              /* of all that stand before a place; 0: too few on one side */
    size_t lengths[LENGTHS_MAX]; /* of parts in the midst, of which each is a third longer than */
    double passing[LENGTHS_MAX]; /* the one before; and what these count for */
    size_t lengths_n;
};

static struct weights weigh(size_t n)
{
    struct weights weights = {.n = n, .before = vtb_allocate(n, sizeof(double), WHAT)};
    for (size_t at = 0; at < n; at++) {
        const bool is_split = at >= VTB_CHANGE_VALUES_MIN && n - at >= VTB_CHANGE_VALUES_MIN;
        weights.before[at] = is_split ? weight_of(at, n) : 0;
    }
    for (size_t length = VTB_CHANGE_VALUES_MIN; length <= n / 2 && weights.lengths_n < LENGTHS_MAX;
         length += (length + 2) / 3) {
        weights.lengths[weights.lengths_n] = length;
        weights.passing[weights.lengths_n++] = PASSING_WEIGHT * weight_of(length, n);
    }
    return weights;
}

/* Takes over the parts that end with the score before a place, whose sums up to each place are
 * given, if one of them is farther off. */
static void take_farther(struct vtb_level *level, const struct weights *weights, const double *sums,
                         size_t at)
{
    const double off = sums[at] * sums[at] * weights->before[at];
    if (off > level->off)
        *level = (struct vtb_level){off, weights->n};
    if (weights->n - at < VTB_CHANGE_VALUES_MIN)
        return;
    for (size_t i = 0; i < weights->lengths_n; i++) {
        const size_t length = weights->lengths[i];
        if (length + VTB_CHANGE_VALUES_MIN > at)
            return;
        const double sum = sums[at] - sums[at - length];
        if (sum * sum * weights->passing[i] > level->off)
            *level = (struct vtb_level){sum * sum * weights->passing[i], at};
    }
}

struct vtb_level vtb_farthest_level(const double *scores, size_t n)
{
    struct weights weights = weigh(n);
    double *sums = vtb_allocate(n + 1, sizeof *sums, WHAT);
    struct vtb_level level = {.off = 0, .end = n};
    sums[0] = 0;
    for (size_t at = 1; at < n; at++) {
        sums[at] = sums[at - 1] + scores[at - 1];
        take_farther(&level, &weights, sums, at);
    }
    free(sums);
    free(weights.before);
    return level;
}

/* Puts scores into a random order, and tells whether a level of theirs is then as far off as
 * another. That is what takes the time of a history: the order is drawn no farther than it has to
 * be. */
static bool reaches(double *scores, double *sums, const struct weights *weights, double other,
                    struct vtb_random *random)
{
    struct vtb_level level = {.off = 0};
    sums[0] = 0;
    for (size_t at = 1; at < weights->n; at++) {
        const size_t left_n = weights->n - (at - 1);
        const size_t drawn = at - 1 + (size_t)vtb_random_below(random, left_n);
        const double score = scores[drawn];
        scores[drawn] = scores[at - 1];
        scores[at - 1] = score;
        sums[at] = sums[at - 1] + score;
        take_farther(&level, weights, sums, at);
        if (level.off >= other)
            return true;
    }
    return false;
}

/* After so many orders that are as far off the p is not small, and known well enough. */
#define ENOUGH_N 10

/* Rounding may set two sums of the same scores apart. */
#define ROUNDING 1e-9

double vtb_order_p(const double *values, size_t n, size_t orders_n)
{
    struct vtb_random random = vtb_random_stream(1, n);
    struct weights weights = weigh(n);
    double *scores = vtb_allocate(2 * n + 1, sizeof *scores, WHAT);
    double *sums = scores + n;
    size_t reached_n = 0;
    size_t done_n = 0;
    vtb_level_scores(scores, values, n);
    const double own = vtb_farthest_level(scores, n).off * (1 - ROUNDING);
    while (done_n < orders_n && reached_n < ENOUGH_N) {
        reached_n += reaches(scores, sums, &weights, own, &random);
        done_n++;
    }
    free(scores);
    free(weights.before);
    return reached_n == ENOUGH_N ? (double)reached_n / (double)done_n
                                 : (double)(reached_n + 1) / (double)(done_n + 1);
}

/* --- how sure its place is --- */

/* The logarithm of how likely a split is: what is left of the squares around both means decides. */
static double log_likelihood(size_t at, size_t n, double squares)
{
    const double least = 1e-300; /* of values that are all the same */
    return -0.5 * log((double)at * (double)(n - at)) -
           ((double)n - 2) / 2 * log(fmax(squares, least));
}

/* Writes the sums of squares around the means of both parts, for each split of centred values. */
static void squares_of(double *squares, const double *values, size_t n)
{
    double mean = 0;
    double all = 0;
    double sum = 0;
    for (size_t i = 0; i < n; i++)
        mean += values[i] / (double)n;
    for (size_t i = 0; i < n; i++)
        all += (values[i] - mean) * (values[i] - mean);
    for (size_t at = 1; at < n; at++) {
        sum += values[at - 1] - mean;
        squares[at] = all - sum * sum * (double)n / ((double)at * (double)(n - at));
    }
}

void vtb_change_shares(double *shares, const double *values, size_t n)
{
    double highest = -INFINITY;
    double sum = 0;
    memset(shares, 0, n * sizeof *shares);
    if (n < 2 * VTB_CHANGE_VALUES_MIN)
        return;
    squares_of(shares, values, n);
    for (size_t at = 1; at < n; at++) {
        shares[at] = log_likelihood(at, n, shares[at]);
        highest = fmax(highest, shares[at]);
    }
    for (size_t at = 1; at < n; at++)
        sum += shares[at] = exp(shares[at] - highest);
    for (size_t at = 1; at < n; at++)
        shares[at] /= sum;
}

/* --- all of them --- */

/* A part of a course without a change that is known. */
struct part {
    size_t course;
    size_t first;
    size_t end;
};

struct parts {
    struct part *items;
    size_t n;
};

static void add_part(struct parts *parts, size_t course, size_t first, size_t end)
{
    if (end - first < 2 * VTB_CHANGE_VALUES_MIN)
        return;
    parts->items = vtb_reallocate(parts->items, parts->n + 1, sizeof *parts->items, WHAT);
    parts->items[parts->n++] = (struct part){course, first, end};
}

static void add_change(struct vtb_course *course, size_t at, double p)
{
    course->changes =
        vtb_reallocate(course->changes, course->changes_n + 1, sizeof *course->changes, WHAT);
    size_t place = course->changes_n++;
    for (; place > 0 && course->changes[place - 1].at > at; place--)
        course->changes[place] = course->changes[place - 1];
    course->changes[place] = (struct vtb_change){.at = at, .p = p};
}

/* Random orders in which each part is tested at first. */
#define ORDERS_N 1000

/* Values that are put in place in all further orders of a level, which bounds the time. */
#define PLACED_N ((size_t)10000000)

/* Gives the number of orders for the parts of which none of the first was as far off: as many as
 * their p must have to be small enough beside all others, and else as time allows. */
static size_t further_orders_n(size_t tests_n, size_t rare_n, size_t values_n)
{
    const size_t needed = (size_t)((double)tests_n / (double)rare_n / VTB_CHANGE_LEVEL) + 1;
    const size_t allowed = values_n > 0 ? PLACED_N / values_n : 0;
    return allowed > needed ? allowed : needed;
}

static double p_of(const struct vtb_course *courses, const struct part *part, size_t orders_n)
{
    return vtb_order_p(courses[part->course].values + part->first, part->end - part->first,
                       orders_n);
}

/* Whether none of the first orders was as far off. (That more are drawn where it is so makes no p
 * smaller than it may be: those that are small are among those that were so at first.) */
static bool is_rare(double p)
{
    return p < 1.5 / (ORDERS_N + 1);
}

/* Tests all parts at once. */
static void test_all(double *p, const struct vtb_course *courses, const struct parts *parts)
{
    size_t rare_n = 0;
    size_t values_n = 0;
    for (size_t i = 0; i < parts->n; i++) {
        p[i] = p_of(courses, &parts->items[i], ORDERS_N);
        rare_n += is_rare(p[i]);
        values_n += is_rare(p[i]) ? parts->items[i].end - parts->items[i].first : 0;
    }
    for (size_t i = 0; i < parts->n; i++) {
        if (is_rare(p[i]))
            p[i] = p_of(courses, &parts->items[i], further_orders_n(parts->n, rare_n, values_n));
    }
    vtb_benjamini_hochberg(p, parts->n);
}

/* Half of the values may be the lower ones, or the higher: two orders in all that there are. */
size_t vtb_change_least(size_t n)
{
    double orders = 20; /* of 3 values and 3 */
    size_t half = VTB_CHANGE_VALUES_MIN;
    for (; 2 / orders > VTB_CHANGE_LEVEL / (double)n; half++)
        orders *= 2 * (2 * (double)half + 1) / ((double)half + 1);
    return 2 * half;
}

/* The place at which n values are divided, of which some level is far off: up to where it ends. */
static size_t place_of(const double *values, size_t n)
{
    double *scores = vtb_allocate(n, sizeof *scores, WHAT);
    vtb_level_scores(scores, values, n);
    const size_t end = vtb_farthest_level(scores, n).end;
    free(scores);
    return vtb_energy_split(values, end).at;
}

/* Tests all parts, and divides those that have a change; gives what they are divided
 * into. */
static struct parts divide(struct vtb_course *courses, const struct parts *parts)
{
    struct parts halves = {.n = 0};
    double *p = vtb_allocate(parts->n, sizeof *p, WHAT);
    test_all(p, courses, parts);
    for (size_t i = 0; i < parts->n; i++) {
        const struct part *part = &parts->items[i];
        struct vtb_course *course = &courses[part->course];
        if (p[i] > VTB_CHANGE_LEVEL)
            continue;
        const size_t at =
            part->first + place_of(course->values + part->first, part->end - part->first);
        add_change(course, at, p[i]);
        add_part(&halves, part->course, part->first, at);
        add_part(&halves, part->course, at, part->end);
    }
    free(p);
    return halves;
}

static double median_of(const struct vtb_course *course, size_t first, size_t end)
{
    double *copy = vtb_allocate(end - first, sizeof *copy, WHAT);
    memcpy(copy, course->values + first, (end - first) * sizeof *copy);
    const double median = vtb_median(copy, end - first);
    free(copy);
    return median;
}

/* Fills in what the level is before and after each change. */
static void set_levels(struct vtb_course *course)
{
    for (size_t i = 0; i < course->changes_n; i++) {
        struct vtb_change *change = &course->changes[i];
        const size_t first = i > 0 ? change[-1].at : 0;
        const size_t end = i + 1 < course->changes_n ? change[1].at : course->n;
        change->before = i > 0 ? change[-1].after : median_of(course, first, change->at);
        change->after = median_of(course, change->at, end);
    }
}

/* Takes out the smallest change while it is too small to be told; the levels beside it are then
 * one. */
static void drop_small(struct vtb_course *course, double least)
{
    for (;;) {
        struct vtb_change *smallest = NULL;
        set_levels(course);
        for (size_t i = 0; i < course->changes_n; i++) {
            struct vtb_change *change = &course->changes[i];
            if (!smallest ||
                fabs(change->after - change->before) < fabs(smallest->after - smallest->before))
                smallest = change;
        }
        if (!smallest || fabs(smallest->after - smallest->before) >= least)
            return;
        const size_t behind_n = course->changes_n - (size_t)(smallest - course->changes) - 1;
        memmove(smallest, smallest + 1, behind_n * sizeof *smallest);
        course->changes_n--;
    }
}

void vtb_change_points(struct vtb_course *courses, size_t n, double least)
{
    struct parts parts = {.n = 0};
    for (size_t i = 0; i < n; i++) {
        courses[i].changes = NULL;
        courses[i].changes_n = 0;
        add_part(&parts, i, 0, courses[i].n);
    }
    while (parts.n > 0) {
        const struct parts halves = divide(courses, &parts);
        free(parts.items);
        parts = halves;
    }
    free(parts.items);
    for (size_t i = 0; i < n; i++)
        drop_small(&courses[i], least);
}
