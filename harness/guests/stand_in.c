#include "guests/stand_in.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/interrupt.h"
#include "base/prose.h"
#include "base/shown.h"
#include "bench/case_run.h"
#include "guests/programs.h"
#include "plan/guest_cases.h"

/* --- finding --- */

/* The guest that is named, or the first of all. */
static bool find(struct vtb_guest_program *program, const char *name, struct vtb_error *error)
{
    size_t n = 0;
    if (name)
        return vtb_guest_program_find(name, program, error);
    struct vtb_guest_program *all = vtb_guest_programs(&n);
    if (n > 0)
        *program = all[0];
    free(all);
    return n > 0 || vtb_fail(error, VTB_EXIT_INTERNAL,
                             "there is no guest: guests/ is not where the sources are");
}

void vtb_stand_in_lose(struct vtb_guest_note *note, const struct vtb_error *error)
{
    if (vtb_is_interrupt(error))
        return;
    const size_t n = strlen(error->message);
    const bool goes_on = n > 0 && error->message[n - 1] == ':'; /* with its details */
    *note->lost = '\0';
    vtb_append(note->lost, sizeof note->lost, "%.*s", (int)(n - goes_on), error->message);
    if (error->details)
        vtb_print_shown(stderr, error->details, strlen(error->details), VTB_SHOWN_TEXT);
}

/* Asks it what it has, once it is built. */
static void greet(struct vtb_guest_note *note)
{
    struct vtb_error error = {.exit_code = 0};
    struct vtb_stand_in own = {.note = note};
    if (!vtb_stand_in_start(&own, 0, &error)) {
        vtb_stand_in_lose(note, &error);
        return;
    }
    (void)snprintf(note->version, sizeof note->version, "%s", own.guest.version);
    (void)snprintf(note->strategies, sizeof note->strategies, "%s", own.guest.strategies);
    (void)snprintf(note->workloads, sizeof note->workloads, "%s", own.guest.workloads);
    (void)snprintf(note->callers, sizeof note->callers, "%s", own.guest.callers);
    note->frame_bytes = own.guest.frame_bytes;
    vtb_guest_close(&own.guest);
}

bool vtb_stand_in_find(struct vtb_guest_note *note, const char *asked, struct vtb_error *error)
{
    struct vtb_guest_program program;
    struct vtb_error reason = {.exit_code = 0};
    *note = (struct vtb_guest_note){.unsteady_n = 0};
    if (!find(&program, asked, error))
        return false;
    (void)snprintf(note->name, sizeof note->name, "%s", program.name);
    (void)snprintf(note->folder, sizeof note->folder, "%s", program.folder);
    if (!program.usable)
        (void)snprintf(note->lost, sizeof note->lost, "guest %s: %s", program.name, program.told);
    else if (!vtb_guest_program_build(&program, note->built, &reason))
        vtb_stand_in_lose(note, &reason);
    else
        greet(note);
    return true;
}

/* --- asking --- */

bool vtb_stand_in_start(struct vtb_stand_in *own, size_t nursery_bytes, struct vtb_error *error)
{
    char path[PATH_MAX + 16];
    const struct vtb_guest_note *note = own->note;
    if (*note->lost)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s", note->lost);
    if (own->guest.channel.open && own->nursery_bytes == nursery_bytes)
        return true;
    vtb_guest_close(&own->guest);
    (void)snprintf(path, sizeof path, "%s/guest", note->folder);
    const char *const arguments[] = {path, "run", note->built, NULL};
    const struct vtb_guest_start start = {.name = note->name,
                                          .arguments = arguments,
                                          .nursery_bytes = nursery_bytes,
                                          .limit_s = own->limit_s};
    own->nursery_bytes = nursery_bytes;
    return vtb_guest_open(&own->guest, &start, error);
}

const char *vtb_stand_in_name(const struct vtb_guest_note *note, const struct vtb_case *the_case)
{
    const char *const *names =
        vtb_guest_cases_names(the_case->counting->name, the_case->counting->kind.method);
    for (size_t i = 0; names && i < VTB_GUEST_WORDS_MAX && names[i]; i++) {
        if (vtb_guest_lists(note->strategies, names[i]))
            return names[i];
    }
    return names ? names[0] : NULL;
}

const char *vtb_stand_in_question(char text[VTB_STAND_IN_BYTES], const char *name,
                                  const struct vtb_case *the_case)
{
    (void)snprintf(text, VTB_STAND_IN_BYTES, "%.40s%s%s", name,
                   the_case->caller == VTB_CALLER_RUNTIME ? " caller=runtime" : "",
                   the_case->stored ? " stored=1" : "");
    return text;
}

bool vtb_stand_in_has_callers(const struct vtb_guest_note *note)
{
    return vtb_guest_lists(note->callers, vtb_caller_words[VTB_CALLER_RUNTIME]);
}

/* A guest that names no callers would pass over what it is told of them. */
static bool has_caller(const struct vtb_guest_note *note, const struct vtb_case *the_case)
{
    return (the_case->caller == VTB_CALLER_CLASSIC && !the_case->stored) ||
           vtb_stand_in_has_callers(note);
}

bool vtb_stand_in_has(const struct vtb_guest_note *note, const struct vtb_point *point,
                      const struct vtb_case *the_case)
{
    const char *name = vtb_stand_in_name(note, the_case);
    return !*note->lost && has_caller(note, the_case) && name &&
           vtb_guest_lists(note->strategies, name) &&
           vtb_guest_lists(note->workloads, point->workload->name);
}

/* Adds what a case consumes of calls from a place of the schedule on. */
static void consume(const struct vtb_fixture *fixture, struct vtb_case_run *run, uint64_t first,
                    uint64_t n)
{
    run->env.position = (size_t)(first % fixture->ids_n);
    vtb_fixture_loop(fixture, run->cell, VTB_CONSUMER_INDEPENDENT)(&run->env, (size_t)n);
}

/* Adds what calls consume that may go round more than once, which is made once. */
static uint64_t checksum_of(const struct vtb_fixture *fixture, struct vtb_case_run *run,
                            const struct vtb_stand_in_calls *calls)
{
    const uint64_t before = vtb_fixture_checksum(&run->env);
    const uint64_t circles_n = calls->n / fixture->ids_n;
    if (circles_n > 0)
        consume(fixture, run, 0, fixture->ids_n);
    const uint64_t circle = vtb_fixture_checksum(&run->env) - before;
    consume(fixture, run, calls->first, calls->n % fixture->ids_n);
    return vtb_fixture_checksum(&run->env) - before + (circles_n > 0 ? circles_n - 1 : 0) * circle;
}

bool vtb_stand_in_checksums(const struct vtb_fixture *fixture,
                            const struct vtb_stand_in_calls *calls, size_t n, uint64_t *checksums,
                            struct vtb_error *error)
{
    struct vtb_case_run run;
    struct vtb_point small = *fixture->point;
    const struct vtb_case *floor = &fixture->point->cases[fixture->point->cases[0].floor];
    small.live_heap_bytes = 0; /* it consumes the same, and takes no time to make */
    if (!vtb_case_open(&run, fixture, floor->counting, floor->heap->heap, &small, VTB_CASE_HEAP_NEW,
                       error))
        return false;
    for (size_t i = 0; i < n; i++)
        checksums[i] = (i > 0 ? checksums[i - 1] : 0) + checksum_of(fixture, &run, &calls[i]);
    vtb_case_leave(&run);
    vtb_case_close(&run);
    return true;
}

static bool warm(struct vtb_guest *guest, size_t number, const struct vtb_stand_in_epoch *how,
                 struct vtb_error *error)
{
    struct vtb_guest_epoch first;
    bool steady;
    return how->warm_s == 0
               ? vtb_guest_run(guest, number, 0, how->warm_n, &first, error)
               : vtb_guest_warm(guest, number, how->warm_n, how->warm_s, &steady, error);
}

static void add(struct vtb_guest_epoch *sum, const struct vtb_guest_epoch *epoch)
{
    sum->ns += epoch->ns;
    sum->bytes += epoch->bytes;
    for (size_t i = 0; i < sizeof sum->collections / sizeof *sum->collections; i++)
        sum->collections[i] += epoch->collections[i];
    sum->pause_ns += epoch->pause_ns;
    sum->checksum = epoch->checksum;
}

/* Epochs, each of which consumes `sum`. */
static bool run_epochs(struct vtb_guest *guest, size_t number, const struct vtb_stand_in_epoch *how,
                       uint64_t sum, struct vtb_guest_epoch *all, struct vtb_error *error)
{
    struct vtb_guest_epoch epoch;
    bool ok = true;
    *all = (struct vtb_guest_epoch){.ns = 0};
    for (uint64_t i = 1; ok && i <= how->times; i++) {
        ok = vtb_guest_run(guest, number, 0, how->calls_n, &epoch, error) &&
             vtb_guest_drain(guest, number, i * sum, error);
        if (ok)
            add(all, &epoch);
    }
    return ok;
}

bool vtb_stand_in_run(struct vtb_stand_in *own, const struct vtb_fixture *fixture,
                      const struct vtb_stand_in_epoch *how, struct vtb_guest_epoch *epoch,
                      struct vtb_error *error)
{
    size_t number;
    uint64_t sums[2];
    struct vtb_guest *guest = &own->guest;
    const struct vtb_stand_in_calls calls[] = {{0, how->calls_n}, {0, how->warm_n}};
    const size_t n = how->warm_s == 0 ? 2 : 1;
    return vtb_stand_in_checksums(fixture, calls, n, sums, error) &&
           vtb_stand_in_start(own, fixture->point->gen0_budget_bytes, error) &&
           vtb_guest_open_case(guest, fixture, how->question, &number, error) &&
           warm(guest, number, how, error) &&
           run_epochs(guest, number, how, sums[n - 1], epoch, error) &&
           vtb_guest_close_case(guest, number, error);
}
