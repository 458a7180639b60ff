/*
 * A workload: the service whose method is measured, with its types and its table.
 *
 * One header in workloads/ is one workload. It includes this header, defines
 *
 *     typedef ... vtb_key;                      the method's argument
 *     typedef ... vtb_value;                    the method's result, from a bool to a 256 B struct
 *     #define VTB_LARGE_VALUE 1                 if that is larger than 8 bytes
 *     #define VTB_VALUE_REFERS 1                if it is a pointer, which a collector would follow
 *     struct vtb_table {...};                   the cache in front, shared by all cases of a round
 *
 *     vtb_key vtb_key_of(const struct vtb_table *, uint32_t id);
 *         The key of an entry of the schedule: `id & VTB_ID_MASK` counts from 0 to keys - 1. An id
 *         with VTB_ID_MISS set has a key that the table does not hold; one with VTB_ID_FAIL set as
 *         well, a key that the store fails on.
 *     const vtb_value *vtb_lookup(const struct vtb_table *, vtb_key);
 *         The cache: the value, or null on a miss. The pointer lives as long as the table.
 *     size_t vtb_entry_of(const struct vtb_table *, const vtb_value *);
 *         Which of the table's entries, counted from 0, a value that vtb_lookup found stands in;
 *         less than the workload's entries_n(keys).
 *     bool vtb_fetch(const struct vtb_table *, vtb_key, vtb_value *);
 *         The store behind the cache: writes the value of a key that missed; false if the store
 *         fails on it. Runs when a suspended operation is completed.
 *     void vtb_insert(const struct vtb_table *, vtb_key, const vtb_value *);
 *         The service keeps a value that it fetched. Nothing that vtb_lookup then finds may depend
 *         on it, unless the cache is real. Does nothing where the service keeps nothing.
 *     uint64_t vtb_consume(const vtb_value *);
 *         What the caller does with the value it got; the result goes into the checksum and, with a
 *         dependent consumer, into the next key.
 *
 * all `static inline`, and ends in VTB_WORKLOAD(name) = {...}; `name` is the file's stem. These
 * functions stand in the measured region: no allocation, no system call, no error.
 *
 * All cases and threads share one table, which is only read, so that they are compared over the
 * same memory. If a service writes anything, that memory is its own: the entry then has own_bytes
 * and make_own, which makes a table for one service that refers to the shared one, and the
 * functions above are given the service's table.
 *
 * A cache is real if its hits emerge from the sequence of keys: a cache with a capacity, or with
 * entries that expire. An id is then a key's number without flags, and vtb_lookup itself makes the
 * entry of a key that it does not find. So the hit rate is that of a simulation of the same cache
 * over the same keys, and does not depend on how many callers wait.
 *
 * A workload may have its table in a second form (VTB_CONCURRENT, --table concurrent), into which
 * all threads insert what they fetched. Nothing that vtb_lookup finds depends on that either.
 * Tables of map.h have it.
 */
#ifndef VTB_WORKLOAD_H
#define VTB_WORKLOAD_H

#include "base.h"

/* Whether a cell's table is the one into which all threads insert. */
#ifndef VTB_CONCURRENT
#define VTB_CONCURRENT 0
#endif

/* An entry of the schedule: a key's number, a flag of calls that are to miss, and a flag of those
 * on which the store is to fail. */
#define VTB_ID_MISS UINT32_C(0x80000000)
#define VTB_ID_FAIL UINT32_C(0x40000000)
#define VTB_ID_MASK UINT32_C(0x3fffffff)

struct vtb_table;

/* The settings of a real cache. */
struct vtb_cache_setup {
    uint64_t capacity; /* entries that an LRU cache holds; 0: none was asked for */
    uint64_t ttl_ns;   /* life of an entry on the virtual clock; 0: none was asked for */
    uint64_t tick_ns;  /* by which the virtual clock advances with each call */
};

struct vtb_workload {
    const char *summary;
    double default_hit_rate;
    uint64_t default_keys;
    uint64_t max_keys;   /* at most VTB_ID_MASK */
    double default_zipf; /* exponent of the keys' distribution; 0: uniform */

    size_t key_bytes; /* of a key as an object keeps it (kept_key.h) */
    size_t value_bytes;

    /* Give the bytes of a table for so many keys, and the number of its entries. */
    size_t (*table_bytes)(uint64_t keys);
    size_t (*entries_n)(uint64_t keys);

    /*
     * Makes the table in `memory`: table_bytes(keys) zeroed bytes, aligned to 4096. The caller owns
     * them, and gives them back when nobody uses the table any more. Returns `memory` as the table.
     */
    struct vtb_table *(*make_table)(void *memory, uint64_t keys);

    /*
     * Give the bytes of the table that one service has for itself, and make it in zeroed memory,
     * aligned to 64, which the caller owns. `setup` and the shared table outlive it. Both are null
     * if the service writes nothing.
     */
    size_t (*own_bytes)(const struct vtb_table *shared, const struct vtb_cache_setup *setup);
    struct vtb_table *(*make_own)(void *memory, const struct vtb_table *shared,
                                  const struct vtb_cache_setup *setup);

    /*
     * Give the bytes of the table into which all threads insert, and make it in zeroed memory,
     * aligned to 4096, which the caller owns and which must outlive the shared table. From then on
     * that refers to it, as do tables of services that are made later. close_own takes back what a
     * service has in there, while nothing runs. All are null if there is no such table.
     */
    size_t (*concurrent_bytes)(uint64_t keys);
    void (*make_concurrent)(void *memory, struct vtb_table *shared);
    void (*close_own)(struct vtb_table *own);

    uint64_t default_capacity; /* entries of its LRU cache, which is real; 0: it has none */
    /* How long an entry lives, in a store that has such a thing; 0: entries do not expire. In the
     * cache they live for --ttl, if that is given, which is then real. */
    double life_s;
    size_t payload_bytes; /* the value's size, if it is a workload of the payload curve; else 0 */
};

/* Defines the entry: VTB_WORKLOAD(stem) = {.summary = ..., ...}; with the file's stem. One source
 * file defines it for the program, as VTB_WORKLOAD_OBJECT (harness/cells/source/workload.c). In a
 * cell it is not used, and the compiler drops it. */
#if VTB_DEFINE_WORKLOAD
#define VTB_WORKLOAD(stem)                                      \
    typedef char vtb_file_is_named_##stem;                      \
    VTB_C_LINKAGE const struct vtb_workload VTB_WORKLOAD_OBJECT \
        __attribute__((visibility("default")));                 \
    const struct vtb_workload VTB_WORKLOAD_OBJECT
#else
#define VTB_WORKLOAD(stem) \
    __attribute__((unused)) static const struct vtb_workload vtb_workload_##stem
#endif

/* Mixes the bits of a number, for hashes and for contents (the finaliser of splitmix64, public
 * domain by S. Vigna). */
static inline uint64_t vtb_mix64(uint64_t x)
{
    x += UINT64_C(0x9e3779b97f4a7c15);
    x = (x ^ (x >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    x = (x ^ (x >> 27)) * UINT64_C(0x94d049bb133111eb);
    return x ^ (x >> 31);
}

#endif
