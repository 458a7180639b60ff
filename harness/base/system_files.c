#include "base/system_files.h"

#include <limits.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

FILE *vtb_system_open(const char *root, const char *path)
{
    char full[PATH_MAX];
    const int n = snprintf(full, sizeof full, "%s%s", root, path);
    return n < (int)sizeof full ? fopen(full, "re") : NULL;
}

bool vtb_system_has(const char *root, const char *path)
{
    char full[PATH_MAX];
    const int n = snprintf(full, sizeof full, "%s%s", root, path);
    return n < (int)sizeof full && access(full, F_OK) == 0;
}

bool vtb_system_text(const char *root, const char *path, const char *prefix, char *text,
                     size_t text_bytes)
{
    const size_t prefix_n = strlen(prefix);
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = vtb_system_open(root, path);
    *text = '\0';
    while (file && !found && getline(&line, &room, file) > 0)
        found = strncmp(line, prefix, prefix_n) == 0;
    if (found) {
        line[strcspn(line, "\n")] = '\0';
        snprintf(text, text_bytes, "%s", line + prefix_n + strspn(line + prefix_n, " \t:"));
    }
    free(line);
    if (file)
        fclose(file);
    return *text != '\0';
}

double vtb_system_number(const char *root, const char *path, const char *prefix)
{
    char text[64];
    char *end;
    if (!vtb_system_text(root, path, prefix, text, sizeof text))
        return NAN;
    const double number = strtod(text, &end);
    return end == text ? NAN : number;
}
