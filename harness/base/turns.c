#include "base/turns.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/interrupt.h"

bool vtb_turns_is_variable(const char *entry)
{
    const size_t n = strlen(VTB_TURNS_VARIABLE);
    return strncmp(entry, VTB_TURNS_VARIABLE, n) == 0 && entry[n] == '=';
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
    int taken;
    int given;
    const char *pipes = getenv(VTB_TURNS_VARIABLE);
    if (!pipes || sscanf(pipes, "%d,%d", &taken, &given) != 2 || vtb_interrupted())
        return false;
    return pass(given, false) && pass(taken, true);
}
