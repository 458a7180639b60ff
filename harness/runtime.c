#include "runtime.h"

#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "error.h"

void (*vtb_on_misuse)(const char *text);

VTB_THREAD_LOCAL struct vtb_ambient vtb_ambient;

void vtb_misuse(const char *text)
{
    if (vtb_on_misuse)
        vtb_on_misuse(text);
    fprintf(stderr, "run_bench: misuse of a strategy: %s\n", text);
    _exit(VTB_EXIT_INTERNAL);
}

void vtb_block_until(const uint32_t *state, uint32_t bits)
{
    while (!(__atomic_load_n(state, __ATOMIC_ACQUIRE) & bits))
        sched_yield();
}
