#include "passes/sessions.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/interrupt.h"
#include "base/system_files.h"
#include "base/turns.h"
#include "bench/exhausted.h"
#include "cells/editions.h"
#include "cells/home.h"
#include "guests/stand_in.h"
#include "passes/cold.h"
#include "plan/arguments.h"
#include "plan/places.h"
#include "plan/prepare.h"

extern char **environ;

/* What to do about a session that was ended: by what it did itself, or by somebody else. */
#define REMEDY "`run_bench check` of that strategy says where"
#define FROM_OUTSIDE \
    "from outside, perhaps for want of memory (a container's limit, the OOM killer)"

/* What stands at the start of the memory; the tables' samples follow, and then notes on guests. */
struct vtb_sessions_head {
    uint64_t sessions_n;
    uint64_t rounds_n;
    double epoch_ns;
    struct vtb_open_loop open_loop;
    uint64_t first_number;
    uint64_t index;             /* of the session that is run */
    uint64_t point;             /* that it times */
    struct vtb_watched watched; /* the case that it runs */
    struct vtb_error error;     /* of the session, if it failed */
    uint64_t bytes;             /* of the memory */
    uint64_t tables_n;          /* of all points */
    uint64_t operations_n[];    /* of an epoch of each table; 0: the session is to find out */
};

/* --- where samples lie --- */

#define ALIGNMENT 64

static size_t align(size_t bytes)
{
    return (bytes + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
}

/* The bytes of the latencies of each table of a point. */
static size_t latencies_bytes(const struct vtb_plan *plan, size_t point)
{
    return align(vtb_latencies_bytes(&plan->points[point], plan->sessions_n));
}

/* The bytes of what is found of each table of a point: hand-overs stand behind latencies. */
static size_t table_bytes(const struct vtb_plan *plan, size_t point)
{
    const struct vtb_point *own = &plan->points[point];
    if (plan->open_loop.rate == 0)
        return align(vtb_samples_bytes(own, plan->sessions_n, plan->rounds_n));
    return latencies_bytes(plan, point) +
           (plan->open_loop.hands_over ? align(vtb_handovers_bytes(own, plan->sessions_n)) : 0);
}

/* Works out where the samples of each point begin, and behind the last the notes on guests, in
 * bytes from the head; and the size of the memory. The caller frees. */
static size_t *lay_out(const struct vtb_plan *plan, size_t *bytes)
{
    const size_t tables_n = plan->points_n * plan->consumers_n;
    size_t *offsets =
        vtb_allocate(plan->points_n + 1, sizeof *offsets, "where the samples of sessions lie");
    *offsets = align(sizeof(struct vtb_sessions_head) + tables_n * sizeof(uint64_t));
    for (size_t p = 0; p < plan->points_n; p++)
        offsets[p + 1] = offsets[p] + plan->consumers_n * table_bytes(plan, p);
    *bytes = offsets[plan->points_n] + plan->guests_n * sizeof(struct vtb_guest_note);
    return offsets;
}

/* The samples of a table. */
static char *memory_of(const struct vtb_sessions *sessions, size_t point, size_t table)
{
    return (char *)sessions->head + sessions->offsets[point] +
           table * table_bytes(sessions->plan, point);
}

struct vtb_guest_note *vtb_sessions_guests(const struct vtb_sessions *sessions)
{
    char *memory = (char *)sessions->head;
    return (struct vtb_guest_note *)(void *)(memory + sessions->offsets[sessions->plan->points_n]);
}

static uint64_t *operations_of(const struct vtb_sessions *sessions, size_t point, size_t table)
{
    return &sessions->head->operations_n[point * sessions->plan->consumers_n + table];
}

static struct vtb_samples all_samples(const struct vtb_sessions *sessions, size_t point,
                                      size_t table)
{
    struct vtb_samples samples;
    const struct vtb_plan *plan = sessions->plan;
    vtb_samples_place(&samples, &plan->points[point], plan->sessions_n, plan->rounds_n,
                      memory_of(sessions, point, table));
    samples.operations_n = *operations_of(sessions, point, table);
    return samples;
}

struct vtb_samples vtb_sessions_samples(const struct vtb_sessions *sessions, size_t point,
                                        size_t table)
{
    struct vtb_samples samples = all_samples(sessions, point, table);
    samples.sessions_n = sessions->done_n;
    return samples;
}

struct vtb_latencies vtb_sessions_latencies(const struct vtb_sessions *sessions, size_t point,
                                            size_t table)
{
    const struct vtb_plan *plan = sessions->plan;
    return vtb_latencies_place(&plan->points[point], plan->sessions_n,
                               memory_of(sessions, point, table));
}

struct vtb_handovers vtb_sessions_handovers(const struct vtb_sessions *sessions, size_t point,
                                            size_t table)
{
    const struct vtb_plan *plan = sessions->plan;
    if (!plan->open_loop.hands_over)
        return (struct vtb_handovers){.units_n = 0};
    return vtb_handovers_place(&plan->points[point], plan->sessions_n,
                               memory_of(sessions, point, table) + latencies_bytes(plan, point));
}

/* --- opening --- */

static bool map(struct vtb_sessions *sessions, struct vtb_error *error)
{
    void *memory = mmap(NULL, sessions->bytes, PROT_READ | PROT_WRITE, MAP_SHARED, sessions->fd, 0);
    if (memory == MAP_FAILED)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the samples of %zu sessions: %s",
                        sessions->plan->sessions_n, strerror(errno));
    sessions->head = memory;
    return true;
}

static bool make_memory(struct vtb_sessions *sessions, struct vtb_error *error)
{
    sessions->offsets = lay_out(sessions->plan, &sessions->bytes);
    sessions->fd = memfd_create("vtb-sessions", 0);
    if (sessions->fd >= 0 && ftruncate(sessions->fd, (off_t)sessions->bytes) == 0)
        return map(sessions, error);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the samples of %zu sessions: %s",
                    sessions->plan->sessions_n, strerror(errno));
}

/* Opens this program's file, so that all sessions are the same program, even if another one is
 * built meanwhile. By its name, and kept open in a session: under valgrind what /proc/self/exe
 * leads to is valgrind, which opens a program itself. */
static bool open_program(struct vtb_sessions *sessions, struct vtb_error *error)
{
    char path[PATH_MAX];
    sessions->program_fd = vtb_system_program("", path) ? open(path, O_RDONLY) : -1;
    return sessions->program_fd >= 0 ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "a session cannot be started: '%.500s': %s", path,
                    strerror(errno));
}

bool vtb_sessions_open(struct vtb_sessions *sessions, const struct vtb_plan *plan,
                       uint64_t first_number, struct vtb_error *error)
{
    *sessions =
        (struct vtb_sessions){.plan = plan, .all_n = plan->sessions_n, .fd = -1, .program_fd = -1};
    if (!open_program(sessions, error) || !make_memory(sessions, error)) {
        vtb_sessions_close(sessions);
        return false;
    }
    *sessions->head = (struct vtb_sessions_head){
        .sessions_n = plan->sessions_n,
        .rounds_n = plan->rounds_n,
        .epoch_ns = plan->epoch_ns,
        .open_loop = plan->open_loop,
        .first_number = first_number,
        .bytes = sessions->bytes,
        .tables_n = plan->points_n * plan->consumers_n,
    };
    sessions->level = vtb_probe_calibrate();
    return true;
}

void vtb_sessions_close(struct vtb_sessions *sessions)
{
    if (sessions->head)
        munmap(sessions->head, sessions->bytes);
    if (sessions->head || sessions->fd > 0) /* one of all zeros was never opened */
        (void)close(sessions->fd);
    if (sessions->program_fd > 0)
        (void)close(sessions->program_fd);
    free(sessions->offsets);
    *sessions = (struct vtb_sessions){.fd = -1, .program_fd = -1};
}

/* --- in a file --- */

/* What a file of sessions begins with; the memory follows. */
struct saved {
    char magic[16];
    uint64_t done_n;
    struct vtb_probe_level level;
};

static const char magic[16] = "vtb-sessions-2\n";

void vtb_sessions_save(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_sessions *sessions = what;
    struct saved saved = {.done_n = sessions->done_n, .level = sessions->level};
    (void)format;
    memcpy(saved.magic, magic, sizeof magic);
    (void)fwrite(&saved, sizeof saved, 1, out);
    (void)fwrite(sessions->head, 1, sessions->bytes, out);
}

/* Opens a file of sessions, and reads what it begins with, and with it the head of the memory, at
 * which the file then stands. Null, with *error set, if it is none. */
static FILE *open_saved(struct saved *saved, struct vtb_sessions_head *head, const char *path,
                        struct vtb_error *error)
{
    FILE *file = fopen(path, "re");
    if (!file) {
        vtb_error_set(error, VTB_EXIT_USAGE,
                      "--resume: '%.300s', which has the sessions, cannot be read: %s; it stands "
                      "beside the result file of a run that ended early",
                      path, strerror(errno));
        return NULL;
    }
    if (fread(saved, sizeof *saved, 1, file) == 1 && fread(head, sizeof *head, 1, file) == 1 &&
        memcmp(saved->magic, magic, sizeof magic) == 0 && saved->done_n > 0 &&
        saved->done_n <= head->sessions_n && fseek(file, sizeof *saved, SEEK_SET) == 0)
        return file;
    (void)fclose(file);
    vtb_error_set(error, VTB_EXIT_USAGE,
                  "--resume: '%.300s' has no sessions of this version of run_bench", path);
    return NULL;
}

bool vtb_sessions_peek(struct vtb_saved_sessions *found, const char *path, struct vtb_error *error)
{
    struct saved saved;
    struct vtb_sessions_head head;
    FILE *file = open_saved(&saved, &head, path, error);
    if (!file)
        return false;
    (void)fclose(file);
    *found = (struct vtb_saved_sessions){
        .sessions_n = head.sessions_n,
        .rounds_n = head.rounds_n,
        .epoch_ns = head.epoch_ns,
        .done_n = saved.done_n,
    };
    return true;
}

bool vtb_sessions_load(struct vtb_sessions *sessions, const char *path, struct vtb_error *error)
{
    struct saved saved;
    struct vtb_sessions_head head;
    FILE *file = open_saved(&saved, &head, path, error);
    if (!file)
        return false;
    struct vtb_sessions_head *own = sessions->head;
    char *memory = malloc(sessions->bytes);
    const bool is_of_plan = head.bytes == own->bytes && head.tables_n == own->tables_n &&
                            head.sessions_n == own->sessions_n && head.rounds_n == own->rounds_n &&
                            head.first_number == own->first_number;
    const bool ok = memory && is_of_plan && fread(memory, sessions->bytes, 1, file) == 1;
    if (ok) {
        memcpy(own, memory, sessions->bytes);
        sessions->done_n = saved.done_n;
        sessions->level = saved.level;
    }
    (void)fclose(file);
    free(memory);
    return ok ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--resume: the sessions of '%.300s' are of another plan, or not whole", path);
}

/* --- starting one --- */

/* What a child process becomes. */
struct launch {
    int program_fd;
    char **arguments;
    char **environment;
};

/* Runs this program in place of the child; its descriptors stay open in it. */
static bool become_session(void *context, struct vtb_error *error)
{
    const struct launch *launch = context;
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", launch->program_fd);
    execve(path, launch->arguments, launch->environment);
    if (errno == ENOENT) /* /proc is not mounted */
        fexecve(launch->program_fd, launch->arguments, launch->environment);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "a session cannot be started: %s", strerror(errno));
}

/* The environment of a session: the user's, without the options. Owned by the caller, with `texts`,
 * of which it refers to two. */
static char **make_environment(const struct vtb_sessions *sessions, const char *cells,
                               char texts[2][PATH_MAX + 32])
{
    size_t n = 0;
    size_t kept_n = 0;
    while (environ[n])
        n++;
    char **kept = vtb_allocate(n + 3, sizeof *kept, "the environment of a session");
    for (size_t i = 0; i < n; i++) {
        if (strncmp(environ[i], "VTB_", 4) != 0 || vtb_editions_has_variable(environ[i]) ||
            vtb_turns_is_variable(environ[i]))
            kept[kept_n++] = environ[i];
    }
    (void)snprintf(texts[0], sizeof texts[0], VTB_SESSION_VARIABLE "=%d", sessions->fd);
    (void)snprintf(texts[1], sizeof texts[1], VTB_CELLS_VARIABLE "=%s", cells);
    kept[kept_n++] = texts[0];
    kept[kept_n++] = texts[1];
    return kept;
}

/* Says how a session ended, and in which case. */
static bool fail_ended(const struct vtb_sessions *sessions, const struct vtb_child_end *end,
                       struct vtb_error *error)
{
    const struct vtb_sessions_head *head = sessions->head;
    const struct vtb_watched watched = head->watched;
    const size_t point = head->point < sessions->plan->points_n ? head->point : 0;
    char words[64];
    char place[256] = "";
    vtb_child_say(end, words, sizeof words);
    if (*watched.cell)
        (void)snprintf(place, sizeof place, " in %s/%.95s/%.31s",
                       sessions->plan->points[point].workload->name, watched.cell, watched.heap);
    const char *remedy = end->how != VTB_CHILD_KILLED ? ""
                         : end->number == SIGKILL     ? ", " FROM_OUTSIDE
                         : *place                     ? "; " REMEDY
                                                      : "";
    return vtb_fail(error, VTB_EXIT_INTERNAL, "session %zu of %zu ended%s: %s%s",
                    sessions->done_n + 1, sessions->all_n, place, words, remedy);
}

/* Takes what a session found that has ended well. */
static void take(struct vtb_sessions *sessions)
{
    const struct vtb_plan *plan = sessions->plan;
    for (size_t p = 0; plan->open_loop.rate > 0 && p < plan->points_n; p++) {
        for (size_t t = 0; t < plan->consumers_n; t++) {
            const struct vtb_latencies latencies = vtb_sessions_latencies(sessions, p, t);
            vtb_latencies_add_latest(&latencies);
        }
    }
    sessions->done_n++;
}

/* Waits for a session; its error is what it left in the memory. */
static bool finish(struct vtb_sessions *sessions, struct vtb_child *child, struct vtb_error *error)
{
    struct vtb_child_end end;
    vtb_child_heed_interrupt(child);
    if (!vtb_child_wait(child, &end, error))
        return false;
    if (vtb_interrupted() || end.how == VTB_CHILD_INTERRUPTED)
        return vtb_fail_interrupted(error);
    if (end.how == VTB_CHILD_LEFT && end.number == 0) {
        take(sessions);
        return true;
    }
    if (end.how == VTB_CHILD_FAILED) { /* it did not become this program */
        *error = end.error;
        return false;
    }
    if (end.how == VTB_CHILD_LEFT && *sessions->head->error.message) {
        *error = sessions->head->error;
        error->details = NULL;
        return false;
    }
    return fail_ended(sessions, &end, error);
}

bool vtb_sessions_run(struct vtb_sessions *sessions, const struct vtb_options *options,
                      struct vtb_error *error)
{
    char texts[2][PATH_MAX + 32];
    struct vtb_arguments arguments;
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return false;
    if (!vtb_arguments_make(&arguments, sessions->plan, options, error))
        return false;
    const struct launch launch = {sessions->program_fd, arguments.list,
                                  make_environment(sessions, home->cells, texts)};
    struct vtb_child child = {
        .name = "a session", .run = become_session, .context = (void *)(uintptr_t)&launch};
    sessions->head->index = sessions->done_n;
    sessions->head->error = (struct vtb_error){0};
    sessions->head->watched = (struct vtb_watched){0};
    const bool ok = vtb_child_start(&child, error) && finish(sessions, &child, error);
    vtb_arguments_free(&arguments);
    free(launch.environment);
    return ok;
}

/* --- being one --- */

bool vtb_session_is_this(void)
{
    return getenv(VTB_SESSION_VARIABLE) != NULL;
}

/* Measures the latencies of one table. */
static bool find_latencies(struct vtb_fixture *fixture, const struct vtb_sessions *sessions,
                           size_t point, size_t table, struct vtb_error *error)
{
    const struct vtb_plan *plan = sessions->plan;
    struct vtb_latencies latencies = vtb_sessions_latencies(sessions, point, table);
    return vtb_latency_run(fixture, &plan->open_loop, plan->consumers[table], plan->rounds_n,
                           &latencies, sessions->head->index, error);
}

/* Runs the open loop of one table; first its hand-overs are timed, if they are to be. They are
 * added last, so that nothing is of a session that ends in between. */
static bool run_open_loop(struct vtb_fixture *fixture, const struct vtb_sessions *sessions,
                          size_t point, size_t table, struct vtb_error *error)
{
    const struct vtb_plan *plan = sessions->plan;
    if (!plan->open_loop.hands_over)
        return find_latencies(fixture, sessions, point, table, error);
    struct vtb_handovers all = vtb_sessions_handovers(sessions, point, table);
    const size_t bytes = vtb_handovers_bytes(fixture->point, 1);
    void *memory = vtb_allocate(1, bytes, "the hand-overs of a session");
    struct vtb_handovers own = vtb_handovers_place(fixture->point, 1, memory);
    const bool ok = vtb_handover_run(fixture, &plan->open_loop, plan->rounds_n, &own, error) &&
                    find_latencies(fixture, sessions, point, table, error);
    if (ok)
        vtb_handovers_add(&all, sessions->head->index, &own);
    free(memory);
    return ok;
}

/* Times one table. */
static bool time_table(struct vtb_fixture *fixture, struct vtb_bench *bench,
                       const struct vtb_sessions *sessions, size_t point, size_t table,
                       struct vtb_error *error)
{
    const struct vtb_sessions_head *head = sessions->head;
    const enum vtb_consumer consumer = sessions->plan->consumers[table];
    uint64_t *operations_n = operations_of(sessions, point, table);
    const struct vtb_samples all = all_samples(sessions, point, table);
    struct vtb_samples own = vtb_samples_of_session(&all, head->index);
    const struct vtb_effort effort = {head->rounds_n, head->epoch_ns, *operations_n};
    const bool ok = bench ? vtb_bench_run(bench, &effort, consumer, &own, error)
                          : (fixture->point->cold ? vtb_cold_run : vtb_timing_run)(
                                fixture, &effort, consumer, &own, error);
    *operations_n = own.operations_n;
    return ok;
}

/* Times the tables of a point. One bench serves all of them; but cold starts need no bench,
 * latencies have one of their own, and a real cache must be as if nobody had used it before. */
static bool time_point(const struct vtb_sessions *sessions, struct vtb_stand_in *guests,
                       size_t point, struct vtb_error *error)
{
    const struct vtb_plan *plan = sessions->plan;
    const struct vtb_sessions_head *head = sessions->head;
    struct vtb_fixture fixture;
    struct vtb_bench *bench = NULL;
    if (!vtb_fixture_open_session(&fixture, &plan->points[point], head->first_number + head->index,
                                  error))
        return false;
    const bool is_open_loop = plan->open_loop.rate > 0;
    const bool shared = !is_open_loop && !fixture.point->cold && !fixture.point->hits.emerge;
    bool ok = !shared || (bench = vtb_bench_open(&fixture, guests, error));
    for (size_t t = 0; ok && t < plan->consumers_n; t++)
        ok = is_open_loop ? run_open_loop(&fixture, sessions, point, t, error)
                          : time_table(&fixture, bench, sessions, point, t, error);
    vtb_bench_close(bench);
    vtb_fixture_close(&fixture);
    return ok;
}

static bool time_all(struct vtb_plan *plan, const struct vtb_sessions *sessions,
                     struct vtb_error *error)
{
    struct vtb_sessions_head *head = sessions->head;
    struct vtb_stand_in guests[VTB_GUESTS_MAX] = {{.note = NULL}};
    (void)vtb_turns_wait(); /* also to build what is not, and to make tables */
    bool ok = vtb_plan_prepare(plan, error);
    for (size_t i = 0; i < plan->guests_n; i++)
        guests[i].note = &vtb_sessions_guests(sessions)[i];
    vtb_exhausted_note_at(&head->watched);
    for (size_t i = 0; ok && i < plan->points_n; i++) {
        head->point = i;
        ok = time_point(sessions, guests, i, error);
    }
    for (size_t i = 0; i < plan->guests_n; i++)
        vtb_guest_close(&guests[i].guest);
    vtb_exhausted_note_at(NULL);
    return ok;
}

/* The memory, as the parent made it; null, with *error set, if it is not that. */
static struct vtb_sessions_head *attach(struct vtb_error *error)
{
    const char *number = getenv(VTB_SESSION_VARIABLE);
    const int fd = number ? (int)strtol(number, NULL, 10) : -1;
    struct stat status;
    void *memory = MAP_FAILED;
    /* Only memory has seals: a user's file is not written to. */
    if (fcntl(fd, F_GET_SEALS) >= 0 && fstat(fd, &status) == 0 &&
        (size_t)status.st_size >= sizeof(struct vtb_sessions_head))
        memory = mmap(NULL, (size_t)status.st_size, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (memory != MAP_FAILED)
        return memory;
    if (errno == ENOMEM) {
        (void)vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for the samples: %s", strerror(errno));
        return NULL;
    }
    vtb_error_set(error, VTB_EXIT_USAGE,
                  VTB_SESSION_VARIABLE ": is for processes that a run starts by itself; unset it");
    return NULL;
}

/* Lets an interrupt leave nothing behind: a store's folder goes at once; what was put into a server
 * that was there already needs a bench to be closed, which the passes do soon. */
static void watch_interrupts(const struct vtb_plan *plan)
{
    if (plan->points->store_address)
        vtb_interrupt_note();
    else
        vtb_interrupt_discard();
}

/* Times all tables of the plan that a session made, if it is its parent's. */
static bool time_own(struct vtb_plan *plan, struct vtb_sessions_head *head, struct vtb_error *error)
{
    struct vtb_sessions sessions = {.plan = plan, .head = head};
    sessions.offsets = lay_out(plan, &sessions.bytes);
    const bool is_same =
        plan->points_n * plan->consumers_n == head->tables_n && sessions.bytes == head->bytes;
    const bool ok = is_same ? time_all(plan, &sessions, error)
                            : vtb_fail(error, VTB_EXIT_INTERNAL,
                                       "a session made another plan than the run that started it");
    free(sessions.offsets);
    return ok;
}

bool vtb_session_work(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_plan plan;
    struct vtb_sessions_head *head = attach(error);
    if (!head)
        return false;
    vtb_child_tell_at(&head->error);
    vtb_places_take(options->seed, head->first_number + head->index);
    bool ok = vtb_plan_make(&plan, options, error);
    if (ok) {
        plan.sessions_n = head->sessions_n;
        plan.rounds_n = head->rounds_n;
        watch_interrupts(&plan);
        if (head->open_loop.rate > 0)
            vtb_plan_open_loop(&plan, &head->open_loop, head->rounds_n);
        ok = time_own(&plan, head, error);
        vtb_plan_free(&plan);
    }
    if (!ok)
        vtb_child_fail(error);
    return true;
}
