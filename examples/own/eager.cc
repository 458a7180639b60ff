/*
 * eager: a strategy outside of the program's own, in C++20: a coroutine that starts at once.
 *
 * The method is a coroutine, as a compiler makes it: it looks into the cache, and returns the value
 * by co_return, or asks the store by co_await. Its frame comes from the service's heap, by the
 * promise's operator new, on a hit as well: a compiler may leave the allocation out only where it
 * sees both the caller and the coroutine, and here a call stands between them. The result stays in
 * the frame until the caller has consumed it.
 *
 *     run_bench check --strategy examples/own/eager.cc
 *     run_bench --strategy examples/own/eager.cc,heap_task,value_task --hit-rate 0,0.5,0.9,1
 *
 * Compilers do not tell how large a frame is before it is allocated, and other optimisations make
 * other frames. The strategy asks for FRAME_BYTES, which hold any that this source becomes, so that
 * what is counted does not depend on it.
 */
#include <coroutine>
#include <exception>

#define VTB_OWN_METHOD 1
#include <vtb/strategy.h>

/* Results and awaiters of up to two answers, the parameters twice, and what compilers add. */
#define FRAME_BYTES (size_t{176} + 3 * VTB_ROUND_UP_8(sizeof(vtb_answer)))

#define VTB_HIT_BYTES FRAME_BYTES
#define VTB_PENDING_BYTES(record) (FRAME_BYTES + 0 * (record))

#define FRAME_SMALL "a coroutine's frame does not fit FRAME_BYTES"
#define TASK_EARLY "the result of a coroutine was taken before it was there"
#define TASK_AGAIN "a coroutine was resumed a second time"
#define TASK_TWO "a coroutine has a second consumer"

/* The address of a coroutine's frame. It is no C++ type, as the harness copies and zeroes it. */
typedef void *vtb_handover;

#define VTB_PARAMETERS vtb_key key
#define VTB_ARGUMENTS key
#define VTB_CALL_ARGUMENTS key

static inline void vtb_prepare(vtb_slot *, vtb_key)
{
}

/* Types of this file alone: each cell has types of its own under these names. */
namespace
{

struct StoreAwaiter;

struct Task {
    struct promise_type;
    using Handle = std::coroutine_handle<promise_type>;

    Handle handle;
};

/* Runs the waiting caller, once the coroutine is at its end. By the time that returns, the frame
 * may be gone. */
struct FinalAwaiter {
    bool await_ready() const noexcept
    {
        return false;
    }
    void await_suspend(Task::Handle handle) const noexcept;
    void await_resume() const noexcept
    {
    }
};

struct Task::promise_type {
    vtb_continuation *waiting = nullptr;
    vtb_service *service = nullptr; /* of the thread that resumed it */
    StoreAwaiter *store = nullptr;  /* what the coroutine waits for; null: for nothing */
    vtb_answer result;

    static void *operator new(size_t bytes, vtb_service *service, vtb_key)
    {
        vtb_require(bytes <= FRAME_BYTES, FRAME_SMALL);
        return vtb_alloc_block(service, FRAME_BYTES);
    }
    /* Gives the frame back to the service of the thread that destroys it. */
    static void operator delete(void *, size_t)
    {
    }
    Task get_return_object()
    {
        return {Handle::from_promise(*this)};
    }
    std::suspend_never initial_suspend() const noexcept
    {
        return {};
    }
    FinalAwaiter final_suspend() const noexcept
    {
        return {};
    }
    void return_value(const vtb_answer &answer)
    {
        result = answer;
    }
    void unhandled_exception() const noexcept
    {
        std::terminate();
    }
};

void FinalAwaiter::await_suspend(Task::Handle handle) const noexcept
{
    Task::promise_type &promise = handle.promise();
    if (promise.waiting)
        promise.waiting->run(promise.waiting, promise.service);
}

/* co_await of it asks the store, and gives the answer. */
struct StoreAwaiter {
    vtb_service *service;
    vtb_key key;
    vtb_answer answer;

    StoreAwaiter(vtb_service *asked, vtb_key by) : service{asked}, key{by}
    {
    }
    bool await_ready() const noexcept
    {
        return false;
    }
    void await_suspend(Task::Handle handle) noexcept
    {
        handle.promise().store = this;
        vtb_submit(service, handle.address());
    }
    const vtb_answer &await_resume() const noexcept
    {
        return answer;
    }
};

/* The method, as its author writes it. */
Task look_up(vtb_service *service, vtb_key key)
{
    if (const vtb_value *found = vtb_lookup(service->table, key))
        co_return vtb_answer{VTB_FAULT_NONE, *found};
    co_return co_await StoreAwaiter{service, key};
}

Task::Handle handle_of(void *frame)
{
    return Task::Handle::from_address(frame);
}

} // namespace

VTB_METHOD vtb_handover VTB_CELL_SYMBOL(method)(vtb_service *service, VTB_PARAMETERS)
{
    return look_up(service, key).handle.address();
}

static inline vtb_key vtb_asked(void *pending)
{
    return handle_of(pending).promise().store->key;
}

static inline bool vtb_is_ready(vtb_service *, const vtb_handover *handover, const vtb_slot *)
{
    return handle_of(*handover).done();
}

static inline void vtb_await(vtb_service *service, vtb_handover *handover, vtb_slot *,
                             vtb_continuation *continuation)
{
    const Task::Handle handle = handle_of(*handover);
    vtb_check(!handle.promise().waiting, TASK_TWO);
    handle.promise().waiting = continuation;
    if (handle.done())
        continuation->run(continuation, service);
}

static inline vtb_fault vtb_get(vtb_service *, vtb_handover *handover, vtb_slot *, vtb_value *value)
{
    const Task::Handle handle = handle_of(*handover);
    vtb_check(handle.done(), TASK_EARLY);
    if (!handle.promise().result.fault)
        *value = handle.promise().result.value;
    return handle.promise().result.fault;
}

static inline void vtb_drop(vtb_service *service, vtb_handover *handover, vtb_slot *)
{
    handle_of(*handover).destroy();
    vtb_free(service, *handover, FRAME_BYTES);
}

static inline void vtb_complete(vtb_service *service, void *pending, const vtb_answer *answer)
{
    const Task::Handle handle = handle_of(pending);
    vtb_check(!handle.done(), TASK_AGAIN);
    handle.promise().service = service;
    handle.promise().store->answer = *answer;
    handle.resume();
}

VTB_STRATEGY(eager) = {
    .summary = "a coroutine that starts at once; its frame keeps the result",
    .modelled_on = "eager tasks of C++20 coroutines",
    .shape = VTB_SHAPE_OBJECT,
    .lacks = {.async_method = "a coroutine is a compiled state machine already",
              .several_consumers = "a coroutine has room for one continuation",
              .storing = "a coroutine is consumed once, where it was got",
              .other_threads = "nothing guards a coroutine against two threads",
              .as_task = "its frame is a task, of another kind",
              .collector = "a coroutine's frame holds addresses of itself, and cannot be moved"},
};
