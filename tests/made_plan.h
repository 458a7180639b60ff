/* A plan that is made of options, for tests that look at it or at why there is none. */
#ifndef MADE_PLAN_H
#define MADE_PLAN_H

#include "check.h"

#include "plan/plan.h"

static struct vtb_options options;
static struct vtb_plan plan;
static struct vtb_error error;

static bool make(int argc, char **argv)
{
    memset(&error, 0, sizeof error);
    if (!vtb_options_parse(&options, argc, argv, &error))
        fail_msg("%s", error.message);
    return vtb_plan_make(&plan, &options, &error);
}

#define MAKE(...)                                                              \
    make((int)(sizeof((char *[]){"run_bench", __VA_ARGS__}) / sizeof(char *)), \
         (char *[]){"run_bench", __VA_ARGS__, NULL})

#endif
