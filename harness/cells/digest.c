#include "cells/digest.h"

#include <assert.h>
#include <sys/types.h>

#include <sha2.h>
#include <string.h>

static_assert(VTB_DIGEST_BYTES == SHA256_DIGEST_STRING_LENGTH, "a digest and its end fit");

bool vtb_digest_file(const char *path, char hex[VTB_DIGEST_BYTES])
{
    return SHA256File(path, hex) != NULL;
}

void vtb_digest_text(const char *text, char hex[VTB_DIGEST_BYTES])
{
    vtb_digest_bytes(text, strlen(text), hex);
}

void vtb_digest_bytes(const void *bytes, size_t n, char hex[VTB_DIGEST_BYTES])
{
    (void)SHA256Data(bytes, n, hex);
}
