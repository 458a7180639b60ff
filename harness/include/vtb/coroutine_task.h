/*
 * The task of a C++20 coroutine, for strategies whose method is one: an eager task, whose result
 * stands in the promise, and whose frame the consumer destroys. The hand-over is the task. To be
 * included in place of strategy.h, by a source of C++; what includes it defines
 *
 *     void *vtb_frame_new(struct vtb_service *, const struct vtb_type *) noexcept;
 *     void vtb_frame_delete(struct vtb_service *, void *frame, size_t bytes) noexcept;
 *
 * by which the frame of a call comes and goes. A frame is never elided (HALO): it outlives the call
 * that made it, which the caller cannot look into.
 */
#ifndef VTB_COROUTINE_TASK_H
#define VTB_COROUTINE_TASK_H

#define VTB_OWN_METHOD 1
#include "strategy.h"

#include <coroutine>

#define VTB_CORO_EARLY "the result of a coroutine was taken before it returned"
#define VTB_CORO_GONE "a coroutine was used after its frame was destroyed"
#define VTB_CORO_TWO "a coroutine has a second consumer while one waits for it"
#define VTB_CORO_RESUMED "a coroutine was resumed that does not wait"

#define VTB_PARAMETERS vtb_key key
#define VTB_ARGUMENTS key
#define VTB_CALL_ARGUMENTS key

static inline void *vtb_frame_new(vtb_service *service, const vtb_type *type) noexcept;
static inline void vtb_frame_delete(vtb_service *service, void *frame, size_t bytes) noexcept;

/* Where a coroutine is, in values that no other memory holds by chance; kept where checks are
 * compiled in. */
enum vtb_coro_state {
    VTB_CORO_RUNS = 0x0bb0d11d,
    VTB_CORO_WAITS = 0x0bb0d22d,
    VTB_CORO_RETURNED = 0x0bb0d33d,
    VTB_CORO_DESTROYED = 0x0bb0d44d
};

/* Who waits, as a coroutine sees it: by what resumes it, which stands first in every frame. A
 * caller of the harness is no coroutine, so these two words stand here in place of the one handle
 * of a caller's frame. */
struct vtb_coro_caller {
    void (*resume)(vtb_coro_caller *);
    vtb_continuation *continuation; /* null: nobody waits yet */
};

/* Resumes nobody, as std::noop_coroutine() does, which would be another file's. */
static void vtb_coro_nobody(vtb_coro_caller *)
{
}

/* Named by the cell, as its functions are no part of another cell's file. */
#define vtb_coro_task VTB_CELL_SYMBOL(task)
#define vtb_coro_promise VTB_CELL_SYMBOL(promise)
#define vtb_coro_wait VTB_CELL_SYMBOL(wait)

struct vtb_coro_promise;
using vtb_coro_handle = std::coroutine_handle<vtb_coro_promise>;

/* The task, which refers to the frame. A task of a library destroys it in the end, so that none is
 * passed in a register; here the consumer does that by hand, but it is passed as one of theirs. */
struct vtb_coro_task {
    using promise_type = vtb_coro_promise;

    vtb_coro_promise *promise;

    ~vtb_coro_task()
    {
    }
};

using vtb_handover = vtb_coro_task;

/* What a coroutine does when it has returned: it stays suspended, with its result, and who waits
 * for it goes on in its place (symmetric transfer, P0913). */
struct vtb_coro_final {
    static bool await_ready() noexcept
    {
        return false;
    }
    template <typename Promise>
    static std::coroutine_handle<> await_suspend(std::coroutine_handle<Promise> returned) noexcept
    {
        return std::coroutine_handle<>::from_address(&returned.promise().caller);
    }
    static void await_resume() noexcept
    {
    }
};

struct vtb_coro_promise {
    vtb_coro_caller caller;
    vtb_service *service; /* of the thread that runs it, as libraries keep an executor */
    vtb_fault fault;      /* in place of an exception */
    uint32_t state;       /* enum vtb_coro_state; kept where checks are compiled in */
    vtb_value value;

    vtb_coro_promise(vtb_service *runs_on, VTB_PARAMETERS) noexcept
        : caller{vtb_coro_nobody, nullptr}, service{runs_on}, fault{VTB_FAULT_NONE}
    {
        (void)key;
        is(VTB_CORO_RUNS);
    }

    static void *operator new(size_t bytes, vtb_service *service, VTB_PARAMETERS);

    /* The consumer gives the memory back, behind this: it knows its thread's service. */
    static void operator delete(void *, size_t) noexcept
    {
    }

    void is(vtb_coro_state now) noexcept
    {
        (void)now;
#if VTB_CHECKED
        state = now;
#endif
    }

    vtb_coro_task get_return_object() noexcept
    {
        return {this};
    }
    static std::suspend_never initial_suspend() noexcept
    {
        return {};
    }
    static vtb_coro_final final_suspend() noexcept
    {
        return {};
    }
    void return_value(const vtb_value &result) noexcept
    {
        value = result;
        is(VTB_CORO_RETURNED);
    }
    void return_value(const vtb_answer &answer) noexcept
    {
        fault = answer.fault;
        if (!VTB_UNLIKELY(answer.fault))
            value = answer.value;
        is(VTB_CORO_RETURNED);
    }
    static void unhandled_exception() noexcept
    {
        __builtin_unreachable(); /* nothing throws */
    }
};

static inline vtb_coro_handle vtb_coro_of(vtb_coro_promise *promise)
{
    return vtb_coro_handle::from_promise(*promise);
}

/* The await of the store's answer: the pending operation, in the frame. */
struct vtb_coro_wait {
    vtb_key key;
    vtb_coro_promise *waiting;
    const vtb_answer *answer; /* the store's, while the coroutine goes on with it */

    static bool await_ready() noexcept
    {
        return false;
    }
    void await_suspend(vtb_coro_handle handle) noexcept
    {
        waiting = &handle.promise();
        waiting->is(VTB_CORO_WAITS);
        vtb_submit(waiting->service, this);
    }
    const vtb_answer &await_resume() const noexcept
    {
        return *answer;
    }
};

/* A key that is a struct is copied once more, to be given to the lookup. */
template <typename Key, bool is_struct = __is_class(Key)> struct vtb_coro_copy {
    Key key;
};
template <typename Key> struct vtb_coro_copy<Key, false> {
};

/*
 * What gcc makes a frame of, in its order (gcc 12, cp/coroutines.cc: morph_fn_to_coro,
 * register_local_var_uses): as no expression gives a frame's size, it is added up here, and each
 * call holds it against what the compiler asks for.
 */
struct vtb_coro_frame {
    void (*resume)(void *);
    void (*destroy)(void *);
    vtb_coro_promise promise;
    void *self;
    vtb_service *service;
    vtb_key key;
    uint16_t resume_at;
    bool needs_free;
    bool initial_await_resumed;
    std::suspend_never at_start;
    const vtb_value *found;
    [[no_unique_address]] vtb_coro_copy<vtb_key> given;
    vtb_coro_wait wait;
    vtb_coro_final at_end;
};

#define VTB_HIT_BYTES sizeof(struct vtb_coro_frame)
#define VTB_PENDING_BYTES(record) sizeof(struct vtb_coro_frame)

static const vtb_type vtb_coro_type = {
    "frame of a coroutine", VTB_HIT_BYTES, VTB_TYPE_TASK, false, {VTB_REFERENCES_END}};

/* Frames that another compiler makes smaller get as much. */
inline void *vtb_coro_promise::operator new(size_t bytes, vtb_service *service, vtb_key)
{
    vtb_require(bytes <= VTB_HIT_BYTES, "a coroutine's frame is larger than its layout says");
#ifndef __clang__
    vtb_check(bytes == VTB_HIT_BYTES, "a coroutine's frame is smaller than its layout says");
#endif
    return vtb_frame_new(service, &vtb_coro_type);
}

/* The method. It is the same function for a hit and a miss: the frame is made before the lookup. */
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(vtb_service *service, VTB_PARAMETERS);
VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(vtb_service *service, VTB_PARAMETERS)
{
    const vtb_value *found = vtb_lookup(service->table, key);
    if (found)
        co_return *found;
    co_return co_await vtb_coro_wait{key, nullptr, nullptr};
}

static inline void vtb_prepare(vtb_slot *, vtb_key)
{
}

static inline vtb_key vtb_asked(void *pending)
{
    return static_cast<vtb_coro_wait *>(pending)->key;
}

static inline bool vtb_is_ready(vtb_service *, const vtb_handover *handover, const vtb_slot *)
{
    return vtb_coro_of(handover->promise).done();
}

static void vtb_coro_caller_resume(vtb_coro_caller *caller)
{
    vtb_coro_promise *promise = reinterpret_cast<vtb_coro_promise *>(caller);
    caller->continuation->run(caller->continuation, promise->service);
}

static inline void vtb_await(vtb_service *service, vtb_handover *handover, vtb_slot *,
                             vtb_continuation *continuation)
{
    vtb_coro_promise *promise = handover->promise;
    vtb_check(promise->state != VTB_CORO_DESTROYED, VTB_CORO_GONE);
    vtb_check(!promise->caller.continuation, VTB_CORO_TWO);
    promise->caller = {vtb_coro_caller_resume, continuation};
    if (vtb_coro_of(promise).done())
        continuation->run(continuation, service);
}

static inline vtb_fault vtb_get(vtb_service *service, vtb_handover *handover, vtb_slot *,
                                vtb_value *value)
{
    vtb_coro_promise *promise = handover->promise;
    const vtb_coro_handle handle = vtb_coro_of(promise);
    vtb_check(promise->state != VTB_CORO_DESTROYED, VTB_CORO_GONE);
    vtb_check(promise->state == VTB_CORO_RETURNED, VTB_CORO_EARLY);
    const vtb_fault fault = promise->fault;
    *value = promise->value;
    handle.destroy();
    promise->is(VTB_CORO_DESTROYED);
    vtb_frame_delete(service, handle.address(), VTB_HIT_BYTES);
    return fault;
}

static inline void vtb_drop(vtb_service *, vtb_handover *, vtb_slot *)
{
}

static inline void vtb_complete(vtb_service *service, void *pending, const vtb_answer *answer)
{
    vtb_coro_wait *wait = static_cast<vtb_coro_wait *>(pending);
    vtb_coro_promise *promise = wait->waiting;
    vtb_check(promise->state != VTB_CORO_DESTROYED, VTB_CORO_GONE);
    vtb_check(promise->state == VTB_CORO_WAITS, VTB_CORO_RESUMED);
    wait->answer = answer;
    promise->service = service;
    vtb_coro_of(promise).resume();
}

#endif
