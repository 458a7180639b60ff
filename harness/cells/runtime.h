/* Functions that cells call, beside those of the heap: to report a broken rule, and to wait. */
#ifndef CELLS_RUNTIME_H
#define CELLS_RUNTIME_H

#include <vtb/strategy.h>

/* A function for vtb_misuse to call, in place of ending the process with a line on standard error.
 * It must not return. Set once, before any cell runs. */
extern void (*vtb_on_misuse)(const char *text);

/* A function for vtb_exhausted to call first, which tells more and does not return; null: none is
 * set. */
extern void (*vtb_on_exhausted)(size_t bytes);

/* Lets a thread wait that has found nothing to do `n` times in a row: it spins at first, and later
 * lets other threads run. */
void vtb_pause(unsigned n);

#endif
