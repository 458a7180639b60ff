/*
 * The cell itself: the one object that its file exports.
 *
 * The last part of the template: before it stands all that the object refers to.
 */

/* The metadata of the build's strategies is linked into the program, so each has its own name. */
#if VTB_METADATA && !defined VTB_FROM_OUTSIDE
#define VTB_CELL_OBJECT VTB_CELL_NAME
#else
#define VTB_CELL_OBJECT VTB_CELL_EXPORT
#endif

#if VTB_RUNTIME
#define VTB_METHOD_OF_KIND VTB_METHOD_RUNTIME
#elif VTB_ASYNC
#define VTB_METHOD_OF_KIND VTB_METHOD_ASYNC
#else
#define VTB_METHOD_OF_KIND VTB_METHOD_DIRECT
#endif

VTB_C_LINKAGE const struct vtb_cell VTB_CELL_OBJECT __attribute__((visibility("default")));
const struct vtb_cell VTB_CELL_OBJECT = {
    .contract = VTB_CONTRACT,
    .name = VTB_STRING(VTB_STRATEGY_STEM) VTB_VARIANT,
    .strategy_name = VTB_STRING(VTB_STRATEGY_STEM),
    .workload_name = VTB_STRING(VTB_WORKLOAD_STEM),
    .strategy = &VTB_PASTE(vtb_strategy_, VTB_STRATEGY_STEM),
    .kind = {VTB_COUNTING, VTB_COLLECTED, VTB_METHOD_OF_KIND, VTB_BY_RUNTIME, VTB_STORED,
             VTB_VIRTUAL, VTB_OUTSIDE, VTB_CONCURRENT, VTB_HANDOVER, VTB_LAYERED, VTB_POLLUTED},
    .checked = VTB_CHECKED,
    .several_threads = !VTB_COUNTS_REFERENCES || VTB_ATOMIC,
    .one_thread = VTB_LOCAL,
    .in_frame = VTB_USES_SLOT,
    .handover_bytes = VTB_LOOP_ONLY ? 0 : sizeof(vtb_handover),
    .hit_bytes = VTB_HIT_BYTES,
    .miss_bytes = VTB_MISS_BYTES,
    .layer_miss_bytes = VTB_LAYER_MISS_BYTES + VTB_LAYER_BESIDE_BYTES,
    .beside_bytes = VTB_BESIDE_BYTES,
    .beside_allocs_n = VTB_BESIDE_N,
    .record_bytes = VTB_RECORD_BYTES,
    .cost = VTB_OF_A_CELL(VTB_CELL_SYMBOL(cost)),
    .frame_bytes = VTB_NEVER_SUSPENDS ? 0 : sizeof(struct vtb_frame),
    .place_bytes = VTB_PLACE_BYTES,
    .pending_offset = VTB_NEVER_SUSPENDS ? 0 : offsetof(struct vtb_frame, pending),
    .handover_offset = VTB_NEVER_SUSPENDS ? 0 : offsetof(struct vtb_frame, handover),
    .handover_refers = VTB_HANDOVER_REFERS,
    .state_roots_n = VTB_STATE_ROOTS,
    .state_bytes = VTB_OF_A_CELL(VTB_STATE_BYTES),
    .open = VTB_OF_A_CELL(VTB_CELL_SYMBOL(open)),
    .run_independent = VTB_OF_A_CELL(VTB_CELL_SYMBOL(independent)),
    .run_dependent = VTB_OF_A_CELL(VTB_CELL_SYMBOL(dependent)),
    .answer = VTB_OF_A_CELL(VTB_NEVER_SUSPENDS ? NULL : VTB_CELL_SYMBOL(answer)),
    .stored = VTB_OF_A_STORE(VTB_CELL_SYMBOL(stored)),
    .asked = VTB_OF_A_STORE(VTB_CELL_SYMBOL(asked)),
    .fail = VTB_OF_A_STORE(VTB_CELL_SYMBOL(fail)),
    .call_and_await = VTB_OF_A_HANDOVER(VTB_CELL_SYMBOL(call_and_await)),
    .hand_over = VTB_OF_A_HANDOVER(VTB_CELL_SYMBOL(hand_over)),
    .take_over = VTB_OF_A_HANDOVER(VTB_CELL_SYMBOL(take_over)),
    .drain = VTB_OF_A_CELL(VTB_CELL_SYMBOL(drain)),
    .close = VTB_OF_A_CELL(VTB_CELL_SYMBOL(close)),
    .probe = VTB_PROBE,
    .compiler = VTB_COMPILER,
    .rule = VTB_STRING(VTB_RULE),
    .strategy_digest = VTB_STRING(VTB_STRATEGY_DIGEST),
    .workload_digest = VTB_STRING(VTB_WORKLOAD_DIGEST),
};
