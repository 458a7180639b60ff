/* `run_bench claims`: what is said of value tasks, claim by claim, measured. */
#include "base/interrupt.h"
#include "claims/claims_report.h"
#include "claims/evidence.h"
#include "commands/commands.h"
#include "commands/warnings.h"

bool vtb_claims_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_claims_work work;
    struct vtb_machine machine;
    vtb_interrupt_tell(VTB_CLAIMS_INTERRUPTED);
    vtb_interrupt_watch();
    bool ok = vtb_claims_open(&work, options, error);
    if (ok) {
        vtb_machine_read(&machine);
        vtb_warn_before(&machine, &work.run.plan);
        ok = vtb_claims_measure(&work, error);
    }
    if (ok) {
        vtb_warn_after(&machine, &work.run.plan);
        work.results.processor = vtb_machine_fact(&machine, "cpu_model");
        ok = vtb_output_stdout(vtb_claims_report, &work.results, (enum vtb_format)options->format,
                               error);
    }
    vtb_claims_close(&work);
    return ok;
}
