#include "check.h"

#include "base/child.h"
#include "bench/exhausted.h"
#include "cells/registry.h"
#include "cells/runtime.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#define MISS_BYTES 72

static const struct vtb_cell cell = {.name = "some_task", .miss_bytes = MISS_BYTES};
static bool has_memory;

static void *alloc(size_t bytes)
{
    static char memory[1 << 17];
    return has_memory || bytes != MISS_BYTES ? memory : NULL;
}

static void release(void *memory)
{
    (void)memory;
}

static const struct vtb_heap heap = {.summary = "a heap", .alloc = alloc, .free = release};

/* Writes to what the heap gave, as a strategy does. */
static void use(size_t bytes)
{
    volatile char *memory = alloc(bytes);
    memory[8] = 1;
}

/* cmocka handles the signal, and would go on with the tests in a child. */
static void watch(const struct vtb_heap *watched)
{
    signal(SIGSEGV, SIG_DFL);
    vtb_exhausted_watch(&cell, watched);
}

static bool use_exhausted(void *context, struct vtb_error *error)
{
    (void)error;
    watch(context);
    use(MISS_BYTES);
    return true;
}

/* A heap that tells by itself. */
static bool tell(void *context, struct vtb_error *error)
{
    (void)error;
    watch(context);
    vtb_exhausted(12345);
}

static struct vtb_child_end end_of(vtb_child_function *run, const struct vtb_heap *watched)
{
    struct vtb_error error;
    struct vtb_child_end end;
    struct vtb_child child = {.name = "child", .run = run, .context = (void *)(uintptr_t)watched};
    assert_true(vtb_child_try(&child, &end, &error));
    return end;
}

static void assert_tells(const struct vtb_child_end *end, const char *bytes)
{
    assert_int_equal(end->how, VTB_CHILD_FAILED);
    assert_int_equal(end->error.exit_code, VTB_EXIT_INTERNAL);
    assert_one_line(end->error.message);
    assert_contains(end->error.message, "some_task");
    assert_contains(end->error.message, bytes);
    assert_contains(end->error.message, "ulimit -v");
}

static void null_of_an_exhausted_heap_is_told(void **state)
{
    (void)state;
    struct vtb_child_end end = end_of(use_exhausted, &heap);
    assert_tells(&end, "no memory for 72 bytes");
    end = end_of(tell, vtb_find_heap("gengc")->heap);
    assert_tells(&end, "no memory for 12345 bytes");
    assert_contains(end.error.message, "some_task on gengc");
}

#ifndef UNDER_SANITIZER /* which ends the process in its own way */

static bool crash(void *context, struct vtb_error *error)
{
    (void)error;
    volatile char *volatile null = NULL;
    has_memory = true;
    watch(context);
    null[8] = 1;
    return true;
}

static void *never_answer(size_t bytes)
{
    (void)bytes;
    while (pause() < 0)
        continue;
    return NULL;
}

/* The allocator faulted while it held its lock. */
static bool crash_in_heap(void *context, struct vtb_error *error)
{
    static const struct vtb_heap locked = {.summary = "a heap", .alloc = never_answer};
    volatile char *volatile null = NULL;
    (void)context;
    (void)error;
    watch(&locked);
    null[8] = 1;
    return true;
}

static bool crash_elsewhere(void *context, struct vtb_error *error)
{
    char *page = mmap(NULL, 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    (void)error;
    watch(context);
    *(volatile char *)page = 1;
    return true;
}

/* Other crashes stay what they are. */
static void other_faults_are_faults(void **state)
{
    (void)state;
    vtb_child_function *const crashes[] = {crash, crash_elsewhere, crash_in_heap};
    for (size_t i = 0; i < sizeof crashes / sizeof *crashes; i++) {
        const struct vtb_child_end end = end_of(crashes[i], &heap);
        assert_int_equal(end.how, VTB_CHILD_KILLED);
        assert_int_equal(end.number, SIGSEGV);
    }
    const struct vtb_child_end end = end_of(crash, vtb_find_heap("gengc")->heap);
    assert_int_equal(end.number, SIGSEGV);
}

#endif

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(null_of_an_exhausted_heap_is_told),
#ifndef UNDER_SANITIZER
        cmocka_unit_test(other_faults_are_faults),
#endif
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
