#include "fidelity/models.h"

#include <math.h>
#include <stdio.h>

#include "plan/guest_cases.h"
#include "report/case_names.h"

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
    const char *const *names = vtb_guest_cases_names(the_case->counting->name, the_case->method);
    return names ? names[0] : NULL;
}

bool vtb_fidelity_is_runtime(const struct vtb_case *the_case)
{
    return the_case->method == VTB_METHOD_RUNTIME || the_case->caller == VTB_CALLER_RUNTIME;
}

const char *vtb_fidelity_title(const struct vtb_case *the_case,
                               char text[VTB_PREDICTION_NAME_BYTES])
{
    const char *name = the_case->counting->name;
    const char *mark = vtb_method_mark(the_case->method);
    if (!vtb_fidelity_is_runtime(the_case))
        (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s%s%s", name, *mark ? ", " : "", mark);
    else
        (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s %s->%s", name,
                       the_case->stored ? "stored" : vtb_caller_words[the_case->caller],
                       vtb_table_method(the_case));
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
