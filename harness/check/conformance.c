#include "check/conformance.h"

#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/interrupt.h"
#include "base/pages.h"
#include "base/progress.h"
#include "cells/foreign.h"
#include "cells/load.h"
#include "cells/malloc_owner.h"
#include "cells/runtime.h"
#include "check/conformance_case.h"
#include "check/misuse.h"
#include "check/strict_heap.h"

/* A check that waits without using the processor is ended, too, but much later than one that uses
 * it: after WALL_LEAST_S seconds and WALL_FACTOR times the limit of processor time. */
#define WALL_LEAST_S 60
#define WALL_FACTOR 30

/* --- what a check tells, in pages that it shares with its parent --- */

struct told {
    bool ended; /* the check ended its process on purpose */
    bool wrong;
    bool left_out;
    char where[300];
    char text[VTB_CHECK_TEXT_BYTES];
};

static struct told own_told;
static struct told *told = &own_told;
static jmp_buf *here; /* null: the check has a process of its own */

static void __attribute__((noreturn)) end_check(void)
{
    told->ended = true;
    if (here)
        longjmp(*here, 1);
    _exit(0);
}

void vtb_check_at(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(told->where, sizeof told->where, format, arguments);
    va_end(arguments);
}

static const char *separated(const char *before, const char *text)
{
    return *text ? before : "";
}

void vtb_check_wrong(const char *remedy, const char *format, ...)
{
    char what[400];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(what, sizeof what, format, arguments);
    va_end(arguments);
    (void)snprintf(told->text, sizeof told->text, "%s%s%s%s; look at %s", what,
                   separated(" (", told->where), told->where, separated(")", told->where), remedy);
    told->wrong = true;
    end_check();
}

void vtb_check_left_out(const char *reason)
{
    (void)snprintf(told->text, sizeof told->text, "left out: %s", reason);
    told->left_out = true;
    end_check();
}

static void note_misuse(const char *text)
{
    vtb_check_suspicion();
    vtb_check_wrong("that check, and at what sets the state that it looks at",
                    "a lawful use is refused: \"%s\"", text);
}

/* Handles a crash. If the address is that of an object that moved away, a reference was forgotten,
 * and the check says so; otherwise the process crashes as it would have. */
static void note_fault(int signal_number, siginfo_t *info, void *context)
{
    size_t at;
    const struct vtb_type *type = vtb_strict_moved_from(info->si_addr, &at);
    (void)context;
    vtb_check_suspicion();
    if (type)
        vtb_check_wrong(
            "VTB_PENDING_REFERENCES, VTB_HANDOVER_REFERS and VTB_STATE_ROOTS: a "
            "collector must know of every reference that outlives an operation",
            "a forgotten reference: byte %zu of a '%s' was used at a place that it has "
            "moved away from",
            at, type->name);
    (void)signal(signal_number, SIG_DFL);
}

bool vtb_check_here(vtb_check_function *run, const struct vtb_check_case *of,
                    char text[VTB_CHECK_TEXT_BYTES])
{
    void (*const on_misuse)(const char *) = vtb_on_misuse;
    jmp_buf back;
    *told = (struct told){.wrong = false};
    vtb_on_misuse = note_misuse;
    here = &back;
    if (setjmp(back) == 0)
        run(of);
    here = NULL;
    vtb_on_misuse = on_misuse;
    (void)snprintf(text, VTB_CHECK_TEXT_BYTES, "%s", told->text);
    return !told->wrong;
}

/* --- a check in its process --- */

struct job {
    vtb_check_function *run;
    const struct vtb_check_case *of;
    double limit_s;
    int words; /* the file that takes standard error */
};

static double wall_s(double limit_s)
{
    return WALL_LEAST_S + WALL_FACTOR * limit_s;
}

static void confine(const struct job *job)
{
    static char stack[1 << 16];
    const stack_t other = {.ss_sp = stack, .ss_size = sizeof stack};
    struct sigaction action = {.sa_sigaction = note_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    sigemptyset(&action.sa_mask);
    (void)sigaltstack(&other, NULL);
    (void)sigaction(SIGSEGV, &action, NULL);
    if (job->words >= 0)
        (void)dup2(job->words, STDERR_FILENO);
    vtb_child_limit(job->limit_s, wall_s(job->limit_s));
}

static bool run_in_child(void *context, struct vtb_error *error)
{
    const struct job *job = context;
    (void)error;
    confine(job);
    vtb_on_misuse = note_misuse;
    job->run(job->of);
    return true;
}

/* Reads the first line that the child wrote to standard error. */
static void read_words(int words, char *line, size_t line_bytes)
{
    const ssize_t n = words < 0 ? 0 : pread(words, line, line_bytes - 1, 0);
    line[n > 0 ? n : 0] = '\0';
    line[strcspn(line, "\r\n")] = '\0';
}

static bool came_to_its_end(const struct vtb_child_end *end)
{
    return end->how == VTB_CHILD_WELL ||
           (end->how == VTB_CHILD_LEFT && end->number == 0 && told->ended);
}

/* Writes the outcome of a child that did not report by itself, from how it ended. True: it hung. */
static bool judge_end(struct vtb_check *check, const struct job *job,
                      const struct vtb_child_end *end)
{
    char line[160];
    char how[64];
    check->ok = false;
    if (vtb_child_is_at_limit(end)) {
        (void)snprintf(check->text, sizeof check->text,
                       "hangs: more than %g s%s (%s); look at what is waited for, and whether "
                       "vtb_complete runs it",
                       end->number == SIGPROF ? job->limit_s : wall_s(job->limit_s),
                       end->number == SIGPROF ? " of processor time" : "", told->where);
        return true;
    }
    read_words(job->words, line, sizeof line);
    vtb_child_say(end, how, sizeof how);
    (void)snprintf(
        check->text, sizeof check->text,
        "crash: %s%s%s (%s); look at what is used before it is set, or after it was given back",
        how, separated(": ", line), line, told->where);
    return false;
}

/* Runs a check in a child process. *hung says whether the child had to be ended. */
static bool run_check(struct vtb_check *check, struct job *job, bool *hung, struct vtb_error *error)
{
    struct vtb_child child = {.name = check->name, .run = run_in_child, .context = job};
    struct vtb_child_end end;
    *told = (struct told){.wrong = false};
    job->words = memfd_create("check", MFD_CLOEXEC);
    /* It fails for a lack of memory, which says nothing of the strategy. */
    const bool ok = vtb_child_attempt(&child, &end, error);
    check->ok = !told->wrong;
    (void)snprintf(check->text, sizeof check->text, "%s", told->text);
    *hung = ok && !came_to_its_end(&end) && !told->wrong && judge_end(check, job, &end);
    if (job->words >= 0)
        (void)close(job->words);
    return ok;
}

/* --- which checks there are --- */

enum needs {
    NEEDS_NOTHING,
    NEEDS_PROBE, /* operations that suspend */
    NEEDS_HEAPS, /* is run once for each heap */
    NEEDS_THREADS
};

struct row {
    const char *word;
    vtb_check_function *run;
    enum needs needs;
    bool of_variants; /* is run for its variants, too */
    bool of_base;
};

/* The checks. Simple ones come first: their reports are easier to understand. */
static const struct row rows[] = {
    {"step by step", vtb_check_steps, NEEDS_PROBE, true, true},
    {"layout", vtb_check_layout, NEEDS_NOTHING, false, true},
    {"hits", vtb_check_hits, NEEDS_NOTHING, false, true},
    {"misses, the oldest completes first", vtb_check_fifo, NEEDS_NOTHING, false, true},
    {"misses, the newest completes first", vtb_check_lifo, NEEDS_NOTHING, false, true},
    {"misses, any completes first", vtb_check_random, NEEDS_NOTHING, false, true},
    {"failures of the store", vtb_check_failures, NEEDS_NOTHING, false, true},
    {"a window that is filled again", vtb_check_refill, NEEDS_NOTHING, true, true},
    {"keys that follow results", vtb_check_dependence, NEEDS_NOTHING, false, true},
    {"all orders", vtb_check_all_loops, NEEDS_NOTHING, true, false},
    {"failures beside successes", vtb_check_beside, NEEDS_PROBE, true, true},
    {"cancelled operations", vtb_check_cancelled, NEEDS_PROBE, true, true},
    {"an answer before the methods around it wait", vtb_check_early, NEEDS_PROBE, true, true},
    {"several consumers", vtb_check_consumers, NEEDS_PROBE, true, true},
    {"stored, and consumed later", vtb_check_stored, NEEDS_PROBE, true, true},
    {"as_task", vtb_check_as_task, NEEDS_PROBE, true, true},
    {"preserved", vtb_check_preserved, NEEDS_PROBE, true, true},
    {"references and barriers", vtb_check_references, NEEDS_NOTHING, true, true},
    {"objects that move", vtb_check_moving, NEEDS_NOTHING, true, true},
    {"heap", vtb_check_heap, NEEDS_HEAPS, false, true},
    {"completed by another thread", vtb_check_ordered, NEEDS_PROBE, true, true},
    {"completion races with its caller", vtb_check_racing, NEEDS_THREADS, true, true},
    {"consumers in two threads", vtb_check_shared, NEEDS_THREADS, true, true},
    {"completion races with the methods around it", vtb_check_early_racing, NEEDS_THREADS, true,
     true},
    {"completion races with as_task", vtb_check_threads_as_task, NEEDS_THREADS, true, true},
};

#define ROWS_N (sizeof rows / sizeof *rows)

static const char *const variants[] = {"", "@checked", "@atomic", "@local"};

#define VARIANTS_N (sizeof variants / sizeof *variants)

/* --- cells --- */

/* All cells of a strategy that checks run, by method and variant; null: there is no such cell. */
struct cells {
    const struct vtb_cell *floor;
    struct vtb_check_case of[VTB_METHODS_N][VARIANTS_N];
};

static const struct vtb_cell *floor_of(const char *workload)
{
    const struct vtb_strategy_entry *floor = vtb_find_role(VTB_ROLE_FLOOR);
    return floor ? vtb_find_cell(floor->name, workload, (struct vtb_kind){.counting = true}) : NULL;
}

static void find_cells(struct cells *cells, const char *strategy,
                       const struct vtb_workload_entry *workload)
{
    cells->floor = floor_of(workload->name);
    for (size_t method = 0; method < VTB_METHODS_N; method++) {
        for (size_t i = 0; i < VARIANTS_N; i++) {
            struct vtb_check_case *of = &cells->of[method][i];
            struct vtb_kind kind = {.counting = true, .method = (enum vtb_method)method};
            char name[128];
            (void)snprintf(name, sizeof name, "%s%s", strategy, variants[i]);
            *of = (struct vtb_check_case){.workload = workload, .floor = cells->floor};
            of->counting = vtb_find_cell(name, workload->name, kind);
            kind.counting = false;
            of->timing = vtb_find_cell(name, workload->name, kind);
            kind.collected = true;
            of->collected = vtb_find_cell(name, workload->name, kind);
        }
    }
}

/* Builds all cells that are not up to date, at once, and loads them. */
static bool load_cells(const struct cells *cells, struct vtb_error *error)
{
    const struct vtb_cell *all[1 + VTB_METHODS_N * VARIANTS_N * 3];
    struct vtb_build_bar bar = {0};
    size_t n = 0;
    all[n++] = cells->floor;
    for (size_t method = 0; method < VTB_METHODS_N; method++) {
        for (size_t i = 0; i < VARIANTS_N; i++) {
            all[n++] = cells->of[method][i].counting;
            all[n++] = cells->of[method][i].timing;
            all[n++] = cells->of[method][i].collected;
        }
    }
    return vtb_cells_load(all, n, vtb_progress_build, &bar, error);
}

/* --- running them --- */

struct checker {
    struct vtb_checks *checks;
    const struct vtb_options *options;
    const char *strategy;
    const struct vtb_workload_entry *workload;
    char of[160];       /* strategy and workload, if there are several; else empty */
    const char *method; /* the method of the next checks, with the variant */
    bool hung;
};

static struct vtb_check *add(struct checker *checker, const char *word, const char *more)
{
    struct vtb_checks *checks = checker->checks;
    checks->items =
        vtb_reallocate(checks->items, checks->n + 1, sizeof *checks->items, "what checks find");
    struct vtb_check *check = &checks->items[checks->n++];
    *check = (struct vtb_check){.ok = true};
    (void)snprintf(check->name, sizeof check->name, "%s%s%s%s%s%s", checker->of,
                   separated(", ", checker->of), checker->method, separated(": ", checker->method),
                   word, more);
    return check;
}

static void say_left_out(struct checker *checker, const char *word, const char *reason)
{
    struct vtb_check *check = add(checker, word, "");
    (void)snprintf(check->text, sizeof check->text, "left out: %s", reason);
}

static bool run_one(struct checker *checker, const struct row *row, const char *more,
                    const struct vtb_check_case *of, struct vtb_error *error)
{
    struct job job = {row->run, of, checker->options->check_s, -1};
    struct vtb_check *check = add(checker, row->word, more);
    if (!run_check(check, &job, &checker->hung, error))
        return false;
    checker->checks->wrong_n += !check->ok;
    if (told->left_out && strchr(of->counting->name, '@')) /* said for the strategy already */
        checker->checks->n--;
    return true;
}

static bool is_chosen(const struct vtb_options *options, const struct vtb_heap_entry *entry)
{
    if (options->heaps.n > 0)
        return vtb_names_have(&options->heaps, entry->name) && !entry->heap->unavailable;
    return entry->heap->is_default;
}

/* Checks that the heaps which are used are what their names say: those that are chosen, and those
 * on which threads are tried. */
static bool check_heaps(const struct vtb_options *options, struct vtb_error *error)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if ((is_chosen(options, &vtb_heaps[i]) || vtb_heaps[i].heap->is_default) &&
            !vtb_malloc_check(&vtb_heaps[i], error))
            return false;
    }
    return true;
}

static bool run_on_heaps(struct checker *checker, const struct row *row, struct vtb_check_case of,
                         struct vtb_error *error)
{
    for (size_t i = 0; vtb_heaps[i].name && !checker->hung; i++) {
        char more[64];
        of.heap = &vtb_heaps[i];
        if (!is_chosen(checker->options, of.heap) ||
            (vtb_heap_collects(of.heap->heap) && of.counting->strategy->lacks.collector))
            continue;
        (void)snprintf(more, sizeof more, " %s", of.heap->name);
        if (!run_one(checker, row, more, &of, error))
            return false;
    }
    return true;
}

/* The reason why a check does not apply; null if it does. */
static const char *reason_against(const struct row *row, const struct vtb_check_case *of)
{
    const struct vtb_lacks *lacks = &of->counting->strategy->lacks;
    if (row->needs == NEEDS_PROBE || row->needs == NEEDS_THREADS) {
        if (!of->counting->frame_bytes)
            return "nothing of it ever suspends";
        if (!of->counting->probe || of->workload->workload->default_capacity > 0)
            return "operations are taken one by one against a workload whose hits are asked for";
    }
    if (row->needs == NEEDS_THREADS)
        return lacks->other_threads;
    return NULL;
}

/* Whether a check is to be run with these cells. */
static bool concerns(const struct row *row, const struct vtb_check_case *of)
{
    const bool is_variant = strchr(of->counting->name, '@') != NULL;
    if (is_variant ? !row->of_variants : !row->of_base)
        return false;
    if (row->needs != NEEDS_THREADS || of->counting->strategy->lacks.other_threads)
        return row->needs != NEEDS_THREADS || !is_variant;
    return of->counting->several_threads && !of->counting->checked;
}

static bool run_rows(struct checker *checker, const struct vtb_check_case *of,
                     struct vtb_error *error)
{
    for (size_t i = 0; i < ROWS_N && !checker->hung; i++) {
        const struct row *row = &rows[i];
        if (!concerns(row, of))
            continue;
        const char *reason = reason_against(row, of);
        if (reason && !strchr(of->counting->name, '@'))
            say_left_out(checker, row->word, reason);
        if (reason)
            continue;
        if (row->needs == NEEDS_HEAPS ? !run_on_heaps(checker, row, *of, error)
                                      : !run_one(checker, row, "", of, error))
            return false;
    }
    return true;
}

/* Runs all checks by a method: of the strategy as it is, and of its variants. */
static bool run_method(struct checker *checker, const struct cells *cells, size_t method,
                       struct vtb_error *error)
{
    const struct vtb_check_case *base = &cells->of[method][0];
    checker->method = vtb_method_words[method];
    if (!base->counting) {
        const char *reason = vtb_lacks_method(vtb_find_strategy_entry(checker->strategy),
                                              (struct vtb_kind){.method = (enum vtb_method)method});
        say_left_out(checker, "all", reason ? reason : "it cannot be built");
        return true;
    }
    for (size_t i = 0; i < VARIANTS_N && !checker->hung; i++) {
        char name[32];
        (void)snprintf(name, sizeof name, "%s%s", vtb_method_words[method], variants[i]);
        checker->method = name;
        if (cells->of[method][i].counting && !run_rows(checker, &cells->of[method][i], error))
            return false;
    }
    checker->method = "";
    return true;
}

/* --- misuse --- */

/* Whether a misuse is of a capability that the strategy says it lacks, so that the contract does
 * not ask for it. */
static bool is_said(enum vtb_misuse_id misuse, const struct vtb_lacks *lacks)
{
    switch (misuse) {
    case VTB_MISUSE_taken_early:
    case VTB_MISUSE_completed_twice:
        return false;
    case VTB_MISUSE_stored_recycled:
    case VTB_MISUSE_stored_wrapped:
        return lacks->storing != NULL;
    case VTB_MISUSE_two_consumers:
    case VTB_MISUSE_consumed_twice_result:
    case VTB_MISUSE_consumed_twice_pending:
    case VTB_MISUSE_consumed_twice_recycled:
        return lacks->several_consumers != NULL;
    default:
        return true;
    }
}

static bool is_bad(enum vtb_misuse_outcome outcome)
{
    return outcome == VTB_OUTCOME_WRONG_VALUE || outcome == VTB_OUTCOME_CRASH ||
           outcome == VTB_OUTCOME_HANG;
}

/* Judges an attempt that was made with checks compiled in. */
static void judge_misuse(struct checker *checker, const struct vtb_misuse_result *result,
                         const struct vtb_lacks *lacks)
{
    const char *outcome = vtb_misuse_outcome_word(result->outcome);
    struct vtb_check *check = add(checker, "misuse: ", vtb_misuse_title(result->misuse));
    check->ok = !is_bad(result->outcome) || is_said(result->misuse, lacks);
    checker->checks->wrong_n += !check->ok;
    if (check->ok)
        (void)snprintf(check->text, sizeof check->text, "%s%s%s%s", outcome,
                       separated(": ", result->text), result->text,
                       is_bad(result->outcome) ? "; a vtb_check could find it" : "");
    else
        (void)snprintf(check->text, sizeof check->text,
                       "not detected in NAME@checked: %s%s%s; look at vtb_get and vtb_complete: a "
                       "vtb_check(holds, text) there tells it",
                       outcome, separated(": ", result->text), result->text);
}

static bool run_misuses(struct checker *checker, const struct vtb_lacks *lacks,
                        struct vtb_error *error)
{
    struct vtb_options options = *checker->options;
    struct vtb_misuse_results results;
    options.strategies = (struct vtb_names){.items = {checker->strategy}, .n = 1};
    checker->method = "";
    if (!vtb_misuse_run(&results, &options, error))
        return false;
    for (size_t i = 0; i < results.n; i++) {
        if (results.items[i].checked)
            judge_misuse(checker, &results.items[i], lacks);
    }
    vtb_misuse_free(&results);
    return true;
}

/* --- all of them --- */

static bool run_workload(struct checker *checker, const struct cells *cells,
                         struct vtb_error *error)
{
    static const struct row row = {"workload ", vtb_check_workload, NEEDS_NOTHING, false, true};
    checker->method = "";
    return run_one(checker, &row, checker->workload->name, &cells->of[0][0], error);
}

static bool run_strategy(struct checker *checker, struct vtb_error *error)
{
    struct cells cells;
    find_cells(&cells, checker->strategy, checker->workload);
    if (!cells.floor || !cells.of[0][0].counting)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s cannot be built against %s",
                        checker->strategy, checker->workload->name);
    if (!load_cells(&cells, error))
        return false;
    const struct vtb_lacks *lacks = &cells.of[0][0].counting->strategy->lacks;
    bool ok = run_workload(checker, &cells, error);
    if (ok && lacks->real_cache && checker->workload->workload->default_capacity > 0) {
        say_left_out(checker, "all else", lacks->real_cache);
        return true;
    }
    for (size_t method = 0; ok && !checker->hung && method < VTB_METHODS_N; method++)
        ok = run_method(checker, &cells, method, error);
    if (ok && !checker->hung && cells.of[0][0].counting->probe)
        ok = run_misuses(checker, lacks, error);
    if (ok && checker->hung)
        say_left_out(checker, "the rest", "a check that hangs says enough; remedy that first");
    return ok;
}

/* Chooses the strategies to check, without variants; the baseline alone if the options name only
 * workloads. */
static void choose(const struct vtb_options *options, struct vtb_names *chosen)
{
    chosen->n = 0;
    for (size_t i = 0; i < options->strategies.n; i++)
        (void)vtb_names_add(chosen, vtb_find_strategy_entry(options->strategies.items[i])->name);
    for (size_t i = 0; options->strategies.n == 0 && vtb_strategies[i].name; i++) {
        if (options->workloads.n == 0 ||
            vtb_strategies[i].methods[0]->strategy->role == VTB_ROLE_BASELINE)
            (void)vtb_names_add(chosen, vtb_strategies[i].name);
    }
}

static bool run_all(struct checker *checker, const struct vtb_names *strategies,
                    struct vtb_error *error)
{
    const struct vtb_options *options = checker->options;
    const size_t workloads_n = options->workloads.n ? options->workloads.n : 1;
    for (size_t w = 0; w < workloads_n; w++) {
        checker->workload = options->workloads.n ? vtb_find_workload(options->workloads.items[w])
                                                 : vtb_default_workload();
        for (size_t i = 0; i < strategies->n; i++) {
            checker->strategy = strategies->items[i];
            checker->hung = false;
            if (strategies->n * workloads_n > 1)
                (void)snprintf(checker->of, sizeof checker->of, "%s, %s", checker->strategy,
                               checker->workload->name);
            if (!run_strategy(checker, error))
                return false;
        }
    }
    return true;
}

bool vtb_checks_run(struct vtb_checks *checks, const struct vtb_options *options,
                    struct vtb_error *error)
{
    struct vtb_names strategies;
    struct checker checker = {.checks = checks, .options = options, .method = ""};
    *checks = (struct vtb_checks){0};
    vtb_interrupt_tell("nothing is told of what was tried");
    vtb_interrupt_watch();
    if (!check_heaps(options, error) || !vtb_foreign_load(error))
        return false;
    choose(options, &strategies);
    struct told *shared = vtb_pages_shared(sizeof *told, "what a check finds", error);
    if (!shared)
        return false;
    told = shared;
    const bool ok = run_all(&checker, &strategies, error);
    vtb_pages_free(told, sizeof *told);
    told = &own_told;
    if (!ok)
        vtb_checks_free(checks);
    return ok;
}

void vtb_checks_free(struct vtb_checks *checks)
{
    free(checks->items);
    *checks = (struct vtb_checks){0};
}
