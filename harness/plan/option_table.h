/*
 * The rows of the command line, for the modules that parse it and that print its help: each option
 * and each command once.
 */
#ifndef PLAN_OPTION_TABLE_H
#define PLAN_OPTION_TABLE_H

#include "plan/options.h"

struct vtb_command_row {
    const char *word;
    const char *summary;
    const char *description;
};

/* In the order of enum vtb_command. */
extern const struct vtb_command_row vtb_command_rows[VTB_COMMAND_N];

/* What a command takes without an option, separated by spaces: a name of a file, or one of several
 * words, as strategy|workload; empty: nothing. */
const char *vtb_command_arguments(enum vtb_command command);

/* Arguments of this program that are worth to be shown; null behind the last. */
extern const char *const vtb_option_examples[];

/* What the process's exit status means: sentences, of several lines. */
extern const char vtb_exit_statuses[];

/* Every option parses its text into a field of struct vtb_options. */
struct vtb_option;
typedef bool vtb_parse_function(const struct vtb_option *option, const char *text, void *field,
                                struct vtb_error *error);

/* Whether an option's value is the path of a file. No file that is written is any other. */
enum vtb_file_use { VTB_FILE_NONE, VTB_FILE_READ, VTB_FILE_WRITTEN };

struct vtb_option {
    const char *name;
    const char *metavar; /* null: a flag, which takes no value */
    vtb_parse_function *parse;
    size_t offset;
    const char *if_bare; /* the value if none follows; null: one must */
    const char *accepts; /* ends the sentence "accepted: ..." */
    const char *help;
    struct vtb_number_kind number;
    const char *const *words;
    void (*known)(struct vtb_names *known);    /* the names that the registry has */
    void (*variants)(struct vtb_names *known); /* names of the form NAME@variant; null: none */
    void (*aliases)(struct vtb_names *known);  /* other names that are taken; null: none */
    const char *(*find)(const char *name);     /* what a name stands for; null: unknown */
    /* Gives the name of an entry that stands in a file; null: no value of the option is a file. */
    const char *(*bring)(const char *path, struct vtb_error *error);
    bool (*is_default)(const char *name); /* is it used when the option is not given? */
    unsigned commands;                    /* bit set of enum vtb_command */
    enum vtb_file_use file;
    /* Whether it says which cases are run: a result file keeps such an option, and a baseline gives
     * it again. */
    bool of_cases;
    /* Whether it says how they are run, or what is told of them: a result file keeps such an option
     * apart, and --resume gives it again. */
    bool of_run;
    /* Whether it means nothing to an open loop, though it says which cases are run. */
    bool not_loaded;
    /* Whether it says what is no cell, and so of no build, though it says which cases are run. */
    bool not_built;
    /* Whether `gate` has another row of this name. */
    bool not_gated;
    /* Whether a row of `gate` means nothing without --against. */
    bool of_builds;
    /* Whether it says which part of a run this is, which is nothing to other commands. */
    bool of_part;
    bool no_twin;    /* the environment has no variable for it */
    const char *old; /* a name that it had before, and that is taken still; null: none */
};

/* An option by its place in the help; null behind the last. */
const struct vtb_option *vtb_option_at(size_t i);

/* Prints the names that stand in when an option is not given, of one that has `is_default`. */
void vtb_option_print_defaults(FILE *out, const struct vtb_option *option);

/* Whether a command takes an option. */
bool vtb_option_is_of(const struct vtb_option *option, enum vtb_command command);

/* Whether `gate` takes an option with --against alone. */
bool vtb_option_needs_against(const struct vtb_option *option);

/* The command's option of a name of n characters, if it has one, or else the first that any has;
 * null if none has. */
const struct vtb_option *vtb_find_option(const char *name, size_t n, enum vtb_command command);

#endif
