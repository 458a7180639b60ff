#include "check/skeleton.h"
#include "commands/commands.h"

bool vtb_new_command(const struct vtb_options *options, struct vtb_error *error)
{
    return vtb_skeleton_write(options->files[0], options->files[1], error) &&
           vtb_skeleton_tell(options->files[0], options->files[1], error);
}
