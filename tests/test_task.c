/* The task of task.h, for an int key and a value of 8 bytes. */
#include "check.h"

#define VTB_COUNTING 0
#define VTB_COLLECTED 0

#include "../workloads/user_cache.h"

#include <vtb/task.h>

static_assert(sizeof(struct vtb_task) == 72, "Task<T> of 8 bytes");
static_assert(sizeof(struct vtb_state_machine) == 32, "an int shares 8 bytes with the state");
static_assert(sizeof(struct vtb_box) == 104, "the box of a method that suspended");
static_assert(offsetof(struct vtb_box, machine) == 72, "the state machine stands behind the task");

/* .NET's flags (TASK_STATE_RAN_TO_COMPLETION, TASK_STATE_COMPLETION_RESERVED). */
static_assert(VTB_TASK_RAN_TO_COMPLETION == 0x1000000, "as in System.Private.CoreLib");
static_assert(VTB_TASK_COMPLETION_RESERVED == 0x4000000, "as in System.Private.CoreLib");

static size_t live_n;

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes); /* a heap that frees does not zero */
    live_n++;
    return memory;
}

static void release(void *memory)
{
    live_n--;
    free(memory);
}

static const struct user alice = {.id = 1, .balance = 100};
static const struct user bob = {.id = 2, .balance = 200};
static const struct user users[] = {{.id = 0}, {.id = 1}, {.id = 2}};
static const struct vtb_table table = {.users = users};
static struct vtb_service service;

/* A caller that waits, and how often it was called. */
struct waiter {
    struct vtb_continuation continuation; /* first: it is cast back */
    struct vtb_task *task;
    size_t runs_n;
    bool was_completed;
    vtb_value value;
};

static void note_run(struct vtb_continuation *self)
{
    struct waiter *waiter = (struct waiter *)self;
    waiter->runs_n++;
    waiter->was_completed = vtb_task_is_completed(waiter->task);
    waiter->value = waiter->task->result;
}

static struct waiter waiter_for(struct vtb_task *task)
{
    return (struct waiter){.continuation = {note_run}, .task = task};
}

static int setup(void **state)
{
    (void)state;
    service = (struct vtb_service){.table = &table, .alloc = allocate, .free = release};
    live_n = 0;
    return 0;
}

static int nothing_is_live(void **state)
{
    (void)state;
    return live_n == 0 ? 0 : -1;
}

static void completed_task(void **state)
{
    (void)state;
    const vtb_value value = &alice;
    struct vtb_task *task = vtb_task_from_result(&service, &value);
    assert_int_equal(live_n, 1);
    assert_true(vtb_task_is_completed(task));
    assert_ptr_equal(task->type, &vtb_task_type);
    assert_int_equal(task->type->bytes, 72);
    assert_null(task->continuation);
    assert_null(task->action);
    assert_null(task->context);
    assert_int_equal(task->header + (uint64_t)task->id, 0);
    assert_ptr_equal(vtb_task_take(&service, task), &alice);
    assert_int_equal(live_n, 0);
}

static void suspended_task(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 2);
    const struct vtb_box *box = (const struct vtb_box *)task;
    assert_false(vtb_task_is_completed(task));
    assert_ptr_equal(service.submitted, task);
    assert_int_equal(task->type->bytes, 104);
    assert_int_equal(box->machine.key, 2);
    assert_ptr_equal(box->machine.builder, task);
    assert_ptr_equal(box->machine.self, &service);
    vtb_task_step(&service, service.submitted); /* the store's answer */
    assert_true(vtb_task_is_completed(task));
    assert_ptr_equal(vtb_task_take(&service, task), &users[2]);
    assert_int_equal(live_n, 0);
}

/* Only the first of two producers wins, and the loser changes nothing. */
static void second_result_is_refused(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 1);
    struct waiter waiter = waiter_for(task);
    vtb_task_await(task, &waiter.continuation);
    assert_true(vtb_task_set_result(task, &alice));
    assert_false(vtb_task_set_result(task, &bob));
    assert_int_equal(waiter.runs_n, 1);
    assert_ptr_equal(task->result, &alice);
    assert_true(vtb_task_is_completed(task));
    (void)vtb_task_take(&service, task);
}

static void a_completed_task_takes_no_result(void **state)
{
    (void)state;
    const vtb_value value = &alice;
    struct vtb_task *task = vtb_task_from_result(&service, &value);
    assert_false(vtb_task_set_result(task, &bob));
    assert_ptr_equal(vtb_task_take(&service, task), &alice);
}

/* While another producer writes its result, the task is taken but not completed. */
static void reserved_task(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 1);
    task->state = VTB_TASK_COMPLETION_RESERVED;
    assert_false(vtb_task_is_completed(task));
    assert_false(vtb_task_set_result(task, &bob));
    assert_false(vtb_task_is_completed(task));
    assert_null(task->result);
    (void)vtb_task_take(&service, task);
}

static void await_before_completion(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 1);
    struct waiter waiter = waiter_for(task);
    vtb_task_await(task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 0);
    assert_ptr_equal(task->continuation, &waiter.continuation);
    assert_true(vtb_task_set_result(task, &alice));
    assert_int_equal(waiter.runs_n, 1);
    assert_true(waiter.was_completed);
    assert_ptr_equal(waiter.value, &alice);
    (void)vtb_task_take(&service, task);
}

/* A task that completed between the look at it and the await. */
static void await_after_completion(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 1);
    struct waiter waiter = waiter_for(task);
    assert_true(vtb_task_set_result(task, &bob));
    assert_int_equal(waiter.runs_n, 0);
    vtb_task_await(task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 1);
    assert_true(waiter.was_completed);
    assert_ptr_equal(waiter.value, &bob);
    assert_false(vtb_task_set_result(task, &alice));
    assert_int_equal(waiter.runs_n, 1);
    (void)vtb_task_take(&service, task);
}

static void take_in_continuation(struct vtb_continuation *self)
{
    struct waiter *waiter = (struct waiter *)self;
    waiter->runs_n++;
    waiter->value = vtb_task_take(&service, waiter->task);
}

/* The consumer gives the task back while it completes: it may be gone when set_result returns. */
static void the_continuation_may_free_the_task(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspend(&service, 2);
    struct waiter waiter = waiter_for(task);
    waiter.continuation.run = take_in_continuation;
    vtb_task_await(task, &waiter.continuation);
    vtb_task_step(&service, task);
    assert_int_equal(waiter.runs_n, 1);
    assert_ptr_equal(waiter.value, &users[2]);
    assert_int_equal(live_n, 0);
}

int main(void)
{
#define TASK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, nothing_is_live)
    const struct CMUnitTest tests[] = {
        TASK_TEST(completed_task),
        TASK_TEST(suspended_task),
        TASK_TEST(second_result_is_refused),
        TASK_TEST(a_completed_task_takes_no_result),
        TASK_TEST(reserved_task),
        TASK_TEST(await_before_completion),
        TASK_TEST(await_after_completion),
        TASK_TEST(the_continuation_may_free_the_task),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
