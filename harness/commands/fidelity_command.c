/* `run_bench fidelity`: the models against a real runtime. */
#include "base/interrupt.h"
#include "commands/commands.h"
#include "fidelity/fidelity.h"
#include "fidelity/fidelity_report.h"
#include "run/own_run.h"

bool vtb_fidelity_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_predictions predictions;
    vtb_own_run_clear_settings();
    vtb_interrupt_tell(VTB_FIDELITY_INTERRUPTED);
    vtb_interrupt_watch();
    const bool ok = vtb_fidelity_measure(&predictions, options, error) &&
                    vtb_output_stdout(vtb_fidelity_report, &predictions,
                                      (enum vtb_format)options->format, error);
    vtb_predictions_free(&predictions);
    return ok;
}
