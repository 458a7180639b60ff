/*
 * Shards: a plan's tables divided among runs, each of which may be on a machine of its own. Which
 * shard has a table follows from the table's name and the number of shards alone, whatever other
 * tables there are: highest random weight, D. Thaler and C. Ravishankar, "Using Name-Based Mappings
 * to Increase Hit Rates", IEEE/ACM Transactions on Networking 6(1), 1998. So a table more moves no
 * other one, and a shard more moves those alone that it gets.
 */
#ifndef PLAN_SHARD_H
#define PLAN_SHARD_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* A plan has at most so many shards. */
#define VTB_SHARDS_MAX 1000

/* One of a plan's shards; none where n is 0. */
struct vtb_shard {
    size_t number; /* from 1 */
    size_t n;
};

#define VTB_SHARD_TEXT_BYTES 48

/* Reads "I/N", as vtb_shard_text writes it. False: it is none of 1/1 to N/VTB_SHARDS_MAX. */
VTB_MUST_USE bool vtb_shard_parse(const char *text, struct vtb_shard *shard);

const char *vtb_shard_text(char text[VTB_SHARD_TEXT_BYTES], const struct vtb_shard *shard);

/* Gives a digest of a text, the same in every process and on every machine; of another one that is
 * not 0, of both, in this order. */
uint64_t vtb_shard_digest(uint64_t digest, const char *text);

/* Gives the number, from 1, of the one of n shards that has what has this digest. */
size_t vtb_shard_of(uint64_t digest, size_t n);

#endif
