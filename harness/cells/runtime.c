#include "cells/runtime.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/error.h"

void (*vtb_on_misuse)(const char *text);

VTB_THREAD_LOCAL struct vtb_ambient vtb_ambient;
VTB_THREAD_LOCAL struct vtb_thread_statics vtb_thread_statics;

struct vtb_ambient *vtb_thread_begin(void)
{
    static VTB_THREAD_LOCAL struct vtb_thread_variables variables;
    static VTB_THREAD_LOCAL struct vtb_thread_variables *table[VTB_THREAD_TABLE_N];
    variables.current = &vtb_ambient;
    table[VTB_THREAD_VARIABLES] = &variables;
    vtb_thread_statics = (struct vtb_thread_statics){VTB_THREAD_TABLE_N, table};
    return variables.current;
}

void vtb_misuse(const char *text)
{
    if (vtb_on_misuse)
        vtb_on_misuse(text);
    fprintf(stderr, "run_bench: misuse of a strategy: %s\n", text);
    _exit(VTB_EXIT_INTERNAL);
}

void (*vtb_on_exhausted)(size_t bytes);

void vtb_exhausted(size_t bytes)
{
    if (vtb_on_exhausted)
        vtb_on_exhausted(bytes);
    vtb_no_memory(bytes, "an object");
}

void vtb_block_until(const uint32_t *state, uint32_t bits)
{
    while (!(__atomic_load_n(state, __ATOMIC_ACQUIRE) & bits))
        sched_yield();
}

/* So many times a thread spins before it gives the processor up. */
#define SPINS_N 200

void vtb_pause(unsigned n)
{
    if (n > SPINS_N)
        sched_yield();
#if defined(__x86_64__) || defined(__i386__)
    else
        __builtin_ia32_pause();
#endif
}

void vtb_block_while_collected(struct vtb_service *service, const uint32_t *state, uint32_t value)
{
    for (unsigned n = 1; __atomic_load_n(state, __ATOMIC_ACQUIRE) == value; n++) {
        service->heap->collector->safepoint();
        vtb_pause(n);
    }
}

void vtb_block_while(const uint32_t *state, uint32_t value)
{
    for (unsigned n = 1; __atomic_load_n(state, __ATOMIC_ACQUIRE) == value; n++)
        vtb_pause(n);
}
