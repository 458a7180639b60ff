#include "bench/runner.h"

#include <stdlib.h>

#include "base/clock.h"
#include "cells/runtime.h"

size_t vtb_team_threads_n(const struct vtb_case *the_case, bool completes)
{
    return the_case->threads_n + completes;
}

/* Room for all frames of a window: the least power of two. */
static size_t ring_size(size_t window)
{
    size_t size = 1;
    while (size < window)
        size *= 2;
    return size;
}

static bool open_completer(struct vtb_team *team, const struct vtb_rig *rig,
                           struct vtb_error *error)
{
    const size_t size = ring_size(rig->point->in_flight);
    if (!vtb_rig_open_env(rig, &team->completer, team->cell, &team->memory, error))
        return false;
    team->completes = true;
    for (size_t i = 0; i < team->callers_n; i++) {
        team->aways[i] =
            (struct vtb_away){.frames = calloc(size, sizeof(void *)), .mask = size - 1};
        if (!team->aways[i].frames)
            return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu operations away", size);
        team->callers[i].away = &team->aways[i];
    }
    return true;
}

static bool open_members(struct vtb_team *team, const struct vtb_rig *rig,
                         const struct vtb_case *the_case, struct vtb_error *error)
{
    if (!team->callers || !team->aways || !team->elapsed_ns)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu callers", the_case->threads_n);
    if (!vtb_memory_open(&team->memory, the_case->heap->heap, rig->point, error))
        return false;
    vtb_memory_warm(&team->memory);
    for (; team->callers_n < the_case->threads_n; team->callers_n++) {
        if (!vtb_rig_open_env(rig, &team->callers[team->callers_n], team->cell, &team->memory,
                              error))
            return false;
    }
    return !rig->point->completer || !team->cell->answer || open_completer(team, rig, error);
}

bool vtb_team_open(struct vtb_team *team, const struct vtb_rig *rig,
                   const struct vtb_case *the_case, enum vtb_consumer consumer,
                   struct vtb_crew *crew, struct vtb_error *error)
{
    const size_t n = the_case->threads_n;
    *team = (struct vtb_team){
        .cell = the_case->timing,
        .loop = vtb_rig_loop(rig, the_case->timing, consumer),
        .callers = calloc(n, sizeof *team->callers),
        .aways = aligned_alloc(64, n * sizeof *team->aways),
        .elapsed_ns = calloc(n, sizeof *team->elapsed_ns),
    };
    for (size_t i = 0; team->aways && i < n; i++)
        team->aways[i] = (struct vtb_away){0};
    if (!open_members(team, rig, the_case, error)) {
        vtb_team_close(team);
        return false;
    }
    team->crew = n > 1 || team->completes ? crew : NULL;
    return true;
}

void vtb_team_close(struct vtb_team *team)
{
    for (size_t i = 0; i < team->callers_n; i++)
        vtb_rig_close_env(&team->callers[i], team->cell, &team->memory);
    if (team->completes)
        vtb_rig_close_env(&team->completer, team->cell, &team->memory);
    vtb_memory_close(&team->memory);
    for (size_t i = 0; team->completes && i < team->callers_n; i++)
        free(team->aways[i].frames);
    free(team->callers);
    free(team->aways);
    free(team->elapsed_ns);
    *team = (struct vtb_team){0};
}

/* --- the completing thread --- */

/* Answers what is on its way from one caller; whether that was anything. */
static bool answer_all(struct vtb_team *team, struct vtb_away *away)
{
    const uint64_t tail = __atomic_load_n(&away->tail, __ATOMIC_ACQUIRE);
    const bool any = away->head != tail;
    for (; away->head != tail; away->head++) {
        team->cell->answer(&team->completer.service, away->frames[away->head & away->mask]);
        vtb_memory_safepoint(&team->memory);
    }
    return any;
}

/* Until all callers are done, and nothing is on its way. */
static void complete(struct vtb_team *team)
{
    for (unsigned idle_n = 0;;) {
        const bool last = __atomic_load_n(&team->done_n, __ATOMIC_ACQUIRE) == team->callers_n;
        bool any = false;
        for (size_t i = 0; i < team->callers_n; i++)
            any |= answer_all(team, &team->aways[i]);
        if (last && !any)
            return;
        vtb_memory_safepoint(&team->memory);
        idle_n = any ? 0 : idle_n + 1;
        if (idle_n > 0)
            vtb_pause(idle_n);
    }
}

/* --- running --- */

static void run_part(void *context, size_t index)
{
    struct vtb_team *team = context;
    vtb_memory_enter(&team->memory);
    if (index == team->callers_n) {
        complete(team);
    } else {
        const double start_ns = vtb_now_ns();
        team->loop(&team->callers[index], team->operations_n);
        team->elapsed_ns[index] = vtb_now_ns() - start_ns;
        __atomic_fetch_add(&team->done_n, 1, __ATOMIC_RELEASE);
    }
    vtb_memory_leave(&team->memory);
}

void vtb_team_muster(struct vtb_team *team)
{
    __atomic_store_n(&team->done_n, 0, __ATOMIC_RELAXED);
    if (team->crew)
        vtb_crew_muster(team->crew, team->callers_n + team->completes);
}

void vtb_team_run(struct vtb_team *team, size_t n)
{
    team->operations_n = n;
    if (team->crew) {
        vtb_crew_run(team->crew, run_part, team);
        return;
    }
    vtb_memory_enter(&team->memory);
    team->loop(&team->callers[0], n);
    vtb_memory_leave(&team->memory);
}

void vtb_team_drain(struct vtb_team *team, size_t caller)
{
    vtb_memory_enter(&team->memory);
    team->cell->drain(&team->callers[caller]);
    vtb_memory_leave(&team->memory);
}
