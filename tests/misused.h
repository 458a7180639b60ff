/* An assertion that a statement breaks a rule of a strategy, and is told so. */
#ifndef MISUSED_H
#define MISUSED_H

#include "check.h"

#include "cells/runtime.h"

static jmp_buf misused_jump;
static const char *volatile misused_text; /* null: nothing was */

static inline void misused_by(const char *text)
{
    misused_text = text;
    longjmp(misused_jump, 1);
}

/* The statement is left where the rule was broken. */
#define assert_misused(statement, text)          \
    do {                                         \
        vtb_on_misuse = misused_by;              \
        misused_text = NULL;                     \
        if (setjmp(misused_jump) == 0) {         \
            statement;                           \
        }                                        \
        vtb_on_misuse = NULL;                    \
        if (!misused_text)                       \
            fail_msg("not detected: %s", text);  \
        assert_string_equal(misused_text, text); \
    } while (0)

#endif
