/*
 * my_workload: a workload of your own, to start from.
 *
 * A workload is the service whose method is measured: the types of its key and its value, the cache
 * that the method looks into, the store behind it, and what the caller does with what it got. This
 * one finds a price by an item's number. It works as it stands:
 *
 *     run_bench check --workload ./my_workload.h            do its calls hit and miss as they must?
 *     run_bench --workload ./my_workload.h --strategy value_task
 *
 * Change first what is marked (1) to (3), and check after each change.
 *
 *     (1) vtb_value        what the method returns: its size decides how strategies compare
 *     (2) vtb_value_of     what the store answers for a key
 *     (3) vtb_consume      what the caller does with it
 *
 * The cache is the hash table of vtb/map.h, which most workloads use. vtb/workload.h has the whole
 * contract, for a table of your own.
 */
#ifndef MY_WORKLOAD_H
#define MY_WORKLOAD_H

/* Keys are numbers here; text is in <vtb/key_text.h>. For values that are pointers, define
 * VTB_VALUE_REFERS as 1 here. */
#include <vtb/key_number.h>

/* (1) The result. VTB_LARGE_VALUE says that it is larger than 8 bytes; leave it out for smaller
 * ones. */
#define VTB_LARGE_VALUE 1
typedef struct my_workload_price {
    int64_t cents;
    uint32_t currency;
    uint32_t version;
} vtb_value;

/* The store's records, for values that do not follow from the key alone: how many bytes they take,
 * and their content. */
static inline size_t vtb_records_bytes(uint64_t keys_n)
{
    (void)keys_n;
    return 0;
}

static inline void vtb_make_records(void *records, uint64_t keys_n)
{
    (void)records;
    (void)keys_n;
}

/* (2) The value of a key. The same number must always give the same value, any number must be
 * valid, and no two may add up to the same in vtb_consume, so that a wrong value is noticed. */
static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    (void)records;
    const vtb_value value = {(int64_t)(vtb_mix64(number) >> 32), (uint32_t)(number % 180),
                             (uint32_t)number};
    return value;
}

/* (3) What the caller does with a value. All of it should count, or the compiler leaves it out. */
static inline uint64_t vtb_consume(const vtb_value *price)
{
    return (uint64_t)price->cents + price->currency + 3 * (uint64_t)price->version;
}

#include <vtb/map.h>

/* The parameters that are used where no option says otherwise. */
VTB_WORKLOAD(my_workload) = {
    .summary = "a price by an item's number",
    .default_hit_rate = 0.90,
    .default_keys = 100000,
    .max_keys = 50000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
