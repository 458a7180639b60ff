#include "blocks.h"

#include <pthread.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

struct vtb_region vtb_region;

static pthread_mutex_t region_mutex = PTHREAD_MUTEX_INITIALIZER;
static size_t heaps_n;

static void *reserve_at(uintptr_t wish, size_t bytes)
{
    void *memory = mmap((void *)wish, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return memory == MAP_FAILED ? NULL : memory;
}

static void *reserve(size_t bytes)
{
    return reserve_at(0, bytes);
}

/* Reserves aligned addresses by asking for one place after another. That is for where addresses are
 * short, as under valgrind, and there are not twice as many, of which some could be cut off. The
 * places are far above 4 GiB: in an object of which a word may be a reference, that word may be an
 * integer of 32 bits too, which must not look like one. */
static char *reserve_by_wish(size_t bytes)
{
    for (uintptr_t wish = VTB_REGION_MAX; wish < VTB_REGION_MAX << 8; wish += VTB_REGION_MAX) {
        char *memory = reserve_at(wish, bytes);
        if (memory && (uintptr_t)memory % bytes == 0)
            return memory;
        if (memory)
            munmap(memory, bytes);
    }
    return NULL;
}

/* Reserves addresses that are aligned to their size, so that an address's card is found by a
 * mask. */
static char *reserve_aligned(size_t bytes)
{
    char *memory = reserve(2 * bytes);
    if (!memory)
        return reserve_by_wish(bytes);
    const size_t before = (bytes - (uintptr_t)memory % bytes) % bytes;
    if (before > 0)
        munmap(memory, before);
    munmap(memory + before + bytes, bytes - before);
    return memory + before;
}

static size_t blocks_n(size_t bytes)
{
    return bytes >> VTB_BLOCK_SHIFT;
}

static bool reserve_all(size_t bytes)
{
    const size_t blocks_bytes = blocks_n(bytes) * sizeof(struct vtb_block);
    struct vtb_region region = {.base = reserve_aligned(bytes), .bytes = bytes};
    if (region.base)
        region.blocks = reserve(blocks_bytes);
    if (region.blocks)
        region.cards = reserve(bytes >> VTB_CARD_SHIFT);
    if (region.cards) {
        vtb_region = region;
        return true;
    }
    if (region.blocks)
        munmap(region.blocks, blocks_bytes);
    if (region.base)
        munmap(region.base, bytes);
    return false;
}

/* As many addresses as heaps could have memory for: that of the machine; but half of what a limit
 * leaves to the process (ulimit -v), as there is more in it than these heaps. */
static size_t wanted_bytes(void)
{
    struct rlimit limit;
    const long pages_n = sysconf(_SC_PHYS_PAGES);
    const size_t memory = (size_t)(pages_n > 0 ? pages_n : 1) * (size_t)sysconf(_SC_PAGESIZE);
    size_t bytes = VTB_REGION_MIN;
    while (bytes < memory && bytes < VTB_REGION_MAX)
        bytes *= 2;
    if (getrlimit(RLIMIT_AS, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY) {
        while (bytes > limit.rlim_cur / 2 && bytes > VTB_REGION_MIN)
            bytes /= 2;
    }
    return bytes;
}

/* Where there are not so many addresses, fewer will do. */
static bool reserve_what_there_is(void)
{
    for (size_t bytes = wanted_bytes(); bytes >= VTB_REGION_MIN; bytes /= 2) {
        if (reserve_all(bytes))
            return true;
    }
    return false;
}

bool vtb_region_open(void)
{
    pthread_mutex_lock(&region_mutex);
    const bool ok = vtb_region.base || reserve_what_there_is();
    heaps_n += ok;
    pthread_mutex_unlock(&region_mutex);
    return ok;
}

void vtb_region_close(void)
{
    pthread_mutex_lock(&region_mutex);
    if (--heaps_n == 0) {
        madvise(vtb_region.base, vtb_region.next * VTB_BLOCK_BYTES, MADV_DONTNEED);
        madvise(vtb_region.blocks, vtb_region.next * sizeof *vtb_region.blocks, MADV_DONTNEED);
        madvise(vtb_region.cards, vtb_region.next * VTB_CARDS_IN_BLOCK, MADV_DONTNEED);
        vtb_region.next = vtb_region.present = 0;
        vtb_region.unused = (struct vtb_free_blocks){0};
    }
    pthread_mutex_unlock(&region_mutex);
}

/* Takes blocks from the end of the first free run that is long enough. */
static struct vtb_block *take_run(struct vtb_free_blocks *unused, size_t n)
{
    for (struct vtb_block **at = &unused->runs; *at; at = &(*at)->next) {
        struct vtb_block *run = *at;
        if (run->run_n < n)
            continue;
        run->run_n -= n;
        if (run->run_n == 0)
            *at = run->next;
        return run + run->run_n;
    }
    return NULL;
}

static struct vtb_block *take_unused(struct vtb_free_blocks *unused, size_t n)
{
    if (n > 1 || !unused->singles)
        return take_run(unused, n);
    struct vtb_block *block = unused->singles;
    unused->singles = block->next;
    return block;
}

/* How many blocks are brought in at a time. To bring in one page at a time, by the first write to
 * it, costs ten times as much. */
#define PRESENT_STEP (((size_t)1 << 20) >> VTB_BLOCK_SHIFT)

/* Brings in memory for all blocks in use, and some more. Where the kernel cannot do that (it is
 * older than 5.14), the first write to a page brings it in. */
static void bring_in(void)
{
    if (vtb_region.next <= vtb_region.present)
        return;
    const size_t missing_n = vtb_region.next - vtb_region.present;
    size_t n = (missing_n + PRESENT_STEP - 1) / PRESENT_STEP * PRESENT_STEP;
    const size_t left_n = blocks_n(vtb_region.bytes) - vtb_region.present;
    n = n < left_n ? n : left_n;
    (void)madvise(vtb_region.base + (vtb_region.present << VTB_BLOCK_SHIFT), n << VTB_BLOCK_SHIFT,
                  MADV_POPULATE_WRITE);
    vtb_region.present += n;
}

static struct vtb_block *take_from_region(size_t n)
{
    pthread_mutex_lock(&region_mutex);
    struct vtb_block *first = take_unused(&vtb_region.unused, n);
    if (!first && n > blocks_n(vtb_region.bytes) - vtb_region.next)
        vtb_exhausted(n * VTB_BLOCK_BYTES);
    if (!first) {
        first = &vtb_region.blocks[vtb_region.next];
        vtb_region.next += n;
        bring_in();
    }
    pthread_mutex_unlock(&region_mutex);
    return first;
}

struct vtb_block *vtb_blocks_take(struct vtb_free_blocks *unused, size_t n, size_t *total_n)
{
    struct vtb_block *first = take_unused(unused, n);
    if (!first) {
        first = take_from_region(n);
        *total_n += n;
    }
    memset(first, 0, n * sizeof *first);
    memset(vtb_cards_of(first), 0, n * VTB_CARDS_IN_BLOCK);
    return first;
}

void vtb_blocks_give_one(struct vtb_free_blocks *unused, struct vtb_block *block)
{
    block->typed = NULL;
    block->next = unused->singles;
    unused->singles = block;
}

void vtb_blocks_give_run(struct vtb_free_blocks *unused, struct vtb_block *first, size_t n)
{
    struct vtb_block *before = NULL;
    struct vtb_block *after = unused->runs;
    while (after && after < first) {
        before = after;
        after = after->next;
    }
    first->typed = NULL;
    first->large = false;
    first->run_n = n;
    first->next = after;
    if (after && first + n == after) {
        first->run_n += after->run_n;
        first->next = after->next;
    }
    if (!before) {
        unused->runs = first;
    } else if (before + before->run_n == first) {
        before->run_n += first->run_n;
        before->next = first->next;
    } else {
        before->next = first;
    }
}

void vtb_region_give(struct vtb_block *list)
{
    pthread_mutex_lock(&region_mutex);
    while (list) {
        struct vtb_block *block = list;
        list = block->next;
        if (block->run_n > 1)
            vtb_blocks_give_run(&vtb_region.unused, block, block->run_n);
        else
            vtb_blocks_give_one(&vtb_region.unused, block);
    }
    pthread_mutex_unlock(&region_mutex);
}
