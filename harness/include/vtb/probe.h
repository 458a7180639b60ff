/*
 * A probe runs a strategy's operations one by one, to check what no loop does: several consumers, a
 * stored hand-over, a fault, misuse. Every counting cell that may suspend has a probe. Nothing here
 * is measured.
 *
 * Frames of the window are given by their index. `by` is the frame whose variable holds the
 * hand-over. `of` is the frame that called the method: if operations live in their caller's frame,
 * this one does in `of`. One thread at a time may use an env; `complete` may be called by another.
 */
#ifndef VTB_PROBE_H
#define VTB_PROBE_H

#include "cell.h"

/* The most frames that may wait at once, in all windows of a cell together. */
#define VTB_PROBE_FRAMES_N 8

struct vtb_probe {
    /* Calls the method, or the outermost layer if there is one, for an entry of the schedule, and
     * keeps what it hands over in the frame's variable. Whether that is ready. */
    bool (*call)(struct vtb_env *env, size_t by, uint32_t id);
    bool (*is_ready)(struct vtb_env *env, size_t by, size_t of);
    /* Makes the frame wait. When its operation completes, the frame consumes and drops what its
     * variable holds, and env->arrived and env->checksum change. */
    void (*await)(struct vtb_env *env, size_t by, size_t of);
    /* Consumes; *share is what the value adds to a checksum, 0 after a fault. */
    enum vtb_fault (*get)(struct vtb_env *env, size_t by, size_t of, uint64_t *share);
    void (*drop)(struct vtb_env *env, size_t by, size_t of);
    /* Gives the operation that the frame's last call submitted to the store; null: none. */
    void *(*pending)(const struct vtb_env *env, size_t of);
    /* Completes an operation with `fault`, or if that is none, with the store's answer. For the
     * thread that owns `service`. */
    void (*complete)(struct vtb_service *service, void *pending, enum vtb_fault fault);
    /* Makes the frame forget the operation that it submitted, so that draining does not complete
     * it. */
    void (*forget)(struct vtb_env *env, size_t of);
    /* Copies the variable of one frame to that of another, bit by bit. */
    void (*copy)(struct vtb_env *env, size_t to, size_t from);
    /* Overwrites a frame, as the stack is overwritten when a function has returned. */
    void (*end_scope)(struct vtb_env *env, size_t of);
    /* Gives the next copy of the variable a reference of its own; null: copies need none. */
    void (*share)(struct vtb_env *env, size_t by);

    /* All of the following are null if the strategy cannot do it. The caller must drop the task. */
    void *(*as_task)(struct vtb_env *env, size_t by);
    void (*preserve)(struct vtb_env *env, size_t by);
    bool (*task_is_ready)(const void *task);
    enum vtb_fault (*task_get)(void *task, uint64_t *share);
    void (*task_drop)(struct vtb_env *env, void *task);
};

#endif
