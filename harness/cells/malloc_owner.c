#include "cells/malloc_owner.h"

#include <dlfcn.h>
#include <stdlib.h>
#include <string.h>

#if defined __SANITIZE_ADDRESS__ || defined __SANITIZE_THREAD__
#define IS_SANITIZED true /* its malloc is in place of the C library's, as it is meant to be */
#else
#define IS_SANITIZED false
#endif

const char *vtb_file_of_function(const char *name)
{
    Dl_info info;
    void *address = dlsym(RTLD_DEFAULT, name);
    return address && dladdr(address, &info) ? info.dli_fname : NULL;
}

bool vtb_malloc_check(const struct vtb_heap_entry *entry, struct vtb_error *error)
{
    const char *owner = vtb_file_of_function("malloc");
    const char *libc = vtb_file_of_function("gnu_get_libc_version");
    return IS_SANITIZED || !owner || !libc || strcmp(owner, libc) == 0 ||
           entry->heap->alloc != malloc || entry->heap->library ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "heap '%s': malloc is that of '%.300s' here, and what is found would stand "
                    "under this name; take that library out of LD_PRELOAD or /etc/ld.so.preload, "
                    "or name other heaps where --heap is accepted",
                    entry->name, owner);
}
