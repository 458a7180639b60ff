/* ApiGateway: the response to an endpoint, from the edge's cache or from the origin. The value is
 * the response's head; its body is shared. */
#ifndef WORKLOADS_API_GATEWAY_H
#define WORKLOADS_API_GATEWAY_H

#define VTB_TEXT_PREFIX "/api/v2/products/"
#include <vtb/key_text.h>

#define VTB_LARGE_VALUE 1
typedef struct api_response {
    int32_t status;
    uint32_t age_s;
    uint64_t etag;
    const char *body;
    size_t body_bytes;
} vtb_value;

static inline size_t vtb_records_bytes(uint64_t endpoints_n)
{
    return endpoints_n * sizeof(vtb_value);
}

static inline void vtb_make_records(void *records, uint64_t endpoints_n)
{
    static const char body[] = "{\"ok\":true}";
    vtb_value *responses = (vtb_value *)records;
    for (uint64_t i = 0; i < endpoints_n; i++) {
        responses[i].status = vtb_mix64(i) % 16 ? 200 : 404;
        responses[i].age_s = (uint32_t)(vtb_mix64(i) >> 40) % 300;
        responses[i].etag = vtb_mix64(~i);
        responses[i].body = body;
        responses[i].body_bytes = sizeof body - 1;
    }
}

static inline vtb_value vtb_value_of(const void *records, uint64_t number)
{
    return ((const vtb_value *)records)[number];
}

static inline uint64_t vtb_consume(const vtb_value *response)
{
    return (uint64_t)response->status + response->age_s + response->etag +
           (uint8_t)response->body[response->body_bytes / 2];
}

#include <vtb/map.h>

VTB_WORKLOAD(api_gateway) = {
    .summary = "ApiGateway: response to an endpoint",
    .default_hit_rate = 0.95,
    .default_keys = 10000,
    .max_keys = 10000000,
    .key_bytes = sizeof(vtb_key),
    .value_bytes = sizeof(vtb_value),
    VTB_MAP_FUNCTIONS,
};

#endif
