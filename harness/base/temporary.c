#include "base/temporary.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

/* --- what is to be removed --- */

/* More than a process has at once. */
#define KEPT_MAX 8

/* A signal handler may read the list at any moment: an owner is set last, and cleared first. */
static struct {
    volatile sig_atomic_t owner; /* the process that made it; 0: no entry */
    char path[PATH_MAX];
} list[KEPT_MAX];

/* Removes the files of a folder, without the library's readdir, which allocates. */
static void empty_folder(const char *path)
{
    char entries[4096] __attribute__((aligned(8)));
    const int folder = open(path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
    ssize_t n;
    if (folder < 0)
        return;
    while ((n = getdents64(folder, entries, sizeof entries)) > 0) {
        for (ssize_t at = 0; at < n;) {
            const struct dirent64 *entry = (const void *)(entries + at);
            (void)unlinkat(folder, entry->d_name, 0);
            at += entry->d_reclen;
        }
    }
    (void)close(folder);
}

static void remove_one(const char *path)
{
    if (unlink(path) == 0 || errno == ENOENT)
        return;
    empty_folder(path);
    (void)rmdir(path);
}

void vtb_temporaries_discard(void)
{
    const int before = errno;
    const pid_t own = getpid();
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (list[i].owner != own)
            continue;
        remove_one(list[i].path);
        list[i].owner = 0;
    }
    errno = before;
}

void vtb_temporary_add(const char *path)
{
    static pid_t registered;
    const pid_t own = getpid();
    size_t i = 0;
    if (registered != own)
        (void)atexit(vtb_temporaries_discard);
    registered = own;
    while (i < KEPT_MAX && list[i].owner == own)
        i++;
    if (i == KEPT_MAX)
        return;
    list[i].owner = 0;
    (void)snprintf(list[i].path, PATH_MAX, "%s", path);
    list[i].owner = own;
}

void vtb_temporary_keep(const char *path)
{
    for (size_t i = 0; i < KEPT_MAX; i++) {
        if (list[i].owner == getpid() && strcmp(list[i].path, path) == 0)
            list[i].owner = 0;
    }
}

void vtb_temporary_remove(const char *path)
{
    if (!*path)
        return;
    remove_one(path);
    vtb_temporary_keep(path);
}

/* --- names --- */

/* What stands for the set of processes that a process's number is of: the numbers of another
 * machine, of another container or of before a restart tell nothing here. */
static uint32_t host(void)
{
    static uint32_t mark;
    char text[128] = "";
    struct stat status = {.st_ino = 0};
    if (mark != 0)
        return mark;
    const int file = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
    if (file >= 0) {
        (void)!read(file, text, 40);
        (void)close(file);
    }
    (void)stat("/proc/self/ns/pid", &status);
    const size_t n = strlen(text);
    (void)snprintf(text + n, sizeof text - n, "%ju", (uintmax_t)status.st_ino);
    mark = 2166136261u; /* FNV-1a */
    for (const char *c = text; *c; c++)
        mark = (mark ^ (unsigned char)*c) * 16777619u;
    mark += mark == 0;
    return mark;
}

/* How much of a file's own name its temporary name has: names have 255 bytes at most. */
#define NAME_SHOWN "200"

/* Writes the n-th temporary name for a file of a process of a host. False: it is too long. */
static bool name_of(const char *path, uint32_t mark, long pid, unsigned n, char temporary[PATH_MAX])
{
    const char *slash = strrchr(path, '/');
    const char *name = slash ? slash + 1 : path;
    return snprintf(temporary, PATH_MAX, "%.*s.%." NAME_SHOWN "s.vtb-%08x-%ld-%u.part",
                    (int)(name - path), path, name, mark, pid, n) < PATH_MAX;
}

/* --- what others left behind --- */

/* After so long a file of another machine or container is nobody's. */
#define STALE_S ((time_t)24 * 60 * 60)

static bool is_stale(int folder, const char *name)
{
    struct stat status;
    unsigned mark;
    long pid;
    unsigned n;
    int end = 0;
    const char *place = *name == '.' ? strstr(name, ".vtb-") : NULL;
    for (const char *next = place; next; next = strstr(next + 1, ".vtb-")) /* the last one */
        place = next;
    if (!place || sscanf(place, ".vtb-%8x-%ld-%u.part%n", &mark, &pid, &n, &end) != 3 || end == 0 ||
        place[end] || pid <= 0)
        return false;
    if (mark == host())
        return kill((pid_t)pid, 0) != 0 && errno == ESRCH;
    return fstatat(folder, name, &status, AT_SYMLINK_NOFOLLOW) == 0 &&
           time(NULL) - status.st_mtime > STALE_S;
}

/* Removes what is stale in the folder of a file. A folder that was looked through is not looked
 * through again at once, as the same file may be written again and again. */
static void sweep(const char *path)
{
    static struct stat last;
    struct stat status;
    char copy[PATH_MAX];
    char stale[PATH_MAX + NAME_MAX + 2];
    (void)snprintf(copy, sizeof copy, "%s", path);
    const char *name = dirname(copy);
    DIR *folder = opendir(name);
    if (!folder)
        return;
    const bool is_new = fstat(dirfd(folder), &status) == 0 &&
                        (status.st_dev != last.st_dev || status.st_ino != last.st_ino);
    for (struct dirent *entry; is_new && (entry = readdir(folder));) {
        if (!is_stale(dirfd(folder), entry->d_name))
            continue;
        (void)snprintf(stale, sizeof stale, "%s/%s", name, entry->d_name);
        remove_one(stale);
    }
    if (is_new)
        last = status;
    (void)closedir(folder);
}

/* --- making them --- */

static int make_file(const char *path)
{
    return open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
}

static int make_folder(const char *path)
{
    return mkdir(path, 0700);
}

/* Makes something by the first name that is free. Returns what `make` returns. */
static int make_by_name(const char *path, char temporary[PATH_MAX], int (*make)(const char *path))
{
    static unsigned next;
    int made = -1;
    sweep(path);
    do {
        if (!name_of(path, host(), getpid(), ++next, temporary)) {
            errno = ENAMETOOLONG;
            return -1;
        }
        vtb_temporary_add(temporary);
        made = make(temporary);
        if (made < 0)
            vtb_temporary_keep(temporary);
    } while (made < 0 && errno == EEXIST);
    return made;
}

int vtb_temporary_claim(const char *path, long pid, char temporary[PATH_MAX])
{
    if (!name_of(path, 0, pid, 0, temporary))
        return ENAMETOOLONG;
    const int file = make_file(temporary);
    if (file < 0)
        return errno;
    (void)close(file);
    vtb_temporary_add(temporary);
    return 0;
}

int vtb_temporary_file(const char *path, char temporary[PATH_MAX])
{
    return make_by_name(path, temporary, make_file);
}

bool vtb_temporary_folder(const char *what, char folder[PATH_MAX], struct vtb_error *error)
{
    char path[PATH_MAX] = "";
    const char *parent = getenv("TMPDIR");
    parent = parent && *parent ? parent : "/tmp";
    const bool fits = snprintf(path, sizeof path, "%s/run_bench", parent) < (int)sizeof path;
    errno = ENAMETOOLONG;
    if (fits && make_by_name(path, folder, make_folder) == 0)
        return true;
    const int cause = errno;
    *folder = '\0';
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "%s: no folder can be made in '%.300s': %s; set TMPDIR to another", what,
                    parent, strerror(cause));
}
