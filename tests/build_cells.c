/* Builds the cells of all tests, once, before they run. */
#include <stdio.h>

#include "built.h"
#ifdef FIXTURES_DIR
#include "fixtures.h"
#endif

int main(void)
{
    size_t n = 0;
    for (const struct vtb_cell *const *cell = built_cells(); *cell; cell++)
        n++;
#ifdef FIXTURES_DIR
    open_fixtures();
#endif
    printf("%zu cells\n", n);
    return n == 0;
}
