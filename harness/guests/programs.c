#include "guests/programs.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"
#include "base/lock.h"
#include "base/prose.h"
#include "cells/digest.h"
#include "cells/home.h"

/* Seconds that a program may take to say whether it can be used, and to build itself. */
#define CHECK_S 60
#define BUILD_S 600

#define TEXT_BYTES 16384 /* of what a program says, at most */

/* A path of two parts; one that is too long names no file. */
#define PATH_BYTES (PATH_MAX + 64)

/* --- running the program --- */

/* A run: `guest WORD [FOLDER]`, in a child process. */
struct run {
    const char *folder;
    const char *word;
    const char *argument; /* null: none */
    double limit_s;
    int output;
};

static bool become(void *context, struct vtb_error *error)
{
    const struct run *run = context;
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/guest", run->folder);
    (void)dup2(run->output, STDOUT_FILENO);
    (void)dup2(run->output, STDERR_FILENO);
    vtb_child_limit(run->limit_s, run->limit_s);
    execl(path, path, run->word, run->argument, (char *)NULL);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "'%.700s' cannot be started: %s", path,
                    strerror(errno));
}

/* Runs it to its end, and gives what it said; on false that is why it did not end well. */
static bool run_program(struct run *run, char text[TEXT_BYTES])
{
    struct vtb_error error = {.exit_code = 0};
    struct vtb_child_end end;
    struct vtb_child child = {.name = run->folder, .run = become, .context = run};
    run->output = memfd_create("vtb-said", MFD_CLOEXEC);
    const bool ended = run->output >= 0 && vtb_child_attempt(&child, &end, &error);
    const ssize_t n = ended ? pread(run->output, text, TEXT_BYTES - 1, 0) : 0;
    text[n > 0 ? n : 0] = '\0';
    if (run->output >= 0)
        close(run->output);
    if (ended && end.how == VTB_CHILD_LEFT && end.number == 0)
        return true;
    if (!ended)
        (void)snprintf(text, TEXT_BYTES, "%s", error.message);
    else if (vtb_child_is_at_limit(&end))
        (void)snprintf(text, TEXT_BYTES, "`guest %s` took longer than %g s", run->word,
                       run->limit_s);
    else if (!*text)
        (void)snprintf(text, TEXT_BYTES, "`guest %s` failed and said nothing", run->word);
    return false;
}

static void check(struct vtb_guest_program *program)
{
    char text[TEXT_BYTES];
    struct run run = {.folder = program->folder, .word = "check", .limit_s = CHECK_S};
    program->usable = run_program(&run, text);
    (void)snprintf(program->told, sizeof program->told, "%.*s", (int)strcspn(text, "\n"), text);
}

/* --- finding --- */

static bool has_program(const char *folder)
{
    char path[PATH_BYTES];
    (void)snprintf(path, sizeof path, "%s/guest", folder);
    return access(path, X_OK) == 0;
}

static bool guests_folder(char folder[PATH_MAX])
{
    struct vtb_error error;
    char path[PATH_BYTES];
    const struct vtb_home *home = vtb_home(&error);
    if (!home)
        return false;
    (void)snprintf(path, sizeof path, "%s/guests", home->root);
    return realpath(path, folder) != NULL;
}

/* Takes the folder of a guest; false if it is none. */
static bool take(struct vtb_guest_program *program, const char *folder)
{
    const char *slash = strrchr(folder, '/');
    if (!has_program(folder) || strlen(slash + 1) >= sizeof program->name)
        return false;
    (void)snprintf(program->folder, PATH_MAX, "%s", folder);
    (void)snprintf(program->name, sizeof program->name, "%s", slash + 1);
    check(program);
    return true;
}

/* The names in guests/, as scandir gives them. */
static int scan(const char *folder, struct dirent ***entries)
{
    const int n = scandir(folder, entries, NULL, alphasort);
    return n > 0 ? n : 0;
}

static void free_entries(struct dirent **entries, int n)
{
    for (int i = 0; i < n; i++)
        free(entries[i]);
    if (n > 0)
        free(entries);
}

/* Gives the path of one of them; false if it is no guest's. */
static bool is_guest(const char *folder, const struct dirent *entry, char path[PATH_MAX])
{
    return entry->d_name[0] != '.' &&
           snprintf(path, PATH_MAX, "%s/%s", folder, entry->d_name) < PATH_MAX && has_program(path);
}

struct vtb_guest_program *vtb_guest_programs(size_t *n)
{
    char folder[PATH_MAX];
    char path[PATH_MAX];
    struct dirent **entries;
    *n = 0;
    const int entries_n = guests_folder(folder) ? scan(folder, &entries) : 0;
    if (entries_n == 0)
        return NULL;
    struct vtb_guest_program *found =
        vtb_allocate((size_t)entries_n, sizeof *found, "a list of guests");
    for (int i = 0; i < entries_n; i++) {
        if (is_guest(folder, entries[i], path))
            *n += take(&found[*n], path);
    }
    free_entries(entries, entries_n);
    return found;
}

static bool fail_unknown(const char *name, const char *folder, struct vtb_error *error)
{
    char names[400] = "";
    char path[PATH_MAX];
    struct dirent **entries;
    const int n = scan(folder, &entries);
    for (int i = 0; i < n; i++) {
        if (is_guest(folder, entries[i], path))
            vtb_append_item(names, sizeof names, "%s", entries[i]->d_name);
    }
    free_entries(entries, n);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--guest: '%.300s' is no guest; accepted: %s, or the folder of one of your "
                    "own, as ./mine, with a program `guest` in it (docs/GUESTS.md)",
                    name, names);
}

bool vtb_guest_program_find(const char *name, struct vtb_guest_program *program,
                            struct vtb_error *error)
{
    char folder[PATH_MAX] = "";
    char path[PATH_MAX];
    (void)guests_folder(folder);
    if (strchr(name, '/') ? realpath(name, path) && take(program, path)
                          : snprintf(path, PATH_MAX, "%s/%s", folder, name) < PATH_MAX && *name &&
                                take(program, path))
        return true;
    return fail_unknown(name, folder, error);
}

/* --- building --- */

/* The folder that a guest is built in: by its name, and by where it is, as several may have one. */
static bool folder_of(const struct vtb_guest_program *program, char built[PATH_MAX],
                      struct vtb_error *error)
{
    char hex[VTB_DIGEST_BYTES];
    char own[PATH_MAX];
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return false;
    const bool is_own = !guests_folder(own) || strncmp(own, program->folder, strlen(own)) != 0;
    vtb_digest_text(program->folder, hex);
    const int n = is_own
                      ? snprintf(built, PATH_MAX, "%s/%s-%.16s", home->guests, program->name, hex)
                      : snprintf(built, PATH_MAX, "%s/%s", home->guests, program->name);
    return (n < PATH_MAX && vtb_home_make_folder(built)) ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "guest %s: there is no place to build it in: '%.300s': %s; set XDG_CACHE_HOME "
                    "to a folder that can be written to",
                    program->name, built, strerror(errno));
}

bool vtb_guest_program_build(const struct vtb_guest_program *program, char built[PATH_MAX],
                             struct vtb_error *error)
{
    static char text[TEXT_BYTES]; /* the process ends with it */
    char path[PATH_BYTES];
    char does[128];
    struct run run = {
        .folder = program->folder, .word = "build", .argument = built, .limit_s = BUILD_S};
    if (!folder_of(program, built, error))
        return false;
    (void)snprintf(path, sizeof path, "%s/.lock", built);
    (void)snprintf(does, sizeof does, "builds guest %s", program->name);
    const int lock = vtb_lock(path, does, error);
    if (lock < 0)
        return false;
    const bool ok = run_program(&run, text);
    close(lock);
    if (ok)
        return true;
    vtb_error_set(error, VTB_EXIT_INTERNAL, "guest %s does not build in '%.700s':", program->name,
                  built);
    error->details = text;
    return false;
}
