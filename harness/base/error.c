#include "base/error.h"

#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>

void vtb_error_set(struct vtb_error *error, int exit_code, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(error->message, sizeof error->message, format, arguments);
    va_end(arguments);
    for (char *c = error->message; *c; c++)
        *c = (char)(iscntrl((unsigned char)*c) ? '?' : *c);
    error->exit_code = exit_code;
    error->is_of_figures = false;
    error->details = NULL;
}
