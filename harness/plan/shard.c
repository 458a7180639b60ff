#include "plan/shard.h"

#include <stdio.h>
#include <string.h>

#include <vtb/workload.h>

#include "base/numbers.h"

bool vtb_shard_parse(const char *text, struct vtb_shard *shard)
{
    char number[VTB_SHARD_TEXT_BYTES];
    char written[VTB_SHARD_TEXT_BYTES];
    uint64_t of[2];
    struct vtb_error reason;
    const char *slash = strchr(text, '/');
    if (!slash || slash - text >= VTB_SHARD_TEXT_BYTES)
        return false;
    (void)snprintf(number, sizeof number, "%.*s", (int)(slash - text), text);
    if (!vtb_uint64_parse(number, &of[0], &reason) || !vtb_uint64_parse(slash + 1, &of[1], &reason))
        return false;
    *shard = (struct vtb_shard){(size_t)of[0], (size_t)of[1]};
    return of[0] >= 1 && of[0] <= of[1] && of[1] <= VTB_SHARDS_MAX &&
           strcmp(vtb_shard_text(written, shard), text) == 0;
}

const char *vtb_shard_text(char text[VTB_SHARD_TEXT_BYTES], const struct vtb_shard *shard)
{
    (void)snprintf(text, VTB_SHARD_TEXT_BYTES, "%zu/%zu", shard->number, shard->n);
    return text;
}

uint64_t vtb_shard_digest(uint64_t digest, const char *text)
{
    for (const unsigned char *byte = (const unsigned char *)text; *byte; byte++)
        digest = vtb_mix64(digest ^ *byte);
    return vtb_mix64(digest);
}

size_t vtb_shard_of(uint64_t digest, size_t n)
{
    size_t best = 1;
    uint64_t most = 0;
    for (size_t number = 1; number <= n; number++) {
        const uint64_t weight = vtb_mix64(digest ^ vtb_mix64(number));
        if (weight >= most) {
            best = number;
            most = weight;
        }
    }
    return best;
}
