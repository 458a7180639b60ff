#include "base/pages.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>

static void *map(size_t bytes, int flags, const char *what, struct vtb_error *error)
{
    void *pages =
        mmap(NULL, bytes ? bytes : 1, PROT_READ | PROT_WRITE, flags | MAP_ANONYMOUS, -1, 0);
    if (pages == MAP_FAILED) {
        vtb_error_set(error, VTB_EXIT_INTERNAL, "no memory for %s: %zu bytes: %s", what, bytes,
                      strerror(errno));
        return NULL;
    }
    return pages;
}

void *vtb_pages(size_t bytes, const char *what, struct vtb_error *error)
{
    return map(bytes, MAP_PRIVATE | MAP_POPULATE, what, error);
}

void *vtb_pages_shared(size_t bytes, const char *what, struct vtb_error *error)
{
    return map(bytes, MAP_SHARED, what, error);
}

void vtb_pages_free(void *pages, size_t bytes)
{
    if (pages)
        munmap(pages, bytes ? bytes : 1);
}

uint64_t vtb_page_faults_n(void)
{
    struct rusage usage;
    (void)getrusage(RUSAGE_SELF, &usage);
    return (uint64_t)usage.ru_minflt + (uint64_t)usage.ru_majflt;
}
