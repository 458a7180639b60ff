#include "plan/places.h"

#include "plan/random.h"

#define LABEL 0x706c616365 /* "place" */

void vtb_places_draw(uint64_t seed, uint64_t session, unsigned paddings[VTB_EDITIONS_N])
{
    struct vtb_random random = vtb_random_stream(seed ^ vtb_mix64(session), LABEL);
    unsigned free_paddings[VTB_PADDINGS_N];
    for (unsigned i = 0; i < VTB_PADDINGS_N; i++)
        free_paddings[i] = i + 1;
    for (unsigned i = 0; i < VTB_EDITIONS_N; i++) {
        const size_t drawn = vtb_random_below(&random, VTB_PADDINGS_N - i);
        paddings[i] = free_paddings[drawn];
        free_paddings[drawn] = free_paddings[VTB_PADDINGS_N - 1 - i];
    }
}

void vtb_places_take(uint64_t seed, uint64_t session)
{
    unsigned paddings[VTB_EDITIONS_N];
    vtb_places_draw(seed, session, paddings);
    vtb_editions_pad(paddings);
}
