/*
 * A program that answers: it is started, asked by lines over a pipe, and answers each by a line
 * over another. Whatever it does but answer ends it, in one line that says what it did. What it
 * says on standard error is told if it dies. For the thread that starts it; SIGPIPE is ignored.
 */
#ifndef GUESTS_CHANNEL_H
#define GUESTS_CHANNEL_H

#include <limits.h>
#include <stdint.h>

#include "base/child.h"

/* Of a question or an answer, with its end. */
#define VTB_CHANNEL_LINE_BYTES 4096

/* Zeroes at first. */
struct vtb_channel {
    const char *name;   /* of the program, for messages: "guest dotnet"; borrowed */
    const char *remedy; /* what to do if it dies; null: nothing is known */
    /* What the line begins with by which it says on standard error why it fails; null: its first
     * two lines are told. */
    const char *complains;
    struct vtb_child child;
    bool open;
    int to;       /* its standard input, */
    int from;     /* its standard output */
    int told;     /* and its standard error, a file in memory */
    uint64_t own; /* the number of the last question */
};

/* Starts a program. A null ends its arguments, of which the first is its path; the variables of the
 * environment, as "NAME=VALUE", of which a null ends the list, are added to ours. On false *error
 * says why not, and nothing is open. */
VTB_MUST_USE bool vtb_channel_open(struct vtb_channel *channel, const char *const *arguments,
                                   const char *const *variables, struct vtb_error *error);

/*
 * Asks a question, one line without its end, and waits for the answer, at most `limit_s` seconds.
 * `answer` gets the fields behind "ok", each with a space before it, or nothing. On false *error
 * says what was wrong: it answered "error TEXT", and then may be asked other things; or there was
 * no answer in time, none that is one, more than one, or the program died, or there was an
 * interrupt: then it is ended.
 */
VTB_MUST_USE bool vtb_channel_ask(struct vtb_channel *channel, double limit_s, const char *question,
                                  char answer[VTB_CHANNEL_LINE_BYTES], struct vtb_error *error);

/* Waits for the end of a program that has closed its output, and is done with `during`. On false
 * *error says how it ended, if that was not with status 0. */
VTB_MUST_USE bool vtb_channel_finish(struct vtb_channel *channel, const char *during,
                                     struct vtb_error *error);

/* Ends the program, if it is open: lets it see that nothing more is asked, and kills it if it does
 * not go within a second. */
void vtb_channel_close(struct vtb_channel *channel);

/* Ends it at once, as it cannot be relied on, with an error: "guest dotnet: PROBLEM". */
bool vtb_channel_fail(struct vtb_channel *channel, struct vtb_error *error, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Gives the text of a field of an answer, up to `bytes`, or the whole number that it is; false if
 * there is no such field, or if it is no whole number up to 2^64 - 1. */
bool vtb_answer_text(const char *answer, const char *field, char *text, size_t bytes);
bool vtb_answer_number(const char *answer, const char *field, uint64_t *number);

#endif
