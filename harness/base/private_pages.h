/*
 * The pages that a child process has in common with its parent. Its first use of one costs more
 * than in a process that made the page itself: a write has to copy it, which takes microseconds,
 * and even a read has to mark it as used, in tables that are new. A child that is to be timed uses
 * all of them before.
 */
#ifndef BASE_PRIVATE_PAGES_H
#define BASE_PRIVATE_PAGES_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* The most pages of a run. The more, the more pages are copied that a child never writes to; the
 * fewer, the more likely it is that one child writes where another did not. */
#define VTB_PAGE_RUN_MAX 16

/* Addresses first .. end - 1. */
struct vtb_addresses {
    uintptr_t first;
    uintptr_t end;
};

/* Pages in a row, at most VTB_PAGE_RUN_MAX. */
struct vtb_page_run {
    struct vtb_addresses at;
    bool is_copied; /* a child needs copies of its own */
};

struct vtb_private_pages {
    struct vtb_page_run *runs; /* owned; by address */
    size_t n;
    size_t room_n;
};

/*
 * Lists the pages of this process that have contents of their own: of no file, and not shared. A
 * child is to copy those that may be written to, but for those in one of the `read_n` ranges of
 * `read`, which it only reads. The caller frees the list with vtb_private_pages_free. It is empty
 * where the system does not tell (/proc/self/pagemap). Mappings of more than 64 GB are
 * passed over. Takes milliseconds if much is mapped. On
 * false *error says that there is no memory, and the list is empty.
 */
VTB_MUST_USE bool vtb_private_pages_list(struct vtb_private_pages *pages,
                                         const struct vtb_addresses *read, size_t read_n,
                                         struct vtb_error *error);

/* Has a child use all pages for the first time: copies them, or reads from them. Its parent made
 * the list, and has unmapped nothing since. Allocates nothing, and changes no contents. */
void vtb_private_pages_use(const struct vtb_private_pages *pages);

/*
 * Tells which runs a child has written to: sets is_written[i] if it has a copy of its own of a page
 * of run i, and leaves the others as they are. `is_written` has an entry for each run, in memory
 * that its parent has as well. Its parent made the list, and the child has not used it. Where the
 * system does not tell (before Linux 4.2), all entries are set.
 */
void vtb_private_pages_find_written(const struct vtb_private_pages *pages, bool *is_written);

/* Frees a list, and leaves it empty. */
void vtb_private_pages_free(struct vtb_private_pages *pages);

#endif
