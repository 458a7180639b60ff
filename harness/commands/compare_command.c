#include "commands/commands.h"
#include "gate/compare.h"
#include "report/page.h"

bool vtb_compare_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_result_file files[2] = {0};
    struct vtb_compared compared;
    bool ok = !options->report || vtb_page_check(options->report, error);
    for (size_t i = 0; ok && i < 2; i++)
        ok = vtb_result_file_read(&files[i], options->files[i], VTB_EXIT_USAGE, error);
    if (ok) {
        vtb_compare_make(&compared, &files[0], &files[1]);
        ok = vtb_page_report(vtb_compare_report, &compared, (enum vtb_format)options->format,
                             options->report, error);
        vtb_compare_free(&compared);
    }
    for (size_t i = 0; i < 2; i++)
        vtb_result_file_free(&files[i]);
    return ok;
}
