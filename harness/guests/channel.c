#include "guests/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <linux/close_range.h>
#include <math.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/interrupt.h"
#include "base/variables.h"

/* How long a program may take to go once nothing more is asked. */
#define GO_S 1.0

/* --- starting --- */

/* The task of the child process, before it becomes the program. */
struct start {
    const char *const *arguments;
    const char *const *variables;
    int input;
    int output;
    int told;
};

/* The program leads a group of its own, so that what it started ends with it; and it gets no file
 * of this one's but those three. */
static bool become(void *context, struct vtb_error *error)
{
    const struct start *start = context;
    (void)setpgid(0, 0);
    (void)close_range(STDERR_FILENO + 1, ~0U, CLOSE_RANGE_CLOEXEC);
    vtb_variables_unset("VTB_", NULL); /* by which a program tells its own processes */
    for (const char *const *each = start->variables; *each; each++)
        (void)putenv((char *)(uintptr_t)*each);
    (void)signal(SIGPIPE, SIG_DFL);
    if (dup2(start->input, STDIN_FILENO) >= 0 && dup2(start->output, STDOUT_FILENO) >= 0 &&
        dup2(start->told, STDERR_FILENO) >= 0)
        execv(start->arguments[0], (char *const *)(uintptr_t)start->arguments);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "'%.700s' cannot be started: %s", start->arguments[0],
                    strerror(errno));
}

static void close_all(const int *files, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (files[i] >= 0)
            close(files[i]);
    }
}

bool vtb_channel_open(struct vtb_channel *channel, const char *const *arguments,
                      const char *const *variables, struct vtb_error *error)
{
    int pipes[5] = {-1, -1, -1, -1, -1}; /* what it reads, and what it writes to; what it tells */
    if (pipe2(pipes, O_CLOEXEC) != 0 || pipe2(pipes + 2, O_CLOEXEC) != 0 ||
        (pipes[4] = memfd_create("vtb-told", MFD_CLOEXEC)) < 0) {
        close_all(pipes, 5);
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", channel->name, strerror(errno));
    }
    struct start start = {arguments, variables, pipes[0], pipes[3], pipes[4]};
    channel->child = (struct vtb_child){.name = channel->name, .run = become, .context = &start};
    channel->to = pipes[1];
    channel->from = pipes[2];
    channel->told = pipes[4];
    channel->open = vtb_child_start(&channel->child, error);
    close(pipes[0]);
    close(pipes[3]);
    if (!channel->open)
        close_all((int[]){pipes[1], pipes[2], pipes[4]}, 3);
    return channel->open;
}

/* --- ending --- */

#define TOLD_BYTES 512

/* Kills the program, and what it started, and says how it had ended, if it had before. */
static struct vtb_child_end end(struct vtb_channel *channel)
{
    struct vtb_child_end found = {.how = VTB_CHILD_WELL};
    struct vtb_error error;
    (void)kill(-channel->child.pid, SIGKILL); /* no group yet: it has not become the program */
    (void)kill(channel->child.pid, SIGKILL);
    if (!vtb_child_wait(&channel->child, &found, &error))
        found.error = error;
    close_all((int[]){channel->to, channel->from, channel->told}, 3);
    channel->open = false;
    return found;
}

/* Of what the program told on standard error the line that complains, the last one if there are
 * several; or its first two lines, in one: what happened is often in the first, and why in the
 * second. */
static void choose_lines(const struct vtb_channel *channel, const char *lines,
                         char text[TOLD_BYTES])
{
    const char *complaint = NULL;
    for (const char *line = lines; channel->complains && line; line = strchr(line, '\n')) {
        line += *line == '\n';
        if (strncmp(line, channel->complains, strlen(channel->complains)) == 0)
            complaint = line + strlen(channel->complains);
    }
    const char *first = complaint ? complaint : lines;
    const size_t first_n = strcspn(first, "\n");
    const char *second = complaint ? "" : first + first_n + strspn(first + first_n, "\n \t");
    (void)snprintf(text, TOLD_BYTES, "%.*s%s%.*s", (int)first_n, first, *second ? "; " : "",
                   (int)strcspn(second, "\n"), second);
}

/* What it told, without a full stop. */
static void read_told(const struct vtb_channel *channel, char text[TOLD_BYTES])
{
    char lines[8 * TOLD_BYTES];
    const ssize_t n = pread(channel->told, lines, sizeof lines - 1, 0);
    lines[n > 0 ? n : 0] = '\0';
    choose_lines(channel, lines, text);
    for (size_t end = strlen(text); end > 0 && text[end - 1] == '.'; end--)
        text[end - 1] = '\0';
}

bool vtb_channel_fail(struct vtb_channel *channel, struct vtb_error *error, const char *format, ...)
{
    char problem[512];
    char told[TOLD_BYTES] = "";
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(problem, sizeof problem, format, arguments);
    va_end(arguments);
    if (channel->open) {
        read_told(channel, told);
        (void)end(channel);
    }
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s%s%.300s", channel->name, problem,
                    *told ? "; it says: " : "", told);
}

/* Waits a second for the end of the program, which closed its output: these are two moments. */
static bool has_ended(const struct vtb_channel *channel)
{
    siginfo_t info = {.si_pid = 0};
    for (int i = 0; i < 100 && info.si_pid == 0; i++) {
        if (i > 0)
            (void)poll(NULL, 0, 10);
        (void)waitid(P_PID, (id_t)channel->child.pid, &info, WEXITED | WNOWAIT | WNOHANG);
    }
    return info.si_pid != 0;
}

/* Ends a program that has closed its output, and says how it had ended, unless that was well and
 * may be so. */
static bool find_end(struct vtb_channel *channel, const char *during, bool may_be_well,
                     struct vtb_error *error)
{
    char told[TOLD_BYTES];
    char words[64];
    const bool had_ended = has_ended(channel);
    read_told(channel, told);
    const struct vtb_child_end found = end(channel);
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    if (may_be_well && had_ended && found.how == VTB_CHILD_LEFT && found.number == 0)
        return true;
    if (found.how == VTB_CHILD_FAILED)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s", channel->name, found.error.message);
    vtb_child_say(&found, words, sizeof words);
    return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: it ended when asked to %s (%s)%s%.300s",
                    channel->name, during, had_ended ? words : "it closed its output",
                    *told ? "; it says: " : "", told);
}

bool vtb_channel_finish(struct vtb_channel *channel, const char *during, struct vtb_error *error)
{
    return find_end(channel, during, true, error);
}

/* Says how the program ended, which closed its output. A program that is still there, or was ended
 * here, went on without an output. */
static bool fail_gone(struct vtb_channel *channel, const char *during, struct vtb_error *error)
{
    return find_end(channel, during, false, error);
}

void vtb_channel_close(struct vtb_channel *channel)
{
    char rest[256];
    struct pollfd from = {.fd = channel->from, .events = POLLIN};
    if (!channel->open)
        return;
    close(channel->to);
    channel->to = -1;
    const double until_ns = vtb_now_ns() + GO_S * 1e9;
    for (double left_ns; (left_ns = until_ns - vtb_now_ns()) > 0;) {
        if (poll(&from, 1, (int)(left_ns / 1e6) + 1) > 0 &&
            read(channel->from, rest, sizeof rest) <= 0)
            break;
    }
    (void)end(channel);
}

/* --- asking --- */

static bool write_line(int file, const char *line)
{
    const size_t n = strlen(line);
    for (size_t done_n = 0; done_n < n;) {
        const ssize_t some = write(file, line + done_n, n - done_n);
        if (some < 0 && errno != EINTR)
            return false;
        done_n += some > 0 ? (size_t)some : 0;
    }
    return true;
}

enum reading { READING_DONE, READING_LATE, READING_GONE, READING_LONG, READING_MORE };

/* Reads a line, without its end. */
static enum reading read_line(struct vtb_channel *channel, double limit_s,
                              char line[VTB_CHANNEL_LINE_BYTES])
{
    struct pollfd from = {.fd = channel->from, .events = POLLIN};
    const double until_ns = vtb_now_ns() + limit_s * 1e9;
    for (size_t n = 0; n < VTB_CHANNEL_LINE_BYTES;) {
        const double left_ns = until_ns - vtb_now_ns();
        if (left_ns <= 0 || vtb_interrupted())
            return READING_LATE;
        if (poll(&from, 1, (int)(fmin(left_ns, 1e12) / 1e6) + 1) <= 0)
            continue;
        const ssize_t some = read(channel->from, line + n, VTB_CHANNEL_LINE_BYTES - n);
        if (some <= 0)
            return READING_GONE;
        char *newline = memchr(line + n, '\n', (size_t)some);
        n += (size_t)some;
        if (newline) {
            *newline = '\0';
            return newline + 1 == line + n ? READING_DONE : READING_MORE;
        }
    }
    return READING_LONG;
}

/* What comes behind the number of the question and a word; null if the line is not so. */
static const char *behind(const struct vtb_channel *channel, const char *line, const char *word)
{
    char before[40];
    const int n = snprintf(before, sizeof before, "%" PRIu64 " %s", channel->own, word);
    const bool is_so = strncmp(line, before, (size_t)n) == 0 && (!line[n] || line[n] == ' ');
    return is_so ? line + n : NULL;
}

static bool understand(struct vtb_channel *channel, const char *during, const char *line,
                       char answer[VTB_CHANNEL_LINE_BYTES], struct vtb_error *error)
{
    const char *fields = behind(channel, line, "ok");
    const char *problem = behind(channel, line, "error");
    if (fields) {
        (void)snprintf(answer, VTB_CHANNEL_LINE_BYTES, "%s", fields);
        return true;
    }
    if (problem)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: %s:%.600s", channel->name, during, problem);
    return vtb_channel_fail(channel, error,
                            "'%.100s' is no answer to %s; accepted: %" PRIu64
                            " ok FIELD=VALUE ..., or %" PRIu64 " error TEXT",
                            line, during, channel->own, channel->own);
}

bool vtb_channel_ask(struct vtb_channel *channel, double limit_s, const char *question,
                     char answer[VTB_CHANNEL_LINE_BYTES], struct vtb_error *error)
{
    char line[VTB_CHANNEL_LINE_BYTES];
    char during[32];
    if (!channel->open)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s: it has ended", channel->name);
    (void)snprintf(during, sizeof during, "%.*s", (int)strcspn(question, " "), question);
    const int n = snprintf(line, sizeof line, "%" PRIu64 " %s\n", ++channel->own, question);
    if (n >= (int)sizeof line)
        return vtb_channel_fail(channel, error, "a question of %d bytes is too long", n);
    if (!write_line(channel->to, line))
        return fail_gone(channel, during, error);
    switch (read_line(channel, limit_s, line)) {
    case READING_LATE:
        return vtb_channel_fail(channel, error, "no answer to %s within %g s; it was ended", during,
                                limit_s);
    case READING_GONE:
        return fail_gone(channel, during, error);
    case READING_LONG:
        return vtb_channel_fail(channel, error, "an answer to %s has more than %d bytes", during,
                                VTB_CHANNEL_LINE_BYTES);
    case READING_MORE:
        return vtb_channel_fail(channel, error, "more than one line answers %s", during);
    default:
        return understand(channel, during, line, answer, error);
    }
}

/* --- answers --- */

bool vtb_answer_text(const char *answer, const char *field, char *text, size_t bytes)
{
    const size_t field_n = strlen(field);
    for (const char *at = answer; (at = strchr(at, ' '));) {
        at++;
        if (strncmp(at, field, field_n) == 0 && at[field_n] == '=') {
            at += field_n + 1;
            (void)snprintf(text, bytes, "%.*s", (int)strcspn(at, " "), at);
            return true;
        }
    }
    return false;
}

bool vtb_answer_number(const char *answer, const char *field, uint64_t *number)
{
    char text[32];
    char *rest;
    if (!vtb_answer_text(answer, field, text, sizeof text) || *text < '0' || *text > '9')
        return false;
    errno = 0;
    *number = strtoull(text, &rest, 10);
    return errno == 0 && *rest == '\0';
}
