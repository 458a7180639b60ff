#include "bench/exhausted.h"

#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

#include "base/child.h"
#include "cells/registry.h"
#include "cells/runtime.h"

static const struct vtb_cell *watched_cell;
static const struct vtb_heap *watched_heap;
static struct vtb_watched *noted; /* null: nobody reads it */

/* Who handles what is not ours. */
static struct sigaction before;

static void tell(size_t bytes)
{
    struct vtb_error error;
    vtb_error_set(&error, VTB_EXIT_INTERNAL,
                  "%s on %s: no memory for %zu bytes; raise the limit (ulimit -v, or the "
                  "container's), or have less live at once: --in-flight, --live-heap, --threads, "
                  "--keys, --pollute",
                  watched_cell->name, vtb_heap_name(watched_heap), bytes);
    vtb_child_fail(&error);
}

/* The fields of an object at null have addresses below this. */
#define NULL_BYTES 65536

/* Blocks that a strategy takes for several objects. */
#define BLOCK_BYTES ((size_t)4096)

/* How long a heap is asked whether it has memory. */
#define ASKED_S 2

/* Ends the process by the fault after all, if the heap does not answer: the fault was in its own
 * code, where it held a lock. */
static void stop_asking(int number)
{
    sigset_t fault;
    (void)number;
    (void)signal(SIGSEGV, SIG_DFL);
    (void)raise(SIGSEGV);
    sigemptyset(&fault);
    sigaddset(&fault, SIGSEGV);
    (void)pthread_sigmask(SIG_UNBLOCK, &fault, NULL);
}

/* The first of the sizes that the cell allocates for which its heap has nothing; 0: it has memory
 * for all. The thread that asks was mostly not in the heap when it faulted, but in a cell. */
static size_t lacking_bytes(void)
{
    const size_t sizes[] = {watched_cell->miss_bytes, watched_cell->hit_bytes,
                            watched_cell->layer_miss_bytes, BLOCK_BYTES, 16 * BLOCK_BYTES};
    const struct sigaction stop = {.sa_handler = stop_asking};
    size_t bytes = 0;
    (void)sigaction(SIGALRM, &stop, NULL);
    (void)alarm(ASKED_S);
    for (size_t i = 0; bytes == 0 && i < sizeof sizes / sizeof *sizes; i++) {
        if (sizes[i] > 0 && !watched_heap->alloc(sizes[i]))
            bytes = sizes[i];
    }
    (void)alarm(0); /* what the process does next is to end */
    return bytes;
}

static void on_fault(int number, siginfo_t *info, void *context)
{
    (void)context;
    const bool is_null = (uintptr_t)info->si_addr < NULL_BYTES;
    (void)sigaction(number, &before, NULL); /* which the write comes to when it is tried again */
    const size_t bytes = is_null && !vtb_heap_collects(watched_heap) ? lacking_bytes() : 0;
    if (bytes > 0)
        tell(bytes);
}

void vtb_exhausted_note_at(struct vtb_watched *place)
{
    if (noted)
        *noted = (struct vtb_watched){0};
    noted = place;
}

/* Nothing between two runs of one case, the second of which may be timed. */
static void note(const struct vtb_cell *cell, const struct vtb_heap *heap)
{
    if (*noted->cell && cell == watched_cell && heap == watched_heap)
        return;
    (void)snprintf(noted->cell, sizeof noted->cell, "%s", cell->name);
    (void)snprintf(noted->heap, sizeof noted->heap, "%s", vtb_heap_name(heap));
}

void vtb_exhausted_watch(const struct vtb_cell *cell, const struct vtb_heap *heap)
{
    static bool is_watching;
    struct sigaction action = {.sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK};
    if (noted)
        note(cell, heap);
    watched_cell = cell;
    watched_heap = heap;
    if (is_watching)
        return;
    is_watching = true;
    vtb_on_exhausted = tell;
    sigemptyset(&action.sa_mask);
    (void)sigaction(SIGSEGV, &action, &before);
}
