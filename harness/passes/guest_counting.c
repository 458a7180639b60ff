#include "passes/guest_counting.h"

#include <math.h>

#include "base/interrupt.h"

/* Calls of an epoch of the pressure pass: mostly there is one collection in it or none, so that it
 * is known how long each pause was. */
#define SLICE_N 100000

/* By which epochs, and for how many seconds at most, a case is warmed first: then what lives in its
 * heap is old. */
#define WARM_N 20000
#define WARM_S 2

/* For at most so long, by its own clock, a case is asked for collections. */
#define ENOUGH_NS 6e9

/* A case that is being counted. */
struct work {
    struct vtb_guest *guest;
    const struct vtb_fixture *fixture;
    size_t number;   /* of the guest's case */
    uint64_t made_n; /* calls since the last start, one after the other */
};

/* Makes further calls. */
static bool run(struct work *work, uint64_t calls_n, struct vtb_guest_epoch *epoch,
                struct vtb_error *error)
{
    const uint64_t first = work->made_n % work->fixture->ids_n;
    if (vtb_interrupted())
        return vtb_fail_interrupted(error);
    if (!vtb_guest_run(work->guest, work->number, first, calls_n, epoch, error))
        return false;
    work->made_n += calls_n;
    return true;
}

static bool count(struct work *work, struct vtb_counted *counted, struct vtb_error *error)
{
    struct vtb_guest_epoch epoch = {.ns = 0};
    bool steady;
    const uint64_t most = vtb_counted_calls_n(work->fixture->point);
    const uint64_t n = most < work->fixture->ids_n ? most : work->fixture->ids_n;
    if (!vtb_guest_warm(work->guest, work->number, WARM_N, WARM_S, &steady, error) ||
        !run(work, n, &epoch, error))
        return false;
    work->made_n = 0; /* once more the same calls */
    if (!run(work, n, &epoch, error))
        return false;
    *counted = (struct vtb_counted){
        .calls_n = n,
        .hits_n = vtb_schedule_hits(&work->fixture->schedule, n),
        .counts.requested_bytes = epoch.bytes,
        .bytes_only = 1,
    };
    return true;
}

void vtb_guest_collected_add(struct vtb_collected *collected, const struct vtb_guest_epoch *epoch)
{
    const double n = (double)epoch->collections[0];
    const double ns = (double)epoch->pause_ns;
    for (unsigned i = 0; i < VTB_GENERATIONS_MAX; i++) {
        const bool is_last = i + 1 == VTB_GENERATIONS_MAX;
        collected->collections_n[i] +=
            epoch->collections[i] - (is_last ? 0 : epoch->collections[i + 1]);
    }
    collected->pauses_n += epoch->collections[0];
    collected->ns += ns;
    collected->cpu_ns += ns;
    collected->cpu_ns2 += n > 0 ? ns * ns / n : 0;
}

/* Whether calls enough were made. */
static bool is_enough(const struct work *work, const struct vtb_pressure *pressure, double bytes)
{
    const struct vtb_point *point = work->fixture->point;
    if (pressure->calls_n < vtb_pressure_calls_n(point, NAN))
        return false;
    return !point->collects_enough || bytes == 0 ||
           pressure->collected.pauses_n >= VTB_COLLECTIONS_MIN ||
           pressure->calls_n >= VTB_PRESSURE_ENOUGH_MAX || pressure->cpu_ns >= ENOUGH_NS;
}

static bool press(struct work *work, const struct vtb_counted *counted,
                  struct vtb_pressure *pressure, struct vtb_error *error)
{
    const double bytes = (double)counted->counts.requested_bytes;
    *pressure = (struct vtb_pressure){
        .measured = true,
        .collects = true,
        .counts_only = true,
        .generations_n = VTB_GENERATIONS_MAX,
        .budget_bytes = work->fixture->point->gen0_budget_bytes,
        .calls_per_collection = bytes > 0 ? NAN : INFINITY,
    };
    while (!is_enough(work, pressure, bytes)) {
        struct vtb_guest_epoch epoch = {.ns = 0};
        if (!run(work, SLICE_N, &epoch, error))
            return false;
        pressure->calls_n += SLICE_N;
        pressure->cpu_ns += (double)epoch.ns;
        vtb_guest_collected_add(&pressure->collected, &epoch);
    }
    if (bytes > 0 && pressure->collected.pauses_n > 0)
        pressure->calls_per_collection =
            (double)pressure->calls_n / (double)pressure->collected.pauses_n;
    return true;
}

/* Holds all that was consumed against the cells: of the calls that were counted, twice. */
static bool check(const struct work *work, struct vtb_counted *counted, struct vtb_error *error)
{
    uint64_t sums[2];
    const struct vtb_stand_in_calls calls[] = {{0, counted->calls_n}, {0, work->made_n}};
    if (!vtb_stand_in_checksums(work->fixture, calls, 2, sums, error))
        return false;
    counted->checksum = sums[0];
    return vtb_guest_drain(work->guest, work->number, sums[1], error);
}

bool vtb_guest_counting_run(struct vtb_stand_in *own, const struct vtb_fixture *fixture,
                            const struct vtb_case *the_case, struct vtb_counted *counted,
                            struct vtb_pressure *pressure, struct vtb_error *error)
{
    struct work work = {.guest = &own->guest, .fixture = fixture};
    char question[VTB_STAND_IN_BYTES];
    (void)vtb_stand_in_question(question, vtb_stand_in_name(own->note, the_case), the_case);
    return vtb_stand_in_start(own, fixture->point->gen0_budget_bytes, error) &&
           vtb_guest_open_case(work.guest, fixture, question, &work.number, error) &&
           count(&work, counted, error) && press(&work, counted, pressure, error) &&
           check(&work, counted, error) && vtb_guest_close_case(work.guest, work.number, error);
}
