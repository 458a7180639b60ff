#include "fidelity/models.h"

#include <math.h>
#include <stdio.h>

#include "plan/guest_cases.h"

const char *vtb_fidelity_heap(bool collects)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && vtb_heap_collects(vtb_heaps[i].heap) == collects)
            return vtb_heaps[i].name;
    }
    return "";
}

const char *vtb_fidelity_name(const struct vtb_case *the_case)
{
    const char *const *names = vtb_guest_cases_names(the_case->counting->name, the_case->async);
    return names ? names[0] : NULL;
}

const char *vtb_fidelity_title(const struct vtb_case *the_case,
                               char text[VTB_PREDICTION_NAME_BYTES])
{
    (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s%s", the_case->counting->name,
                   the_case->async ? ", async" : "");
    return text;
}

struct vtb_prediction vtb_fidelity_prediction(enum vtb_predicted kind,
                                              const struct vtb_point *point)
{
    return (struct vtb_prediction){
        .kind = kind,
        .workload = point->workload->name,
        .hit_rate = point->hits.rate,
        .depth = point->depth,
        .in_flight = point->in_flight,
        .nursery_bytes = point->gen0_budget_bytes,
        .predicted = NAN,
        .measured = NAN,
    };
}
