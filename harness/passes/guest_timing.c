#include "passes/guest_timing.h"

#include <math.h>
#include <stdlib.h>

#include "base/allocate.h"
#include "base/interrupt.h"
#include "passes/guest_counting.h"

#define WHAT "the cases of guests"

size_t vtb_guest_epoch_n(size_t cells_n)
{
    return cells_n > VTB_GUEST_EPOCH_MIN_N ? cells_n : VTB_GUEST_EPOCH_MIN_N;
}

/* A case. */
struct seat {
    struct vtb_stand_in *own;
    size_t number; /* what its guest calls it */
    bool open;
    bool waits; /* some of its calls may wait in the window when an epoch ends */
    struct vtb_stand_in_calls *made; /* owned */
    uint64_t *told;                  /* owned; behind each of these, the guest's checksum */
    size_t made_n;
    size_t room_n;
    struct vtb_collected collected;
};

struct vtb_guest_seats {
    const struct vtb_fixture *fixture;
    size_t first; /* place of the first case in the point */
    size_t n;
    struct seat items[];
};

/* Whether a case's guest can be asked. */
static bool is_there(const struct seat *seat)
{
    return seat->open && !*seat->own->note->lost && !vtb_interrupted();
}

/* Notes what was wrong, if anything was. */
static bool keep(const struct seat *seat, bool ok, const struct vtb_error *error)
{
    if (!ok)
        vtb_stand_in_lose(seat->own->note, error);
    return ok;
}

static void open_seat(struct seat *seat, const struct vtb_fixture *fixture,
                      const struct vtb_case *the_case)
{
    struct vtb_error error = {.exit_code = 0};
    const struct vtb_point *point = fixture->point;
    const struct vtb_guest_note *note = seat->own->note;
    char question[VTB_STAND_IN_BYTES];
    if (!vtb_stand_in_has(note, point, the_case))
        return;
    seat->waits =
        the_case != &point->cases[the_case->floor] && point->hits.rate < 1 && point->in_flight > 1;
    (void)vtb_stand_in_question(question, vtb_stand_in_name(note, the_case), the_case);
    seat->open =
        keep(seat,
             vtb_stand_in_start(seat->own, point->gen0_budget_bytes, &error) &&
                 vtb_guest_open_case(&seat->own->guest, fixture, question, &seat->number, &error),
             &error);
}

struct vtb_guest_seats *vtb_guest_seats_open(const struct vtb_fixture *fixture,
                                             struct vtb_stand_in *guests)
{
    const struct vtb_point *point = fixture->point;
    const size_t first = vtb_cells_end(point);
    const size_t n = point->cases_n - first;
    if (n == 0)
        return NULL;
    struct vtb_guest_seats *seats = vtb_allocate(1, sizeof *seats + n * sizeof *seats->items, WHAT);
    *seats = (struct vtb_guest_seats){.fixture = fixture, .first = first, .n = n};
    for (size_t i = 0; i < n; i++) {
        const struct vtb_case *the_case = &point->cases[first + i];
        seats->items[i] = (struct seat){.own = &guests[the_case->guest->number]};
        open_seat(&seats->items[i], fixture, the_case);
    }
    return seats;
}

void vtb_guest_seats_close(struct vtb_guest_seats *seats)
{
    for (size_t i = 0; seats && i < seats->n; i++) {
        struct seat *seat = &seats->items[i];
        struct vtb_error error = {.exit_code = 0};
        if (is_there(seat))
            (void)keep(seat, vtb_guest_close_case(&seat->own->guest, seat->number, &error), &error);
        free(seat->made);
        free(seat->told);
    }
    free(seats);
}

/* --- running --- */

static void note_calls(struct seat *seat, uint64_t first, uint64_t n, uint64_t told)
{
    if (seat->made_n == seat->room_n) {
        seat->room_n = 2 * seat->room_n + 64;
        seat->made = vtb_reallocate(seat->made, seat->room_n, sizeof *seat->made, WHAT);
        seat->told = vtb_reallocate(seat->told, seat->room_n, sizeof *seat->told, WHAT);
    }
    seat->made[seat->made_n] = (struct vtb_stand_in_calls){first, n};
    seat->told[seat->made_n++] = told;
}

static bool run(struct seat *seat, uint64_t first, uint64_t n, struct vtb_guest_epoch *epoch)
{
    struct vtb_error error = {.exit_code = 0};
    if (!keep(seat, vtb_guest_run(&seat->own->guest, seat->number, first, n, epoch, &error),
              &error))
        return false;
    note_calls(seat, first, n, epoch->checksum);
    return true;
}

static void warm(struct seat *seat, size_t calls_n, size_t fill_n)
{
    struct vtb_error error = {.exit_code = 0};
    struct vtb_guest_epoch epoch = {.ns = 0};
    bool steady = false;
    seat->made_n = 0; /* its checksum begins anew */
    if (keep(seat,
             vtb_guest_warm(&seat->own->guest, seat->number, calls_n, VTB_GUEST_WARM_S, &steady,
                            &error),
             &error) &&
        run(seat, 0, fill_n, &epoch))
        seat->own->note->unsteady_n += !steady;
    seat->collected = (struct vtb_collected){.pauses_n = 0};
}

void vtb_guest_seats_warm(struct vtb_guest_seats *seats, size_t calls_n)
{
    for (size_t i = 0; seats && i < seats->n; i++) {
        if (is_there(&seats->items[i]))
            warm(&seats->items[i], calls_n, vtb_timing_warm_up_n(seats->fixture->point));
    }
}

struct vtb_guest_times vtb_guest_seats_run(struct vtb_guest_seats *seats, size_t own,
                                           uint64_t first, size_t calls_n)
{
    struct vtb_guest_epoch epoch = {.ns = 0};
    struct seat *seat = &seats->items[own - seats->first];
    if (!is_there(seat) || !run(seat, first, calls_n, &epoch) ||
        !run(seat, first + calls_n, calls_n, &epoch))
        return (struct vtb_guest_times){NAN, NAN};
    vtb_guest_collected_add(&seat->collected, &epoch);
    return (struct vtb_guest_times){(double)epoch.ns / (double)calls_n,
                                    (double)epoch.pause_ns / (double)calls_n};
}

/* --- after it --- */

/* Holds what a case consumed against the cells' checksums: in all, and epoch by epoch where nothing
 * can wait when one ends. What waits elsewhere depends on the calls that the guest warmed it by. */
static bool hold(struct seat *seat, const uint64_t *expected, struct vtb_error *error)
{
    struct vtb_guest *guest = &seat->own->guest;
    bool ok = true;
    for (size_t i = 0; ok && !seat->waits && i < seat->made_n; i++)
        ok = vtb_guest_hold(guest, seat->number, seat->told[i], expected[i], error);
    return ok && vtb_guest_drain(guest, seat->number, expected[seat->made_n - 1], error);
}

bool vtb_guest_seats_check(struct vtb_guest_seats *seats, struct vtb_error *error)
{
    for (size_t i = 0; seats && i < seats->n; i++) {
        struct vtb_error reason = {.exit_code = 0};
        struct seat *seat = &seats->items[i];
        if (!is_there(seat) || seat->made_n == 0)
            continue;
        uint64_t *expected = vtb_allocate(seat->made_n, sizeof *expected, WHAT);
        const bool ok =
            vtb_stand_in_checksums(seats->fixture, seat->made, seat->made_n, expected, error);
        if (ok)
            (void)keep(seat, hold(seat, expected, &reason), &reason);
        free(expected);
        if (!ok)
            return false;
    }
    return true;
}

struct vtb_pause_sums vtb_guest_seats_pauses(const struct vtb_guest_seats *seats, size_t own)
{
    const struct vtb_collected *collected = &seats->items[own - seats->first].collected;
    return (struct vtb_pause_sums){(double)collected->pauses_n, collected->cpu_ns,
                                   collected->cpu_ns2};
}
