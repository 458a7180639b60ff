#include "base/json_text.h"

#include <math.h>
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
    return vtb_json_checked(string);
}

json_t *vtb_json_checked(json_t *json)
{
    if (!json)
        vtb_no_memory(sizeof(void *), "a report as JSON");
    return json;
}

void vtb_json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, vtb_json_checked(value)) != 0)
        vtb_no_memory(sizeof(void *), "a report as JSON");
}

void vtb_json_put_known(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        vtb_json_put(object, key, json_real(value));
}

void vtb_json_print(FILE *out, json_t *json, size_t flags)
{
    json_dumpf(vtb_json_checked(json), out, JSON_INDENT(2) | flags);
    putc('\n', out);
    json_decref(json);
}
