#include "report/histograms.h"

#include <limits.h>

#include "base/output.h"

static void print_text(FILE *out, const void *what, enum vtb_format format)
{
    (void)format;
    fputs(what, out);
}

static bool write_case(const struct vtb_figures *figures, const char *stem, const char *number,
                       struct vtb_error *error)
{
    const struct vtb_case *the_case = figures->the_case;
    char path[PATH_MAX];
    snprintf(path, sizeof path, "%s.%s-%s%s%s.hgrm", stem, the_case->timing->name,
             the_case->heap->name, the_case->timing->kind.async ? "-async" : "", number);
    return vtb_output_file(path, print_text, figures->pressure.hgrm, VTB_FORMAT_TABLE, error);
}

/* Writes the pauses of each point's first consumer: those of the other are of the same objects. */
bool vtb_histograms_write(const struct vtb_results *results, const char *stem,
                          struct vtb_error *error)
{
    const struct vtb_plan *plan = results->plan;
    struct vtb_error reason;
    bool ok = true;
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        char number[24] = "";
        if (comparison->consumer != plan->consumers[0])
            continue;
        if (plan->points_n > 1)
            snprintf(number, sizeof number, "-%zu", (size_t)(comparison->point - plan->points) + 1);
        for (size_t own = 0; own < comparison->point->cases_n; own++) {
            const struct vtb_figures *figures = &comparison->figures[own];
            if (figures->pressure.hgrm && figures->the_case->serial == own)
                ok = write_case(figures, stem, number, ok ? error : &reason) && ok;
        }
    }
    return ok;
}
