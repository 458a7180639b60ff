#include "cells/code.h"

#include <dlfcn.h>
#include <elf.h>
#include <link.h>
#include <string.h>

#include <vtb/workload.h>

static uint64_t digest_bytes(uint64_t digest, const unsigned char *bytes, size_t n)
{
    for (size_t i = 0; i < n; i += sizeof digest) {
        uint64_t word = 0;
        memcpy(&word, bytes + i, n - i < sizeof word ? n - i : sizeof word);
        digest = vtb_mix64(digest ^ word);
    }
    return digest;
}

/* The digest of the executable segments of the object in whose memory an address lies, which the
 * loader has mapped with its headers; 0: it lies in none. */
static uint64_t digest_of_object(const void *address)
{
    Dl_info info;
    uint64_t digest = 0;
    if (!dladdr(address, &info))
        return 0;
    const unsigned char *base = info.dli_fbase;
    const ElfW(Ehdr) *header = info.dli_fbase;
    const ElfW(Phdr) *segments = (const void *)(base + header->e_phoff);
    for (size_t i = 0; i < header->e_phnum; i++) {
        if (segments[i].p_type == PT_LOAD && segments[i].p_flags & PF_X)
            digest = digest_bytes(digest, base + segments[i].p_vaddr, segments[i].p_filesz);
    }
    return digest;
}

uint64_t vtb_code_digest(const struct vtb_cell *const *cells, size_t n)
{
    uint64_t digest = 0;
    for (size_t i = 0; i < n; i++) {
        if (cells[i] && cells[i]->open)
            digest += vtb_mix64(digest_of_object((const void *)(uintptr_t)cells[i]->open));
    }
    return digest;
}
