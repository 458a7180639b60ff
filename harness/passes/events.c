#include "passes/events.h"

#include <math.h>
#include <string.h>

#include "base/child.h"
#include "base/interrupt.h"
#include "base/pages.h"
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

/* What the child is given, and what it leaves behind. */
struct outcome {
    struct vtb_rig *rig;
    const struct vtb_events *events;
    const struct vtb_case *the_case;
    enum vtb_consumer consumer;
    uint64_t operations_n;
    struct vtb_reading readings[VTB_EVENTS_MAX];
    bool done;
    struct vtb_error error;
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

/* A cold start ends when all that it suspended is completed, as where it is timed. */
static void count_calls(const struct outcome *outcome, const struct vtb_counters *counters,
                        struct vtb_env *env)
{
    const struct vtb_cell *cell = outcome->the_case->timing;
    const bool cold = outcome->rig->point->cold;
    const size_t n = (size_t)outcome->operations_n;
    vtb_loop_function *loop = vtb_rig_loop(outcome->rig, cell, outcome->consumer);
    if (!cold)
        loop(env, vtb_timing_untimed_n(outcome->rig->point));
    vtb_counters_enable(counters);
    loop(env, n);
    if (cold)
        cell->drain(env);
    vtb_counters_disable(counters);
}

/* The counters come first: threads that a heap starts are counted too. */
static void measure(void *context)
{
    struct outcome *outcome = context;
    struct vtb_rig *rig = outcome->rig;
    const struct vtb_case *the_case = outcome->the_case;
    struct vtb_counters counters;
    struct vtb_memory memory;
    struct vtb_env env;
    if (!vtb_counters_open(&counters, outcome->events, &outcome->error) ||
        !vtb_memory_open(&memory, the_case->heap->heap, rig->point, &outcome->error))
        return;
    if (!rig->point->cold)
        vtb_memory_warm(&memory);
    if (!vtb_rig_open_env(rig, &env, the_case->timing, &memory, &outcome->error))
        return;
    vtb_memory_enter(&memory);
    count_calls(outcome, &counters, &env);
    vtb_memory_leave(&memory);
    outcome->done = vtb_counters_read(&counters, outcome->readings, &outcome->error);
    vtb_counters_close(&counters);
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

bool vtb_events_run(struct vtb_rig *rig, const struct vtb_events *events,
                    const struct vtb_case *the_case, enum vtb_consumer consumer,
                    struct vtb_event_counts *counts, struct vtb_error *error)
{
    const char *name = the_case->timing->name;
    int status = 0;
    struct outcome *outcome = vtb_pages_shared(sizeof *outcome, "a child's events", error);
    *counts = (struct vtb_event_counts){.measured = false};
    if (!outcome)
        return false;
    outcome->rig = rig;
    outcome->events = events;
    outcome->the_case = the_case;
    outcome->consumer = consumer;
    outcome->operations_n = vtb_events_operations_n(rig->point);
    vtb_error_set(&outcome->error, VTB_EXIT_INTERNAL,
                  "%s: events pass: the process did not come to its end", name);
    bool ok = vtb_child_run(name, measure, outcome, &status, error);
    if (ok && vtb_interrupted()) { /* which may be what ended the child */
        ok = vtb_fail_interrupted(error);
    } else if (ok && !outcome->done) {
        *error = outcome->error;
        ok = false;
    }
    if (ok)
        *counts = counts_of(outcome);
    vtb_pages_free(outcome, sizeof *outcome);
    return ok;
}
