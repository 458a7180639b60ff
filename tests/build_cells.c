/* Builds the cells of all tests, once, before they run; and names their files, for tests that read
 * those. */
#include <stdio.h>

#include "built.h"
#ifdef FIXTURES_DIR
#include "fixtures.h"
#endif

int main(void)
{
    const struct vtb_cell *const *cells = built_cells();
    for (size_t i = 0; cells[i]; i++) {
        char name[VTB_TARGET_NAME_BYTES];
        built_file_name(cells[i], name);
        puts(name);
    }
#ifdef FIXTURES_DIR
    open_fixtures();
#endif
    return !cells[0];
}
