/*
 * Mistake: storing a value task in a field. Remedy: store a task.
 *
 * By the time that the field is awaited its source may serve another operation. The version says
 * so, until it comes round: it has 16 bits, so after 65,536 uses of one source the field is taken
 * for the operation that has the source now, and gives that one's value.
 */
#include "example.h"

enum { VARIABLE, FIELD };

#define USES_UNTIL_THE_VERSION_COMES_AGAIN 65536

/* Runs an operation from its call to its end, as it should be done. */
static struct outcome load(struct example *example, unsigned user)
{
    call(example, VARIABLE, IN_STORE, user);
    answer(example, VARIABLE);
    const struct outcome outcome = await(example, VARIABLE);
    drop(example, VARIABLE);
    return outcome;
}

/* Stores an operation in the field, and lets somebody else consume it; the field still refers to
 * it. */
static void store(struct example *example, unsigned user)
{
    call(example, VARIABLE, IN_STORE, user);
    copy(example, FIELD, VARIABLE);
    answer(example, VARIABLE);
    expect_user("The caller's await", await(example, VARIABLE), user);
    drop(example, VARIABLE);
}

static void store_a_value_task(struct example *example)
{
    puts("The mistake: a field holds the value task of user 2.");
    store(example, 2);
    expect_user("The next call, which gets the same source,", load(example, 3), 3);
    expect_refusal("The field's await", await(example, FIELD), REFUSED_BY_SOURCE);
}

static void store_it_too_long(struct example *example)
{
    struct outcome outcome = {NOBODY, NULL};
    puts("The same, but the field is awaited when its source was used 65,536 times:");
    store(example, 2);
    for (int uses = 1; uses < USES_UNTIL_THE_VERSION_COMES_AGAIN; uses++)
        outcome = load(example, 4);
    expect_user("The last of the calls between", outcome, 4);
    call(example, VARIABLE, IN_STORE, 3);
    answer(example, VARIABLE);
    expect_user("The field's await, wrongly,", await(example, FIELD), 3);
    expect_refusal("The await of the caller that asked for user 3", await(example, VARIABLE),
                   REFUSED_BY_SOURCE);
}

static void store_as_task(struct example *example)
{
    puts("The remedy, as_task: the field holds a task over the source of user 2.");
    call(example, VARIABLE, IN_STORE, 2);
    void *field = as_task(example, VARIABLE);
    answer(example, VARIABLE);
    expect_user("The next call, which gets the same source,", load(example, 3), 3);
    expect_user("The field's await", await_task(example, field), 2);
    expect_user("The field's await, once more,", await_task(example, field), 2);
    drop_task(example, field);
}

static void store_a_task(struct example *example)
{
    puts("The remedy, heap_task: the method hands over a task, which a field may hold.");
    store(example, 2);
    expect_user("The next call", load(example, 3), 3);
    expect_user("The field's await", await(example, FIELD), 2);
    drop(example, FIELD);
}

int main(void)
{
    struct example pooled;
    struct example tasks;
    example_open(&pooled, "value_task_pooled");
    store_a_value_task(&pooled);
    store_it_too_long(&pooled);
    store_as_task(&pooled);
    example_close(&pooled);
    example_open(&tasks, "heap_task");
    store_a_task(&tasks);
    example_close(&tasks);
    return example_status();
}
