/* JSON, written. Where there is no memory for it, the process ends (base/allocate.h). */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <stddef.h>
#include <stdio.h>

#include <jansson.h>

/* Has jansson end the process where there is no memory, as it does not always notice: a text that
 * it reads would lack a character. Called once, before any other function of it. */
void vtb_json_guard_memory(void);

/* Makes a JSON string of bytes, which is the caller's. If they are no UTF-8 (a file's name or a
 * command line may hold anything), those beyond ASCII become question marks. */
json_t *vtb_json_text(const char *bytes);

/* The value, which is not null. */
json_t *vtb_json_checked(json_t *json);

/* A number, or null where it is not known (NaN) or infinite. */
json_t *vtb_json_number(double value);

/* Sets a key to a value, whose reference is the object's from then on. */
void vtb_json_put(json_t *object, const char *key, json_t *value);

/* Adds a value at the end, whose reference is the array's from then on. */
void vtb_json_append(json_t *array, json_t *value);

/* Sets a key to a number, unless that is not known (NaN) or infinite. */
void vtb_json_put_known(json_t *object, const char *key, double value);

/* Prints a value with jansson's flags. */
void vtb_json_dump(FILE *out, const json_t *json, size_t flags);

/* Prints a value on lines of its own, indented, with jansson's further flags; and gives up the
 * caller's reference. */
void vtb_json_print(FILE *out, json_t *json, size_t flags);

#endif
