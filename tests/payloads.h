/* The payload curve is not in every build: sanitizers look at some of the workloads alone. */
#ifndef PAYLOADS_H
#define PAYLOADS_H

#include "check.h"

#include "registry.h"

/* Skips the test, and says so, where the workloads payload_N are not built. */
static inline void need_payloads(void)
{
    if (vtb_find_workload("payload_8"))
        return;
    print_message("the payload curve is not built here\n");
    skip();
}

#endif
