#include "report/plots.h"

#include <unistd.h>

#include "base/interrupt.h"
#include "base/output.h"
#include "report/script.h"

#define PLOTTERS_N 2

/* The scripts that draw a result file; `n` of them are meant. Their output goes to standard error,
 * as standard output is for figures. */
static size_t list_plotters(struct vtb_script plotters[PLOTTERS_N], const char *dir, int by,
                            const char *result_file)
{
    size_t n = 0;
    if (by != VTB_PLOT_BY_GNUPLOT)
        plotters[n++] = (struct vtb_script){.option = "--plot",
                                            .name = "plot.py",
                                            .fails_as = "drew nothing",
                                            .package = "python3-matplotlib",
                                            .arguments = {"--out", dir, result_file},
                                            .output = STDERR_FILENO};
    if (by != VTB_PLOT_BY_MATPLOTLIB)
        plotters[n++] = (struct vtb_script){.option = "--plot",
                                            .name = "plot.gp",
                                            .fails_as = "drew nothing",
                                            .package = "gnuplot-nox",
                                            .program = "gnuplot",
                                            .program_option = "-c",
                                            .arguments = {dir, result_file},
                                            .output = STDERR_FILENO};
    return n;
}

bool vtb_plots_check(const char *dir, int by, struct vtb_error *error)
{
    struct vtb_script plotters[PLOTTERS_N];
    const size_t n = list_plotters(plotters, dir, by, NULL);
    for (size_t i = 0; i < n; i++) {
        if (!vtb_script_check(&plotters[i], error))
            return false;
    }
    return vtb_output_check_folder("plot", dir, error);
}

bool vtb_plots_draw(const char *dir, int by, const char *result_file, struct vtb_error *error)
{
    struct vtb_script plotters[PLOTTERS_N];
    const size_t n = list_plotters(plotters, dir, by, result_file);
    struct vtb_error reason;
    bool ok = true;
    for (size_t i = 0; i < n && (ok || !vtb_is_interrupt(error)); i++)
        ok = vtb_script_run(&plotters[i], ok ? error : &reason) && ok;
    return ok;
}
