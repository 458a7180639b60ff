#include "bench/outside.h"

#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/shown.h"
#include "bench/lengths.h"
#include "cells/runtime.h"

#define WHAT "the questions to a store"

/* --- the store --- */

/* A cell of the point that knows the records. */
static const struct vtb_cell *find_cell(const struct vtb_point *point)
{
    for (size_t i = 0; i < vtb_cells_end(point); i++) {
        if (point->cases[i].timing->stored)
            return point->cases[i].timing;
    }
    return NULL;
}

/* How long a record of the store lives: as an entry of the cache does, but in seconds of the
 * store's own clock. */
static double life_s(const struct vtb_point *point)
{
    const double ttl_ns = (double)point->hits.cache.ttl_ns;
    return ttl_ns > 0 ? ttl_ns / 1e9 : point->workload->workload->life_s;
}

/* Where hits emerge, all keys are asked for as they are; else those that miss. */
static bool put_all(const struct vtb_outside *outside, const struct vtb_fixture *fixture,
                    const struct vtb_cell *cell, struct vtb_error *error)
{
    const struct vtb_point *point = fixture->point;
    const uint32_t flags = point->hits.emerge ? 0 : VTB_ID_MISS;
    struct vtb_stored stored = {
        .memory = vtb_allocate(1, vtb_stored_bytes(point->workload->workload), WHAT)};
    bool ok = true;
    for (uint32_t id = 0; ok && cell && id < point->keys_n; id++) {
        cell->stored(fixture->table, id | flags, &stored);
        ok = outside->kind->put(outside->store, stored.key, stored.key_n, stored.value,
                                stored.value_n, error);
    }
    free(stored.memory);
    return ok && outside->kind->seal(outside->store, error);
}

bool vtb_outside_open(struct vtb_outside *outside, const struct vtb_fixture *fixture,
                      struct vtb_error *error)
{
    *outside = (struct vtb_outside){.kind = fixture->point->store};
    if (!outside->kind)
        return true;
    outside->life_s = outside->kind->put_again ? life_s(fixture->point) : 0;
    outside->store = outside->kind->open(fixture->point->store_address, outside->life_s, error);
    if (outside->store && put_all(outside, fixture, find_cell(fixture->point), error))
        return true;
    vtb_outside_close(outside);
    return false;
}

void vtb_outside_close(struct vtb_outside *outside)
{
    if (outside->store)
        outside->kind->close(outside->store);
    *outside = (struct vtb_outside){0};
}

/* --- a thread that asks --- */

#define PARTS_SHIFT 7
#define BUCKETS VTB_LENGTHS_BUCKETS(PARTS_SHIFT)

/* A question that was asked. */
struct question {
    void *frame;
    double start_ns;
};

struct vtb_asker {
    struct vtb_env env;
    const struct vtb_cell *cell;
    const struct vtb_memory *memory;
    const struct vtb_store *kind;
    bool expires; /* a record that is absent was there */
    void *connection;
    struct vtb_stored stored;
    size_t step; /* every so many places of a ring are this asker's */
    size_t outboxes_n;
    uint64_t *places; /* the next one of each outbox */
    /* Questions without a reply, in a ring with a place for each that may be. */
    struct question *questions;
    size_t questions_max;
    uint64_t asked_n;
    uint64_t replied_n;
    uint64_t failed_n;
    uint64_t expired_n;
    char said[VTB_STORE_SAID_BYTES];
    struct vtb_lengths lengths; /* from questions to replies */
    uint64_t counts[BUCKETS];
};

static bool connect_asker(struct vtb_asker *asker, const struct vtb_outside *outside,
                          const struct vtb_fixture *fixture, struct vtb_error *error)
{
    asker->connection = outside->kind->connect(outside->store, error);
    return asker->connection &&
           vtb_fixture_open_env(fixture, &asker->env, asker->cell, asker->memory, error);
}

struct vtb_asker *vtb_asker_open(const struct vtb_outside *outside,
                                 const struct vtb_fixture *fixture, const struct vtb_cell *cell,
                                 const struct vtb_memory *memory, size_t number, size_t askers_n,
                                 size_t outboxes_n, struct vtb_error *error)
{
    const size_t max = outside->kind->questions_max;
    struct vtb_asker *asker = vtb_allocate(1, sizeof *asker, WHAT);
    asker->cell = cell;
    asker->memory = memory;
    asker->kind = outside->kind;
    asker->expires = outside->life_s > 0;
    asker->stored.memory =
        vtb_allocate(1, vtb_stored_bytes(fixture->point->workload->workload), WHAT);
    asker->step = askers_n;
    asker->outboxes_n = outboxes_n;
    asker->places = vtb_allocate(outboxes_n, sizeof *asker->places, WHAT);
    asker->questions = vtb_allocate(max, sizeof *asker->questions, WHAT);
    asker->questions_max = max;
    vtb_lengths_start(&asker->lengths, PARTS_SHIFT, asker->counts);
    for (size_t i = 0; i < outboxes_n; i++)
        asker->places[i] = number;
    if (connect_asker(asker, outside, fixture, error))
        return asker;
    vtb_asker_close(asker);
    return NULL;
}

void vtb_asker_close(struct vtb_asker *asker)
{
    if (!asker)
        return;
    if (asker->env.memory)
        vtb_fixture_close_env(&asker->env, asker->cell, asker->memory);
    if (asker->connection)
        asker->kind->disconnect(asker->connection);
    free(asker->stored.memory);
    free(asker->questions);
    free(asker->places);
    free(asker);
}

struct vtb_env *vtb_asker_env(struct vtb_asker *asker)
{
    return &asker->env;
}

static void ask(struct vtb_asker *asker, void *frame)
{
    struct question *question = &asker->questions[asker->asked_n++ % asker->questions_max];
    asker->cell->asked(asker->env.service.table, frame, &asker->stored);
    *question = (struct question){frame, vtb_now_ns()};
    asker->kind->ask(asker->connection, asker->stored.key, asker->stored.key_n);
}

/* Says what is wrong with a reply; null: it is what the table has. */
static const char *find_fault(const struct vtb_stored *stored, const struct vtb_store_reply *reply)
{
    if (reply->outcome == VTB_STORE_FAILED)
        return reply->said;
    if (reply->outcome == VTB_STORE_ABSENT)
        return stored->fails ? NULL : "it has no such record";
    if (stored->fails)
        return "it has a record that it was not given";
    return reply->value_n == stored->value_n &&
                   memcmp(reply->value, stored->value, stored->value_n) == 0
               ? NULL
               : "its value is another one than the table's";
}

static void answer(struct vtb_asker *asker, void *frame, const struct vtb_store_reply *reply)
{
    asker->cell->asked(asker->env.service.table, frame, &asker->stored);
    const struct vtb_stored *stored = &asker->stored;
    const bool expired = asker->expires && reply->outcome == VTB_STORE_ABSENT && !stored->fails;
    const char *fault = expired ? NULL : find_fault(stored, reply);
    if (expired) { /* as a service does it, which fetches it from behind the store */
        asker->expired_n++;
        asker->kind->put_again(asker->connection, stored->key, stored->key_n, stored->value,
                               stored->value_n);
    }
    if (!fault) {
        asker->cell->answer(&asker->env.service, frame);
        return;
    }
    if (asker->failed_n++ == 0)
        vtb_show(asker->said, sizeof asker->said, fault);
    asker->cell->fail(&asker->env.service, frame);
}

/* Answers what has a reply; true if there was any. */
static bool answer_all(struct vtb_asker *asker)
{
    struct vtb_store_reply reply;
    bool any = false;
    while (asker->kind->next(asker->connection, &reply)) {
        const struct question *question =
            &asker->questions[asker->replied_n++ % asker->questions_max];
        vtb_lengths_add(&asker->lengths, vtb_now_ns() - question->start_ns);
        answer(asker, question->frame, &reply);
        vtb_memory_safepoint(asker->memory);
        any = true;
    }
    return any;
}

/* Asks for this asker's operations of a caller, and answers them as replies come; true if there was
 * any. */
static bool ask_all(struct vtb_asker *asker, const struct vtb_outbox *outbox, uint64_t *place)
{
    const uint64_t tail = __atomic_load_n(&outbox->tail, __ATOMIC_ACQUIRE);
    const bool any = *place < tail;
    while (*place < tail && asker->asked_n - asker->replied_n < asker->questions_max) {
        ask(asker, outbox->frames[*place & outbox->mask]);
        *place += asker->step;
        if (asker->asked_n - asker->replied_n == asker->questions_max)
            (void)answer_all(asker);
    }
    return any;
}

void vtb_asker_run(struct vtb_asker *asker, const struct vtb_outbox *outboxes,
                   const uint32_t *done_n)
{
    for (unsigned idle_n = 0;;) {
        const bool last = __atomic_load_n(done_n, __ATOMIC_ACQUIRE) == asker->outboxes_n;
        bool any = false;
        for (size_t i = 0; i < asker->outboxes_n; i++)
            any |= ask_all(asker, &outboxes[i], &asker->places[i]);
        any |= answer_all(asker);
        if (last && !any && asker->asked_n == asker->replied_n)
            return;
        vtb_memory_safepoint(asker->memory);
        idle_n = any ? 0 : idle_n + 1;
        if (idle_n > 0)
            vtb_pause(idle_n);
    }
}

/* --- what came of it --- */

void vtb_asker_reset(struct vtb_asker *asker)
{
    asker->failed_n = asker->expired_n = 0;
    vtb_lengths_forget(&asker->lengths);
}

struct vtb_store_sums vtb_askers_sum(struct vtb_asker *const *askers, size_t n)
{
    uint64_t *counts = vtb_allocate(BUCKETS, sizeof *counts, WHAT);
    struct vtb_lengths all;
    struct vtb_store_sums sums = {0};
    vtb_lengths_start(&all, PARTS_SHIFT, counts);
    for (size_t i = 0; i < n; i++) {
        vtb_lengths_add_all(&all, &askers[i]->lengths);
        if (askers[i]->failed_n > 0 && sums.failed_n == 0)
            memcpy(sums.said, askers[i]->said, sizeof sums.said);
        sums.failed_n += (double)askers[i]->failed_n;
        sums.expired_n += (double)askers[i]->expired_n;
    }
    sums.asked_n = (double)all.n;
    sums.p50_ns = vtb_lengths_quantile(&all, 0.5);
    sums.p99_ns = vtb_lengths_quantile(&all, 0.99);
    free(counts);
    return sums;
}
