/* Keys that are 32-bit numbers, for a workload that uses map.h. (key_text.h has keys that are
 * strings.) */
#ifndef VTB_KEY_NUMBER_H
#define VTB_KEY_NUMBER_H

#include "workload.h"

typedef int32_t vtb_key;

static inline size_t vtb_keys_bytes(uint64_t keys_n)
{
    (void)keys_n;
    return 0; /* a number needs no memory of its own */
}

static inline void vtb_make_keys(void *keys, uint64_t keys_n)
{
    (void)keys;
    (void)keys_n;
}

/* The key of an entry of the schedule. VTB_ID_MISS is the sign: a key that misses is negative. */
static inline vtb_key vtb_map_key(const void *keys, uint64_t keys_n, uint32_t id)
{
    (void)keys;
    (void)keys_n;
    return (vtb_key)id;
}

/* Fibonacci hashing, which spreads consecutive numbers evenly over the slots. So the first probe
 * nearly always decides, as it does in .NET's dictionary, where a number is its own hash. */
static inline uint64_t vtb_hash(vtb_key key)
{
    return (uint32_t)key * UINT64_C(0x9e3779b97f4a7c15);
}

static inline bool vtb_same(vtb_key a, vtb_key b)
{
    return a == b;
}

static inline uint64_t vtb_number_of(vtb_key key, uint64_t keys_n)
{
    (void)keys_n;
    return (uint32_t)key & VTB_ID_MASK;
}

static inline bool vtb_fails(vtb_key key)
{
    return ((uint32_t)key & VTB_ID_FAIL) != 0;
}

#endif
