/*
 * Budgets: how many bytes a generation may gain before it is collected.
 *
 * The rules are those of .NET's concurrent workstation collector (dotnet/runtime, gc.cpp:
 * init_static_data, surv_to_growth, desired_new_allocation, linear_allocation_model): generation 0
 * has half of the L3 cache, always; the other two get more, the more of them survived.
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

/* Renews the budget of a generation that was collected: of its size_bytes, survived_bytes
 * survived. */
void vtb_budget_renew(struct vtb_budget *budget, unsigned generation, size_t size_bytes,
                      size_t survived_bytes);

/* Gives the oldest generation whose budget is spent; 0 if none is. */
unsigned vtb_budgets_spent(const struct vtb_budget budgets[VTB_GENERATIONS_N]);

#endif
