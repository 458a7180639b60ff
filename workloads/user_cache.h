/* UserService: a user by number, from a cache in front of a database. The value is a pointer to the
 * user, and the caller reads the user it got. */
#ifndef WORKLOADS_USER_CACHE_H
#define WORKLOADS_USER_CACHE_H

#define VTB_VALUE_REFERS 1
#include <vtb/key_number.h>

struct user {
    int32_t id;
    uint32_t logins;
    int64_t balance;
};

typedef const struct user *vtb_value;

static inline size_t vtb_records_bytes(uint64_t users_n)
{
    return users_n * sizeof(struct user);
}

static inline void vtb_make_records(void *records, uint64_t users_n)
{
    struct user *users = (struct user *)records;
    for (uint64_t id = 0; id < users_n; id++) {
        users[id].id = (int32_t)id;
        users[id].logins = (uint32_t)vtb_mix64(id);
        users[id].balance = (int64_t)(vtb_mix64(~id) >> 24);
    }
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return (vtb_value)records + number;
}

static inline uint64_t vtb_consume(const vtb_value *user)
{
    return (uint64_t)(*user)->balance + (*user)->logins;
}

#include <vtb/map.h>

VTB_WORKLOAD(user_cache) = {
    .summary = "UserService: a user by number",
    .default_hit_rate = 0.80,
    .default_keys = 100000,
    .max_keys = 100000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
