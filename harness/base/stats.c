#include "base/stats.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/allocate.h"

static int compare_doubles(const void *left, const void *right)
{
    double a = *(const double *)left;
    double b = *(const double *)right;
    return (a > b) - (a < b);
}

double vtb_median(double *values, size_t n)
{
    qsort(values, n, sizeof *values, compare_doubles);
    return (values[(n - 1) / 2] + values[n / 2]) / 2;
}

/* The index of the smallest p-value that is not done yet. */
static size_t next_smallest(const double *p, size_t n, const bool *done)
{
    size_t smallest = n;
    for (size_t i = 0; i < n; i++) {
        if (!done[i] && (smallest == n || p[i] < p[smallest]))
            smallest = i;
    }
    return smallest;
}

void vtb_holm(double *p, size_t n)
{
    bool *done = vtb_allocate(n, sizeof *done, "the order of some tests");
    double highest = 0;
    for (size_t rank = 0; rank < n; rank++) {
        size_t i = next_smallest(p, n, done);
        highest = fmax(highest, fmin(1, p[i] * (double)(n - rank)));
        p[i] = highest;
        done[i] = true;
    }
    free(done);
}

struct ranked {
    double p;
    size_t place;
};

static int compare_ranked(const void *left, const void *right)
{
    return compare_doubles(&((const struct ranked *)left)->p, &((const struct ranked *)right)->p);
}

void vtb_benjamini_hochberg(double *p, size_t n)
{
    struct ranked *sorted = vtb_allocate(n, sizeof *sorted, "the order of some tests");
    double lowest = 1;
    for (size_t i = 0; i < n; i++)
        sorted[i] = (struct ranked){p[i], i};
    qsort(sorted, n, sizeof *sorted, compare_ranked);
    for (size_t rank = n; rank > 0; rank--) {
        lowest = fmin(lowest, sorted[rank - 1].p * (double)n / (double)rank);
        p[sorted[rank - 1].place] = lowest;
    }
    free(sorted);
}
