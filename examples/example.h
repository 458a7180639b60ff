/*
 * The parts that all examples are written with: a service whose method hands its result over by one
 * strategy, opened for calls one by one, and verbs for what a program does with such a result. All
 * of it goes through the strategy's own functions, those that run_bench measures (vtb/probe.h).
 *
 * A variable is a number below VARIABLES_N. Users have numbers below USERS_N, and an operation's
 * value is told as the user that it is. If something does not come out as an example's text says,
 * the example ends with status 1.
 */
#ifndef EXAMPLE_H
#define EXAMPLE_H

#include <inttypes.h>
#include <limits.h>
#include <setjmp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bench/fixture.h"
#include "cells/load.h"
#include "cells/runtime.h"

#include <vtb/probe.h>

#define VARIABLES_N VTB_PROBE_FRAMES_N
#define USERS_N 10

/* The words of .NET's InvalidOperationException for a source that is not this operation's. */
#define REFUSED_BY_SOURCE "operation is not valid due to the current state of the object"

struct example {
    struct vtb_point point;
    struct vtb_fixture fixture;
    struct vtb_memory memory;
    struct vtb_env env;
    const struct vtb_cell *cell;
    uint64_t shares[USERS_N]; /* what each user adds to a checksum: tells values apart */
};

/* The outcome of an await: a user, or the reason why it was refused. */
struct outcome {
    unsigned user;
    const char *refused; /* null if it was not */
};

#define NOBODY UINT_MAX

/* --- a broken rule --- */

static jmp_buf example_refusal;
static const char *example_refused;
static bool example_failed;

/* Called in place of ending the process: returns to the verb that broke the rule, with the error's
 * text. */
static void example_on_misuse(const char *text)
{
    example_refused = text;
    longjmp(example_refusal, 1);
}

/* --- calling the method --- */

enum place { IN_CACHE, IN_STORE };

/* Calls the method for a user; the variable gets the hand-over. */
static inline void call(struct example *example, size_t variable, enum place place, unsigned user)
{
    const uint32_t miss = place == IN_STORE ? VTB_ID_MISS : 0;
    (void)example->cell->probe->call(&example->env, variable, miss | user);
}

/* Lets the store answer the call that set a variable. */
static inline void answer(struct example *example, size_t variable)
{
    const struct vtb_probe *probe = example->cell->probe;
    probe->complete(&example->env.service, probe->pending(&example->env, variable), VTB_FAULT_NONE);
}

/* --- variables --- */

/* Assigns one variable to another; where references are counted, the copy gets one of its own. */
static inline void copy(struct example *example, size_t to, size_t from)
{
    if (example->cell->probe->share)
        example->cell->probe->share(&example->env, from);
    example->cell->probe->copy(&example->env, to, from);
}

/* Ends a variable's life, as at the end of its scope. */
static inline void drop(struct example *example, size_t variable)
{
    example->cell->probe->drop(&example->env, variable, variable);
}

static inline unsigned user_of(const struct example *example, uint64_t share)
{
    for (unsigned user = 0; user < USERS_N; user++) {
        if (example->shares[user] == share)
            return user;
    }
    return NOBODY;
}

/* Consumes the operation of a variable, once the store has answered. */
static inline struct outcome await(struct example *example, size_t variable)
{
    const struct vtb_probe *probe = example->cell->probe;
    uint64_t share = 0;
    if (setjmp(example_refusal) != 0)
        return (struct outcome){NOBODY, example_refused};
    if (!probe->is_ready(&example->env, variable, variable))
        return (struct outcome){NOBODY, "the store has not answered yet"};
    (void)probe->get(&example->env, variable, variable, &share);
    return (struct outcome){user_of(example, share), NULL};
}

/* The memory of a variable's pending operation, which no real program gets to see. */
static inline void *memory_of(const struct example *example, size_t variable)
{
    return example->cell->probe->pending(&example->env, variable);
}

/* --- tasks --- */

/* Replaces the hand-over of a variable by a task. */
static inline void *as_task(struct example *example, size_t variable)
{
    return example->cell->probe->as_task(&example->env, variable);
}

/* Lets a variable be awaited several times from now on. */
static inline void preserve(struct example *example, size_t variable)
{
    example->cell->probe->preserve(&example->env, variable);
}

static inline struct outcome await_task(const struct example *example, void *task)
{
    uint64_t share = 0;
    (void)example->cell->probe->task_get(task, &share);
    return (struct outcome){user_of(example, share), NULL};
}

static inline void drop_task(struct example *example, void *task)
{
    example->cell->probe->task_drop(&example->env, task);
}

/* --- what is told --- */

/* Bytes that were allocated and not given back yet. */
static inline uint64_t live_bytes(const struct example *example)
{
    return example->env.service.counts.live_bytes;
}

/* Gives memory back without the strategy's knowledge. */
static inline void tidy_up(struct example *example, void *memory, size_t bytes)
{
    example->env.service.free(memory);
    example->env.service.counts.live_bytes -= bytes;
}

static inline void note(bool as_expected)
{
    if (!as_expected) {
        puts("  (This is not what should have happened.)");
        example_failed = true;
    }
}

static inline void tell_outcome(const char *what, struct outcome outcome)
{
    if (outcome.refused)
        printf("  %s is refused: %s.\n", what, outcome.refused);
    else
        printf("  %s gives user %u.\n", what, outcome.user);
}

static inline void expect_user(const char *what, struct outcome outcome, unsigned user)
{
    tell_outcome(what, outcome);
    note(!outcome.refused && outcome.user == user);
}

static inline void expect_refusal(const char *what, struct outcome outcome, const char *text)
{
    tell_outcome(what, outcome);
    note(outcome.refused && strcmp(outcome.refused, text) == 0);
}

static inline void expect_bytes(const char *what, uint64_t bytes, uint64_t expected)
{
    printf("  %s: %" PRIu64 " B.\n", what, bytes);
    note(bytes == expected);
}

/* --- opening and closing --- */

/* How to open a service; if all is zero: a direct method, one level deep. */
struct example_setup {
    bool async;
    size_t depth;
    double hit_rate; /* for loops; in single calls the caller says where the answer is */
};

static inline void example_fail(const char *name, const char *message)
{
    fprintf(stderr, "%s: %s\n", name, message);
    exit(EXIT_FAILURE);
}

/* Opens a service for a strategy by name. The example must not move until it is closed. */
static inline void example_open_as(struct example *example, const char *strategy,
                                   const struct example_setup *setup)
{
    struct vtb_error error;
    *example = (struct example){
        .point = {.workload = vtb_find_workload("user_cache"),
                  .hits.rate = setup->hit_rate,
                  .calls_n = 1,
                  .keys_n = 1000,
                  .in_flight = VARIABLES_N,
                  .depth = setup->depth ? setup->depth : 1,
                  .request_ops = VTB_REQUEST_OPS},
        .memory = {.heap = vtb_find_heap("glibc")->heap},
        .cell = vtb_find_cell(strategy, "user_cache",
                              (struct vtb_kind){.counting = true, .method = setup->async}),
    };
    if (!example->cell)
        example_fail(strategy, "there is no such strategy");
    if (!vtb_cells_load(&example->cell, 1, NULL, NULL, &error))
        example_fail(strategy, error.message);
    if (!vtb_fixture_open(&example->fixture, &example->point, &error) ||
        !vtb_fixture_open_env(&example->fixture, &example->env, example->cell, &example->memory,
                              &error))
        example_fail(strategy, error.message);
    vtb_on_misuse = example_on_misuse;
}

static inline void example_open(struct example *example, const char *strategy)
{
    const struct vtb_probe *probe;
    example_open_as(example, strategy, &(struct example_setup){0});
    probe = example->cell->probe;
    for (unsigned user = 0; user < USERS_N; user++) {
        call(example, 0, IN_CACHE, user);
        (void)probe->get(&example->env, 0, 0, &example->shares[user]);
        drop(example, 0);
    }
}

/* Closes a service and gives back what the strategy keeps; in a correct program nothing else is
 * left. */
static inline void example_close(struct example *example)
{
    for (size_t i = 0; i < VARIABLES_N; i++)
        example->cell->probe->forget(&example->env, i);
    vtb_fixture_close_env(&example->env, example->cell, &example->memory);
    vtb_fixture_close(&example->fixture);
    if (live_bytes(example) != 0)
        expect_bytes("Never given back", live_bytes(example), 0);
}

/* Gives the exit status of the program. */
static inline int example_status(void)
{
    return example_failed ? EXIT_FAILURE : EXIT_SUCCESS;
}

#endif
