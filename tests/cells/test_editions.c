/* Editions: strategies of two builds, whose folders the environment names. */
#include "own_home.h"

#include <stdarg.h>

#include "cells/build.h"
#include "cells/editions.h"
#include "cells/foreign.h"
#include "cells/load.h"
#include "cells/slots.h"

#define INSTALLED "lib/valuetask-bench"

static const struct vtb_kind timing;

/* A text: lives until the eighth one after it. */
__attribute__((format(printf, 1, 2))) static const char *formed(const char *format, ...)
{
    static char texts[8][OWN_PATH_BYTES];
    static size_t next;
    char *text = texts[next++ % 8];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(text, OWN_PATH_BYTES, format, arguments);
    va_end(arguments);
    return text;
}

static void name_builds(const char *a, const char *b)
{
    struct vtb_error error;
    assert_int_equal(a ? setenv(VTB_BUILD_A_VARIABLE, a, 1) : unsetenv(VTB_BUILD_A_VARIABLE), 0);
    assert_int_equal(b ? setenv(VTB_BUILD_B_VARIABLE, b, 1) : unsetenv(VTB_BUILD_B_VARIABLE), 0);
    assert_true(vtb_editions_open(&error));
}

static void there_are_none_without_builds(void **state)
{
    (void)state;
    name_builds(NULL, NULL);
    assert_null(vtb_edition_at(0));
    assert_null(vtb_find_edition("a1"));
    assert_null(vtb_find_name(formed("%s:a1", vtb_strategies[0].name)));
    name_builds(own_path(INSTALLED), NULL);
    assert_null(vtb_edition_at(0));
}

static void their_names(void **state)
{
    (void)state;
    static const char *const words[] = {"a1", "a2", "b1", "b2"};
    name_builds(own_path(INSTALLED), own_path(INSTALLED));
    for (size_t i = 0; i < VTB_EDITIONS_N; i++) {
        const struct vtb_edition *edition = vtb_edition_at(i);
        assert_non_null(edition);
        assert_string_equal(edition->word, words[i]);
        assert_ptr_equal(vtb_find_edition(words[i]), edition);
        assert_string_equal(edition->home.root, edition->home.build);
    }
    assert_null(vtb_edition_at(VTB_EDITIONS_N));
    assert_null(vtb_find_edition("c1"));
    assert_null(vtb_find_edition(""));
}

/* An edition is of the same entry, and a cell of its own. */
static void their_cells(void **state)
{
    (void)state;
    name_builds(own_path(INSTALLED), own_path(INSTALLED));
    const char *name = vtb_find_role(VTB_ROLE_BASELINE)->name;
    const char *workload = vtb_default_workload()->name;
    const struct vtb_cell *own = vtb_find_cell(name, workload, timing);
    const struct vtb_cell *a1 = vtb_find_cell(formed("%s:a1", name), workload, timing);
    const struct vtb_cell *b2 = vtb_find_cell(formed("%s:b2", name), workload, timing);
    assert_non_null(a1);
    assert_ptr_not_equal(a1, own);
    assert_ptr_not_equal(a1, b2);
    assert_ptr_equal(a1, vtb_find_cell(formed("%s:a1", name), workload, timing));
    assert_string_equal(a1->name, formed("%s:a1", name));
    assert_string_equal(a1->strategy_name, name);
    assert_ptr_equal(vtb_slot_of(b2)->edition, vtb_find_edition("b2"));
    assert_string_equal(vtb_find_name(formed("%s@checked:a1", name)),
                        formed("%s@checked:a1", name));
    assert_null(vtb_find_name(formed("%s:a1@checked", name)));
    assert_null(vtb_find_name(formed("%s:", name)));
    assert_null(vtb_find_name(formed("%s:z9", name)));
}

/* A user's file is told to other processes as it is, with an edition behind it. */
static void files_of_a_user(void **state)
{
    (void)state;
    struct vtb_error error;
    const char *path = own_strategy("mine.c", "mine", "");
    name_builds(own_path(INSTALLED), own_path(INSTALLED));
    assert_string_equal(vtb_foreign_add_strategy(formed("%s:b1", path), &error), "mine:b1");
    assert_string_equal(vtb_foreign_add_strategy(formed("%s@atomic:a2", path), &error),
                        "mine@atomic:a2");
    assert_null(vtb_foreign_add_strategy(formed("%s:c1", path), &error));
    assert_true(vtb_is_path("mine.c:a1"));
    name_builds(NULL, NULL);
    assert_null(vtb_foreign_add_strategy(formed("%s:b1", path), &error));
}

/* What is timed is a file for each padding; what is counted is the build's own. */
static void their_files(void **state)
{
    (void)state;
    static const unsigned paddings[VTB_EDITIONS_N] = {5, 6, 7, 64};
    char name[VTB_TARGET_NAME_BYTES];
    name_builds(own_path(INSTALLED), own_path(INSTALLED));
    vtb_editions_pad(paddings);
    const char *strategy = vtb_find_role(VTB_ROLE_BASELINE)->name;
    const char *workload = vtb_default_workload()->name;
    const struct vtb_kind counting = {.counting = true};
    const struct vtb_cell *cells[] = {vtb_find_cell(formed("%s:b2", strategy), workload, timing),
                                      vtb_find_cell(formed("%s:b2", strategy), workload, counting)};
    const struct vtb_target timed = vtb_target_of(cells[0]);
    const struct vtb_target counted = vtb_target_of(cells[1]);
    vtb_target_name(&timed, name);
    assert_string_equal(name, formed("%s.%s.timing.padding64.so", strategy, workload));
    vtb_target_name(&counted, name);
    assert_string_equal(name, formed("%s.%s.counting.so", strategy, workload));
}

static void folders_that_are_none(void **state)
{
    (void)state;
    struct vtb_home home;
    struct vtb_error error;
    assert_false(vtb_home_of_build(&home, own_path("nosuch"), &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_contains(error.message, "cannot be read");
    assert_false(vtb_home_of_build(&home, own_subfolder("empty"), &error));
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_contains(error.message, "it has no cells.ninja");
    (void)own_file("empty/cells.ninja", "");
    (void)own_file("empty/CMakeCache.txt", "CMAKE_HOME_DIRECTORY:INTERNAL=/nosuch\n");
    assert_false(vtb_home_of_build(&home, own_path("empty"), &error));
    assert_contains(error.message, "the sources that it was made of are not there any more");
    assert_int_equal(setenv(VTB_BUILD_A_VARIABLE, own_path("empty"), 1), 0);
    assert_int_equal(setenv(VTB_BUILD_B_VARIABLE, own_path("empty"), 1), 0);
    assert_false(vtb_editions_open(&error));
    assert_null(vtb_edition_at(0));
}

/* Sources elsewhere, as CMake's cache says. */
static void folders_of_a_build(void **state)
{
    (void)state;
    struct vtb_home home;
    struct vtb_error error;
    (void)own_subfolder("made");
    (void)own_file("made/cells.ninja", "");
    (void)own_file("made/CMakeCache.txt",
                   formed("A:STRING=b\nCMAKE_HOME_DIRECTORY:INTERNAL=%s\n", own_path(INSTALLED)));
    assert_true(vtb_home_of_build(&home, own_path("made"), &error));
    assert_string_equal(home.root, own_path(INSTALLED));
    assert_string_equal(home.cells, own_path("made/cells"));
    assert_false(home.read_only);
}

/* An installed copy is used as it is, even by who may write there: its files are a package's. */
static void installed_copies(void **state)
{
    (void)state;
    struct vtb_home home;
    struct vtb_error error;
    assert_true(vtb_home_of_build(&home, own_path(INSTALLED), &error));
    assert_string_equal(home.installed, own_path(INSTALLED "/cells"));
    assert_begins(home.cells, own_path("cache/"));
    assert_string_equal(home.cells, vtb_home(&error)->cells); /* it is this program's own */
    assert_string_equal(home.installed, vtb_home(&error)->installed);
}

/* Who names a folder of sources, or of an installed copy, is told which one it is. */
static void folders_that_have_one(void **state)
{
    (void)state;
    struct vtb_home home;
    struct vtb_error error;
    (void)own_subfolder("sources");
    (void)own_subfolder("sources/build");
    (void)own_subfolder("sources/build/release");
    (void)own_file("sources/build/release/cells.ninja", "");
    assert_false(vtb_home_of_build(&home, own_path("sources"), &error));
    assert_contains(error.message, "sources/build/release' in it is");
    assert_false(vtb_home_of_build(&home, own_path("."), &error));
    assert_contains(error.message, "/lib/valuetask-bench' in it is");
}

static int run(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(there_are_none_without_builds),
        cmocka_unit_test(their_names),
        cmocka_unit_test(their_cells),
        cmocka_unit_test(files_of_a_user),
        cmocka_unit_test(their_files),
        cmocka_unit_test(folders_that_are_none),
        cmocka_unit_test(folders_of_a_build),
        cmocka_unit_test(installed_copies),
        cmocka_unit_test(folders_that_have_one),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}

int main(int argc, char **argv)
{
    return own_main(argc, argv, run);
}
