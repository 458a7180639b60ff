/*
 * jemalloc, by its own malloc and free. The functions of its own names (mallocx, dallocx) would be
 * unmistakable, but they lack the fast path: a pair of them takes twice as long, and no program
 * calls them for a small object. Its malloc has the name of the C library's, which stays the
 * process's; so it is looked up in the library, once, before main. A call then is a jump through
 * memory, as a call through the linker's table is.
 */
#define VTB_LIBRARY jemalloc
#define VTB_LIBRARY_PACKAGE "libjemalloc-dev"

#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Stands in for functions that were not found, so that no call has to check for them. */
static void fail(void)
{
    fputs("heap jemalloc: malloc, free and malloc_usable_size were not found in libjemalloc.so.2\n",
          stderr);
    abort();
}

static void *no_malloc(size_t bytes)
{
    (void)bytes;
    fail();
    return NULL;
}

static void no_free(void *memory)
{
    (void)memory;
    fail();
}

static size_t no_usable(void *memory)
{
    (void)memory;
    fail();
    return 0;
}

static int no_mallctl(const char *name, void *old, size_t *old_bytes, void *new, size_t new_bytes)
{
    (void)name;
    (void)old;
    (void)old_bytes;
    (void)new;
    (void)new_bytes;
    return -1;
}

static void *(*own_malloc)(size_t bytes) = no_malloc;
static void (*own_free)(void *memory) = no_free;
static size_t (*own_usable)(void *memory) = no_usable;
static int (*own_mallctl)(const char *name, void *old, size_t *old_bytes, void *new,
                          size_t new_bytes) = no_mallctl;

/* `function` is a pointer to a function, which C does not convert from what dlsym gives. */
static void look_up(void *library, const char *name, void *function)
{
    void *found = dlsym(library, name);
    if (found)
        memcpy(function, &found, sizeof found);
}

/* The program is linked against the library: it is there, and is not loaded here. */
__attribute__((constructor)) static void look_up_all(void)
{
    void *library = dlopen("libjemalloc.so.2", RTLD_NOLOAD | RTLD_NOW);
    if (!library)
        return;
    look_up(library, "malloc", &own_malloc);
    look_up(library, "free", &own_free);
    look_up(library, "malloc_usable_size", &own_usable);
    look_up(library, "mallctl", &own_mallctl);
}

static void *jemalloc_alloc(size_t bytes)
{
    return own_malloc(bytes);
}

static void jemalloc_free(void *memory)
{
    own_free(memory);
}

static size_t jemalloc_usable(void *memory)
{
    return own_usable(memory);
}

static void jemalloc_version(char *text, size_t bytes)
{
    const char *version;
    size_t version_bytes = sizeof version;
    if (own_mallctl("version", &version, &version_bytes, NULL, 0) == 0)
        snprintf(text, bytes, "%s", version);
}
#endif

VTB_HEAP(jemalloc) = {
    .summary = "jemalloc of FreeBSD",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .alloc = jemalloc_alloc,
    .free = jemalloc_free,
    .usable = jemalloc_usable,
    .library = "libjemalloc",
    .version = jemalloc_version,
#endif
};
