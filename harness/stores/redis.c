#define VTB_LIBRARY hiredis
#define VTB_LIBRARY_PACKAGE "libhiredis-dev"
#include "stores/redis.h"

#ifdef VTB_LIBRARY_MISSING
const struct vtb_store vtb_store_redis = {
    .word = "redis", .title = "Redis", .unavailable = VTB_LIBRARY_MISSING};
#else

#include <errno.h>
#include <fcntl.h>
#include <hiredis/hiredis.h>
#include <limits.h>
#include <linux/close_range.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>
#include <time.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/clock.h"
#include "base/temporary.h"

/* How long a server of our own may take to listen, and any server to reply. */
#define WAIT_S 5

/* A connection that is lost is made anew, but not more often than this. */
#define AGAIN_S 0.1

/* Records that are on their way to the server at once. */
#define PUT_AT_ONCE 500

#define QUESTIONS_MAX 1024
#define KEY_BYTES 256
#define PREFIX_BYTES 32
#define SAID_BYTES 128

struct server {
    const char *address; /* HOST:PORT or a socket's path, borrowed */
    char folder[PATH_MAX];
    char socket[PATH_MAX + 8];
    struct vtb_child child; /* the server, if it is ours: then its pid is not 0 */
    char prefix[PREFIX_BYTES];
    redisContext *writer;
    size_t unread_n; /* commands of the writer's without a reply */
};

struct connection {
    const struct server *server;
    redisContext *context; /* null: it is lost */
    redisReply *reply;     /* the latest, owned; null: there is none */
    size_t asked_n;        /* questions without a reply */
    double heard_ns;       /* of the latest reply, or of the first question since */
    double again_ns;       /* when to connect again, if it is lost */
    char said[SAID_BYTES]; /* why it was */
};

/* --- a server of our own --- */

static bool become_server(void *context, struct vtb_error *error)
{
    const struct server *server = context;
    char path[PATH_MAX];
    if (!vtb_child_find("redis-server", path))
        return vtb_fail(
            error, VTB_EXIT_INTERNAL,
            "--store redis: there is no redis-server; install the package of that name, "
            "or give --redis");
    const int nothing = open("/dev/null", O_RDWR);
    (void)setpgid(0, 0); /* an interrupt is for the parent, who ends it */
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++)
        (void)dup2(nothing, file);
    (void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    execl(path, path, "--port", "0", "--unixsocket", server->socket, "--save", "", "--appendonly",
          "no", "--dir", server->folder, "--daemonize", "no", "--databases", "1", (char *)NULL);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "--store redis: '%.300s' cannot be started: %s", path,
                    strerror(errno));
}

/* Ends the server, and says how it ended: by that, unless it had before. */
static void end_server(struct server *server, struct vtb_child_end *end)
{
    struct vtb_error error;
    if (server->child.pid <= 0)
        return;
    (void)kill(server->child.pid, SIGKILL);
    if (!vtb_child_wait(&server->child, end, &error))
        *end = (struct vtb_child_end){.how = VTB_CHILD_FAILED, .error = error};
    server->child.pid = 0;
}

static void sleep_a_bit(void)
{
    const struct timespec a_bit = {.tv_nsec = 2000000};
    (void)nanosleep(&a_bit, NULL);
}

static bool start_server(struct server *server, struct vtb_error *error)
{
    if (!vtb_temporary_folder("--store redis", server->folder, error))
        return false;
    (void)snprintf(server->socket, sizeof server->socket, "%s/redis", server->folder);
    if (strlen(server->socket) >= sizeof((struct sockaddr_un *)NULL)->sun_path)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "--store redis: '%.300s' is too long for a socket; set TMPDIR to a shorter "
                        "folder",
                        server->socket);
    server->address = server->socket;
    server->child =
        (struct vtb_child){.name = "--store redis", .run = become_server, .context = server};
    return vtb_child_start(&server->child, error);
}

/* --- connecting --- */

static redisContext *connect_context(const char *address)
{
    const struct timeval wait = {.tv_sec = WAIT_S};
    const char *colon = strrchr(address, ':');
    char host[256];
    redisContext *context;
    if (strchr(address, '/') || !colon) {
        context = redisConnectUnixWithTimeout(address, wait);
    } else {
        (void)snprintf(host, sizeof host, "%.*s", (int)(colon - address), address);
        context = redisConnectWithTimeout(host, (int)strtol(colon + 1, NULL, 10), wait);
    }
    if (context && !context->err)
        (void)redisSetTimeout(context, wait);
    return context;
}

static const char *said_by(const redisContext *context)
{
    return context ? context->errstr : "no memory";
}

static bool fail(const struct server *server, const char *said, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "--store redis: '%.300s': %.300s", server->address,
                    said);
}

/* --- records --- */

/* Takes a reply of the writer's; false, with *error set, if it is an error. */
static bool read_reply(struct server *server, struct vtb_error *error)
{
    void *got = NULL;
    if (redisGetReply(server->writer, &got) != REDIS_OK)
        return fail(server, said_by(server->writer), error);
    redisReply *reply = got;
    const bool ok = reply->type != REDIS_REPLY_ERROR || fail(server, reply->str, error);
    freeReplyObject(reply);
    server->unread_n--;
    return ok;
}

static bool read_replies(struct server *server, struct vtb_error *error)
{
    while (server->unread_n > 0) {
        if (!read_reply(server, error))
            return false;
    }
    return true;
}

/* Writes a key with the prefix, and gives its length. Keys are short: a text's, or a number. */
static size_t full_key(const struct server *server, const void *key, size_t key_n,
                       char full[KEY_BYTES])
{
    const size_t prefix_n = strlen(server->prefix);
    key_n = key_n < KEY_BYTES - prefix_n ? key_n : KEY_BYTES - prefix_n;
    memcpy(full, server->prefix, prefix_n);
    memcpy(full + prefix_n, key, key_n);
    return prefix_n + key_n;
}

static bool put(void *store, const void *key, size_t key_n, const void *value, size_t value_n,
                struct vtb_error *error)
{
    struct server *server = store;
    char full[KEY_BYTES];
    const size_t full_n = full_key(server, key, key_n, full);
    const char *words[] = {"SET", full, value};
    const size_t lengths[] = {3, full_n, value_n};
    if (redisAppendCommandArgv(server->writer, 3, words, lengths) != REDIS_OK)
        return fail(server, said_by(server->writer), error);
    server->unread_n++;
    return server->unread_n < PUT_AT_ONCE || read_replies(server, error);
}

static bool seal(void *store, struct vtb_error *error)
{
    return read_replies(store, error);
}

/* Takes this process's keys out of a server that is not ours. */
static void take_keys_out(struct server *server)
{
    char cursor[32] = "0";
    bool more = server->unread_n == 0;
    while (more) {
        redisReply *reply =
            redisCommand(server->writer, "SCAN %s MATCH %s* COUNT 1000", cursor, server->prefix);
        more = reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2;
        for (size_t i = 0; more && i < reply->element[1]->elements; i++) {
            const redisReply *key = reply->element[1]->element[i];
            freeReplyObject(redisCommand(server->writer, "UNLINK %b", key->str, (size_t)key->len));
        }
        if (more)
            (void)snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
        freeReplyObject(reply);
        more = more && strcmp(cursor, "0") != 0;
    }
}

static void close_store(void *store)
{
    struct server *server = store;
    struct vtb_child_end end;
    if (server->writer && !server->writer->err && server->child.pid == 0)
        take_keys_out(server);
    if (server->writer)
        redisFree(server->writer);
    end_server(server, &end);
    vtb_temporary_remove(server->folder);
    free(server);
}

/* Connects to write; a server of our own is waited for until it listens. */
static bool connect_writer(struct server *server, struct vtb_error *error)
{
    struct vtb_child_end end = {.how = VTB_CHILD_WELL};
    const double start_ns = vtb_now_ns();
    server->writer = connect_context(server->address);
    while (server->child.pid > 0 && server->writer && server->writer->err &&
           vtb_now_ns() - start_ns < WAIT_S * 1e9 && !vtb_child_has_ended(&server->child)) {
        redisFree(server->writer);
        sleep_a_bit();
        server->writer = connect_context(server->address);
    }
    if (server->writer && !server->writer->err)
        return true;
    end_server(server, &end);
    if (end.how != VTB_CHILD_FAILED)
        return fail(server, said_by(server->writer), error);
    *error = end.error;
    return false;
}

static void *open_store(const char *address, struct vtb_error *error)
{
    static unsigned n;
    struct server *server = vtb_allocate(1, sizeof *server, "a store");
    server->address = address;
    (void)snprintf(server->prefix, sizeof server->prefix, "vtb:%ld:%u:", (long)getpid(), ++n);
    if ((address || start_server(server, error)) && connect_writer(server, error))
        return server;
    close_store(server);
    return NULL;
}

/* --- questions --- */

/* Reads from now on without waiting. */
static void stop_waiting(redisContext *context)
{
    (void)fcntl(context->fd, F_SETFL, fcntl(context->fd, F_GETFL) | O_NONBLOCK);
    context->flags &= ~REDIS_BLOCK;
}

/* Notes why the connection is lost; its questions then fail, one after the other. */
static void lose(struct connection *connection, const char *said)
{
    (void)snprintf(connection->said, sizeof connection->said, "%s", said);
    if (connection->context)
        redisFree(connection->context);
    connection->context = NULL;
    connection->again_ns = vtb_now_ns() + AGAIN_S * 1e9;
}

static void connect_again(struct connection *connection)
{
    connection->context = connect_context(connection->server->address);
    if (!connection->context || connection->context->err)
        lose(connection, said_by(connection->context));
    else
        stop_waiting(connection->context);
}

static void disconnect(void *what)
{
    struct connection *connection = what;
    freeReplyObject(connection->reply);
    if (connection->context)
        redisFree(connection->context);
    free(connection);
}

static void *connect_to(void *store, struct vtb_error *error)
{
    struct connection *connection = vtb_allocate(1, sizeof *connection, "a connection");
    connection->server = store;
    connect_again(connection);
    if (connection->context)
        return connection;
    (void)fail(connection->server, connection->said, error);
    disconnect(connection);
    return NULL;
}

static void ask(void *what, const void *key, size_t key_n)
{
    struct connection *connection = what;
    char full[KEY_BYTES];
    const size_t full_n = full_key(connection->server, key, key_n, full);
    const char *words[] = {"GET", full};
    const size_t lengths[] = {3, full_n};
    if (!connection->context && connection->asked_n == 0 && vtb_now_ns() >= connection->again_ns)
        connect_again(connection);
    if (connection->context &&
        redisAppendCommandArgv(connection->context, 2, words, lengths) != REDIS_OK)
        lose(connection, said_by(connection->context));
    if (connection->asked_n++ == 0)
        connection->heard_ns = vtb_now_ns();
}

/* Sends what was asked, and takes a reply that has come. */
static void *exchange(struct connection *connection)
{
    redisContext *context = connection->context;
    void *got = NULL;
    int done = 0;
    bool ok = redisGetReplyFromReader(context, &got) == REDIS_OK;
    if (ok && !got)
        ok = redisBufferWrite(context, &done) == REDIS_OK && redisBufferRead(context) == REDIS_OK &&
             redisGetReplyFromReader(context, &got) == REDIS_OK;
    if (!ok)
        lose(connection, said_by(context));
    else if (!got && vtb_now_ns() - connection->heard_ns > WAIT_S * 1e9)
        lose(connection, "no reply came for 5 s");
    return got;
}

static void tell(const struct connection *connection, struct vtb_store_reply *reply)
{
    const redisReply *got = connection->reply;
    *reply = (struct vtb_store_reply){.outcome = VTB_STORE_FAILED, .said = connection->said};
    if (got && got->type == REDIS_REPLY_STRING)
        *reply = (struct vtb_store_reply){VTB_STORE_FOUND, got->str, (size_t)got->len, NULL};
    else if (got && got->type == REDIS_REPLY_NIL)
        reply->outcome = VTB_STORE_ABSENT;
    else if (got)
        reply->said = got->type == REDIS_REPLY_ERROR ? got->str : "a reply of another type";
}

static bool next(void *what, struct vtb_store_reply *reply)
{
    struct connection *connection = what;
    freeReplyObject(connection->reply);
    connection->reply = NULL;
    if (connection->asked_n == 0)
        return false;
    if (connection->context)
        connection->reply = exchange(connection);
    if (!connection->reply && connection->context)
        return false;
    connection->heard_ns = vtb_now_ns();
    connection->asked_n--;
    tell(connection, reply);
    return true;
}

static void version(char *text, size_t bytes)
{
    (void)snprintf(text, bytes, "%d.%d.%d", HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
}

const struct vtb_store vtb_store_redis = {
    .word = "redis",
    .title = "Redis",
    .takes_address = true,
    .questions_max = QUESTIONS_MAX,
    .version = version,
    .open = open_store,
    .put = put,
    .seal = seal,
    .close = close_store,
    .connect = connect_to,
    .disconnect = disconnect,
    .ask = ask,
    .next = next,
};
#endif
