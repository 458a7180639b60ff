/* The payload curve: a struct of PAYLOAD_BYTES, which the workload defines, by number. One service,
 * of which only the size of the result differs; the caller reads all of it. */
#ifndef WORKLOADS_COMMON_PAYLOAD_H
#define WORKLOADS_COMMON_PAYLOAD_H

#include <vtb/key_number.h>

#ifndef PAYLOAD_BYTES
#define PAYLOAD_BYTES 8
#endif
#define PAYLOAD_WORDS_N (PAYLOAD_BYTES / 8)
#define VTB_LARGE_VALUE (PAYLOAD_BYTES > 8)

typedef struct payload {
    uint64_t words[PAYLOAD_WORDS_N];
} vtb_value;

static inline size_t vtb_records_bytes(uint64_t keys_n)
{
    (void)keys_n;
    return 0; /* a payload follows from its number */
}

static inline void vtb_make_records(void *records, uint64_t keys_n)
{
    (void)records;
    (void)keys_n;
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    (void)records;
    vtb_value value;
    for (size_t i = 0; i < PAYLOAD_WORDS_N; i++)
        value.words[i] = (number + 1) * (2 * i + 0x9e3779b9);
    return value;
}

/* Every word counts, and where it stands. */
static inline uint64_t vtb_consume(const vtb_value *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PAYLOAD_WORDS_N; i++)
        sum += value->words[i] * (2 * i + 1);
    return sum;
}

#include <vtb/map.h>

/* So few that the largest fit the second-level cache, as the least do. */
#define PAYLOAD_KEYS 4000

/* clang-format off */
#define PAYLOAD_WORKLOAD(bytes)                                  \
    {                                                            \
        .summary = #bytes " bytes by number", \
        .default_hit_rate = 0.80,                                \
        .default_keys = PAYLOAD_KEYS,                            \
        .max_keys = 10000000,                                    \
        .key_bytes = sizeof(vtb_key),                            \
        .value_bytes = sizeof(vtb_value),                        \
        VTB_MAP_FUNCTIONS,                                       \
        .payload_bytes = bytes,                                  \
    }
/* clang-format on */

#endif
