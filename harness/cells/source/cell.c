/*
 * The one source of all cells, and of the metadata of strategies. It is never compiled by itself:
 * the compiler is told which workload and strategy it is, by the names of their files, and which
 * kind of cell (cell/template.h). If the strategy is written in C++20, this file is compiled as
 * C++20 too.
 */
#include VTB_WORKLOAD_FILE

#include VTB_STRATEGY_FILE

#include <vtb/cell/template.h>
