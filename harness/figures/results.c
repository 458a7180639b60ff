#include "figures/results.h"

#include <stdlib.h>

void vtb_results_free(struct vtb_results *results)
{
    vtb_break_evens_free(&results->break_evens);
    for (size_t i = 0; i < results->comparisons_n; i++)
        vtb_comparison_free(&results->comparisons[i]);
    free(results->comparisons);
    results->comparisons = NULL;
    results->comparisons_n = 0;
    vtb_sessions_close(&results->sessions);
}
