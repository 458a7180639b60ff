/* What is told of the code of cells. */
#include "check.h"

#include "built.h"
#include "cells/code.h"

static const struct vtb_cell *cell(const char *name, bool counting)
{
    return built_cell(name, "user_cache", (struct vtb_kind){.counting = counting});
}

static void other_code_has_another_digest(void **state)
{
    (void)state;
    const struct vtb_cell *const cells[] = {cell("poll", false), cell("poll", true),
                                            cell("heap_task", false)};
    for (size_t i = 0; i < 3; i++) {
        const uint64_t own = vtb_code_digest(&cells[i], 1);
        assert_true(own != 0 && own == vtb_code_digest(&cells[i], 1));
        for (size_t j = 0; j < i; j++)
            assert_true(own != vtb_code_digest(&cells[j], 1));
    }
}

static void the_order_does_not_matter(void **state)
{
    (void)state;
    const struct vtb_cell *const one[] = {cell("poll", false), NULL, cell("heap_task", false)};
    const struct vtb_cell *const other[] = {cell("heap_task", false), cell("poll", false)};
    assert_true(vtb_code_digest(one, 3) == vtb_code_digest(other, 2));
    assert_true(vtb_code_digest(one, 3) != vtb_code_digest(one, 1));
}

static void what_is_not_loaded_has_none(void **state)
{
    (void)state;
    const struct vtb_cell unloaded = {.name = "unloaded"};
    const struct vtb_cell *const cells[] = {&unloaded};
    assert_true(vtb_code_digest(cells, 1) == 0);
    assert_true(vtb_code_digest(NULL, 0) == 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(other_code_has_another_digest),
        cmocka_unit_test(the_order_does_not_matter),
        cmocka_unit_test(what_is_not_loaded_has_none),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
