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

/* Counts are of one caller; others make the same calls. */
static bool count_case(struct vtb_rig *rig, size_t i, struct vtb_counted *counted,
                       struct vtb_error *error)
{
    const struct vtb_case *the_case = &rig->point->cases[i];
    if (the_case->single == i)
        return vtb_counting_run(rig, the_case, &counted[i], error);
    counted[i] = counted[the_case->single];
    return true;
}

/* The counting pass of one point; owned by the caller, null on failure. */
static struct vtb_counted *count_point(const struct vtb_point *point, struct vtb_progress_bar *bar,
                                       struct vtb_error *error)
{
    struct vtb_rig rig;
    struct vtb_counted *counted = calloc(point->cases_n, sizeof *counted);
    bool ok = counted != NULL ||
              vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu cases", point->cases_n);
    if (ok && (ok = vtb_rig_open(&rig, point, error))) {
        for (size_t i = 0; ok && i < point->cases_n; i++) {
            ok = count_case(&rig, i, counted, error);
            vtb_progress_show(bar, i + 1, point->cases_n);
        }
        vtb_rig_close(&rig);
    }
    if (ok && check_checksums(point, counted, error))
        return counted;
    free(counted);
    return NULL;
}

static bool time_consumer(struct vtb_results *results, struct vtb_rig *rig,
                          enum vtb_consumer consumer, const struct vtb_counted *counted,
                          struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_samples samples = {0};
    const bool timed = vtb_plan_is_timed(results->plan);
    if (timed && !(rig->point->cold ? vtb_cold_run : vtb_timing_run)(
                     rig, results->plan, consumer, vtb_progress_show, bar, &samples, error))
        return false;
    if (!vtb_summarise(&results->comparisons[results->comparisons_n], rig->point, consumer, samples,
                       counted, error))
        return false;
    results->comparisons_n++;
    vtb_interrupt_keep();
    return true;
}

/* The timing pass of one point: a table for each consumer, or one of counts alone. */
static bool time_point(struct vtb_results *results, const struct vtb_point *point,
                       const struct vtb_counted *counted, double estimate_s,
                       struct vtb_progress_bar *bar, struct vtb_error *error)
{
    struct vtb_rig rig;
    const bool timed = vtb_plan_is_timed(results->plan);
    const size_t tables_n = timed ? results->plan->consumers_n : 1;
    if (!vtb_rig_open(&rig, point, error))
        return false;
    bool ok = true;
    for (size_t i = 0; ok && i < tables_n; i++) {
        vtb_progress_part(bar, "timing", estimate_s);
        ok = time_consumer(results, &rig, results->plan->consumers[i], counted, bar, error);
    }
    vtb_rig_close(&rig);
    return ok;
}

/* Counting comes first, so that every child process starts from the same untouched heap. */
static bool run_passes(struct vtb_results *results, struct vtb_counted **counted,
                       const struct vtb_estimate *estimate, struct vtb_progress_bar *bar,
                       struct vtb_error *error)
{
    const struct vtb_plan *plan = results->plan;
    for (size_t i = 0; i < plan->points_n; i++) {
        vtb_progress_part(bar, "counting", estimate ? estimate->count_s[i] : 0);
        counted[i] = count_point(&plan->points[i], bar, error);
        if (!counted[i])
            return false;
    }
    for (size_t i = 0; i < plan->points_n; i++) {
        const double s = estimate ? estimate->time_s[i] : 0;
        if (!time_point(results, &plan->points[i], counted[i], s, bar, error))
            return false;
    }
    return true;
}

bool vtb_run(struct vtb_results *results, const struct vtb_plan *plan,
             const struct vtb_estimate *estimate, struct vtb_error *error)
{
    struct vtb_progress_bar bar;
    const size_t tables_n = plan->points_n * plan->consumers_n;
    struct vtb_counted **counted = calloc(plan->points_n, sizeof(struct vtb_counted *));
    results->plan = plan;
    results->comparisons = calloc(tables_n, sizeof *results->comparisons);
    bool ok = (counted && results->comparisons) ||
              vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu tables", tables_n);
    vtb_progress_start(&bar, estimate ? estimate->total_s : 0);
    ok = ok && run_passes(results, counted, estimate, &bar, error);
    vtb_progress_end(&bar);
    for (size_t i = 0; counted && i < plan->points_n; i++)
        free(counted[i]);
    free(counted);
    if (!ok && error->exit_code == VTB_EXIT_INTERRUPTED && results->comparisons_n > 0)
        results->interrupted = ok = true;
    if (!ok)
        vtb_results_free(results);
    return ok;
}
