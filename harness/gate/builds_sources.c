/* The sources of two builds: which of those that are compared a build lacks, and which are others
 * than this program's, though it is this program's that are at work in both. */
#include <fts.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/allocate.h"
#include "base/prose.h"
#include "cells/digest.h"
#include "cells/slots.h"
#include "gate/builds.h"

static const struct vtb_home *home_of(size_t build)
{
    return &vtb_edition_at(build * VTB_PLACES_N)->home;
}

void vtb_builds_note(struct vtb_builds *builds, const char *format, ...)
{
    va_list arguments;
    if (builds->notes_n == VTB_BUILDS_NOTES_MAX)
        return;
    va_start(arguments, format);
    (void)vsnprintf(builds->notes[builds->notes_n++], VTB_GATE_NOTE_BYTES, format, arguments);
    va_end(arguments);
}

/* --- what is lacking --- */

/* Checks that both builds have the source of an entry, which is not a user's own. */
static bool check_source(const struct vtb_builds *builds, const char *what, const char *name,
                         const char *file, struct vtb_error *error)
{
    for (size_t b = 0; b < VTB_BUILDS_N; b++) {
        char path[2 * PATH_MAX];
        snprintf(path, sizeof path, "%s/%s", home_of(b)->root, file);
        if (access(path, R_OK) != 0)
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "%c, %.300s, has no %s '%.100s': there is no '%.400s'; leave it out",
                            "AB"[b], builds -> builds[b].label, what, name, path);
    }
    return true;
}

bool vtb_builds_check_sources(const struct vtb_builds *builds, const struct vtb_plan *plan,
                              struct vtb_error *error)
{
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        const struct vtb_workload_entry *workload = point->workload;
        if (!workload->path &&
            !check_source(builds, "workload", workload->name, workload->file, error))
            return false;
        for (size_t i = 0; i < vtb_cells_end(point); i++) {
            const struct vtb_cell_slot *slot = vtb_slot_of(point->cases[i].counting);
            if (slot->edition && !slot->strategy->path &&
                !check_source(builds, "strategy", slot->strategy->name, slot->strategy->file,
                              error))
                return false;
        }
    }
    return true;
}

/* --- heaps --- */

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/* Digests a folder of sources: the names and the contents of all files in it, in their order. False
 * if it has none, as in an installed copy. */
static bool digest_folder(const char *root, const char *name, char hex[VTB_DIGEST_BYTES])
{
    char folder[2 * PATH_MAX];
    char *all = vtb_copy_text("", "the sources of heaps");
    snprintf(folder, sizeof folder, "%s/%s", root, name);
    char *const paths[] = {folder, NULL};
    FTS *files = fts_open(paths, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    for (FTSENT *file; files && (file = fts_read(files));) {
        char own[VTB_DIGEST_BYTES] = "";
        char *longer = NULL;
        if (file->fts_info != FTS_F)
            continue;
        (void)!vtb_digest_file(file->fts_accpath, own);
        if (asprintf(&longer, "%s%s %s\n", all, file->fts_path + strlen(root), own) < 0)
            vtb_no_memory(strlen(all), "the sources of heaps");
        free(all);
        all = longer;
    }
    if (files)
        fts_close(files);
    const bool has_files = *all != '\0';
    vtb_digest_text(all, hex);
    free(all);
    return has_files;
}

/* Notes the builds whose heaps are not those below `root`. */
static void note_heaps(struct vtb_builds *builds, const char *root)
{
    char own[VTB_DIGEST_BYTES];
    char other[VTB_DIGEST_BYTES];
    if (!digest_folder(root, "heaps", own))
        return;
    for (size_t b = 0; b < VTB_BUILDS_N; b++) {
        if (digest_folder(home_of(b)->root, "heaps", other) && strcmp(own, other) != 0)
            vtb_builds_note(builds,
                            "the heaps of %c (heaps/) are not those of this program, which serve "
                            "both builds: what they do to times is not compared",
                            "AB"[b]);
    }
}

/* --- the contract --- */

/* The headers of what a program and its cells share, a table of keys and values among it. */
static const char *const shared_headers[] = {
    "cell.h", "strategy.h", "workload.h",   "heap.h",     "probe.h",      "map.h",
    "text.h", "kept_key.h", "key_number.h", "key_text.h", "concurrent.h", NULL};

/* Whether a file of two folders of sources is another one. */
static bool differs(const char *root, const char *other_root, const char *file)
{
    char path[2 * PATH_MAX];
    char own[VTB_DIGEST_BYTES] = "";
    char other[VTB_DIGEST_BYTES] = "";
    snprintf(path, sizeof path, "%s/%s", root, file);
    (void)!vtb_digest_file(path, own);
    snprintf(path, sizeof path, "%s/%s", other_root, file);
    (void)!vtb_digest_file(path, other);
    return strcmp(own, other) != 0;
}

/* Notes the sources of what this program has made, and cells of a build use: the sizes of what they
 * share are the same, or else the build is refused; whether it means the same nobody can tell. */
static void note_shared(struct vtb_builds *builds, const char *root, size_t build)
{
    char list[240] = "";
    char file[PATH_MAX];
    const struct vtb_plan *plan = &builds->run.plan;
    for (const char *const *name = shared_headers; *name; name++) {
        snprintf(file, sizeof file, "harness/include/vtb/%s", *name);
        if (differs(root, home_of(build)->root, file))
            vtb_append(list, sizeof list, "%s%s", *list ? ", " : "", *name);
    }
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_workload_entry *workload = plan->points[p].workload;
        if (!workload->path && !strstr(list, workload->file) &&
            differs(root, home_of(build)->root, workload->file))
            vtb_append(list, sizeof list, "%s%s", *list ? ", " : "", workload->file);
    }
    if (*list)
        vtb_builds_note(
            builds,
            "of what cells share with this program, which makes tables and heaps for both builds, "
            "%c has other sources: %s; if they mean something else there, figures mean nothing",
            "AB"[build], list);
}

/* --- compilers --- */

/* Notes what cells of both builds are compiled by, if it is not the same. */
static void note_compilers(struct vtb_builds *builds)
{
    const struct vtb_built_case *own = &builds->cases[0];
    const struct vtb_point *point = builds->run.results.comparisons[own->comparison].point;
    const struct vtb_cell *a = point->cases[own->places[0]].counting;
    const struct vtb_cell *b = point->cases[own->places[VTB_PLACES_N]].counting;
    if (strcmp(a->compiler, b->compiler) != 0)
        vtb_builds_note(builds,
                        "A is compiled by %.100s, and B by %.100s: what differs may be of that",
                        a->compiler, b->compiler);
    if (strcmp(a->rule, b->rule) != 0)
        vtb_builds_note(
            builds,
            "A and B are compiled by other flags (cells.ninja in their folders): what differs may "
            "be of that");
}

void vtb_builds_note_sources(struct vtb_builds *builds)
{
    struct vtb_error unheard;
    const struct vtb_home *home = vtb_home(&unheard);
    note_compilers(builds);
    if (!home)
        return;
    note_heaps(builds, home->root);
    for (size_t b = 0; b < VTB_BUILDS_N; b++)
        note_shared(builds, home->root, b);
}
