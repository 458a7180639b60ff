#include "gate/baseline.h"

#include "report/report_json.h"
#include "run/run.h"

bool vtb_gate_repeat(struct vtb_results *repeats, size_t n, const struct vtb_plan *plan,
                     struct vtb_error *error)
{
    for (size_t i = 0; i < n; i++) {
        repeats[i].repeat = i + 1;
        if (!vtb_run(&repeats[i], plan, NULL, error))
            return false;
        if (repeats[i].interrupted)
            return vtb_fail(error, VTB_EXIT_INTERRUPTED,
                            "interrupted; nothing is compared or written");
    }
    return true;
}

bool vtb_baseline_save(struct vtb_results *results, const struct vtb_plan *plan, const char *path,
                       struct vtb_error *error)
{
    struct vtb_results others[VTB_GATE_REPEATS - 1] = {{0}};
    const size_t n = vtb_plan_is_timed(plan) ? VTB_GATE_REPEATS - 1 : 0;
    bool ok = vtb_gate_repeat(others, n, plan, error);
    if (ok)
        vtb_gate_widen(results, others, n);
    ok = ok && vtb_output_file(path, vtb_report_baseline, results, VTB_FORMAT_JSON, error);
    for (size_t i = 0; i < n; i++)
        vtb_results_free(&others[i]);
    return ok;
}
