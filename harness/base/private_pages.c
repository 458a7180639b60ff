#include "base/private_pages.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

/* What an entry of /proc/self/pagemap says of a page. (Linux, admin-guide/mm/pagemap.rst.) */
#define IN_MEMORY (UINT64_C(1) << 63)
#define IN_SWAP (UINT64_C(1) << 62)
#define OF_FILE (UINT64_C(1) << 61) /* or of memory that processes share */
#define OF_ONE_PROCESS (UINT64_C(1) << 56)

/* Entries that are read at a time. */
#define ENTRIES_N ((size_t)8192)

/* A larger mapping is a reservation of addresses, such as a sanitizer's shadow of all memory. To
 * look through it would take seconds, or days. */
#define MAPPING_BYTES_MAX ((uintptr_t)1 << 36)

/* The list that is being made. */
struct search {
    struct vtb_private_pages *pages;
    const struct vtb_addresses *read;
    size_t read_n;
    size_t page_bytes;
    int pagemap;
    uint64_t entries[ENTRIES_N];
};

static bool is_only_read(const struct search *search, uintptr_t page)
{
    for (size_t i = 0; i < search->read_n; i++) {
        if (page >= search->read[i].first && page < search->read[i].end)
            return true;
    }
    return false;
}

/* Adds a page to the list; pages come by address. False if there is no memory. */
static bool add(struct search *search, uintptr_t page, bool is_copied)
{
    struct vtb_private_pages *pages = search->pages;
    struct vtb_page_run *last = pages->runs + pages->n - (pages->n > 0);
    const size_t run_bytes_max = VTB_PAGE_RUN_MAX * search->page_bytes;
    if (pages->n > 0 && last->at.end == page && last->is_copied == is_copied &&
        page - last->at.first < run_bytes_max) {
        last->at.end += search->page_bytes;
        return true;
    }
    if (pages->n == pages->room_n) {
        const size_t room_n = 2 * pages->room_n + 64;
        struct vtb_page_run *runs = realloc(pages->runs, room_n * sizeof *runs);
        if (!runs)
            return false;
        pages->runs = runs;
        pages->room_n = room_n;
    }
    pages->runs[pages->n++] = (struct vtb_page_run){{page, page + search->page_bytes}, is_copied};
    return true;
}

/* Adds those of n pages in a row, whose entries were read, that have contents of their own. */
static bool add_private(struct search *search, uintptr_t page, size_t n, bool is_writable)
{
    for (size_t i = 0; i < n; i++, page += search->page_bytes) {
        const uint64_t entry = search->entries[i];
        const bool is_private = entry & (IN_MEMORY | IN_SWAP) && !(entry & OF_FILE);
        if (is_private && !add(search, page, is_writable && !is_only_read(search, page)))
            return false;
    }
    return true;
}

/* A mapping that may be read. */
struct mapping {
    struct vtb_addresses at;
    bool is_writable;
};

static bool search_mapping(struct search *search, struct mapping mapping)
{
    const size_t entry_bytes = sizeof *search->entries;
    size_t n;
    for (uintptr_t page = mapping.at.first; page < mapping.at.end; page += n * search->page_bytes) {
        const size_t left_n = (mapping.at.end - page) / search->page_bytes;
        const ssize_t bytes = pread(search->pagemap, search->entries,
                                    (left_n < ENTRIES_N ? left_n : ENTRIES_N) * entry_bytes,
                                    (off_t)(page / search->page_bytes * entry_bytes));
        n = bytes > 0 ? (size_t)bytes / entry_bytes : 0;
        if (n == 0)
            return true;
        if (!add_private(search, page, n, mapping.is_writable))
            return false;
    }
    return true;
}

/* Reads a line of /proc/self/maps, "START-END rw-p ...". False if nobody may read there, or
 * it is not looked through. */
static bool read_mapping(const char *line, struct mapping *mapping)
{
    char access[5] = "";
    const int n =
        sscanf(line, "%" SCNxPTR "-%" SCNxPTR " %4s", &mapping->at.first, &mapping->at.end, access);
    mapping->is_writable = access[1] == 'w';
    return n == 3 && access[0] == 'r' && mapping->at.end - mapping->at.first <= MAPPING_BYTES_MAX;
}

static bool search_all(struct search *search, FILE *maps)
{
    char *line = NULL;
    size_t room = 0;
    struct mapping mapping;
    bool ok = true;
    while (ok && getline(&line, &room, maps) > 0)
        ok = !read_mapping(line, &mapping) || search_mapping(search, mapping);
    free(line);
    return ok;
}

bool vtb_private_pages_list(struct vtb_private_pages *pages, const struct vtb_addresses *read,
                            size_t read_n, struct vtb_error *error)
{
    struct search *search = malloc(sizeof *search);
    *pages = (struct vtb_private_pages){0};
    if (!search)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of pages");
    search->pages = pages;
    search->read = read;
    search->read_n = read_n;
    search->page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    search->pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    FILE *maps = fopen("/proc/self/maps", "re");
    const bool ok = !maps || search->pagemap < 0 || search_all(search, maps) ||
                    vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for a list of pages");
    if (maps)
        (void)fclose(maps);
    if (search->pagemap >= 0)
        (void)close(search->pagemap);
    free(search);
    if (!ok)
        vtb_private_pages_free(pages);
    return ok;
}

/* Reads a byte of each page, and writes it again where the page is to be copied. */
__attribute__((no_sanitize_address)) /* a page's first byte may lie between objects */
static void
use_each(const struct vtb_page_run *run, size_t page_bytes)
{
    for (uintptr_t page = run->at.first; page < run->at.end; page += page_bytes) {
        volatile char *byte = (volatile char *)page;
        const char value = *byte;
        if (run->is_copied)
            *byte = value;
    }
}

void vtb_private_pages_use(const struct vtb_private_pages *pages)
{
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    for (size_t i = 0; i < pages->n; i++) {
        const struct vtb_page_run *run = &pages->runs[i];
        if (run->is_copied) /* all at once, if the system can: Linux 5.14 */
            (void)madvise((void *)run->at.first, run->at.end - run->at.first, MADV_POPULATE_WRITE);
        use_each(run, page_bytes);
    }
}

/* Whether this process has a copy of its own of a page of a run. */
static bool is_run_written(const struct vtb_page_run *run, int pagemap, size_t page_bytes)
{
    uint64_t entries[VTB_PAGE_RUN_MAX];
    const size_t n = (run->at.end - run->at.first) / page_bytes;
    const off_t place = (off_t)(run->at.first / page_bytes * sizeof *entries);
    if (pread(pagemap, entries, n * sizeof *entries, place) != (ssize_t)(n * sizeof *entries))
        return true;
    for (size_t i = 0; i < n; i++) {
        if (entries[i] & IN_MEMORY && entries[i] & OF_ONE_PROCESS)
            return true;
    }
    return false;
}

void vtb_private_pages_find_written(const struct vtb_private_pages *pages, bool *is_written)
{
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    const int pagemap = open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC);
    bool is_told =
        false; /* the stack has been written to: where none is, the system says nothing */
    for (size_t i = 0; i < pages->n; i++) {
        if (!is_run_written(&pages->runs[i], pagemap, page_bytes))
            continue;
        is_written[i] = true;
        is_told = true;
    }
    for (size_t i = 0; i < pages->n && !is_told; i++)
        is_written[i] = true;
    if (pagemap >= 0)
        (void)close(pagemap);
}

void vtb_private_pages_free(struct vtb_private_pages *pages)
{
    free(pages->runs);
    *pages = (struct vtb_private_pages){0};
}
