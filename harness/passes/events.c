#include "passes/events.h"

#include <math.h>
#include <string.h>

#include "base/pages.h"
#include "bench/case_run.h"
#include "passes/timing.h"

/* --- the list --- */

struct listing {
    void (*visit)(const struct vtb_listed_event *listed, void *context);
    void *context;
    struct vtb_counting_system system;
};

static const char *kind_of(const struct vtb_event_name *name)
{
    static const char *const kinds[] = {
        [PERF_TYPE_HARDWARE] = "hardware",
        [PERF_TYPE_SOFTWARE] = "software",
        [PERF_TYPE_HW_CACHE] = "cache",
    };
    const uint32_t type = name->event->attr.type;
    const bool is_kernels = strcmp(name->pmu, "perf") == 0 && !name->event->reason[0];
    return is_kernels && type < sizeof kinds / sizeof *kinds && kinds[type] ? kinds[type]
                                                                            : name->pmu;
}

static void list(const struct vtb_event_name *name, void *context)
{
    const struct listing *listing = context;
    const char *kind = kind_of(name);
    vtb_event_probe(name->event, &listing->system);
    listing->visit(&(struct vtb_listed_event){.name = name->event->name,
                                              .description = name->description,
                                              .kind = kind,
                                              .masks = name->masks,
                                              .reason = name->event->reason},
                   listing->context);
}

bool vtb_events_each(void (*visit)(const struct vtb_listed_event *listed, void *context),
                     void *context, struct vtb_error *error)
{
    struct listing listing = {.visit = visit, .context = context};
    vtb_counting_system_read(&listing.system);
    return vtb_event_names_each(list, &listing, error);
}

/* --- measuring --- */

/* The task of the child process, and its results. */
struct outcome {
    struct vtb_fixture *fixture;
    const struct vtb_events *events;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    uint64_t operations_n;
    struct vtb_reading readings[VTB_EVENTS_MAX];
};

uint64_t vtb_events_operations_n(const struct vtb_point *point)
{
    return point->cold ? point->calls_n : VTB_EVENTS_OPERATIONS_N;
}

bool vtb_events_all_available(const struct vtb_events *events)
{
    for (size_t i = 0; i < events->n; i++) {
        if (events->items[i].reason[0])
            return false;
    }
    return true;
}

/* Runs the calls while the counters are on. A cold start ends, as when it is timed, once all that
 * it suspended is completed. */
static void count_calls(const struct outcome *outcome, const struct vtb_counters *counters,
                        struct vtb_env *env)
{
    const struct vtb_cell *cell = outcome->the_case->timing;
    const bool cold = outcome->fixture->point->cold;
    const size_t n = (size_t)outcome->operations_n;
    vtb_loop_function *loop = vtb_fixture_loop(outcome->fixture, cell, outcome->consumer);
    if (!cold)
        loop(env, vtb_timing_untimed_n(outcome->fixture->point));
    vtb_counters_enable(counters);
    loop(env, n);
    if (cold)
        cell->drain(env);
    vtb_counters_disable(counters);
}

/* Opens the counters before the heap, so that threads which the heap starts are counted too. */
static bool measure(void *context, struct vtb_error *error)
{
    struct outcome *outcome = context;
    struct vtb_fixture *fixture = outcome->fixture;
    const struct vtb_case *the_case = outcome->the_case;
    struct vtb_counters counters;
    struct vtb_case_run run;
    if (!vtb_counters_open(&counters, outcome->events, error) ||
        !vtb_case_open(&run, fixture, the_case->timing, the_case->heap->heap, fixture->point,
                       fixture->point->cold ? VTB_CASE_HEAP_NEW : VTB_CASE_HEAP_WARM, error))
        return false;
    count_calls(outcome, &counters, &run.env);
    vtb_case_leave(&run);
    const bool ok = vtb_counters_read(&counters, outcome->readings, error);
    vtb_counters_close(&counters);
    return ok;
}

static struct vtb_event_counts counts_of(const struct outcome *outcome)
{
    struct vtb_event_counts counts = {.measured = true, .operations_n = outcome->operations_n};
    for (size_t i = 0; i < outcome->events->n; i++) {
        const struct vtb_reading *reading = &outcome->readings[i];
        counts.per_op[i] = vtb_reading_scaled(reading) / (double)outcome->operations_n;
        counts.running[i] = vtb_reading_share(reading);
    }
    return counts;
}

bool vtb_events_run(struct vtb_fixture *fixture, const struct vtb_events *events,
                    const struct vtb_case *the_case, enum vtb_consumer consumer,
                    struct vtb_event_counts *counts, struct vtb_error *error)
{
    struct outcome *outcome = vtb_pages_shared(sizeof *outcome, "a child's events", error);
    *counts = (struct vtb_event_counts){.measured = false};
    if (!outcome)
        return false;
    outcome->fixture = fixture;
    outcome->events = events;
    outcome->the_case = the_case;
    outcome->consumer = consumer;
    outcome->operations_n = vtb_events_operations_n(fixture->point);
    const bool ok = vtb_case_in_child(the_case->timing, "events pass", measure, outcome, error);
    if (ok)
        *counts = counts_of(outcome);
    vtb_pages_free(outcome, sizeof *outcome);
    return ok;
}
