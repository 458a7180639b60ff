/*
 * Writes what is installed beside the program, from the same rows as its help, for the build alone:
 *
 *     documents man FILE           the page of the manual
 *     documents bash|zsh FILE CODE what a shell completes, with the code behind it that does so
 */
#include <stdio.h>
#include <string.h>

#include "base/error.h"
#include "build_info.h"
#include "plan/completion.h"
#include "plan/manual.h"

static bool print(FILE *out, const char *what)
{
    if (strcmp(what, "man") == 0)
        vtb_manual(out, VTB_VERSION);
    else if (strcmp(what, "bash") == 0)
        vtb_completion_bash(out);
    else if (strcmp(what, "zsh") == 0)
        vtb_completion_zsh(out);
    else
        return false;
    return true;
}

static bool copy(FILE *out, const char *path)
{
    FILE *in = fopen(path, "re");
    if (!in)
        return false;
    for (int c; (c = getc(in)) != EOF;)
        putc(c, out);
    const bool ok = !ferror(in);
    return fclose(in) == 0 && ok;
}

int main(int argc, char **argv)
{
    FILE *out = argc >= 3 ? fopen(argv[2], "we") : NULL;
    if (!out)
        return VTB_EXIT_USAGE;
    const bool ok = print(out, argv[1]) && (argc == 3 || copy(out, argv[3]));
    return fclose(out) == 0 && ok ? VTB_EXIT_OK : VTB_EXIT_INTERNAL;
}
