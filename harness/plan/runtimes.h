/* The runtimes that advice may be asked for: what of all that is modelled is to be had there. For
 * one thread. */
#ifndef PLAN_RUNTIMES_H
#define PLAN_RUNTIMES_H

#include "cells/registry.h"

struct vtb_runtime {
    const char *word;
    /* What the baseline stands for there, and the strategy that is weighed against it. */
    const char *baseline_is;
    const char *other_is;
    bool collects; /* its objects live in a heap that collects, or else in one that frees */
    bool has_rule; /* the rule of thumb is of this runtime; of the others it says nothing */
};

/* The runtimes, ended by a null word. */
extern const struct vtb_runtime vtb_runtimes[];

/* Finds a runtime by its word; null if there is none. */
const struct vtb_runtime *vtb_find_runtime(const char *word);

/* The strategy in impls/ that is weighed against the baseline in a runtime, by its entry; without a
 * runtime the challenger, by its role. Null: there is none. */
const struct vtb_strategy_entry *vtb_runtime_other(const struct vtb_runtime *runtime);

/* Whether a heap is as that of a runtime; without a runtime each is. */
bool vtb_runtime_has_heap(const struct vtb_runtime *runtime, const struct vtb_heap *heap);

/* Whether the guest of a name may be of a runtime: it is not called after another one, as dotnet11
 * is. Without a runtime each may. */
bool vtb_runtime_has_guest(const struct vtb_runtime *runtime, const char *name);

#endif
