/*
 * The asynchronous method, as a compiler makes one: a state machine on the stack, a step function
 * that runs it, and a builder that hands its result over. When the method must wait, the state
 * machine moves into the pending operation. Asynchronous layers are made in the same way.
 *
 * What it executes on a hit is what .NET 10 does, as the machine code of its methods has it
 * (DOTNET_JitDisasm), call by call: the method zeroes its state machine and calls Start; that finds
 * the thread, saves its contexts, calls the step, and compares them; the step has the builder take
 * the result; and the method asks the builder for what it returns. Comments name the methods of
 * System.Private.CoreLib that do it, in System.Runtime.CompilerServices.
 *
 * Part of the template: before it stand method.h, record.h and ambient.h. Everything here stands in
 * the measured region.
 */

/* --- the builder --- */

#if VTB_COLLECTED || VTB_COUNTING
/*
 * Stores a reference in a state machine. The step does not know whether that is on the stack or in
 * an object, so it calls a helper that compares the place with the heap's bounds.
 * (CORINFO_HELP_CHECKED_ASSIGN_REF, JIT_CheckedWriteBarrier.)
 */
VTB_METHOD void VTB_CELL_SYMBOL(assign)(struct vtb_service *service, void **place, void *reference);

VTB_METHOD void VTB_CELL_SYMBOL(assign)(struct vtb_service *service, void **place, void *reference)
{
    *place = reference;
    if (VTB_UNLIKELY((size_t)((const char *)place - service->gc.base) < service->gc.bytes))
        vtb_barrier(service, place);
}

#define vtb_assign VTB_CELL_SYMBOL(assign)
#else
static inline void vtb_assign(struct vtb_service *service, void **place, void *reference)
{
    (void)service;
    *place = reference;
}
#endif

/* The builder takes the value that the method found: into an object, if the strategy makes one of
 * every result, or else into itself. It hands the value over once the first step is done. */
#if VTB_BUILDS_OBJECT
static_assert(sizeof(struct vtb_builder) == sizeof(void *),
              "a builder that makes an object has no room for a value");

/* AsyncTaskMethodBuilder.SetResult. */
static inline void vtb_builder_set(struct vtb_service *service, struct vtb_slot *slot,
                                   struct vtb_builder *builder, const vtb_value *value)
{
    vtb_assign(service, &builder->object, vtb_give_ready(service, slot, value));
}

/* AsyncTaskMethodBuilder.Task, which is inlined. */
static inline VTB_RETURNED vtb_builder_hand_over(VTB_AT_PARAMETER struct vtb_service *service,
                                                 struct vtb_slot *slot,
                                                 const struct vtb_builder *builder)
{
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, builder->object));
}
#else
/* What stands in a builder that has the result itself. (AsyncValueTaskMethodBuilder,
 * s_syncSuccessSentinel: an object, which a static variable refers to.) */
static char vtb_builder_sentinel;
static void *volatile vtb_builder_has_result = &vtb_builder_sentinel;

/* AsyncValueTaskMethodBuilder.SetResult. */
static inline void vtb_builder_set(struct vtb_service *service, struct vtb_slot *slot,
                                   struct vtb_builder *builder, const vtb_value *value)
{
    (void)slot;
#if VTB_VALUE_REFERS
    void *reference;
    memcpy(&reference, value, sizeof reference);
    vtb_assign(service, (void **)(void *)&builder->result, reference);
#else
    builder->result = *value;
#endif
    vtb_assign(service, &builder->object, vtb_builder_has_result);
}

/* AsyncValueTaskMethodBuilder.Task, which is called. */
VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(task)(VTB_AT_PARAMETER struct vtb_service *service,
                                              VTB_SLOT_PARAMETER const struct vtb_builder *builder);

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(task)(VTB_AT_PARAMETER struct vtb_service *service,
                                              VTB_SLOT_PARAMETER const struct vtb_builder *builder)
{
    VTB_SLOT_LOCAL;
    if (builder->object == vtb_builder_has_result)
        VTB_GIVE(vtb_give_ready(VTB_AT_ARGUMENT service, slot, &builder->result));
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, builder->object));
}

static inline VTB_RETURNED vtb_builder_hand_over(VTB_AT_PARAMETER struct vtb_service *service,
                                                 struct vtb_slot *slot,
                                                 const struct vtb_builder *builder)
{
    (void)slot;
    VTB_GIVE(VTB_CELL_SYMBOL(task)(VTB_AT_ARGUMENT service, VTB_SLOT_ARGUMENT builder));
}
#endif

/* AsyncMethodBuilderCore.Start, of the method and of a layer: runs the first step, and restores the
 * ambient context for the caller. */
#define VTB_START(step)                                             \
    do {                                                            \
        struct vtb_ambient *ambient = vtb_current_thread();         \
        struct vtb_ambient before = *ambient;                       \
        VTB_IN_MEMORY(before); /* where a finally block finds it */ \
        VTB_CELL_SYMBOL(step)(VTB_SLOT_ARGUMENT machine);           \
        vtb_ambient_restore(ambient, &before);                      \
    } while (0)

/* --- the service's own method --- */

VTB_METHOD void VTB_CELL_SYMBOL(start)(VTB_SLOT_PARAMETER struct vtb_machine *machine);
VTB_METHOD void VTB_CELL_SYMBOL(step)(VTB_SLOT_PARAMETER struct vtb_machine *machine);

/* The step must wait for the store: moves the state machine into a pending operation. */
VTB_OUT_OF_LINE static void VTB_CELL_SYMBOL(suspend)(VTB_SLOT_PARAMETER struct vtb_machine *machine)
{
    VTB_SLOT_LOCAL;
    struct vtb_service *service = machine->self;
    void *pending = vtb_suspend(service, slot, &vtb_record_type);
    struct vtb_machine *record = (struct vtb_machine *)vtb_record_of(pending);
    vtb_copy_words(record, machine, sizeof *record);
    machine->builder.object = record->builder.object = pending;
    record->state = VTB_MACHINE_WAITS;
    vtb_barrier(service, &record->builder.object);
    vtb_submit(service, pending);
}

VTB_METHOD void VTB_CELL_SYMBOL(step)(VTB_SLOT_PARAMETER struct vtb_machine *machine)
{
    VTB_SLOT_LOCAL;
    const vtb_value *value = vtb_lookup(machine->self->table, vtb_kept(machine->key));
    if (!value) {
        VTB_CELL_SYMBOL(suspend)(VTB_SLOT_ARGUMENT machine);
        return;
    }
    machine->state = VTB_MACHINE_DONE;
    vtb_builder_set(machine->self, slot, &machine->builder, value);
}

VTB_METHOD void VTB_CELL_SYMBOL(start)(VTB_SLOT_PARAMETER struct vtb_machine *machine)
{
    VTB_START(step);
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(method)(VTB_AT_PARAMETER struct vtb_service *service,
                                                VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    struct vtb_machine machine;
    memset(&machine, 0, sizeof machine);
    machine.state = VTB_MACHINE_RUNS;
    machine.key = vtb_keep(key);
    machine.self = service;
    VTB_CELL_SYMBOL(start)(VTB_SLOT_ARGUMENT & machine);
    VTB_GIVE(vtb_builder_hand_over(VTB_AT_ARGUMENT service, slot, &machine.builder));
}

/* The store's answer is there: the method goes on, and its result completes the operation. The
 * thread is found as by Start. (ExecutionContext.RunInternal.) */
static inline void vtb_machine_resume(struct vtb_service *service, void *pending,
                                      const struct vtb_answer *answer)
{
    struct vtb_ambient *ambient = vtb_current_thread();
    const struct vtb_ambient before = *ambient;
    ((struct vtb_machine *)vtb_record_of(pending))->state = VTB_MACHINE_RUNS;
    vtb_complete(service, pending, answer);
    vtb_ambient_restore(ambient, &before);
}

/* --- a method around it --- */

#define VTB_ARGUMENTS_BELOW VTB_SLOT_ARGUMENT_BELOW vtb_kept(machine->key)

static const struct vtb_type vtb_layer_type = {
    "box of a layer",
    VTB_PENDING_BYTES(VTB_LAYER_RECORD_BYTES),
    VTB_TYPE_LAYER,
    false,
    {VTB_PENDING_REFERENCES, VTB_IN_RECORD(struct vtb_layer_machine, builder.object),
     VTB_IN_RECORD(struct vtb_layer_machine, awaiter), VTB_REFERENCES_END}};

VTB_METHOD void VTB_CELL_SYMBOL(layer_start)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine);
VTB_METHOD void VTB_CELL_SYMBOL(layer_step)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine);

/* The slot for the operation of the method below, in the caller's next place. */
static inline struct vtb_slot *vtb_slot_below(void *slot)
{
    return VTB_USES_SLOT ? (struct vtb_slot *)(void *)((char *)slot + VTB_PLACE_BYTES) : NULL;
}

/* The continuation of a layer, which goes on when the operation of the method below completed. */
static void vtb_layer_run(struct vtb_continuation *self, struct vtb_service *service)
{
    struct vtb_ambient *ambient = vtb_current_thread();
    const struct vtb_ambient before = *ambient;
    struct vtb_layer_machine *machine = (struct vtb_layer_machine *)vtb_record_of(self);
    struct vtb_answer answer;
    machine->state = VTB_MACHINE_RUNS;
    answer.fault = vtb_take(service, &machine->awaiter, vtb_slot_below(self), &answer.value);
    vtb_complete(service, self, &answer);
    vtb_ambient_restore(ambient, &before);
}

/* The step must wait for the method below: moves the state machine into a pending operation. */
VTB_OUT_OF_LINE static void
VTB_CELL_SYMBOL(layer_suspend)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine)
{
    VTB_SLOT_LOCAL;
    struct vtb_service *service = machine->self->service;
    void *pending = vtb_suspend(service, slot, &vtb_layer_type);
    struct vtb_layer_machine *record = (struct vtb_layer_machine *)vtb_record_of(pending);
    struct vtb_continuation *continuation = (struct vtb_continuation *)pending;
    vtb_copy_words(record, machine, sizeof *record);
    machine->builder.object = record->builder.object = pending;
    record->state = VTB_MACHINE_WAITS;
    vtb_barrier(service, &record->builder.object);
    vtb_barrier(service, &record->awaiter);
    continuation->run = vtb_layer_run;
    vtb_await(service, &record->awaiter, vtb_slot_below(slot), continuation);
}

/* The method below failed, and this one need not wait: makes an operation that has the fault. */
VTB_OUT_OF_LINE static void
VTB_CELL_SYMBOL(layer_fail)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine,
                            const struct vtb_answer *answer)
{
    VTB_SLOT_LOCAL;
    struct vtb_service *service = machine->self->service;
    machine->builder.object = vtb_suspend(service, slot, &vtb_layer_type);
    vtb_complete(service, machine->builder.object, answer);
}

static inline VTB_RETURNED vtb_call_below(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                          VTB_PARAMETERS)
{
    if (layer->below)
        VTB_GIVE(VTB_CELL_SYMBOL(layer)(VTB_AT_ARGUMENT layer->below, VTB_ARGUMENTS));
    VTB_GIVE(VTB_CELL_SYMBOL(method)(VTB_AT_ARGUMENT layer->service, VTB_ARGUMENTS));
}

VTB_METHOD void VTB_CELL_SYMBOL(layer_step)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine)
{
    VTB_SLOT_LOCAL;
    struct vtb_slot *const below = vtb_slot_below(slot);
    struct vtb_service *service = machine->self->service;
    struct vtb_answer answer;
    vtb_handover received;
    VTB_RECEIVE_AT(received, vtb_call_below, machine->self, VTB_ARGUMENTS_BELOW);
    /* GetAwaiter: a copy, of which the step knows no more than what is in memory. */
    vtb_handover awaiter = received;
    __asm__("" : "+m"(awaiter) : "m"(received));
    if (!vtb_is_ready(service, &awaiter, below)) {
        VTB_MOVE(&machine->awaiter, &awaiter);
        VTB_CELL_SYMBOL(layer_suspend)(VTB_SLOT_ARGUMENT machine);
        return;
    }
    answer.fault = vtb_take(service, &awaiter, below, &answer.value);
    machine->state = VTB_MACHINE_DONE;
    if (VTB_UNLIKELY(answer.fault))
        VTB_CELL_SYMBOL(layer_fail)(VTB_SLOT_ARGUMENT machine, &answer);
    else
        vtb_builder_set(service, slot, &machine->builder, &answer.value);
}

VTB_METHOD void VTB_CELL_SYMBOL(layer_start)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine)
{
    VTB_START(layer_step);
}

VTB_METHOD VTB_RETURNED VTB_CELL_SYMBOL(layer)(VTB_AT_PARAMETER const struct vtb_layer *layer,
                                               VTB_PARAMETERS)
{
    VTB_SLOT_LOCAL;
    struct vtb_layer_machine machine;
    memset(&machine, 0, sizeof machine);
    machine.state = VTB_MACHINE_RUNS;
    machine.key = vtb_keep(key);
    machine.self = layer;
    VTB_CELL_SYMBOL(layer_start)(VTB_SLOT_ARGUMENT & machine);
    VTB_GIVE(vtb_builder_hand_over(VTB_AT_ARGUMENT layer->service, slot, &machine.builder));
}
