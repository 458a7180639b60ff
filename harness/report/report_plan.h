/* A plan, before it is run. */
#ifndef REPORT_REPORT_PLAN_H
#define REPORT_REPORT_PLAN_H

#include "base/output.h"
#include "passes/estimate.h"

struct vtb_planned {
    const struct vtb_plan *plan;
    struct vtb_estimate estimate;
};

/* The runs that would be, a line a point, and how long they are estimated to take: a table, or
 * JSON. As a struct vtb_planned. */
vtb_print vtb_report_plan;

#endif
