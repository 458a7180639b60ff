#include "cells/build.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/interrupt.h"
#include "base/lock.h"
#include "base/shown.h"
#include "base/temporary.h"

/* One run of ninja. */
struct run {
    const struct vtb_home *home;
    const char *list; /* the file that ninja reads */
    bool dry;         /* ninja says what it would do, and does nothing */
    int out;          /* takes the output of ninja */
};

/* The output of ninja, as far as it matters here. */
struct said {
    size_t done_n;
    size_t all_n;
    char failed[VTB_TARGET_NAME_BYTES]; /* the first target that failed */
    char *text;                         /* output on that target, or else on any */
    size_t text_n;
};

/* --- what builds --- */

/* Gives a digest of the compiler: of the sizes and times of its files, as it may be upgraded in
 * place. The list of files begins with the two compilers' own. *missing is one of these two that is
 * not there. */
static void read_toolchain(const struct vtb_home *home, char hex[VTB_DIGEST_BYTES],
                           char missing[PATH_MAX])
{
    char path[PATH_MAX + 32];
    char line[PATH_MAX];
    char text[4096] = "";
    size_t used = 0;
    snprintf(path, sizeof path, "%s/cells.toolchain", home->build);
    FILE *file = fopen(path, "re");
    *missing = '\0';
    for (size_t i = 0; file && fgets(line, sizeof line, file); i++) {
        struct stat status = {0};
        line[strcspn(line, "\n")] = '\0';
        if (stat(line, &status) != 0 && i < 2)
            snprintf(missing, PATH_MAX, "%s", line);
        if (used < sizeof text)
            used += (size_t)snprintf(text + used, sizeof text - used, "%s %lld %lld.%ld\n", line,
                                     (long long)status.st_size, (long long)status.st_mtim.tv_sec,
                                     status.st_mtim.tv_nsec);
    }
    if (file)
        fclose(file);
    vtb_digest_text(text, hex);
    hex[16] = '\0';
}

/* --- the list of what is wanted --- */

static bool write_list(const char *path, const struct vtb_home *home, const char *toolchain,
                       const struct vtb_target *targets, size_t n, struct vtb_error *error)
{
    FILE *out = fopen(path, "we");
    if (!out)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "'%s' cannot be written: %s", path,
                        strerror(errno));
    vtb_targets_write(out, home, toolchain, targets, n);
    const bool failed = ferror(out) != 0;
    if (fclose(out) == 0 && !failed)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL, "'%s' cannot be written: %s", path, strerror(errno));
}

/* --- running ninja --- */

/* Turns the child process into ninja; returns only if that fails. */
static bool become_ninja(void *context, struct vtb_error *error)
{
    const struct run *run = context;
    (void)error;
    char *arguments[] = {(char *)"ninja", (char *)"-f", (char *)(uintptr_t)run->list,
                         run->dry ? (char *)"-n" : NULL, NULL};
    const char *folder = run->home->cells;
    if (chdir(folder) == 0 && dup2(run->out, STDOUT_FILENO) >= 0 &&
        dup2(run->out, STDERR_FILENO) >= 0 && setenv("NINJA_STATUS", "@%f/%t@", 1) == 0 &&
        setenv("LC_ALL", "C", 1) == 0 && setenv("TERM", "dumb", 1) == 0 &&
        setenv("CLICOLOR_FORCE", "0", 1) == 0)
        execvp("ninja", arguments);
    _exit(VTB_EXIT_INTERNAL);
}

static void keep_text(struct said *said, const char *line)
{
    const size_t n = strlen(line);
    char *more = realloc(said->text, said->text_n + n + 1);
    if (!more)
        return;
    said->text = more;
    memcpy(more + said->text_n, line, n + 1);
    said->text_n += n;
}

/* The part of ninja's output that a line belongs to: for a target that failed, ninja names the
 * target, then shows the command, and then the compiler's messages. */
enum part { PART_OF_NINJA, PART_COMMAND, PART_OF_COMPILER, PART_OF_OTHERS };

static enum part read_line(struct said *said, char *line, enum part part)
{
    static const char failed[] = "FAILED: ";
    static const char code[] = "[code="; /* and a number; from ninja 1.13 on */
    if (sscanf(line, "@%zu/%zu@", &said->done_n, &said->all_n) == 2)
        return part == PART_OF_COMPILER ? PART_OF_OTHERS : part;
    if (strncmp(line, failed, sizeof failed - 1) == 0) {
        if (*said->failed)
            return PART_OF_OTHERS;
        const char *name = line + sizeof failed - 1;
        if (strncmp(name, code, sizeof code - 1) == 0)
            name += strcspn(name, " ") + strspn(name + strcspn(name, " "), " ");
        snprintf(said->failed, sizeof said->failed, "%.*s", (int)strcspn(name, " \n"), name);
        said->text_n = 0;
        return PART_COMMAND;
    }
    if (part == PART_COMMAND)
        return PART_OF_COMPILER;
    const bool is_ninjas = strncmp(line, "ninja: ", 7) == 0;
    if (strncmp(line, "ninja: error: ", 14) == 0 || (part != PART_OF_OTHERS && !is_ninjas))
        keep_text(said, line);
    return part;
}

static void read_all(FILE *lines, struct said *said, vtb_build_progress *progress, void *context)
{
    char *line = NULL;
    size_t line_bytes = 0;
    enum part part = PART_OF_NINJA;
    while (getline(&line, &line_bytes, lines) > 0) {
        const size_t before_n = said->done_n;
        part = read_line(said, line, part);
        if (progress && said->done_n != before_n)
            progress(context, said->done_n, said->all_n);
    }
    free(line);
}

/* Runs ninja and reads its output. *status is its exit status, or -1. */
static bool run_ninja(struct run *run, struct said *said, vtb_build_progress *progress,
                      void *context, int *status, struct vtb_error *error)
{
    int ends[2];
    struct vtb_child child = {.name = "building cells", .run = become_ninja, .context = run};
    struct vtb_child_end end;
    if (pipe2(ends, O_CLOEXEC) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "building cells: %s", strerror(errno));
    run->out = ends[1];
    const bool started = vtb_child_start(&child, error);
    close(ends[1]);
    FILE *lines = started ? fdopen(ends[0], "r") : NULL;
    if (lines)
        read_all(lines, said, progress, context);
    if (progress && said->done_n != said->all_n) /* something failed, which is told now */
        progress(context, 0, 0);
    if (lines)
        fclose(lines);
    else
        close(ends[0]);
    if (!started || !vtb_child_wait(&child, &end, error))
        return false;
    *status = end.how == VTB_CHILD_LEFT ? end.number : -1;
    return true;
}

/* --- what went wrong --- */

/* The target that failed, if it is compiled from a user's file; else null. */
static const struct vtb_target *own_that_failed(const struct vtb_target *targets, size_t n,
                                                const char *failed)
{
    for (size_t i = 0; i < n; i++) {
        if (vtb_target_has_file(&targets[i], failed))
            return vtb_target_path(&targets[i]) ? &targets[i] : NULL;
    }
    return NULL;
}

/* Whether the compiler's first complaint is that the entry's macro has not defined the name that
 * the file calls for: a file that was copied may still have the old name in it. */
static bool lacks_entry(const struct vtb_target *target, const char *text)
{
    char name[VTB_TARGET_NAME_BYTES];
    const bool of_workload = target->what == VTB_TARGET_WORKLOAD;
    snprintf(name, sizeof name, "'%s%s'", of_workload ? "vtb_file_is_named_" : "vtb_strategy_",
             of_workload ? target->workload->name : target->strategy->name);
    const char *first = text ? strstr(text, "error: ") : NULL;
    const char *found = first ? strstr(first, name) : NULL;
    return found && found < strchrnul(first, '\n');
}

/* Writes which build it was, if it is not this program's. */
static const char *place_text(char text[PATH_MAX + 32], const struct vtb_home *home)
{
    struct vtb_error unheard;
    const struct vtb_home *own = vtb_home(&unheard);
    *text = '\0';
    if (!own || strcmp(own->build, home->build) != 0)
        (void)snprintf(text, PATH_MAX + 32, " in the build '%.300s'", home->build);
    return text;
}

static void tell_own(const struct vtb_target *target, const struct vtb_home *home, const char *text,
                     struct vtb_error *error)
{
    char place[PATH_MAX + 32];
    const char *path = vtb_target_path(target);
    const bool of_workload = target->what == VTB_TARGET_WORKLOAD;
    if (lacks_entry(target, text))
        vtb_error_set(error, VTB_EXIT_USAGE,
                      "'%s' does not compile: it has no %s(%s), by the file's name:", path,
                      of_workload ? "VTB_WORKLOAD" : "VTB_STRATEGY",
                      of_workload ? target->workload->name : target->strategy->name);
    else
        vtb_error_set(error, VTB_EXIT_USAGE, "'%s' does not compile%s:", path,
                      place_text(place, home));
}

static bool refuse(const struct vtb_home *home, const struct vtb_target *targets, size_t n,
                   struct said *said, struct vtb_error *error)
{
    char place[PATH_MAX + 32];
    const struct vtb_target *own = own_that_failed(targets, n, said->failed);
    if (said->text && strstr(said->text, "No space left on device"))
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "no space left on the device of '%s' or of the compiler's temporary files; "
                        "what was built is kept",
                        home->cells);
    if (own)
        tell_own(own, home, said->text, error);
    else if (*said->failed)
        (void)vtb_fail(error, VTB_EXIT_INTERNAL,
                       "the cell '%s' could not be built%s:", said->failed,
                       place_text(place, home));
    else
        (void)vtb_fail(error, VTB_EXIT_INTERNAL, "cells could not be built in '%s':%s", home->cells,
                       said->text ? "" : " ninja was ended; start again, what was built is kept");
    error->details = said->text; /* kept: the process ends with it */
    said->text = NULL;
    return false;
}

/* --- the whole --- */

static int lock_folder(const struct vtb_home *home, struct vtb_error *error)
{
    char path[PATH_MAX + 16];
    snprintf(path, sizeof path, "%s/.lock", home->cells);
    return vtb_lock(path, "builds cells", error);
}

/* Records the compiler that the files are built with, and tells of one that is not the compiler of
 * before. */
static void note_toolchain(const struct vtb_home *home, const char *toolchain)
{
    char path[PATH_MAX + 16];
    char before[VTB_DIGEST_BYTES] = "";
    snprintf(path, sizeof path, "%s/.toolchain", home->cells);
    FILE *file = fopen(path, "re");
    if (file && !fgets(before, sizeof before, file))
        *before = '\0';
    if (file)
        fclose(file);
    if (strcmp(before, toolchain) == 0)
        return;
    if (*before)
        vtb_tell("the compiler is another one than before: cells are built again");
    file = fopen(path, "we");
    if (file) {
        fputs(toolchain, file);
        fclose(file);
    }
}

/* Whether anything can be built. If not, cells are used as they are, and a warning says so once. */
static bool can_build(const char *missing)
{
    static bool told;
    char path[PATH_MAX];
    const bool has_ninja = vtb_child_find("ninja", path);
    if (has_ninja && !*missing)
        return true;
    if (!told)
        vtb_tell("warning: there is no %s: cells are used as they are, whatever changed since",
                 has_ninja ? missing : "ninja");
    told = true;
    return false;
}

/* Whether the installed file of a target is used. A target made from a user's file is not: the file
 * may have changed since somebody built it there. */
static bool is_installed(const struct vtb_home *home, const struct vtb_target *target)
{
    char name[VTB_TARGET_NAME_BYTES];
    char path[PATH_MAX + VTB_TARGET_NAME_BYTES];
    if (vtb_target_path(target))
        return false;
    vtb_target_name(target, name);
    snprintf(path, sizeof path, "%s/%s", home->installed, name);
    return *home->installed && access(path, R_OK) == 0;
}

/* The targets whose installed files are not used. Owned by the caller. */
static struct vtb_target *wanted(const struct vtb_home *home, const struct vtb_target *targets,
                                 size_t n, size_t *wanted_n)
{
    struct vtb_target *own = vtb_allocate(n, sizeof *own, "a list of cells");
    *wanted_n = 0;
    for (size_t i = 0; i < n; i++) {
        if (!is_installed(home, &targets[i]))
            own[(*wanted_n)++] = targets[i];
    }
    return own;
}

static bool build_locked(const struct vtb_home *home, const char *toolchain,
                         const struct vtb_target *targets, size_t n, vtb_build_progress *progress,
                         void *context, struct vtb_error *error)
{
    char list[PATH_MAX + 16];
    struct said said = {0};
    struct run run = {.home = home, .list = list};
    int status = 0;
    snprintf(list, sizeof list, "%s/build.ninja", home->cells);
    note_toolchain(home, toolchain);
    bool ok = write_list(list, home, toolchain, targets, n, error) &&
              run_ninja(&run, &said, progress, context, &status, error);
    if (ok && status != 0)
        ok = vtb_interrupted() ? vtb_fail_interrupted(error)
                               : refuse(home, targets, n, &said, error);
    else if (said.text_n > 0) /* the compiler's warnings */
        vtb_print_shown(stderr, said.text, said.text_n, VTB_SHOWN_TEXT);
    free(said.text);
    return ok;
}

/* Opens a list for a short time, in memory or, where /proc is not mounted and so has no name for
 * that, in a file that the caller removes. Gives its descriptor, which ninja inherits, or -1. */
static int open_short_list(char path[PATH_MAX], bool *is_file)
{
    const char *folder = getenv("TMPDIR");
    char name[PATH_MAX];
    int file = memfd_create("cells", 0);
    snprintf(path, PATH_MAX, "/proc/self/fd/%d", file);
    *is_file = file >= 0 && access(path, F_OK) != 0;
    if (!*is_file)
        return file;
    close(file);
    errno = ENAMETOOLONG;
    if (snprintf(name, sizeof name, "%s/vtb-cells", folder && *folder == '/' ? folder : "/tmp") >=
        (int)sizeof name)
        return -1;
    return vtb_temporary_file(name, path);
}

/* Counts the targets that ninja would build. */
static bool count_stale(const struct vtb_home *home, const char *toolchain,
                        const struct vtb_target *targets, size_t n, size_t *stale_n,
                        struct vtb_error *error)
{
    char list[PATH_MAX];
    struct said said = {0};
    struct run run = {.home = home, .list = list, .dry = true};
    int status = 0;
    bool is_file;
    const int file = open_short_list(list, &is_file);
    if (file < 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "no place for a list of %zu cells in '%.300s': %s", n, list,
                        strerror(errno));
    bool ok = write_list(list, home, toolchain, targets, n, error) &&
              run_ninja(&run, &said, NULL, NULL, &status, error);
    if (ok && status != 0)
        ok = vtb_interrupted() ? vtb_fail_interrupted(error)
                               : refuse(home, targets, n, &said, error);
    close(file);
    if (is_file)
        vtb_temporary_remove(list);
    *stale_n = said.all_n;
    free(said.text);
    return ok;
}

/* Whether nothing has to be built: then nothing is written, and no other process waited for. */
static bool is_up_to_date(const struct vtb_home *home, const char *toolchain,
                          const struct vtb_target *targets, size_t n)
{
    struct vtb_error error;
    size_t stale_n = n;
    return access(home->cells, F_OK) == 0 &&
           count_stale(home, toolchain, targets, n, &stale_n, &error) && stale_n == 0;
}

/* The targets of one home that may have to be built, and by what. */
struct work {
    const struct vtb_home *home;
    struct vtb_target *targets; /* owned */
    size_t n;                   /* 0 where nothing can be built */
    char toolchain[VTB_DIGEST_BYTES];
};

static bool is_same_home(const struct vtb_home *a, const struct vtb_home *b)
{
    return strcmp(a->build, b->build) == 0 && strcmp(a->cells, b->cells) == 0;
}

/* Takes the first target that is left, and those of the same home, out of a list; the rest move
 * up. To be freed by its targets, if it is opened. */
static bool open_work(struct work *work, struct vtb_target *left, size_t *left_n,
                      struct vtb_error *error)
{
    char missing[PATH_MAX];
    const struct vtb_home *own = vtb_home(error);
    struct vtb_target *same = vtb_allocate(*left_n, sizeof *same, "a list of cells");
    size_t same_n = 0;
    size_t rest_n = 0;
    work->home = own ? vtb_target_home(&left[0], error) : NULL;
    for (size_t i = 0; work->home && i < *left_n; i++) {
        if (is_same_home(vtb_target_home(&left[i], error), work->home))
            same[same_n++] = left[i];
        else
            left[rest_n++] = left[i];
    }
    *left_n = rest_n;
    if (work->home) {
        work->targets = wanted(work->home, same, same_n, &work->n);
        read_toolchain(work->home, work->toolchain, missing);
        if (work->n > 0 && (own->read_only || work->home->read_only || !can_build(missing)))
            work->n = 0;
    }
    free(same);
    return work->home != NULL;
}

/* Makes the folder of a home's cells; of this program's own, or else says so. */
static bool make_folder(const struct vtb_home *home, struct vtb_error *error)
{
    if (home == vtb_home(error))
        return vtb_home_make(error);
    return vtb_home_make_folder(home->cells) ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "'%.300s' cannot be made: %s", home->cells,
                    strerror(errno));
}

/* A copy of a list, to be taken apart. Owned by the caller. */
static struct vtb_target *copy_of(const struct vtb_target *targets, size_t n)
{
    struct vtb_target *copy = vtb_allocate(n, sizeof *copy, "a list of cells");
    if (n > 0)
        memcpy(copy, targets, n * sizeof *copy);
    return copy;
}

typedef bool work_function(const struct work *work, void *context, struct vtb_error *error);

/* Calls a function for the targets of each home, one home after the other, until it fails. */
static bool for_each_home(const struct vtb_target *targets, size_t n, work_function *function,
                          void *context, struct vtb_error *error)
{
    struct vtb_target *left = copy_of(targets, n);
    bool ok = true;
    while (ok && n > 0) {
        struct work work = {.n = 0};
        ok = open_work(&work, left, &n, error) && function(&work, context, error);
        free(work.targets);
    }
    free(left);
    return ok;
}

/* Who is told of what is built. */
struct listener {
    vtb_build_progress *progress; /* null: nobody */
    void *context;
};

static bool build_home(const struct work *work, void *context, struct vtb_error *error)
{
    const struct listener *listener = context;
    bool needed =
        work->n > 0 && !is_up_to_date(work->home, work->toolchain, work->targets, work->n);
    bool ok = !needed || make_folder(work->home, error);
    needed = needed && ok && !work->home->read_only;
    const int lock = needed ? lock_folder(work->home, error) : -1;
    if (needed)
        ok = lock >= 0 && build_locked(work->home, work->toolchain, work->targets, work->n,
                                       listener->progress, listener->context, error);
    if (lock >= 0)
        close(lock);
    return ok;
}

bool vtb_build(const struct vtb_target *targets, size_t n, vtb_build_progress *progress,
               void *context, struct vtb_error *error)
{
    struct listener listener = {progress, context};
    return for_each_home(targets, n, build_home, &listener, error);
}

/* Adds the files of a home that are not up to date to a number. */
static bool count_home(const struct work *work, void *context, struct vtb_error *error)
{
    size_t *all_n = context;
    size_t own_n = 0;
    bool ok = true;
    if (work->n > 0 && access(work->home->cells, F_OK) != 0)
        own_n = work->n; /* nothing was ever built */
    else if (work->n > 0)
        ok = count_stale(work->home, work->toolchain, work->targets, work->n, &own_n, error);
    *all_n += own_n;
    return ok;
}

bool vtb_build_count(const struct vtb_target *targets, size_t n, size_t *stale_n,
                     struct vtb_error *error)
{
    *stale_n = 0;
    return for_each_home(targets, n, count_home, stale_n, error);
}

bool vtb_build_file(const struct vtb_target *target, char path[PATH_MAX])
{
    struct vtb_error error;
    char name[VTB_TARGET_NAME_BYTES];
    const struct vtb_home *home = vtb_target_home(target, &error);
    if (!home)
        return false;
    vtb_target_name(target, name);
    const char *folder = is_installed(home, target) ? home->installed : home->cells;
    return snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX && access(path, R_OK) == 0;
}
