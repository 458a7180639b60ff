#include "plan/manual.h"

#include <string.h>

#include "plan/option_table.h"

/* --- texts, as troff takes them --- */

/* Prints a text in which nothing is a request or an escape to troff, and its marks are ASCII's. */
static void print_text(FILE *out, const char *text)
{
    static const char marks[] = "\\-`^~'";
    static const char *const escapes[] = {"\\e", "\\-", "\\(ga", "\\(ha", "\\(ti", "\\(aq"};
    bool begins = true;
    for (; *text; text++) {
        const char *mark = strchr(marks, *text);
        if (begins && *text == '.')
            fputs("\\&", out);
        if (mark)
            fputs(escapes[mark - marks], out);
        else
            putc(*text, out);
        begins = *text == '\n';
    }
}

/* Prints a text on lines of its own. */
static void print_lines(FILE *out, const char *text)
{
    print_text(out, text);
    if (*text && text[strlen(text) - 1] != '\n')
        putc('\n', out);
}

/* Prints a text in a font: B, bold, or I, which is underlined where there is no italic. */
static void print_in(FILE *out, char font, const char *text)
{
    fprintf(out, "\\f%c", font);
    print_text(out, text);
    fputs("\\fR", out);
}

static void print_option_name(FILE *out, const struct vtb_option *option)
{
    fputs("\\fB\\-\\-", out);
    print_text(out, option->name);
    fputs("\\fR", out);
}

/* --- sections --- */

static void print_usage(FILE *out, enum vtb_command command)
{
    const char *arguments = vtb_command_arguments(command);
    fputs("\\fBrun_bench\\fR ", out);
    if (command == VTB_COMMAND_RUN)
        putc('[', out);
    print_in(out, 'B', vtb_command_rows[command].word);
    if (command == VTB_COMMAND_RUN)
        putc(']', out);
    if (*arguments) {
        putc(' ', out);
        print_in(out, 'I', arguments);
    }
    fputs(" [\\fIOPTIONS\\fR]\n", out);
}

static void print_synopsis(FILE *out)
{
    fputs(".SH SYNOPSIS\n.nf\n", out);
    for (int i = 0; i < VTB_COMMAND_N; i++)
        print_usage(out, (enum vtb_command)i);
    fputs(".fi\n", out);
}

static void print_commands(FILE *out)
{
    fputs(".SH COMMANDS\n", out);
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        fputs(".TP\n", out);
        print_in(out, 'B', vtb_command_rows[i].word);
        putc('\n', out);
        print_lines(out, i == VTB_COMMAND_RUN ? vtb_command_rows[i].summary
                                              : vtb_command_rows[i].description);
    }
}

static void print_option(FILE *out, const struct vtb_option *option)
{
    fputs(".TP\n", out);
    print_option_name(out, option);
    if (option->metavar) {
        putc(' ', out);
        print_in(out, 'I', option->metavar);
    }
    putc('\n', out);
    print_lines(out, option->help);
    if (option->is_default) {
        fputs(".br\n", out);
        vtb_option_print_defaults(out, option);
    }
}

/* The command with which an option is explained: the first that takes it. */
static enum vtb_command explained_with(const struct vtb_option *option)
{
    int command = 0;
    while (!vtb_option_is_of(option, (enum vtb_command)command))
        command++;
    return (enum vtb_command)command;
}

/* Explains the options that no earlier command takes; returns whether there are any. */
static bool print_own(FILE *out, enum vtb_command command)
{
    bool any = false;
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (!vtb_option_is_of(option, command) || explained_with(option) != command)
            continue;
        print_option(out, option);
        any = true;
    }
    return any;
}

/* Names the options that a command has in common with an earlier one, with which they are
 * explained, in a paragraph, behind another if one is `below`; returns whether one is now. */
static bool print_shared(FILE *out, enum vtb_command command, enum vtb_command earlier, bool below)
{
    bool any = false;
    for (size_t i = 0; vtb_option_at(i); i++) {
        const struct vtb_option *option = vtb_option_at(i);
        if (!vtb_option_is_of(option, command) || explained_with(option) != earlier)
            continue;
        if (!any) {
            fputs(below ? ".PP\nAs with " : "As with ", out);
            print_in(out, 'B', vtb_command_rows[earlier].word);
        }
        fputs(any ? ",\n" : ":\n", out);
        print_option_name(out, option);
        any = true;
    }
    if (any)
        fputs(".\n", out);
    return below || any;
}

static void print_options(FILE *out)
{
    fputs(
        ".SH OPTIONS\nWritten \\fB\\-\\-name\\fR \\fIVALUE\\fR or "
        "\\fB\\-\\-name=\\fR\\fIVALUE\\fR.\n",
        out);
    for (int command = 0; command < VTB_COMMAND_N; command++) {
        fprintf(out, ".SS Options of %s\n", vtb_command_rows[command].word);
        bool any = print_own(out, (enum vtb_command)command);
        for (int earlier = 0; earlier < command; earlier++)
            any = print_shared(out, (enum vtb_command)command, (enum vtb_command)earlier, any);
    }
}

static void print_examples(FILE *out)
{
    fputs(".SH EXAMPLES\n.nf\n", out);
    for (size_t i = 0; vtb_option_examples[i]; i++) {
        fputs("run_bench ", out);
        print_lines(out, vtb_option_examples[i]);
    }
    fputs(".fi\n", out);
}

/* What is told of by its name: a variable, or a file. */
struct named {
    const char *name;
    const char *text;
};

static const struct named variables[] = {
    {"VTB_...",
     "Twins of the options: VTB_HIT_RATE for --hit-rate; a flag's is 1 or 0. The command line\n"
     "wins. One that is none is refused."},
    {"VTB_CELLS", "A folder of compiled cells that are used as they are."},
    {"XDG_CACHE_HOME", "Where what is compiled is kept; default: ~/.cache"},
    {"TMPDIR", "Where a run has its temporary folders; default: /tmp"},
    {"COLUMNS", "How wide lines are."},
    {"TERM", "Empty or dumb: no line moves, and there are no colours."},
    {"NO_COLOR", "If it is not empty there are no colours."},
    {"GITHUB_ACTIONS", "If it is set, `gate` marks the job's page."},
    {"GITHUB_STEP_SUMMARY", "A file to which --export-markdown adds, if it is told this one."},
};

static const struct named files[] = {
    {"results/run-TIME-PROCESS.json",
     "The result file of a run, and beside it its samples; --results-dir says where."},
    {"${XDG_CACHE_HOME:-~/.cache}/valuetask-bench",
     "What was compiled for this user: cells, and guests. It may be removed."},
};

static void print_named(FILE *out, const char *title, const struct named *items, size_t n)
{
    fprintf(out, ".SH %s\n", title);
    for (size_t i = 0; i < n; i++) {
        fputs(".TP\n", out);
        print_in(out, 'B', items[i].name);
        putc('\n', out);
        print_lines(out, items[i].text);
    }
}

void vtb_manual(FILE *out, const char *version)
{
    fprintf(out, ".TH RUN_BENCH 1 \"\" \"valuetask\\-bench %s\" \"User Commands\"\n", version);
    fputs(
        ".SH NAME\nrun_bench \\- what a method should return that usually has its answer at "
        "hand\n",
        out);
    print_synopsis(out);
    fputs(".SH DESCRIPTION\n", out);
    print_lines(out, vtb_command_rows[VTB_COMMAND_RUN].description);
    print_commands(out);
    print_options(out);
    print_named(out, "ENVIRONMENT", variables, sizeof variables / sizeof *variables);
    print_named(out, "FILES", files, sizeof files / sizeof *files);
    fputs(".SH EXIT STATUS\n", out);
    print_lines(out, vtb_exit_statuses);
    print_examples(out);
    fputs(".SH SEE ALSO\n", out);
    print_lines(out,
                "In share/doc/valuetask-bench/docs of an installed copy: GLOSSARY.md has the "
                "terms in a sentence each,\nCLI.md says more of the options, columns and "
                "files, and METHOD.md how a number is made.");
}
