#include "cells/foreign.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "cells/load.h"

#define FOREIGN_MAX 128

static struct vtb_strategy_entry strategies[FOREIGN_MAX];
static size_t strategies_n;
static struct vtb_workload_entry workloads[FOREIGN_MAX];
static size_t workloads_n;

const struct vtb_strategy_entry *vtb_foreign_strategy_at(size_t i)
{
    return i < strategies_n ? &strategies[i] : NULL;
}

const struct vtb_workload_entry *vtb_foreign_workload_at(size_t i)
{
    return i < workloads_n ? &workloads[i] : NULL;
}

const struct vtb_strategy_entry *vtb_foreign_strategy(const char *name, size_t name_n)
{
    for (size_t i = 0; i < strategies_n; i++) {
        if (strlen(strategies[i].name) == name_n && memcmp(strategies[i].name, name, name_n) == 0)
            return &strategies[i];
    }
    return NULL;
}

const struct vtb_workload_entry *vtb_foreign_workload(const char *name)
{
    for (size_t i = 0; i < workloads_n; i++) {
        if (strcmp(workloads[i].name, name) == 0)
            return &workloads[i];
    }
    return NULL;
}

/* --- files --- */

/* The length of a path, up to the @variant that may follow its last part, or the :edition. */
static size_t path_length(const char *text)
{
    const char *slash = strrchr(text, '/');
    const char *at = strrchr(slash ? slash : text, '@');
    const char *colon = strrchr(slash ? slash : text, ':');
    if (!at && colon && vtb_find_edition(colon + 1))
        at = colon;
    return at ? (size_t)(at - text) : strlen(text);
}

bool vtb_is_path(const char *text)
{
    const size_t n = path_length(text);
    return strchr(text, '/') || vtb_ends_in(text, n, ".c") || vtb_ends_in(text, n, ".cc") ||
           vtb_ends_in(text, n, ".h");
}

bool vtb_is_entry_name(const char *stem)
{
    const char *c = stem;
    while (islower((unsigned char)*c) || *c == '_' || (c > stem && isdigit((unsigned char)*c)))
        c++;
    return c > stem && *c == '\0' && *stem != '_';
}

/* A file, as its name describes it. */
struct source {
    char path[PATH_MAX]; /* as it was given */
    char file[PATH_MAX]; /* absolute, without links */
    char stem[64];
};

/* Reads the name of a file, which has `n` characters and must end in one of two ways. */
static bool read_name(struct source *source, const char *text, size_t n, const char *option,
                      const char *const ends[2], struct vtb_error *error)
{
    struct stat status;
    snprintf(source->path, sizeof source->path, "%.*s", (int)n, text);
    const char *slash = strrchr(source->path, '/');
    const char *base = slash ? slash + 1 : source->path;
    const char *end = strrchr(base, '.');
    const size_t stem_n = end ? (size_t)(end - base) : strlen(base);
    snprintf(source->stem, sizeof source->stem, "%.*s", (int)stem_n, base);
    if (strcmp(base + stem_n, ends[0]) != 0 && strcmp(base + stem_n, ends[1]) != 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--%s: '%s': no such kind of file; accepted: a file "
                        "whose name ends in %s%s%s",
                        option, source->path, ends[0], ends[0] == ends[1] ? "" : " or ",
                        ends[0] == ends[1] ? "" : ends[1]);
    if (!vtb_is_entry_name(source->stem) || stem_n >= sizeof source->stem)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--%s: '%s': the file's stem names the entry, and must be lower-case "
                        "letters, digits and underscores, a letter first",
                        option, source->path);
    if (!realpath(source->path, source->file) || stat(source->file, &status) != 0 ||
        access(source->file, R_OK) != 0)
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s: '%s' cannot be read: %s", option,
                        source->path, strerror(errno));
    if (!S_ISREG(status.st_mode) || strpbrk(source->file, "\"\\\n"))
        return vtb_fail(error, VTB_EXIT_USAGE, "--%s: '%s' is %s", option, source->path,
                        S_ISREG(status.st_mode) ? "a name that no #include can have: leave out "
                                                  "quotation marks and backslashes"
                                                : "no file");
    return true;
}

static char *copied(const char *text)
{
    return vtb_copy_text(text, "a name");
}

/* Whether an entry is of that file. The path of an entry of the build starts from the sources'
 * root. */
static bool is_of(const char *entry_file, const struct source *source)
{
    char path[2 * PATH_MAX];
    char file[PATH_MAX];
    struct vtb_error none;
    const struct vtb_home *home = entry_file[0] == '/' ? NULL : vtb_home(&none);
    snprintf(path, sizeof path, "%s/%s", home ? home->root : "", entry_file);
    return strcmp(home && realpath(path, file) ? file : entry_file, source->file) == 0;
}

/* Refuses a file whose stem is the name of an entry that is not of this file. */
static bool refuse_twice(const struct source *source, const char *option, const char *other,
                         struct vtb_error *error)
{
    return vtb_fail(error, VTB_EXIT_USAGE,
                    "--%s: '%s': '%s' is the name of another one (%s) already; rename the file and "
                    "the entry in it",
                    option, source->path, source->stem, other);
}

const char *vtb_foreign_add_strategy(const char *path, struct vtb_error *error)
{
    static const char *const ends[] = {".c", ".cc"};
    struct source source;
    char name[128];
    if (!read_name(&source, path, path_length(path), "strategy", ends, error))
        return NULL;
    const struct vtb_strategy_entry *known = vtb_find_strategy_entry(source.stem);
    if (known && strcmp(known->name, source.stem) != 0) /* it is an alias, which gives way */
        known = NULL;
    if (known && !is_of(known->file, &source)) {
        (void)refuse_twice(&source, "strategy", known->file, error);
        return NULL;
    }
    if (!known && strategies_n == FOREIGN_MAX) {
        vtb_error_set(error, VTB_EXIT_USAGE, "--strategy: '%s': more files than %d", path,
                      FOREIGN_MAX);
        return NULL;
    }
    if (!known)
        strategies[strategies_n++] = (struct vtb_strategy_entry){
            .name = source.stem, .file = source.file, .path = source.path};
    snprintf(name, sizeof name, "%s%s", source.stem, path + path_length(path));
    const bool found = vtb_find_name(name) != NULL;
    if (!found)
        vtb_error_set(
            error, VTB_EXIT_USAGE,
            "--strategy: '%s': unknown variant; accepted: FILE, FILE@checked, FILE@atomic, "
            "FILE@local",
            path);
    if (!known && found)
        strategies[strategies_n - 1] = (struct vtb_strategy_entry){
            .name = copied(source.stem), .file = copied(source.file), .path = copied(source.path)};
    else if (!known)
        strategies_n--;
    return found ? vtb_find_name(name) : NULL;
}

/* --- sizes --- */

static const struct vtb_workload_entry *sized_family(void)
{
    for (const struct vtb_workload_entry *entry = vtb_workloads; entry->name; entry++) {
        if (entry->payload_bytes)
            return entry;
    }
    return NULL;
}

/* The size at the end of a name; 0: there is none. */
static size_t size_of(const char *name)
{
    const struct vtb_workload_entry *family = sized_family();
    const size_t stem_n = family ? strlen(family->stem) : 0;
    char *end;
    if (!family || strncmp(name, family->stem, stem_n) != 0 || name[stem_n] != '_' ||
        !isdigit((unsigned char)name[stem_n + 1]) || name[stem_n + 1] == '0')
        return 0;
    const unsigned long bytes = strtoul(name + stem_n + 1, &end, 10);
    return *end == '\0' && bytes <= VTB_PAYLOAD_MAX ? bytes : 0;
}

const char *vtb_named_size(const char *name)
{
    const size_t bytes = size_of(name);
    return bytes ? vtb_sized_workload(bytes) : NULL;
}

const char *vtb_sized_workload(size_t bytes)
{
    char name[96];
    const struct vtb_workload_entry *family = sized_family();
    if (!family)
        return NULL;
    snprintf(name, sizeof name, "%s_%zu", family->stem, bytes);
    const struct vtb_workload_entry *known = vtb_find_workload(name);
    if (known)
        return known->name;
    if (workloads_n == FOREIGN_MAX)
        return NULL;
    struct vtb_workload_entry *entry = &workloads[workloads_n++];
    *entry = *family;
    entry->name = copied(name);
    entry->workload = NULL;
    entry->payload_bytes = bytes;
    return entry->name;
}

/* --- workloads --- */

const char *vtb_foreign_add_workload(const char *path, struct vtb_error *error)
{
    static const char *const ends[] = {".h", ".h"};
    struct source source;
    if (!read_name(&source, path, strlen(path), "workload", ends, error))
        return NULL;
    const struct vtb_workload_entry *known = vtb_find_workload(source.stem);
    if (size_of(source.stem) || (known && !is_of(known->file, &source))) {
        (void)refuse_twice(&source, "workload", known ? known->file : sized_family()->file, error);
        return NULL;
    }
    if (known)
        return known->name;
    if (workloads_n == FOREIGN_MAX) {
        vtb_error_set(error, VTB_EXIT_USAGE, "--workload: '%s': more files than %d", path,
                      FOREIGN_MAX);
        return NULL;
    }
    struct vtb_workload_entry *entry = &workloads[workloads_n++];
    *entry = (struct vtb_workload_entry){
        .name = copied(source.stem), .file = copied(source.file), .path = copied(source.path)};
    entry->stem = entry->name;
    return entry->name;
}

/* --- compiling what is known of them --- */

static bool lacks_metadata(const struct vtb_strategy_entry *entry, enum vtb_method method)
{
    const struct vtb_kind kind = {.method = method};
    return !entry->methods[method] &&
           (method == VTB_METHOD_DIRECT || !vtb_lacks_method(entry, kind));
}

/* Lists the targets that tell what is not known yet of the entries, for one of the methods. The
 * direct one comes first: its metadata tell whether there are others. */
static size_t targets_of(struct vtb_target targets[2 * FOREIGN_MAX], enum vtb_method method)
{
    size_t n = 0;
    for (size_t i = 0; i < workloads_n; i++) {
        if (!workloads[i].workload)
            targets[n++] =
                (struct vtb_target){.what = VTB_TARGET_WORKLOAD, .workload = &workloads[i]};
    }
    for (size_t i = 0; i < strategies_n; i++) {
        if (lacks_metadata(&strategies[i], method))
            targets[n++] = (struct vtb_target){.what = VTB_TARGET_METADATA,
                                               .strategy = &strategies[i],
                                               .workload = vtb_default_workload(),
                                               .kind = {.method = method}};
    }
    return n;
}

/* Loads the metadata of an entry. False, with *error set, if they are not of the name that the file
 * has. */
static bool load(const struct vtb_target *target, struct vtb_error *error)
{
    if (target->what == VTB_TARGET_WORKLOAD) {
        struct vtb_workload_entry *entry = &workloads[target->workload - workloads];
        entry->workload = vtb_load_symbol(target, "vtb_workload", error);
        return entry->workload != NULL;
    }
    const struct vtb_cell *known = vtb_load_cell(target, error);
    strategies[target->strategy - strategies].methods[target->kind.method] = known;
    return known != NULL;
}

/* The digest of a file, computed only if it is not known yet. */
static const char *digest_of(const char *known, const char *file)
{
    char hex[VTB_DIGEST_BYTES];
    if (known)
        return known;
    return copied(vtb_digest_file(file, hex) ? hex : "unknown");
}

bool vtb_foreign_load(struct vtb_error *error)
{
    struct vtb_target targets[2 * FOREIGN_MAX];
    bool ok = true;
    for (size_t i = 0; i < strategies_n; i++)
        strategies[i].digest = digest_of(strategies[i].digest, strategies[i].file);
    for (size_t i = 0; i < workloads_n; i++) {
        if (workloads[i].path)
            workloads[i].digest = digest_of(workloads[i].digest, workloads[i].file);
    }
    for (int method = 0; ok && method < VTB_METHODS_N; method++) {
        const size_t n = targets_of(targets, (enum vtb_method)method);
        ok = n == 0 || vtb_build(targets, n, NULL, NULL, error);
        for (size_t i = 0; ok && i < n; i++)
            ok = load(&targets[i], error);
    }
    for (size_t i = 0; ok && i < strategies_n; i++) {
        for (int method = 1; method < VTB_METHODS_N; method++) {
            if (!strategies[i].methods[method])
                strategies[i].methods[method] = strategies[i].methods[0];
        }
    }
    return ok;
}
