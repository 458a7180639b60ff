/* The task of task.h, for an int key and a value of 8 bytes. Compiled once for each of the layouts
 * and ways that it has: see VTB_LEAN_TASK, VTB_ATOMIC, VTB_CHECKED and VTB_LOCAL. */
#include "check.h"

#define VTB_STRATEGY_STEM of_a_test
#define VTB_COUNTING 0
#define VTB_COLLECTED 0
#define VTB_ASYNC 0
#define VTB_BUILDS_OBJECT 1
#ifndef VTB_LEAN_TASK
#define VTB_LEAN_TASK 0
#endif
#ifndef VTB_ATOMIC
#define VTB_ATOMIC 0
#endif
#ifndef VTB_CHECKED
#define VTB_CHECKED 0
#endif

#include "workloads/user_cache.h"

#include <vtb/task.h>

#include <pthread.h>
#include <unistd.h>

#include "misused.h"

#if VTB_LEAN_TASK
#define TASK_BYTES 32
static_assert(offsetof(struct vtb_task, result) == 24, "16 bytes, and what waits");
#else
#define TASK_BYTES 72
static_assert(offsetof(struct vtb_task, result) == 64, "a Task with its header");
#endif

static_assert(sizeof(struct vtb_task) == TASK_BYTES, "a task of 8 bytes");
static_assert(sizeof(struct vtb_machine) == 32, "an int shares 8 bytes with the state");
static_assert(offsetof(struct vtb_task, moves) == 0, "a task that waits is a continuation");

/* .NET's flags (TASK_STATE_FAULTED, _CANCELED, _RAN_TO_COMPLETION, _COMPLETION_RESERVED). */
static_assert(VTB_TASK_FAULTED == 0x200000, "as in System.Private.CoreLib");
static_assert(VTB_TASK_CANCELED == 0x400000, "as in System.Private.CoreLib");
static_assert(VTB_TASK_RAN_TO_COMPLETION == 0x1000000, "as in System.Private.CoreLib");
static_assert(VTB_TASK_COMPLETION_RESERVED == 0x4000000, "as in System.Private.CoreLib");

static const struct vtb_type box_type = {.name = "box",
                                         .bytes =
                                             sizeof(struct vtb_task) + sizeof(struct vtb_machine),
                                         .context = VTB_TYPE_BOX,
                                         .references = {VTB_REFERENCES_END}};

static struct vtb_quarantine quarantine;
static struct vtb_service service;
static size_t allocated_n;
static size_t freed_n;
static size_t last_bytes;

static void *allocate(size_t bytes)
{
    void *memory = malloc(bytes);
    assert_non_null(memory);
    memset(memory, 0xa5, bytes); /* a heap that frees does not zero */
    allocated_n++;
    last_bytes = bytes;
    return memory;
}

static void release(void *memory)
{
    freed_n++;
    free(memory);
}

/* Objects that were not given back: neither freed nor in quarantine. */
static size_t live_n(void)
{
    size_t n = allocated_n - freed_n;
    for (size_t i = 0; i < VTB_QUARANTINE_N; i++)
        n -= quarantine.memory[i] != NULL;
    return n;
}

static int setup(void **state)
{
    (void)state;
    memset(&quarantine, 0, sizeof quarantine);
    service = (struct vtb_service){.alloc = allocate, .free = release, .quarantine = &quarantine};
    vtb_ambient = (struct vtb_ambient){NULL, NULL};
    allocated_n = freed_n = 0;
    return 0;
}

static int nothing_is_live(void **state)
{
    (void)state;
    const size_t n = live_n();
    for (size_t i = 0; i < VTB_QUARANTINE_N; i++)
        free(quarantine.memory[i]);
    return n == 0 ? 0 : -1;
}

static const struct user users[] = {{.id = 0}, {.id = 1, .balance = 100}, {.id = 2}};
static const struct vtb_answer alice = {VTB_FAULT_NONE, &users[1]};
static const struct vtb_answer bob = {VTB_FAULT_NONE, &users[2]};

/* A caller that waits, and what it saw when it went on. */
struct waiter {
    struct vtb_continuation continuation; /* first: it is cast back */
    struct vtb_task *task;
    size_t runs_n;
    size_t turn; /* of all callers */
    bool was_completed;
    enum vtb_fault fault;
    vtb_value value;
    const struct vtb_service *on;
};

static size_t turns_n;

static void note_run(struct vtb_continuation *self, struct vtb_service *on)
{
    struct waiter *waiter = (struct waiter *)self;
    waiter->runs_n++;
    waiter->turn = ++turns_n;
    waiter->was_completed = vtb_task_is_completed(waiter->task);
    waiter->fault = vtb_task_get(waiter->task, &waiter->value);
    waiter->on = on;
}

static struct waiter waiter_for(struct vtb_task *task)
{
    return (struct waiter){.continuation = {note_run}, .task = task};
}

static vtb_value value_of(struct vtb_task *task)
{
    vtb_value value = NULL;
    assert_int_equal(vtb_task_get(task, &value), VTB_FAULT_NONE);
    return value;
}

/* --- making one --- */

static void completed_task(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_from_result(&service, &alice.value);
    assert_int_equal(allocated_n, 1);
    assert_int_equal(last_bytes, TASK_BYTES);
    assert_int_equal(vtb_task_bytes(task), TASK_BYTES);
    assert_true(vtb_task_is_completed(task));
    assert_null(task->waiting);
    assert_int_equal(task->references_n, 1);
#if !VTB_LEAN_TASK
    assert_ptr_equal(task->type, &vtb_task_type);
    assert_true(!task->action && !task->context && !task->home && !task->contingent);
#endif
    assert_ptr_equal(value_of(task), &users[1]);
    assert_ptr_equal(value_of(task), &users[1]); /* as often as one likes */
    struct waiter waiter = waiter_for(task);
    vtb_task_await(&service, task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 1); /* at once */
    assert_null(task->waiting);
    vtb_task_release(&service, task);
    assert_int_equal(live_n(), 0);
}

static void suspended_task(void **state)
{
    (void)state;
    int context;
    vtb_ambient.execution_context = &context;
    struct vtb_task *task = vtb_task_suspended(&service, &box_type);
    const char *record = (const char *)(task + 1);
    assert_int_equal(last_bytes, TASK_BYTES + 32);
    assert_int_equal(vtb_task_bytes(task), TASK_BYTES + 32);
    assert_false(vtb_task_is_completed(task));
    assert_null(task->waiting);
    for (size_t i = 0; i < 32; i++)
        assert_int_equal(record[i], 0);
#if !VTB_LEAN_TASK
    assert_ptr_equal(task->context, &context);
#endif
    vtb_task_complete(&service, task, &bob);
    assert_true(vtb_task_is_completed(task));
    assert_ptr_equal(value_of(task), &users[2]);
    vtb_task_release(&service, task);
    assert_int_equal(live_n(), 0);
}

static void task_from_an_answer(void **state)
{
    (void)state;
    static const struct vtb_answer failed = {VTB_FAULT_STORE, NULL};
    struct vtb_task *task = vtb_task_from_answer(&service, &alice);
    vtb_value value;
    assert_true(vtb_task_is_completed(task));
    assert_ptr_equal(value_of(task), &users[1]);
    vtb_task_release(&service, task);
    task = vtb_task_from_answer(&service, &failed);
    assert_true(vtb_task_is_completed(task));
    assert_int_equal(task->references_n, 1);
    assert_int_equal(vtb_task_get(task, &value), VTB_FAULT_STORE);
    vtb_task_release(&service, task);
    assert_int_equal(live_n(), 0);
}

/* --- completing it --- */

/* A task that nobody completes any more: the completing side's reference is given up as well. */
static void abandon(struct vtb_task *task)
{
    if (VTB_ATOMIC)
        vtb_task_release(&service, task);
    vtb_task_release(&service, task);
}

/* Only the first of two producers wins, and the loser changes nothing. */
static void second_result_is_refused(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiter = waiter_for(task);
    vtb_task_await(&service, task, &waiter.continuation);
    assert_true(vtb_task_try_complete(&service, task, &alice));
    assert_false(vtb_task_try_complete(&service, task, &bob));
    assert_int_equal(waiter.runs_n, 1);
    assert_ptr_equal(value_of(task), &users[1]);
    assert_true(vtb_task_is_completed(task));
    assert_misused(vtb_task_complete(&service, task, &bob), VTB_TASK_COMPLETED_TWICE);
    assert_ptr_equal(value_of(task), &users[1]);
    abandon(task);
}

static void a_completed_task_takes_no_result(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_from_result(&service, &alice.value);
    assert_false(vtb_task_try_complete(&service, task, &bob));
    assert_misused(vtb_task_complete(&service, task, &bob), VTB_TASK_COMPLETED_TWICE);
    assert_ptr_equal(value_of(task), &users[1]);
    vtb_task_release(&service, task);
}

/* While another producer writes its result, the task is taken but not completed. */
static void reserved_task(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    task->state = VTB_TASK_COMPLETION_RESERVED;
    assert_false(vtb_task_is_completed(task));
    assert_false(vtb_task_try_complete(&service, task, &bob));
    assert_false(vtb_task_is_completed(task));
    assert_null(task->result);
    assert_null(task->waiting);
    abandon(task);
}

static void check_fault(enum vtb_fault fault, uint32_t flag)
{
    const struct vtb_answer answer = {fault, &users[1]};
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiter = waiter_for(task);
    vtb_value value;
    vtb_task_await(&service, task, &waiter.continuation);
    vtb_task_complete(&service, task, &answer);
    assert_true(waiter.was_completed);
    assert_int_equal(waiter.fault, fault);
    assert_int_equal(task->state, flag | VTB_TASK_COMPLETION_RESERVED);
    assert_null(task->result); /* there is none */
    assert_int_equal(vtb_task_get(task, &value), fault);
    assert_int_equal(vtb_task_get(task, &value), fault);
    assert_false(vtb_task_try_complete(&service, task, &alice));
    vtb_task_release(&service, task);
}

static void faults(void **state)
{
    (void)state;
    check_fault(VTB_FAULT_STORE, VTB_TASK_FAULTED);
    check_fault(VTB_FAULT_CANCELLED, VTB_TASK_CANCELED);
}

/* --- waiting for it --- */

static void await_before_completion(void **state)
{
    (void)state;
    struct vtb_service completing = service;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiter = waiter_for(task);
    vtb_task_await(&service, task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 0);
    assert_ptr_equal(task->waiting, &waiter.continuation);
    vtb_task_complete(&completing, task, &alice);
    assert_int_equal(waiter.runs_n, 1);
    assert_true(waiter.was_completed);
    assert_ptr_equal(waiter.value, &users[1]);
    assert_ptr_equal(waiter.on, &completing);
    assert_int_equal(allocated_n, 1); /* one that waits needs no memory */
    vtb_task_release(&service, task);
}

/* A task that completed between the look at it and the await. */
static void await_after_completion(void **state)
{
    (void)state;
    struct vtb_service completing = service;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiter = waiter_for(task);
    vtb_task_complete(&completing, task, &bob);
    assert_int_equal(waiter.runs_n, 0);
    vtb_task_await(&service, task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 1);
    assert_true(waiter.was_completed);
    assert_ptr_equal(waiter.value, &users[2]);
    assert_ptr_equal(waiter.on, &service);
    assert_false(vtb_task_try_complete(&service, task, &alice));
    assert_int_equal(waiter.runs_n, 1);
    vtb_task_release(&service, task);
}

/* The state says nothing yet, but what waits was taken out: the last moment to come late. */
static void await_at_the_last_moment(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiter = waiter_for(task);
    vtb_task_complete(&service, task, &bob);
    task->state = 0;
    waiter.task = vtb_task_from_result(&service, &alice.value);
    vtb_task_await(&service, task, &waiter.continuation);
    assert_int_equal(waiter.runs_n, 1);
    assert_int_equal(live_n(), 2);
    vtb_task_release(&service, waiter.task);
    vtb_task_release(&service, task);
}

#define WAITERS_N 5

/* Several waiters go on in the order in which they came, and the memory of their list is given
 * back. */
static void several_waiters(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter waiters[WAITERS_N];
    for (size_t i = 0; i < WAITERS_N; i++) {
        waiters[i] = waiter_for(task);
        vtb_task_await(&service, task, &waiters[i].continuation);
        assert_int_equal(allocated_n, 1 + i);
    }
    turns_n = 0;
    vtb_task_complete(&service, task, &alice);
    assert_int_equal(turns_n, WAITERS_N);
    for (size_t i = 0; i < WAITERS_N; i++) {
        assert_int_equal(waiters[i].runs_n, 1);
        assert_int_equal(waiters[i].turn, i + 1);
        assert_ptr_equal(waiters[i].value, &users[1]);
    }
    assert_int_equal(live_n(), 1);
    vtb_task_await(&service, task, &waiters[0].continuation); /* and one comes late */
    assert_int_equal(waiters[0].runs_n, 2);
    assert_int_equal(waiters[1].runs_n, 1);
    vtb_task_release(&service, task);
    assert_int_equal(live_n(), 0);
}

/* --- who holds it --- */

static void the_last_reference_frees(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_from_result(&service, &alice.value);
    vtb_task_retain(task);
    vtb_task_retain(task);
    for (size_t left_n = 3; left_n > 0; left_n--) {
        assert_int_equal(live_n(), 1);
        assert_int_equal(task->references_n, left_n);
        assert_ptr_equal(value_of(task), &users[1]);
        vtb_task_release(&service, task);
    }
    assert_int_equal(live_n(), 0);
}

static void release_in_continuation(struct vtb_continuation *self, struct vtb_service *on)
{
    struct waiter *waiter = (struct waiter *)self;
    note_run(self, on);
    vtb_task_release(on, waiter->task);
}

/* The consumers give the task back while it completes: it may be gone when that returns. */
static void the_continuations_may_free_the_task(void **state)
{
    (void)state;
    for (size_t waiters_n = 1; waiters_n <= WAITERS_N; waiters_n++) {
        struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
        struct waiter waiters[WAITERS_N];
        for (size_t i = 0; i < waiters_n; i++) {
            waiters[i] = waiter_for(task);
            waiters[i].continuation.run = release_in_continuation;
            if (i > 0)
                vtb_task_retain(task);
            vtb_task_await(&service, task, &waiters[i].continuation);
        }
        vtb_task_complete(&service, task, &bob);
        for (size_t i = 0; i < waiters_n; i++)
            assert_ptr_equal(waiters[i].value, &users[2]);
        assert_int_equal(live_n(), 0);
    }
}

static void await_again(struct vtb_continuation *self, struct vtb_service *on)
{
    struct waiter *waiter = (struct waiter *)self;
    note_run(self, on);
    if (waiter->runs_n < 3)
        vtb_task_await(on, waiter->task, self);
}

/* Whoever awaits the task from where it goes on goes on at once. */
static void await_in_a_continuation(void **state)
{
    (void)state;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    struct waiter first = waiter_for(task);
    struct waiter second = waiter_for(task);
    first.continuation.run = await_again;
    vtb_task_await(&service, task, &first.continuation);
    vtb_task_await(&service, task, &second.continuation);
    turns_n = 0;
    vtb_task_complete(&service, task, &alice);
    assert_int_equal(first.runs_n, 3);
    assert_int_equal(second.turn, 4);
    assert_int_equal(turns_n, 4);
    vtb_task_release(&service, task);
}

/* --- a result that is not there yet --- */

#if VTB_CHECKED
static void misuse_is_detected(void **state)
{
    (void)state;
    vtb_value value;
    struct waiter waiter;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    waiter = waiter_for(task);
    assert_misused(vtb_task_get(task, &value), VTB_TASK_TAKEN_EARLY);
    abandon(task);
    assert_int_equal(live_n(), 0); /* its memory stays for a while, so that the rest is seen */
    assert_misused(vtb_task_get(task, &value), VTB_TASK_USED_AFTER_FREE);
    assert_misused(vtb_task_release(&service, task), VTB_TASK_USED_AFTER_FREE);
    assert_misused(vtb_task_retain(task), VTB_TASK_USED_AFTER_FREE);
    assert_misused(vtb_task_await(&service, task, &waiter.continuation), VTB_TASK_USED_AFTER_FREE);
    assert_misused(vtb_task_complete(&service, task, &bob), VTB_TASK_USED_AFTER_FREE);
    assert_int_equal(waiter.runs_n, 0);
}
#elif !VTB_LOCAL
static void *complete_later(void *task)
{
    struct vtb_service own = service;
    usleep(20000);
    vtb_task_complete(&own, (struct vtb_task *)task, &bob);
    return NULL;
}

/* Whoever asks for the result too early waits for it, as in .NET. */
static void taking_the_result_waits(void **state)
{
    (void)state;
    pthread_t thread;
    struct vtb_task *task = vtb_task_suspended(&service, &vtb_task_type);
    assert_int_equal(pthread_create(&thread, NULL, complete_later, task), 0);
    assert_ptr_equal(value_of(task), &users[2]);
    assert_int_equal(pthread_join(thread, NULL), 0);
    vtb_task_release(&service, task);
}
#endif

int main(void)
{
#define TASK_TEST(test) cmocka_unit_test_setup_teardown(test, setup, nothing_is_live)
    const struct CMUnitTest tests[] = {
        TASK_TEST(completed_task),
        TASK_TEST(suspended_task),
        TASK_TEST(task_from_an_answer),
        TASK_TEST(second_result_is_refused),
        TASK_TEST(a_completed_task_takes_no_result),
        TASK_TEST(reserved_task),
        TASK_TEST(faults),
        TASK_TEST(await_before_completion),
        TASK_TEST(await_after_completion),
        TASK_TEST(await_at_the_last_moment),
        TASK_TEST(several_waiters),
        TASK_TEST(the_last_reference_frees),
        TASK_TEST(the_continuations_may_free_the_task),
        TASK_TEST(await_in_a_continuation),
#if VTB_CHECKED
        TASK_TEST(misuse_is_detected),
#elif !VTB_LOCAL
        TASK_TEST(taking_the_result_waits),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
