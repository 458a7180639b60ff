/*
 * A target of libFuzzer's: the input is a byte that says in which format the rest is read, and a
 * trace. It is refused in one line without control characters, or read: then its numbers are those
 * of keys as they first come, and what is strange about it is said in such a line.
 */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "plan/trace.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* So few that traces have more, and that a line of ARC's does not take long. */
#define KEYS_MAX 1000

static const struct vtb_trace_format formats[] = {
    {VTB_TRACE_TEXT, NULL, 0}, {VTB_TRACE_BE32, NULL, 0}, {VTB_TRACE_ARC, NULL, 0},
    {VTB_TRACE_CSV, "1", 1},   {VTB_TRACE_CSV, "key", 0}, {VTB_TRACE_CSV, "3", 3},
};

#define FORMATS_N (sizeof formats / sizeof *formats)

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static void check_line(const char *text)
{
    require(strncmp(text, "--trace: '", 10) == 0, "a line names the option");
    for (; *text; text++)
        require(!iscntrl((unsigned char)*text), "texts have no control characters");
}

static void check_trace(const struct vtb_trace *trace)
{
    uint64_t keys_n = 0;
    require(trace->ids_n > 0, "a trace has requests");
    for (size_t i = 0; i < trace->ids_n; i++) {
        require(trace->ids[i] <= keys_n, "keys are numbered as they first come");
        keys_n += trace->ids[i] == keys_n;
    }
    require(keys_n == trace->keys_n && keys_n <= KEYS_MAX, "keys are counted");
}

/* A file with these bytes, which has no name but that of its descriptor. */
static int put(const uint8_t *data, size_t size)
{
    const int file = memfd_create("trace", 0);
    require(file >= 0 && write(file, data, size) == (ssize_t)size, "there is memory for a file");
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtb_trace trace;
    struct vtb_error error = {0};
    char path[64];
    if (size == 0)
        return 0;
    const struct vtb_trace_format *format = &formats[data[0] % FORMATS_N];
    const int file = put(data + 1, size - 1);
    (void)snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    if (vtb_trace_open_up_to(&trace, path, format, KEYS_MAX, &error)) {
        check_trace(&trace);
        if (vtb_trace_is_strange(&trace, path, format, &error))
            check_line(error.message);
        vtb_trace_close(&trace);
    } else {
        require(error.exit_code == VTB_EXIT_USAGE, "what is no trace is refused");
        require(!trace.ids && trace.ids_n == 0, "and nothing is left of it");
        check_line(error.message);
    }
    (void)close(file);
    return 0;
}
