#include "base/turns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/interrupt.h"

bool vtb_turns_is_variable(const char *entry)
{
    const size_t n = strlen(VTB_TURNS_VARIABLE);
    return strncmp(entry, VTB_TURNS_VARIABLE, n) == 0 && entry[n] == '=';
}

/* What the variable says. */
struct turns {
    int taken;
    int given;
    const char *numbers; /* the path of a file */
};

/* Reads the variable; false if it is not there, or says something else. */
static bool find(struct turns *turns)
{
    int n = 0;
    const char *text = getenv(VTB_TURNS_VARIABLE);
    if (!text || sscanf(text, "%d,%d,%n", &turns->taken, &turns->given, &n) != 2 || n == 0)
        return false;
    turns->numbers = text + n;
    return true;
}

static bool is_pipe(int fd)
{
    struct stat status;
    return fstat(fd, &status) == 0 && S_ISFIFO(status.st_mode);
}

bool vtb_turns_check(struct vtb_error *error)
{
    struct turns turns;
    return !getenv(VTB_TURNS_VARIABLE) ||
           (find(&turns) && is_pipe(turns.taken) && is_pipe(turns.given) &&
            access(turns.numbers, R_OK | W_OK) == 0) ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    VTB_TURNS_VARIABLE
                    ": is for programs that a comparison of two builds starts "
                    "by itself; unset it");
}

/* Reads or writes the one byte that is a turn; false if the other end is gone, or after an
 * interrupt. */
static bool pass(int fd, bool is_taken)
{
    char turn = '.';
    ssize_t n;
    do {
        n = is_taken ? read(fd, &turn, 1) : write(fd, &turn, 1);
    } while (n < 0 && errno == EINTR && !vtb_interrupted());
    return n == 1;
}

bool vtb_turns_wait(void)
{
    struct turns turns;
    return find(&turns) && !vtb_interrupted() && pass(turns.given, false) &&
           pass(turns.taken, true);
}

size_t vtb_turns_agree(size_t number)
{
    static off_t agreed_n;
    struct turns turns;
    uint64_t own = number;
    uint64_t others;
    const int file = find(&turns) ? open(turns.numbers, O_RDWR | O_CLOEXEC) : -1;
    const off_t at = file < 0 ? 0 : agreed_n++ * (off_t)sizeof own;
    if (file >= 0 && pread(file, &others, sizeof others, at) == (ssize_t)sizeof others)
        own = others;
    else if (file >= 0)
        (void)!pwrite(file, &own, sizeof own, at);
    if (file >= 0)
        (void)close(file);
    return own;
}
