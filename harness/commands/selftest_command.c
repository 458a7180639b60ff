/* `run_bench selftest`: the proof of the statistics. */
#include "base/interrupt.h"
#include "base/prose.h"
#include "commands/commands.h"
#include "selftest/live.h"
#include "selftest/recorded.h"
#include "selftest/selftest_report.h"
#include "selftest/simulated.h"

/* Sessions of a run, and runs beside each load; and runs of the simulation, whose truth is
 * known. */
#define SESSIONS_N 10
#define RUNS_N 100
#define RUNS_QUICK_N 3
#define SIMULATED_RUNS_N 300
#define SIMULATED_RUNS_QUICK_N 100
#define SIMULATED_SEED 1

/* Adds what the statistics prove of a simulation: all of it where each run is of the same build;
 * and where it is of another, how often twins are called different. */
static bool simulate(struct vtb_proofs *proofs, bool other_builds,
                     const struct vtb_selftest_effort *effort, struct vtb_error *error)
{
    const size_t sessions_n = effort->sessions_n;
    struct vtb_simulated simulated;
    if (!vtb_simulated_make(&simulated, effort->simulated_runs_n, sessions_n, other_builds,
                            SIMULATED_SEED, error))
        return false;
    const bool ok =
        vtb_trials_prove(proofs, &simulated.stream, sessions_n,
                         other_builds ? vtb_trials_judge_twins : vtb_trials_judge, error);
    vtb_simulated_free(&simulated);
    return ok;
}

static bool judge_recording(struct vtb_proofs *proofs, const char *path, size_t sessions_n,
                            struct vtb_error *error)
{
    struct vtb_recording recording;
    if (!vtb_recording_read(&recording, path, error))
        return false;
    const bool ok =
        vtb_trials_prove(proofs, &recording.stream, sessions_n, vtb_trials_judge, error);
    vtb_recording_free(&recording);
    return ok;
}

/* Tells, by the status, whether all goals are met. */
static bool conclude(const struct vtb_proofs *proofs, struct vtb_error *error)
{
    size_t missed_n = 0;
    const char *first = "";
    for (size_t i = 0; i < proofs->n; i++) {
        if (!proofs->items[i].ok && missed_n++ == 0)
            first = proofs->items[i].check;
    }
    return missed_n == 0 ||
           vtb_fail(error, VTB_EXIT_REGRESSION,
                    "%zu goal%s missed, the first: %s; docs/METHOD.md says what each means",
                    missed_n, vtb_plural((double)missed_n, " was", "s were"), first);
}

bool vtb_selftest_command(const struct vtb_options *options, struct vtb_error *error)
{
    static struct vtb_proofs proofs;
    const size_t sessions_n = options->sessions > 0 ? (size_t)options->sessions : SESSIONS_N;
    const struct vtb_selftest_effort effort = {
        .runs_n = options->runs > 0 ? (size_t)options->runs
                  : options->quick  ? RUNS_QUICK_N
                                    : RUNS_N,
        .simulated_runs_n = options->quick ? SIMULATED_RUNS_QUICK_N : SIMULATED_RUNS_N,
        .sessions_n = sessions_n,
    };
    vtb_interrupt_tell("nothing is told of the checks that were finished");
    vtb_interrupt_watch();
    bool ok = !options->samples_path ||
              judge_recording(&proofs, options->samples_path, sessions_n, error);
    ok = ok && simulate(&proofs, false, &effort, error) && simulate(&proofs, true, &effort, error);
    if (ok && !options->samples_path)
        ok = vtb_selftest_live(&proofs, &effort, error);
    return ok &&
           vtb_output_stdout(vtb_selftest_report, &proofs, (enum vtb_format)options->format,
                             error) &&
           conclude(&proofs, error);
}
