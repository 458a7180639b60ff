/*
 * The self-test, linked with a statistic that was broken on purpose: it must miss a goal. Ends with
 * 0 if it does; or, with the argument "sound", if it misses none.
 */
#include <stdio.h>
#include <string.h>

#include "selftest/simulated.h"
#include "selftest/trials.h"

#define RUNS_N 100
#define SESSIONS_N 10
#define SEED 1

static struct vtb_proofs proofs;

static bool judge(bool other_builds, struct vtb_error *error)
{
    struct vtb_simulated simulated;
    if (!vtb_simulated_make(&simulated, RUNS_N, SESSIONS_N, other_builds, SEED, error))
        return false;
    const bool ok =
        vtb_trials_prove(&proofs, &simulated.stream, SESSIONS_N,
                         other_builds ? vtb_trials_judge_twins : vtb_trials_judge, error);
    vtb_simulated_free(&simulated);
    return ok;
}

int main(int argc, char **argv)
{
    const bool sound = argc > 1 && strcmp(argv[1], "sound") == 0;
    struct vtb_error error;
    size_t missed_n = 0;
    if (!judge(false, &error) || !judge(true, &error)) {
        fprintf(stderr, "%s\n", error.message);
        return 2;
    }
    for (size_t i = 0; i < proofs.n; i++) {
        if (proofs.items[i].ok)
            continue;
        missed_n++;
        printf("missed: %s\n", proofs.items[i].check);
    }
    return sound == (missed_n == 0) ? 0 : 1;
}
