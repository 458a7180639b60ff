/* Memory for the harness's own tables, outside every heap that is measured. */
#ifndef BASE_PAGES_H
#define BASE_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* Maps `bytes` zeroed bytes, aligned to a page, and has the system provide the memory at once, so
 * that later accesses cause no page faults. The caller gives them back with vtb_pages_free and the
 * same size. Null, with *error set, if there is no memory; `what` names them in the message. */
VTB_MUST_USE void *vtb_pages(size_t bytes, const char *what, struct vtb_error *error);

/* Maps bytes as vtb_pages does, but to be shared with the child processes that are started later;
 * the system provides the memory when it is first accessed. */
VTB_MUST_USE void *vtb_pages_shared(size_t bytes, const char *what, struct vtb_error *error);

/* Gives back pages of `bytes` bytes; `pages` may be null. */
void vtb_pages_free(void *pages, size_t bytes);

/* Gives the number of page faults of this process so far, with and without reading from a disk. */
uint64_t vtb_page_faults_n(void);

#endif
