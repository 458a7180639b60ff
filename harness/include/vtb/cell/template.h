/*
 * The template of a cell: a strategy compiled against a workload, when it is needed, into a file of
 * its own. All cells have one source, harness/cells/source/cell.c, which includes the workload, the
 * strategy and this header, in this order. Macros on the compiler's command line say which cell it
 * is: VTB_STRATEGY_STEM, VTB_WORKLOAD_STEM, VTB_PASS_STEM, and
 *
 *     VTB_COUNTING   allocations are counted, and the cell has a probe (probe.h)
 *     VTB_COLLECTED  the cell is for heaps that collect: nothing is freed, and operations end in a
 *                    safepoint; a counting cell is for all heaps, and does without this macro
 *     VTB_ASYNC      the method is asynchronous (async.h), not direct
 *     VTB_RUNTIME    the method is runtime-async (runtime.h), not direct
 *     VTB_BY_RUNTIME the caller is runtime-async, and awaits the method at once
 *     VTB_STORED     the caller is runtime-async, and awaits a runtime-async method's task that it
 *                    kept
 *     VTB_VIRTUAL    the caller has an interface of the service, and calls through its table
 *     VTB_CONCURRENT the table is the one into which all threads insert (concurrent.h)
 *     VTB_OUTSIDE    operations may be answered by a store outside of the program (stored.h)
 *     VTB_HANDOVER   hand-overs to a caller that waits are timed (handover.h)
 *     VTB_LAYERED    the caller calls layers of methods; a counting cell asks whether there are any
 *     VTB_POLLUTED   other memory is touched between operations
 *     VTB_CHECKED    rules of the strategy are checked
 *     VTB_ATOMIC     references are counted for several threads
 *     VTB_LOCAL      operations are awaited and completed for one thread alone
 *     VTB_VARIANT    the end of the cell's name, behind the strategy's: "", "@checked", "@atomic",
 *                    "@local"
 *     VTB_METADATA   only metadata is made, and no code: a struct vtb_cell whose functions are null
 *
 * It makes, once for all shapes,
 *
 *     the methods      functions that are really called: the innermost looks the key up, and hands
 *                      a value over or suspends; layers around it pass its result on. Both are in
 *                      all cells: which functions call others decides what is inlined
 *     the miss path    frames in the in-flight window, completion, and continuations, on the
 *                      caller's thread or on a completing one
 *     the loops        for an independent and a dependent consumer
 *
 * and ends in the one `struct vtb_cell` of the file. Each part is included here, once, and cannot
 * be included elsewhere. If a strategy lacks something, the first parts replace it, so that the
 * others are the same for all strategies; differences between strategies are constants.
 */

#include "../cell.h"
#include "../probe.h"
#include "../strategy.h"

/* Each part needs some of those before it: their order is not that of their names. */
/* clang-format off */
#include "defaults.h"
#if VTB_LOOP_ONLY
#include "no_method.h"
#endif
#include "passing.h"

/* The memory that is kept while a method waits: none, the strategy's own, or a record. */
#if VTB_NEVER_SUSPENDS
#include "at_once.h"
#elif VTB_OWN_METHOD
#include "own_method.h"
#elif !VTB_RUNTIME_ONLY
#include "record.h"
#endif

/* The methods, and the boundary between them and callers that are compiled otherwise. */
#include "method.h"
#include "ambient.h"
#if VTB_RUNTIME || VTB_BY_RUNTIME
#include "suspended.h"
#endif
#if VTB_RUNTIME
#include "runtime.h"
#elif VTB_ASYNC
#include "async.h"
#elif !VTB_LOOP_ONLY
#include "direct.h"
#endif
#if VTB_RUNTIME && !VTB_BY_RUNTIME
#include "to_classic.h"
#elif !VTB_RUNTIME && VTB_BY_RUNTIME
#include "from_classic.h"
#endif
#if VTB_BY_RUNTIME
#include "by_runtime.h"
#endif

/* The callers that wait for them. */
#include "frame.h"
#include "miss.h"

/* The cell's functions, which metadata does not have. */
#if VTB_METADATA
#define VTB_OF_A_CELL(function) NULL
#else
#define VTB_OF_A_CELL(function) (function)
#include "loop.h"
#include "open.h"
#include "cost.h"
#endif
#if VTB_OUTSIDE && !VTB_NEVER_SUSPENDS
#define VTB_OF_A_STORE(function) (function)
#include "stored.h"
#else
#define VTB_OF_A_STORE(function) NULL
#endif
#if VTB_HANDOVER && !VTB_NEVER_SUSPENDS
#define VTB_OF_A_HANDOVER(function) (function)
#include "handover.h"
#else
#define VTB_OF_A_HANDOVER(function) NULL
#endif
#if VTB_COUNTING && !VTB_NEVER_SUSPENDS
#define VTB_PROBE &VTB_CELL_SYMBOL(probe)
#include "probe.h"
#else
#define VTB_PROBE NULL
#endif
#include "entry.h"
