/*
 * The functions that make a window before its loops run, and drain and close it afterwards. Nothing
 * here is measured.
 *
 * Part of the template: before it stands the miss path.
 */

/* The strategy's state for a service, if it has any. */
#if VTB_HAS_STATE
#define VTB_STATE_BYTES vtb_state_bytes
#define VTB_STATE_OPEN(service, setup) vtb_state_open(service, setup)
#define VTB_STATE_CLOSE(service) vtb_state_close(service)
#else
#define VTB_STATE_BYTES NULL
#define VTB_STATE_OPEN(service, setup) ((void)(setup))
#define VTB_STATE_CLOSE(service) ((void)0)
#endif

#if !VTB_LOOP_ONLY
static const struct vtb_methods VTB_CELL_SYMBOL(methods) = {VTB_CALLED(method), VTB_CALLED(layer)};
#define VTB_METHODS &VTB_CELL_SYMBOL(methods)
#else
#define VTB_METHODS NULL
#endif

static void VTB_CELL_SYMBOL(open)(struct vtb_env *env, const struct vtb_setup *setup)
{
    if (VTB_VIRTUAL)
        env->service.methods = VTB_METHODS;
    VTB_STATE_OPEN(&env->service, setup);
    if (!VTB_NEVER_SUSPENDS) {
        memset(env->frames, 0, env->window * env->frame_bytes);
        for (size_t i = 0; i < env->window; i++) {
            struct vtb_frame *frame = VTB_FRAME_AT(env, i);
            frame->continuation.run = vtb_frame_run;
            frame->env = env;
        }
    }
    env->pending_n = 0;
    env->free_frame = 0;
    env->completion_next = 0;
}

static void VTB_CELL_SYMBOL(drain)(struct vtb_env *env)
{
    if (!VTB_NEVER_SUSPENDS) {
        for (size_t i = 1; i <= env->window; i++) {
            struct vtb_frame *frame = VTB_FRAME_AT(env, (env->free_frame + i) % env->window);
            if (env->outbox)
                vtb_frame_collect(env, frame);
            else if (frame->pending)
                vtb_frame_complete(env, frame);
        }
    }
    env->free_frame = 0;
}

static void VTB_CELL_SYMBOL(close)(struct vtb_env *env)
{
    VTB_CELL_SYMBOL(drain)(env);
    VTB_STATE_CLOSE(&env->service);
    if (VTB_CHECKED) { /* frees the quarantine, where a use after the free could be seen */
        for (size_t i = 0; env->service.free && i < VTB_QUARANTINE_N; i++) {
            if (env->service.quarantine->memory[i])
                env->service.free(env->service.quarantine->memory[i]);
        }
    }
}
