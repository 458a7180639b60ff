#include "selftest/live.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/interrupt.h"
#include "base/prose.h"
#include "base/stats.h"
#include "run/own_run.h"
#include "selftest/load.h"
#include "selftest/recorded.h"
#include "selftest/subjects.h"

#define LIST_BYTES 8192

/* --- a plan of subjects --- */

struct work {
    struct vtb_own_run run;      /* with the counts of the plan's cases */
    struct vtb_counted *counted; /* owned, as are the next two; one for each case */
    struct vtb_pressure *pressures;
    struct vtb_subject *subjects;
};

/* The place of the case on the same heap of which case i is a copy; its own baseline if it is
 * none. */
static size_t original_of(const struct vtb_point *point, size_t i)
{
    const struct vtb_case *the_case = &point->cases[i];
    const char *name = the_case->timing->name;
    size_t n;
    const struct vtb_subject subject = vtb_subject_of_name(name, strlen(name), &n);
    for (size_t other = 0; subject.truth != VTB_TRUTH_NONE && other < point->cases_n; other++) {
        const struct vtb_case *found = &point->cases[other];
        if (found->heap == the_case->heap && strlen(found->timing->name) == n &&
            memcmp(found->timing->name, name, n) == 0)
            return other;
    }
    return the_case->baseline;
}

/* Compares each copy with what it is a copy of, in place of the baseline. */
static void set_subjects(struct work *work)
{
    struct vtb_point *point = &work->run.plan.points[0];
    work->subjects = vtb_allocate(point->cases_n, sizeof *work->subjects, "the subjects");
    for (size_t i = 0; i < point->cases_n; i++) {
        const char *name = point->cases[i].timing->name;
        size_t n;
        work->subjects[i] = vtb_subject_of_name(name, strlen(name), &n);
    }
    for (size_t i = 0; i < point->cases_n; i++)
        point->cases[i].baseline = original_of(point, i);
}

/* Counts the cases: without times, which are taken apart. */
static bool count(struct work *work, struct vtb_error *error)
{
    struct vtb_plan counting = work->run.plan;
    const size_t n = work->run.plan.points[0].cases_n;
    counting.rounds_n = 0;
    counting.tables_n = 1;
    if (!vtb_own_run_measure(&work->run, &counting, NULL, error))
        return false;
    work->counted = vtb_allocate(n, sizeof *work->counted, "the subjects");
    work->pressures = vtb_allocate(n, sizeof *work->pressures, "the subjects");
    for (size_t i = 0; i < n; i++) {
        work->counted[i] = work->run.results.comparisons[0].figures[i].counted;
        work->pressures[i] = work->run.results.comparisons[0].figures[i].pressure;
        work->pressures[i].hgrm = NULL;
    }
    return true;
}

static void close_work(struct work *work)
{
    vtb_own_run_close(&work->run);
    free(work->counted);
    free(work->pressures);
    free(work->subjects);
    free(work);
}

/* Makes the plan of a list of strategies, with its cells. The words that differ are in `more`. */
static struct work *open_work(const char *strategies, const char *const *more,
                              struct vtb_error *error)
{
    struct work *work = vtb_allocate(1, sizeof *work, "a plan");
    vtb_own_run_word(&work->run, "--strategy=%s", strategies);
    for (; *more; more++)
        vtb_own_run_word(&work->run, "%s", *more);
    if (vtb_own_run_prepare(&work->run, error) && count(work, error)) {
        set_subjects(work);
        return work;
    }
    close_work(work);
    return NULL;
}

/* --- streams --- */

/* Runs all sessions of a plan beside a load. */
static bool record(const struct work *work, struct vtb_sessions *sessions, enum vtb_load_kind kind,
                   struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_load load;
    bool ok = vtb_sessions_open(sessions, &work->run.plan,
                                1 + (uint64_t)kind * work->run.plan.sessions_n, error) &&
              vtb_load_start(&load, kind, error);
    if (!ok)
        return false;
    while (ok && sessions->done_n < sessions->all_n) {
        ok = vtb_sessions_run(sessions, &work->run.options, error);
        vtb_progress_show(bar, sessions->done_n, sessions->all_n);
    }
    vtb_load_stop(&load);
    return ok;
}

static struct vtb_stream stream_of(const struct work *work, const struct vtb_sessions *sessions,
                                   const char *condition)
{
    return (struct vtb_stream){
        .condition = condition,
        .point = &work->run.plan.points[0],
        .subjects = work->subjects,
        .samples = vtb_sessions_samples(sessions, 0, 0),
        .found = {work->counted, work->pressures},
        .quiet_ns = vtb_quiet_level(sessions),
    };
}

/* Runs with twins, beside all loads. */
struct twins {
    size_t different_n;
    size_t n;
};

/* Measures beside one load, and adds what that proves. */
static bool try_load(struct vtb_proofs *proofs, const struct work *work, enum vtb_load_kind kind,
                     size_t sessions_n, struct twins *twins, struct vtb_progress_bar *bar,
                     struct vtb_error *error)
{
    struct vtb_sessions sessions = {.head = NULL};
    struct vtb_trials trials = {0};
    bool ok = record(work, &sessions, kind, bar, error);
    const struct vtb_stream stream =
        ok ? stream_of(work, &sessions, vtb_load_words[kind]) : (struct vtb_stream){0};
    ok = ok && vtb_trials_make(&trials, &stream, sessions_n, error);
    if (ok) {
        vtb_trials_judge(proofs, &trials);
        vtb_trials_count_twins(&trials, &twins->different_n, &twins->n);
    }
    vtb_trials_free(&trials);
    vtb_sessions_close(&sessions);
    return ok;
}

/* --- how many instructions make a difference --- */

/* Instructions of the copy by which their speed is found, and the differences that are made. */
#define TRIAL_NOPS 60
#define TRIAL_COPY "_twin_0"
#define SLOW_N 3
static const int slow_percents[SLOW_N] = {2, 5, 10};

/* Gives by how much, as a share, the copy with TRIAL_NOPS is slower; NaN if it cannot be told. */
static bool find_slowness(const struct vtb_subjects *subjects, double *share,
                          struct vtb_error *error)
{
    static const char *const more[] = {"--heap=glibc",   "--sessions=5",           "--rounds=40",
                                       "--calls=200000", "--consumer=independent", NULL};
    char list[LIST_BYTES] = "";
    struct vtb_sessions sessions = {.head = NULL};
    struct vtb_progress_bar none = {0};
    vtb_append(list, sizeof list, "%s", subjects->original->name);
    if (!vtb_subjects_write(subjects, TRIAL_COPY, TRIAL_NOPS, 0, error))
        return false;
    vtb_subjects_append(subjects, TRIAL_COPY, list, sizeof list);
    struct work *work = open_work(list, more, error);
    bool ok = work && record(work, &sessions, VTB_LOAD_NONE, &none, error);
    if (ok) {
        const struct vtb_stream stream = stream_of(work, &sessions, "");
        struct vtb_comparison comparison;
        ok = vtb_summarise(&comparison, stream.point, VTB_CONSUMER_INDEPENDENT, stream.samples,
                           stream.quiet_ns, &stream.found, error);
        const size_t last = stream.point->cases_n - 1; /* the copy stands behind all others */
        *share =
            ok ? expm1(vtb_pool_log_ratio(&comparison, last, stream.point->cases[last].baseline,
                                          VTB_STATE_ANY, stream.quiet_ns)
                           .mean)
               : NAN;
        if (ok)
            vtb_comparison_free(&comparison);
    }
    vtb_sessions_close(&sessions);
    if (work)
        close_work(work);
    return ok;
}

/* Writes the copies: two twins, and one for each difference. */
static bool write_copies(const struct vtb_subjects *subjects, char *list, struct vtb_error *error)
{
    double share = NAN;
    bool ok = find_slowness(subjects, &share, error) &&
              vtb_subjects_write(subjects, "_twin_1", 0, 0, error) &&
              vtb_subjects_write(subjects, "_twin_2", 0, 0, error);
    vtb_append(list, LIST_BYTES, "%s", subjects->original->name);
    vtb_subjects_append(subjects, "_twin_1", list, LIST_BYTES);
    vtb_subjects_append(subjects, "_twin_2", list, LIST_BYTES);
    for (size_t i = 0; ok && i < SLOW_N; i++) {
        char suffix[32];
        const double nops = round(slow_percents[i] / 100.0 / share * TRIAL_NOPS);
        if (!(nops >= 1 && nops < 1e5))
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%d instructions that do nothing made no difference that could be "
                            "seen; measure where nothing else runs",
                            TRIAL_NOPS);
        (void)snprintf(suffix, sizeof suffix, "_slow_%d", slow_percents[i]);
        ok = vtb_subjects_write(subjects, suffix, (size_t)nops, 0, error);
        vtb_subjects_append(subjects, suffix, list, LIST_BYTES);
    }
    return ok;
}

static bool try_times(struct vtb_proofs *proofs, const struct vtb_subjects *subjects,
                      const struct vtb_selftest_effort *effort, struct vtb_error *error)
{
    char sessions_word[64];
    const char *const more[] = {sessions_word, "--calls=200000", "--consumer=independent", NULL};
    char list[LIST_BYTES] = "";
    struct vtb_progress_bar bar;
    (void)snprintf(sessions_word, sizeof sessions_word, "--sessions=%zu",
                   effort->runs_n * effort->sessions_n);
    struct work *work = write_copies(subjects, list, error) ? open_work(list, more, error) : NULL;
    struct twins twins = {0};
    bool ok = work != NULL;
    vtb_progress_start(&bar, VTB_LOADS_N);
    for (int kind = 0; ok && kind < VTB_LOADS_N; kind++) {
        vtb_progress_part(&bar, vtb_load_words[kind], 1);
        ok = try_load(proofs, work, (enum vtb_load_kind)kind, effort->sessions_n, &twins, &bar,
                      error);
    }
    vtb_progress_end(&bar);
    if (ok)
        vtb_proof_add_share(proofs, VTB_TWINS_CHECK, "beside all loads", twins.different_n, twins.n,
                            VTB_TWINS_DIFFERENT_MAX, true);
    if (work)
        close_work(work);
    return ok;
}

/* --- what is seen exactly --- */

static const struct vtb_figures *last_of(const struct work *work)
{
    return &work->run.results.comparisons[0].figures[work->run.plan.points[0].cases_n - 1];
}

static const struct vtb_figures *original_figures(const struct work *work)
{
    const struct vtb_point *point = &work->run.plan.points[0];
    return &work->run.results.comparisons[0].figures[point->cases[point->cases_n - 1].baseline];
}

/* Counts the original and a copy of it, with more options. */
static struct work *count_copy(const struct vtb_subjects *subjects, const char *suffix,
                               size_t nops_n, size_t bytes, const char *const *more,
                               struct vtb_error *error)
{
    char list[LIST_BYTES] = "";
    vtb_append(list, sizeof list, "%s", subjects->original->name);
    vtb_subjects_append(subjects, suffix, list, sizeof list);
    if (!vtb_subjects_write(subjects, suffix, nops_n, bytes, error))
        return NULL;
    return open_work(list, more, error);
}

/* One instruction more in each call: unknown where there is nothing to count them with. */
static bool try_instruction(struct vtb_proofs *proofs, const struct vtb_subjects *subjects,
                            struct vtb_error *error)
{
    static const char *const more[] = {"--heap=glibc",   "--calls=20000", "--consumer=independent",
                                       "--instructions", "--rounds=0",    NULL};
    static const char check[] = "one instruction a call more";
    char valgrind[PATH_MAX];
    if (!vtb_child_find("valgrind", valgrind)) {
        vtb_proof_add_unknown(proofs, check, NULL, "there is no valgrind, which counts them");
        return true;
    }
    struct work *work = count_copy(subjects, "_twin_3", 1, 0, more, error);
    if (!work)
        return false;
    vtb_proof_add_exact(proofs, check,
                        last_of(work)->instructions - original_figures(work)->instructions, 1);
    close_work(work);
    return true;
}

/* One byte more in each call that suspends: as many bytes as calls that missed. */
static bool try_byte(struct vtb_proofs *proofs, const struct vtb_subjects *subjects,
                     struct vtb_error *error)
{
    static const char *const more[] = {"--heap=glibc", "--calls=20000", "--consumer=independent",
                                       "--rounds=0", NULL};
    static const char check[] = "one byte more in each call that suspends, bytes";
    struct work *work = count_copy(subjects, "_twin_4", 0, 1, more, error);
    if (!work)
        return false;
    const struct vtb_counted *copy = &last_of(work)->counted;
    const struct vtb_counted *original = &original_figures(work)->counted;
    vtb_proof_add_exact(proofs, check,
                        (double)copy->counts.requested_bytes -
                            (double)original->counts.requested_bytes,
                        (double)(original->calls_n - original->hits_n));
    close_work(work);
    return true;
}

/* The baseline strategy allocates in each call, and the challenger only in those that suspend. */
static bool try_allocation(struct vtb_proofs *proofs, const struct vtb_subjects *subjects,
                           struct vtb_error *error)
{
    static const char *const more[] = {"--heap=glibc", "--calls=20000", "--consumer=independent",
                                       "--rounds=0", NULL};
    static const char check[] = "an allocation in each call that hits, allocations";
    struct work *work = open_work(subjects->original->name, more, error);
    if (!work)
        return false;
    const struct vtb_counted *own = &last_of(work)->counted;
    const struct vtb_counted *baseline = &original_figures(work)->counted;
    vtb_proof_add_exact(proofs, check,
                        (double)baseline->counts.allocs_n - (double)own->counts.allocs_n,
                        (double)own->hits_n);
    close_work(work);
    return true;
}

bool vtb_selftest_live(struct vtb_proofs *proofs, const struct vtb_selftest_effort *effort,
                       struct vtb_error *error)
{
    struct vtb_subjects subjects;
    if (!vtb_subjects_open(&subjects, error))
        return false;
    vtb_own_run_clear_settings();
    vtb_interrupt_keep(); /* an interrupt is only noted, so that the copies are removed */
    const bool ok = try_times(proofs, &subjects, effort, error) &&
                    try_instruction(proofs, &subjects, error) &&
                    try_byte(proofs, &subjects, error) && try_allocation(proofs, &subjects, error);
    vtb_subjects_remove(&subjects);
    return ok && (!vtb_interrupted() || vtb_fail_interrupted(error));
}
