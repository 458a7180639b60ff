/*
 * The schedule of a case: pre-computed keys and whether each call hits or misses.
 *
 * Calls are numbered from 0. Of the calls a .. b - 1 exactly round(b * rate) - round(a * rate) hit,
 * whatever the chunks they are made in, so any number of calls has its exact number of hits at
 * constant memory; of those that miss, the exact number fails likewise. Which of them, and with
 * which keys, follows from the seed alone.
 */
#ifndef PLAN_SCHEDULE_H
#define PLAN_SCHEDULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Entries of a chunk: a period that no branch predictor learns. */
#define VTB_SCHEDULE_CHUNK ((size_t)1 << 20)

struct vtb_distribution {
    bool zipf; /* else uniform */
    double s;  /* the Zipf exponent: the key of rank k comes in proportion to k^-s */
};

struct vtb_schedule {
    double hit_rate;     /* 0 .. 1 */
    double failure_rate; /* 0 .. 1: the share of misses on which the store fails */
    bool force_async;    /* every call misses, whatever the hit rate */
    uint64_t keys_n;     /* 1 .. VTB_ID_MASK */
    struct vtb_distribution distribution;
    uint64_t seed;
};

/* How many of the first `calls_n` calls hit, and how many end in a fault. */
uint64_t vtb_schedule_hits(const struct vtb_schedule *schedule, uint64_t calls_n);
uint64_t vtb_schedule_failures(const struct vtb_schedule *schedule, uint64_t calls_n);

/* Writes the first n <= VTB_SCHEDULE_CHUNK entries of chunk `chunk` to ids (see VTB_ID_MISS). */
void vtb_schedule_fill(const struct vtb_schedule *schedule, uint64_t chunk, uint32_t *ids,
                       size_t n);

#endif
