/* `run_bench history`: many results, read back. */
#include <libgen.h>
#include <limits.h>
#include <stdlib.h>
#include <sys/stat.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "base/shown.h"
#include "commands/commands.h"
#include "gate/history_file.h"
#include "report/page.h"
#include "report/plots.h"

/* What pictures are drawn of, in their folder. */
#define PLOTTED "history.json"

/* Whether a file is, or would be, in a folder. */
static bool is_in(const char *file, const char *folder)
{
    struct stat own;
    struct stat other;
    char *path = vtb_copy_text(file, "a file's name");
    const bool is_same = stat(dirname(path), &own) == 0 && stat(folder, &other) == 0 &&
                         own.st_dev == other.st_dev && own.st_ino == other.st_ino;
    free(path);
    return is_same;
}

/* Checks that what is added is not read the next time as well, and added again. */
static bool check_places(const struct vtb_options *options, struct vtb_error *error)
{
    for (size_t i = 0; i < options->files_n; i++) {
        if (is_in(options->history, options->files[i]))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--history: '%s%s' is in '%.300s', of which all files are read; give "
                            "one in another folder",
                            vtb_path_dots(options->history), vtb_path_end(options->history),
                            options->files[i]);
    }
    return true;
}

static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    return (!options->history ||
            (check_places(options, error) && vtb_history_check(options->history, error))) &&
           (!options->report || vtb_page_check(options->report, error)) &&
           (!options->plot_dir || vtb_plots_check(options->plot_dir, options->plot_by, error));
}

/* Whether some figures alone are meant, so that no figures are a mistake. */
static bool is_choice(const struct vtb_options *options)
{
    return options->figures.n > 0 || options->strategies.n > 0;
}

/* Reads all sources; what they have goes to `lines` as well, if that is not null. */
static bool read_all(struct vtb_history *history, const struct vtb_options *options, FILE *lines,
                     struct vtb_error *error)
{
    for (size_t i = 0; i < options->files_n; i++) {
        if (!vtb_history_read(history, options->files[i], lines, error))
            return false;
    }
    const char *others = options->files_n > 1 ? " and the others" : "";
    if (history->results_n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE, "'%.700s'%s: no results%s", options->files[0],
                        others, options->since ? " since that date" : "");
    return history->figures_n > 0 || !is_choice(options) ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "'%.700s'%s: %zu result%s, but none of the figures that --strategy and "
                    "--metric choose",
                    options->files[0], others, history->results_n,
                    vtb_plural((double)history->results_n, "", "s"));
}

/* Reads all sources, and adds what they have to a file, which none of them is. */
static bool read_and_add(struct vtb_history *history, const struct vtb_options *options,
                         struct vtb_error *error)
{
    char *lines = NULL;
    size_t n = 0;
    FILE *out = open_memstream(&lines, &n);
    if (!out)
        vtb_no_memory(sizeof *out, "lines of a history");
    bool ok = read_all(history, options, out, error);
    const bool kept = fclose(out) == 0;
    ok = ok && (kept || vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for lines of a history")) &&
         vtb_history_append_lines(options->history, lines, n, error);
    free(lines);
    return ok;
}

static bool draw(const struct vtb_history *history, const struct vtb_options *options,
                 struct vtb_error *error)
{
    char path[PATH_MAX];
    if (!vtb_history_has_changes(history)) {
        vtb_tell("no figure changed: no picture is drawn");
        return true;
    }
    if (snprintf(path, sizeof path, "%s/" PLOTTED, options->plot_dir) >= PATH_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE, "--plot: a folder of too long a name");
    return vtb_output_file(path, vtb_history_report, history, VTB_FORMAT_JSON, error) &&
           vtb_plots_draw(options->plot_dir, options->plot_by, path, error);
}

bool vtb_history_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_history history = {
        .since = options->since, .metrics = options->figures, .strategies = options->strategies};
    bool ok = check_outputs(options, error) &&
              (options->history ? read_and_add(&history, options, error)
                                : read_all(&history, options, NULL, error));
    if (ok) {
        struct vtb_error reason;
        vtb_history_find(&history);
        ok = vtb_page_report(vtb_history_report, &history, (enum vtb_format)options->format,
                             options->report, error);
        ok = (!options->plot_dir || draw(&history, options, ok ? error : &reason)) && ok;
    }
    vtb_history_free(&history);
    return ok;
}
