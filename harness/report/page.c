#include "report/page.h"

#include <errno.h>
#include <limits.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/child.h"
#include "cells/home.h"

#define SCRIPT "scripts/report.py"

/* The exit status of a child that could not become the program, as of a shell. */
#define NOT_STARTED 127

/* The task of a child process: its arguments, and files in memory. */
struct making {
    char script[PATH_MAX];
    const char *arguments[3]; /* behind the script; a null ends them */
    int input;                /* -1: none is read */
    int output;
};

/* Runs the script in place of the child process. */
static bool make(void *context, struct vtb_error *error)
{
    const struct making *making = context;
    const char *arguments[5] = {making->script};
    (void)error;
    memcpy(arguments + 1, making->arguments, sizeof making->arguments);
    if (making->input >= 0)
        (void)dup2(making->input, STDIN_FILENO);
    (void)dup2(making->output, STDOUT_FILENO);
    execv(making->script, (char *const *)(uintptr_t)arguments);
    _exit(NOT_STARTED);
}

/* Runs the script, which says on standard error what is wrong. */
static bool run_script(struct making *making, struct vtb_error *error)
{
    const struct vtb_home *home = vtb_home(error);
    struct vtb_child child = {.name = SCRIPT, .run = make, .context = making};
    struct vtb_child_end end;
    if (!home)
        return false;
    if (snprintf(making->script, PATH_MAX, "%s/" SCRIPT, home->root) >= PATH_MAX ||
        access(making->script, R_OK) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "--report: " SCRIPT " is not where the sources are: there is no '%.700s'",
                        making->script);
    if (!vtb_child_try(&child, &end, error))
        return false;
    if (end.how == VTB_CHILD_LEFT && end.number == NOT_STARTED)
        return vtb_fail(error, VTB_EXIT_INTERNAL,
                        "--report: '%.700s' cannot be started; install the package python3",
                        making->script);
    return (end.how == VTB_CHILD_LEFT && end.number == 0) ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "--report: " SCRIPT " made no page");
}

/* --- files in memory --- */

static int memory_file(const char *name, struct vtb_error *error)
{
    const int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0)
        (void)vtb_fail(error, VTB_EXIT_INTERNAL, "--report: no memory for a page: %s",
                       strerror(errno));
    return file;
}

/* Writes what a report prints to a file in memory, and goes to its start. */
static bool fill(int file, const struct vtb_page *page, struct vtb_error *error)
{
    char *text = NULL;
    size_t text_n = 0;
    bool ok = vtb_output_text(page->print, page->what, VTB_FORMAT_JSON, &text, &text_n);
    for (size_t done = 0; ok && done < text_n;) {
        const ssize_t n = write(file, text + done, text_n - done);
        ok = n > 0;
        done += ok ? (size_t)n : 0;
    }
    free(text);
    return (ok && lseek(file, 0, SEEK_SET) == 0) ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "--report: no memory for a page");
}

/* Prints the content of a file in memory. */
static void print_file(FILE *out, const void *what, enum vtb_format format)
{
    const int *file = what;
    char bytes[65536];
    ssize_t n;
    (void)format;
    (void)lseek(*file, 0, SEEK_SET);
    while ((n = read(*file, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, out);
}

/* --- the whole --- */

bool vtb_page_check(const char *path, struct vtb_error *error)
{
    struct making making = {.arguments = {"--check"}, .input = -1, .output = STDERR_FILENO};
    return vtb_output_check(path, error) && run_script(&making, error);
}

bool vtb_page_write(const char *path, const struct vtb_page *page, struct vtb_error *error)
{
    struct making making = {.input = -1, .output = memory_file("page", error)};
    size_t n = 0;
    bool ok = making.output >= 0;
    if (ok && page->print) {
        making.arguments[n++] = "-";
        making.input = memory_file("found", error);
        ok = making.input >= 0 && fill(making.input, page, error);
    }
    if (page->result_file)
        making.arguments[n++] = page->result_file;
    ok = ok && run_script(&making, error) &&
         vtb_output_file(path, print_file, &making.output, VTB_FORMAT_BYTES, error);
    if (making.input >= 0)
        close(making.input);
    if (making.output >= 0)
        close(making.output);
    return ok;
}
