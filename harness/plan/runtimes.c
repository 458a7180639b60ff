#include "plan/runtimes.h"

#include <string.h>

const struct vtb_runtime vtb_runtimes[] = {
    {"dotnet", "Task<T>", "ValueTask<T>", .collects = true, .has_rule = true},
    {"java", "a CompletableFuture for each call", "a completed one that the cache keeps",
     .collects = true},
    {"cpp", "a future with a state on the heap", "a future that holds its value",
     .collects = false},
    {"rust", "a boxed future", "a future that is polled in its caller's frame", .collects = false},
    {.word = NULL},
};

const struct vtb_runtime *vtb_find_runtime(const char *word)
{
    for (const struct vtb_runtime *runtime = vtb_runtimes; runtime->word; runtime++) {
        if (strcmp(runtime->word, word) == 0)
            return runtime;
    }
    return NULL;
}

const struct vtb_strategy_entry *vtb_runtime_other(const struct vtb_runtime *runtime)
{
    if (!runtime)
        return vtb_find_role(VTB_ROLE_CHALLENGER);
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const char *own = vtb_strategies[i].methods[0]->strategy->instead_in;
        if (own && strcmp(own, runtime->word) == 0)
            return &vtb_strategies[i];
    }
    return NULL;
}

bool vtb_runtime_has_heap(const struct vtb_runtime *runtime, const struct vtb_heap *heap)
{
    return !runtime || vtb_heap_collects(heap) == runtime->collects;
}

bool vtb_runtime_has_guest(const struct vtb_runtime *runtime, const char *name)
{
    for (const struct vtb_runtime *other = vtb_runtimes; runtime && other->word; other++) {
        if (other != runtime && strncmp(name, other->word, strlen(other->word)) == 0)
            return false;
    }
    return true;
}
