#include "check/skeleton.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/output.h"
#include "cells/foreign.h"
#include "cells/home.h"
#include "cells/registry.h"

/* The folder of the skeletons, from the root of the sources on. */
#define FOLDER "harness/templates"

struct skeleton {
    const char *kind;
    const char *extension;
    const char *stem; /* of the skeleton's file; in its text it stands for the entry's name */
};

static const struct skeleton skeletons[] = {
    {"strategy", ".c", "my_future"},
    {"strategy", ".cc", "my_future"},
    {"workload", ".h", "my_workload"},
};

#define SKELETONS_N (sizeof skeletons / sizeof *skeletons)

#define STEM_MAX 60

static const char *file_of(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

static const char *extension_of(const char *path)
{
    const char *dot = strrchr(file_of(path), '.');
    return dot ? dot : "";
}

static const struct skeleton *find(const char *kind, const char *path, struct vtb_error *error)
{
    bool is_kind = false;
    for (size_t i = 0; i < SKELETONS_N; i++) {
        const bool same = strcmp(skeletons[i].kind, kind) == 0;
        if (same && strcmp(skeletons[i].extension, extension_of(path)) == 0)
            return &skeletons[i];
        is_kind |= same;
    }
    if (is_kind)
        vtb_error_set(error, VTB_EXIT_USAGE, "new %s: '%.300s' has another end; accepted: %s", kind,
                      path,
                      strcmp(kind, "workload") == 0 ? "FILE.h" : "FILE.c, or FILE.cc for C++20");
    else
        vtb_error_set(error, VTB_EXIT_USAGE,
                      "new: '%.60s' is nothing that can be made; accepted: strategy or workload",
                      kind);
    return NULL;
}

/* Gives the entry's name: the file's name without its extension. */
static bool stem_of(const char *path, const char *extension, char stem[STEM_MAX + 2],
                    struct vtb_error *error)
{
    const char *file = file_of(path);
    (void)snprintf(stem, STEM_MAX + 2, "%.*s", (int)(strlen(file) - strlen(extension)), file);
    if (!vtb_is_entry_name(stem) || strlen(stem) > STEM_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "new: '%.300s': the file's name without its end is the entry's name; "
                        "accepted: [a-z][a-z0-9_]*, up to %d characters",
                        path, STEM_MAX);
    if (vtb_find_strategy(stem) || vtb_find_workload(stem) || vtb_named_size(stem))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "new: '%.300s': there is an entry of the name %s already, see `run_bench "
                        "list`; take another one",
                        path, stem);
    return true;
}

static bool make_folder(char *folder, struct vtb_error *error)
{
    for (char *slash = strchr(folder + 1, '/');; slash = strchr(slash + 1, '/')) {
        if (slash)
            *slash = '\0';
        if (mkdir(folder, 0777) != 0 && errno != EEXIST)
            return vtb_fail(error, VTB_EXIT_USAGE, "new: '%.300s' cannot be made: %s", folder,
                            strerror(errno));
        if (!slash)
            return true;
        *slash = '/';
    }
}

static bool make_parent(const char *path, struct vtb_error *error)
{
    char folder[PATH_MAX];
    if (snprintf(folder, sizeof folder, "%s", path) >= (int)sizeof folder)
        return vtb_fail(error, VTB_EXIT_USAGE, "new: '%.300s...' is too long a name", path);
    char *slash = strrchr(folder, '/');
    if (!slash || slash == folder)
        return true;
    *slash = '\0';
    return make_folder(folder, error);
}

static char *read_skeleton(const struct skeleton *skeleton, struct vtb_error *error)
{
    char path[PATH_MAX];
    char *text = NULL;
    size_t text_n = 0;
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return NULL;
    const int path_n = snprintf(path, sizeof path, "%s/%s/%s%s", home->root, FOLDER, skeleton->stem,
                                skeleton->extension);
    FILE *in = path_n < (int)sizeof path ? fopen(path, "r") : NULL;
    if (!in || getdelim(&text, &text_n, '\0', in) < 0) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "'%.300s' cannot be read: %s", path,
                      strerror(errno));
        free(text);
        text = NULL;
    }
    if (in)
        (void)fclose(in);
    return text;
}

/* Prints a text with one word in place of another, in capitals as well. */
static void print_renamed(FILE *out, const char *text, const char *from, const char *to)
{
    const size_t n = strlen(from);
    while (*text) {
        const bool lower = strncmp(text, from, n) == 0;
        if (!lower && strncasecmp(text, from, n) != 0) {
            putc(*text++, out);
            continue;
        }
        for (const char *c = to; *c; c++)
            putc(lower ? *c : toupper((unsigned char)*c), out);
        text += n;
    }
}

static bool write_file(const char *path, const struct skeleton *skeleton, const char *stem,
                       const char *text, struct vtb_error *error)
{
    const int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (file < 0 && errno == EEXIST)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "new: '%.300s' is there already, and is left as it is; name another file",
                        path);
    FILE *out = file < 0 ? NULL : fdopen(file, "w");
    if (!out)
        return vtb_fail(error, VTB_EXIT_USAGE, "new: '%.300s' cannot be written: %s", path,
                        strerror(errno));
    print_renamed(out, text, skeleton->stem, stem);
    const bool ok = !ferror(out);
    if (fclose(out) == 0 && ok)
        return true;
    vtb_error_set(error, VTB_EXIT_INTERNAL, "'%.300s' cannot be written: %s", path,
                  strerror(errno));
    (void)unlink(path);
    return false;
}

bool vtb_skeleton_write(const char *kind, const char *path, struct vtb_error *error)
{
    char stem[STEM_MAX + 2];
    const struct skeleton *skeleton = find(kind, path, error);
    if (!skeleton || !stem_of(path, skeleton->extension, stem, error))
        return false;
    char *text = read_skeleton(skeleton, error);
    if (!text)
        return false;
    const bool ok = make_parent(path, error) && write_file(path, skeleton, stem, text, error);
    free(text);
    return ok;
}

/* --- what to do next --- */

struct next {
    const char *kind;
    const char *path;
};

/* The name of the strategy with a role, with which the new one is to be compared. */
static const char *name_of(enum vtb_role role)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (vtb_strategies[i].methods[0]->strategy->role == role)
            return vtb_strategies[i].name;
    }
    return "all";
}

/* Prints the commands. A file in the working folder gets "./", as a path is told from a name by its
 * folder. */
static void print_next(FILE *out, const void *what, enum vtb_format format)
{
    (void)format;
    const struct next *next = what;
    const char *folder = strchr(next->path, '/') ? "" : "./";
    const char *challenger = name_of(VTB_ROLE_CHALLENGER);
    fprintf(out, "%s is there: read it, change it, and see what becomes of it by\n\n", next->path);
    fprintf(out, "  run_bench check --%s %s%s\n", next->kind, folder, next->path);
    if (strcmp(next->kind, "strategy") == 0)
        fprintf(out, "  run_bench --strategy %s%s,%s\n", folder, next->path, challenger);
    else
        fprintf(out, "  run_bench --workload %s%s --strategy %s\n", folder, next->path, challenger);
}

bool vtb_skeleton_tell(const char *kind, const char *path, struct vtb_error *error)
{
    const struct next next = {kind, path};
    return vtb_output_stdout(print_next, &next, VTB_FORMAT_TABLE, error);
}
