/* InputValidator: whether an input is valid, known for the inputs that were seen, asked of a
 * service for others. */
#ifndef WORKLOADS_INPUT_VALIDATOR_H
#define WORKLOADS_INPUT_VALIDATOR_H

#define VTB_TEXT_PREFIX "visitor+tag@mail"
#include <vtb/key_text.h>

typedef bool vtb_value;

static inline size_t vtb_records_bytes(uint64_t inputs_n)
{
    return inputs_n;
}

/* Makes the service's answers: it finds one input in eight invalid. */
static inline void vtb_make_records(void *records, uint64_t inputs_n)
{
    bool *valid = (bool *)records;
    for (uint64_t i = 0; i < inputs_n; i++)
        valid[i] = vtb_mix64(i) % 8 != 0;
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return ((const bool *)records)[number];
}

/* Without a branch: a predicted branch would let a dependent consumer's next key be known early. */
static inline uint64_t vtb_consume(const vtb_value *valid)
{
    return 3 + 2 * (uint64_t)*valid;
}

#include <vtb/map.h>

VTB_WORKLOAD(input_validator) = {
    .summary = "InputValidator: is a text valid",
    .default_hit_rate = 0.95,
    .default_keys = 10000,
    .max_keys = 10000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
