#include "report/plots.h"

#include <limits.h>
#include <stdint.h>
#include <stdio.h>
#include <unistd.h>

#include "base/child.h"
#include "base/output.h"
#include "cells/home.h"

/* A script, and the program that runs it. */
struct plotter {
    enum vtb_plot_by by;
    const char *script;  /* in the scripts' directory */
    const char *program; /* null: the script itself */
    const char *option;
    const char *before_dir; /* the option before the folder; null: none */
    const char *package;
};

static const struct plotter plotters[] = {
    {VTB_PLOT_BY_MATPLOTLIB, "plot.py", NULL, NULL, "--out", "python3-matplotlib"},
    {VTB_PLOT_BY_GNUPLOT, "plot.gp", "gnuplot", "-c", NULL, "gnuplot-nox"},
};

#define PLOTTERS_N (sizeof plotters / sizeof *plotters)

/* The exit status of a child that could not become the program, as of a shell. */
#define NOT_STARTED 127

/* The task of a child process. */
struct drawing {
    const struct plotter *plotter;
    char script[PATH_MAX];
    const char *dir;
    const char *result_file;
};

/* Finds a script, in the folder scripts/ beside the sources of cells. */
static bool find_script(const char *name, char path[PATH_MAX], struct vtb_error *error)
{
    const struct vtb_home *home = vtb_home(error);
    if (!home)
        return false;
    if (snprintf(path, PATH_MAX, "%s/scripts/%s", home->root, name) < PATH_MAX &&
        access(path, R_OK) == 0)
        return true;
    return vtb_fail(error, VTB_EXIT_INTERNAL,
                    "--plot: scripts/%s is not where the sources are: there is no '%.700s'", name,
                    path);
}

static bool is_meant(const struct plotter *plotter, int by)
{
    return by == VTB_PLOT_BY_BOTH || by == (int)plotter->by;
}

bool vtb_plots_check(const char *dir, int by, struct vtb_error *error)
{
    char path[PATH_MAX];
    for (size_t i = 0; i < PLOTTERS_N; i++) {
        if (is_meant(&plotters[i], by) && !find_script(plotters[i].script, path, error))
            return false;
    }
    return vtb_output_check_folder("plot", dir, error);
}

/* Runs a script in place of the child process. Its output goes to standard error, as standard
 * output is for figures. */
static bool draw(void *context, struct vtb_error *error)
{
    struct drawing *drawing = context;
    (void)error;
    const struct plotter *plotter = drawing->plotter;
    const char *arguments[8];
    size_t n = 0;
    if (plotter->program) {
        arguments[n++] = plotter->program;
        arguments[n++] = plotter->option;
    }
    arguments[n++] = drawing->script;
    if (plotter->before_dir)
        arguments[n++] = plotter->before_dir;
    arguments[n++] = drawing->dir;
    arguments[n++] = drawing->result_file;
    arguments[n] = NULL;
    (void)dup2(STDERR_FILENO, STDOUT_FILENO);
    execvp(arguments[0], (char *const *)(uintptr_t)arguments);
    _exit(NOT_STARTED);
}

bool vtb_plots_draw(const char *dir, int by, const char *result_file, struct vtb_error *error)
{
    bool ok = true;
    for (size_t i = 0; i < PLOTTERS_N; i++) {
        if (!is_meant(&plotters[i], by))
            continue;
        struct drawing drawing = {.plotter = &plotters[i], .dir = dir, .result_file = result_file};
        struct vtb_child child = {.name = plotters[i].script, .run = draw, .context = &drawing};
        struct vtb_child_end end;
        struct vtb_error reason;
        if (!find_script(plotters[i].script, drawing.script, &reason) ||
            !vtb_child_try(&child, &end, &reason))
            ;
        else if (end.how == VTB_CHILD_LEFT && end.number == 0)
            continue;
        else if (end.how == VTB_CHILD_LEFT && end.number == NOT_STARTED)
            vtb_error_set(
                &reason, VTB_EXIT_INTERNAL, "--plot: %s cannot be started; install the package %s",
                plotters[i].program ? plotters[i].program : drawing.script, plotters[i].package);
        else
            vtb_error_set(&reason, VTB_EXIT_INTERNAL, "--plot: %s drew nothing of '%.300s'",
                          plotters[i].script, result_file);
        *error = reason;
        ok = false;
    }
    return ok;
}
