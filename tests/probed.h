/* Looking at cells through their probes: the cell that is looked at, on fixtures of one and of
 * three methods, and assertions that name it. */
#ifndef PROBED_H
#define PROBED_H

#include "check.h"

#include <inttypes.h>

#include "bench/fixture.h"
#include "cells/runtime.h"

#include <vtb/probe.h>

#define KEYS_N 1000

#define COUNT_OF(array) (sizeof(array) / sizeof *(array))

static const size_t depths[] = {1, 3};
static struct vtb_point points[COUNT_OF(depths)];
static struct vtb_fixture fixtures[COUNT_OF(depths)];

static const struct vtb_cell *cell;
static const struct vtb_probe *probe;
static const struct vtb_fixture *fixture;

/* Called before a test fails, to end what would go on; null: there is nothing to end. */
static void (*before_failing)(void);

#define holds(condition) check_holds((condition), #condition, __LINE__)
#define equal(value, expected) check_equal((value), (expected), #value " is " #expected, __LINE__)

static void failed_in_cell(const char *what, int line)
{
    if (before_failing)
        before_failing();
    print_error("%s, %s method, depth %zu: not so: %s\n", cell->name,
                vtb_method_words[cell->kind.method], fixture->point->depth, what);
    _fail(__BASE_FILE__, line); /* the test, not this header */
}

static void check_holds(bool condition, const char *what, int line)
{
    if (!condition)
        failed_in_cell(what, line);
}

static void check_equal(uint64_t value, uint64_t expected, const char *what, int line)
{
    if (value == expected)
        return;
    print_error("%" PRIu64 " and %" PRIu64 "\n", value, expected);
    failed_in_cell(what, line);
}

/* Opens a fixture on which nothing hits by itself: the tests choose the entries of the schedule. */
static void open_fixture(struct vtb_fixture *opened, struct vtb_point *point, size_t window,
                         size_t depth)
{
    struct vtb_error error;
    *point = (struct vtb_point){.workload = vtb_find_workload("user_cache"),
                                .keys_n = KEYS_N,
                                .in_flight = window,
                                .depth = depth,
                                .request_ops = VTB_REQUEST_OPS};
    if (!vtb_fixture_open(opened, point, &error))
        fail_msg("%s", error.message);
}

static void open_fixtures(void)
{
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        open_fixture(&fixtures[i], &points[i], VTB_PROBE_FRAMES_N, depths[i]);
}

static int close_fixtures(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT_OF(depths); i++)
        vtb_fixture_close(&fixtures[i]);
    return 0;
}

#endif
