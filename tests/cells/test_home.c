/* The folder where cells are built. It is worked out once a process: so each case runs in a process
 * of its own, which prints what it found. */
#include "own_home.h"

struct found {
    char root[OWN_PATH_BYTES];
    char build[OWN_PATH_BYTES];
    char cells[OWN_PATH_BYTES];
    char installed[OWN_PATH_BYTES];
    char error[OWN_PATH_BYTES];
    int read_only;
    int exit_code;
};

/* The variables of the environment that the home depends on; null: unset. */
struct given {
    const char *cells;
    const char *cache;
    const char *home;
};

static char own_program[PATH_MAX];
static struct found found;

static int print_home(void)
{
    struct vtb_error error = {0};
    const struct vtb_home *home = vtb_home(&error);
    const bool same = vtb_home(&error) == home;
    if (home)
        printf("root %s\nbuild %s\ncells %s\ninstalled %s\nread_only %d\n", home->root, home->build,
               home->cells, home->installed, home->read_only);
    else
        printf("error %s\nexit_code %d\n", error.message, error.exit_code);
    return !same;
}

static void set(const char *name, const char *value)
{
    if (value)
        setenv(name, value, 1);
    else
        unsetenv(name);
}

static void read_line(const char *line)
{
    char *const texts[] = {found.root, found.build, found.cells, found.installed, found.error};
    static const char *const words[] = {"root", "build", "cells", "installed", "error"};
    char word[16] = "";
    int at = 0;
    assert_int_equal(sscanf(line, "%15s %n", word, &at), 1);
    for (size_t i = 0; i < sizeof words / sizeof *words; i++) {
        if (strcmp(word, words[i]) == 0)
            snprintf(texts[i], OWN_PATH_BYTES, "%.*s", (int)strcspn(line + at, "\n"), line + at);
    }
    (void)sscanf(line, "read_only %d", &found.read_only);
    (void)sscanf(line, "exit_code %d", &found.exit_code);
}

/* Starts a program in the folder and reads the home that it finds. */
static void find(const char *program, struct given given)
{
    char line[2 * OWN_PATH_BYTES];
    int ends[2];
    int status = 0;
    memset(&found, 0, sizeof found);
    assert_int_equal(pipe(ends), 0);
    const pid_t child = fork();
    if (child == 0) {
        set("VTB_CELLS", given.cells);
        set("XDG_CACHE_HOME", given.cache);
        set("HOME", given.home);
        dup2(ends[1], STDOUT_FILENO);
        close(ends[0]);
        if (chdir(own_folder) == 0)
            execl(program, "test", "--print", (char *)NULL);
        _exit(127);
    }
    close(ends[1]);
    FILE *in = fdopen(ends[0], "r");
    assert_non_null(in);
    while (fgets(line, sizeof line, in))
        read_line(line);
    fclose(in);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_int_equal(status, 0);
}

static bool is_folder(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && S_ISDIR(status.st_mode);
}

static void assert_below(const char *path, const char *folder)
{
    assert_begins(path, folder);
    assert_begins(path + strlen(folder), "/valuetask-bench/");
    const char *fingerprint = strrchr(path, '/') + 1;
    assert_int_equal(strlen(fingerprint), 16);
    assert_int_equal(strspn(fingerprint, "0123456789abcdef"), 16);
    assert_false(is_folder(path)); /* until something is built */
}

static void assert_nothing_is_made(const char *folder)
{
    assert_int_equal(access(folder, F_OK), -1);
}

/* --- in the build folder --- */

/* If there is a build folder beside the program, nothing else is looked for, and so nothing else
 * has to exist. */
static void a_build_folder(void **state)
{
    (void)state;
    char path[2 * OWN_PATH_BYTES];
    find(own_program, (struct given){.cache = own_path("unused")});
    assert_string_equal(found.error, "");
    snprintf(path, sizeof path, "%s/cells", found.build);
    assert_string_equal(found.cells, path);
    assert_string_equal(found.installed, "");
    assert_int_equal(found.read_only, 0);
    assert_true(is_folder(found.cells));
    snprintf(path, sizeof path, "%s/cells.ninja", found.build);
    assert_int_equal(access(path, R_OK), 0);
    snprintf(path, sizeof path, "%s/harness/cells/source/cell.c", found.root);
    assert_int_equal(access(path, R_OK), 0);
    assert_nothing_is_made(own_path("unused"));
}

/* If the environment names the cells of another process, they are used as they are. */
static void cells_of_another_process(void **state)
{
    (void)state;
    find(own_program, (struct given){.cells = own_path("others")});
    assert_string_equal(found.cells, own_path("others"));
    assert_string_equal(found.installed, "");
    assert_int_equal(found.read_only, 1);
    assert_nothing_is_made(own_path("others"));
    find(own_path("bin/test"), (struct given){.cells = own_path("others")});
    assert_string_equal(found.cells, own_path("others"));
    assert_string_equal(found.installed, own_path("lib/valuetask-bench/cells"));
    assert_int_equal(found.read_only, 1);
}

/* A variable that is empty counts as unset, as most variables do. */
static void no_name_of_cells_is_none(void **state)
{
    (void)state;
    find(own_program, (struct given){.cells = ""});
    assert_int_equal(found.read_only, 0);
    assert_string_not_equal(found.cells, "");
}

/* --- installed --- */

static void an_installed_copy(void **state)
{
    (void)state;
    find(own_path("bin/test"), (struct given){.cache = own_path("cache")});
    assert_string_equal(found.error, "");
    assert_string_equal(found.root, own_path("lib/valuetask-bench"));
    assert_string_equal(found.build, own_path("lib/valuetask-bench"));
    assert_string_equal(found.installed, own_path("lib/valuetask-bench/cells"));
    assert_int_equal(found.read_only, 0);
    assert_below(found.cells, own_path("cache"));
}

/* A folder without a list of rules is no installed copy. */
static void a_copy_without_rules(void **state)
{
    (void)state;
    (void)own_subfolder("elsewhere");
    (void)own_subfolder("elsewhere/bin");
    own_copy(own_path("bin/test"), own_path("elsewhere/bin/test"), 0700);
    find(own_path("elsewhere/bin/test"), (struct given){.cache = own_path("cache")});
    assert_string_equal(found.installed, "");
    assert_string_not_equal(found.root, own_path("lib/valuetask-bench"));
}

static void the_cache_of_a_home(void **state)
{
    (void)state;
    const char *home = own_subfolder("h");
    find(own_path("bin/test"), (struct given){.home = home});
    assert_below(found.cells, own_path("h/.cache"));
    find(own_path("bin/test"), (struct given){.home = home, .cache = ""});
    assert_below(found.cells, own_path("h/.cache"));
    find(own_path("bin/test"), (struct given){.home = own_path("new/home"), .cache = ""});
    assert_below(found.cells, own_path("new/home/.cache"));
}

/* The standard says so: what is not absolute is left aside. */
static void a_cache_that_is_not_absolute(void **state)
{
    (void)state;
    const char *home = own_subfolder("h");
    find(own_path("bin/test"), (struct given){.home = home, .cache = "relative"});
    assert_below(found.cells, own_path("h/.cache"));
    assert_nothing_is_made(own_path("relative"));
}

/* ninja runs in another folder than the program, and would look for a relative path there. */
static void a_home_that_is_not_absolute(void **state)
{
    (void)state;
    find(own_path("bin/test"), (struct given){.home = "relative", .cells = NULL});
    assert_nothing_is_made(own_path("relative"));
    if (!*found.cells) /* nor has the user another one */
        return;
    assert_int_equal(found.cells[0], '/');
}

static void another_cache_where_the_rules_differ(void **state)
{
    (void)state;
    char before[OWN_PATH_BYTES];
    char *rules;
    char *more;
    size_t n;
    find(own_path("bin/test"), (struct given){.cache = own_path("cache")});
    snprintf(before, sizeof before, "%s", found.cells);
    rules = own_text(own_path("lib/valuetask-bench/cells.ninja"), &n);
    assert_true(asprintf(&more, "%s# another way\n", rules) > 0);
    (void)own_file("lib/valuetask-bench/cells.ninja", more);
    find(own_path("bin/test"), (struct given){.cache = own_path("cache")});
    assert_string_not_equal(found.cells, before);
    (void)own_file("lib/valuetask-bench/cells.ninja", rules);
    find(own_path("bin/test"), (struct given){.cache = own_path("cache")});
    assert_string_equal(found.cells, before);
    free(rules);
    free(more);
}

/* --- nowhere --- */

static void assert_no_place(const char *part)
{
    assert_int_equal(found.exit_code, VTB_EXIT_INTERNAL);
    assert_begins(found.error, "there is no place to build cells in: ");
    assert_contains(found.error, part);
    assert_contains(found.error, "set XDG_CACHE_HOME to a folder that can");
}

/* Below a file there are no folders, for root neither. */
static void no_place_to_write_to(void **state)
{
    (void)state;
    const char *file = own_file("file", "");
    find(own_path("bin/test"), (struct given){.cache = file});
    assert_no_place(file);
    find(own_path("bin/test"), (struct given){.home = file});
    assert_no_place(file);
}

/* A message that was cut off would lose what to do. */
static void no_place_of_a_long_name(void **state)
{
    (void)state;
    char path[3000];
    const size_t n = (size_t)snprintf(path, sizeof path, "%s/", own_file("file", ""));
    memset(path + n, 'x', sizeof path - n);
    path[sizeof path - 1] = '\0';
    find(own_path("bin/test"), (struct given){.cache = path});
    assert_no_place("file/xxx");
}

static int install(void **state)
{
    (void)state;
    own_install();
    return 0;
}

static int uninstall(void **state)
{
    (void)state;
    own_remove(own_folder);
    return 0;
}

#define TEST(name) cmocka_unit_test(name)

int main(int argc, char **argv)
{
    const struct CMUnitTest tests[] = {
        TEST(a_build_folder),
        TEST(cells_of_another_process),
        TEST(no_name_of_cells_is_none),
        TEST(an_installed_copy),
        TEST(a_copy_without_rules),
        TEST(the_cache_of_a_home),
        TEST(a_cache_that_is_not_absolute),
        TEST(a_home_that_is_not_absolute),
        TEST(another_cache_where_the_rules_differ),
        TEST(no_place_to_write_to),
        TEST(no_place_of_a_long_name),
    };
    if (argc == 2 && strcmp(argv[1], "--print") == 0)
        return print_home();
    if (readlink("/proc/self/exe", own_program, sizeof own_program - 1) <= 0)
        return 1;
    return cmocka_run_group_tests(tests, install, uninstall);
}
