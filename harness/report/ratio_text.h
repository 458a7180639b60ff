/* How ratios of times are told in tables for people. */
#ifndef REPORT_RATIO_TEXT_H
#define REPORT_RATIO_TEXT_H

#include "base/prose.h"
#include "base/stats.h"

/* Writes a ratio, and how far the ends of an interval of it reach, to the farther side, if that is
 * known: "0.41 ±0.02". What is told may be rounded otherwise than the interval's middle. */
const char *vtb_ratio_text(char text[VTB_NUMBER_BYTES], double told,
                           const struct vtb_interval *ratio);

#endif
