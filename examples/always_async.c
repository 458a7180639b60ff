/*
 * Mistake: a value task for a method that always has to wait. Remedy: a task.
 *
 * A value task saves the object of a result that is at hand. Where no result ever is, it wraps a
 * task, and saves nothing; of an asynchronous method the box is larger, because its builder keeps
 * room for a result, and at each level around it larger again, because the awaiter is a whole value
 * task. What it costs is counted here: the loops are those of `run_bench --rounds 0`.
 */
#include "example.h"

#define CALLS_N 10000
#define LEVELS_N 3
#define HIT_SHARE 0.8

/* Bytes that an operation takes from the heap, averaged over CALLS_N. */
static double bytes_per_op(const char *strategy, struct example_setup setup)
{
    struct example example;
    example_open_as(&example, strategy, &setup);
    vtb_schedule_fill(&example.fixture.schedule, 0, example.fixture.drawn, CALLS_N);
    example.env.ids_n = CALLS_N;
    vtb_fixture_loop(&example.fixture, example.cell, VTB_CONSUMER_INDEPENDENT)(&example.env,
                                                                               CALLS_N);
    vtb_fixture_close_env(&example.env, example.cell, &example.memory);
    vtb_fixture_close(&example.fixture);
    return (double)example.env.service.counts.requested_bytes / CALLS_N;
}

/* Counts the bytes of both strategies, prints them, and returns the difference of the value
 * task. */
static double compare(const char *what, struct example_setup setup)
{
    const double task = bytes_per_op("heap_task", setup);
    const double value_task = bytes_per_op("value_task", setup);
    printf("  %s: heap_task %g B, value_task %g B an operation.\n", what, task, value_task);
    return value_task - task;
}

int main(void)
{
    const double room = sizeof(void *);        /* for a result in the builder */
    const double awaiter = 2 * sizeof(void *); /* what a value task has beyond a pointer */

    puts("The mistake, at hit rate 0:");
    note(compare("A direct method", (struct example_setup){0}) == 0);
    note(compare("An async method", (struct example_setup){.async = true}) == room);
    note(compare("3 async methods, each awaiting the next",
                 (struct example_setup){.async = true, .depth = LEVELS_N}) ==
         LEVELS_N * room + (LEVELS_N - 1) * awaiter);

    puts("Where value_task does save: at hit rate 0.8.");
    note(compare("A direct method", (struct example_setup){.hit_rate = HIT_SHARE}) < 0);
    note(compare("An async method", (struct example_setup){.async = true, .hit_rate = HIT_SHARE}) <
         0);

    puts("The remedy at hit rate 0: heap_task, or, where the bytes matter, pooled sources:");
    const double pooled = bytes_per_op("value_task_pooled", (struct example_setup){0});
    printf("  A direct method: value_task_pooled %g B an operation.\n", pooled);
    note(pooled < 1);
    return example_status();
}
