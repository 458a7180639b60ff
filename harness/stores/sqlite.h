/* SQLite as a store: a table of keys and values in a file of a temporary folder. Each connection
 * opens the file by itself, to read only, and has one prepared statement. */
#ifndef STORES_SQLITE_H
#define STORES_SQLITE_H

#include "stores/store.h"

extern const struct vtb_store vtb_store_sqlite;

#endif
