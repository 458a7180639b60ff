/* The help of a command, from the rows of the command line. */
#include "plan/option_table.h"

/* Prints the names that stand in when the option is not given. */
static void print_defaults(FILE *out, const struct vtb_option *option)
{
    struct vtb_names known = {.n = 0};
    const char *separator = "      default: ";
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

static const char *arguments_of(enum vtb_command command)
{
    if (command == VTB_COMMAND_NEW)
        return " strategy|workload FILE";
    if (command == VTB_COMMAND_HISTORY)
        return " FILE.jsonl|FOLDER|RESULT.json...";
    return command == VTB_COMMAND_COMPARE          ? " BEFORE.json AFTER.json"
           : command == VTB_COMMAND_COMPARE_BUILDS ? " A B"
                                                   : "";
}

void vtb_options_help(FILE *out, enum vtb_command command)
{
    fprintf(out, "usage: run_bench %s%s%s%s [OPTIONS]\n\n%s\n",
            command == VTB_COMMAND_RUN ? "[" : "", vtb_command_rows[command].word,
            command == VTB_COMMAND_RUN ? "]" : "", arguments_of(command),
            vtb_command_rows[command].description);
    if (command == VTB_COMMAND_RUN) {
        fputs("Commands:\n", out);
        for (int i = 0; i < VTB_COMMAND_N; i++)
            fprintf(out, "  %-8s %s\n", vtb_command_rows[i].word, vtb_command_rows[i].summary);
        putc('\n', out);
    }
    fputs("Options (as --name VALUE or --name=VALUE, or in the environment as VTB_NAME):\n", out);
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (!vtb_option_is_of(option, command))
            continue;
        fprintf(out, "  --%s%s%s\n", option->name, option->metavar ? " " : "",
                option->metavar ? option->metavar : "");
        print_indented(out, option->help);
        if (option->is_default)
            print_defaults(out, option);
    }
    if (command == VTB_COMMAND_RUN) {
        fputs(
            "\nExamples:\n"
            "  run_bench --hit-rate 0.8\n"
            "  run_bench --hit-rate 0.5,0.8,0.95 --in-flight 1024\n"
            "  run_bench --hit-rate 80% --format json --export-csv figures.csv\n"
            "\nExit status: 0 ok, 1 internal error or output that could not be written, 2 usage,\n"
            "3 worse than the baseline (of `gate`) or something wrong (of `check`),\n"
            "4 inconclusive, 5 no such baseline (of `gate`), 130 interrupted.\n"
            "\ndocs/GLOSSARY.md has the terms in a sentence each, docs/CLI.md says more of the\n"
            "options; an installed copy has both in share/doc/valuetask-bench/docs.\n",
            out);
    }
}
