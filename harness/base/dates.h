/* Dates, as result files and people write them. */
#ifndef BASE_DATES_H
#define BASE_DATES_H

#include <stdbool.h>
#include <time.h>

#define VTB_DATE_BYTES 32

/* Reads a date: "2026-11-30T09:21:20+0000", "...+00:00", "...Z", or without a zone, which is UTC;
 * or a day alone, which is its beginning. Nothing may follow it. */
bool vtb_date_parse(const char *text, time_t *at);

/* Writes a date in UTC, "2026-11-30T09:21:20Z", and gives it back. */
const char *vtb_date_text(char text[VTB_DATE_BYTES], time_t at);

#endif
