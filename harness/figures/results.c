#include "figures/results.h"

#include <stdlib.h>

void vtb_results_drop_tables(struct vtb_results *results)
{
    vtb_break_evens_free(&results->break_evens);
    for (size_t i = 0; i < results->comparisons_n; i++)
        vtb_comparison_free(&results->comparisons[i]);
    results->comparisons_n = 0;
}

void vtb_results_free(struct vtb_results *results)
{
    vtb_results_drop_tables(results);
    free(results->comparisons);
    results->comparisons = NULL;
    vtb_plan_keep_free(results->kept);
    results->kept = NULL;
    free(results->guests);
    results->guests = NULL;
    vtb_sessions_close(&results->sessions);
}
