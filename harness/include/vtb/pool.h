/*
 * A pool: objects of one size that one thread, the owner, keeps for itself, up to a cap, the one
 * that came last on top. Another thread gives an object back through a list of the pool's, which
 * the owner empties when it has no other objects left. A pool is part of a strategy's state; its
 * objects and the head of its list must be among VTB_STATE_ROOTS. All of it may stand in the
 * measured region. To be included behind the other headers of a strategy.
 */
#ifndef VTB_POOL_H
#define VTB_POOL_H

#include "strategy.h"

/* The most objects that a pool keeps; the caller gives further ones back to the heap. */
#define VTB_POOL_CAP 256

struct vtb_pool {
    size_t n;
    void *remote; /* atomic; a list through the objects' first words: the owner takes all of it */
    void *objects[VTB_POOL_CAP];
};

/* Gives an object back, from a thread that is not the owner. Its first word is overwritten. */
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

/* Takes all objects that other threads gave back: returns the first, and puts the others into the
 * pool. Null if there is none. For the owner. */
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

/* Takes an object that was used before; null if there is none. Its contents are as they were when
 * it was given back, but for the first word. For the owner. */
static inline void *vtb_pool_take(struct vtb_service *service, struct vtb_pool *pool)
{
    if (VTB_UNLIKELY(pool->n == 0))
        return vtb_pool_take_remote(service, pool);
    return pool->objects[--pool->n];
}

/* Gives an object back. False if the pool is full: the object is still the caller's. For the
 * owner. */
static inline bool vtb_pool_put(struct vtb_pool *pool, void *object)
{
    if (VTB_UNLIKELY(pool->n == VTB_POOL_CAP))
        return false;
    pool->objects[pool->n++] = object;
    return true;
}

#endif
