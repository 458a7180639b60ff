#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/shown.h"

void vtb_error_set(struct vtb_error *error, int exit_code, const char *format, ...)
{
    char text[sizeof error->message];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(text, sizeof text, format, arguments);
    va_end(arguments);
    vtb_show(error->message, sizeof error->message, text);
    error->exit_code = exit_code;
    error->is_of_figures = false;
    error->details = NULL;
}
