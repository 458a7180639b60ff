#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/shown.h"

static bool fail_write(const char *path, int cause, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "'%s' cannot be written: %s", path, strerror(cause));
}

static bool close_memory(FILE *out)
{
    const bool ok = !ferror(out);
    return fclose(out) == 0 && ok;
}

/* Prints a report to memory; false if there is no memory for it. Names of files and facts of the
 * system are in it: whatever they hold, it is made fit to be shown here. */
static bool print_to_memory(vtb_print *print, const void *what, enum vtb_format format, char **text,
                            size_t *text_n)
{
    char *raw = NULL;
    size_t raw_n;
    *text = NULL;
    FILE *out = open_memstream(&raw, &raw_n);
    if (out)
        print(out, what, format);
    FILE *shown = out && close_memory(out) ? open_memstream(text, text_n) : NULL;
    if (shown)
        vtb_print_shown(shown, raw, raw_n,
                        format == VTB_FORMAT_JSON ? VTB_SHOWN_JSON : VTB_SHOWN_TEXT);
    free(raw);
    return shown && close_memory(shown);
}

/* Writes all of the text to a file. Returns the cause of a failure, or 0. */
static int write_all(int file, const char *text, size_t text_n)
{
    while (text_n > 0) {
        const ssize_t written_n = write(file, text, text_n);
        if (written_n < 0 && errno != EINTR)
            return errno;
        if (written_n > 0) {
            text += written_n;
            text_n -= (size_t)written_n;
        }
    }
    return 0;
}

static int write_in_place(const char *path, const char *text, size_t text_n)
{
    const int file = open(path, O_WRONLY | O_CLOEXEC);
    if (file < 0)
        return errno;
    int cause = write_all(file, text, text_n);
    if (close(file) != 0 && cause == 0)
        cause = errno;
    return cause;
}

static bool is_special(const char *path)
{
    struct stat status;
    return stat(path, &status) == 0 && !S_ISREG(status.st_mode);
}

static int write_beside(const char *path, const char *text, size_t text_n)
{
    char temporary[PATH_MAX];
    if (snprintf(temporary, sizeof temporary, "%s.XXXXXX", path) >= (int)sizeof temporary)
        return ENAMETOOLONG;
    const int file = mkostemp(temporary, O_CLOEXEC);
    if (file < 0)
        return errno;
    const mode_t mask = umask(0);
    umask(mask);
    (void)fchmod(file, 0666 & ~mask);
    int cause = write_all(file, text, text_n);
    if (cause == 0 && fsync(file) != 0)
        cause = errno;
    if (close(file) != 0 && cause == 0)
        cause = errno;
    if (cause == 0 && rename(temporary, path) != 0)
        cause = errno;
    if (cause != 0)
        (void)unlink(temporary);
    return cause;
}

/* The target of a symbolic link, whether or not it exists, so that the link itself is not replaced;
 * for any other path, the path. */
static const char *follow(const char *path, char target[PATH_MAX])
{
    char copy[PATH_MAX];
    char link[PATH_MAX];
    if (realpath(path, target))
        return target;
    const ssize_t link_n = readlink(path, link, sizeof link - 1);
    if (link_n < 0 || snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return path;
    link[link_n] = '\0';
    const char *directory = link[0] == '/' ? "" : dirname(copy);
    if (snprintf(target, PATH_MAX, "%s%s%s", directory, *directory ? "/" : "", link) >= PATH_MAX)
        return path;
    return target;
}

bool vtb_output_file(const char *path, vtb_print *print, const void *what, enum vtb_format format,
                     struct vtb_error *error)
{
    char target[PATH_MAX];
    char *text;
    size_t text_n;
    int cause = ENOMEM;
    if (print_to_memory(print, what, format, &text, &text_n)) {
        cause = is_special(path) ? write_in_place(path, text, text_n)
                                 : write_beside(follow(path, target), text, text_n);
    }
    free(text);
    return cause == 0 || fail_write(path, cause, error);
}

bool vtb_output_check(const char *path, struct vtb_error *error)
{
    char copy[PATH_MAX];
    struct stat status;
    if (snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return fail_write(path, ENAMETOOLONG, error);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return fail_write(path, EISDIR, error);
    if (is_special(path))
        return access(path, W_OK) == 0 || fail_write(path, errno, error);
    const char *directory = dirname(copy);
    if (stat(directory, &status) != 0)
        return fail_write(path, errno, error);
    if (!S_ISDIR(status.st_mode))
        return fail_write(path, ENOTDIR, error);
    return access(directory, W_OK) == 0 || fail_write(path, errno, error);
}

bool vtb_output_stdout(vtb_print *print, const void *what, enum vtb_format format,
                       struct vtb_error *error)
{
    char *text;
    size_t text_n;
    int cause = ENOMEM;
    signal(SIGPIPE, SIG_IGN);
    if (print_to_memory(print, what, format, &text, &text_n))
        cause = write_all(STDOUT_FILENO, text, text_n);
    free(text);
    return cause == 0 || cause == EPIPE ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "standard output cannot be written: %s",
                    strerror(cause));
}

void vtb_output_guard_standard_streams(void)
{
    int file = open("/dev/null", O_RDWR);
    while (file >= 0 && file <= STDERR_FILENO)
        file = open("/dev/null", O_RDWR);
    if (file > STDERR_FILENO)
        (void)close(file);
}
