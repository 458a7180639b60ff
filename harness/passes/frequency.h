/*
 * How fast the processor's clock runs, and how steadily: the time of a multiplication that waits
 * for the one before it. Such a chain takes the same number of clock cycles whatever else a core
 * does, so that its time follows the clock alone, also where a busy sibling slows other code.
 */
#ifndef PASSES_FREQUENCY_H
#define PASSES_FREQUENCY_H

/* The parts into which the measuring is divided. */
#define VTB_FREQUENCY_PARTS_N 10

struct vtb_frequency {
    double multiplication_ns; /* the median of the parts */
    double spread;            /* the slowest part over the fastest, less 1 */
};

/* Measures for so long. */
void vtb_frequency_measure(struct vtb_frequency *frequency, double seconds);

/* Works the figures out from the times of the parts, which it sorts. */
void vtb_frequency_of(struct vtb_frequency *frequency, double parts_ns[VTB_FREQUENCY_PARTS_N]);

#endif
