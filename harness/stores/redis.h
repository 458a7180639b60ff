/*
 * Redis as a store: a server of the harness's own, which listens at a socket in a temporary folder,
 * keeps everything in memory, and ends with the store or the process; or one that is there already.
 * Questions of a connection are pipelined: replies come in their order, when they come. In a server
 * that is there already keys begin with a prefix of the process's, are taken out at the end, and
 * have a life of a day at most.
 * SIGPIPE is ignored.
 */
#ifndef STORES_REDIS_H
#define STORES_REDIS_H

#include "stores/store.h"

extern const struct vtb_store vtb_store_redis;

#endif
