#include "figures/asked.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/stats.h"

static void add_numbers(struct vtb_store_sums *all, const struct vtb_store_sums *each)
{
    if (each->failed_n > 0 && all->failed_n == 0)
        memcpy(all->said, each->said, sizeof all->said);
    all->asked_n += each->asked_n;
    all->failed_n += each->failed_n;
    all->expired_n += each->expired_n;
}

struct vtb_store_sums vtb_asked(const struct vtb_store_sums *first, size_t stride, size_t n)
{
    struct vtb_store_sums all = {.p50_ns = NAN, .p99_ns = NAN};
    double *quantiles = vtb_allocate(2 * n, sizeof *quantiles, "a store's times");
    size_t known_n = 0;
    for (size_t s = 0; s < n; s++) {
        const struct vtb_store_sums *each = (const void *)((const char *)first + s * stride);
        add_numbers(&all, each);
        if (each->asked_n == 0)
            continue;
        quantiles[known_n] = each->p50_ns;
        quantiles[n + known_n++] = each->p99_ns;
    }
    if (known_n > 0) {
        all.p50_ns = vtb_median(quantiles, known_n);
        all.p99_ns = vtb_median(quantiles + n, known_n);
    }
    free(quantiles);
    return all;
}
