#include "base/variables.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

void vtb_variables_unset(const char *prefix, const char *kept)
{
    for (size_t i = 0; environ[i];) {
        char name[256];
        (void)snprintf(name, sizeof name, "%.*s", (int)strcspn(environ[i], "="), environ[i]);
        const bool stays =
            strncmp(name, prefix, strlen(prefix)) != 0 || (kept && strcmp(name, kept) == 0);
        if (stays || unsetenv(name) != 0) /* otherwise another one is at its place now */
            i++;
    }
}
