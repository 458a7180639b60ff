/* A cell's operations one by one, through its probe, for checks that name the step in which
 * something is wrong. */
#ifndef CHECK_CONFORMANCE_STEPS_H
#define CHECK_CONFORMANCE_STEPS_H

#include <vtb/probe.h>

#include "check/conformance_case.h"

/* Entries of the schedule, by the number of their key, modulo the number of keys. */
#define VTB_HIT(n) ((uint32_t)((n) % vtb_steps.point.keys_n))
#define VTB_MISS(n) (VTB_ID_MISS | VTB_HIT(n))
#define VTB_FAIL(n) (VTB_ID_FAIL | VTB_MISS(n))

/* The state of such a check; a process runs one at a time. */
struct vtb_steps {
    const struct vtb_check_case *of;
    const struct vtb_cell *cell;
    const struct vtb_probe *probe;
    struct vtb_point point;
    struct vtb_fixture fixture;
    struct vtb_env env;
};

extern struct vtb_steps vtb_steps;

/* Opens the fixture, with `depth` methods between the caller and the service. The check chooses the
 * entries to call for. Without memory the check ends. */
void vtb_steps_open_fixture(const struct vtb_check_case *of, size_t depth);

/* Closes the fixture. */
void vtb_steps_close_fixture(void);

/* Gives what the operation of an entry adds to a checksum. */
uint64_t vtb_steps_share(uint32_t id);

#endif
