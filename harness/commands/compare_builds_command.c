/* `run_bench compare-builds`: two builds, in the same rounds and sessions. */
#include <math.h>

#include "base/interrupt.h"
#include "commands/commands.h"
#include "commands/warnings.h"
#include "gate/builds.h"

bool vtb_compare_builds(struct vtb_builds *builds, struct vtb_machine *machine,
                        const struct vtb_options *options, struct vtb_error *error)
{
    vtb_machine_read(machine);
    if (!vtb_builds_prepare(builds, options, error))
        return false;
    vtb_warn_before(machine, &builds->run.plan);
    if (builds->programs) /* which wait for each other */
        machine->waiting.waited_s = NAN;
    if (!vtb_builds_compare(builds, error))
        return false;
    vtb_warn_after(machine, &builds->run.plan);
    return true;
}

bool vtb_compare_builds_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_builds builds = {.margin = options->margin_percent / 100};
    struct vtb_machine machine;
    vtb_interrupt_tell("nothing was compared");
    vtb_interrupt_watch();
    bool ok = true;
    for (size_t b = 0; ok && b < VTB_BUILDS_N; b++)
        ok = vtb_build_find(&builds.builds[b], options->files[b], error);
    ok = ok && vtb_compare_builds(&builds, &machine, options, error) &&
         vtb_output_stdout(vtb_builds_report, &builds, (enum vtb_format)options->format, error);
    vtb_builds_free(&builds);
    return ok;
}
