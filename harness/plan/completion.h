/* What a shell completes of the command line, from the rows of the command line: data, as functions
 * of the shell's language, which cmake/completion.bash and cmake/completion.zsh use. */
#ifndef PLAN_COMPLETION_H
#define PLAN_COMPLETION_H

#include <stdio.h>

/* Prints three functions. `_run_bench_commands` sets `commands` to the words that may come first,
 * `_run_bench_command WORD` `options` to the options of a command, and
 * `arguments` to what it takes without one, as vtb_command_arguments has it; it fails if there is
 * no such command. `_run_bench_value COMMAND OPTION` sets `kind` (flag, any, word, list, file or
 * folder), `values`, the words that are known, `with_files` to 1 if it may be a file's name as
 * well, and `optional` to 1 if none has to follow. */
void vtb_completion_bash(FILE *out);

/* Prints two functions. `_run_bench_commands` sets the array `commands` to NAME:SUMMARY,
 * `_run_bench_specs WORD` the array `specs` to what _arguments takes for a command's options. */
void vtb_completion_zsh(FILE *out);

#endif
