#include "gate/turn_takers.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "base/temporary.h"
#include "base/turns.h"

#define WHAT "two programs"

/* --- starting --- */

/* The pipes come as standard input and output, which a run has for other things: the shell moves
 * them to where the variable says. */
#define SHELL "/bin/sh"
static const char move_pipes[] = "exec 3<&0 4>&1 </dev/null >/dev/null; exec \"$@\"";
static const char moved_pipes[] = VTB_TURNS_VARIABLE "=3,4";

static bool start(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    static const char *const shell[] = {SHELL, "-c", move_pipes, "sh"};
    enum { SHELL_N = sizeof shell / sizeof *shell };
    const char *const variables[] = {moved_pipes, taker->build[0], taker->build[1], NULL};
    char results[PATH_MAX + 32];
    size_t n = 0;
    if (!vtb_temporary_folder("the results of two builds", taker->folder, error))
        return false;
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
    const bool ok = vtb_channel_open(&taker->channel, arguments, variables, error);
    free(arguments);
    return ok;
}

/* --- ending --- */

static bool ends_in(const char *name, const char *end)
{
    const size_t n = strlen(name);
    return n > strlen(end) && strcmp(name + n - strlen(end), end) == 0;
}

/* Finds the two files that a run has left, the paths of which are empty if it has not. */
static void find_files(struct vtb_turn_taker *taker, char result[PATH_MAX])
{
    DIR *folder = opendir(taker->folder);
    *result = *taker->samples = '\0';
    for (struct dirent *entry; folder && (entry = readdir(folder));) {
        char *path = ends_in(entry->d_name, ".samples.csv") ? taker->samples
                     : ends_in(entry->d_name, ".json")      ? result
                                                            : NULL;
        if (path && snprintf(path, PATH_MAX, "%s/%s", taker->folder, entry->d_name) >= PATH_MAX)
            *path = '\0';
    }
    if (folder)
        (void)closedir(folder);
}

/* Takes the result of a program that has ended: one that is not whole says that it failed. */
static bool take_result(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    char result[PATH_MAX];
    taker->has_ended = true;
    find_files(taker, result);
    if (!*result)
        return vtb_channel_fail(&taker->channel, error, "it has left no result");
    if (!vtb_result_file_read(&taker->result, result, VTB_EXIT_INTERNAL, error))
        return false;
    if (taker->result.interrupted)
        return vtb_channel_fail(&taker->channel, error, "it has not finished");
    vtb_channel_close(&taker->channel);
    return true;
}

/* --- turns --- */

/* Waits until a program gives its turn back, or ends. */
static bool await(struct vtb_turn_taker *taker, struct vtb_error *error)
{
    char turn;
    ssize_t n;
    do {
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
    return taker->has_ended || (write(taker->channel.to, ".", 1) <= 1 && await(taker, error));
}

bool vtb_turn_takers_run(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N], struct vtb_error *error)
{
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        if (!start(&takers[i], error) || !await(&takers[i], error))
            return false;
    }
    /* Who is first changes from turn to turn: nothing that comes with that is always of one. */
    for (size_t first = 0; !takers[0].has_ended || !takers[1].has_ended; first = 1 - first) {
        if (!give(&takers[first], error) || !give(&takers[1 - first], error))
            return false;
    }
    return true;
}

void vtb_turn_takers_free(struct vtb_turn_taker takers[VTB_TURN_TAKERS_N])
{
    for (size_t i = 0; i < VTB_TURN_TAKERS_N; i++) {
        vtb_channel_close(&takers[i].channel);
        vtb_result_file_free(&takers[i].result);
        vtb_temporary_remove(takers[i].folder);
    }
}
