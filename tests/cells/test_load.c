/* Cells, built and loaded. As they stay loaded, children of the process load those that must not
 * stay. */
#include "own_home.h"

#include "cells/load.h"

static struct vtb_error error;

static const struct vtb_strategy_entry *of_role(enum vtb_role role)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (vtb_strategies[i].methods[0]->strategy->role == role)
            return &vtb_strategies[i];
    }
    fail_msg("no strategy of role %d", role);
    return NULL;
}

/* One whose results have another size than those of the default workload. */
static const struct vtb_workload_entry *another_workload(void)
{
    const size_t bytes = vtb_default_workload()->workload->value_bytes;
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        if (vtb_workloads[i].workload->value_bytes != bytes)
            return &vtb_workloads[i];
    }
    fail_msg("all workloads have results of a size");
    return NULL;
}

static struct vtb_target target_of(const struct vtb_cell *cell)
{
    const struct vtb_cell_slot *slot = vtb_slot_of(cell);
    return (struct vtb_target){.strategy = slot->strategy,
                               .workload = slot->workload,
                               .variant = slot->variant,
                               .kind = cell->kind};
}

static const char *file_of(const struct vtb_cell *cell)
{
    static char path[PATH_MAX];
    const struct vtb_target target = target_of(cell);
    assert_true(vtb_build_file(&target, path));
    return path;
}

static void note_all(void *context, size_t done_n, size_t all_n)
{
    (void)done_n;
    *(size_t *)context = all_n;
}

static size_t stale_n(const struct vtb_cell *cell)
{
    size_t n = 99;
    if (!vtb_cells_count_stale(&cell, 1, &n, &error))
        fail_msg("%s", error.message);
    return n;
}

/* --- built and loaded --- */

/* Null pointers between the cells do not count, nor does a cell that is named twice. */
static void built_and_loaded(void **state)
{
    (void)state;
    size_t built_n = 0;
    size_t count = 0;
    const char *workload = another_workload()->name;
    const char *name = of_role(VTB_ROLE_FLOOR)->name;
    const struct vtb_cell *cell = vtb_find_cell(name, workload, (struct vtb_kind){0});
    const struct vtb_cell *other =
        vtb_find_cell(name, workload, (struct vtb_kind){.counting = true});
    const struct vtb_cell *const cells[] = {NULL, cell, cell, other, NULL, cell};
    const char *const names[] = {cell->name, cell->strategy_name, cell->workload_name};
    assert_string_equal(vtb_cells_compiler(), VTB_COMPILER);
    assert_int_equal(cell->handover_bytes, vtb_default_workload()->workload->value_bytes);
    if (!vtb_cells_count_stale(cells, 6, &count, &error) ||
        !vtb_cells_build(cells, 6, note_all, &built_n, &error))
        fail_msg("%s", error.message);
    assert_int_equal(count, 2);
    assert_int_equal(built_n, 2);
    assert_null(cell->open);
    if (!vtb_cells_load(cells, 6, note_all, &built_n, &error))
        fail_msg("%s", error.message);
    assert_non_null(cell->open);
    assert_non_null(cell->run_independent);
    assert_non_null(cell->cost);
    assert_int_equal(cell->handover_bytes, another_workload()->workload->value_bytes);
    assert_ptr_equal(cell->name, names[0]);
    assert_ptr_equal(cell->strategy_name, names[1]);
    assert_ptr_equal(cell->workload_name, names[2]);
    assert_false(cell->kind.counting);
    assert_true(other->kind.counting);
    assert_ptr_equal(vtb_find_cell(name, workload, (struct vtb_kind){0}), cell);
    assert_string_equal(vtb_cells_compiler(), VTB_COMPILER);
    assert_ptr_equal(vtb_cells_compiler(), other->compiler);
}

/* A loaded cell stays as it is, whatever becomes of its file. */
static void loaded_once(void **state)
{
    (void)state;
    size_t built_n = 0;
    const struct vtb_cell *cell = vtb_find_cell(of_role(VTB_ROLE_FLOOR)->name,
                                                vtb_default_workload_name, (struct vtb_kind){0});
    if (!vtb_cells_load(&cell, 1, note_all, &built_n, &error))
        fail_msg("%s", error.message);
    assert_int_equal(built_n, 1);
    const struct vtb_cell before = *cell;
    assert_int_equal(unlink(file_of(cell)), 0);
    assert_int_equal(stale_n(cell), 0);
    built_n = 0;
    if (!vtb_cells_load(&cell, 1, note_all, &built_n, &error) ||
        !vtb_cells_load_built(&cell, 1, &error))
        fail_msg("%s", error.message);
    assert_int_equal(built_n, 0);
    assert_memory_equal(cell, &before, sizeof before);
}

static void no_cells(void **state)
{
    (void)state;
    const struct vtb_cell *none = NULL;
    size_t n = 99;
    assert_true(vtb_cells_load(NULL, 0, NULL, NULL, &error));
    assert_true(vtb_cells_load(&none, 1, NULL, NULL, &error));
    assert_true(vtb_cells_count_stale(&none, 1, &n, &error));
    assert_int_equal(n, 0);
}

/* --- what is refused --- */

/* A cell that is built for each test, and loaded by none. */
static const struct vtb_cell *victim(void)
{
    return vtb_find_cell(of_role(VTB_ROLE_EMPTY)->name, vtb_default_workload_name,
                         (struct vtb_kind){0});
}

static void build_victim(void)
{
    const struct vtb_cell *cell = victim();
    if (!vtb_cells_build(&cell, 1, NULL, NULL, &error))
        fail_msg("%s", error.message);
}

static void ask_victim(struct own_told *told, struct vtb_error *reason)
{
    const struct vtb_cell *cell = victim();
    told->ok = vtb_cells_load_built(&cell, 1, reason);
    told->number = cell->open != NULL;
}

/* Its file holds the sizes that it was compiled with, once. */
static void compiled_with_other_headers(void **state)
{
    (void)state;
    const size_t own = VTB_CONTRACT;
    const size_t other = own + 1;
    size_t found_n = 0;
    size_t n;
    build_victim();
    char *bytes = own_text(file_of(victim()), &n);
    for (size_t i = 0; i + sizeof own <= n; i += sizeof own) {
        if (memcmp(bytes + i, &own, sizeof own) != 0)
            continue;
        memcpy(bytes + i, &other, sizeof other);
        found_n++;
    }
    assert_int_equal(found_n, 1);
    FILE *out = fopen(file_of(victim()), "w");
    assert_non_null(out);
    assert_int_equal(fwrite(bytes, 1, n, out), n);
    assert_int_equal(fclose(out), 0);
    free(bytes);
    own_refused(ask_victim, VTB_EXIT_INTERNAL, ".timing.so' was compiled with other headers", NULL);
    assert_int_equal(unlink(file_of(victim())), 0);
}

/* A file may be cut off where a machine lost its power. */
static void files_that_are_cut_off(void **state)
{
    (void)state;
    build_victim();
    assert_int_equal(truncate(file_of(victim()), 100), 0);
    own_refused(ask_victim, VTB_EXIT_INTERNAL, ".timing.so' cannot be loaded: ", NULL);
    own_refused(ask_victim, VTB_EXIT_INTERNAL, "; remove it, and it is built again", NULL);
    assert_int_equal(unlink(file_of(victim())), 0);
}

static void not_built(void **state)
{
    (void)state;
    build_victim();
    assert_int_equal(unlink(file_of(victim())), 0);
    own_refused(ask_victim, VTB_EXIT_INTERNAL, ".timing.so' is not there", NULL);
    own_refused(ask_victim, VTB_EXIT_INTERNAL, "; install gcc, g++ and ninja-build", NULL);
}

static void what_a_file_lacks(void **state)
{
    (void)state;
    build_victim();
    const struct vtb_target target = target_of(victim());
    assert_null(vtb_load_symbol(&target, "vtb_nothing_of_it", &error));
    assert_one_line(error.message);
    assert_contains(error.message, "vtb_nothing_of_it");
    assert_ptr_equal(vtb_load_symbol(&target, VTB_STRING(VTB_CELL_EXPORT), &error),
                     vtb_load_cell(&target, &error));
}

#define TEST(name) cmocka_unit_test(name)

static int run(void)
{
    const struct CMUnitTest tests[] = {
        TEST(built_and_loaded),
        TEST(loaded_once),
        TEST(no_cells),
        TEST(compiled_with_other_headers),
        TEST(files_that_are_cut_off),
        TEST(not_built),
        TEST(what_a_file_lacks),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
