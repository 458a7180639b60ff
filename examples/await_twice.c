/*
 * Mistake: awaiting a value task twice. Remedy: as_task, or preserve; then await as often as one
 * likes.
 *
 * A value task is a struct. Over a result it holds the value, and nobody can tell a second await
 * from the first. Over a pooled source the first await gives the source back, so that the second
 * one finds another version of it. Which of the two a caller has depends on the cache: the mistake
 * shows only when a call misses.
 */
#include "example.h"

enum { VALUE_TASK, SECOND_COPY };

static void await_result_twice(struct example *example)
{
    puts("The mistake, while the user is in the cache:");
    call(example, VALUE_TASK, IN_CACHE, 7);
    copy(example, SECOND_COPY, VALUE_TASK); /* as languages do that await a copy */
    expect_user("The first await", await(example, VALUE_TASK), 7);
    expect_user("The second await", await(example, SECOND_COPY), 7);
}

static void await_source_twice(struct example *example)
{
    puts("The mistake, when the user must be fetched:");
    call(example, VALUE_TASK, IN_STORE, 2);
    copy(example, SECOND_COPY, VALUE_TASK);
    answer(example, VALUE_TASK);
    expect_user("The first await", await(example, VALUE_TASK), 2);
    expect_refusal("The second await", await(example, SECOND_COPY), REFUSED_BY_SOURCE);
}

static void convert_then_await_twice(struct example *example)
{
    puts("The remedy, as_task in place of the first await:");
    call(example, VALUE_TASK, IN_STORE, 2);
    void *task = as_task(example, VALUE_TASK);
    answer(example, VALUE_TASK);
    expect_user("The task's first await", await_task(example, task), 2);
    expect_user("The task's second await", await_task(example, task), 2);
    drop_task(example, task);
}

static void preserve_then_await_twice(struct example *example)
{
    puts("The remedy, preserve, which keeps the type and allocates only for a source:");
    call(example, VALUE_TASK, IN_STORE, 3);
    preserve(example, VALUE_TASK);
    answer(example, VALUE_TASK);
    expect_user("The first await", await(example, VALUE_TASK), 3);
    expect_user("The second await", await(example, VALUE_TASK), 3);
    drop(example, VALUE_TASK);
}

/* Awaits one variable twice itself. With checks the mistake is seen even where it does no harm. */
static void await_twice_with_checks(void)
{
    struct example example;
    example_open(&example, "value_task_pooled@checked");
    puts("The mistake with checks compiled in (value_task_pooled@checked), over a result:");
    call(&example, VALUE_TASK, IN_CACHE, 7);
    expect_user("The first await", await(&example, VALUE_TASK), 7);
    expect_refusal("The second await", await(&example, VALUE_TASK),
                   "a value task was consumed a second time");
    example_close(&example);
}

int main(void)
{
    struct example example;
    example_open(&example, "value_task_pooled");
    await_result_twice(&example);
    await_source_twice(&example);
    convert_then_await_twice(&example);
    preserve_then_await_twice(&example);
    example_close(&example);
    await_twice_with_checks();
    return example_status();
}
