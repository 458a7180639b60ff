#include "passes/environment.h"

#include <stddef.h>
#include <string.h>

bool vtb_environment_reaches_heap(const char *variable)
{
    /* The libraries' own prefixes; a library's MALLOC_CONF begins as those of the C library do. */
    static const char *const prefixes[] = {
        "GLIBC_TUNABLES", "MALLOC_",    "MIMALLOC_", "JE_MALLOC_CONF",
        "TCMALLOC_",      "TBB_MALLOC", "GC_"};
    for (size_t i = 0; i < sizeof prefixes / sizeof *prefixes; i++) {
        if (strncmp(variable, prefixes[i], strlen(prefixes[i])) == 0)
            return true;
    }
    return false;
}
