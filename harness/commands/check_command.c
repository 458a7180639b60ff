#include "check/conformance.h"
#include "commands/commands.h"

bool vtb_check_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_checks checks;
    if (!vtb_checks_run(&checks, options, error))
        return false;
    bool ok =
        vtb_output_stdout(vtb_checks_report, &checks, (enum vtb_format)options->format, error);
    if (ok && checks.wrong_n > 0)
        ok = vtb_fail(error, VTB_EXIT_REGRESSION,
                      "%zu of %zu checks found something wrong: begin with the first",
                      checks.wrong_n, checks.n);
    vtb_checks_free(&checks);
    return ok;
}
