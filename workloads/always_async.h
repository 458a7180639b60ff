/* FetchFromApi: an answer from a remote service, which no cache stands in front of by default:
 * every call waits. The wrong place for a value task; a hit rate may be given all the same. */
#ifndef WORKLOADS_ALWAYS_ASYNC_H
#define WORKLOADS_ALWAYS_ASYNC_H

#define VTB_VALUE_REFERS 1
#include <vtb/key_number.h>

struct api_data {
    uint64_t version;
    uint64_t digest;
};

typedef const struct api_data *vtb_value;

static inline size_t vtb_records_bytes(uint64_t answers_n)
{
    return answers_n * sizeof(struct api_data);
}

static inline void vtb_make_records(void *records, uint64_t answers_n)
{
    struct api_data *answers = (struct api_data *)records;
    for (uint64_t i = 0; i < answers_n; i++) {
        answers[i].version = i & 15;
        answers[i].digest = vtb_mix64(i);
    }
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return (vtb_value)records + number;
}

static inline uint64_t vtb_consume(const vtb_value *answer)
{
    return (*answer)->digest + (*answer)->version;
}

#include <vtb/map.h>

VTB_WORKLOAD(always_async) = {
    .summary = "FetchFromApi: never at hand",
    .default_hit_rate = 0,
    .default_keys = 100000,
    .max_keys = 100000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
