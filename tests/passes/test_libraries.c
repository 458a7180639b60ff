#include "check.h"

#include <gnu/libc-version.h>
#include <unistd.h>

#include "cells/registry.h"
#include "passes/libraries.h"

static const struct vtb_library *find(const struct vtb_libraries *libraries, const char *name)
{
    for (size_t i = 0; i < libraries->n; i++) {
        if (strcmp(libraries->items[i].name, name) == 0)
            return &libraries->items[i];
    }
    return NULL;
}

static void every_library_has_a_file_and_a_version(void **state)
{
    (void)state;
    struct vtb_libraries libraries;
    vtb_libraries_read(&libraries);
    assert_true(libraries.n > 2);
    for (size_t i = 0; i < libraries.n; i++) {
        assert_int_equal(access(libraries.items[i].file, R_OK), 0);
        assert_string_not_equal(libraries.items[i].version, "");
        assert_ptr_equal(find(&libraries, libraries.items[i].name), &libraries.items[i]);
    }
    assert_string_equal(find(&libraries, "libc")->version, gnu_get_libc_version());
    vtb_libraries_free(&libraries);
    assert_null(libraries.items);
}

/* By itself, where it can: its file's name may have another one. */
static void a_heaps_library_says_its_version(void **state)
{
    (void)state;
    struct vtb_libraries libraries;
    vtb_libraries_read(&libraries);
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        char version[64] = "";
        if (heap->unavailable || !heap->library)
            continue;
        heap->version(version, sizeof version);
        assert_string_not_equal(version, "");
        assert_non_null(find(&libraries, heap->library));
        assert_string_equal(find(&libraries, heap->library)->version, version);
    }
    vtb_libraries_free(&libraries);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_library_has_a_file_and_a_version),
        cmocka_unit_test(a_heaps_library_says_its_version),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
