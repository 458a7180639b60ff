#include "plan/options.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/turns.h"
#include "cells/editions.h"
#include "cells/foreign.h"
#include "cells/home.h"
#include "plan/arguments.h"
#include "plan/option_values.h"

extern char **environ;

const char *const vtb_completion_words[] = {"fifo", "lifo", "random", NULL};
const char *const vtb_consumer_words[] = {"independent", "dependent", "both", NULL};
const char *const vtb_method_words[] = {"direct", "async", "runtime", "both", "all", NULL};
const char *const vtb_caller_words[] = {"classic", "runtime", NULL};
const char *const vtb_completer_words[] = {"caller", "thread", NULL};
const char *const vtb_abstraction_words[] = {"concrete", "virtual", NULL};
const char *const vtb_arrivals_words[] = {"constant", "poisson", NULL};
const char *const vtb_wake_words[] = {"spin", "futex", NULL};
const char *const vtb_table_words[] = {"read-only", "concurrent", NULL};
const char *const vtb_plot_by_words[] = {"matplotlib", "gnuplot", "both", NULL};
const char *const vtb_progress_words[] = {"auto", "plain", "off", NULL};
const char *const vtb_color_words[] = {"auto", "always", "never", NULL};

/* Keeps an option for the result file: of each that is kept, the last text. */
static void keep(struct vtb_options *options, const struct vtb_option *option, const char *text)
{
    size_t i = 0;
    while (i < options->given_n && strcmp(options->given[i].name, option->name) != 0)
        i++;
    if (i == VTB_GIVEN_MAX)
        return;
    options->given[i] = (struct vtb_given){option->name, text, option->of_cases};
    options->given_n += i == options->given_n;
}

static bool set(struct vtb_options *options, const struct vtb_option *option, const char *text,
                struct vtb_error *error)
{
    if (option->of_cases || option->of_run)
        keep(options, option, text);
    return option->parse(option, text, (char *)options + option->offset, error);
}

const char *vtb_options_given(const struct vtb_options *options, const char *name)
{
    for (size_t i = 0; i < options->given_n; i++) {
        if (strcmp(options->given[i].name, name) == 0)
            return options->given[i].text;
    }
    return NULL;
}

bool vtb_options_completes(const struct vtb_options *options)
{
    return options->completer == VTB_COMPLETER_THREAD || options->store != VTB_STORE_SIMULATED;
}

bool vtb_options_flag(const struct vtb_options *options, enum vtb_parameter_id id)
{
    const struct vtb_numbers *given = &options->parameters[id];
    return given->n > 0 && given->values[0] != 0;
}

bool vtb_options_replay(struct vtb_options *options, const char *name, const char *text,
                        struct vtb_error *error)
{
    const struct vtb_option *option = vtb_find_option(name, strlen(name), VTB_COMMAND_RUN);
    if (!option || !option->of_cases)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%s' is no option that says what is run", name);
    return set(options, option, text, error);
}

bool vtb_options_replay_run(struct vtb_options *options, const char *name, const char *text,
                            struct vtb_error *error)
{
    const struct vtb_option *option = vtb_find_option(name, strlen(name), VTB_COMMAND_RUN);
    if (!option || !option->of_run)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%.64s' is no option that says how it is run",
                        name);
    return set(options, option, text, error);
}

/* --- the environment: VTB_HIT_RATE for --hit-rate --- */

#define VARIABLE_BYTES 64

static void environment_name(const char *option, char name[VARIABLE_BYTES])
{
    snprintf(name, VARIABLE_BYTES, "VTB_%s", option);
    for (char *c = name; *c; c++)
        *c = (char)(*c == '-' ? '_' : toupper((unsigned char)*c));
}

/* Variables that are no options: where cells are, and what this program tells its own processes. */
static const char *const other_variables[] = {
    VTB_CELLS_VARIABLE,  VTB_BUILD_A_VARIABLE, VTB_BUILD_B_VARIABLE, VTB_SESSION_VARIABLE,
    VTB_WORKER_VARIABLE, VTB_REMOVED_VARIABLE, VTB_TURNS_VARIABLE,   NULL};

static bool is_twin(const char *variable, const char *option)
{
    char name[VARIABLE_BYTES];
    environment_name(option, name);
    return strcmp(variable, name) == 0;
}

static bool is_known_variable(const char *variable)
{
    for (const char *const *other = other_variables; *other; other++) {
        if (strcmp(variable, *other) == 0)
            return true;
    }
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (!option->no_twin &&
            (is_twin(variable, option->name) || (option->old && is_twin(variable, option->old))))
            return true;
    }
    return false;
}

static bool unknown_variable(const char *variable, struct vtb_error *error)
{
    static char names[VTB_NAMES_MAX][VARIABLE_BYTES];
    struct vtb_names known = {.n = 0};
    char nearest[960];
    for (size_t i = 0; vtb_option_at(i) && known.n < VTB_NAMES_MAX; i++) {
        environment_name(vtb_option_at(i)->name, names[known.n]);
        if (!vtb_option_at(i)->no_twin)
            (void)vtb_names_add(&known, names[known.n]);
    }
    vtb_names_nearest(&known, NULL, variable, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "the environment's %s is no setting; the nearest is %.*s; unset it", variable,
                    (int)strcspn(nearest, ","), nearest);
}

/* Refuses variables that say nothing to this program, though whoever set them meant it to. */
static bool check_environment(struct vtb_error *error)
{
    for (char **each = environ; each && *each; each++) {
        char variable[VTB_SHOWN_MAX + VARIABLE_BYTES];
        snprintf(variable, sizeof variable, "%.*s", (int)strcspn(*each, "="), *each);
        if (strncmp(variable, "VTB_", 4) == 0 && !is_known_variable(variable))
            return unknown_variable(variable, error);
    }
    return true;
}

/* Reads the environment. Where a baseline records how cases are run, or a command says it, the
 * environment must not change them, so `gate`, `selftest`, `advise` and `claims` read their own
 * alone, and so do `history` and `merge`, which run nothing; every other command takes those of
 * `run`, or ignores them. */
static bool parse_environment(struct vtb_options *options, struct vtb_error *error)
{
    const bool own_alone =
        options->command == VTB_COMMAND_GATE || options->command == VTB_COMMAND_SELFTEST ||
        options->command == VTB_COMMAND_ADVISE || options->command == VTB_COMMAND_CLAIMS ||
        options->command == VTB_COMMAND_HISTORY || options->command == VTB_COMMAND_MERGE;
    const enum vtb_command twins_of = own_alone ? options->command : VTB_COMMAND_RUN;
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        char name[VARIABLE_BYTES];
        environment_name(option->name, name);
        if (option->old && !getenv(name))
            environment_name(option->old, name);
        const bool is_meant =
            !option->no_twin &&
            vtb_find_option(option->name, strlen(option->name), twins_of) == option &&
            (twins_of == VTB_COMMAND_RUN || option->commands & 1u << twins_of) &&
            (!option->of_part || vtb_option_is_of(option, options->command));
        const char *text = is_meant ? getenv(name) : NULL;
        struct vtb_error reason;
        if (text && !set(options, option, text, &reason))
            return vtb_fail(error, reason.exit_code, "from the environment's %s: %s", name,
                            reason.message);
    }
    return true;
}

/* --- the command line --- */

static bool unknown_option(const char *argument, size_t name_n, enum vtb_command command,
                           struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    char nearest[200];
    for (size_t i = 0; vtb_option_at(i); i++) {
        if (vtb_option_is_of(vtb_option_at(i), command))
            (void)vtb_names_add(&known, vtb_option_at(i)->name);
    }
    char name[64];
    snprintf(name, sizeof name, "%.*s", (int)name_n, argument + 2);
    vtb_names_nearest(&known, NULL, name, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "unknown option '--%s'; nearest: %s; `run_bench %s --help` shows all", name,
                    nearest, vtb_command_rows[command].word);
}

/* Names the option that a file belongs to, for one that was given without an option. */
static const char *file_hint(const char *argument)
{
    const char *end = strrchr(argument, '.');
    if (end && (strcmp(end, ".c") == 0 || strcmp(end, ".cc") == 0))
        return ", as --strategy FILE";
    return end && strcmp(end, ".h") == 0 ? ", as --workload FILE" : "";
}

/* Parses one option, at argv[*i]; moves *i on to the last argument that it used. */
static bool parse_option(struct vtb_options *options, int argc, char **argv, int *i,
                         struct vtb_error *error)
{
    const char *argument = strcmp(argv[*i], "-h") == 0 ? "--help" : argv[*i];
    const char *name = strncmp(argument, "--", 2) == 0 ? argument + 2 : "";
    size_t name_n = strcspn(name, "=");
    if (name_n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "unexpected argument '%.*s%s'; an option is --NAME VALUE or --NAME=VALUE%s",
                        VTB_SHOWN_MAX, argument, vtb_ellipsis(argument), file_hint(argument));
    const struct vtb_option *option = vtb_find_option(name, name_n, options->command);
    if (!option)
        return unknown_option(argument, name_n, options->command, error);
    if (!vtb_option_is_of(option, options->command))
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s is not an option of '%s'", option->name,
                        vtb_command_rows[options->command].word);
    if (!option->metavar) {
        return name[name_n] == '='
                   ? vtb_refuse_value(option, name + name_n + 1, "a flag takes no value", error)
                   : set(options, option, "1", error);
    }
    if (name[name_n] == '=')
        return set(options, option, name + name_n + 1, error);
    if (option->if_bare && (*i + 1 >= argc || strncmp(argv[*i + 1], "--", 2) == 0))
        return set(options, option, option->if_bare, error);
    if (*i + 1 >= argc)
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s: no value; accepted: %s", option->name,
                        option->accepts);
    return set(options, option, argv[++*i], error);
}

static bool parse_command(struct vtb_options *options, const char *word, struct vtb_error *error)
{
    struct vtb_names known = {.n = 0};
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        if (strcmp(word, vtb_command_rows[i].word) == 0) {
            options->command = (enum vtb_command)i;
            return true;
        }
        (void)vtb_names_add(&known, vtb_command_rows[i].word);
    }
    char nearest[128];
    vtb_names_nearest(&known, NULL, word, nearest, sizeof nearest);
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "unknown command '%.*s%s'; nearest: %s; `run_bench --help` shows all",
                    VTB_SHOWN_MAX, word, vtb_ellipsis(word), nearest);
}

static bool is_standard_input(const char *path)
{
    return path && (strcmp(path, "-") == 0 || strcmp(path, "/dev/stdin") == 0);
}

/* Checks that a gate has one thing to be held against. */
static bool check_against(const struct vtb_options *options, struct vtb_error *error)
{
    static const char *const others[] = {"baseline", "any-toolchain", "save-baseline", "history",
                                         "trace"};
    const bool given[] = {options->baseline != NULL, options->any_toolchain,
                          options->save_baseline != NULL, options->history != NULL,
                          options->trace_path != NULL};
    for (size_t i = 0; i < sizeof given / sizeof *given; i++) {
        if (given[i])
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s is of a gate with a baseline; leave it or --against out",
                            others[i]);
    }
    return true;
}

/* Checks that a gate with a baseline is not told which cases to run. */
static bool check_baseline(const struct vtb_options *options, struct vtb_error *error)
{
    for (size_t i = 0; i < options->given_n; i++) {
        const char *name = options->given[i].name;
        if (vtb_option_needs_against(vtb_find_option(name, strlen(name), options->command)))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--%s is of a gate with --against; a baseline has in it what is run, "
                            "so leave it or --baseline out",
                            name);
    }
    return true;
}

/* Checks what a gate is held against. */
static bool check_gate(const struct vtb_options *options, struct vtb_error *error)
{
    if (options->against)
        return check_against(options, error);
    if (!options->baseline)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--baseline FILE is needed, which `run_bench run --save-baseline FILE` "
                        "makes, or --against BUILD");
    return check_baseline(options, error);
}

static size_t standard_inputs_n(const struct vtb_options *options)
{
    size_t n = 0;
    for (size_t i = 0; i < options->files_n; i++)
        n += is_standard_input(options->files[i]);
    return n;
}

/* Checks that the files are given without which a command cannot do. */
static bool check_files(const struct vtb_options *options, struct vtb_error *error)
{
    if (options->help || options->version)
        return true;
    if (options->command == VTB_COMMAND_COMPARE && options->files_n < 2)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "two result files are needed: run_bench compare BEFORE.json AFTER.json");
    if (options->command == VTB_COMMAND_MERGE && options->files_n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "the result files of all shards are needed: run_bench merge FILE.json...");
    if (standard_inputs_n(options) > 1)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "%s: standard input, -, can be read once; name another file",
                        vtb_command_rows[options->command].word);
    if (is_standard_input(options->baseline) && is_standard_input(options->trace_path))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--baseline and --trace: standard input, -, can be read once; name another "
                        "file");
    if (options->command == VTB_COMMAND_NEW && options->files_n < 2)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "what to make, and where, are needed: run_bench new strategy FILE.c, or "
                        "FILE.cc, or run_bench new workload FILE.h");
    if (options->command == VTB_COMMAND_HISTORY && options->files_n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "a history is needed: run_bench history FILE.jsonl, or a folder of result "
                        "files, or these; `run_bench run --history FILE.jsonl` makes it");
    if (options->command == VTB_COMMAND_COMPARE_BUILDS && options->files_n < 2)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "two builds are needed: run_bench compare-builds A B; each is a folder of "
                        "a build, or a revision of git's");
    return options->command != VTB_COMMAND_GATE || check_gate(options, error);
}

/* As many files as a command line can name, by options and without. */
#define NAMED_OPTIONS_MAX 64
#define NAMED_FILES_MAX (NAMED_OPTIONS_MAX + VTB_FILES_MAX)

struct named_files {
    struct vtb_named_file items[NAMED_FILES_MAX];
    size_t n;
};

static void add_file(struct named_files *files, const char *option, const char *path,
                     bool is_written)
{
    if (path && files->n < NAMED_FILES_MAX)
        files->items[files->n++] = (struct vtb_named_file){option, path, is_written};
}

/* Adds the files of a user's own entries. */
static void add_sources(struct named_files *files)
{
    const struct vtb_strategy_entry *strategy;
    const struct vtb_workload_entry *workload;
    for (size_t i = 0; (strategy = vtb_foreign_strategy_at(i)); i++)
        add_file(files, "--strategy", strategy->path, false);
    for (size_t i = 0; (workload = vtb_foreign_workload_at(i)); i++)
        add_file(files, "--workload", workload->path, false);
}

/* Checks that a command overwrites nothing of what it reads, and nothing of what it writes. */
static bool check_distinct(const struct vtb_options *options, struct vtb_error *error)
{
    static const char standard_input[] = "/dev/stdin";
    struct named_files files = {.n = 0};
    char names[NAMED_OPTIONS_MAX][32];
    for (size_t i = 0; vtb_option_at(i) && files.n < NAMED_OPTIONS_MAX; i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (option->file == VTB_FILE_NONE || !vtb_option_is_of(option, options->command))
            continue;
        const char *path;
        memcpy(&path, (const char *)options + option->offset, sizeof path);
        if (path && option->file == VTB_FILE_READ && strcmp(path, "-") == 0)
            path = standard_input;
        (void)snprintf(names[files.n], sizeof names[0], "--%s", option->name);
        add_file(&files, names[files.n], path, option->file == VTB_FILE_WRITTEN);
    }
    for (size_t i = 0; i < options->files_n && options->command != VTB_COMMAND_COMPARE_BUILDS; i++)
        add_file(&files, vtb_command_rows[options->command].word, options->files[i], false);
    add_sources(&files);
    add_file(&files, "standard output", "/dev/stdout", true);
    add_file(&files, "standard error", "/dev/stderr", true);
    return options->help || options->version || vtb_output_distinct(files.items, files.n, error);
}

/* How many files a command takes without an option. */
static size_t files_max(enum vtb_command command)
{
    if (command == VTB_COMMAND_HISTORY || command == VTB_COMMAND_MERGE)
        return VTB_FILES_MAX;
    return command == VTB_COMMAND_COMPARE || command == VTB_COMMAND_NEW ||
                   command == VTB_COMMAND_COMPARE_BUILDS
               ? 2
               : 0;
}

/* Whether an argument is such a file. */
static bool is_file(const struct vtb_options *options, const char *argument)
{
    if (options->files_n == files_max(options->command))
        return false;
    const bool takes_input = options->command == VTB_COMMAND_COMPARE ||
                             options->command == VTB_COMMAND_HISTORY ||
                             options->command == VTB_COMMAND_MERGE;
    return argument[0] != '-' || (takes_input && strcmp(argument, "-") == 0);
}

/* Whether an argument is a file behind as many as a list of files may have. */
static bool is_beyond(const struct vtb_options *options, const char *argument)
{
    return options->files_n == VTB_FILES_MAX && argument[0] != '-';
}

/* Parses the arguments from the i-th on. On false *error is on the first that is wrong. */
static bool parse_arguments(struct vtb_options *options, int argc, char **argv, int i,
                            struct vtb_error *error)
{
    struct vtb_error later;
    bool ok = true;
    for (; i < argc; i++) {
        if (is_file(options, argv[i]))
            options->files[options->files_n++] = argv[i];
        else if (is_beyond(options, argv[i]))
            ok = vtb_fail(ok ? error : &later, VTB_EXIT_USAGE,
                          "%s: '%.*s%s' is one of more than %d files; accepted: up to so many",
                          vtb_command_rows[options->command].word, VTB_SHOWN_MAX, argv[i],
                          vtb_ellipsis(argv[i]), VTB_FILES_MAX);
        else
            ok = parse_option(options, argc, argv, &i, ok ? error : &later) && ok;
    }
    return ok;
}

static bool check_length(const struct vtb_options *options, struct vtb_error *error)
{
    return options->time_s == 0 || options->rounds < 0 ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--time and --rounds both say how long to measure; give one of them");
}

bool vtb_options_parse(struct vtb_options *options, int argc, char **argv, struct vtb_error *error)
{
    *options = (struct vtb_options){
        .arguments_n = argc,
        .arguments = argv,
        .consumer = VTB_CONSUMER_INDEPENDENT,
        .rounds = -1,
        .epoch_ms = -1,
        .seed = 1,
        .live_heap_bytes = -1,
        .caller = VTB_CALLER_AS_METHOD,
        .check_s = 20,
        .doctor_s = 2,
        .results_dir = "results",
    };
    struct vtb_error later; /* than the first, which is the one that is told */
    int i = 1;
    options->help = argc > 1 && strcmp(argv[1], "help") == 0; /* a command may follow it */
    i += options->help;
    if (i < argc && argv[i][0] != '-' && !parse_command(options, argv[i++], error))
        return false;
    bool ok = check_environment(error) && parse_environment(options, error);
    const double twin_rounds = options->rounds;
    const double twin_time_s = options->time_s;
    options->rounds = -1;
    options->time_s = 0;
    ok = parse_arguments(options, argc, argv, i, ok ? error : &later) && ok;
    /* Rounds or a time on the command line win over both of them in the environment. */
    if (options->rounds < 0 && options->time_s == 0) {
        options->rounds = twin_rounds;
        options->time_s = twin_time_s;
    }
    if (options->margin_percent == 0)
        options->margin_percent =
            options->against || options->command == VTB_COMMAND_COMPARE_BUILDS ? 2 : 5;
    ok = ok && check_length(options, error) && check_files(options, error);
    options->distinct = check_distinct(options, ok ? error : &later);
    return ok && options->distinct;
}

bool vtb_options_takes(const struct vtb_options *options, const char *name)
{
    const struct vtb_option *option = vtb_find_option(name, strlen(name), options->command);
    return option && vtb_option_is_of(option, options->command);
}

/* --- the same cases again --- */

static char *argument_of(const char *name, const char *text)
{
    char *argument = NULL;
    return asprintf(&argument, "--%s=%s", name, text) < 0 ? NULL : argument;
}

static char *argument_of_format(const struct vtb_trace_format *format)
{
    char *argument = NULL;
    const char *word = vtb_trace_format_words[format->kind];
    if (!format->column)
        return argument_of("trace-format", word);
    return asprintf(&argument, "--trace-format=%s:%s", word, format->column) < 0 ? NULL : argument;
}

/* Makes an argument of an option that was given. A flag that was switched off needs none. */
static char *argument_of_given(const struct vtb_given *given)
{
    const struct vtb_option *option =
        vtb_find_option(given->name, strlen(given->name), VTB_COMMAND_RUN);
    if (option->metavar)
        return argument_of(given->name, given->text);
    char *argument = NULL;
    return asprintf(&argument, "--%s", given->name) < 0 ? NULL : argument;
}

static bool is_off(const struct vtb_given *given)
{
    const struct vtb_option *option =
        vtb_find_option(given->name, strlen(given->name), VTB_COMMAND_RUN);
    return !option->metavar && strcmp(given->text, "0") == 0;
}

char **vtb_options_arguments(const struct vtb_options *options)
{
    char **arguments = calloc(options->given_n + 6, sizeof *arguments);
    size_t n = 0;
    if (!arguments)
        return NULL;
    arguments[n++] = strdup("run_bench");
    arguments[n++] = strdup("run");
    arguments[n++] = strdup("--keep-environment");
    for (size_t i = 0; i < options->given_n; i++) {
        if (options->given[i].of_cases && !is_off(&options->given[i]))
            arguments[n++] = argument_of_given(&options->given[i]);
    }
    if (options->trace_path) {
        arguments[n++] = argument_of("trace", options->trace_path);
        arguments[n++] = argument_of_format(&options->trace_format);
    }
    for (size_t i = 0; i < n; i++) {
        if (arguments[i])
            continue;
        vtb_options_free_arguments(arguments);
        return NULL;
    }
    return arguments;
}

void vtb_options_free_arguments(char **arguments)
{
    for (size_t i = 0; arguments && arguments[i]; i++)
        free(arguments[i]);
    free(arguments);
}
