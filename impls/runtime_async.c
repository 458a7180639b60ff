/*
 * A method that the runtime itself suspends: it returns its value in registers, and beside it the
 * object of its suspension, null on a hit. Nothing is made of a result that is ready. A miss leaves
 * an object for each method that waits, in a chain over which the answer has them go on one after
 * the other (vtb/cell/suspended.h, runtime.h). Its caller is such a method too, and awaits it at
 * once; where it is not, the table is one of --method runtime.
 */
#define VTB_RUNTIME_ONLY 1
#include <vtb/strategy.h>

VTB_STRATEGY(runtime_async) = {
    .summary = "value in registers, and a continuation beside it, null on a hit",
    .modelled_on = "runtime-async of .NET 11",
    .aliases = "runtime-async",
    .shape = VTB_SHAPE_VALUE,
    .lacks = {.several_consumers = "its caller awaits it at once, and nobody else can",
              .storing = "its caller awaits it at once; to be stored takes an object",
              .other_threads = VTB_RUNTIME_LACKS_THREADS,
              .as_task = "its caller awaits it at once"},
};
