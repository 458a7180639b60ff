#include "report/report.h"

#define NAME_WIDTH 25
#define COLUMN_WIDTH 14

void vtb_print_columns(FILE *out, char cells[][VTB_COLUMN_BYTES], size_t n, bool markdown)
{
    for (size_t i = 0; i < n; i++) {
        if (markdown)
            fprintf(out, "| %s ", cells[i]);
        else
            fprintf(out, "%s%*s", i > 0 ? " " : "", i > 0 ? COLUMN_WIDTH : -NAME_WIDTH, cells[i]);
    }
    fputs(markdown ? "|\n" : "\n", out);
}

void vtb_print_columns_rule(FILE *out, size_t n)
{
    for (size_t i = 0; i < n; i++)
        fputs(i == 0 ? "|---" : "|--:", out);
    fputs("|\n", out);
}
