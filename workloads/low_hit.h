/* GetData: a record by number, from a cache that mostly misses: the wrong place for a value task.
 * The value is the record itself. */
#ifndef WORKLOADS_LOW_HIT_H
#define WORKLOADS_LOW_HIT_H

#include <vtb/key_number.h>

#define VTB_LARGE_VALUE 1
typedef struct low_hit_data {
    uint64_t id;
    uint64_t words[3];
} vtb_value;

static inline size_t vtb_records_bytes(uint64_t keys_n)
{
    (void)keys_n;
    return 0; /* a record follows from its number */
}

static inline void vtb_make_records(void *records, uint64_t keys_n)
{
    (void)records;
    (void)keys_n;
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    (void)records;
    const vtb_value value = {number, {vtb_mix64(number), number * 3, ~number}};
    return value;
}

static inline uint64_t vtb_consume(const vtb_value *value)
{
    return value->id + value->words[0] + 3 * value->words[1] + 5 * value->words[2];
}

#include <vtb/map.h>

VTB_WORKLOAD(low_hit) = {
    .summary = "GetData: mostly not cached",
    .default_hit_rate = 0.30,
    .default_keys = 100000,
    .max_keys = 50000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
