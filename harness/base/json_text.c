#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

json_t *vtb_json_text(const char *bytes)
{
    json_t *string = json_string(bytes);
    char *copy = string ? NULL : strdup(bytes);
    for (char *c = copy; c && *c; c++)
        *c = (char)((unsigned char)*c < 0x80 ? *c : '?');
    if (copy)
        string = json_string(copy);
    free(copy);
    if (!string)
        abort(); /* no memory for a few bytes of text */
    return string;
}
