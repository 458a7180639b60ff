#include "base/json_text.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

static void *allocate(size_t bytes)
{
    return vtb_reallocate(NULL, bytes, 1, "JSON");
}

void vtb_json_guard_memory(void)
{
    json_set_alloc_funcs(allocate, free);
}

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

json_t *vtb_json_number(double value)
{
    return vtb_json_checked(isfinite(value) ? json_real(value) : json_null());
}

void vtb_json_put(json_t *object, const char *key, json_t *value)
{
    if (json_object_set_new(object, key, vtb_json_checked(value)) != 0)
        vtb_no_memory(sizeof(void *), "a report as JSON");
}

void vtb_json_append(json_t *array, json_t *value)
{
    if (json_array_append_new(array, vtb_json_checked(value)) != 0)
        vtb_no_memory(sizeof(void *), "a report as JSON");
}

void vtb_json_put_known(json_t *object, const char *key, double value)
{
    if (isfinite(value))
        vtb_json_put(object, key, json_real(value));
}

/* Writing fails where the stream does, which its owner notices, or for a lack of memory. */
void vtb_json_dump(FILE *out, const json_t *json, size_t flags)
{
    if (json_dumpf(json, out, flags) != 0 && !ferror(out))
        vtb_no_memory(sizeof(void *), "a report as JSON");
}

void vtb_json_print(FILE *out, json_t *json, size_t flags)
{
    vtb_json_dump(out, vtb_json_checked(json), JSON_INDENT(2) | flags);
    putc('\n', out);
    json_decref(json);
}
