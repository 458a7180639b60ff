#include "passes/follower.h"

#include <stdlib.h>

#include "base/allocate.h"

static bool open_members(struct vtb_follower *follower, const struct vtb_fixture *fixture,
                         const struct vtb_case *the_case, struct vtb_error *error)
{
    if (!vtb_memory_open(&follower->memory, the_case->heap->heap, &follower->point, error))
        return false;
    for (; follower->callers_n < the_case->threads_n; follower->callers_n++) {
        if (!vtb_fixture_open_env(fixture, &follower->envs[follower->callers_n], follower->cell,
                                  &follower->memory, error))
            return false;
    }
    return true;
}

bool vtb_follower_open(struct vtb_follower *follower, const struct vtb_fixture *fixture,
                       const struct vtb_case *the_case, struct vtb_error *error)
{
    const struct vtb_case *floor = &fixture->point->cases[the_case->floor];
    *follower = (struct vtb_follower){
        .cell = floor->counting,
        .point = *fixture->point,
        .loop = vtb_fixture_loop(fixture, floor->counting, VTB_CONSUMER_INDEPENDENT),
        .envs = vtb_allocate(the_case->threads_n, sizeof *follower->envs, "followers of callers"),
    };
    follower->point.live_heap_bytes = 0;
    if (open_members(follower, fixture, the_case, error))
        return true;
    vtb_follower_close(follower);
    return false;
}

size_t vtb_follower_make(struct vtb_follower *follower, size_t caller, size_t n)
{
    struct vtb_env *env = &follower->envs[caller];
    const uint64_t before_n = env->service.counts.fetched_n;
    vtb_memory_enter(&follower->memory);
    follower->loop(env, n);
    vtb_memory_leave(&follower->memory);
    return n - (size_t)(env->service.counts.fetched_n - before_n);
}

void vtb_follower_close(struct vtb_follower *follower)
{
    for (size_t i = 0; i < follower->callers_n; i++)
        vtb_fixture_close_env(&follower->envs[i], follower->cell, &follower->memory);
    if (follower->envs)
        vtb_memory_close(&follower->memory);
    free(follower->envs);
    *follower = (struct vtb_follower){.envs = NULL};
}
