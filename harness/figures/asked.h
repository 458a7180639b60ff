/* From what a store was asked in each session to that of all. */
#ifndef FIGURES_ASKED_H
#define FIGURES_ASKED_H

#include "bench/outside.h"

/* Works out what was asked in n sessions, whose sums lie `stride` bytes apart: the medians of their
 * times, NaN if nothing was asked; and the sums of their numbers. */
struct vtb_store_sums vtb_asked(const struct vtb_store_sums *first, size_t stride, size_t n);

#endif
