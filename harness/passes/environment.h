/* The variables of the environment that change what is measured: those that an allocator or a
 * collector reads. */
#ifndef PASSES_ENVIRONMENT_H
#define PASSES_ENVIRONMENT_H

#include <stdbool.h>

/* Whether a variable, "NAME=VALUE" or its name alone, is read by an allocator or a collector. */
bool vtb_environment_reaches_heap(const char *variable);

#endif
