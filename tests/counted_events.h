/* Events of the kernel itself, which nearly every machine counts; a test of counting is skipped,
 * with the reason, where even those are refused. */
#ifndef COUNTED_EVENTS_H
#define COUNTED_EVENTS_H

#include "check.h"

#include <dirent.h>
#include <sys/mman.h>
#include <unistd.h>

#include "passes/event_counters.h"

/* Parsed and probed. */
static inline struct vtb_events probed_events(const char *list)
{
    struct vtb_events events;
    struct vtb_error error = {0};
    if (!vtb_events_parse(list, &events, &error))
        fail_msg("%s: %s", list, error.message);
    vtb_events_probe(&events);
    return events;
}

/* Skips the test if the first event cannot be counted. */
static inline void need_first(const struct vtb_events *events)
{
    if (events->items[0].reason[0]) {
        print_message("%s: %s\n", events->items[0].name, events->items[0].reason);
        skip();
    }
}

/* Has the kernel give so many small pages that were never touched, and takes them back. */
static inline void touch_fresh_pages(size_t n)
{
    const size_t page_bytes = (size_t)sysconf(_SC_PAGESIZE);
    char *pages = (char *)mmap(NULL, n * page_bytes, PROT_READ | PROT_WRITE,
                               MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(pages != MAP_FAILED);
    (void)madvise(pages, n * page_bytes, MADV_NOHUGEPAGE);
    for (size_t i = 0; i < n; i++)
        *(volatile char *)(pages + i * page_bytes) = 1;
    (void)munmap(pages, n * page_bytes);
}

/* A sanitizer has shadow memory of its own beside the pages. */
#ifdef UNDER_SANITIZER
#define FAULTS_MORE 0.5
#else
#define FAULTS_MORE 0
#endif

/* The system itself may take a page away, or a thread need one. */
#define assert_faults(value, expected, slack) \
    check_faults((value), (expected), (slack), __FILE__, __LINE__)

static inline void check_faults(double value, double expected, double slack, const char *file,
                                int line)
{
    if (value >= expected - slack && value <= expected * (1 + FAULTS_MORE) + slack)
        return;
    print_error("%g page faults, not %g (within %g)\n", value, expected, slack);
    _fail(file, line);
}

static inline size_t open_files_n(void)
{
    size_t n = 0;
    DIR *folder = opendir("/proc/self/fd");
    assert_non_null(folder);
    while (readdir(folder))
        n++;
    closedir(folder);
    return n;
}

#endif
