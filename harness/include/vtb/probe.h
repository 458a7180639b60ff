/*
 * A strategy's operations one by one, for what a loop does not do: several consumers, a stored
 * hand-over, a fault, misuse. Every counting cell that suspends has one. Nothing here is measured.
 *
 * Frames of the window are named by their index. `by` is the frame whose variable holds the
 * hand-over, `of` the one that called, whose place an operation of a caller's lives in. One thread
 * at a time, but for `complete`.
 */
#ifndef VTB_PROBE_H
#define VTB_PROBE_H

#include "cell.h"

/* Frames that may wait at once, of all windows of a cell. */
#define VTB_PROBE_FRAMES_N 8

struct vtb_probe {
    /* Calls the method (env->top, if there is one) for an entry of the schedule; the frame's
     * variable then holds what it handed over. True: it is ready. */
    bool (*call)(struct vtb_env *env, size_t by, uint32_t id);
    bool (*is_ready)(struct vtb_env *env, size_t by, size_t of);
    /* The frame waits: env->checksum and env->arrived tell when it went on. It consumes and drops
     * what its variable holds. */
    void (*await)(struct vtb_env *env, size_t by, size_t of);
    /* Consumes; *share is what the value adds to a checksum. */
    enum vtb_fault (*get)(struct vtb_env *env, size_t by, size_t of, uint64_t *share);
    void (*drop)(struct vtb_env *env, size_t by, size_t of);
    /* What was submitted to the store when the frame called last. */
    void *(*pending)(const struct vtb_env *env, size_t of);
    /* The store answers, or the operation ends in `fault`; on the thread of `service`. */
    void (*complete)(struct vtb_service *service, void *pending, enum vtb_fault fault);
    /* The store forgets what the frame asked. */
    void (*forget)(struct vtb_env *env, size_t of);
    /* Copies the variable, bit by bit. */
    void (*copy)(struct vtb_env *env, size_t to, size_t from);
    /* Overwrites the frame, as a stack's memory is when its function has returned. */
    void (*end_scope)(struct vtb_env *env, size_t of);
    /* Gives the next copy of the variable a reference of its own; null: copies need none. */
    void (*share)(struct vtb_env *env, size_t by);

    /* These are null if the strategy cannot. The task is the caller's to drop. */
    void *(*as_task)(struct vtb_env *env, size_t by);
    void (*preserve)(struct vtb_env *env, size_t by);
    bool (*task_is_ready)(const void *task);
    enum vtb_fault (*task_get)(void *task, uint64_t *share);
    void (*task_drop)(struct vtb_env *env, void *task);
};

#endif
