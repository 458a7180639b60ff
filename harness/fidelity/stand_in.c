#include "fidelity/stand_in.h"

#include <math.h>
#include <stdio.h>

#include "bench/case_run.h"
#include "report/case_names.h"

bool vtb_fidelity_start(struct vtb_fidelity_guest *own, size_t nursery_bytes,
                        struct vtb_error *error)
{
    char path[PATH_MAX + 16];
    if (*own->unusable)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "%s", own->unusable);
    if (own->guest.channel.open && own->nursery_bytes == nursery_bytes)
        return true;
    vtb_guest_close(&own->guest);
    (void)snprintf(path, sizeof path, "%s/guest", own->program->folder);
    const char *const arguments[] = {path, "run", own->built, NULL};
    const struct vtb_guest_start start = {
        .name = own->program->name, .arguments = arguments, .nursery_bytes = nursery_bytes};
    own->nursery_bytes = nursery_bytes;
    return vtb_guest_open(&own->guest, &start, error);
}

const char *vtb_fidelity_heap(bool collects)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap->is_default && vtb_heap_collects(vtb_heaps[i].heap) == collects)
            return vtb_heaps[i].name;
    }
    return "";
}

const char *vtb_fidelity_name(const struct vtb_case *the_case)
{
    const struct vtb_strategy *strategy = the_case->counting->strategy;
    const char *const names[VTB_METHODS_N] = {
        [VTB_METHOD_DIRECT] = strategy->guest,
        [VTB_METHOD_ASYNC] = strategy->guest_async,
        [VTB_METHOD_RUNTIME] = strategy->guest_runtime,
    };
    return names[the_case->method];
}

bool vtb_fidelity_is_runtime(const struct vtb_case *the_case)
{
    return the_case->method == VTB_METHOD_RUNTIME || the_case->caller == VTB_CALLER_RUNTIME;
}

const char *vtb_fidelity_question(const struct vtb_case *the_case,
                                  char text[VTB_PREDICTION_NAME_BYTES])
{
    (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s%s%s", vtb_fidelity_name(the_case),
                   the_case->caller == VTB_CALLER_RUNTIME ? " caller=runtime" : "",
                   the_case->stored ? " stored=1" : "");
    return text;
}

const char *vtb_fidelity_title(const struct vtb_case *the_case,
                               char text[VTB_PREDICTION_NAME_BYTES])
{
    const char *name = the_case->counting->name;
    const char *mark = vtb_method_mark(the_case->method);
    if (!vtb_fidelity_is_runtime(the_case))
        (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s%s%s", name, *mark ? ", " : "", mark);
    else
        (void)snprintf(text, VTB_PREDICTION_NAME_BYTES, "%s %s->%s", name,
                       the_case->stored ? "stored" : vtb_caller_words[the_case->caller],
                       vtb_table_method(the_case));
    return text;
}

/* Adds what a case consumes of calls that begin at the schedule's start. */
static void consume(const struct vtb_fixture *fixture, struct vtb_case_run *run, uint64_t n)
{
    run->env.position = 0;
    vtb_fixture_loop(fixture, run->cell, VTB_CONSUMER_INDEPENDENT)(&run->env, (size_t)n);
}

bool vtb_fidelity_checksum(const struct vtb_fixture *fixture, uint64_t calls_n, uint64_t *checksum,
                           struct vtb_error *error)
{
    struct vtb_case_run run;
    const struct vtb_case *floor = &fixture->point->cases[fixture->point->cases[0].floor];
    if (!vtb_case_open(&run, fixture, floor->counting, floor->heap->heap, fixture->point,
                       VTB_CASE_HEAP_NEW, error))
        return false;
    const uint64_t circles_n = calls_n / fixture->ids_n;
    if (circles_n > 0)
        consume(fixture, &run, fixture->ids_n);
    const uint64_t circle = vtb_fixture_checksum(&run.env);
    consume(fixture, &run, calls_n % fixture->ids_n);
    *checksum = vtb_fixture_checksum(&run.env) + (circles_n > 0 ? circles_n - 1 : 0) * circle;
    vtb_case_leave(&run);
    vtb_case_close(&run);
    return true;
}

static bool warm(struct vtb_guest *guest, size_t number, const struct vtb_fidelity_epoch *how,
                 struct vtb_error *error)
{
    struct vtb_guest_epoch first;
    bool steady;
    return how->warm_s == 0
               ? vtb_guest_run(guest, number, 0, how->warm_n, &first, error)
               : vtb_guest_warm(guest, number, how->warm_n, how->warm_s, &steady, error);
}

bool vtb_fidelity_run(struct vtb_fidelity_guest *own, const struct vtb_fixture *fixture,
                      const struct vtb_fidelity_epoch *how, struct vtb_guest_epoch *epoch,
                      struct vtb_error *error)
{
    size_t number;
    uint64_t sum;
    uint64_t before = 0;
    struct vtb_guest *guest = &own->guest;
    if (!vtb_fidelity_checksum(fixture, how->calls_n, &sum, error) ||
        (how->warm_s == 0 && !vtb_fidelity_checksum(fixture, how->warm_n, &before, error)))
        return false;
    return vtb_fidelity_start(own, fixture->point->gen0_budget_bytes, error) &&
           vtb_guest_open_case(guest, fixture, how->strategy, &number, error) &&
           warm(guest, number, how, error) &&
           vtb_guest_run(guest, number, 0, how->calls_n, epoch, error) &&
           vtb_guest_drain(guest, number, before + sum, error) &&
           vtb_guest_close_case(guest, number, error);
}

struct vtb_prediction vtb_fidelity_prediction(enum vtb_predicted kind,
                                              const struct vtb_point *point)
{
    return (struct vtb_prediction){
        .kind = kind,
        .workload = point->workload->name,
        .hit_rate = point->hits.rate,
        .depth = point->depth,
        .in_flight = point->in_flight,
        .nursery_bytes = point->gen0_budget_bytes,
        .predicted = NAN,
        .measured = NAN,
    };
}
