#include "check.h"

#include "cells/digest.h"
#include "guests/schedule_file.h"

#include <sys/mman.h>
#include <sys/stat.h>

/* Byte by byte, as docs/GUESTS.md has it. */
static void laid_out_as_documented(void **state)
{
    (void)state;
    static const uint32_t ids[] = {1, 0x80000002, 3};
    static const uint32_t order[] = {1, 0};
    const struct vtb_schedule_file schedule = {ids, 3, order, 2};
    unsigned char bytes[96 + 20 + 1];
    char path[PATH_MAX];
    char hex[VTB_DIGEST_BYTES];
    struct vtb_error error;
    const int file = vtb_schedule_file_make(&schedule, path, &error);
    assert_true(file >= 0);
    FILE *in = fopen(path, "re");
    assert_non_null(in);
    assert_int_equal(fread(bytes, 1, sizeof bytes, in), 96 + 20);
    fclose(in);
    close(file);
    static const unsigned char head[] = {'V', 'T', 'B', 'S', 'C', 'H', 'E', 'D', 1, 0, 0,
                                         0,   96,  0,   0,   0,   3,   0,   0,   0, 0, 0,
                                         0,   0,   2,   0,   0,   0,   0,   0,   0, 0};
    assert_memory_equal(bytes, head, sizeof head);
    assert_memory_equal(bytes + 96, ids, sizeof ids);
    assert_memory_equal(bytes + 96 + sizeof ids, order, sizeof order);
    vtb_digest_bytes(bytes + 96, 20, hex);
    assert_memory_equal(bytes + 32, hex, 64);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(laid_out_as_documented),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
