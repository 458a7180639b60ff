/*
 * Budgets: how many bytes a generation may gain before it is collected.
 *
 * The rules are those of .NET's concurrent workstation collector (dotnet/runtime, gc.cpp:
 * init_static_data, surv_to_growth, desired_new_allocation, linear_allocation_model, compute_in,
 * generation_to_condemn, dt_low_card_table_efficiency_p): generation 0 has half of the L3 cache,
 * always; the other two get more, the more of them survived.
 */
#ifndef GENGC_BUDGET_H
#define GENGC_BUDGET_H

#include <vtb/heap.h>

enum { VTB_GENERATIONS_N = VTB_GENERATIONS_MAX };

struct vtb_budget {
    size_t bytes;       /* that the generation may gain between two of its collections */
    size_t spent_bytes; /* that it has gained since the last one */
};

/* Starts the budgets of a new heap. If gen0_bytes is 0, generation 0 has half of the L3 cache, but
 * at least 256 KB and at most 16 MB. */
void vtb_budgets_start(struct vtb_budget budgets[VTB_GENERATIONS_N], size_t gen0_bytes);

/* Renews the budget of a generation that was collected: of its size_bytes, survived_bytes survived,
 * and gained_bytes of younger ones came to it in the same collection. They are the first that it
 * has gained of the new budget. */
void vtb_budget_renew(struct vtb_budget *budget, unsigned generation, size_t size_bytes,
                      size_t survived_bytes, size_t gained_bytes);

static inline bool vtb_budget_is_spent(const struct vtb_budget *budget)
{
    return budget->spent_bytes >= budget->bytes;
}

/* Gives the generation to collect when the youngest has had its budget. A collection of that one
 * alone is of little use (few_young) if most of what it finds from outside is of generation 1. */
unsigned vtb_budgets_condemned(const struct vtb_budget budgets[VTB_GENERATIONS_N], bool few_young);

/* References from outside to what is not of the oldest generation: how many there are when a
 * collection ends, and how many it found to what it collected. Whether the latter are so few that
 * the next collection should be of generation 1. */
bool vtb_young_are_few(uint64_t found_n, uint64_t younger_n);

#endif
