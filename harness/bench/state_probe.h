/*
 * A probe of the state that the machine is in: whether something else uses the same core, which
 * most systems do not tell, virtual machines least of all. Two hardware threads of a core share its
 * arithmetic units: additions that do not depend on each other take longer while the other one
 * works. A chain of multiplications, each of which waits for the one before, does not: it tells how
 * fast the core runs. For one thread at a time.
 */
#ifndef BENCH_STATE_PROBE_H
#define BENCH_STATE_PROBE_H

#include <stddef.h>

/* Times the additions, some 1.3 us on a quiet core, in ns. Stands between epochs, never in one. */
double vtb_probe_ns(void);

/* What the probe takes where nothing else uses the core. */
struct vtb_probe_level {
    double ns;       /* of the additions: the least of many, unless these were all disturbed */
    double least_ns; /* the least of many */
    double cycle_ns; /* of the core, by the chain of multiplications */
};

/* Finds the level, in some 10 ms. Were all readings slower than any processor of today's is by
 * itself, then something used the core all the time, and the level is worked out from the chain. */
struct vtb_probe_level vtb_probe_calibrate(void);

/* A reading, or an epoch with both of its probes, is quiet within QUIET_MAX of the level, and busy
 * from BUSY_MIN of it on; in between it is in neither state. */
#define VTB_QUIET_MAX 1.08
#define VTB_BUSY_MIN 1.25

/* The shares of the readings of a while that were in each state. */
struct vtb_probe_shares {
    struct vtb_probe_level level;
    size_t readings_n;
    double quiet;
    double busy;
};

/* Reads the probe again and again for so long. */
struct vtb_probe_shares vtb_probe_watch(double seconds);

#endif
