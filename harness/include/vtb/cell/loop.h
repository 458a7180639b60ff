/*
 * The measured loops: for an independent and a dependent consumer, by the cell's kind with one
 * method or layers of them, and with other memory touched between operations or not. They are
 * written once; the compiler makes each of them by constants.
 *
 * Part of the template: before it stand the methods and the miss path.
 */

/* What the caller calls: the methods, or what stands at the boundary to them. */
#ifndef VTB_CALLED
#define VTB_CALLED(name) VTB_CELL_SYMBOL(name)
#endif

/* The methods as an interface's table has them, for a caller that knows no more (VTB_VIRTUAL).
 * Methods among one another know what they call. */
struct vtb_methods {
    VTB_RETURNED (*method)(VTB_AT_PARAMETER struct vtb_service *service, VTB_PARAMETERS);
    VTB_RETURNED (*layer)(VTB_AT_PARAMETER const struct vtb_layer *layer, VTB_PARAMETERS);
};

static inline const struct vtb_methods *vtb_methods_of(const struct vtb_env *env)
{
    return (const struct vtb_methods *)env->service.methods;
}

/* Calls the caller's method: the outermost layer, or the service's own method. */
static VTB_FORCE_INLINE VTB_RETURNED vtb_call(VTB_AT_PARAMETER struct vtb_env *env,
                                              struct vtb_slot *slot, vtb_key key)
{
    const bool layers = VTB_COUNTING ? env->top != NULL : VTB_LAYERED;
    VTB_PREPARE(slot, key);
    if (VTB_VIRTUAL && layers)
        VTB_GIVE(vtb_methods_of(env)->layer(VTB_AT_ARGUMENT env->top, VTB_CALL_ARGUMENTS));
    if (VTB_VIRTUAL)
        VTB_GIVE(vtb_methods_of(env)->method(VTB_AT_ARGUMENT & env->service, VTB_CALL_ARGUMENTS));
    if (layers)
        VTB_GIVE(VTB_CALLED(layer)(VTB_AT_ARGUMENT env->top, VTB_CALL_ARGUMENTS));
    VTB_GIVE(VTB_CALLED(method)(VTB_AT_ARGUMENT & env->service, VTB_CALL_ARGUMENTS));
}

/* Runs one operation of the measured loop, and returns what it adds to the checksum. If it
 * suspends, returns 0, sets *suspended, and makes *frame the frame for the next call. Without a
 * method the key itself is consumed. */
static VTB_FORCE_INLINE uint64_t vtb_operation(struct vtb_env *env, struct vtb_frame **frame,
                                               uint32_t id, bool *suspended)
{
    struct vtb_service *service = &env->service;
    vtb_key key = vtb_key_of(service->table, id);
    *suspended = false;
    if (VTB_LOOP_ONLY) {
        uint64_t share = 0;
        memcpy(&share, &key, sizeof key < sizeof share ? sizeof key : sizeof share);
        return share;
    }
    struct vtb_slot *slot = vtb_slot_of(*frame);
    vtb_count_under_way(service, env->pending_n + 1);
    VTB_RECEIVE((*frame)->handover, vtb_call(VTB_AT_ARGUMENT env, slot, key));
    if (!VTB_NEVER_SUSPENDS && !vtb_is_ready(service, at, slot)) {
        VTB_KEEP((*frame)->handover);
        *frame = vtb_park(env, *frame);
        *suspended = true;
        return 0;
    }
    vtb_value value;
    if (VTB_UNLIKELY(vtb_take(service, at, slot, &value))) {
        service->failed_n++;
        return 0;
    }
    return vtb_consume(&value);
}

/* Reads a byte of each cache line of the other memory. */
static inline void vtb_pollute(const struct vtb_env *env)
{
    for (size_t i = 0; i < env->pollution_bytes; i += 64)
        (void)*(volatile const char *)(env->pollution + i);
}

/*
 * The measured loop. `dependent` is a constant wherever it is expanded. If it is set, each key
 * needs the result before it: that of a hit, or the one that arrived while a miss suspended.
 */
static VTB_FORCE_INLINE void vtb_loop(struct vtb_env *env, size_t n, const bool dependent)
{
    struct vtb_frame *frame = VTB_NEVER_SUSPENDS ? NULL : VTB_FRAME_AT(env, env->free_frame);
    const uint32_t zero = env->zero;
    uint64_t checksum = 0;
    uint64_t last = 0;
    while (n > 0) {
        const size_t left = env->ids_n - env->position;
        const size_t chunk = n < left ? n : left;
        const uint32_t *id = env->ids + env->position;
        const uint32_t *const end = id + chunk;
        for (; id != end; id++) {
            bool suspended;
            if (VTB_POLLUTED)
                vtb_pollute(env);
            uint64_t share = vtb_operation(
                env, &frame, dependent ? *id ^ ((uint32_t)last & zero) : *id, &suspended);
            last = suspended ? env->arrived : share;
            checksum += share;
            vtb_safepoint(&env->service);
        }
        n -= chunk;
        env->position = chunk == left ? 0 : env->position + chunk;
    }
    env->checksum += checksum;
}

static void VTB_CELL_SYMBOL(independent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, false);
}

static void VTB_CELL_SYMBOL(dependent)(struct vtb_env *env, size_t n)
{
    vtb_loop(env, n, true);
}
