/* SHA-256, as text: tells whether two files have the same content. */
#ifndef CELLS_DIGEST_H
#define CELLS_DIGEST_H

#include <stdbool.h>
#include <stddef.h>

/* 64 hexadecimal digits and a null. */
#define VTB_DIGEST_BYTES 65

/* Gives the digest of a file's content; false if the file cannot be read. */
bool vtb_digest_file(const char *path, char hex[VTB_DIGEST_BYTES]);

void vtb_digest_text(const char *text, char hex[VTB_DIGEST_BYTES]);

void vtb_digest_bytes(const void *bytes, size_t n, char hex[VTB_DIGEST_BYTES]);

#endif
