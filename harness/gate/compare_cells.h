/* Figures before and after, as text for the cells of a table. */
#ifndef GATE_COMPARE_CELLS_H
#define GATE_COMPARE_CELLS_H

#include "gate/compare.h"

#define VTB_COMPARED_CELL_BYTES 160

/* Writes a figure of a row: "100 -> 80 -20.0 %", "=" if it is the same, "-" if it is absent. Adds
 * the verdict if the numbers do not say it, and parentheses if the two must not be compared. */
void vtb_compared_cell(char text[VTB_COMPARED_CELL_BYTES], const struct vtb_compared_column *column,
                       const struct vtb_compared_row *row,
                       const struct vtb_compared_figure *figure);

#endif
