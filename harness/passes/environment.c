#include "passes/environment.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/shown.h"
#include "base/system_files.h"
#include "plan/arguments.h"

/* What the process that is started anew finds its predecessor's variables in. */
#define REMOVED VTB_REMOVED_VARIABLE

#define WHAT "the environment"

/* The names that begin with these are the libraries' own: the C library's and its dynamic linker's
 * (ld.so(8), mallopt(3)), libstdc++'s, jemalloc's (MALLOC_CONF), mimalloc's, gperftools', oneTBB's,
 * and the Boehm collector's. */
static const char *const prefixes[] = {
    "LD_",         "GLIBC_TUNABLES", "GLIBCXX_TUNABLES",
    "MALLOC_",     "MALLOCSTATS",    "JE_MALLOC_CONF",
    "MIMALLOC_",   "mimalloc_",      "TCMALLOC_",
    "HEAPPROFILE", "HEAPCHECK",      "PERFTOOLS_",
    "TBB_MALLOC",  "TBB_VERSION",    "GC_",
};

/* Whether valgrind runs this process: it sets the linker's variables, for itself. */
static bool is_under_valgrind(void)
{
    const char *preload = getenv("LD_PRELOAD");
    return preload && strstr(preload, "/vgpreload_");
}

bool vtb_environment_reaches_heap(const char *variable)
{
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
            return !(strncmp(variable, "LD_", 3) == 0 && is_under_valgrind());
    }
    return false;
}

char *vtb_environment_name(const char *variable)
{
    char *name = vtb_copy_text(variable, WHAT);
    name[strcspn(name, "=")] = '\0';
    char *shown = vtb_shown_copy(name);
    if (!shown)
        vtb_no_memory(strlen(name), WHAT);
    free(name);
    return shown;
}

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The variables that reach a heap, sorted, or all others, with room for one more. Owned by the
 * caller. */
static char **variables(bool that_reach)
{
    size_t n = 0;
    size_t found_n = 0;
    while (environ[n])
        n++;
    char **found = vtb_allocate(n + 2, sizeof *found, WHAT);
    for (size_t i = 0; i < n; i++) {
        if (vtb_environment_reaches_heap(environ[i]) == that_reach)
            found[found_n++] = environ[i];
    }
    found[found_n] = NULL;
    if (that_reach) /* in which order they were set is no difference */
        qsort(found, found_n, sizeof *found, compare);
    return found;
}

/* "REMOVED=" and the variables, a line each: in them a backslash and the end of a line have a
 * backslash before them. Owned by the caller. */
static char *join(char *const *removed)
{
    size_t bytes = sizeof REMOVED + 1;
    for (size_t i = 0; removed[i]; i++)
        bytes += 2 * strlen(removed[i]) + 1;
    char *text = vtb_allocate(bytes, 1, WHAT);
    char *end = stpcpy(text, REMOVED "=");
    for (size_t i = 0; removed[i]; i++) {
        if (i > 0)
            *end++ = '\n';
        for (const char *c = removed[i]; *c; c++) {
            if (*c == '\\' || *c == '\n')
                *end++ = '\\';
            *end++ = *c;
        }
    }
    return text;
}

/* Replaces the program by itself. Only an error returns. */
static int start_anew(char **arguments, char **environment)
{
    char program[PATH_MAX];
    execve("/proc/self/exe", arguments, environment);
    if (vtb_system_program("", program)) /* where /proc is not mounted */
        execve(program, arguments, environment);
    return errno;
}

bool vtb_environment_clean(char **arguments, struct vtb_error *error)
{
    char **removed = variables(true);
    const char *reason = "";
    if (removed[0] && getenv(REMOVED)) {
        reason = "it was taken away, and is there again";
    } else if (removed[0]) {
        char **environment = variables(false);
        char *text = join(removed);
        size_t n = 0;
        while (environment[n])
            n++;
        environment[n] = text;
        environment[n + 1] = NULL;
        reason = strerror(start_anew(arguments, environment));
        free(text);
        free(environment);
    }
    const bool ok =
        !removed[0] ||
        vtb_fail(error, VTB_EXIT_INTERNAL,
                 "the environment's %.*s reaches what is measured, and run_bench cannot be started "
                 "without it: %s; unset it, or give --keep-environment",
                 (int)strcspn(removed[0], "="), removed[0], reason);
    free(removed);
    return ok;
}

/* The variables that were joined to a text. */
static char **split(const char *text)
{
    char **found = vtb_allocate(strlen(text) + 2, sizeof *found, WHAT);
    found[0] = NULL;
    if (!*text)
        return found;
    size_t n = 0;
    char *end = found[n++] = vtb_copy_text(text, WHAT);
    for (; *text; text++) {
        const bool ends = *text == '\n';
        if (*text == '\\' && text[1])
            text++;
        *end++ = (char)(ends ? '\0' : *text);
        if (ends)
            found[n++] = end;
    }
    *end = '\0';
    found[n] = NULL;
    return found;
}

char *const *vtb_environment_removed(void)
{
    static char **removed;
    const char *text = getenv(REMOVED);
    if (!removed)
        removed = split(text ? text : "");
    return removed;
}

char *const *vtb_environment_kept(void)
{
    static char **kept;
    if (!kept)
        kept = variables(true);
    return kept;
}
