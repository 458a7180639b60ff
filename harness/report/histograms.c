#include "report/histograms.h"

#include <limits.h>

#include "base/output.h"
#include "report/case_names.h"

/* A distribution, and whose it is. */
struct histogram {
    const struct vtb_comparison *comparison;
    const struct vtb_figures *figures;
};

void vtb_histogram_print_name(FILE *out, const char *name)
{
    fprintf(out, "#[Case    = %s]\n", name);
}

static void print_histogram(FILE *out, const void *what, enum vtb_format format)
{
    const struct histogram *histogram = what;
    char name[VTB_CASE_NAME_BYTES];
    (void)format;
    vtb_case_name(name, sizeof name, histogram->comparison, histogram->figures);
    fputs(histogram->figures->pressure.hgrm, out);
    vtb_histogram_print_name(out, name);
}

static bool write_case(const struct histogram *histogram, const struct vtb_plan *plan,
                       const char *stem, struct vtb_error *error)
{
    char part[VTB_FILE_PART_BYTES];
    char path[PATH_MAX];
    vtb_case_file_part(part, plan, histogram->comparison->point, histogram->figures->the_case);
    (void)snprintf(path, sizeof path, "%s.%s.hgrm", stem, part);
    return vtb_output_file(path, print_histogram, histogram, VTB_FORMAT_TABLE, error);
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
        if (comparison->consumer != plan->consumers[0])
            continue;
        for (size_t own = 0; own < comparison->point->cases_n; own++) {
            const struct histogram histogram = {comparison, &comparison->figures[own]};
            if (histogram.figures->pressure.hgrm && histogram.figures->the_case->serial == own)
                ok = write_case(&histogram, plan, stem, ok ? error : &reason) && ok;
        }
    }
    return ok;
}
