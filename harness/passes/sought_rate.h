/* Looking for the highest rate that is sustained, by trials. */
#ifndef PASSES_SOUGHT_RATE_H
#define PASSES_SOUGHT_RATE_H

#include <stdbool.h>

/* Tries a rate, and tells whether nobody fell behind. */
typedef bool vtb_rate_trial(void *context, double rate);

/*
 * Gives the highest rate, a call a second or more, that holds, below one that does not: by halvings
 * of its logarithm, where a rate is too high if two trials running do not hold. One that held once
 * may have been lucky, so what was found is tried once more; if that does not hold, so is a lower
 * one, by steps each of which is twice as large as that before, and if they were large it is looked
 * for again from there. So the last trial of all is of the rate that is given, and held. Ends early
 * at an interrupt.
 */
double vtb_seek_rate(double too_high, vtb_rate_trial *holds, void *context);

#endif
