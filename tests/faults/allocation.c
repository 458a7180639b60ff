/*
 * The functions that give memory, as the harness calls them in `run_bench_faulty`: each
 * asks `inject` whether it is to fail. The harness alone is linked to these; allocators under test
 * are what they are. Without `inject` none fails.
 */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "allocation.h"

void *faulty_malloc(size_t bytes);
void *faulty_calloc(size_t n, size_t bytes);
void *faulty_realloc(void *block, size_t bytes);
void *faulty_reallocarray(void *block, size_t n, size_t bytes);
void *faulty_aligned_alloc(size_t alignment, size_t bytes);
char *faulty_strdup(const char *text);
char *faulty_strndup(const char *text, size_t n);
int faulty_asprintf(char **text, const char *format, ...) __attribute__((format(printf, 2, 3)));
FILE *faulty_open_memstream(char **text, size_t *bytes);
void *faulty_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset);
int faulty_memfd_create(const char *name, unsigned flags);
int faulty_ftruncate(int file, off_t bytes);

/* True with errno set, as by the functions below. */
static bool fails(void)
{
    return syscall(FAULTS_ALLOCATION, FAULTS_MARK) < 0;
}

void *faulty_malloc(size_t bytes)
{
    return fails() ? NULL : malloc(bytes);
}

void *faulty_calloc(size_t n, size_t bytes)
{
    return fails() ? NULL : calloc(n, bytes);
}

void *faulty_realloc(void *block, size_t bytes)
{
    return fails() ? NULL : realloc(block, bytes);
}

void *faulty_reallocarray(void *block, size_t n, size_t bytes)
{
    return fails() ? NULL : reallocarray(block, n, bytes);
}

void *faulty_aligned_alloc(size_t alignment, size_t bytes)
{
    return fails() ? NULL : aligned_alloc(alignment, bytes);
}

char *faulty_strdup(const char *text)
{
    return fails() ? NULL : strdup(text);
}

char *faulty_strndup(const char *text, size_t n)
{
    return fails() ? NULL : strndup(text, n);
}

int faulty_asprintf(char **text, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    const int n = fails() ? -1 : vasprintf(text, format, arguments);
    va_end(arguments);
    return n;
}

FILE *faulty_open_memstream(char **text, size_t *bytes)
{
    return fails() ? NULL : open_memstream(text, bytes);
}

void *faulty_mmap(void *at, size_t bytes, int protection, int flags, int file, off_t offset)
{
    return fails() ? MAP_FAILED : mmap(at, bytes, protection, flags, file, offset);
}

int faulty_memfd_create(const char *name, unsigned flags)
{
    return fails() ? -1 : memfd_create(name, flags);
}

int faulty_ftruncate(int file, off_t bytes)
{
    return fails() ? -1 : ftruncate(file, bytes);
}
