#include "budget.h"

#include <math.h>
#include <unistd.h>

#define KB ((size_t)1 << 10)
#define MB ((size_t)1 << 20)

/* The rules of generations 1 and 2. The budget of generation 0 does not change. */
static const struct rule {
    double limit;
    double max_limit;
    size_t min_bytes;
    size_t max_bytes;
} rules[VTB_GENERATIONS_N] = {
    [1] = {2, 7, 256 * KB, 6 * MB},
    [2] = {1.2, 1.8, 256 * KB, SIZE_MAX},
};

/* The budget of generation 0 on this machine: half of the L3 cache, which in .NET is five eighths
 * of four fifths of it. A virtual machine may report the caches of its whole host, of which no core
 * has all for itself. */
static size_t gen0_bytes_here(void)
{
    const long l3_bytes = sysconf(_SC_LEVEL3_CACHE_SIZE);
    const size_t half = l3_bytes > 0 ? (size_t)l3_bytes / 2 : 0;
    return half < 256 * KB ? 256 * KB : half > 16 * MB ? 16 * MB : half;
}

void vtb_budgets_start(struct vtb_budget budgets[VTB_GENERATIONS_N], size_t gen0_bytes)
{
    budgets[0] = (struct vtb_budget){gen0_bytes ? gen0_bytes : gen0_bytes_here(), 0};
    for (int i = 1; i < VTB_GENERATIONS_N; i++)
        budgets[i] = (struct vtb_budget){rules[i].min_bytes, 0};
}

/* The factor by which a generation may grow over the bytes that survived: near `limit` if few did,
 * up to max_limit if many did. */
static double growth(const struct rule *rule, double survival)
{
    const double limit = rule->limit;
    const double max_limit = rule->max_limit;
    if (survival < (max_limit - limit) / (limit * (max_limit - 1)))
        return (limit - limit * survival) / (1 - survival * limit);
    return max_limit;
}

void vtb_budget_renew(struct vtb_budget *budget, unsigned generation, size_t size_bytes,
                      size_t survived_bytes)
{
    const double used = (double)budget->spent_bytes / (double)budget->bytes;
    const struct rule *rule = &rules[generation];
    budget->spent_bytes = 0;
    if (generation == 0)
        return;
    const double survived = (double)survived_bytes;
    const double survival = size_bytes > 0 ? fmin(1, survived / (double)size_bytes) : 0;
    const bool oldest = generation + 1 == VTB_GENERATIONS_N;
    /* The oldest generation may grow to `growth` times what survived, which is there already. */
    double bytes = (growth(rule, survival) - (oldest ? 1 : 0)) * survived;
    bytes = fmin(fmax(bytes, (double)rule->min_bytes), (double)rule->max_bytes);
    if (used < 0.95)
        bytes = used * bytes + (1 - used) * (double)budget->bytes;
    budget->bytes = (size_t)bytes;
}

unsigned vtb_budgets_spent(const struct vtb_budget budgets[VTB_GENERATIONS_N])
{
    unsigned generation = VTB_GENERATIONS_N - 1;
    while (generation > 0 && budgets[generation].spent_bytes < budgets[generation].bytes)
        generation--;
    return generation;
}
