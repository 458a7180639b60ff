#include "base/json_text.h"

#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

json_t *vtb_json_text(const char *bytes)
{
    json_t *string = json_string(bytes);
    char *copy = string ? NULL : vtb_copy_text(bytes, "a text of a report");
    for (char *c = copy; c && *c; c++)
        *c = (char)((unsigned char)*c < 0x80 ? *c : '?');
    if (copy)
        string = json_string(copy);
    free(copy);
    if (!string)
        vtb_no_memory(strlen(bytes) + 1, "a text of a report");
    return string;
}
