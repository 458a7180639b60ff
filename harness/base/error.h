/* Errors as values: what went wrong, in one line, and the status that the process then ends with.
 */
#ifndef BASE_ERROR_H
#define BASE_ERROR_H

#include <stdbool.h>

enum vtb_exit {
    VTB_EXIT_OK = 0,
    VTB_EXIT_INTERNAL = 1,
    VTB_EXIT_USAGE = 2,
    VTB_EXIT_REGRESSION = 3,   /* by the gate, or an error by a check */
    VTB_EXIT_INCONCLUSIVE = 4, /* under --strict the gate could not tell */
    VTB_EXIT_BASELINE = 5,     /* a baseline is missing, or not for this run */
    VTB_EXIT_SIGNAL = 128,     /* and the number of the signal that ended it, as shells say it */
};

struct vtb_error {
    int exit_code;      /* enum vtb_exit */
    bool is_of_figures; /* what was found is wrong: nothing of it may be reported */
    char message[1024];
    /* Lines of another program, to be shown below the message, or null. They are not to be
     * freed. */
    const char *details;
};

/* Marks functions whose false or null means that *error says why. */
#define VTB_MUST_USE __attribute__((warn_unused_result))

/* Sets *error; the format is printf's. Whatever the arguments hold, the message is one line
 * that is fit to be shown (base/shown.h). */
void vtb_error_set(struct vtb_error *error, int exit_code, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Sets *error like vtb_error_set and has the value false, so that a failing function ends in
 * `return vtb_fail(...)`. */
#define vtb_fail(error, exit_code, ...) (vtb_error_set(error, exit_code, __VA_ARGS__), false)

/* Likewise, of figures that are wrong. */
#define vtb_fail_figures(error, ...) \
    (vtb_error_set(error, VTB_EXIT_INTERNAL, __VA_ARGS__), (error)->is_of_figures = true, false)

#endif
