/* What a part of a test writes to standard error. */
#ifndef WRITTEN_H
#define WRITTEN_H

#include "check.h"

#include <fcntl.h>
#include <stdbool.h>
#include <termios.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/child.h"

/* The two ends of a pipe, or of a terminal that passes on what is written as it is: false if there
 * is none to be had. */
static inline bool written_ends(bool terminal, int ends[2])
{
    struct termios raw;
    if (!terminal)
        return pipe(ends) == 0;
    ends[0] = posix_openpt(O_RDWR | O_NOCTTY);
    if (ends[0] < 0)
        return false;
    const char *name = grantpt(ends[0]) == 0 && unlockpt(ends[0]) == 0 ? ptsname(ends[0]) : NULL;
    ends[1] = name ? open(name, O_RDWR | O_NOCTTY) : -1;
    if (ends[1] >= 0 && tcgetattr(ends[1], &raw) == 0) {
        cfmakeraw(&raw);
        if (tcsetattr(ends[1], TCSANOW, &raw) == 0)
            return true;
    }
    if (ends[1] >= 0)
        close(ends[1]);
    close(ends[0]);
    return false;
}

/* Reads up to a NUL, which stands behind all that was written. */
static inline void written_read(int from, char *text, size_t bytes)
{
    size_t n = 0;
    while (n + 1 < bytes && read(from, text + n, 1) == 1 && text[n])
        n++;
    text[n] = '\0';
}

/*
 * Calls a function whose standard error is a terminal or a pipe, and gives what it wrote there,
 * which is to fit into a page. Nothing may be asserted meanwhile. Where the system has no terminals
 * the test is skipped.
 */
static inline void written_by(void (*run)(void *context), void *context, bool terminal, char *text,
                              size_t bytes)
{
    int ends[2] = {-1, -1};
    if (!written_ends(terminal, ends)) {
        print_message("no terminal\n");
        skip();
    }
    (void)fflush(NULL);
    const int before = dup(STDERR_FILENO);
    assert_true(before >= 0 && dup2(ends[1], STDERR_FILENO) == STDERR_FILENO);
    run(context);
    const bool ended = write(STDERR_FILENO, "", 1) == 1;
    const bool back = dup2(before, STDERR_FILENO) == STDERR_FILENO;
    assert_true(ended && back);
    written_read(ends[0], text, bytes);
    assert_int_equal(close(before) + close(ends[0]) + close(ends[1]), 0);
}

/* --- in a child process --- */

struct written_child {
    void (*run)(void);
    bool started;
    struct vtb_child_end end;
};

static inline bool written_in_child(void *context, struct vtb_error *error)
{
    const struct written_child *child = context;
    (void)error;
    vtb_child_tell_at(NULL); /* as in a process that is no child */
    child->run();
    return true;
}

static inline void written_try(void *context)
{
    struct written_child *child = context;
    struct vtb_error error;
    struct vtb_child work = {.name = "a child", .run = written_in_child, .context = child};
    child->started = vtb_child_try(&work, &child->end, &error);
}

/* Calls a function in a child process: how that ends, and what it wrote. */
static inline struct vtb_child_end written_end(void (*run)(void), bool terminal, char *text,
                                               size_t bytes)
{
    struct written_child child = {.run = run};
    written_by(written_try, &child, terminal, text, bytes);
    assert_true(child.started);
    return child.end;
}

#endif
