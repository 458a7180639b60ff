#include "plan/completion.h"

#include <string.h>

#include "plan/option_table.h"
#include "plan/option_values.h"

/* --- values --- */

enum kind { KIND_FLAG, KIND_ANY, KIND_WORD, KIND_LIST, KIND_FILE, KIND_FOLDER };

static const char *const kind_words[] = {"flag", "any", "word", "list", "file", "folder"};

static enum kind kind_of(const struct vtb_option *option)
{
    if (!option->metavar)
        return KIND_FLAG;
    if (option->words)
        return KIND_WORD;
    if (option->known)
        return option->parse == vtb_parse_names ? KIND_LIST : KIND_WORD;
    if (option->file != VTB_FILE_NONE)
        return KIND_FILE;
    return strcmp(option->metavar, "DIR") == 0 ? KIND_FOLDER : KIND_ANY;
}

static void print_words(FILE *out, const char *const *words, size_t words_n)
{
    for (size_t i = 0; i < words_n; i++)
        fprintf(out, " %s", words[i]);
}

static void print_names(FILE *out, void (*add)(struct vtb_names *names))
{
    struct vtb_names names = {.n = 0};
    if (add)
        add(&names);
    print_words(out, names.items, names.n);
}

/* Prints the words that an option's value may be, a space before each; none of them has a character
 * that is more than itself to a shell. */
static void print_values(FILE *out, const struct vtb_option *option)
{
    for (size_t i = 0; option->words && option->words[i]; i++)
        fprintf(out, " %s", option->words[i]);
    print_names(out, option->known);
    print_names(out, option->variants);
    print_names(out, option->aliases);
    if (kind_of(option) == KIND_LIST)
        fputs(" all", out);
}

/* --- bash --- */

static void print_bash_command(FILE *out, enum vtb_command command)
{
    const char *separator = "options='";
    fprintf(out, "    %s)\n        ", vtb_command_rows[command].word);
    for (size_t i = 0; vtb_option_at(i); i++) {
        if (!vtb_option_is_of(vtb_option_at(i), command))
            continue;
        fprintf(out, "%s--%s", separator, vtb_option_at(i)->name);
        separator = " ";
    }
    fprintf(out, "'\n        arguments='%s'\n        ;;\n", vtb_command_arguments(command));
}

static void print_bash_commands(FILE *out)
{
    fputs("_run_bench_commands() {\n    commands='", out);
    for (int i = 0; i < VTB_COMMAND_N; i++)
        fprintf(out, "%s ", vtb_command_rows[i].word);
    fputs("help'\n}\n\n_run_bench_command() {\n    case $1 in\n", out);
    for (int i = 0; i < VTB_COMMAND_N; i++)
        print_bash_command(out, (enum vtb_command)i);
    fputs("    *) return 1 ;;\n    esac\n}\n\n", out);
}

/* Prints the branch of an option's row, for all commands that take it. */
static void print_bash_value(FILE *out, const struct vtb_option *option)
{
    const char *separator = "    ";
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        if (!vtb_option_is_of(option, (enum vtb_command)i))
            continue;
        fprintf(out, "%s%s:--%s", separator, vtb_command_rows[i].word, option->name);
        separator = " | ";
    }
    fprintf(out, ")\n        kind=%s\n        values='", kind_words[kind_of(option)]);
    print_values(out, option);
    fprintf(out, "'\n        with_files=%s\n        optional=%s\n        ;;\n",
            option->bring ? "1" : "", option->if_bare ? "1" : "");
}

void vtb_completion_bash(FILE *out)
{
    print_bash_commands(out);
    fputs("_run_bench_value() {\n    case $1:$2 in\n", out);
    for (size_t i = 0; vtb_option_at(i); i++)
        print_bash_value(out, vtb_option_at(i));
    fputs("    *) return 1 ;;\n    esac\n}\n\n", out);
}

/* --- zsh --- */

/* Prints the first words of a text, up to what ends a clause, for a spec in single quotes. */
static void print_clause(FILE *out, const char *text)
{
    const size_t n = strcspn(text, ":;");
    for (size_t i = 0; i < n && text[i]; i++) {
        if (text[i] == '\'')
            fputs("'\\''", out);
        else if (strchr("[]\\", text[i]))
            fprintf(out, "\\%c", text[i]);
        else
            putc(text[i] == '\n' ? ' ' : text[i], out);
    }
}

/* Prints what _arguments does for the value of an option. */
static void print_zsh_action(FILE *out, const struct vtb_option *option)
{
    switch (kind_of(option)) {
    case KIND_WORD:
        fputs("(", out);
        print_values(out, option);
        fputs(" )", out);
        break;
    case KIND_LIST:
        fputs("{ _sequence compadd -", out);
        print_values(out, option);
        fputs(option->bring ? "; _files }" : " }", out);
        break;
    case KIND_FILE:
        fputs("_files", out);
        break;
    case KIND_FOLDER:
        fputs("_files -/", out);
        break;
    case KIND_FLAG:
    case KIND_ANY:
        fputs(" ", out);
        break;
    }
}

/* Prints the spec of an option. _arguments would complete no further option behind one whose value
 * may be missing, so none is told of it. */
static void print_zsh_spec(FILE *out, const struct vtb_option *option)
{
    const bool has_value = option->metavar && !option->if_bare;
    fprintf(out, "            '--%s%s[", option->name, has_value ? "=" : "");
    print_clause(out, option->help);
    putc(']', out);
    if (has_value) {
        fprintf(out, ":%s:", option->metavar);
        print_zsh_action(out, option);
    }
    fputs("'\n", out);
}

/* Prints specs for what a command takes without an option: words, as strategy|workload, or files,
 * as FILE, which may be more than one. */
static void print_zsh_arguments(FILE *out, enum vtb_command command)
{
    const char *rest = vtb_command_arguments(command);
    for (int place = 1; *rest; place++) {
        const int n = (int)strcspn(rest, " ");
        if (*rest >= 'a' && *rest <= 'z') {
            fprintf(out, "            '%d:what:(", place);
            for (int i = 0; i < n; i++)
                putc(rest[i] == '|' ? ' ' : rest[i], out);
            fputs(")'\n", out);
        } else if (rest[n - 1] == '.') {
            fprintf(out, "            '*:%.*s:_files'\n", n, rest);
        } else {
            fprintf(out, "            '%d:%.*s:_files'\n", place, n, rest);
        }
        rest += n + (rest[n] == ' ');
    }
}

void vtb_completion_zsh(FILE *out)
{
    fputs("#compdef run_bench\n\n_run_bench_commands() {\n    commands=(\n", out);
    for (int i = 0; i < VTB_COMMAND_N; i++) {
        fprintf(out, "        '%s:", vtb_command_rows[i].word);
        print_clause(out, vtb_command_rows[i].summary);
        fputs("'\n", out);
    }
    fputs("    )\n}\n\n_run_bench_specs() {\n    case $1 in\n", out);
    for (int command = 0; command < VTB_COMMAND_N; command++) {
        fprintf(out, "    %s)\n        specs=(\n", vtb_command_rows[command].word);
        for (size_t i = 0; vtb_option_at(i); i++) {
            if (vtb_option_is_of(vtb_option_at(i), (enum vtb_command)command))
                print_zsh_spec(out, vtb_option_at(i));
        }
        print_zsh_arguments(out, (enum vtb_command)command);
        fputs("        )\n        ;;\n", out);
    }
    fputs("    *) return 1 ;;\n    esac\n}\n\n", out);
}
