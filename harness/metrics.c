#include "metrics.h"

#include <string.h>

const struct vtb_gate_metric vtb_gate_metrics[] = {
    {.word = "bytes", .keys = {"bytes_per_op"}, .titles = {"B/op"}},
    {.word = "allocs", .keys = {"allocs_per_op"}, .titles = {"allocs/op"}},
    {.word = "frees", .keys = {"frees_per_op"}, .titles = {"frees/op"}},
    {.word = "live", .keys = {"peak_live_bytes"}, .titles = {"peak live B"}},
    {
        .word = "collections",
        .keys = {"gen0_per_kop", "gen1_per_kop", "gen2_per_kop"},
        .titles = {"Gen0/kop", "Gen1/kop", "Gen2/kop"},
        .of_budgets = true,
    },
    {
        .word = "instructions",
        .keys = {"instructions_per_op"},
        .titles = {"instr/op"},
        .of_toolchain = true,
    },
    {.word = NULL},
};

const char *const vtb_budget_keys[] = {"gen0_budget_bytes", "live_heap_bytes", NULL};

const struct vtb_gate_metric *vtb_gate_metric(const char *word)
{
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++) {
        if (strcmp(metric->word, word) == 0)
            return metric;
    }
    return NULL;
}

void vtb_gate_words(struct vtb_names *words)
{
    *words = (struct vtb_names){.n = 0};
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++)
        (void)vtb_names_add(words, metric->word);
}
