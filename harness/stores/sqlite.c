#define VTB_LIBRARY sqlite3
#define VTB_LIBRARY_PACKAGE "libsqlite3-dev"
#include "stores/sqlite.h"

#ifdef VTB_LIBRARY_MISSING
const struct vtb_store vtb_store_sqlite = {
    .word = "sqlite", .title = "SQLite", .unavailable = VTB_LIBRARY_MISSING};
#else

#include <limits.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/temporary.h"

struct file {
    char folder[PATH_MAX];
    char path[PATH_MAX + 16];
    sqlite3 *writer; /* null once it is sealed, as is `put` */
    sqlite3_stmt *put;
};

struct connection {
    sqlite3 *reader;
    sqlite3_stmt *get;
    int code;     /* of the question that was asked last */
    bool is_told; /* its reply was given */
};

static bool fail(const struct file *file, const char *what, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "--store sqlite: %s: %s", what,
                    file->writer ? sqlite3_errmsg(file->writer) : "no memory");
}

static bool prepare(struct file *file, struct vtb_error *error)
{
    static const char schema[] =
        "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF;"
        "CREATE TABLE records (key BLOB PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID; BEGIN";
    static const char put[] = "INSERT OR REPLACE INTO records VALUES (?, ?)";
    if (!vtb_temporary_folder("--store sqlite", file->folder, error))
        return false;
    (void)snprintf(file->path, sizeof file->path, "%s/records.db", file->folder);
    const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
    return (sqlite3_open_v2(file->path, &file->writer, flags, NULL) == SQLITE_OK &&
            sqlite3_exec(file->writer, schema, NULL, NULL, NULL) == SQLITE_OK &&
            sqlite3_prepare_v2(file->writer, put, -1, &file->put, NULL) == SQLITE_OK) ||
           fail(file, "the database cannot be made", error);
}

static void close_writer(struct file *file)
{
    (void)sqlite3_finalize(file->put);
    (void)sqlite3_close(file->writer);
    file->put = NULL;
    file->writer = NULL;
}

static void close_store(void *store)
{
    struct file *file = store;
    close_writer(file);
    vtb_temporary_remove(file->folder);
    free(file);
}

static void *open_store(const char *address, double life_s, struct vtb_error *error)
{
    (void)address;
    (void)life_s;
    struct file *file = vtb_allocate(1, sizeof *file, "a store");
    if (prepare(file, error))
        return file;
    close_store(file);
    return NULL;
}

static bool put(void *store, const void *key, size_t key_n, const void *value, size_t value_n,
                struct vtb_error *error)
{
    struct file *file = store;
    const bool done =
        sqlite3_bind_blob(file->put, 1, key, (int)key_n, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_bind_blob(file->put, 2, value, (int)value_n, SQLITE_STATIC) == SQLITE_OK &&
        sqlite3_step(file->put) == SQLITE_DONE && sqlite3_reset(file->put) == SQLITE_OK;
    return done || fail(file, "a record cannot be written", error);
}

static bool seal(void *store, struct vtb_error *error)
{
    struct file *file = store;
    if (sqlite3_exec(file->writer, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        return fail(file, "the records cannot be written", error);
    close_writer(file);
    return true;
}

static void disconnect(void *what)
{
    struct connection *connection = what;
    (void)sqlite3_finalize(connection->get);
    (void)sqlite3_close(connection->reader);
    free(connection);
}

static void *connect_to(void *store, struct vtb_error *error)
{
    static const char get[] = "SELECT value FROM records WHERE key = ?";
    const struct file *file = store;
    const int flags = SQLITE_OPEN_READONLY | SQLITE_OPEN_NOMUTEX;
    struct connection *connection = vtb_allocate(1, sizeof *connection, "a connection");
    connection->is_told = true;
    if (sqlite3_open_v2(file->path, &connection->reader, flags, NULL) == SQLITE_OK &&
        sqlite3_prepare_v3(connection->reader, get, -1, SQLITE_PREPARE_PERSISTENT, &connection->get,
                           NULL) == SQLITE_OK)
        return connection;
    vtb_error_set(error, VTB_EXIT_INTERNAL, "--store sqlite: '%.300s' cannot be read: %s",
                  file->path,
                  connection->reader ? sqlite3_errmsg(connection->reader) : "no memory");
    disconnect(connection);
    return NULL;
}

static void ask(void *what, const void *key, size_t key_n)
{
    struct connection *connection = what;
    (void)sqlite3_reset(connection->get); /* unless that was done */
    connection->code = sqlite3_bind_blob(connection->get, 1, key, (int)key_n, SQLITE_STATIC);
    if (connection->code == SQLITE_OK)
        connection->code = sqlite3_step(connection->get);
    connection->is_told = false;
}

/* The lock on the file is given back with the value, by the call that finds no other reply. */
static bool next(void *what, struct vtb_store_reply *reply)
{
    struct connection *connection = what;
    if (connection->is_told) {
        (void)sqlite3_reset(connection->get);
        return false;
    }
    connection->is_told = true;
    *reply = (struct vtb_store_reply){.outcome = VTB_STORE_FAILED};
    if (connection->code == SQLITE_ROW) {
        reply->outcome = VTB_STORE_FOUND;
        reply->value = sqlite3_column_blob(connection->get, 0);
        reply->value_n = (size_t)sqlite3_column_bytes(connection->get, 0);
    } else if (connection->code == SQLITE_DONE) {
        reply->outcome = VTB_STORE_ABSENT;
    } else {
        reply->said = sqlite3_errmsg(connection->reader);
    }
    return true;
}

static void version(char *text, size_t bytes)
{
    (void)snprintf(text, bytes, "%s", sqlite3_libversion());
}

const struct vtb_store vtb_store_sqlite = {
    .word = "sqlite",
    .title = "SQLite",
    .questions_max = 1,
    .library = "libsqlite3",
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
