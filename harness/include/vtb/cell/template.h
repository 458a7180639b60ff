/*
 * The template of a cell: a strategy compiled against a workload, when it is needed, into a file of
 * its own. The one source of all (harness/cells/source/cell.c) includes the workload, the strategy
 * and this header, in this order. What the compiler is told says which cell it is:
 * VTB_STRATEGY_STEM, VTB_WORKLOAD_STEM, VTB_PASS_STEM, and of its kinds
 *
 *     VTB_COUNTING   allocations are counted, and the cell has a probe (probe.h)
 *     VTB_COLLECTED  for a heap that collects: nothing is freed, operations end in a safepoint; of
 *                    cells that count there is one for all heaps
 *     VTB_ASYNC      the method is asynchronous (async.h), not direct
 *     VTB_CHECKED    rules of the strategy are checked
 *     VTB_ATOMIC     references are counted for several threads
 *     VTB_VARIANT    what follows the strategy's name in the cell's: "", "@checked", "@atomic"
 *     VTB_METADATA   no cell, but what is known of one without its code: a struct vtb_cell whose
 *                    functions are null
 *
 * It makes, once for all shapes,
 *
 *     the methods      real calls: the innermost looks the key up; ready or suspend. Layers around
 *                      it hand its result on
 *     the miss path    frames in the in-flight window, completion, continuation, here or on a
 *                      completing thread
 *     the loops        independent and dependent consumer, one method or layers of them
 *
 * and ends in the one `struct vtb_cell` of the file. Each part is included here, once, and is no
 * header of its own. What a strategy lacks is stood in for, so that the parts behind it are the
 * same for all; what they ask of it are constants.
 */

#include "../cell.h"
#include "../probe.h"
#include "../strategy.h"

/* In the order of what they need, which is not that of their names. */
/* clang-format off */
#include "defaults.h"
#if VTB_LOOP_ONLY
#include "no_method.h"
#endif
#include "passing.h"

/* Kept while a method waits: nothing, something of the strategy's own, or a record. */
#if VTB_NEVER_SUSPENDS
#include "at_once.h"
#elif VTB_OWN_METHOD
#include "own_method.h"
#else
#include "record.h"
#endif

/* The methods, and the callers that wait for them. */
#include "method.h"
#if VTB_ASYNC
#include "async.h"
#elif !VTB_LOOP_ONLY
#include "direct.h"
#endif
#include "frame.h"
#include "miss.h"

/* The cell's functions; of metadata there are none. */
#if VTB_METADATA
#define VTB_OF_A_CELL(function) NULL
#else
#define VTB_OF_A_CELL(function) (function)
#include "loop.h"
#include "open.h"
#include "cost.h"
#endif
#if VTB_COUNTING && !VTB_NEVER_SUSPENDS
#define VTB_PROBE &VTB_CELL_SYMBOL(probe)
#include "probe.h"
#else
#define VTB_PROBE NULL
#endif
#include "entry.h"
