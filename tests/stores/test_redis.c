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

/* The process that listens at the socket that was found. */
static pid_t listener(void)
{
    struct sockaddr_un address = {.sun_family = AF_UNIX};
    struct ucred who;
    socklen_t bytes = sizeof who;
    (void)snprintf(address.sun_path, sizeof address.sun_path, "%.100s", found);
    const int file = socket(AF_UNIX, SOCK_STREAM, 0);
    assert_int_equal(connect(file, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(getsockopt(file, SOL_SOCKET, SO_PEERCRED, &who, &bytes), 0);
    close(file);
    return who.pid;
}

static void *open_with_life(const char *server, double life_s)
{
    struct vtb_error error = {0};
    void *store = kind->open(server, life_s, &error);
    if (!store)
        fail_msg("%s", error.message);
    for (uint64_t key = 0; key < RECORDS_N; key++) {
        if (!kind->put(store, &key, sizeof key, &key, sizeof key, &error))
            fail_msg("%s", error.message);
    }
    assert_true(kind->seal(store, &error));
    return store;
}

static void *open_filled(const char *server)
{
    return open_with_life(server, 0);
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
    void *store = kind->unavailable ? NULL : kind->open(NULL, 0, &error);
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

/* A server that says nothing any more is waited for once: what is asked from then on fails, and is
 * not waited for again at once. The limit of this test's time ends one that is. */
static void a_server_that_is_silent(void **state)
{
    (void)state;
    if (!is_there())
        skip();
    void *store = open_filled(NULL);
    void *connection = connected_to(store);
    assert_true(find_socket());
    assert_int_equal(kill(listener(), SIGSTOP), 0);
    assert_int_equal(ask_many(connection, 1, VTB_STORE_FAILED), 1);
    for (size_t i = 0; i < 600; i++) {
        usleep(5000); /* together longer than after a connection that is refused */
        assert_int_equal(ask_many(connection, 1, VTB_STORE_FAILED), 1);
    }
    kind->disconnect(connection);
    kind->close(store);
    assert_false(find_socket());
}

/* The seconds that some key of the server has to live; -1: no end. */
static int life_of_a_key(void)
{
    const char *answer = say("EVAL 'return redis.call(\"TTL\", redis.call(\"RANDOMKEY\"))' 0\r\n");
    assert_int_equal(answer[0], ':');
    return (int)strtol(answer + 1, NULL, 10);
}

/* Keys live as long as records do. Those in a server that is there already have an end in any
 * case, as a run that is killed takes none out. */
static void keys_expire(void **state)
{
    (void)state;
    char own[4096];
    if (!is_there())
        skip();
    void *server = open_filled(NULL);
    assert_true(find_socket());
    strcpy(own, found);
    assert_int_equal(life_of_a_key(), -1);
    (void)say("FLUSHALL\r\n");
    void *store = open_filled(own);
    assert_in_range(life_of_a_key(), 80000, 86400);
    kind->close(store);
    store = open_with_life(own, 300);
    assert_in_range(life_of_a_key(), 200, 300);
    kind->close(store);
    kind->close(server);
}

/* What has expired is absent until it is put again; other replies are those of the questions. */
static void what_expired_is_put_again(void **state)
{
    (void)state;
    const uint64_t key = 1;
    if (!is_there())
        skip();
    void *store = open_with_life(NULL, 1e-9); /* a millisecond, which is the least */
    void *connection = connected_to(store);
    usleep(5000);
    assert_int_equal(ask_many(connection, 10, VTB_STORE_ABSENT), 10);
    assert_true(find_socket());
    kind->disconnect(connection);
    kind->close(store);
    store = open_with_life(NULL, 1000);
    assert_true(find_socket());
    (void)say("FLUSHALL\r\n");
    connection = connected_to(store);
    kind->put_again(connection, &key, sizeof key, &key, sizeof key);
    assert_int_equal(ask_many(connection, 10, VTB_STORE_FOUND), 1);
    assert_in_range(life_of_a_key(), 900, 1000);
    kind->disconnect(connection);
    kind->close(store);
}

/* A server that has no room for all records is left with none of them. */
static void a_server_that_is_full(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    char own[4096];
    if (!is_there())
        skip();
    void *server = open_filled(NULL);
    assert_true(find_socket());
    strcpy(own, found);
    void *store = kind->open(own, 0, &error);
    assert_non_null(store);
    bool ok = true;
    for (uint64_t key = 0; ok && key < 5000; key++) {
        if (key == 1000)
            (void)say("CONFIG SET maxmemory 1\r\n");
        ok = kind->put(store, &key, sizeof key, &key, sizeof key, &error);
    }
    assert_false(ok && kind->seal(store, &error));
    assert_begins(error.message, "--redis: '");
    assert_contains(error.message, "OOM");
    kind->close(store);
    assert_string_equal(say("DBSIZE\r\n"), ":2000\r\n");
    kind->close(server);
}

/* Keys that are the same but for the end of a long text. */
static void long_keys(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    struct vtb_store_reply reply;
    char key[1000];
    if (!is_there())
        skip();
    void *store = kind->open(NULL, 0, &error);
    memset(key, 'k', sizeof key);
    for (int i = 0; i < 2; i++) {
        key[sizeof key - 1] = (char)i;
        assert_true(kind->put(store, key, sizeof key, &i, sizeof i, &error));
    }
    assert_true(kind->seal(store, &error));
    void *connection = connected_to(store);
    for (int i = 0; i < 2; i++) {
        key[sizeof key - 1] = (char)i;
        kind->ask(connection, key, sizeof key);
        while (!kind->next(connection, &reply))
            continue;
        assert_int_equal(reply.outcome, VTB_STORE_FOUND);
        assert_memory_equal(reply.value, &i, sizeof i);
    }
    kind->disconnect(connection);
    kind->close(store);
}

/* One that refuses connections, and none to start. */
static void no_server(void **state)
{
    (void)state;
    struct vtb_error error = {0};
    const char *path = getenv("PATH");
    if (kind->unavailable)
        skip();
    assert_null(kind->open("/nowhere/redis", 0, &error));
    assert_begins(error.message, "--redis: '/nowhere/redis': ");
    assert_null(kind->open("127.0.0.1:1", 0, &error));
    assert_begins(error.message, "--redis: '127.0.0.1:1': ");
    char *before = strdup(path ? path : "");
    assert_int_equal(setenv("PATH", "/nowhere", 1), 0);
    assert_null(kind->open(NULL, 0, &error));
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
        cmocka_unit_test(a_server_that_is_silent),
        cmocka_unit_test(keys_expire),
        cmocka_unit_test(what_expired_is_put_again),
        cmocka_unit_test(a_server_that_is_full),
        cmocka_unit_test(long_keys),
        cmocka_unit_test(no_server),
    };
    return cmocka_run_group_tests(tests, setup, remove_directory);
}
