/* What the cells call, beside the heap: the end of a broken rule, and a thread that must wait. */
#ifndef RUNTIME_H
#define RUNTIME_H

#include <vtb/strategy.h>

/* What vtb_misuse calls in place of ending the process with a line on standard error; it must not
 * return. Set once, before any cell runs. */
extern void (*vtb_on_misuse)(const char *text);

#endif
