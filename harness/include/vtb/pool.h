/*
 * Objects of one size that one thread keeps for itself, up to a cap, the youngest on top. Another
 * thread gives objects back to their owner through a list of its own, which the owner empties when
 * it runs out. For use in a strategy's state, behind what else the strategy includes: the objects
 * and the list's head are roots.
 */
#ifndef VTB_POOL_H
#define VTB_POOL_H

#include "strategy.h"

/* Objects that a pool keeps; what is given back beyond that goes to the heap. */
#define VTB_POOL_CAP 256

struct vtb_pool {
    size_t n;
    void *remote; /* a list through the objects' first words: many push, the owner takes all */
    void *objects[VTB_POOL_CAP];
};

/* Another thread than the owner's gives an object back. */
static inline void vtb_pool_put_remote(struct vtb_service *service, struct vtb_pool *pool,
                                       void *object)
{
    void *first = __atomic_load_n(&pool->remote, __ATOMIC_RELAXED);
    do
        memcpy(object, &first, sizeof first);
    while (!__atomic_compare_exchange_n(&pool->remote, &first, object, true, __ATOMIC_RELEASE,
                                        __ATOMIC_RELAXED));
    vtb_barrier(service, object);
}

/* Takes what other threads gave back: the first such object is the caller's, the others go into the
 * pool. Null if there is none. */
VTB_OUT_OF_LINE static void *vtb_pool_take_remote(struct vtb_service *service,
                                                  struct vtb_pool *pool)
{
    void *first = __atomic_exchange_n(&pool->remote, NULL, __ATOMIC_ACQUIRE);
    void *rest = NULL;
    if (!first)
        return NULL;
    memcpy(&rest, first, sizeof rest);
    while (rest && pool->n < VTB_POOL_CAP) {
        void *object = rest;
        memcpy(&rest, object, sizeof rest);
        pool->objects[pool->n++] = object;
    }
    while (rest) {
        void *object = rest;
        memcpy(&rest, object, sizeof rest);
        vtb_pool_put_remote(service, pool, object);
    }
    return first;
}

/* An object that was used before, its contents as they were but for the first word; or null. */
static inline void *vtb_pool_take(struct vtb_service *service, struct vtb_pool *pool)
{
    if (VTB_UNLIKELY(pool->n == 0))
        return vtb_pool_take_remote(service, pool);
    return pool->objects[--pool->n];
}

/* The owner gives an object back. False if the pool is full: the object is still the caller's. */
static inline bool vtb_pool_put(struct vtb_pool *pool, void *object)
{
    if (VTB_UNLIKELY(pool->n == VTB_POOL_CAP))
        return false;
    pool->objects[pool->n++] = object;
    return true;
}

#endif
