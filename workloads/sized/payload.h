/* The payload curve: a struct of VTB_PAYLOAD_BYTES, which the build or --payload sets, by number.
 * One service, of which only the size of the result differs; the caller reads all of it. */
#ifndef WORKLOADS_SIZED_PAYLOAD_H
#define WORKLOADS_SIZED_PAYLOAD_H

#include <vtb/key_number.h>

#ifndef VTB_PAYLOAD_BYTES
#define VTB_PAYLOAD_BYTES 8
#endif
#define VTB_LARGE_VALUE (VTB_PAYLOAD_BYTES > 8)

/* The largest type of words of which just so many bytes consist. */
#if VTB_PAYLOAD_BYTES % 8 == 0
typedef uint64_t payload_word;
#elif VTB_PAYLOAD_BYTES % 4 == 0
typedef uint32_t payload_word;
#elif VTB_PAYLOAD_BYTES % 2 == 0
typedef uint16_t payload_word;
#else
typedef uint8_t payload_word;
#endif
#define PAYLOAD_WORDS_N (VTB_PAYLOAD_BYTES / sizeof(payload_word))

typedef struct payload {
    payload_word words[PAYLOAD_WORDS_N];
} vtb_value;

static_assert(sizeof(vtb_value) == VTB_PAYLOAD_BYTES, "a payload is as large as it says");

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
        value.words[i] = (payload_word)((number + 1) * (2 * i + 0x9e3779b9));
    return value;
}

/* Adds up every word, weighted by its place, so that each counts, and where it stands. */
static inline uint64_t vtb_consume(const vtb_value *value)
{
    uint64_t sum = 0;
    for (size_t i = 0; i < PAYLOAD_WORDS_N; i++)
        sum += value->words[i] * (2 * i + 1);
    return sum;
}

#include <vtb/map.h>

/* So few keys that the values of some hundred bytes fit the second-level cache, as the smallest
 * do. */
#define PAYLOAD_KEYS 4000

VTB_WORKLOAD(payload) = {
    .summary = VTB_STRING(VTB_PAYLOAD_BYTES) " bytes by number",
    .default_hit_rate = 0.80,
    .default_keys = PAYLOAD_KEYS,
    .max_keys = 10000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
    .payload_bytes = VTB_PAYLOAD_BYTES,
};

#endif
