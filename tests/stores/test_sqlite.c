/* What SQLite does when its file is damaged, and where none can be made. */
#include "directory.h"

#include <glob.h>

#include "stores/sqlite.h"

static const struct vtb_store *const kind = &vtb_store_sqlite;

static char found[4096];

/* Finds the database, of which there is one at most; false: there is none. */
static bool find_file(void)
{
    char pattern[4096];
    glob_t names;
    (void)snprintf(pattern, sizeof pattern, "%s/.*/records.db", directory);
    const bool is_there = glob(pattern, 0, NULL, &names) == 0;
    if (is_there)
        (void)snprintf(found, sizeof found, "%s", names.gl_pathv[0]);
    globfree(&names);
    return is_there;
}

static void *open_filled(void)
{
    struct vtb_error error = {0};
    void *store = kind->open(NULL, 0, &error);
    if (!store)
        fail_msg("%s", error.message);
    for (uint64_t key = 0; key < 20000; key++) {
        if (!kind->put(store, &key, sizeof key, &key, sizeof key, &error))
            fail_msg("%s", error.message);
    }
    assert_true(kind->seal(store, &error));
    return store;
}

static void ask(void *connection, uint64_t key, struct vtb_store_reply *reply)
{
    kind->ask(connection, &key, sizeof key);
    assert_true(kind->next(connection, reply));
}

/* The file is emptied below a connection: each question fails with what SQLite says, and none
 * waits. */
static void a_file_that_is_emptied(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_store_reply reply;
    if (kind->unavailable)
        skip();
    void *store = open_filled();
    void *connection = kind->connect(store, &error);
    ask(connection, 3, &reply);
    assert_int_equal(reply.outcome, VTB_STORE_FOUND);
    assert_false(kind->next(connection, &reply));
    assert_true(find_file());
    assert_int_equal(truncate(found, 0), 0);
    for (uint64_t key = 0; key < 3; key++) {
        ask(connection, key * 5000, &reply);
        assert_int_equal(reply.outcome, VTB_STORE_FAILED);
        assert_one_line(reply.said);
        assert_false(kind->next(connection, &reply));
    }
    kind->disconnect(connection);
    assert_null(kind->connect(store, &error));
    assert_contains(error.message, "--store sqlite: '");
    assert_one_line(error.message);
    kind->close(store);
    assert_false(find_file()); /* nothing is left behind */
}

static void no_folder(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    if (kind->unavailable)
        skip();
    assert_int_equal(setenv("TMPDIR", "/nowhere at all", 1), 0);
    assert_null(kind->open(NULL, 0, &error));
    assert_int_equal(setenv("TMPDIR", directory, 1), 0);
    assert_contains(error.message, "--store sqlite: no folder can be made in '/nowhere at all'");
    assert_false(find_file());
}

static int setup(void **state)
{
    return make_directory(state) == 0 ? setenv("TMPDIR", directory, 1) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_that_is_emptied),
        cmocka_unit_test(no_folder),
    };
    return cmocka_run_group_tests(tests, setup, remove_directory);
}
