#include "passes/control_group.h"

#include <limits.h>
#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/system_files.h"

/* The hierarchy of control groups that has the processors. */
struct hierarchy {
    bool is_unified;      /* version 2 */
    char group[PATH_MAX]; /* the group of this process */
    char top[PATH_MAX];   /* the group that stands at the mount point: "/" outside containers */
    char mount[PATH_MAX]; /* the mount point */
    char folder[2 * PATH_MAX]; /* the group's folder */
};

static bool has_word(const char *list, const char *word)
{
    const size_t n = strlen(word);
    for (; *list; list += strcspn(list, ","), list += *list == ',') {
        if (strcspn(list, ",") == n && strncmp(list, word, n) == 0)
            return true;
    }
    return false;
}

/* Finds the group of this process. Its lines are "number:controllers:group"; where both versions
 * are in use, the one whose controllers have the processors is of version 1. */
static bool find_group(struct hierarchy *hierarchy, const char *root)
{
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = vtb_system_open(root, "/proc/self/cgroup");
    while (file && getline(&line, &room, file) > 0) {
        char *controllers = strchr(line, ':');
        char *group = controllers ? strchr(controllers + 1, ':') : NULL;
        if (!group)
            continue;
        *group++ = '\0';
        controllers++;
        group[strcspn(group, "\n")] = '\0';
        const bool unified = !*controllers;
        if (!has_word(controllers, "cpu") && (!unified || found))
            continue;
        found = true;
        hierarchy->is_unified = unified;
        snprintf(hierarchy->group, sizeof hierarchy->group, "%s", group);
    }
    free(line);
    if (file)
        fclose(file);
    return found;
}

/* Whether a line of mountinfo, "... root mount-point ... - type source options", is the
 * hierarchy's; writes its root and mount point. */
static bool is_mounted_by(struct hierarchy *hierarchy, const char *line)
{
    char type[32];
    char options[512];
    const char *rest = strstr(line, " - ");
    if (!rest || sscanf(rest, " - %31s %*s %511s", type, options) != 2)
        return false;
    if (strcmp(type, hierarchy->is_unified ? "cgroup2" : "cgroup") != 0)
        return false;
    if (!hierarchy->is_unified && !has_word(options, "cpu"))
        return false;
    return sscanf(line, "%*s %*s %*s %4095s %4095s", hierarchy->top, hierarchy->mount) == 2;
}

static bool find_mount(struct hierarchy *hierarchy, const char *root)
{
    char *line = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file = vtb_system_open(root, "/proc/self/mountinfo");
    while (file && !found && getline(&line, &room, file) > 0)
        found = is_mounted_by(hierarchy, line);
    free(line);
    if (file)
        fclose(file);
    return found;
}

/* Finds the group's folder. A container sees its own group at the mount point; one that is not
 * below that is out of its sight, and the mount point is the nearest that it sees. */
static bool find_folder(struct hierarchy *hierarchy, const char *root)
{
    if (!find_group(hierarchy, root) || !find_mount(hierarchy, root))
        return false;
    const size_t top_n = strcmp(hierarchy->top, "/") == 0 ? 0 : strlen(hierarchy->top);
    const bool below = strncmp(hierarchy->group, hierarchy->top, top_n) == 0 &&
                       strncmp(hierarchy->group, "/..", 3) != 0;
    const char *rest = below ? hierarchy->group + top_n : "";
    snprintf(hierarchy->folder, sizeof hierarchy->folder, "%s%s", hierarchy->mount,
             strcmp(rest, "/") == 0 ? "" : rest);
    return vtb_system_has(root, hierarchy->folder);
}

static double number_in(const struct hierarchy *hierarchy, const char *root, const char *file,
                        const char *prefix)
{
    char path[sizeof hierarchy->folder + 32];
    snprintf(path, sizeof path, "%s/%s", hierarchy->folder, file);
    return vtb_system_number(root, path, prefix);
}

/* The processors that the folder's group may use. A group without a limit says "max" or -1, and one
 * at the top has no file that says so. */
static double processors_of(const struct hierarchy *hierarchy, const char *root)
{
    char path[sizeof hierarchy->folder + 32];
    char text[64];
    double quota = number_in(hierarchy, root, "cpu.cfs_quota_us", "");
    double period = number_in(hierarchy, root, "cpu.cfs_period_us", "");
    snprintf(path, sizeof path, "%s/cpu.max", hierarchy->folder);
    if (hierarchy->is_unified && (!vtb_system_text(root, path, "", text, sizeof text) ||
                                  sscanf(text, "%lf %lf", &quota, &period) != 2))
        return INFINITY;
    return quota > 0 && period > 0 ? quota / period : INFINITY;
}

void vtb_cpu_limit_read(struct vtb_cpu_limit *limit, const char *root)
{
    struct hierarchy hierarchy;
    *limit = (struct vtb_cpu_limit){.throttled_n = NAN};
    if (!find_folder(&hierarchy, root))
        return;
    const size_t mount_n = strlen(hierarchy.mount);
    limit->processors = INFINITY;
    while (strlen(hierarchy.folder) >= mount_n) {
        limit->processors = fmin(limit->processors, processors_of(&hierarchy, root));
        limit->throttled_n =
            fmax(limit->throttled_n, number_in(&hierarchy, root, "cpu.stat", "nr_throttled"));
        char *last = strrchr(hierarchy.folder, '/');
        if (!last)
            return;
        *last = '\0';
    }
}
