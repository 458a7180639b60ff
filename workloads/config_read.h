/* ConfigService: a setting's value by its name. Both are strings, and so references. */
#ifndef WORKLOADS_CONFIG_READ_H
#define WORKLOADS_CONFIG_READ_H

#define VTB_TEXT_PREFIX "service:settings:item"
#define VTB_VALUE_REFERS 1
#include <vtb/key_text.h>

typedef const struct vtb_text *vtb_value;

static inline size_t vtb_records_bytes(uint64_t settings_n)
{
    return settings_n * sizeof(struct vtb_text);
}

static inline void vtb_make_records(void *records, uint64_t settings_n)
{
    struct vtb_text *settings = (struct vtb_text *)records;
    for (uint64_t i = 0; i < settings_n; i++)
        vtb_text_make(settings + i, "value-", vtb_mix64(i) >> 40, i % 2 ? ";on" : "");
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return (vtb_value)records + number;
}

static inline uint64_t vtb_consume(const vtb_value *setting)
{
    return (*setting)->length + (*setting)->words[1];
}

#include <vtb/map.h>

VTB_WORKLOAD(config_read) = {
    .summary = "ConfigService: a setting by name",
    .default_hit_rate = 0.999,
    .default_keys = 1000,
    .max_keys = 10000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
