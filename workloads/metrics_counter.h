/* MetricsCollector: a counter's value by its name; a counter that is not there is initialised. */
#ifndef WORKLOADS_METRICS_COUNTER_H
#define WORKLOADS_METRICS_COUNTER_H

#define VTB_TEXT_PREFIX "http.requests.total."
#include <vtb/key_text.h>

typedef long vtb_value;

static inline size_t vtb_records_bytes(uint64_t counters_n)
{
    return counters_n * sizeof(vtb_value);
}

static inline void vtb_make_records(void *records, uint64_t counters_n)
{
    vtb_value *counters = (vtb_value *)records;
    for (uint64_t i = 0; i < counters_n; i++)
        counters[i] = (vtb_value)(vtb_mix64(i) >> 32) + 1;
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return ((const vtb_value *)records)[number];
}

static inline uint64_t vtb_consume(const vtb_value *counter)
{
    return (uint64_t)*counter;
}

#include <vtb/map.h>

VTB_WORKLOAD(metrics_counter) = {
    .summary = "MetricsCollector: a counter by name",
    .default_hit_rate = 0.99,
    .default_keys = 1000,
    .max_keys = 10000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
