/*
 * The one source of all cells, and of what is known of a strategy ahead of its cells. It is never
 * compiled by itself: the compiler is told which workload and strategy it is, by the names of their
 * files, and which kind of cell (cell/template.h). As C++20 for a strategy that is written in it.
 */
#include VTB_WORKLOAD_FILE

#include VTB_STRATEGY_FILE

#include <vtb/cell/template.h>
