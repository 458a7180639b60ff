#include "run.h"

#include <inttypes.h>
#include <stdlib.h>

#include "cold.h"
#include "interrupt.h"
#include "progress.h"

/* All strategies ran the same calls, so all must have consumed the same values. */
static bool check_checksums(const struct vtb_point *point, struct vtb_counted *counted,
                            struct vtb_error *error)
{
    for (size_t i = 0; i < point->cases_n; i++) {
        const struct vtb_case *the_case = &point->cases[i];
        const uint64_t expected = counted[the_case->floor].checksum;
        if (i != the_case->empty && counted[i].checksum != expected)
            return vtb_fail(
                error, VTB_EXIT_INTERNAL,
                "%s consumed other values than the floor in the counting pass (checksum "
                "%" PRIx64 ", not %" PRIx64 "); no figure is reported",
                the_case->counting->name, counted[i].checksum, expected);
        if (i == the_case->empty) /* it looks nothing up, but ran the same calls */
            counted[i].hits_n = counted[the_case->floor].hits_n;
        else if (counted[i].hits_n != counted[the_case->floor].hits_n)
            return vtb_fail(error, VTB_EXIT_INTERNAL,
                            "%s had %" PRIu64 " hits in the counting pass, but the floor %" PRIu64
                            "; no figure is reported",
                            the_case->counting->name, counted[i].hits_n,
                            counted[the_case->floor].hits_n);
    }
    return true;
}

/* What is found in fresh processes, one of each for every case of a point. */
struct fresh {
    struct vtb_counted *counted;
    struct vtb_pressure *pressures;
};

static void free_fresh(struct fresh *fresh)
{
    free(fresh->counted);
    free(fresh->pressures);
    *fresh = (struct fresh){0};
}

/* Of one caller; others make the same calls. */
static bool count_case(struct vtb_rig *rig, const struct vtb_plan *plan, size_t i,
                       struct fresh *fresh, struct vtb_error *error)
{
    const struct vtb_case *the_case = &rig->point->cases[i];
    if (the_case->single != i) {
        fresh->counted[i] = fresh->counted[the_case->single];
        fresh->pressures[i] = fresh->pressures[the_case->single];
        return true;
    }
    return vtb_counting_run(rig, the_case, &fresh->counted[i], error) &&
           (!vtb_pressure_is_wanted(plan, the_case) ||
            vtb_pressure_run(rig, the_case, &fresh->counted[i], &fresh->pressures[i], error));
}

/* The counting and the pressure pass of one point. */
static bool count_point(const struct vtb_plan *plan, const struct vtb_point *point,
                        struct fresh *fresh, struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_rig rig;
    fresh->counted = calloc(point->cases_n, sizeof *fresh->counted);
    fresh->pressures = calloc(point->cases_n, sizeof *fresh->pressures);
    if (!fresh->counted || !fresh->pressures)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", point->cases_n);
    if (!vtb_rig_open(&rig, point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < point->cases_n; i++) {
        ok = count_case(&rig, plan, i, fresh, error);
        vtb_progress_show(bar, i + 1, point->cases_n);
    }
    vtb_rig_close(&rig);
    return ok && check_checksums(point, fresh->counted, error);
}

static bool time_consumer(struct vtb_results *results, struct vtb_rig *rig,
                          enum vtb_consumer consumer, const struct fresh *fresh,
                          struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_samples samples = {0};
    const bool timed = vtb_plan_is_timed(results->plan);
    if (timed && !(rig->point->cold ? vtb_cold_run : vtb_timing_run)(
                     rig, results->plan, consumer, vtb_progress_show, bar, &samples, error))
        return false;
    struct vtb_comparison *comparison = &results->comparisons[results->comparisons_n];
    if (!vtb_summarise(comparison, rig->point, consumer, samples, fresh->counted, error))
        return false;
    vtb_add_pressure(comparison, fresh->pressures);
    results->comparisons_n++;
    vtb_interrupt_keep();
    return true;
}

/* The timing pass of one point: a table for each consumer, or one of counts alone. */
static bool time_point(struct vtb_results *results, const struct vtb_point *point,
                       const struct fresh *fresh, double estimate_s, struct vtb_progress_bar *bar,
                       struct vtb_error *error)
{
    struct vtb_rig rig;
    const bool timed = vtb_plan_is_timed(results->plan);
    const size_t tables_n = timed ? results->plan->consumers_n : 1;
    if (!vtb_rig_open(&rig, point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < tables_n; i++) {
        vtb_progress_part(bar, "timing", estimate_s);
        ok = time_consumer(results, &rig, results->plan->consumers[i], fresh, bar, error);
    }
    vtb_rig_close(&rig);
    return ok;
}

/* Counting comes first, so that every child process starts from the same untouched heap. */
static bool run_passes(struct vtb_results *results, struct fresh *fresh,
                       const struct vtb_estimate *estimate, struct vtb_progress_bar *bar,
                       struct vtb_error *error)
{
    const struct vtb_plan *plan = results->plan;
    for (size_t i = 0; i < plan->points_n; i++) {
        vtb_progress_part(bar, "counting", estimate ? estimate->count_s[i] : 0);
        if (!count_point(plan, &plan->points[i], &fresh[i], bar, error))
            return false;
    }
    for (size_t i = 0; i < plan->points_n; i++) {
        const double s = estimate ? estimate->time_s[i] : 0;
        if (!time_point(results, &plan->points[i], &fresh[i], s, bar, error))
            return false;
    }
    return true;
}

bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
             const struct vtb_estimate *estimate, struct vtb_error *error)
{
    struct vtb_progress_bar bar;
    const size_t tables_n = plan->points_n * plan->consumers_n;
    struct fresh *fresh = calloc(plan->points_n, sizeof *fresh);
    results->plan = plan;
    results->comparisons = calloc(tables_n, sizeof *results->comparisons);
    bool ok = (fresh && results->comparisons) ||
              vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tables", tables_n);
    vtb_progress_start(&bar, estimate ? estimate->total_s : 0);
    ok = ok && run_passes(results, fresh, estimate, &bar, error);
    vtb_progress_end(&bar);
    for (size_t i = 0; fresh && i < plan->points_n; i++)
        free_fresh(&fresh[i]);
    free(fresh);
    if (!ok && error->exit_code == VTB_EXIT_INTERRUPTED && results->comparisons_n > 0)
        results->interrupted = ok = true;
    if (!ok)
        vtb_results_free(results);
    return ok;
}
