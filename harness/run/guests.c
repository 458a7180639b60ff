#include "run/guests.h"

#include <stdio.h>
#include <string.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "passes/guest_counting.h"

bool vtb_run_guests_find(struct vtb_results *results, const struct vtb_plan *plan,
                         struct vtb_error *error)
{
    if (plan->guests_n == 0)
        return true;
    results->guests = vtb_allocate(plan->guests_n, sizeof *results->guests, "the guests of a run");
    for (size_t i = 0; i < plan->guests_n; i++) {
        if (!vtb_stand_in_find(&results->guests[i], plan->guests[i].asked, error))
            return false;
    }
    return true;
}

/* --- counting --- */

static bool count_guest(struct vtb_results *results, size_t guest,
                        const struct vtb_fixture *fixture, struct vtb_counted *counted,
                        struct vtb_pressure *pressures, struct vtb_error *error)
{
    const struct vtb_point *point = fixture->point;
    struct vtb_guest_note *note = &results->guests[guest];
    struct vtb_stand_in own = {.note = note};
    for (size_t i = vtb_cells_end(point); i < point->cases_n; i++) {
        struct vtb_error reason = {.exit_code = 0};
        if (point->cases[i].guest->number != guest ||
            !vtb_stand_in_has(note, point, &point->cases[i]))
            continue;
        if (!vtb_guest_counting_run(&own, fixture, &point->cases[i], &counted[i], &pressures[i],
                                    &reason))
            vtb_stand_in_lose(note, &reason);
    }
    vtb_guest_close(&own.guest);
    return !vtb_interrupted() || vtb_fail_interrupted(error);
}

bool vtb_run_guests_count(struct vtb_results *results, const struct vtb_fixture *fixture,
                          struct vtb_counted *counted, struct vtb_pressure *pressures,
                          struct vtb_error *error)
{
    bool ok = true;
    for (size_t g = 0; ok && results->guests && g < results->plan->guests_n; g++)
        ok = count_guest(results, g, fixture, counted, pressures, error);
    return ok;
}

/* --- sessions --- */

void vtb_run_guests_tell(const struct vtb_results *results)
{
    struct vtb_guest_note *notes = vtb_sessions_guests(&results->sessions);
    for (size_t i = 0; results->guests && i < results->plan->guests_n; i++)
        notes[i] = results->guests[i];
}

void vtb_run_guests_learn(struct vtb_results *results)
{
    const struct vtb_guest_note *notes = vtb_sessions_guests(&results->sessions);
    for (size_t i = 0; results->guests && i < results->plan->guests_n; i++) {
        struct vtb_guest_note *own = &results->guests[i];
        own->unsteady_n = notes[i].unsteady_n;
        if (!*own->lost)
            (void)snprintf(own->lost, sizeof own->lost, "%.*s", (int)sizeof notes[i].lost - 1,
                           notes[i].lost);
    }
}

/* --- telling --- */

static bool keeps(const void *context, const struct vtb_point *point,
                  const struct vtb_case *the_case)
{
    const struct vtb_guest_note *notes = context;
    return !the_case->guest || vtb_stand_in_has(&notes[the_case->guest->number], point, the_case);
}

static void name_cases(const struct vtb_plan *plan, const struct vtb_guest_note *notes)
{
    for (size_t p = 0; p < plan->points_n; p++) {
        const struct vtb_point *point = &plan->points[p];
        for (size_t i = vtb_cells_end(point); i < point->cases_n; i++)
            point->cases[i].guest_word =
                vtb_stand_in_name(&notes[point->cases[i].guest->number], &point->cases[i]);
    }
}

/* Whether any case of a guest is told of. */
static bool has_cases(const struct vtb_plan *plan, const struct vtb_plan_guest *guest)
{
    for (size_t p = 0; p < plan->points_n; p++) {
        for (size_t i = vtb_cells_end(&plan->points[p]); i < plan->points[p].cases_n; i++) {
            if (plan->points[p].cases[i].guest == guest)
                return true;
        }
    }
    return false;
}

/* Notes why there is nothing of a guest, as the end of a sentence that begins with its name. */
static void note_loss(struct vtb_plan *plan, size_t guest, const struct vtb_guest_note *note)
{
    static const char has_not[] =
        "it has not what stands for the baseline and the floor on the workloads of this run";
    const char *reason = *note->lost ? note->lost : has_not;
    const size_t title_n = strlen("guest ") + strlen(note->name);
    if (strncmp(reason, "guest ", 6) == 0 && strlen(reason) > title_n)
        reason += title_n + strspn(reason + title_n, ": ");
    const struct vtb_skip skip = {
        .what = plan->guests[guest].name, .reason = reason, .is_guest = true};
    if (*note->lost || !has_cases(plan, &plan->guests[guest]))
        vtb_skips_note(&plan->skips, &skip);
}

void vtb_run_guests_keep(struct vtb_results *results, const struct vtb_plan *plan)
{
    vtb_plan_keep_free(results->kept);
    results->kept = NULL;
    results->plan = plan;
    if (!results->guests)
        return;
    results->kept = vtb_plan_keep(plan, keeps, results->guests);
    struct vtb_plan *told = &results->kept->plan;
    for (size_t i = 0; i < told->guests_n; i++) {
        const struct vtb_guest_note *note = &results->guests[i];
        if (*note->version)
            vtb_guest_cases_title(&told->guests[i], note->version);
        if (has_cases(plan, &plan->guests[i])) /* else it is told that the options hinder it */
            note_loss(told, i, note);
    }
    name_cases(told, results->guests);
    results->plan = told;
}

size_t vtb_run_guests_place(const struct vtb_results *results, size_t point, size_t own)
{
    return results->kept ? results->kept->places[point][own] : own;
}
