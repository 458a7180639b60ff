/* Whose malloc it is: another library may have taken the C library's place. */
#ifndef CELLS_MALLOC_OWNER_H
#define CELLS_MALLOC_OWNER_H

#include <stdbool.h>

#include "base/error.h"
#include "cells/registry.h"

/* Gives the file that has the function of this name, as the program calls it; null: unknown. Valid
 * as long as the process. */
const char *vtb_file_of_function(const char *name);

/* Checks that a heap which calls malloc gets the C library's, whose name its figures and verdicts
 * have; false, with *error set, if another library has taken its place. */
VTB_MUST_USE bool vtb_malloc_check(const struct vtb_heap_entry *entry, struct vtb_error *error);

#endif
