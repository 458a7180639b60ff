/* All heaps, side by side in one process: each hands out memory of its own, and the C library's
 * malloc is still the process's. What the heaps are called stands here, for their libraries are. */
#include "check.h"

#include <dlfcn.h>
#include <pthread.h>

#include "cells/registry.h"

#define BLOCK_BYTES_MAX 4096
#define BLOCKS_N 1000
#define HEAPS_MAX 32

/* The file that a function or an object is in. */
static const char *file_of(void *address)
{
    Dl_info info;
    assert_int_not_equal(dladdr(address, &info), 0);
    return info.dli_fname;
}

/* A pointer to a function, as C does not convert it. */
static void *address_of(const void *function)
{
    void *address;
    memcpy(&address, function, sizeof address);
    return address;
}

static void in_a_library(const char *name, const char *library)
{
    void *found = dlsym(RTLD_DEFAULT, name);
    assert_non_null(found);
    assert_contains(file_of(found), library);
}

/* Most of the libraries define these as well. */
static void memory_of_the_process_is_of_its_own_libraries(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#endif
    static const char *const functions[] = {"malloc",        "free",      "calloc",
                                            "realloc",       "memalign",  "posix_memalign",
                                            "aligned_alloc", "valloc",    "malloc_usable_size",
                                            "malloc_trim",   "mallinfo2", "mallopt",
                                            "reallocarray"};
    for (size_t i = 0; i < sizeof functions / sizeof *functions; i++)
        in_a_library(functions[i], "/libc.so.6");
    /* operator new and delete, plain, for arrays and with a size */
    static const char *const operators[] = {"_Znwm", "_Znam", "_ZdlPv", "_ZdaPv", "_ZdlPvm"};
    for (size_t i = 0; i < sizeof operators / sizeof *operators; i++)
        in_a_library(operators[i], "/libstdc++.so.6");
}

/* --- each heap --- */

/* The library that a heap's alloc is in; null: wherever it likes. Under a sanitizer the C library's
 * is in the program, and the others are not there. */
static const char *library_of(const char *heap)
{
    static const char *const libraries[][2] = {
        {"glibc", "/libc.so.6"},
        {"mimalloc", "/libmimalloc.so"},
        {"tcmalloc", "/libtcmalloc_minimal.so"},
        {"tbb", "/libtbbmalloc.so"},
    };
    for (size_t i = 0; i < sizeof libraries / sizeof *libraries; i++) {
        if (strcmp(libraries[i][0], heap) == 0)
            return libraries[i][1];
    }
    return NULL;
}

static bool is_tested(const struct vtb_heap *heap)
{
    return !heap->unavailable && !vtb_heap_collects(heap);
}

static void for_heaps(void (*check)(const struct vtb_heap_entry *entry))
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (is_tested(vtb_heaps[i].heap))
            check(&vtb_heaps[i]);
    }
}

static void check_library(const struct vtb_heap_entry *entry)
{
    const char *library = library_of(entry->name);
    if (library)
        assert_contains(file_of(address_of(&entry->heap->alloc)), library);
}

static void functions_are_the_librarys_own(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip();
#endif
    for_heaps(check_library);
}

static unsigned char content_of(size_t bytes)
{
    return (unsigned char)(bytes * 7 + bytes / 256);
}

static void check_content(const unsigned char *block, size_t bytes, const char *heap)
{
    for (size_t i = 0; i < bytes; i++) {
        if (block[i] != content_of(bytes))
            fail_msg("%s: a block of %zu bytes has lost what byte %zu was", heap, bytes, i);
    }
}

/* Blocks of every size live at once, full to the last byte that they can hold. */
static void check_sizes(const struct vtb_heap_entry *entry)
{
    static unsigned char *blocks[BLOCK_BYTES_MAX + 1];
    const struct vtb_heap *heap = entry->heap;
    for (size_t bytes = 1; bytes <= BLOCK_BYTES_MAX; bytes++) {
        blocks[bytes] = heap->alloc(bytes);
        assert_non_null(blocks[bytes]);
        assert_int_equal((uintptr_t)blocks[bytes] % 8, 0);
        assert_in_range(heap->usable(blocks[bytes]), bytes, 2 * bytes + 64);
        memset(blocks[bytes], content_of(bytes), heap->usable(blocks[bytes]));
    }
    for (size_t bytes = 1; bytes <= BLOCK_BYTES_MAX; bytes++)
        check_content(blocks[bytes], bytes, entry->name);
    for (size_t bytes = 1; bytes <= BLOCK_BYTES_MAX; bytes++)
        heap->free(blocks[bytes]);
}

static void blocks_of_all_sizes(void **state)
{
    (void)state;
    for_heaps(check_sizes);
}

/* Far more memory passes through than the addresses it has lie apart. */
static void check_reuse(const struct vtb_heap_entry *entry)
{
    enum { SIZE = 104, TURNS = 1000 };
    uintptr_t lowest = UINTPTR_MAX;
    uintptr_t highest = 0;
    for (size_t turn = 0; turn < TURNS; turn++) {
        void *blocks[BLOCKS_N];
        for (size_t i = 0; i < BLOCKS_N; i++) {
            blocks[i] = entry->heap->alloc(SIZE);
            lowest = (uintptr_t)blocks[i] < lowest ? (uintptr_t)blocks[i] : lowest;
            highest = (uintptr_t)blocks[i] > highest ? (uintptr_t)blocks[i] : highest;
        }
        for (size_t i = 0; i < BLOCKS_N; i++)
            entry->heap->free(blocks[i]);
    }
    if (highest - lowest > (size_t)SIZE * BLOCKS_N * TURNS / 4)
        fail_msg("%s: what was freed is not handed out again", entry->name);
}

static void what_is_freed_is_used_again(void **state)
{
    (void)state;
#ifdef UNDER_SANITIZER
    skip(); /* a quarantine keeps what is freed */
#endif
    for_heaps(check_reuse);
}

/* --- other threads --- */

struct passed {
    const struct vtb_heap *heap;
    const char *name;
    unsigned char *blocks[BLOCKS_N];
};

static size_t size_at(size_t i)
{
    return 8 + i % 100 * 8;
}

static void *free_passed(void *argument)
{
    struct passed *passed = argument;
    for (size_t i = 0; i < BLOCKS_N; i++) {
        check_content(passed->blocks[i], size_at(i), passed->name);
        passed->heap->free(passed->blocks[i]);
    }
    return NULL;
}

static void check_passing(const struct vtb_heap_entry *entry)
{
    struct passed passed = {.heap = entry->heap, .name = entry->name};
    for (size_t turn = 0; turn < 20; turn++) {
        pthread_t thread;
        for (size_t i = 0; i < BLOCKS_N; i++) {
            passed.blocks[i] = entry->heap->alloc(size_at(i));
            memset(passed.blocks[i], content_of(size_at(i)), size_at(i));
        }
        assert_int_equal(pthread_create(&thread, NULL, free_passed, &passed), 0);
        assert_int_equal(pthread_join(thread, NULL), 0);
    }
}

static void blocks_are_freed_by_another_thread(void **state)
{
    (void)state;
    for_heaps(check_passing);
}

/* --- all of them at once --- */

static int compare(const void *left, const void *right)
{
    const uintptr_t a = *(const uintptr_t *)left;
    const uintptr_t b = *(const uintptr_t *)right;
    return (a > b) - (a < b);
}

/* The pages that blocks of a heap are on, in order; the blocks stay. */
static void take_pages(const struct vtb_heap *heap, void *blocks[BLOCKS_N],
                       uintptr_t pages[BLOCKS_N])
{
    for (size_t i = 0; i < BLOCKS_N; i++) {
        blocks[i] = heap->alloc(72);
        pages[i] = (uintptr_t)blocks[i] / 4096;
    }
    qsort(pages, BLOCKS_N, sizeof *pages, compare);
}

static bool share_pages(const uintptr_t left[BLOCKS_N], const uintptr_t right[BLOCKS_N])
{
    for (size_t i = 0; i < BLOCKS_N; i++) {
        if (bsearch(&left[i], right, BLOCKS_N, sizeof *right, compare))
            return true;
    }
    return false;
}

/* Were one of them another one's malloc under a second name, their blocks would lie together. */
static void heaps_share_no_page(void **state)
{
    (void)state;
    static void *blocks[HEAPS_MAX][BLOCKS_N];
    static uintptr_t pages[HEAPS_MAX][BLOCKS_N];
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        assert_in_range(i, 0, HEAPS_MAX - 1);
        if (!is_tested(vtb_heaps[i].heap))
            continue;
        take_pages(vtb_heaps[i].heap, blocks[i], pages[i]);
        for (size_t j = 0; j < i; j++) {
            if (is_tested(vtb_heaps[j].heap) && share_pages(pages[i], pages[j]))
                fail_msg("%s and %s have blocks on one page", vtb_heaps[i].name, vtb_heaps[j].name);
        }
    }
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        for (size_t j = 0; j < BLOCKS_N && is_tested(vtb_heaps[i].heap); j++)
            vtb_heaps[i].heap->free(blocks[i][j]);
    }
}

/* --- what the heaps say themselves --- */

/* Declared here, as the package with its header need not be there. */
typedef int mallctl_function(const char *name, void *old, size_t *old_bytes, void *new,
                             size_t new_bytes);

static uint64_t allocated_by_jemalloc(mallctl_function *mallctl)
{
    uint64_t bytes;
    size_t bytes_n = sizeof bytes;
    assert_int_equal(mallctl("thread.allocated", &bytes, &bytes_n, NULL, 0), 0);
    return bytes;
}

/* jemalloc counts what a thread was given, as the blocks are and not as they were asked for. */
static void usable_bytes_are_those_that_jemalloc_counts(void **state)
{
    (void)state;
    const struct vtb_heap_entry *entry = vtb_find_heap("jemalloc");
    void *found = dlsym(RTLD_DEFAULT, "mallctl");
    mallctl_function *mallctl;
    if (!entry || entry->heap->unavailable) {
        skip();
        return;
    }
    assert_non_null(found);
    memcpy(&mallctl, &found, sizeof found);
    for (size_t bytes = 8; bytes <= BLOCK_BYTES_MAX; bytes++) {
        const uint64_t before = allocated_by_jemalloc(mallctl);
        void *block = entry->heap->alloc(bytes);
        const uint64_t after = allocated_by_jemalloc(mallctl);
        assert_int_equal(after - before, entry->heap->usable(block));
        entry->heap->free(block);
    }
}

/* A heap that cannot be used says why, and has no function that could be called; every other heap
 * has all of them. */
static void entries_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        assert_true(strlen(heap->summary) > 5);
        if (heap->unavailable) {
            assert_true(strlen(heap->unavailable) > 10);
            assert_one_line(heap->unavailable);
            assert_false(heap->is_default);
            assert_null(heap->alloc);
            assert_null(heap->free);
            assert_null(heap->usable);
        } else if (!vtb_heap_collects(heap)) {
            assert_true(heap->alloc && heap->free && heap->usable);
        }
    }
}

/* Sanitizers see none of their memory. */
static void nothing_but_glibc_under_a_sanitizer(void **state)
{
    (void)state;
#ifndef UNDER_SANITIZER
    skip();
#endif
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (library_of(vtb_heaps[i].name) && strcmp(vtb_heaps[i].name, "glibc") != 0)
            assert_contains(vtb_heaps[i].heap->unavailable, "sanitizers");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(memory_of_the_process_is_of_its_own_libraries),
        cmocka_unit_test(functions_are_the_librarys_own),
        cmocka_unit_test(blocks_of_all_sizes),
        cmocka_unit_test(what_is_freed_is_used_again),
        cmocka_unit_test(blocks_are_freed_by_another_thread),
        cmocka_unit_test(heaps_share_no_page),
        cmocka_unit_test(usable_bytes_are_those_that_jemalloc_counts),
        cmocka_unit_test(entries_are_whole),
        cmocka_unit_test(nothing_but_glibc_under_a_sanitizer),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
