/* Tests of what the registry knows of entries before any cell of them is compiled. */
#include "check.h"

#include "cells/foreign.h"
#include "cells/registry.h"
#include "cells/slots.h"

static const struct vtb_kind kinds[] = {
    {.counting = false},
    {.method = VTB_METHOD_ASYNC},
    {.collected = true},
    {.collected = true, .method = VTB_METHOD_ASYNC},
    {.counting = true},
    {.counting = true, .method = VTB_METHOD_ASYNC},
    {.counting = true, .collected = true},
    {.counting = true, .collected = true, .method = VTB_METHOD_ASYNC},
    {.abstract = true},
    {.collected = true, .method = VTB_METHOD_ASYNC, .abstract = true},
    {.counting = true, .collected = true, .method = VTB_METHOD_ASYNC, .abstract = true},
    {.concurrent = true},
    {.counting = true, .collected = true, .concurrent = true},
    {.outside = true},
    {.counting = true, .outside = true},
    {.handover = true},
    {.counting = true, .handover = true},
    {.layered = true},
    {.polluted = true},
    {.layered = true, .polluted = true},
    {.counting = true, .layered = true, .polluted = true},
    {.method = VTB_METHOD_RUNTIME},
    {.collected = true, .method = VTB_METHOD_RUNTIME, .by_runtime = true},
    {.method = VTB_METHOD_RUNTIME, .stored = true},
    {.method = VTB_METHOD_ASYNC, .by_runtime = true},
    {.by_runtime = true},
    {.counting = true, .collected = true, .method = VTB_METHOD_RUNTIME, .by_runtime = true},
};

#define KINDS_N (sizeof kinds / sizeof *kinds)

static const struct vtb_strategy *strategy_of(const struct vtb_strategy_entry *entry)
{
    return entry->methods[0]->strategy;
}

/* --- entries by name --- */

static void entries_by_name(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_strategy_entry *entry = &vtb_strategies[i];
        assert_ptr_equal(vtb_find_strategy_entry(entry->name), entry);
        assert_ptr_equal(vtb_find_strategy(entry->name), strategy_of(entry));
        assert_ptr_equal(vtb_find_name(entry->name), entry->name);
        assert_null(vtb_find_workload(entry->name));
    }
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        assert_ptr_equal(vtb_find_workload(vtb_workloads[i].name), &vtb_workloads[i]);
        assert_null(vtb_find_strategy_entry(vtb_workloads[i].name));
    }
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        assert_ptr_equal(vtb_find_heap(vtb_heaps[i].name), &vtb_heaps[i]);
        assert_string_equal(vtb_heap_name(vtb_heaps[i].heap), vtb_heaps[i].name);
    }
    assert_string_equal(vtb_default_workload()->name, vtb_default_workload_name);
}

/* Each leads to its strategy, and is no other one's name. */
static void aliases(void **state)
{
    (void)state;
    size_t n = 0;
    for (const char *alias; (alias = vtb_alias_at(n)); n++) {
        const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(alias);
        assert_non_null(entry);
        assert_contains(strategy_of(entry)->aliases, alias);
        assert_ptr_equal(vtb_find_name(alias), entry->name);
        assert_null(strpbrk(alias, ",@/ "));
        for (size_t i = 0; vtb_strategies[i].name; i++)
            assert_true(&vtb_strategies[i] == entry ||
                        strcasecmp(vtb_strategies[i].name, alias) != 0);
    }
    assert_true(n > 0);
}

static void assert_nothing(const char *name)
{
    if (vtb_find_name(name))
        fail_msg("'%s' is a name", name);
    assert_null(vtb_find_cell(name, vtb_default_workload_name, kinds[0]));
}

/* A part of a name is no name of an entry, nor is a name with something behind it. */
static void names_of_nothing(void **state)
{
    (void)state;
    static const char *const whole[] = {"", "@", "@checked", "nothing", "nothing@checked"};
    static const char *const behind[] = {
        "x", " ", "@", "@x", "@checked@", "@Checked", "@check", "@checked@atomic", "@none"};
    const char *own = vtb_strategies[0].name;
    char name[128];
    for (size_t i = 0; i < sizeof whole / sizeof *whole; i++)
        assert_nothing(whole[i]);
    for (size_t i = 0; i < sizeof behind / sizeof *behind; i++) {
        snprintf(name, sizeof name, "%s%s", own, behind[i]);
        assert_nothing(name);
    }
    snprintf(name, sizeof name, "%.*s", (int)strlen(own) - 1, own);
    assert_nothing(name);
    assert_null(vtb_find_strategy_entry(""));
    assert_null(vtb_find_strategy(""));
    assert_null(vtb_find_workload(""));
    assert_null(vtb_find_heap(""));
    assert_string_equal(vtb_heap_name(&(struct vtb_heap){.summary = "of a check"}), "of a check");
}

/* Every entry of a list is complete, and each list is in the order of its names. */
static void lists_are_whole(void **state)
{
    (void)state;
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_strategy_entry *entry = &vtb_strategies[i];
        assert_true(i == 0 || strcmp(vtb_strategies[i - 1].name, entry->name) < 0);
        assert_null(entry->path);
        assert_null(entry->digest);
        assert_true(entry->file[0] != '/');
        assert_non_null(entry->methods[0]);
        assert_non_null(entry->methods[1]);
        assert_int_equal(entry->methods[0]->contract, VTB_CONTRACT);
        assert_string_equal(entry->methods[0]->strategy_name, entry->name);
        assert_string_equal(entry->methods[0]->workload_name, vtb_default_workload_name);
        assert_string_equal(entry->methods[1]->strategy->summary, strategy_of(entry)->summary);
    }
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        assert_non_null(vtb_workloads[i].workload);
        assert_null(vtb_workloads[i].path);
        if (vtb_workloads[i].payload_bytes)
            assert_string_not_equal(vtb_workloads[i].name, vtb_workloads[i].stem);
        else
            assert_string_equal(vtb_workloads[i].name, vtb_workloads[i].stem);
    }
}

/* --- variants --- */

static bool has_variant(const char *strategy, const char *word)
{
    char name[128];
    snprintf(name, sizeof name, "%s@%s", strategy, word);
    const char *found = vtb_find_name(name);
    assert_true(!found || strcmp(found, name) == 0);
    assert_true(found == vtb_find_name(name));
    return found != NULL;
}

/* Strategies that suspend have @checked, those that count references @atomic, and those that say so
 * @local. */
static void variants(void **state)
{
    (void)state;
    size_t n = 0;
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const struct vtb_cell *known = vtb_strategies[i].methods[0];
        const bool suspends = known->frame_bytes > 0;
        assert_int_equal(has_variant(vtb_strategies[i].name, "checked"), suspends);
        assert_int_equal(has_variant(vtb_strategies[i].name, "atomic"), !known->several_threads);
        assert_int_equal(has_variant(vtb_strategies[i].name, "local"), known->strategy->has_local);
        n += suspends + !known->several_threads + known->strategy->has_local;
    }
    for (size_t i = 0; i < n; i++) {
        const char *name = vtb_variant_at(i);
        assert_non_null(name);
        assert_ptr_equal(vtb_find_name(name), name);
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(vtb_variant_at(j), name);
    }
    assert_null(vtb_variant_at(n));
    assert_null(vtb_variant_at(n + 1000));
}

static void variants_of_strategies(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++) {
        const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(name);
        assert_non_null(entry);
        assert_int_equal(strcspn(name, "@"), strlen(entry->name));
        assert_ptr_equal(vtb_find_strategy(name), strategy_of(entry));
    }
}

/* --- cells --- */

static bool is_possible(const struct vtb_strategy *strategy, struct vtb_kind kind)
{
    const bool is_runtime = kind.method == VTB_METHOD_RUNTIME || kind.by_runtime;
    return !(kind.method == VTB_METHOD_ASYNC && strategy->lacks.async_method) &&
           !(is_runtime && (strategy->lacks.async_method || strategy->lacks.runtime_async)) &&
           !(kind.collected && !kind.counting && strategy->lacks.collector);
}

/* Checks a cell that is not loaded: it says what it is, with the sizes that are known, and has no
 * function yet. */
static void check_cell(const struct vtb_cell *cell, const struct vtb_strategy_entry *entry,
                       const struct vtb_workload_entry *workload, struct vtb_kind kind)
{
    const struct vtb_cell *known = entry->methods[kind.method];
    assert_ptr_equal(cell->strategy_name, entry->name);
    assert_ptr_equal(cell->workload_name, workload->name);
    assert_ptr_equal(cell->strategy->summary, known->strategy->summary);
    assert_int_equal(cell->kind.counting, kind.counting);
    assert_int_equal(cell->kind.method, kind.method);
    assert_int_equal(cell->kind.by_runtime, kind.by_runtime);
    assert_int_equal(cell->kind.stored, kind.stored);
    assert_int_equal(cell->kind.collected, kind.collected && !kind.counting);
    assert_int_equal(cell->handover_bytes, known->handover_bytes);
    assert_int_equal(cell->miss_bytes, known->miss_bytes);
    assert_int_equal(cell->hit_bytes, known->hit_bytes);
    assert_int_equal(cell->layer_miss_bytes, known->layer_miss_bytes);
    assert_int_equal(cell->frame_bytes, known->frame_bytes);
    assert_null(cell->open);
    assert_null(cell->run_independent);
    assert_null(cell->probe);
    const struct vtb_cell_slot *slot = vtb_slot_of(cell);
    assert_ptr_equal(&slot->cell, cell);
    assert_ptr_equal(slot->strategy, entry);
    assert_ptr_equal(slot->workload, workload);
    assert_false(slot->loaded);
}

static void every_cell(void **state)
{
    (void)state;
    for (size_t w = 0; vtb_workloads[w].name; w++) {
        for (size_t i = 0; vtb_strategies[i].name; i++) {
            const struct vtb_strategy_entry *entry = &vtb_strategies[i];
            for (size_t k = 0; k < KINDS_N; k++) {
                const struct vtb_cell *cell =
                    vtb_find_cell(entry->name, vtb_workloads[w].name, kinds[k]);
                assert_int_equal(cell != NULL, is_possible(strategy_of(entry), kinds[k]));
                if (!cell)
                    continue;
                assert_ptr_equal(cell->name, entry->name);
                check_cell(cell, entry, &vtb_workloads[w], kinds[k]);
            }
        }
    }
}

static void cells_of_variants(void **state)
{
    (void)state;
    const char *name;
    for (size_t i = 0; (name = vtb_variant_at(i)); i++) {
        const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(name);
        const struct vtb_cell *cell = vtb_find_cell(name, vtb_default_workload_name, kinds[0]);
        const struct vtb_cell *own =
            vtb_find_cell(entry->name, vtb_default_workload_name, kinds[0]);
        assert_non_null(cell);
        assert_ptr_not_equal(cell, own);
        assert_ptr_equal(cell->name, name);
        check_cell(cell, entry, vtb_default_workload(), kinds[0]);
        assert_true(cell->checked || !strstr(name, "@checked"));
        assert_true(cell->several_threads || !strstr(name, "@atomic"));
        assert_int_equal(cell->one_thread, strstr(name, "@local") != NULL);
        assert_int_equal(cell->several_threads,
                         own->several_threads || strstr(name, "@atomic") != NULL);
    }
}

/* The same cell is the same pointer, however many were asked for since, and every other cell
 * another one. */
static void the_same_cell_is_the_same_pointer(void **state)
{
    (void)state;
    const struct vtb_cell *found[2 * KINDS_N];
    const char *const workloads[] = {vtb_workloads[0].name, vtb_workloads[1].name};
    const char *name = vtb_strategies[0].name;
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (is_possible(strategy_of(&vtb_strategies[i]), kinds[KINDS_N - 1]))
            name = vtb_strategies[i].name;
    }
    for (size_t i = 0; i < 2 * KINDS_N; i++)
        found[i] = vtb_find_cell(name, workloads[i / KINDS_N], kinds[i % KINDS_N]);
    for (size_t i = 0; i < 2 * KINDS_N; i++) {
        const struct vtb_kind *kind = &kinds[i % KINDS_N];
        char copy[128]; /* of another address */
        snprintf(copy, sizeof copy, "%s", name);
        assert_ptr_equal(vtb_find_cell(copy, workloads[i / KINDS_N], *kind), found[i]);
        for (size_t j = 0; j < i; j++) {
            const bool same = i / KINDS_N == j / KINDS_N && kind->counting &&
                              kinds[j % KINDS_N].counting &&
                              kind->method == kinds[j % KINDS_N].method &&
                              kind->by_runtime == kinds[j % KINDS_N].by_runtime &&
                              kind->concurrent == kinds[j % KINDS_N].concurrent;
            assert_int_equal(found[i] == found[j], same);
        }
    }
}

static void cells_that_cannot_be(void **state)
{
    (void)state;
    const char *own = vtb_strategies[0].name;
    assert_null(vtb_find_cell("nothing", vtb_default_workload_name, kinds[0]));
    assert_null(vtb_find_cell(own, "nothing", kinds[0]));
    assert_null(vtb_find_cell(own, "", kinds[0]));
    assert_null(vtb_find_cell(own, own, kinds[0]));
}

/* Nothing is known of a user's file before it is compiled, and so there are no cells of it. */
static void cells_of_what_is_not_known_yet(void **state)
{
    (void)state;
    char path[TEMPORARY_BYTES];
    char file[TEMPORARY_BYTES + 16];
    struct vtb_error error;
    temporary_name(path);
    assert_non_null(mkdtemp(path));
    snprintf(file, sizeof file, "%s/unknown.c", path);
    FILE *out = fopen(file, "w");
    assert_non_null(out);
    assert_int_equal(fclose(out), 0);
    const char *name = vtb_foreign_add_strategy(file, &error);
    const bool removed = remove(file) == 0 && remove(path) == 0;
    assert_true(removed);
    assert_string_equal(name, "unknown");
    assert_ptr_equal(vtb_find_name("unknown"), name);
    assert_null(vtb_find_strategy("unknown"));
    for (size_t k = 0; k < KINDS_N; k++)
        assert_null(vtb_find_cell("unknown", vtb_default_workload_name, kinds[k]));
    assert_null(vtb_find_cell("unknown@checked", vtb_default_workload_name, kinds[0]));
}

#define TEST(name) cmocka_unit_test(name)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(entries_by_name),
        TEST(names_of_nothing),
        TEST(aliases),
        TEST(lists_are_whole),
        TEST(variants),
        TEST(variants_of_strategies),
        TEST(every_cell),
        TEST(cells_of_variants),
        TEST(the_same_cell_is_the_same_pointer),
        TEST(cells_that_cannot_be),
        TEST(cells_of_what_is_not_known_yet),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
