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

/* The new budget, if the old one was used up. */
static double wanted_bytes(unsigned generation, double size, double survived, double gained)
{
    const struct rule *rule = &rules[generation];
    const double factor = growth(rule, fmin(1, survived / size));
    /* The oldest generation may grow to `factor` times what is there after the collection. */
    const bool oldest = generation + 1 == VTB_GENERATIONS_N;
    const double bytes = oldest ? (factor - 1) * (survived + gained) : factor * survived;
    return fmin(fmax(bytes, (double)rule->min_bytes), (double)rule->max_bytes);
}

void vtb_budget_renew(struct vtb_budget *budget, unsigned generation, size_t size_bytes,
                      size_t survived_bytes, size_t gained_bytes)
{
    const double used = (double)(budget->spent_bytes + gained_bytes) / (double)budget->bytes;
    budget->spent_bytes = gained_bytes;
    if (generation == 0)
        return;
    if (size_bytes == 0) {
        budget->bytes = rules[generation].min_bytes;
        return;
    }
    double bytes =
        wanted_bytes(generation, (double)size_bytes, (double)survived_bytes, (double)gained_bytes);
    if (used > 0 && used < 0.95)
        bytes = used * bytes + (1 - used) * (double)budget->bytes;
    budget->bytes = (size_t)bytes;
}

unsigned vtb_budgets_condemned(const struct vtb_budget budgets[VTB_GENERATIONS_N], bool few_young)
{
    unsigned generation = 0;
    while (generation + 1 < VTB_GENERATIONS_N && vtb_budget_is_spent(&budgets[generation + 1]))
        generation++;
    if (generation == 0 && few_young)
        generation = vtb_budget_is_spent(&budgets[2]) ? 2 : 1;
    return generation;
}

/* MIN_SOH_CROSS_GEN_REFS, and GCLowSkipRatio. */
#define REFERENCES_MIN 400
#define FEW_PERCENT 30

bool vtb_young_are_few(uint64_t found_n, uint64_t younger_n)
{
    return younger_n > REFERENCES_MIN && found_n * 100 < younger_n * FEW_PERCENT;
}
