#include "passes/libraries.h"

#include <gnu/libc-version.h>
#include <link.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "cells/home.h"
#include "cells/registry.h"
#include "stores/store.h"

#define WHAT "the list of libraries"

/* A library that is a heap's or a store's says its version itself. */
static void find_version(struct vtb_library *library)
{
    const char *suffix = strstr(library->file, ".so.");
    snprintf(library->version, sizeof library->version, "%s", suffix ? suffix + 4 : "unknown");
    if (strcmp(library->name, "libc") == 0)
        snprintf(library->version, sizeof library->version, "%s", gnu_get_libc_version());
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        const struct vtb_heap *heap = vtb_heaps[i].heap;
        if (!heap->unavailable && heap->library && strcmp(heap->library, library->name) == 0)
            heap->version(library->version, sizeof library->version);
    }
    for (size_t i = 0; vtb_stores[i]; i++) {
        const struct vtb_store *store = vtb_stores[i];
        if (!store->unavailable && strcmp(store->library, library->name) == 0)
            store->version(library->version, sizeof library->version);
    }
}

/* Whether a file is one of the build's own: a cell, or an entry of a user. */
static bool is_ours(const char *path)
{
    struct vtb_error none;
    const struct vtb_home *home = vtb_home(&none);
    if (!home)
        return false;
    const char *const folders[] = {home->cells, home->installed};
    for (size_t i = 0; i < sizeof folders / sizeof *folders; i++) {
        const size_t n = strlen(folders[i]);
        if (n > 0 && strncmp(path, folders[i], n) == 0 && path[n] == '/')
            return true;
    }
    return false;
}

/* Adds an object that is loaded, unless it is the program itself, the kernel's, or of the build. */
static int add(struct dl_phdr_info *info, size_t bytes, void *context)
{
    struct vtb_libraries *libraries = context;
    const char *slash = strrchr(info->dlpi_name, '/');
    (void)bytes;
    if (!slash || is_ours(info->dlpi_name))
        return 0;
    libraries->items =
        vtb_reallocate(libraries->items, libraries->n + 1, sizeof *libraries->items, WHAT);
    struct vtb_library *library = &libraries->items[libraries->n++];
    if (!realpath(info->dlpi_name, library->file))
        snprintf(library->file, sizeof library->file, "%s", info->dlpi_name);
    const char *end = strstr(slash, ".so");
    snprintf(library->name, sizeof library->name, "%.*s",
             end ? (int)(end - slash - 1) : (int)sizeof library->name, slash + 1);
    find_version(library);
    return 0;
}

void vtb_libraries_read(struct vtb_libraries *libraries)
{
    *libraries = (struct vtb_libraries){0};
    (void)dl_iterate_phdr(add, libraries);
}

void vtb_libraries_free(struct vtb_libraries *libraries)
{
    free(libraries->items);
    *libraries = (struct vtb_libraries){0};
}
