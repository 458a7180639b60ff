/* The machine code of cells that are loaded, as a number: two runs whose cells differ in it did not
 * measure the same code, whatever their sources are called. */
#ifndef CELLS_CODE_H
#define CELLS_CODE_H

#include <stddef.h>
#include <stdint.h>

#include "cells/registry.h"

/* Gives a digest of the code of those of n cells that are loaded, in whichever order they stand; 0:
 * none is. It is of the executable segments alone: where a cell lies, and what it is called, is no
 * part of it. For one thread. */
uint64_t vtb_code_digest(const struct vtb_cell *const *cells, size_t n);

#endif
