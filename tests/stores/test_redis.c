/* Redis: a server that ends in the middle, one that is there already, and none at all. */
#include "directory.h"

#include <glob.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/un.h>

#include "stores/redis.h"

#define RECORDS_N 2000

static const struct vtb_store *const kind = &vtb_store_redis;

static char found[4096];

/* Finds the socket of the server, of which there is one at most; false: there is none. */
static bool find_socket(void)
{
    char pattern[4096];
    glob_t names;
    (void)snprintf(pattern, sizeof pattern, "%s/.*/redis", directory);
    const bool is_there = glob(pattern, 0, NULL, &names) == 0;
    if (is_there)
        (void)snprintf(found, sizeof found, "%s", names.gl_pathv[0]);
    globfree(&names);
    return is_there;
}

/* Says something to the server at the socket that was found, and returns what it answers. */
static const char *say(const char *command)
{
    static char answer[256];
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.100s", found);
    const int file = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(file, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(write(file, command, strlen(command)), strlen(command));
    const ssize_t n = read(file, answer, sizeof answer - 1);
    answer[n > 0 ? n : 0] = '\0';
    close(file);
    return answer;
}

static void *open_filled(const char *server)
{
    struct vtb_error error = {0};
    void *store = kind->open(server, &error);
    if (!store)
        fail_msg("%s", error.message);
    for (uint64_t key = 0; key < RECORDS_N; key++) {
        if (!kind->put(store, &key, sizeof key, &key, sizeof key, &error))
            fail_msg("%s", error.message);
    }
    assert_true(kind->seal(store, &error));
    return store;
}

static void *connected_to(void *store)
{
    struct vtb_error error = {0};
    void *connection = kind->connect(store, &error);
    if (!connection)
        fail_msg("%s", error.message);
    return connection;
}

/* Asks n questions at once, and returns how many had an outcome. */
static size_t ask_many(void *connection, size_t n, enum vtb_store_outcome outcome)
{
    size_t count = 0;
    struct vtb_store_reply reply;
    for (uint64_t key = 0; key < n; key++)
        kind->ask(connection, &key, sizeof key);
    for (uint64_t key = 0; key < n; key++) {
        while (!kind->next(connection, &reply))
            continue;
        count += reply.outcome == outcome;
        if (reply.outcome == VTB_STORE_FOUND)
            assert_memory_equal(reply.value, &key, sizeof key);
        if (reply.outcome == VTB_STORE_FAILED)
            assert_one_line(reply.said);
    }
    assert_false(kind->next(connection, &reply));
    return count;
}

static bool is_there(void)
{
    struct vtb_error error;
    void *store = kind->unavailable ? NULL : kind->open(NULL, &error);
    if (store)
        kind->close(store);
    else
        print_message("left out: %s\n", kind->unavailable ? kind->unavailable : error.message);
    return store != NULL;
}

/* Every question that has no reply yet fails, and each later one; none waits. */
static void a_server_that_ends(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_store_reply reply;
    if (!is_there())
        skip();
    void *store = open_filled(NULL);
    void *connection = connected_to(store);
    assert_int_equal(ask_many(connection, 1000, VTB_STORE_FOUND), 1000);
    for (uint64_t key = 0; key < 10; key++)
        kind->ask(connection, &key, sizeof key);
    assert_true(find_socket());
    (void)say("SHUTDOWN NOSAVE\r\n");
    for (size_t i = 0; i < 10; i++) {
        while (!kind->next(connection, &reply))
            continue;
        assert_int_equal(reply.outcome, VTB_STORE_FAILED);
    }
    assert_int_equal(ask_many(connection, 1000, VTB_STORE_FAILED), 1000);
    assert_null(kind->connect(store, &error));
    assert_begins(error.message, "--store redis: '");
    kind->disconnect(connection);
    kind->close(store);
    assert_false(find_socket());
}

/* In a server that is there already a store has its own keys, and leaves none; and what is no
 * longer there is absent. */
static void a_server_that_is_there(void **state)
{
    (void)state;
    char own[4096];
    if (!is_there())
        skip();
    void *server = open_filled(NULL);
    assert_true(find_socket());
    strcpy(own, found);
    void *store = open_filled(own);
    assert_string_equal(say("DBSIZE\r\n"), ":4000\r\n");
    void *connection = connected_to(store);
    assert_int_equal(ask_many(connection, RECORDS_N / 2, VTB_STORE_FOUND), RECORDS_N / 2);
    kind->close(server); /* it ends; */
    assert_int_equal(ask_many(connection, 10, VTB_STORE_FAILED), 10);
    kind->disconnect(connection);
    kind->close(store);
    server = open_filled(NULL);
    assert_true(find_socket());
    strcpy(own, found);
    store = open_filled(own);
    kind->close(store);
    assert_string_equal(say("DBSIZE\r\n"), ":2000\r\n");
    connection = connected_to(server);
    (void)say("FLUSHALL\r\n");
    assert_int_equal(ask_many(connection, 10, VTB_STORE_ABSENT), 10);
    kind->disconnect(connection);
    kind->close(server);
    assert_false(find_socket());
}

/* One that refuses connections, and none to start. */
static void no_server(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    const char *path = getenv("PATH");
    if (kind->unavailable)
        skip();
    assert_null(kind->open("/nowhere/redis", &error));
    assert_begins(error.message, "--store redis: '/nowhere/redis': ");
    assert_null(kind->open("127.0.0.1:1", &error));
    assert_begins(error.message, "--store redis: '127.0.0.1:1': ");
    char *before = strdup(path ? path : "");
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    assert_null(kind->open(NULL, &error));
    assert_int_equal(setenv("PATH", before, 1), 0);
    free(before);
    assert_contains(error.message, "there is no redis-server; install the package of that name");
    assert_false(find_socket());
}

static int setup(void **state)
{
    alarm(120);                     /* what waits in vain ends the test */
    (void)signal(SIGPIPE, SIG_IGN); /* as the program does */
    return make_directory(state) == 0 ? setenv("TMPDIR", directory, 1) : -1;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_server_that_ends),
        cmocka_unit_test(a_server_that_is_there),
        cmocka_unit_test(no_server),
    };
    return cmocka_run_group_tests(tests, setup, remove_directory);
}
