/* Memory for the harness's own tables, outside every heap that is measured. */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>

#include "base/error.h"

/* `bytes` zeroed bytes, page-aligned; null, with *error set, if there are not so many. `what` names
 * them in the message. Given back with vtb_pages_free and the same size. */
VTB_MUST_USE void *vtb_pages(size_t bytes, const char *what, struct vtb_error *error);

/* The same, seen by child processes too. */
VTB_MUST_USE void *vtb_pages_shared(size_t bytes, const char *what, struct vtb_error *error);

/* Null is allowed. */
void vtb_pages_free(void *pages, size_t bytes);

#endif
