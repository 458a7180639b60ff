#include "check.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include "base/child.h"
#include "base/pages.h"

static struct vtb_error error;

typedef void *pages_of(size_t bytes, const char *what, struct vtb_error *error);

static pages_of *const kinds[] = {vtb_pages, vtb_pages_shared};

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

static bool is_mapped(void *page)
{
    unsigned char resident;
    return mincore(page, page_bytes(), &resident) == 0 || errno != ENOMEM;
}

static void pages_are_whole_and_zeroed(void **state)
{
    (void)state;
    const size_t bytes = 3 * page_bytes() + 1;
    for (size_t kind = 0; kind < 2; kind++) {
        for (size_t again = 0; again < 4; again++) { /* also where something was before */
            char *pages = kinds[kind](bytes, "a table", &error);
            assert_non_null(pages);
            assert_int_equal((uintptr_t)pages % page_bytes(), 0);
            for (size_t i = 0; i < 4 * page_bytes(); i++)
                assert_int_equal(pages[i], 0);
            memset(pages, 0x5a, bytes);
            vtb_pages_free(pages, bytes);
        }
    }
}

static void none_at_all_are_some(void **state)
{
    (void)state;
    for (size_t kind = 0; kind < 2; kind++) {
        char *pages = kinds[kind](0, "an empty table", &error);
        assert_non_null(pages);
        *pages = 1;
        assert_true(is_mapped(pages));
        vtb_pages_free(pages, 0);
        assert_false(is_mapped(pages));
    }
}

static void all_are_given_back(void **state)
{
    (void)state;
    const size_t bytes = 4 * page_bytes();
    vtb_pages_free(NULL, bytes);
    for (size_t kind = 0; kind < 2; kind++) {
        char *pages = kinds[kind](bytes, "a table", &error);
        assert_non_null(pages);
        assert_true(is_mapped(pages + 3 * page_bytes()));
        vtb_pages_free(pages, bytes);
        for (size_t i = 0; i < 4; i++)
            assert_false(is_mapped(pages + i * page_bytes()));
    }
}

static bool writes(void *context, struct vtb_error *own)
{
    (void)own;
    *(int *)context = 7;
    return true;
}

/* What a child process writes into them. */
static int after_a_child(pages_of *make)
{
    int *pages = make(sizeof *pages, "a number", &error);
    struct vtb_child child = {.name = "a child", .run = writes, .context = pages};
    assert_non_null(pages);
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
    const int found = *pages;
    vtb_pages_free(pages, sizeof *pages);
    return found;
}

static void shared_ones_alone_are_seen_by_children(void **state)
{
    (void)state;
    assert_int_equal(after_a_child(vtb_pages), 0);
    assert_int_equal(after_a_child(vtb_pages_shared), 7);
}

/* Their first use does not wait for the system, or it would be timed with what uses them. */
static void pages_are_there_before_they_are_used(void **state)
{
    (void)state;
    const size_t n = 256;
    struct rusage before;
    struct rusage after;
    char *pages = vtb_pages(n * page_bytes(), "a table", &error);
    assert_non_null(pages);
    getrusage(RUSAGE_SELF, &before);
    for (size_t i = 0; i < n; i++)
        ((volatile char *)pages)[i * page_bytes()] = 1;
    getrusage(RUSAGE_SELF, &after);
    assert_true((size_t)(after.ru_minflt - before.ru_minflt) < n / 2);
    vtb_pages_free(pages, n * page_bytes());
}

static void more_than_there_are_is_an_error(void **state)
{
    (void)state;
    char begin[128];
    const size_t huge = SIZE_MAX / 4;
    snprintf(begin, sizeof begin, "no memory for a table of keys: %zu bytes: ", huge);
    for (size_t kind = 0; kind < 2; kind++) {
        error = (struct vtb_error){0};
        assert_null(kinds[kind](huge, "a table of keys", &error));
        assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
        assert_begins(error.message, begin);
        assert_string_equal(error.message + strlen(begin), strerror(ENOMEM));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(pages_are_whole_and_zeroed),
        cmocka_unit_test(none_at_all_are_some),
        cmocka_unit_test(all_are_given_back),
        cmocka_unit_test(shared_ones_alone_are_seen_by_children),
        cmocka_unit_test(pages_are_there_before_they_are_used),
        cmocka_unit_test(more_than_there_are_is_an_error),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
