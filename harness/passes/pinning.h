/* The processors that a run keeps to. */
#ifndef PASSES_PINNING_H
#define PASSES_PINNING_H

#include "base/error.h"

/* Keeps this process, and all that it starts from now on, to the processors of a list, as "0" or
 * "0-3,8"; null: to those that it has. On false *error names what is wrong with the list, or which
 * of its processors the process may not use. */
VTB_MUST_USE bool vtb_pin(const char *list, struct vtb_error *error);

#endif
