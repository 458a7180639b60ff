/*
 * A target of libFuzzer's: the input is a command line, whose arguments end in NULs. It is refused
 * as wrong usage in one line without control characters, or read: then the arguments that another
 * process is given are read too, and say the same.
 *
 * There are entries of one name of each kind, and no files.
 */
#include <ctype.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cells/foreign.h"
#include "plan/option_table.h"
#include "plan/trace.h"

#define ARGUMENTS_MAX 64

int LLVMFuzzerInitialize(int *argc, char ***argv);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* --- entries --- */

static const struct vtb_strategy strategy = {.role = VTB_ROLE_BASELINE};
static const struct vtb_heap heap = {.is_default = true};
static const char variant[] = "task@checked";

const struct vtb_strategy_entry vtb_strategies[] = {{.name = "task"}, {.name = NULL}};
const struct vtb_workload_entry vtb_workloads[] = {{.name = "cache"}, {.name = NULL}};
const struct vtb_heap_entry vtb_heaps[] = {{"heap", &heap}, {NULL, NULL}};
const char vtb_default_workload_name[] = "cache";
const char *const vtb_trace_format_words[] = {"text", "be32", "arc", "csv", NULL};
const char *const vtb_store_words[] = {"simulated", "outside", NULL};

const struct vtb_workload_entry *vtb_find_workload(const char *name)
{
    return strcmp(name, vtb_workloads[0].name) == 0 ? vtb_workloads : NULL;
}

const struct vtb_heap_entry *vtb_find_heap(const char *name)
{
    return strcmp(name, vtb_heaps[0].name) == 0 ? vtb_heaps : NULL;
}

const char *vtb_find_name(const char *name)
{
    return strcmp(name, vtb_strategies[0].name) == 0 ? vtb_strategies[0].name
           : strcmp(name, variant) == 0              ? variant
                                                     : NULL;
}

const struct vtb_strategy *vtb_find_strategy(const char *name)
{
    return vtb_find_name(name) ? &strategy : NULL;
}

const struct vtb_strategy_entry *vtb_find_role(enum vtb_role role)
{
    return role == VTB_ROLE_BASELINE ? vtb_strategies : NULL;
}

const char *vtb_variant_at(size_t i)
{
    return i == 0 ? variant : NULL;
}

bool vtb_is_path(const char *text)
{
    return strchr(text, '/') != NULL;
}

const char *vtb_foreign_add_strategy(const char *path, struct vtb_error *error)
{
    vtb_error_set(error, VTB_EXIT_USAGE, "'%s' is not there", path);
    return NULL;
}

const char *vtb_foreign_add_workload(const char *path, struct vtb_error *error)
{
    return vtb_foreign_add_strategy(path, error);
}

const struct vtb_strategy_entry *vtb_foreign_strategy_at(size_t i)
{
    (void)i;
    return NULL;
}

const struct vtb_workload_entry *vtb_foreign_workload_at(size_t i)
{
    (void)i;
    return NULL;
}

const char *vtb_alias_at(size_t i)
{
    (void)i;
    return NULL;
}

const char *vtb_named_size(const char *name)
{
    return strncmp(name, "payload_", 8) == 0 ? "payload_48" : NULL;
}

/* --- what holds --- */

static void check_refusal(const struct vtb_error *error)
{
    require(error->exit_code == VTB_EXIT_USAGE, "a refusal is one of usage");
    require(*error->message, "a refusal says why");
    for (const char *at = error->message; *at; at++)
        require(!iscntrl((unsigned char)*at), "messages have no control characters");
}

/* Another process, which is told what this one was, makes the same of it. */
static void check_arguments(const struct vtb_options *options)
{
    static struct vtb_options others;
    struct vtb_error error;
    int n = 0;
    char **arguments = vtb_options_arguments(options);
    require(arguments, "arguments can be made");
    while (arguments[n])
        n++;
    require(vtb_options_parse(&others, n, arguments, &error), "another process reads them");
    for (size_t i = 0; i < VTB_PARAMETERS_N; i++) {
        const struct vtb_numbers *same = &others.parameters[i];
        require(same->n == options->parameters[i].n &&
                    memcmp(same->values, options->parameters[i].values,
                           same->n * sizeof *same->values) == 0,
                "a parameter has the same values");
    }
    require(others.strategies.n == options->strategies.n, "strategies are the same");
    vtb_options_free_arguments(arguments);
}

/* Prints what command lines are made of, as a dictionary of libFuzzer's. */
static void print_words(void)
{
    const struct vtb_option *option;
    for (size_t i = 0; i < VTB_COMMAND_N; i++)
        printf("\"%s\"\n", vtb_command_rows[i].word);
    for (size_t i = 0; (option = vtb_option_at(i)); i++) {
        printf("\"--%s%s\"\n", option->name, option->metavar ? "=" : "");
        for (const char *const *word = option->words; word && *word; word++)
            printf("\"%s\"\n", *word);
    }
    printf("\"task\"\n\"cache\"\n\"heap\"\n\"0:1:0.1\"\n\"1e9\"\n\"0x1\"\n\"%%\"\n");
}

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    if (*argc == 2 && strcmp((*argv)[1], "-words") == 0) {
        print_words();
        exit(0);
    }
    return clearenv(); /* which may have options, too */
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static struct vtb_options options;
    struct vtb_error error = {.exit_code = VTB_EXIT_OK};
    char name[] = "run_bench";
    char *arguments[ARGUMENTS_MAX + 2] = {name};
    int n = 1;
    char *text = malloc(size + 1);
    require(text, "there is memory");
    memcpy(text, data, size);
    text[size] = '\0';
    for (size_t at = 0; at < size && n <= ARGUMENTS_MAX; at += strlen(text + at) + 1)
        arguments[n++] = text + at;
    if (!vtb_options_parse(&options, n, arguments, &error))
        check_refusal(&error);
    else if (options.command == VTB_COMMAND_RUN)
        check_arguments(&options);
    free(text);
    return 0;
}
