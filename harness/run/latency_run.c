#include "run/latency_run.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/progress.h"

/* --- the plan --- */

/* How long a case has its turn, how often in a session, and how many sessions there are, unless
 * options say otherwise. */
#define SLICE_NS 50e6
#define SLICES_N 10
#define SLICES_QUICK_N 4
#define SESSIONS_N 5

bool vtb_latency_hands_over(const struct vtb_options *options)
{
    return options->completer == VTB_COMPLETER_THREAD && isfinite(options->rate) &&
           !vtb_store_of(options->store);
}

/* The slices of each unit in a session. A time is divided among all of them. */
static size_t slices_of(const struct vtb_options *options, const struct vtb_plan *plan,
                        const struct vtb_open_loop *open_loop)
{
    double all_ns = 0; /* of one slice of each unit, in all sessions, and one of hand-overs */
    for (size_t i = 0; i < plan->points_n; i++)
        all_ns = fmax(all_ns, (double)(plan->sessions_n * vtb_latency_units_n(&plan->points[i])) *
                                  (1 + open_loop->hands_over) * vtb_latency_slice_ns(open_loop));
    if (options->slices > 0)
        return (size_t)options->slices;
    if (options->time_s > 0)
        return (size_t)fmax(1, round(options->time_s * 1e9 / all_ns));
    return options->quick ? SLICES_QUICK_N : SLICES_N;
}

bool vtb_latency_plan(struct vtb_plan *plan, const struct vtb_options *options,
                      struct vtb_error *error)
{
    const struct vtb_open_loop open_loop = {
        .rate = options->rate,
        .poisson = options->arrivals == VTB_ARRIVALS_POISSON,
        .slice_ns = options->slice_ms > 0 ? options->slice_ms * 1e6 : SLICE_NS,
        .hands_over = vtb_latency_hands_over(options),
        .wake = (enum vtb_wake)options->wake,
    };
    if (!vtb_plan_make(plan, options, error))
        return false;
    plan->sessions_n = options->sessions > 0 ? (size_t)options->sessions : SESSIONS_N;
    vtb_plan_open_loop(plan, &open_loop, slices_of(options, plan, &open_loop));
    return true;
}

/* --- tables --- */

static void make_tables(struct vtb_latency_run *run)
{
    const struct vtb_plan *plan = run->plan;
    for (run->tables_n = 0; run->tables_n < plan->points_n * plan->consumers_n; run->tables_n++) {
        const size_t point = run->tables_n / plan->consumers_n;
        const size_t table = run->tables_n % plan->consumers_n;
        const struct vtb_latencies latencies =
            vtb_sessions_latencies(&run->results.sessions, point, table);
        const struct vtb_handovers handovers =
            vtb_sessions_handovers(&run->results.sessions, point, table);
        vtb_latency_summarise(&run->tables[run->tables_n], &plan->points[point],
                              plan->consumers[table], &latencies, run->results.sessions.done_n);
        vtb_latency_add_handovers(&run->tables[run->tables_n], &handovers);
    }
}

static void drop_tables(struct vtb_latency_run *run)
{
    for (size_t i = 0; i < run->tables_n; i++)
        vtb_latency_table_free(&run->tables[i]);
    run->tables_n = 0;
}

/* --- measuring --- */

/* The seconds that a session is expected to take: slices, and what comes before them. */
static double session_s(const struct vtb_plan *plan)
{
    const double sought_n = 20; /* slices that finding the most takes */
    double units_n = 0;
    for (size_t i = 0; i < plan->points_n; i++)
        units_n += (double)(plan->consumers_n * vtb_latency_units_n(&plan->points[i]));
    const double slices_n = isinf(plan->open_loop.rate) ? sought_n : (double)plan->rounds_n;
    return units_n * (1 + plan->open_loop.hands_over) *
           (slices_n * vtb_latency_slice_ns(&plan->open_loop) / 1e9 + 0.01);
}

/* Has what sessions found so far kept, as of a run that was interrupted. */
static void keep(struct vtb_latency_run *run)
{
    if (!run->keep)
        return;
    make_tables(run);
    run->results.interrupted = true;
    run->keep(run->context);
    run->results.interrupted = false;
    drop_tables(run);
}

static bool run_sessions(struct vtb_latency_run *run, struct vtb_error *error)
{
    struct vtb_sessions *sessions = &run->results.sessions;
    struct vtb_progress_bar bar;
    const double s = session_s(run->plan);
    bool ok = vtb_sessions_open(sessions, run->plan, 1, error);
    vtb_progress_start(&bar, s * (double)run->plan->sessions_n);
    while (ok && sessions->done_n < sessions->all_n) {
        vtb_progress_part(&bar, "latency", s);
        ok = vtb_sessions_run(sessions, run->options, error);
        if (ok && sessions->done_n < sessions->all_n)
            keep(run);
    }
    vtb_progress_end(&bar);
    return ok;
}

bool vtb_latency_measure(struct vtb_latency_run *run, struct vtb_error *error)
{
    run->tables = vtb_allocate(run->plan->points_n * run->plan->consumers_n, sizeof *run->tables,
                               "tables of latencies");
    if (!run_sessions(run, error)) {
        if (run->results.sessions.done_n == 0 || error->is_of_figures)
            return false;
        run->results.interrupted = true;
        run->results.interrupted_by = *error;
    }
    make_tables(run);
    return true;
}

void vtb_latency_run_close(struct vtb_latency_run *run)
{
    drop_tables(run);
    free(run->tables);
    run->tables = NULL;
    vtb_results_free(&run->results);
}
