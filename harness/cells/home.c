#include "cells/home.h"

#include <errno.h>
#include <pwd.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/system_files.h"
#include "build_info.h"
#include "cells/digest.h"

/* The folder of an installed copy, below the prefix. */
#define INSTALLED "lib/valuetask-bench"

/* Makes a path of two parts. One that does not fit becomes empty, and so names no file. */
static void join(char path[PATH_MAX], const char *folder, const char *name)
{
    if (snprintf(path, PATH_MAX, "%s/%s", folder, name) >= PATH_MAX)
        path[0] = '\0';
}

static bool is_there(const char *folder, const char *name)
{
    char path[PATH_MAX];
    join(path, folder, name);
    return access(path, R_OK) == 0;
}

/* Finds the folder of the installed copy that the program is in; it stands in a `bin` beside the
 * folder. */
static bool find_installed(char folder[PATH_MAX])
{
    char program[PATH_MAX];
    char *slash;
    if (!vtb_system_program("", program))
        return false;
    for (int up = 0; up < 2; up++) {
        if (!(slash = strrchr(program, '/')))
            return false;
        *slash = '\0';
    }
    join(folder, program, INSTALLED);
    return is_there(folder, "cells.ninja");
}

/* Whether files can be made in a folder, which may have to be made first. */
static bool is_writable(const char *folder)
{
    char path[PATH_MAX];
    char *slash;
    snprintf(path, sizeof path, "%s", folder);
    while (access(path, F_OK) != 0 && errno == ENOENT && (slash = strrchr(path, '/'))) {
        if (slash == path)
            slash++;
        *slash = '\0';
    }
    return *path && access(path, W_OK | X_OK) == 0;
}

/* Computes a name for the user's cache folder from the program's version, its sources' folder and
 * the rules, so that different builds of one user do not share cells. */
static void fingerprint(const struct vtb_home *home, char hex[VTB_DIGEST_BYTES])
{
    char rules[PATH_MAX];
    char text[2 * PATH_MAX + VTB_DIGEST_BYTES];
    char digest[VTB_DIGEST_BYTES];
    join(rules, home->build, "cells.ninja");
    if (!vtb_digest_file(rules, digest))
        digest[0] = '\0';
    snprintf(text, sizeof text, "%s %s %s", VTB_VERSION, home->root, digest);
    vtb_digest_text(text, hex);
}

/* Whether a path is absolute. A relative one depends on a process's folder, and ninja runs in
 * another. */
static bool is_absolute(const char *path)
{
    return path && path[0] == '/';
}

/* Falls back on the cells that are installed, where none can be built; false if there are none. */
static bool do_without(struct vtb_home *home, const char *cache, struct vtb_error *error)
{
    home->read_only = access(home->installed, R_OK | X_OK) == 0;
    return home->read_only ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "there is no place to build cells in: '%.300s/cells' and '%.300s' cannot be "
                    "written to; set XDG_CACHE_HOME to a folder that can",
                    home->build, cache);
}

static bool find_cache(struct vtb_home *home, struct vtb_error *error)
{
    char hex[VTB_DIGEST_BYTES];
    char base[PATH_MAX] = "";
    char folder[64];
    const char *cache = getenv("XDG_CACHE_HOME");
    const char *own = getenv("HOME");
    const struct passwd *user = is_absolute(own) ? NULL : getpwuid(getuid());
    if (is_absolute(cache))
        snprintf(base, sizeof base, "%s", cache);
    else if (is_absolute(own) || user)
        join(base, user ? user->pw_dir : own, ".cache");
    fingerprint(home, hex);
    snprintf(folder, sizeof folder, "valuetask-bench/%.16s", hex);
    join(home->cells, base, folder);
    return (*base && is_writable(home->cells)) ||
           do_without(home, *base ? home->cells : "~/.cache", error);
}

/*
 * Chooses where cells are built: beside the rules, or in a cache of the user's. In an installed
 * copy nothing is built, whoever may write there: its cells are used as they are. So are those of a
 * build folder that is read-only as a whole; but not if its cells alone are, as when root has
 * installed from it: the sources may have changed since.
 */
static bool choose_cells(struct vtb_home *home, bool is_copy, struct vtb_error *error)
{
    char built[PATH_MAX];
    join(built, home->build, "cells");
    if (!is_copy && is_writable(built)) {
        snprintf(home->cells, sizeof home->cells, "%s", built);
        join(home->guests, home->build, "guests");
        return true;
    }
    if (is_copy || !is_writable(home->build))
        snprintf(home->installed, sizeof home->installed, "%s", built);
    const bool found = find_cache(home, error);
    join(home->guests, *home->cells ? home->cells : home->build, "guests");
    return found;
}

static bool find(struct vtb_home *home, struct vtb_error *error)
{
    const char *given = getenv(VTB_CELLS_VARIABLE);
    const bool is_copy = find_installed(home->build);
    if (!is_copy)
        snprintf(home->build, sizeof home->build, "%s", VTB_BUILD_DIR);
    snprintf(home->root, sizeof home->root, "%s", is_copy ? home->build : VTB_SOURCE_DIR);
    const bool chosen = choose_cells(home, is_copy, error);
    if (!given || !*given)
        return chosen;
    home->read_only = true;
    snprintf(home->cells, sizeof home->cells, "%s", given);
    return true;
}

/* Reads from CMake's cache which folder a build's sources are in; an installed copy has no cache,
 * and its sources beside its rules. False if there are no sources. */
static bool find_root(struct vtb_home *home, bool *is_copy)
{
    static const char key[] = "CMAKE_HOME_DIRECTORY:INTERNAL=";
    char path[PATH_MAX];
    char line[PATH_MAX];
    join(path, home->build, "CMakeCache.txt");
    FILE *cache = fopen(path, "re");
    *is_copy = cache == NULL;
    snprintf(home->root, sizeof home->root, "%s", home->build);
    while (cache && fgets(line, sizeof line, cache)) {
        line[strcspn(line, "\n")] = '\0';
        if (strncmp(line, key, sizeof key - 1) == 0)
            snprintf(home->root, sizeof home->root, "%s", line + sizeof key - 1);
    }
    if (cache)
        fclose(cache);
    return is_there(home->root, "harness/cells/source/cell.c");
}

/* Says why a folder is none of a build, and which would be: that of a folder of sources is in it,
 * and that of an installed copy's prefix, too. */
static bool fail_as_no_build(const struct vtb_home *home, const char *folder,
                             struct vtb_error *error)
{
    static const char *const inner[] = {"build/release", "release", INSTALLED};
    const bool has_rules = is_there(home->build, "cells.ninja");
    char path[PATH_MAX];
    for (size_t i = 0; !has_rules && i < sizeof inner / sizeof *inner; i++) {
        join(path, home->build, inner[i]);
        if (is_there(path, "cells.ninja"))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "'%.300s' is no folder of a build, but '%.300s/%s' in it is", folder,
                            folder, inner[i]);
    }
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "'%.300s' is no folder of a build: %s; accepted: a folder that `cmake --preset "
                    "release` made, or lib/valuetask-bench of an installed copy",
                    folder,
                    has_rules ? "the sources that it was made of are not there any more"
                              : "it has no cells.ninja");
}

bool vtb_home_of_build(struct vtb_home *home, const char *folder, struct vtb_error *error)
{
    bool is_copy;
    *home = (struct vtb_home){.read_only = false};
    if (!realpath(folder, home->build))
        return vtb_fail(error, VTB_EXIT_USAGE, "the build '%.300s' cannot be read: %s", folder,
                        strerror(errno));
    if (!is_there(home->build, "cells.ninja") || !find_root(home, &is_copy))
        return fail_as_no_build(home, folder, error);
    return choose_cells(home, is_copy, error);
}

static struct vtb_home own_home;

bool vtb_home_make_folder(const char *folder)
{
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s", folder);
    for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
        *slash = '\0';
        (void)mkdir(path, 0777);
        *slash = '/';
    }
    return mkdir(path, 0777) == 0 || errno == EEXIST;
}

bool vtb_home_make(struct vtb_error *error)
{
    return vtb_home_make_folder(own_home.cells) || do_without(&own_home, own_home.cells, error);
}

const struct vtb_home *vtb_home(struct vtb_error *error)
{
    static bool found;
    if (!found)
        found = find(&own_home, error);
    return found ? &own_home : NULL;
}
