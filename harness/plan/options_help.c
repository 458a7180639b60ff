/* The help of a command, from the rows of the command line. */
#include <string.h>

#include "plan/option_table.h"

void vtb_option_print_defaults(FILE *out, const struct vtb_option *option)
{
    struct vtb_names known = {.n = 0};
    const char *separator = "default: ";
    option->known(&known);
    for (size_t i = 0; i < known.n; i++) {
        if (option->is_default(known.items[i])) {
            fprintf(out, "%s%s", separator, known.items[i]);
            separator = ", ";
        }
    }
    putc('\n', out);
}

static void print_indented(FILE *out, const char *text)
{
    fputs("      ", out);
    for (; *text; text++) {
        putc(*text, out);
        if (*text == '\n')
            fputs("      ", out);
    }
    putc('\n', out);
}

const char *vtb_command_arguments(enum vtb_command command)
{
    if (command == VTB_COMMAND_NEW)
        return "strategy|workload FILE";
    if (command == VTB_COMMAND_HISTORY)
        return "FILE.jsonl|FOLDER|RESULT.json...";
    if (command == VTB_COMMAND_MERGE)
        return "FILE.json...";
    return command == VTB_COMMAND_COMPARE          ? "BEFORE.json AFTER.json"
           : command == VTB_COMMAND_COMPARE_BUILDS ? "A B"
                                                   : "";
}

/* Prints what the help of a run has besides its options. */
static void print_examples(FILE *out)
{
    fputs("\nExamples:\n", out);
    for (size_t i = 0; vtb_option_examples[i]; i++)
        fprintf(out, "  run_bench %s\n", vtb_option_examples[i]);
    fprintf(out, "\nExit status: %s", vtb_exit_statuses);
    fputs(
        "\ndocs/GLOSSARY.md has the terms in a sentence each, docs/CLI.md says more of the\n"
        "options; an installed copy has both in share/doc/valuetask-bench/docs.\n",
        out);
}

static void print_commands(FILE *out)
{
    size_t width = 0;
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        const size_t n = strlen(vtb_command_rows[i].word);
        width = n > width ? n : width;
    }
    fputs("Commands:\n", out);
    for (int i = 0; i < VTB_COMMAND_N; i++)
        fprintf(out, "  %-*s %s\n", (int)width, vtb_command_rows[i].word,
                vtb_command_rows[i].summary);
    putc('\n', out);
}

static void print_option(FILE *out, const struct vtb_option *option)
{
    fprintf(out, "  --%s%s%s\n", option->name, option->metavar ? " " : "",
            option->metavar ? option->metavar : "");
    print_indented(out, option->help);
    if (option->is_default) {
        fputs("      ", out);
        vtb_option_print_defaults(out, option);
    }
}

/* Prints a command's options: those that a gate takes with --against alone, or all others. */
static void print_options(FILE *out, enum vtb_command command, bool against)
{
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        const bool needs_against = command == VTB_COMMAND_GATE && vtb_option_needs_against(option);
        if (vtb_option_is_of(option, command) && needs_against == against)
            print_option(out, option);
    }
}

void vtb_options_help(FILE *out, enum vtb_command command)
{
    const struct vtb_command_row *row = &vtb_command_rows[command];
    const char *arguments = vtb_command_arguments(command);
    fprintf(out, "usage: run_bench %s%s%s%s%s [OPTIONS]\n\n%s\n",
            command == VTB_COMMAND_RUN ? "[" : "", row->word, command == VTB_COMMAND_RUN ? "]" : "",
            *arguments ? " " : "", arguments, row->description);
    if (command == VTB_COMMAND_RUN)
        print_commands(out);
    fputs("Options (as --name VALUE or --name=VALUE, or in the environment as VTB_NAME):\n", out);
    print_options(out, command, false);
    if (command == VTB_COMMAND_GATE) {
        fputs("\nWith --against, which cases are run; the environment says nothing of these:\n",
              out);
        print_options(out, command, true);
    }
    if (command == VTB_COMMAND_RUN)
        print_examples(out);
}
