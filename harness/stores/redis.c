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
#include <math.h>
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
#include "stores/address.h"

/* How long a server of our own may take to listen, and any server to reply. */
#define WAIT_S 5
#define NO_REPLY "no reply came for 5 s"

/* A connection that is lost is made anew, but not more often than this, and so that waiting for
 * replies and connections that do not come takes a small part of the time, not all of it. */
#define AGAIN_S 0.1
#define AGAIN_TIMES 20

/* The life of keys in a server that is there already, if records do not expire: a run that is
 * killed takes nothing out. */
#define LEFT_S (24 * 60 * 60)

/* Records that are on their way to the server at once. */
#define PUT_AT_ONCE 500

/* Keys that are taken out at once. */
#define SCANNED_N "1000"

#define QUESTIONS_MAX 1024
#define PREFIX_BYTES 32
#define LIFE_BYTES 24
#define SAID_BYTES 128

struct server {
    const char *address; /* HOST:PORT or a socket's path, borrowed */
    char folder[PATH_MAX];
    char socket[PATH_MAX + 8];
    struct vtb_child child; /* the server, if it is ours: then its pid is not 0 */
    char prefix[PREFIX_BYTES];
    char life_ms[LIFE_BYTES]; /* of a key; empty: it has no end */
    redisContext *writer;
    size_t unread_n; /* commands of the writer's without a reply */
    bool has_keys;   /* or may have */
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
    char host[VTB_HOST_BYTES];
    int port;
    redisContext *context = vtb_address_split(address, host, &port)
                                ? redisConnectWithTimeout(host, port, wait)
                                : redisConnectUnixWithTimeout(address, wait);
    if (context && !context->err)
        (void)redisSetTimeout(context, wait);
    return context;
}

static const char *said_by(const redisContext *context)
{
    return context ? context->errstr : "no memory";
}

static bool is_own(const struct server *server)
{
    return server->address == server->socket;
}

static bool fail(const struct server *server, const char *said, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: '%.300s': %.300s",
                    is_own(server) ? "--store redis" : "--redis", server->address, said);
}

/* --- records --- */

/* Takes a reply of the writer's; false, with *error set, if it is an error. */
static bool read_reply(struct server *server, struct vtb_error *error)
{
    void *got = NULL;
    if (redisGetReply(server->writer, &got) != REDIS_OK)
        return fail(server, errno == EAGAIN ? NO_REPLY : said_by(server->writer), error);
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

/* Appends a command that puts a record, with the life that keys have. */
static bool append_put(redisContext *context, const struct server *server, const void *key,
                       size_t key_n, const void *value, size_t value_n)
{
    return (*server->life_ms ? redisAppendCommand(context, "SET %s%b %b PX %s", server->prefix, key,
                                                  key_n, value, value_n, server->life_ms)
                             : redisAppendCommand(context, "SET %s%b %b", server->prefix, key,
                                                  key_n, value, value_n)) == REDIS_OK;
}

static bool put(void *store, const void *key, size_t key_n, const void *value, size_t value_n,
                struct vtb_error *error)
{
    struct server *server = store;
    if (!append_put(server->writer, server, key, key_n, value, value_n))
        return fail(server, said_by(server->writer), error);
    server->has_keys = true;
    server->unread_n++;
    return server->unread_n < PUT_AT_ONCE || read_replies(server, error);
}

static bool seal(void *store, struct vtb_error *error)
{
    return read_replies(store, error);
}

/* Asks for some of this store's keys, from a place on. Null: there is none that answers. */
static redisReply *scan(redisContext *context, const struct server *server, const char *cursor)
{
    redisReply *reply =
        redisCommand(context, "SCAN %s MATCH %s* COUNT " SCANNED_N, cursor, server->prefix);
    if (reply && reply->type == REDIS_REPLY_ARRAY && reply->elements == 2)
        return reply;
    freeReplyObject(reply);
    return NULL;
}

/* Takes the keys of a reply out, all at once. */
static bool take_out(redisContext *context, const redisReply *keys)
{
    bool ok = true;
    void *got = NULL;
    for (size_t i = 0; ok && i < keys->elements; i++)
        ok = redisAppendCommand(context, "UNLINK %b", keys->element[i]->str,
                                (size_t)keys->element[i]->len) == REDIS_OK;
    for (size_t i = 0; ok && i < keys->elements; i++) {
        ok = redisGetReply(context, &got) == REDIS_OK;
        if (ok)
            freeReplyObject(got);
    }
    return ok;
}

/* Takes this store's keys out of a server that is not ours, by a connection of its own: the writer
 * may have unread replies, or be lost. */
static void take_keys_out(const struct server *server)
{
    redisContext *context = connect_context(server->address);
    char cursor[32] = "0";
    bool more = context && !context->err;
    while (more) {
        redisReply *reply = scan(context, server, cursor);
        more = reply && take_out(context, reply->element[1]);
        if (more)
            (void)snprintf(cursor, sizeof cursor, "%s", reply->element[0]->str);
        freeReplyObject(reply);
        more = more && strcmp(cursor, "0") != 0;
    }
    if (context)
        redisFree(context);
}

static void close_store(void *store)
{
    struct server *server = store;
    struct vtb_child_end end;
    if (server->writer)
        redisFree(server->writer);
    if (server->has_keys && !is_own(server))
        take_keys_out(server);
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

/* Sets the life of keys, which is whole milliseconds, and at least one. */
static void set_life(struct server *server, double life_s)
{
    if (life_s == 0 && server->address)
        life_s = LEFT_S;
    if (life_s > 0)
        (void)snprintf(server->life_ms, sizeof server->life_ms, "%.0f", fmax(1, life_s * 1e3));
}

static void *open_store(const char *address, double life_s, struct vtb_error *error)
{
    static unsigned n;
    struct server *server = vtb_allocate(1, sizeof *server, "a store");
    server->address = address;
    set_life(server, life_s);
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

/* Notes why the connection is lost, which was waited for since a moment; its questions then fail,
 * one after the other. */
static void lose(struct connection *connection, const char *said, double since_ns)
{
    const double now_ns = vtb_now_ns();
    (void)snprintf(connection->said, sizeof connection->said, "%s", said);
    if (connection->context)
        redisFree(connection->context);
    connection->context = NULL;
    connection->again_ns = now_ns + fmax(AGAIN_S * 1e9, AGAIN_TIMES * (now_ns - since_ns));
}

static void connect_again(struct connection *connection)
{
    const double start_ns = vtb_now_ns();
    connection->context = connect_context(connection->server->address);
    if (!connection->context || connection->context->err)
        lose(connection, said_by(connection->context), start_ns);
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
    if (connection->asked_n++ == 0) {
        connection->heard_ns = vtb_now_ns();
        if (!connection->context && connection->heard_ns >= connection->again_ns)
            connect_again(connection);
    }
    if (connection->context &&
        redisAppendCommand(connection->context, "GET %s%b", connection->server->prefix, key,
                           key_n) != REDIS_OK)
        lose(connection, said_by(connection->context), vtb_now_ns());
}

/* The server does not answer this, so that replies stay those of the questions. */
static void put_again(void *what, const void *key, size_t key_n, const void *value, size_t value_n)
{
    struct connection *connection = what;
    redisContext *context = connection->context;
    if (context && (redisAppendCommand(context, "CLIENT REPLY SKIP") != REDIS_OK ||
                    !append_put(context, connection->server, key, key_n, value, value_n)))
        lose(connection, said_by(context), vtb_now_ns());
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
        lose(connection, said_by(context), vtb_now_ns());
    else if (!got && vtb_now_ns() - connection->heard_ns > WAIT_S * 1e9)
        lose(connection, NO_REPLY, connection->heard_ns);
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
    .library = "libhiredis",
    .version = version,
    .open = open_store,
    .put = put,
    .seal = seal,
    .close = close_store,
    .connect = connect_to,
    .disconnect = disconnect,
    .ask = ask,
    .next = next,
    .put_again = put_again,
};
#endif
