#include "report/report_environment.h"

#include <stdlib.h>

#include "base/prose.h"
#include "passes/environment.h"

/* A value, which may hold anything, is left to the result file. */
static void print_names(FILE *out, char *const *variables)
{
    for (size_t i = 0; variables[i]; i++) {
        char *name = vtb_environment_name(variables[i]);
        fprintf(out, "%s%s", i > 0 ? ", " : "", name);
        free(name);
    }
}

static void print(FILE *out, const void *what)
{
    (void)what;
    if (vtb_environment_removed()[0]) {
        fputs("Taken out of the environment of what was measured: ", out);
        print_names(out, vtb_environment_removed());
        fputs(". --keep-environment leaves it in.\n", out);
    }
    if (vtb_environment_kept()[0]) {
        fputs("Left in the environment, so that figures are of it: ", out);
        print_names(out, vtb_environment_kept());
        fputs(".\n", out);
    }
}

void vtb_report_environment(FILE *out, size_t line_width)
{
    vtb_print_wrapped_by(out, print, NULL, line_width);
}
