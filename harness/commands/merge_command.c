/* `run_bench merge`: the result files of a plan's shards, as one. */
#include <stdlib.h>

#include "base/allocate.h"
#include "base/shown.h"
#include "commands/commands.h"
#include "gate/merge_report.h"
#include "report/page.h"
#include "report/plots.h"

/* Pictures and a page are made of a file, by its name. */
static bool check_outputs(const struct vtb_options *options, struct vtb_error *error)
{
    if ((options->plot_dir || options->report) && !options->export_json)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "merge: %s is made of the merged result; name a file for that, too, by "
                        "--export-json FILE",
                        options->report ? "--report" : "--plot");
    return (!options->plot_dir || vtb_plots_check(options->plot_dir, options->plot_by, error)) &&
           (!options->report || vtb_page_check(options->report, error));
}

/* Draws and writes what is made of the file. */
static bool write_pictures(const struct vtb_options *options, struct vtb_error *error)
{
    const struct vtb_page page = {.result_file = options->export_json};
    struct vtb_error later;
    const bool ok = !options->plot_dir || vtb_plots_draw(options->plot_dir, options->plot_by,
                                                         options->export_json, error);
    return (!options->report || vtb_page_write(options->report, &page, ok ? error : &later)) && ok;
}

/* Writes and prints what was merged. If one of them fails the others are still tried; the first
 * error is the one that is reported. */
static bool write_all(const struct vtb_options *options, const struct vtb_merged_report *report,
                      struct vtb_error *error)
{
    const struct {
        const char *path;
        enum vtb_format format;
    } files[] = {
        {options->export_json, VTB_FORMAT_JSON},
        {options->export_csv, VTB_FORMAT_CSV},
        {options->export_markdown, VTB_FORMAT_MARKDOWN},
    };
    struct vtb_error later;
    bool ok = true;
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        ok = (!files[i].path || vtb_output_file(files[i].path, vtb_merge_report, report,
                                                files[i].format, ok ? error : &later)) &&
             ok;
    ok = vtb_output_stdout(vtb_merge_report, report, (enum vtb_format)options->format,
                           ok ? error : &later) &&
         ok;
    return ok && write_pictures(options, error);
}

bool vtb_merge_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_merged merged;
    if (!check_outputs(options, error) ||
        !vtb_merge_open(&merged, options->files, options->files_n, error))
        return false;
    struct vtb_merged_results *results = vtb_allocate(1, sizeof *results, "a merged result");
    vtb_merged_results_make(results, &merged, options);
    if (!results->made)
        vtb_tell("note: no answer and no break-evens: %s", results->reason.message);
    const struct vtb_merged_report report = {&merged, results};
    const bool ok = write_all(options, &report, error);
    vtb_merged_results_free(results);
    free(results);
    vtb_merge_free(&merged);
    return ok;
}
