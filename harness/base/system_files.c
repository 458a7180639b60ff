#include "base/system_files.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/child.h"

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

bool vtb_system_program(const char *root, char path[PATH_MAX])
{
    char link[PATH_MAX];
    char found[PATH_MAX];
    const char *name = program_invocation_name;
    const int n = snprintf(link, sizeof link, "%s/proc/self/exe", root);
    const ssize_t read_n = n < (int)sizeof link ? readlink(link, path, PATH_MAX - 1) : -1;
    path[read_n > 0 ? read_n : 0] = '\0';
    if (read_n > 0)
        return true;
    if (!strchr(name, '/'))
        name = vtb_child_find(name, found) ? found : "";
    if (*name && realpath(name, path))
        return true;
    *path = '\0';
    return false;
}
