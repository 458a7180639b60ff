/* A plan that is not run, but only printed. */
#ifndef REPORT_REPORT_PLAN_H
#define REPORT_REPORT_PLAN_H

#include "base/output.h"
#include "passes/estimate.h"

/* A plan, which is borrowed, and the estimate of its time. */
struct vtb_planned {
    const struct vtb_plan *plan;
    struct vtb_estimate estimate;
};

/* Prints a struct vtb_planned: the points that would be run, a line each, and the estimates of
 * their times; as a table or as JSON. */
vtb_print vtb_report_plan;

#endif
