/* Builds the cells of all tests, once, before they run. */
#include <stdio.h>

#include "built.h"
#include "fixtures.h"

int main(void)
{
    size_t n = 0;
    for (const struct vtb_cell *const *cell = built_cells(); *cell; cell++)
        n++;
    open_fixtures();
    printf("%zu cells\n", n);
    return n == 0;
}
