/* What cells call: the end of a broken rule, and waits. */
#include "written.h"

#include <pthread.h>
#include <sched.h>

#include "cells/runtime.h"

/* --- a broken rule --- */

static void break_a_rule(void)
{
    vtb_misuse("a task was awaited twice");
}

static void a_broken_rule_ends_the_process_with_one_line(void **state)
{
    (void)state;
    char text[256];
    const struct vtb_child_end end = written_end(break_a_rule, false, text, sizeof text);
    assert_string_equal(text, "run_bench: misuse of a strategy: a task was awaited twice\n");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, VTB_EXIT_INTERNAL);
}

static void leave_with_its_first_letter(const char *text)
{
    _exit(*text);
}

static void break_a_rule_that_is_handled(void)
{
    vtb_on_misuse = leave_with_its_first_letter;
    break_a_rule();
}

static void a_handler_takes_its_place(void **state)
{
    (void)state;
    char text[256];
    const struct vtb_child_end end =
        written_end(break_a_rule_that_is_handled, false, text, sizeof text);
    assert_string_equal(text, "");
    assert_int_equal(end.how, VTB_CHILD_LEFT);
    assert_int_equal(end.number, 'a');
}

/* --- the thread's ambient context, as an asynchronous method finds it --- */

static void *begin_and_tell(void *context)
{
    struct vtb_ambient **told = context;
    told[0] = vtb_thread_statics.n == 0 ? vtb_thread_begin() : NULL;
    told[1] = vtb_thread_statics.table[VTB_THREAD_VARIABLES]->current;
    return &vtb_ambient == told[0] ? told : NULL;
}

/* Each thread has its own; before its first use there is none. */
static void a_thread_has_an_ambient_context(void **state)
{
    (void)state;
    struct vtb_ambient *others[2];
    pthread_t thread;
    void *same;
    assert_ptr_equal(vtb_thread_begin(), &vtb_ambient);
    assert_true(vtb_thread_statics.n > VTB_THREAD_VARIABLES);
    assert_ptr_equal(vtb_thread_statics.table[VTB_THREAD_VARIABLES]->current, &vtb_ambient);
    assert_int_equal(pthread_create(&thread, NULL, begin_and_tell, others), 0);
    assert_int_equal(pthread_join(thread, &same), 0);
    assert_ptr_equal(same, others);
    assert_ptr_equal(others[0], others[1]);
    assert_ptr_not_equal(others[0], &vtb_ambient);
}

/* --- waits: were one not to wait, the other thread would not have written yet --- */

#define TURNS_N 200

struct turns {
    uint32_t state;
    size_t written; /* by the other thread, before it changes the state */
};

/* Answers each turn, once it was asked for by an even state, by the next odd one. */
static void *answer_turns(void *context)
{
    struct turns *turns = context;
    for (uint32_t turn = 0; turn < TURNS_N; turn++) {
        while (__atomic_load_n(&turns->state, __ATOMIC_ACQUIRE) != 2 * turn)
            vtb_pause(1000);
        for (unsigned n = 0; n < 400; n++) /* spins, and then gives the processor up */
            vtb_pause(n);
        turns->written = turn + 1;
        __atomic_store_n(&turns->state, 2 * turn + 1, __ATOMIC_RELEASE);
    }
    return NULL;
}

static void wait_for_turns(void (*wait)(const uint32_t *state, uint32_t asked))
{
    struct turns turns = {.state = UINT32_MAX};
    pthread_t thread;
    size_t right_n = 0;
    assert_int_equal(pthread_create(&thread, NULL, answer_turns, &turns), 0);
    for (uint32_t turn = 0; turn < TURNS_N; turn++) {
        __atomic_store_n(&turns.state, 2 * turn, __ATOMIC_RELEASE);
        wait(&turns.state, 2 * turn);
        const uint32_t now = __atomic_load_n(&turns.state, __ATOMIC_ACQUIRE);
        right_n += now == 2 * turn + 1 && turns.written == turn + 1;
        while (__atomic_load_n(&turns.state, __ATOMIC_ACQUIRE) == 2 * turn)
            sched_yield(); /* so that a wait that is none hangs nobody */
    }
    assert_int_equal(pthread_join(thread, NULL), 0);
    assert_int_equal(right_n, TURNS_N);
}

static void until_odd(const uint32_t *state, uint32_t asked)
{
    (void)asked;
    vtb_block_until(state, 1);
}

static void a_thread_waits_for_another_one(void **state)
{
    (void)state;
    wait_for_turns(vtb_block_while);
    wait_for_turns(until_odd);
}

/* One of them is enough, and others do not count. */
static void any_of_the_bits_ends_a_wait(void **state)
{
    (void)state;
    const uint32_t bits = 6;
    vtb_block_until(&bits, 2);
    vtb_block_until(&bits, 4);
    vtb_block_until(&bits, 9 | 4);
    vtb_block_while(&bits, 2);
}

/* --- a wait on a heap that collects --- */

#define SAFEPOINTS_N 1000

static uint32_t awaited;
static size_t safepoints_n;

/* What the thread waits for comes about by a collection, which waits for the thread. */
static void safepoint(void)
{
    if (++safepoints_n == SAFEPOINTS_N)
        awaited = 4;
}

static void a_wait_lets_the_heap_collect(void **state)
{
    (void)state;
    const struct vtb_collector collector = {.safepoint = safepoint};
    const struct vtb_heap heap = {.collector = &collector};
    struct vtb_service service = {.heap = &heap};
    awaited = 3;
    vtb_block_while_collected(&service, &awaited, 3);
    assert_int_equal(safepoints_n, SAFEPOINTS_N);
    vtb_block_while_collected(&service, &awaited, 3); /* nothing to wait for */
    assert_int_equal(safepoints_n, SAFEPOINTS_N);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_broken_rule_ends_the_process_with_one_line),
        cmocka_unit_test(a_handler_takes_its_place),
        cmocka_unit_test(a_thread_has_an_ambient_context),
        cmocka_unit_test(a_thread_waits_for_another_one),
        cmocka_unit_test(any_of_the_bits_ends_a_wait),
        cmocka_unit_test(a_wait_lets_the_heap_collect),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
