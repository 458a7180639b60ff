#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <limits.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/paint.h"
#include "base/shown.h"
#include "base/temporary.h"

static bool fail_write(const char *path, int cause, struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_INTERNAL, "'%s' cannot be written: %s", path, strerror(cause));
}

static bool close_memory(FILE *out)
{
    const bool ok = !ferror(out);
    return fclose(out) == 0 && ok;
}

/* Replaces a text by one that is fit to be shown. */
static bool show_text(char **text, size_t *text_n, enum vtb_format format, bool painted)
{
    char *raw = *text;
    const size_t raw_n = *text_n;
    *text = NULL;
    FILE *shown = open_memstream(text, text_n);
    if (shown && painted)
        vtb_paint_end(shown, raw, raw_n);
    else if (shown)
        vtb_print_shown(shown, raw, raw_n,
                        format == VTB_FORMAT_JSON ? VTB_SHOWN_JSON : VTB_SHOWN_TEXT);
    free(raw);
    return shown && close_memory(shown);
}

static bool make_text(vtb_print *print, const void *what, enum vtb_format format, bool painted,
                      char **text, size_t *text_n)
{
    *text = NULL;
    FILE *out = open_memstream(text, text_n);
    if (out && painted)
        vtb_paint_begin(out);
    if (out)
        print(out, what, format);
    if (!out || !close_memory(out))
        return false;
    return format == VTB_FORMAT_BYTES || show_text(text, text_n, format, painted);
}

bool vtb_output_text(vtb_print *print, const void *what, enum vtb_format format, char **text,
                     size_t *text_n)
{
    return make_text(print, what, format, false, text, text_n);
}

/* Writes all of the text to a file. Returns the cause of a failure, or 0. A pipe whose other users
 * had it not block is waited for. */
static int write_all(int file, const char *text, size_t text_n)
{
    struct pollfd room = {.fd = file, .events = POLLOUT};
    while (text_n > 0) {
        const ssize_t written_n = write(file, text, text_n);
        if (written_n < 0 && errno == EAGAIN)
            (void)poll(&room, 1, -1);
        else if (written_n < 0 && errno != EINTR)
            return errno;
        if (written_n > 0) {
            text += written_n;
            text_n -= (size_t)written_n;
        }
    }
    return 0;
}

/* --- what a path leads to --- */

/* As many symbolic links as the kernel follows one after the other. */
#define LINKS_MAX 40

/* Writes the path that a symbolic link at `path` points to. False: there is none, or no room. */
static bool read_link(const char *path, char target[PATH_MAX])
{
    char copy[PATH_MAX];
    char link[PATH_MAX];
    const ssize_t link_n = readlink(path, link, sizeof link - 1);
    if (link_n < 0 || snprintf(copy, sizeof copy, "%s", path) >= (int)sizeof copy)
        return false;
    link[link_n] = '\0';
    const char *directory = link[0] == '/' ? "" : dirname(copy);
    return snprintf(target, PATH_MAX, "%s%s%s", directory, *directory ? "/" : "", link) < PATH_MAX;
}

/* The file that a path leads to through symbolic links, whether or not it exists, so that no link
 * is replaced; of a path that leads nowhere, the path. */
static const char *follow(const char *path, char target[PATH_MAX])
{
    char next[PATH_MAX];
    if (realpath(path, target))
        return target;
    if (snprintf(target, PATH_MAX, "%s", path) >= PATH_MAX)
        return path;
    for (int i = 0; i < LINKS_MAX && read_link(target, next); i++)
        memcpy(target, next, sizeof next);
    return target;
}

int vtb_output_number(const char *path)
{
    static const char *const folders[] = {"/dev/fd/", "/proc/self/fd/", "/proc/thread-self/fd/"};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const size_t n = strlen(folders[i]);
        char *end;
        if (strncmp(path, folders[i], n) != 0 || path[n] < '0' || path[n] > '9')
            continue;
        const long number = strtol(path + n, &end, 10);
        return *end == '\0' && number <= INT_MAX ? (int)number : -1;
    }
    return -1;
}

/* The number of the file that a path stands for, through links, as /dev/stdout does; -1: none. To
 * open such a path would begin anew at the start of the file. */
static int find_open(const char *path)
{
    char at[PATH_MAX];
    char next[PATH_MAX];
    int number = -1;
    if (snprintf(at, sizeof at, "%s", path) >= (int)sizeof at)
        return -1;
    for (int i = 0; i < LINKS_MAX && (number = vtb_output_number(at)) < 0 && read_link(at, next);
         i++)
        memcpy(at, next, sizeof at);
    return number;
}

/* --- files that are one --- */

/* What a path leads to: a file, or else a name in a folder. */
struct place {
    dev_t device;
    ino_t inode;
    char name[NAME_MAX + 1]; /* empty: the file exists */
};

/* Finds what a path leads to. False: nothing that could be overwritten. */
static bool find_place(const char *path, struct place *place)
{
    struct stat status;
    char target[PATH_MAX];
    char copy[PATH_MAX];
    const bool is_there = stat(path, &status) == 0;
    *place = (struct place){0};
    if (!is_there) {
        if (snprintf(copy, sizeof copy, "%s", follow(path, target)) >= (int)sizeof copy)
            return false;
        (void)snprintf(place->name, sizeof place->name, "%s", basename(copy));
        if (stat(dirname(copy), &status) != 0)
            return false;
    }
    place->device = status.st_dev;
    place->inode = status.st_ino;
    return !is_there || S_ISREG(status.st_mode);
}

static bool is_one_file(const char *path, const char *other_path)
{
    struct place a;
    struct place b;
    return find_place(path, &a) && find_place(other_path, &b) && a.device == b.device &&
           a.inode == b.inode && strcmp(a.name, b.name) == 0;
}

/* Whether a path names the file that a job of GitHub's shows as its page, to which every step
 * adds. */
static bool is_added_to(const char *path)
{
    const char *summary = getenv("GITHUB_STEP_SUMMARY");
    return summary && *summary && is_one_file(path, summary);
}

/* Whether both are outputs that were asked for by options, and neither is what a command prints. */
static bool are_exports(const struct vtb_named_file *a, const struct vtb_named_file *b)
{
    return a->is_written && b->is_written && *a->option == '-' && *b->option == '-';
}

/* Whether what is written to one of two files that are the same only comes behind what is written
 * to the other: an export behind what is printed, but no two exports, whose formats would mix. */
static bool is_shared(const struct vtb_named_file *a, const struct vtb_named_file *b)
{
    return a->is_written && b->is_written &&
           ((find_open(a->path) >= 0 && find_open(b->path) >= 0 && !are_exports(a, b)) ||
            is_added_to(a->path));
}

/* Whether two exports go into one pipe, terminal or file that is open, by its number. */
static bool is_one_descriptor(const struct vtb_named_file *a, const struct vtb_named_file *b)
{
    const int number = find_open(a->path);
    return are_exports(a, b) && number >= 0 && number == find_open(b->path);
}

static bool clash(const struct vtb_named_file *a, const struct vtb_named_file *b)
{
    return a->path && b->path && (a->is_written || b->is_written) &&
           (is_one_file(a->path, b->path) || is_one_descriptor(a, b)) && !is_shared(a, b);
}

bool vtb_output_distinct(const struct vtb_named_file *files, size_t files_n,
                         struct vtb_error *error)
{
    for (size_t i = 0; i < files_n; i++) {
        for (size_t j = 0; j < i; j++) {
            if (clash(&files[i], &files[j]))
                return vtb_fail(error, VTB_EXIT_USAGE,
                                "%.100s and %.100s are the same file, '%.300s'; write to another",
                                files[j].option, files[i].option,
                                files[files[i].is_written ? i : j].path);
        }
    }
    return true;
}

/* --- files --- */

/* Whether a file is written to as it is, as another that takes its place would not be the same: of
 * a device or a pipe, of a file that has another name too, or one that is added to. */
static bool is_in_place(const char *path)
{
    struct stat status;
    return is_added_to(path) ||
           (stat(path, &status) == 0 && (!S_ISREG(status.st_mode) || status.st_nlink > 1));
}

bool vtb_output_replaces(const char *path)
{
    struct stat status;
    return find_open(path) < 0 && !is_added_to(path) && stat(path, &status) == 0 &&
           S_ISREG(status.st_mode);
}

static int write_in_place(const char *path, const char *text, size_t text_n)
{
    struct stat status;
    const int flags = is_added_to(path) ? O_APPEND | O_CREAT : 0;
    const int file = open(path, O_WRONLY | O_CLOEXEC | flags, 0666);
    if (file < 0)
        return errno;
    int cause = write_all(file, text, text_n);
    if (cause == 0 && flags == 0 && fstat(file, &status) == 0 && S_ISREG(status.st_mode) &&
        ftruncate(file, (off_t)text_n) != 0)
        cause = errno;
    if (close(file) != 0 && cause == 0)
        cause = errno;
    return cause;
}

static int write_beside(const char *path, const char *text, size_t text_n)
{
    char temporary[PATH_MAX];
    struct stat before;
    const int file = vtb_temporary_file(path, temporary);
    if (file < 0)
        return errno;
    if (stat(path, &before) == 0)
        (void)fchmod(file, before.st_mode & 0777);
    int cause = write_all(file, text, text_n);
    if (cause == 0 && fsync(file) != 0)
        cause = errno;
    if (close(file) != 0 && cause == 0)
        cause = errno;
    if (cause == 0 && rename(temporary, path) != 0)
        cause = errno;
    if (cause != 0)
        vtb_temporary_remove(temporary);
    vtb_temporary_keep(temporary);
    return cause;
}

bool vtb_output_file(const char *path, vtb_print *print, const void *what, enum vtb_format format,
                     struct vtb_error *error)
{
    char target[PATH_MAX];
    char *text;
    size_t text_n;
    int cause = ENOMEM;
    const int file = find_open(path);
    if (vtb_output_text(print, what, format, &text, &text_n)) {
        cause = file >= 0           ? write_all(file, text, text_n)
                : is_in_place(path) ? write_in_place(path, text, text_n)
                                    : write_beside(follow(path, target), text, text_n);
    }
    free(text);
    if (cause == 0)
        vtb_temporary_keep(path); /* it may have been claimed */
    return cause == 0 || fail_write(path, cause, error);
}

bool vtb_output_check(const char *path, struct vtb_error *error)
{
    char target[PATH_MAX];
    char copy[PATH_MAX];
    struct stat status;
    const int file = find_open(path);
    if (file >= 0) {
        const int flags = fcntl(file, F_GETFL); /* -1: it is not open */
        return (flags >= 0 && (flags & O_ACCMODE) != O_RDONLY) || fail_write(path, EBADF, error);
    }
    if (snprintf(copy, sizeof copy, "%s", follow(path, target)) >= (int)sizeof copy)
        return fail_write(path, ENAMETOOLONG, error);
    if (stat(path, &status) == 0 && S_ISDIR(status.st_mode))
        return fail_write(path, EISDIR, error);
    if (is_in_place(path) && access(path, F_OK) == 0)
        return access(path, W_OK) == 0 || fail_write(path, errno, error);
    const char *directory = dirname(copy);
    if (stat(directory, &status) != 0)
        return fail_write(path, errno, error);
    if (!S_ISDIR(status.st_mode))
        return fail_write(path, ENOTDIR, error);
    return access(directory, W_OK | X_OK) == 0 || fail_write(path, errno, error);
}

bool vtb_output_check_folder(const char *option, const char *path, struct vtb_error *error)
{
    struct stat status;
    if (mkdir(path, 0777) == 0)
        return true;
    if (errno == EEXIST && stat(path, &status) == 0 && !S_ISDIR(status.st_mode))
        errno = ENOTDIR;
    return (errno == EEXIST && access(path, W_OK | X_OK) == 0) ||
           vtb_fail(error, VTB_EXIT_INTERNAL,
                    "'%.300s' cannot hold files: %s; name another folder by --%s", path,
                    strerror(errno), option);
}

static bool is_stdout_painted;

void vtb_output_paint_stdout(bool painted)
{
    is_stdout_painted = painted;
}

bool vtb_output_stdout(vtb_print *print, const void *what, enum vtb_format format,
                       struct vtb_error *error)
{
    char *text;
    size_t text_n;
    int cause = ENOMEM;
    if (make_text(print, what, format, is_stdout_painted && format == VTB_FORMAT_TABLE, &text,
                  &text_n))
        cause = write_all(STDOUT_FILENO, text, text_n);
    free(text);
    return cause == 0 || vtb_fail(error, VTB_EXIT_INTERNAL, "standard output cannot be written: %s",
                                  cause == EBADF   ? "it is closed"
                                  : cause == EPIPE ? "its reader has gone away"
                                                   : strerror(cause));
}

/* A standard output that was closed can still not be written, so that a report is not lost without
 * a word. */
void vtb_output_guard_standard_streams(void)
{
    (void)signal(SIGPIPE, SIG_IGN);
    (void)signal(SIGXFSZ, SIG_IGN);
    for (int file = STDIN_FILENO; file <= STDERR_FILENO; file++) {
        if (fcntl(file, F_GETFD) < 0) /* the number that is opened next */
            (void)!open("/dev/null", file == STDOUT_FILENO ? O_RDONLY : O_RDWR);
    }
}
