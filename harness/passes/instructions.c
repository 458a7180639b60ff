/* The process that starts valgrind, and reads the counts from the files that callgrind writes. */
#include "passes/instructions.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <math.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <unistd.h>

#include "base/child.h"
#include "base/interrupt.h"
#include "base/system_files.h"
#include "base/temporary.h"
#include "cells/editions.h"
#include "cells/home.h"
#include "plan/arguments.h"

extern char **environ;

/* A process under valgrind, and where its files are. */
struct worker {
    char directory[PATH_MAX];
    struct vtb_child child;
    FILE *lines; /* the worker's standard output */
};

const char *vtb_instructions_hindrance(const struct vtb_plan *plan)
{
    if (plan->points[0].completer)
        return "operations complete on another thread, and when the two meet is left to chance";
    return NULL;
}

const char *vtb_instructions_of_heap(const struct vtb_heap *heap)
{
    if (vtb_heap_collects(heap) && !heap->collector->open)
        return "a guest is another program";
    if (vtb_heap_collects(heap) && !heap->collector->moves)
        return "a conservative collector takes whatever looks like an address for one, so what it "
               "does depends on where things happen to lie";
    return NULL;
}

/* Whether the worker counts a case. It does not if there is the same case with one caller, as each
 * of several callers makes the same calls. */
static bool is_counted(const struct vtb_point *point, size_t own)
{
    return point->cases[own].serial == own &&
           !vtb_instructions_of_heap(point->cases[own].heap->heap);
}

/* --- starting --- */

/* Whether this program was built with valgrind's header, by which a process tells callgrind where
 * counting starts and ends. */
#ifdef VTB_CALLGRIND
#define HAS_HEADER true
#else
#define HAS_HEADER false
#endif

#define KEPT_MAX 128

/* Whether the worker needs a variable: to find valgrind, or the cells of builds that are compared,
 * which may be in a cache of the user's. */
static bool is_kept(const char *entry)
{
    static const char *const caches[] = {"HOME=", "XDG_CACHE_HOME="};
    bool kept = strncmp(entry, "VALGRIND_LIB=", 13) == 0 || vtb_editions_has_variable(entry);
    for (size_t i = 0; vtb_edition_at(0) && i < sizeof caches / sizeof *caches; i++)
        kept = kept || strncmp(entry, caches[i], strlen(caches[i])) == 0;
    return kept;
}

/* The environment of the worker: nothing else of the user's. */
static void make_environment(char *kept[KEPT_MAX], const char *cells)
{
    static char folder[PATH_MAX + 16]; /* the folder in which this process found the cells */
    static char worker[] = VTB_WORKER_VARIABLE "=1";
    static char tunables[] = "GLIBC_TUNABLES=glibc.malloc.arena_max=1";
    size_t n = 0;
    for (char **each = environ; *each && n + 4 < KEPT_MAX; each++) {
        if (is_kept(*each))
            kept[n++] = *each;
    }
    snprintf(folder, sizeof folder, VTB_CELLS_VARIABLE "=%s", cells);
    kept[n++] = folder;
    kept[n++] = worker;
    kept[n++] = tunables;
    kept[n] = NULL;
}

/* The program that a child process becomes. */
struct launch {
    const struct worker *worker;
    const char *valgrind;
    const char *cells;
    char **argv;
    int out; /* the file that its standard output goes to */
};

/* Runs valgrind in place of the child process; exits if it cannot. */
static void __attribute__((noreturn)) become_valgrind(const struct launch *launch)
{
    char out_option[PATH_MAX + 32];
    char program[PATH_MAX];
    char *kept[KEPT_MAX];
    size_t argc = 0;
    while (launch->argv[argc])
        argc++;
    char **arguments = calloc(argc + 8, sizeof *arguments);
    if (!arguments || !vtb_system_program("", program))
        _exit(VTB_EXIT_INTERNAL);
    snprintf(out_option, sizeof out_option, "--callgrind-out-file=%s/%%p",
             launch->worker->directory);
    char *const ours[] = {(char *)(uintptr_t)launch->valgrind,
                          "--tool=callgrind",
                          "--instr-atstart=no",
                          "--quiet",
                          out_option,
                          program};
    const size_t ours_n = sizeof ours / sizeof *ours;
    memcpy(arguments, ours, sizeof ours);
    memcpy(arguments + ours_n, launch->argv + 1, (argc - 1) * sizeof *arguments);
    make_environment(kept, launch->cells);
    (void)personality(ADDR_NO_RANDOMIZE); /* so that no count can depend on addresses */
    execve(launch->valgrind, arguments, kept);
    _exit(VTB_EXIT_INTERNAL);
}

/* Redirects standard error, of valgrind and of the program under it, to a file; if something fails,
 * the user is shown its last line. */
static bool open_log(const struct worker *worker)
{
    char path[PATH_MAX + 32];
    snprintf(path, sizeof path, "%s/log", worker->directory);
    const int log = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    return log >= 0 && dup2(log, STDERR_FILENO) >= 0;
}

static bool run_valgrind(void *context, struct vtb_error *error)
{
    const struct launch *launch = context;
    (void)error;
    if (open_log(launch->worker) && dup2(launch->out, STDOUT_FILENO) >= 0)
        become_valgrind(launch);
    _exit(VTB_EXIT_INTERNAL);
}

static bool start(struct worker *worker, char **argv, struct vtb_error *error)
{
    char valgrind[PATH_MAX];
    int ends[2];
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return false;
    if (!vtb_child_find("valgrind", valgrind))
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "--instructions: there is no valgrind in PATH, which counts them; install "
                        "the package valgrind");
    if (!HAS_HEADER)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "--instructions: valgrind's header was not there when this was built; "
                        "install the package valgrind, and build again");
    if (!vtb_temporary_folder("--instructions", worker->directory, error))
        return false;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "--instructions: %s", strerror(errno));
    struct launch launch = {worker, valgrind, home->cells, argv, ends[1]};
    worker->child =
        (struct vtb_child){.name = "--instructions", .run = run_valgrind, .context = &launch};
    const bool ok = vtb_child_start(&worker->child, error);
    close(ends[1]);
    worker->lines = ok ? fdopen(ends[0], "r") : NULL;
    if (worker->lines)
        return true;
    close(ends[0]);
    return ok ? vtb_fail(error, VTB_EXIT_INTERNAL, "--instructions: %s", strerror(errno)) : false;
}

/* --- reading --- */

/* Reads the instructions of one process from its file, and removes the file. */
static bool read_total(const struct worker *worker, size_t pid, uint64_t *total)
{
    char path[PATH_MAX + 32];
    char line[512];
    bool found = false;
    snprintf(path, sizeof path, "%s/%zu", worker->directory, pid);
    FILE *file = fopen(path, "re");
    while (file && !found && fgets(line, sizeof line, file)) {
        char *end;
        if (strncmp(line, "totals: ", 8) != 0)
            continue;
        *total = strtoull(line + 8, &end, 10);
        found = *end == '\n';
    }
    if (file)
        fclose(file);
    (void)unlink(path);
    return found;
}

/* Reads the instructions per operation of the next case. */
static bool read_case(const struct worker *worker, double *per_op)
{
    char line[64];
    uint64_t totals[2];
    if (!fgets(line, sizeof line, worker->lines))
        return false;
    char *rest = line;
    for (size_t i = 0; i < 2; i++) {
        const size_t pid = strtoull(rest, &rest, 10);
        if (pid == 0 || !read_total(worker, pid, &totals[i]))
            return false;
    }
    *per_op = ((double)totals[1] - (double)totals[0]) / VTB_INSTRUCTIONS_N;
    return true;
}

/* The number of cases that the worker runs: those that it counts, once for each consumer. */
static size_t runs_of(const struct vtb_plan *plan)
{
    size_t n = 0;
    for (size_t p = 0; p < plan->points_n; p++) {
        for (size_t i = 0; i < plan->points[p].cases_n; i++)
            n += is_counted(&plan->points[p], i);
    }
    return n * plan->consumers_n;
}

static bool read_all(const struct vtb_instructions *instructions, const struct worker *worker,
                     vtb_instructions_progress *progress, void *context)
{
    const struct vtb_plan *plan = instructions->plan;
    const size_t all_n = runs_of(plan);
    size_t done_n = 0;
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        for (size_t i = 0; i < point->cases_n * plan->consumers_n; i++) {
            const size_t own = i % point->cases_n;
            double *per_op = &instructions->per_op[instructions->first[p] + i];
            if (vtb_instructions_of_heap(point->cases[own].heap->heap))
                *per_op = NAN;
            else if (point->cases[own].serial != own)
                *per_op = per_op[(ptrdiff_t)point->cases[own].serial - (ptrdiff_t)own];
            else if (read_case(worker, per_op) && !vtb_interrupted())
                progress(context, ++done_n, all_n);
            else
                return false;
        }
    }
    return true;
}

/* --- the whole --- */

/* Reads the last line that the worker or valgrind wrote to standard error. */
static void last_line(const struct worker *worker, char line[256])
{
    static const char own[] = "run_bench: ";
    char path[PATH_MAX + 32];
    char next[256];
    snprintf(path, sizeof path, "%s/log", worker->directory);
    FILE *file = fopen(path, "re");
    while (file && fgets(next, sizeof next, file)) {
        next[strcspn(next, "\n")] = '\0';
        if (strncmp(next, own, sizeof own - 1) == 0)
            snprintf(line, sizeof next, "%s", next + sizeof own - 1);
        else if (*next)
            memcpy(line, next, sizeof next);
    }
    if (file)
        fclose(file);
}

/* Ends the worker, waits for it, and removes its files. If all went well (`ok`), it ends by itself.
 * True if it did; otherwise its last words are in `line`. */
static bool finish(struct worker *worker, bool ok, char line[256])
{
    if (worker->lines)
        fclose(worker->lines);
    if (worker->child.pid > 0) {
        struct vtb_child_end end;
        struct vtb_error error;
        if (!ok)
            (void)kill(worker->child.pid, SIGKILL);
        ok = vtb_child_wait(&worker->child, &end, &error) && ok && end.how == VTB_CHILD_LEFT &&
             end.number == 0;
        last_line(worker, line);
    }
    vtb_temporary_remove(worker->directory);
    return ok;
}

static bool make_room(struct vtb_instructions *instructions, const struct vtb_plan *plan,
                      struct vtb_error *error)
{
    size_t n = 0;
    *instructions = (struct vtb_instructions){.plan = plan};
    instructions->first = calloc(plan->points_n, sizeof *instructions->first);
    for (size_t p = 0; instructions->first && p < plan->points_n; p++) {
        instructions->first[p] = n;
        n += plan->points[p].cases_n * plan->consumers_n;
    }
    instructions->per_op = calloc(n + 1, sizeof *instructions->per_op);
    return (instructions->first && instructions->per_op) ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu counts of instructions", n);
}

bool vtb_instructions_count(struct vtb_instructions *instructions, const struct vtb_plan *plan,
                            char **argv, vtb_instructions_progress *progress, void *context,
                            struct vtb_error *error)
{
    struct worker worker = {.lines = NULL};
    char line[256] = "";
    /* So that an interrupt is only noted now, and the worker's files are removed, and later on. */
    vtb_interrupt_keep();
    bool ok = make_room(instructions, plan, error) && start(&worker, argv, error);
    const bool started = ok;
    ok = ok && read_all(instructions, &worker, progress, context);
    ok = finish(&worker, ok, line);
    if (vtb_interrupted())
        ok = vtb_fail_interrupted(error);
    else if (started && !ok)
        ok = vtb_fail(error, VTB_EXIT_INTERNAL,
                      "--instructions: the cases did not all run under valgrind%s%s",
                      *line ? ": " : "", line);
    if (!ok)
        vtb_instructions_free(instructions);
    return ok;
}

void vtb_instructions_free(struct vtb_instructions *instructions)
{
    free(instructions->first);
    free(instructions->per_op);
    *instructions = (struct vtb_instructions){0};
}

double vtb_instructions_of(const struct vtb_instructions *instructions, size_t point, size_t table,
                           size_t own)
{
    if (!instructions->per_op)
        return NAN;
    const size_t cases_n = instructions->plan->points[point].cases_n;
    return instructions->per_op[instructions->first[point] + table * cases_n + own];
}
