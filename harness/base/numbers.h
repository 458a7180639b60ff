/* Numbers as people write them on a command line: lists, ranges, units. Refuses whatever is not
 * wholly a number: NaN, infinities, hexadecimal, trailing text, overflow. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A list or range may have at most so many values. */
#define VTB_NUMBERS_MAX 1000

struct vtb_numbers {
    double values[VTB_NUMBERS_MAX];
    size_t n;
};

/* The numbers that are accepted. Some may end in k, M, G or T: those that are whole, or whose limit
 * is 1e9 at least. */
struct vtb_number_kind {
    double min;
    double max;
    bool whole;   /* no fraction */
    bool percent; /* a trailing % divides by 100 */
    bool bytes;   /* k, M, G and T stand for powers of 1024, and not of 1000 */
    bool time;    /* seconds, behind which a unit must stand: us, ms or s */
};

/* Parses one number. On false *error says only what is wrong with `text`, to follow its name. */
VTB_MUST_USE bool vtb_number_parse(const char *text, const struct vtb_number_kind *kind,
                                   double *value, struct vtb_error *error);

/* Parses a number, a list A,B,... or a range FROM:TO:STEP with both of its ends: if no step meets
 * TO, the last one is shorter. */
VTB_MUST_USE bool vtb_numbers_parse(const char *text, const struct vtb_number_kind *kind,
                                    struct vtb_numbers *numbers, struct vtb_error *error);

/* Parses a whole number from 0 to 2^64 - 1, which a double cannot hold: a seed. */
VTB_MUST_USE bool vtb_uint64_parse(const char *text, uint64_t *value, struct vtb_error *error);

#endif
