#include "gate/turn_takers.h"

#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/interrupt.h"
#include "base/progress.h"
#include "base/prose.h"
#include "base/shown.h"
#include "base/temporary.h"
#include "base/turns.h"

#define WHAT "two programs"

/* What each of them is asked to do, for messages. */
#define DURING "take its turns"

/* --- starting --- */

/* The pipes come as standard input and output, which a run has for other things: the shell moves
 * them to where the variable says. */
#define SHELL "/bin/sh"
static const char move_pipes[] = "exec 3<&0 4>&1 </dev/null >/dev/null; exec \"$@\"";
#define MOVED_PIPES "3,4"

/* Starts a program; `turns` is the variable that tells it of its turns. */
static bool start(struct vtb_turn_taker *taker, const char *turns, struct vtb_error *error)
{
    static const char *const shell[] = {SHELL, "-c", move_pipes, "sh"};
    enum { SHELL_N = sizeof shell / sizeof *shell };
    const char *const variables[] = {turns, taker->build[0], taker->build[1], NULL};
    char results[PATH_MAX + 32];
    size_t n = 0;
    (void)snprintf(results, sizeof results, "--results-dir=%s", taker->folder);
    while (taker->words[n])
        n++;
    const char **arguments = vtb_allocate(SHELL_N + n + 3, sizeof *arguments, WHAT);
    memcpy(arguments, shell, sizeof shell);
    arguments[SHELL_N] = taker->program;
    memcpy(arguments + SHELL_N + 1, taker->words, n * sizeof *arguments);
    arguments[SHELL_N + n + 1] = results;
    arguments[SHELL_N + n + 2] = NULL;
    taker->channel.name = taker->title;
    taker->channel.complains = "run_bench: ";
    const bool ok = vtb_channel_open(&taker->channel, arguments, variables, error);
    free(arguments);
    return ok;
}

/* --- ending --- */

/* Finds the two files that a run has left, the paths of which are empty if it has not. */
static void find_files(struct vtb_turn_taker *taker, char result[PATH_MAX])
{
    DIR *folder = opendir(taker->folder);
    *result = *taker->samples = '\0';
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        const size_t n = strlen(entry->d_name);
        char *path = vtb_ends_in(entry->d_name, n, ".samples.csv") ? taker->samples
                     : vtb_ends_in(entry->d_name, n, ".json")      ? result
                                                                   : NULL;
        if (path && snprintf(path, PATH_MAX, "%s/%s", taker->folder, entry->d_name) >= PATH_MAX)
            *path = '\0';
    }
    if (folder)
        (void)closedir(folder);
}

/* Takes the result of a program that has ended. */
static bool take_result(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    char result[PATH_MAX];
    struct vtb_error reason;
    taker->has_ended = true;
    if (!vtb_channel_finish(&taker->channel, DURING, error))
        return false;
    find_files(taker, result);
    if (!*result || !*taker->samples)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: it has left no %s", taker->title,
                        *result ? "samples" : "result");
    if (!vtb_result_file_read(&taker->result, result, VTB_EXIT_INTERNAL, &reason))
        return vtb_fail(error, reason.exit_code, "%s: its result cannot be read: %.700s",
                        taker->title, reason.message);
    return true;
}

/* --- turns --- */

/* After so many seconds without a word it is said who is waited for. */
#define PATIENCE_S 120

/* Waits until there is something to read, or an end. */
static void wait_for(const struct vtb_turn_taker *taker)
{
    struct pollfd from = {.fd = taker->channel.from, .events = POLLIN};
    while (poll(&from, 1, PATIENCE_S * 1000) == 0)
        vtb_tell("waiting for %s, which has had its turn for %d s or more", taker->title,
                 PATIENCE_S);
}

/* Waits until a program gives its turn back, or ends. */
static bool await(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    char turn;
    ssize_t n;
    do {
        wait_for(taker);
        n = read(taker->channel.from, &turn, 1);
    } while (n < 0 && errno == EINTR && !vtb_interrupted());
    if (n < 0)
        return vtb_channel_fail(&taker->channel, error, "it cannot be waited for: %s",
                                strerror(errno));
    return n > 0 || take_result(taker, error);
}

/* Gives a program its turn, and waits for its end. That one is gone which does not take it is found
 * there. */
static bool give(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    if (taker->has_ended)
        return true;
    taker->turns_n++;
    (void)!write(taker->channel.to, ".", 1);
    return await(taker, error);
}

/* How far both are, once it is known how long that takes. */
struct course {
    struct vtb_progress_bar bar;
    size_t done_n; /* turns of each */
    size_t all_n;
    double start_ns;
};

/* After this share of the turns it is reckoned how long all of them take. */
#define RECKONED_SHARE 20

static void show(struct course *course)
{
    const size_t reckoned_n = course->all_n / RECKONED_SHARE + 1;
    if (course->all_n == 0)
        return;
    if (course->done_n == 0)
        course->start_ns = vtb_now_ns();
    if (course->done_n == reckoned_n) {
        const double s = (vtb_now_ns() - course->start_ns) / 1e9;
        vtb_progress_start(&course->bar, s * (double)course->all_n / (double)reckoned_n);
        vtb_progress_part(&course->bar, "timing by turns", course->bar.total_s);
    }
    if (course->done_n >= reckoned_n)
        vtb_progress_show(&course->bar, course->done_n, course->all_n);
    course->done_n++;
}

static bool check_turns(const struct vtb_turn_taker *taker, size_t turns_n, struct vtb_error *error)
{
    return taker->turns_n == turns_n ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "%s took %zu turns in place of %zu: it measures otherwise than this program",
                    taker->title, taker->turns_n, turns_n);
}

static bool run_both(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N], const char *turns,
                     struct course *course, struct vtb_error *error)
{
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        if (!start(&takers[i], turns, error) || !await(&takers[i], error))
            return false;
    }
    /* Who is first changes from turn to turn: nothing that comes with that is always of one. */
    for (size_t first = 0; !takers[0].has_ended || !takers[1].has_ended; first = 1 - first) {
        show(course);
        if (!give(&takers[first], error) || !give(&takers[1 - first], error))
            return false;
    }
    return check_turns(&takers[0], course->all_n, error) &&
           check_turns(&takers[1], course->all_n, error);
}

bool vtb_turn_takers_run(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N], size_t turns_n,
                         struct vtb_error *error)
{
    static const char what[] = "the results of two builds";
    char turns[PATH_MAX + 64];
    char numbers[PATH_MAX + 16];
    struct course course = {.all_n = turns_n};
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        if (!vtb_temporary_folder(what, takers[i].folder, error))
            return false;
    }
    (void)snprintf(numbers, sizeof numbers, "%s/numbers", takers[0].folder);
    (void)snprintf(turns, sizeof turns, "%s=%s,%s", VTB_TURNS_VARIABLE, MOVED_PIPES, numbers);
    FILE *file = fopen(numbers, "we");
    if (!file || fclose(file) != 0)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: '%.700s': %s", what, numbers,
                        strerror(errno));
    const bool ok = run_both(takers, turns, &course, error);
    vtb_progress_end(&course.bar);
    return ok;
}

void vtb_turn_takers_free(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N])
{
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        vtb_channel_close(&takers[i].channel);
        vtb_result_file_free(&takers[i].result);
        vtb_temporary_remove(takers[i].folder);
    }
}
