/* What the cells call, beside the heap: the end of a broken rule, and a thread that must wait. */
#ifndef CELLS_RUNTIME_H
#define CELLS_RUNTIME_H

#include <vtb/strategy.h>

/* What vtb_misuse calls in place of ending the process with a line on standard error; it must not
 * return. Set once, before any cell runs. */
extern void (*vtb_on_misuse)(const char *text);

/* What a thread does that has found nothing to do `n` times in a row: spins, and then lets other
 * threads run. */
void vtb_pause(unsigned n);

#endif
