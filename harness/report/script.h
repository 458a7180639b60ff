/* The scripts that come with the program, in the folder scripts/ beside the sources of cells, run
 * in a child process. For one thread. */
#ifndef REPORT_SCRIPT_H
#define REPORT_SCRIPT_H

#include "base/error.h"

#define VTB_SCRIPT_ARGUMENTS_MAX 5

/* A run of a script; all texts are borrowed. */
struct vtb_script {
    const char *option;         /* for which it runs, which messages begin with: "--plot" */
    const char *name;           /* in the folder: "plot.py" */
    const char *fails_as;       /* what it did if it fails: "drew nothing" */
    const char *package;        /* that has what runs it */
    const char *program;        /* that runs it; null: the script itself */
    const char *program_option; /* in front of the script; null: none */
    const char *arguments[VTB_SCRIPT_ARGUMENTS_MAX]; /* behind it; a null ends them */
    int usage;  /* the exit status by which it says that its arguments are wrong; 0: none */
    int input;  /* a descriptor for its standard input; 0: the program's own */
    int output; /* for its standard output */
};

/* Checks that a script is there, with what runs it and what it needs; its arguments and its
 * descriptors are not used. Takes a second. On false *error says what is missing. */
VTB_MUST_USE bool vtb_script_check(const struct vtb_script *script, struct vtb_error *error);

/* Runs a script to its end; what is wrong it says itself, on standard error. On false *error says
 * that it failed, or could not be started; or that an interrupt ended it (vtb_is_interrupt). */
VTB_MUST_USE bool vtb_script_run(const struct vtb_script *script, struct vtb_error *error);

#endif
