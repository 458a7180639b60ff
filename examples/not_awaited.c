/*
 * Mistake: calling a method and leaving its value task alone. Remedy: await it, or as_task.
 *
 * Over a result nothing is lost. Over a pooled source nobody gives the source back, since consuming
 * it is what does that: each such call takes a new one, and the pool gets none. A runtime with a
 * collector takes the lost sources' memory in the end; here it stays allocated.
 */
#include "example.h"

enum { VARIABLE };

#define CALLS_N 100

/* The sources that nobody gives back. A real program cannot reach them; this one notes them, so
 * that it can tidy up when it is done. */
static void *lost[CALLS_N];

static void ignore_results(struct example *example)
{
    puts("The mistake, while users are in the cache:");
    for (unsigned i = 0; i < CALLS_N; i++)
        call(example, VARIABLE, IN_CACHE, i % USERS_N);
    expect_bytes("100 calls that nobody awaited hold", live_bytes(example), 0);
}

static void ignore_sources(struct example *example)
{
    const size_t source_bytes = example->cell->miss_bytes;
    puts("The mistake, when users must be fetched:");
    for (unsigned i = 0; i < CALLS_N; i++) {
        call(example, VARIABLE, IN_STORE, i % USERS_N);
        lost[i] = memory_of(example, VARIABLE);
        answer(example, VARIABLE);
        if (i == 0)
            expect_bytes("1 call that nobody awaited holds", live_bytes(example), source_bytes);
        if (i == 9)
            expect_bytes("10 calls that nobody awaited hold", live_bytes(example),
                         10 * source_bytes);
    }
    expect_bytes("100 calls that nobody awaited hold", live_bytes(example), CALLS_N * source_bytes);
    for (unsigned i = 0; i < CALLS_N; i++)
        tidy_up(example, lost[i], source_bytes);
}

static void await_all(struct example *example)
{
    struct outcome last = {NOBODY, NULL};
    puts("The remedy, await:");
    for (unsigned i = 0; i < CALLS_N; i++) {
        call(example, VARIABLE, IN_STORE, i % USERS_N);
        answer(example, VARIABLE);
        last = await(example, VARIABLE);
    }
    expect_user("The last await", last, (CALLS_N - 1) % USERS_N);
    expect_bytes("100 calls share one source, which the pool holds", live_bytes(example),
                 example->cell->miss_bytes);
}

/* The task consumes its source when the store answers, whether or not anybody awaits the task. */
static void convert_all(struct example *example)
{
    puts("The remedy, as_task, where nobody wants to wait:");
    for (unsigned i = 0; i < CALLS_N; i++) {
        call(example, VARIABLE, IN_STORE, i % USERS_N);
        void *task = as_task(example, VARIABLE);
        answer(example, VARIABLE);
        drop_task(example, task);
    }
    expect_bytes("100 calls share one source, which the pool holds", live_bytes(example),
                 example->cell->miss_bytes);
}

int main(void)
{
    struct example example;
    example_open(&example, "value_task_pooled");
    ignore_results(&example);
    ignore_sources(&example);
    await_all(&example);
    convert_all(&example);
    example_close(&example);
    return example_status();
}
