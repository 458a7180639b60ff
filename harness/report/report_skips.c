#include "report/report_skips.h"

#include "base/prose.h"

static void print_skips(FILE *out, const void *what)
{
    const struct vtb_skips *skips = what;
    for (size_t i = 0; i < skips->n; i++) {
        const struct vtb_skip *skip = &skips->items[i];
        fputs("Left out: ", out);
        if (skip->strategy)
            fprintf(out, "%s, ", skip->strategy);
        fprintf(out, "%s%s: %s.\n", skip->is_guest ? "guest " : "", skip->what, skip->reason);
    }
}

void vtb_report_skips(FILE *out, const struct vtb_skips *skips, size_t line_width)
{
    vtb_print_wrapped_by(out, print_skips, skips, line_width);
}
