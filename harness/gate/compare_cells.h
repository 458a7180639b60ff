/* Figures before and after, as cells of a table have them. */
#ifndef GATE_COMPARE_CELLS_H
#define GATE_COMPARE_CELLS_H

#include "gate/compare.h"

#define VTB_COMPARED_CELL_BYTES 160

/* "100 -> 80 -20.0 %", "=", "-": a figure of a row, with its verdict where the numbers do not say
 * it; in parentheses if it is not to be compared. */
void vtb_compared_cell(char text[VTB_COMPARED_CELL_BYTES], const struct vtb_compared_column *column,
                       const struct vtb_compared_row *row,
                       const struct vtb_compared_figure *figure);

#endif
