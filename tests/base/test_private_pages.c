/* Page faults of child processes that write to their parent's pages. */
#include "check.h"

#include <sys/mman.h>
#include <unistd.h>

#include "base/child.h"
#include "base/pages.h"
#include "base/private_pages.h"

#define PAGES_N ((size_t)64)

static struct vtb_error error;

/* What a child does, and how many page faults that has. Shared by the processes. */
static struct task {
    const struct vtb_private_pages *pages;
    char *memory;
    bool writes;
    uint64_t faults_n;
    uint64_t sum;
} * task;

static size_t page_bytes(void)
{
    return (size_t)sysconf(_SC_PAGESIZE);
}

/* Pages that nobody has used, each of which is brought in alone. */
static char *new_pages(void)
{
    const size_t bytes = PAGES_N * page_bytes();
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    assert_true(memory != MAP_FAILED);
    (void)madvise(memory, bytes, MADV_NOHUGEPAGE);
    return memory;
}

static void write_to_all(char *memory, char value)
{
    for (size_t i = 0; i < PAGES_N; i++)
        ((volatile char *)memory)[i * page_bytes()] = value;
}

static bool use_pages(void *context, struct vtb_error *why)
{
    struct task *own = context;
    (void)why;
    vtb_private_pages_use(own->pages);
    const uint64_t before_n = vtb_page_faults_n();
    for (size_t i = 0; i < PAGES_N; i++) {
        volatile char *byte = own->memory + i * page_bytes();
        const char value = *byte;
        own->sum += (uint64_t)value;
        if (own->writes)
            *byte = value;
    }
    own->faults_n = vtb_page_faults_n() - before_n;
    return true;
}

/* The page faults of a child that uses the list and then all pages of `memory`. Their contents are
 * as they were. */
static uint64_t faults_n(const struct vtb_private_pages *pages, char *memory, bool writes,
                         char value)
{
    struct vtb_child child = {.name = "a child", .run = use_pages, .context = task};
    *task = (struct task){.pages = pages, .memory = memory, .writes = writes};
    if (!vtb_child_work(&child, &error))
        fail_msg("%s", error.message);
    assert_int_equal(task->sum, (uint64_t)value * PAGES_N);
    return task->faults_n;
}

static struct vtb_private_pages list(const struct vtb_addresses *read, size_t read_n)
{
    struct vtb_private_pages pages;
    if (!vtb_private_pages_list(&pages, read, read_n, &error))
        fail_msg("%s", error.message);
    return pages;
}

/* Every page faults without the list, and none with it. */
static void what_the_parent_wrote_to_is_copied(void **state)
{
    (void)state;
    const struct vtb_private_pages none = {0};
    char *memory = new_pages();
    write_to_all(memory, 7);
    struct vtb_private_pages pages = list(NULL, 0);
    assert_true(faults_n(&none, memory, true, 7) >= PAGES_N);
    assert_true(faults_n(&pages, memory, true, 7) < PAGES_N);
    vtb_private_pages_free(&pages);
    assert_null(pages.runs);
    assert_int_equal(pages.n, 0);
    munmap(memory, PAGES_N * page_bytes());
}

/* What nobody has used stays so, between what is used as well. */
static void what_nobody_wrote_to_stays_so(void **state)
{
    (void)state;
    char *memory = new_pages();
    struct vtb_private_pages pages = list(NULL, 0);
    assert_true(faults_n(&pages, memory, true, 0) >= PAGES_N);
    vtb_private_pages_free(&pages);
    for (size_t i = 0; i < PAGES_N; i += 2)
        ((volatile char *)memory)[i * page_bytes()] = 0;
    pages = list(NULL, 0);
    assert_in_range(faults_n(&pages, memory, false, 0), PAGES_N / 2, PAGES_N - 1);
    vtb_private_pages_free(&pages);
    munmap(memory, PAGES_N * page_bytes());
}

/* What a child only reads is not copied, in whatever part of a mapping it is; nor is what it cannot
 * write to. */
static void what_is_only_read_is_not_copied(void **state)
{
    (void)state;
    char *memory = new_pages();
    const size_t half = PAGES_N / 2 * page_bytes();
    const struct vtb_addresses read = {(uintptr_t)memory + half, (uintptr_t)memory + 2 * half};
    write_to_all(memory, 7);
    struct vtb_private_pages pages = list(&read, 1);
    assert_in_range(faults_n(&pages, memory, true, 7), PAGES_N / 2, PAGES_N - 1);
    assert_true(faults_n(&pages, memory, false, 7) < PAGES_N / 2);
    vtb_private_pages_free(&pages);
    assert_int_equal(mprotect(memory, 2 * half, PROT_READ), 0);
    pages = list(NULL, 0);
    assert_true(faults_n(&pages, memory, false, 7) < PAGES_N / 2);
    vtb_private_pages_free(&pages);
    munmap(memory, 2 * half);
}

/* Shared by the processes: of which runs the child has copies. */
static bool *is_written;

struct writing {
    const struct vtb_private_pages *pages;
    char *byte; /* what the child writes to */
};

static bool write_and_find(void *context, struct vtb_error *why)
{
    const struct writing *own = context;
    (void)why;
    ++*(volatile char *)own->byte;
    vtb_private_pages_find_written(own->pages, is_written);
    return true;
}

/* Of memory in which every page is private, a child has written to the run of just the one byte. */
static void what_a_child_writes_to_is_found(void **state)
{
    (void)state;
    char *memory = new_pages();
    write_to_all(memory, 7);
    struct vtb_private_pages pages = list(NULL, 0);
    char *byte = memory + PAGES_N / 2 * page_bytes() + 5;
    struct writing writing = {&pages, byte};
    is_written = vtb_pages_shared(pages.n * sizeof *is_written, "runs", &error);
    assert_non_null(is_written);
    struct vtb_child child = {.name = "a child", .run = write_and_find, .context = &writing};
    assert_true(vtb_child_work(&child, &error));
    size_t unwritten_n = 0;
    for (size_t i = 0; i < pages.n; i++) {
        const struct vtb_addresses run = pages.runs[i].at;
        const bool is_of_it = (uintptr_t)byte >= run.first && (uintptr_t)byte < run.end;
        const bool is_within =
            run.first >= (uintptr_t)memory && run.end <= (uintptr_t)memory + PAGES_N * page_bytes();
        assert_true(run.end - run.first <= VTB_PAGE_RUN_MAX * page_bytes());
        if (is_of_it)
            assert_true(is_written[i]);
        else if (is_within)
            assert_false(is_written[i]);
        unwritten_n += is_within && !is_of_it;
    }
    assert_true(unwritten_n >= PAGES_N / VTB_PAGE_RUN_MAX - 2);
    assert_int_equal(*byte, 0); /* the child's copy has what it wrote */
    vtb_pages_free(is_written, pages.n * sizeof *is_written);
    vtb_private_pages_free(&pages);
    munmap(memory, PAGES_N * page_bytes());
}

/* Pages that processes share are not listed, and whole pages are, by address. */
static void lists_are_of_private_pages(void **state)
{
    (void)state;
    char *shared = vtb_pages_shared(PAGES_N * page_bytes(), "shared pages", &error);
    assert_non_null(shared);
    write_to_all(shared, 7);
    struct vtb_private_pages pages = list(NULL, 0);
    assert_true(pages.n > 0);
    for (size_t i = 0; i < pages.n; i++) {
        const struct vtb_addresses run = pages.runs[i].at;
        assert_int_equal(run.first % page_bytes(), 0);
        assert_int_equal(run.end % page_bytes(), 0);
        assert_true(run.first < run.end && (i == 0 || run.first >= pages.runs[i - 1].at.end));
        assert_true(run.end <= (uintptr_t)shared ||
                    run.first >= (uintptr_t)shared + PAGES_N * page_bytes());
    }
    vtb_private_pages_free(&pages);
    vtb_pages_free(shared, PAGES_N * page_bytes());
}

/* A reservation of nearly all addresses, as sanitizers make one, is passed over. If it were not, it
 * would take so long that the alarm ends the test. */
static void reservations_are_passed_over(void **state)
{
    (void)state;
    const size_t bytes = (size_t)1 << 46;
    char *memory = mmap(NULL, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED) /* a limit of addresses, or a sanitizer that has them already */
        skip();
    write_to_all(memory, 1);
    struct vtb_private_pages pages = list(NULL, 0);
    for (size_t i = 0; i < pages.n; i++)
        assert_true(pages.runs[i].at.end <= (uintptr_t)memory ||
                    pages.runs[i].at.first >= (uintptr_t)memory + bytes);
    vtb_private_pages_free(&pages);
    munmap(memory, bytes);
}

static int setup(void **state)
{
    (void)state;
    alarm(600);
    task = vtb_pages_shared(sizeof *task, "what a child saw", &error);
    return task ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vtb_pages_free(task, sizeof *task);
    return 0;
}

int main(void)
{
    if (access("/proc/self/pagemap", R_OK) != 0) {
        puts("skipped: this system does not tell which pages there are");
        return 0;
    }
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(what_the_parent_wrote_to_is_copied),
        cmocka_unit_test(what_nobody_wrote_to_stays_so),
        cmocka_unit_test(what_is_only_read_is_not_copied),
        cmocka_unit_test(what_a_child_writes_to_is_found),
        cmocka_unit_test(lists_are_of_private_pages),
        cmocka_unit_test(reservations_are_passed_over),
    };
    return cmocka_run_group_tests(tests, setup, teardown);
}
