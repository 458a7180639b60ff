/* Text for JSON, of bytes that may be anything. */
#ifndef BASE_JSON_TEXT_H
#define BASE_JSON_TEXT_H

#include <jansson.h>

/* Makes a JSON string of bytes, which is the caller's. If they are no UTF-8 (a file's name or a
 * command line may hold anything), those beyond ASCII become question marks. */
json_t *vtb_json_text(const char *bytes);

#endif
