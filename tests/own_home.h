/*
 * Tests that build cells: each program runs as a copy of itself that is installed in a folder of
 * its own, with a cache there, so that it finds no cell that is built already, and leaves none
 * behind.
 */
#ifndef OWN_HOME_H
#define OWN_HOME_H

#include "check.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <glob.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/child.h"
#include "base/pages.h"
#include "cells/home.h"
#include "cells/registry.h"

#define OWN_INSTALLED "/lib/valuetask-bench"
#define OWN_PATH_BYTES 1024

/* The folder; what is in it is removed in the end. */
static char own_folder[TEMPORARY_BYTES];

/* --- files --- */

/* A path in the folder: lives until the sixteenth one after it. */
static inline const char *own_path(const char *name)
{
    static char paths[16][OWN_PATH_BYTES];
    static size_t next;
    char *path = paths[next++ % 16];
    assert_true(snprintf(path, OWN_PATH_BYTES, "%s/%s", own_folder, name) < OWN_PATH_BYTES);
    return path;
}

static inline const char *own_file(const char *name, const char *text)
{
    const char *path = own_path(name);
    FILE *out = fopen(path, "w");
    assert_non_null(out);
    assert_int_equal(fwrite(text, 1, strlen(text), out), strlen(text));
    assert_int_equal(fclose(out), 0);
    return path;
}

static inline const char *own_subfolder(const char *name)
{
    const char *path = own_path(name);
    assert_true(mkdir(path, 0777) == 0 || errno == EEXIST);
    return path;
}

/* Reads a whole file, ended by a null; the caller's to free. */
static inline char *own_text(const char *path, size_t *n)
{
    FILE *in = fopen(path, "r");
    char *text = NULL;
    FILE *out = open_memstream(&text, n);
    assert_non_null(in);
    assert_non_null(out);
    for (int c; (c = getc(in)) != EOF;)
        putc(c, out);
    fclose(in);
    assert_int_equal(fclose(out), 0);
    return text;
}

static inline void own_copy(const char *from, const char *to, mode_t mode)
{
    size_t n;
    char *bytes = own_text(from, &n);
    const int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode);
    assert_true(out >= 0);
    assert_true(write(out, bytes, n) == (ssize_t)n);
    assert_int_equal(close(out), 0);
    free(bytes);
}

/* When the one file that a pattern means was written, in nanoseconds. */
static inline uint64_t own_written_ns(const char *pattern)
{
    glob_t found;
    struct stat status;
    assert_int_equal(glob(pattern, 0, NULL, &found), 0);
    assert_int_equal(found.gl_pathc, 1);
    assert_int_equal(stat(found.gl_pathv[0], &status), 0);
    globfree(&found);
    return (uint64_t)status.st_mtim.tv_sec * 1000000000 + (uint64_t)status.st_mtim.tv_nsec;
}

static inline int own_remove_one(const char *path, const struct stat *status, int type,
                                 struct FTW *place)
{
    (void)status;
    (void)type;
    (void)place;
    return remove(path);
}

static inline void own_remove(const char *folder)
{
    (void)nftw(folder, own_remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

/* --- the copy --- */

static inline void own_link(const char *from, const char *name)
{
    char target[PATH_MAX + 64];
    char link[OWN_PATH_BYTES + 64];
    snprintf(target, sizeof target, "%s/%s", from, name);
    snprintf(link, sizeof link, "%s" OWN_INSTALLED "/%s", own_folder, name);
    if (symlink(target, link) != 0)
        fail_msg("%s: %s", link, strerror(errno));
}

/* Installs this program, and what a home has, in a new folder. */
static inline void own_install(void)
{
    struct vtb_error error;
    const struct vtb_home *home = vtb_home(&error);
    if (!home)
        fail_msg("%s", error.message);
    temporary_name(own_folder);
    assert_non_null(mkdtemp(own_folder));
    (void)own_subfolder("bin");
    (void)own_subfolder("lib");
    (void)own_subfolder(OWN_INSTALLED);
    (void)own_subfolder("cache");
    own_copy("/proc/self/exe", own_path("bin/test"), 0700);
    own_link(home->root, "harness");
    own_link(home->root, "impls");
    own_link(home->root, "workloads");
    own_link(home->root, "tests");
    for (const char *const *name = (const char *[]){"cells.ninja", "cells.toolchain", NULL}; *name;
         name++) {
        char from[PATH_MAX + 32];
        char to[OWN_PATH_BYTES + 64];
        snprintf(from, sizeof from, "%s/%s", home->build, *name);
        snprintf(to, sizeof to, "%s" OWN_INSTALLED "/%s", own_folder, *name);
        own_copy(from, to, 0600);
    }
}

static inline int own_run_copy(const char *mode)
{
    int status = 0;
    const pid_t child = fork();
    if (child == 0) {
        unsetenv("VTB_CELLS");
        setenv("XDG_CACHE_HOME", own_path("cache"), 1);
        execl(own_path("bin/test"), "test", mode, own_folder, (char *)NULL);
        _exit(127);
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}

/* The body of main: runs the tests in the copy. */
static inline int own_main(int argc, char **argv, int (*tests)(void))
{
    if (argc == 3 && strcmp(argv[1], "--in") == 0) {
        snprintf(own_folder, sizeof own_folder, "%s", argv[2]);
        return tests();
    }
    own_install();
    const int failed = own_run_copy("--in");
    own_remove(own_folder);
    return failed;
}

/* --- entries of a user --- */

/* A file with a strategy of that stem; `before` are lines at its head. */
static inline const char *own_strategy(const char *file, const char *stem, const char *before)
{
    char text[3 * OWN_PATH_BYTES];
    snprintf(text, sizeof text,
             "%s#include \"%s" OWN_INSTALLED
             "/tests/fixtures/own/node.h\"\n"
             "NODE_STRATEGY(%s);\n",
             before, own_folder, stem);
    return own_file(file, text);
}

/* The default workload under another name; `behind` are lines at its end. */
static inline const char *own_workload(const char *file, const char *stem, const char *behind)
{
    char from[2 * OWN_PATH_BYTES];
    char *text = NULL;
    size_t n;
    const char *own = vtb_default_workload_name;
    snprintf(from, sizeof from, "%s" OWN_INSTALLED "/workloads/%s.h", own_folder, own);
    char *old = own_text(from, &n);
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    for (const char *rest = old, *at; *rest; rest = at ? at + strlen(own) : rest + strlen(rest)) {
        at = strstr(rest, own);
        fprintf(out, "%.*s%s", at ? (int)(at - rest) : (int)strlen(rest), rest, at ? stem : "");
    }
    fputs(behind, out);
    assert_int_equal(fclose(out), 0);
    const char *path = own_file(file, text);
    free(text);
    free(old);
    return path;
}

/* --- children --- */

/* The message of a function that ran in a child process, where it may change what is kept for
 * good. */
struct own_told {
    bool ok;
    enum vtb_exit exit_code;
    char message[1024];
    char details[16384];
    size_t number; /* whatever the function tells besides */
    void (*ask)(struct own_told *told, struct vtb_error *error);
};

static inline bool own_in_child(void *context, struct vtb_error *error)
{
    struct own_told *told = context;
    told->ask(told, error);
    told->exit_code = error->exit_code;
    snprintf(told->message, sizeof told->message, "%s", error->message);
    snprintf(told->details, sizeof told->details, "%s", error->details ? error->details : "");
    return true;
}

/* Calls a function in a child process; to be freed by own_forget. */
static inline struct own_told *own_ask(void (*ask)(struct own_told *, struct vtb_error *))
{
    struct vtb_error error;
    struct own_told *told = vtb_pages_shared(sizeof *told, "what a child says", &error);
    struct vtb_child child = {.name = "a child", .run = own_in_child, .context = told};
    assert_non_null(told);
    told->ask = ask;
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
    return told;
}

static inline void own_forget(struct own_told *told)
{
    vtb_pages_free(told, sizeof *told);
}

/* Calls a function in a child process that must refuse, in one line. */
static inline void own_refused(void (*ask)(struct own_told *, struct vtb_error *),
                               enum vtb_exit exit_code, const char *part, const char *details)
{
    struct own_told *told = own_ask(ask);
    assert_false(told->ok);
    assert_int_equal(told->exit_code, exit_code);
    assert_one_line(told->message);
    assert_contains(told->message, part);
    if (details)
        assert_contains(told->details, details);
    own_forget(told);
}

#endif
