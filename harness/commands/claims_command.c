/* `run_bench claims`: what is said of value tasks, claim by claim, measured. */
#include "base/interrupt.h"
#include "claims/claims_report.h"
#include "claims/evidence.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "report/page.h"

bool vtb_claims_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_claims_work work;
    struct vtb_machine machine;
    if (options->report && !vtb_page_check(options->report, error))
        return false;
    vtb_interrupt_tell(VTB_CLAIMS_INTERRUPTED);
    vtb_interrupt_watch();
    bool ok = vtb_claims_open(&work, options, error);
    if (ok) {
        vtb_machine_read(&machine);
        work.results.machine = &machine;
        work.results.began = time(NULL);
        vtb_warn_before(&machine, &work.run.plan);
        ok = vtb_claims_measure(&work, error);
    }
    if (ok) {
        vtb_warn_after(&machine, &work.run.plan);
        ok = vtb_page_report(vtb_claims_report, &work.results, (enum vtb_format)options->format,
                             options->report, error);
    }
    vtb_claims_close(&work);
    return ok;
}
