#include "base/look.h"

#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* A number of columns that is none is 0. */
static size_t columns_of_environment(void)
{
    const char *text = getenv("COLUMNS");
    const size_t digits_n = text ? strspn(text, "0123456789") : 0;
    return digits_n > 0 && !text[digits_n] ? strtoul(text, NULL, 10) : 0;
}

static size_t columns_of_terminal(void)
{
    struct winsize size = {0};
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

struct vtb_look vtb_look_of_stdout(void)
{
    size_t columns = columns_of_environment();
    if (columns == 0)
        columns = columns_of_terminal();
    if (columns == 0)
        columns = VTB_LOOK_WIDTH;
    if (columns < VTB_LOOK_WIDTH_MIN)
        columns = VTB_LOOK_WIDTH_MIN;
    return (struct vtb_look){columns < VTB_LOOK_WIDTH_MAX ? columns : VTB_LOOK_WIDTH_MAX};
}

static bool is_set(const char *text)
{
    return text && *text;
}

bool vtb_look_has_color(enum vtb_color color)
{
    const char *terminal = getenv("TERM");
    if (color != VTB_COLOR_AUTO)
        return color == VTB_COLOR_ALWAYS;
    return isatty(STDOUT_FILENO) && !is_set(getenv("NO_COLOR")) && is_set(terminal) &&
           strcmp(terminal, "dumb") != 0;
}
