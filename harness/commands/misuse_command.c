#include "check/misuse.h"
#include "commands/commands.h"

bool vtb_misuse_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_misuse_results results;
    if (!vtb_misuse_run(&results, options, error))
        return false;
    const bool ok =
        vtb_output_stdout(vtb_misuse_report, &results, (enum vtb_format)options->format, error);
    vtb_misuse_free(&results);
    return ok;
}
