#include "stores/store.h"

#include "stores/redis.h"
#include "stores/sqlite.h"

const struct vtb_store *const vtb_stores[] = {&vtb_store_sqlite, &vtb_store_redis, NULL};

const char *const vtb_store_words[] = {"simulated", "sqlite", "redis", NULL};

const struct vtb_store *vtb_store_of(int word)
{
    return word == VTB_STORE_SIMULATED ? NULL : vtb_stores[word - 1];
}
