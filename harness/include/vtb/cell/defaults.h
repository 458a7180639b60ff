/*
 * Defaults for the macros that a strategy did not define (strategy.h lists them). So the other
 * parts can use `if` in place of #if: a branch on a constant costs nothing, and both of its sides
 * are compiled for every strategy, so that an error in one is found.
 *
 * The first part of the template: before it stands the strategy's source.
 */

#ifndef VTB_LOOP_ONLY
#define VTB_LOOP_ONLY 0
#endif
#ifndef VTB_NEVER_SUSPENDS
#define VTB_NEVER_SUSPENDS VTB_LOOP_ONLY
#endif
#ifndef VTB_USES_SLOT
#define VTB_USES_SLOT 0
#endif
#ifndef VTB_REUSES
#define VTB_REUSES 0
#endif
#ifndef VTB_REUSES_ANY
#define VTB_REUSES_ANY 0
#endif
#ifndef VTB_COUNTS_REFERENCES
#define VTB_COUNTS_REFERENCES 0
#endif

/* How the method and its caller are compiled; and whether that one calls through a table. */
#ifndef VTB_RUNTIME
#define VTB_RUNTIME 0
#endif
#ifndef VTB_BY_RUNTIME
#define VTB_BY_RUNTIME 0
#endif
#ifndef VTB_STORED
#define VTB_STORED 0
#endif
#ifndef VTB_VIRTUAL
#define VTB_VIRTUAL 0
#endif
#ifndef VTB_OUTSIDE
#define VTB_OUTSIDE 0
#endif
#ifndef VTB_HANDOVER
#define VTB_HANDOVER 0
#endif
#ifndef VTB_LAYERED
#define VTB_LAYERED 0
#endif
#ifndef VTB_POLLUTED
#define VTB_POLLUTED 0
#endif

/* The sizes of objects, and the places where a collector finds references. */
#ifndef VTB_HIT_BYTES
#define VTB_HIT_BYTES ((size_t)0)
#endif
#ifndef VTB_PENDING_BYTES
#define VTB_PENDING_BYTES(record) ((size_t)0 * (record))
#endif
/* What a miss allocates beside that where a method or its caller is runtime-async, in so many
 * objects; and for each layer. Those parts of the template define them anew. */
#define VTB_BESIDE_N 0
#define VTB_BESIDE_BYTES ((size_t)0)
#define VTB_LAYER_BESIDE_BYTES ((size_t)0)
#ifndef VTB_PENDING_REFERENCES
#define VTB_PENDING_REFERENCES VTB_REFERENCES_END
#endif
#ifndef VTB_HANDOVER_REFERS
#define VTB_HANDOVER_REFERS 0
#endif
#ifndef VTB_STATE_ROOTS
#define VTB_STATE_ROOTS 0
#endif

/* Digests: of the rule by which a run builds the cell, and of the sources that a user brought. */
#ifndef VTB_RULE
#define VTB_RULE none
#endif
#ifndef VTB_STRATEGY_DIGEST
#define VTB_STRATEGY_DIGEST none
#endif
#ifndef VTB_WORKLOAD_DIGEST
#define VTB_WORKLOAD_DIGEST none
#endif
