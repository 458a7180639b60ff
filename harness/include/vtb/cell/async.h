/*
 * The asynchronous method, as a compiler makes one: a state machine on the stack, a step function
 * that runs it, and a builder that hands its result over. When the method must wait, the state
 * machine moves into the pending operation. Asynchronous layers are made in the same way.
 *
 * A method zeroes its state machine, saves the thread's ambient context for its caller, and runs
 * the first step, even if the answer is there already. (dotnet/runtime,
 * AsyncMethodBuilderCore.Start.)
 *
 * Part of the template: before it stand method.h, record.h and ambient.h. Everything here stands in
 * the measured region.
 */

/* The builder takes the value that the method found: into an object, if the strategy makes one of
 * every result, or else into itself. It hands the value over once the first step is done. */
#if VTB_BUILDS_OBJECT
static_assert(sizeof(struct vtb_builder) == sizeof(void *),
              "a builder that makes an object has no room for a value");

static inline void vtb_builder_set(struct vtb_service *service, struct vtb_slot *slot,
                                   struct vtb_builder *builder, const vtb_value *value)
{
    builder->object = vtb_give_ready(service, slot, value);
}

static inline VTB_RETURNED vtb_builder_hand_over(VTB_AT_PARAMETER struct vtb_service *service,
                                                 struct vtb_slot *slot,
                                                 const struct vtb_builder *builder)
{
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, builder->object));
}
#else
static inline void vtb_builder_set(struct vtb_service *service, struct vtb_slot *slot,
                                   struct vtb_builder *builder, const vtb_value *value)
{
    (void)service;
    (void)slot;
    builder->result = *value;
}

static inline VTB_RETURNED vtb_builder_hand_over(VTB_AT_PARAMETER struct vtb_service *service,
                                                 struct vtb_slot *slot,
                                                 const struct vtb_builder *builder)
{
    if (!builder->object)
        VTB_GIVE(vtb_give_ready(VTB_AT_ARGUMENT service, slot, &builder->result));
    VTB_GIVE(vtb_give_pending(VTB_AT_ARGUMENT service, slot, builder->object));
}
#endif

/* --- the service's own method --- */

VTB_METHOD void VTB_CELL_SYMBOL(step)(VTB_SLOT_PARAMETER struct vtb_machine *machine);

/* The step must wait for the store: moves the state machine into a pending operation. */
VTB_OUT_OF_LINE static void VTB_CELL_SYMBOL(suspend)(VTB_SLOT_PARAMETER struct vtb_machine *machine)
{
    VTB_SLOT_LOCAL;
    struct vtb_service *service = machine->self;
    void *pending = vtb_suspend(service, slot, &vtb_record_type);
    machine->state = VTB_MACHINE_WAITS;
    machine->builder.object = pending;
    struct vtb_machine *record = (struct vtb_machine *)vtb_record_of(pending);
    *record = *machine;
    vtb_barrier(service, &record->builder.object);
    vtb_submit(service, pending);
}

VTB_METHOD void VTB_CELL_SYMBOL(step)(VTB_SLOT_PARAMETER struct vtb_machine *machine)
{
    VTB_SLOT_LOCAL;
    const vtb_value *value = vtb_lookup(machine->self->table, vtb_kept(machine->key));
    if (value)
        vtb_builder_set(machine->self, slot, &machine->builder, value);
    else
        VTB_CELL_SYMBOL(suspend)(VTB_SLOT_ARGUMENT machine);
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
    const struct vtb_ambient before = vtb_ambient;
    VTB_CELL_SYMBOL(step)(VTB_SLOT_ARGUMENT & machine);
    vtb_ambient_restore(&before);
    VTB_GIVE(vtb_builder_hand_over(VTB_AT_ARGUMENT service, slot, &machine.builder));
}

/* The store's answer is there: the method goes on, and its result completes the operation. */
static inline void vtb_machine_resume(struct vtb_service *service, void *pending,
                                      const struct vtb_answer *answer)
{
    const struct vtb_ambient before = vtb_ambient;
    ((struct vtb_machine *)vtb_record_of(pending))->state = VTB_MACHINE_RUNS;
    vtb_complete(service, pending, answer);
    vtb_ambient_restore(&before);
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

VTB_METHOD void VTB_CELL_SYMBOL(layer_step)(VTB_SLOT_PARAMETER struct vtb_layer_machine *machine);

/* The slot for the operation of the method below, in the caller's next place. */
static inline struct vtb_slot *vtb_slot_below(void *slot)
{
    return VTB_USES_SLOT ? (struct vtb_slot *)(void *)((char *)slot + VTB_PLACE_BYTES) : NULL;
}

/* The continuation of a layer, which goes on when the operation of the method below completed. */
static void vtb_layer_run(struct vtb_continuation *self, struct vtb_service *service)
{
    const struct vtb_ambient before = vtb_ambient;
    struct vtb_layer_machine *machine = (struct vtb_layer_machine *)vtb_record_of(self);
    struct vtb_answer answer;
    machine->state = VTB_MACHINE_RUNS;
    answer.fault = vtb_take(service, &machine->awaiter, vtb_slot_below(self), &answer.value);
    vtb_complete(service, self, &answer);
    vtb_ambient_restore(&before);
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
    machine->state = VTB_MACHINE_WAITS;
    machine->builder.object = pending;
    *record = *machine;
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
    VTB_RECEIVE(machine->awaiter,
                vtb_call_below(VTB_AT_ARGUMENT machine->self, VTB_ARGUMENTS_BELOW));
    if (!vtb_is_ready(service, at, below)) {
        VTB_KEEP(machine->awaiter);
        VTB_CELL_SYMBOL(layer_suspend)(VTB_SLOT_ARGUMENT machine);
        return;
    }
    answer.fault = vtb_take(service, at, below, &answer.value);
    if (VTB_UNLIKELY(answer.fault))
        VTB_CELL_SYMBOL(layer_fail)(VTB_SLOT_ARGUMENT machine, &answer);
    else
        vtb_builder_set(service, slot, &machine->builder, &answer.value);
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
    const struct vtb_ambient before = vtb_ambient;
    VTB_CELL_SYMBOL(layer_step)(VTB_SLOT_ARGUMENT & machine);
    vtb_ambient_restore(&before);
    VTB_GIVE(vtb_builder_hand_over(VTB_AT_ARGUMENT layer->service, slot, &machine.builder));
}
