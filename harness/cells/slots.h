/* A cell of the registry together with where it comes from, and whether it was loaded. */
#ifndef CELLS_SLOTS_H
#define CELLS_SLOTS_H

#include "cells/editions.h"
#include "cells/registry.h"

enum vtb_variant {
    VTB_VARIANT_NONE,
    VTB_VARIANT_CHECKED,
    VTB_VARIANT_ATOMIC,
    VTB_VARIANT_LOCAL,
    VTB_VARIANTS_N
};

/* The words behind the @ of a strategy's variants: "" for none, "checked", "atomic", "local". */
extern const char *const vtb_variant_words[VTB_VARIANTS_N];

struct vtb_cell_slot {
    struct vtb_cell cell; /* first, so that a cell's address is its slot's */
    const struct vtb_strategy_entry *strategy;
    const struct vtb_workload_entry *workload;
    enum vtb_variant variant;
    const struct vtb_edition *edition; /* null: this build's own */
    bool loaded;
};

/* Gives the slot of a cell that vtb_find_cell gave. */
struct vtb_cell_slot *vtb_slot_of(const struct vtb_cell *cell);

#endif
