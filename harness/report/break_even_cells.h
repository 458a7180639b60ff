/* Crossings of curves, as text for the cells of a table. */
#ifndef REPORT_BREAK_EVEN_CELLS_H
#define REPORT_BREAK_EVEN_CELLS_H

#include <stddef.h>

#include "figures/break_even.h"

#define VTB_BREAK_EVEN_CELL_BYTES 1024

/* Writes for which values of the parameter an entry is below its level, with a line for each
 * crossing: "from 0.5 [0.4, 0.6]", "never", and so on. */
void vtb_break_even_cell(char cell[VTB_BREAK_EVEN_CELL_BYTES], const struct vtb_break_even *entry);

/* Appends a value of the entry's parameter, with its unit, to the text in a buffer of `text_bytes`
 * bytes. */
void vtb_append_break_even_value(char *text, size_t text_bytes, const struct vtb_break_even *entry,
                                 double value);

#endif
