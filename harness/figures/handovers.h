/* From the hand-overs of sessions to figures, one table for each point and consumer. */
#ifndef FIGURES_HANDOVERS_H
#define FIGURES_HANDOVERS_H

#include "base/stats.h"
#include "passes/handover.h"

/* The figures of one case or idle control. Ends of intervals are as those of latencies
 * (latencies.h); what is not known is NaN. */
struct vtb_handover_figures {
    uint64_t calls_n;
    double asleep_share; /* of the calls, whose caller the kernel found asleep */
    struct vtb_interval ns[VTB_HANDOVER_KINDS_N][VTB_LATENCY_QUANTILES_N];
    struct vtb_interval ratios[VTB_HANDOVER_KINDS_N][VTB_LATENCY_QUANTILES_N]; /* to the baseline */
};

struct vtb_handover_table {
    struct vtb_handovers handovers;
    struct vtb_handover_figures *figures; /* owned, one for each unit; null: nothing was timed */
    /* Hand-overs by which the clock went back, from one processor to another: then no time between
     * two threads is known. */
    uint64_t backwards_n;
};

/* Works the figures out from as many sessions as were run. `handovers` are borrowed. */
void vtb_handover_summarise(struct vtb_handover_table *table, const struct vtb_point *point,
                            const struct vtb_handovers *handovers, size_t sessions_n);

void vtb_handover_table_free(struct vtb_handover_table *table);

#endif
