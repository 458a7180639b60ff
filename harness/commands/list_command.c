#include "commands/commands.h"
#include "report/list.h"

bool vtb_list_command(const struct vtb_options *options, struct vtb_error *error)
{
    const enum vtb_format format = (enum vtb_format)options->format;
    struct vtb_listed_events *events;
    if (!options->list_events)
        return vtb_output_stdout(vtb_list, NULL, format, error);
    if (!vtb_listed_events_make(&events, error))
        return false;
    const bool ok = vtb_output_stdout(vtb_list_events, events, format, error);
    vtb_listed_events_free(events);
    return ok;
}
