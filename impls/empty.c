/* The loop alone: walks the schedule, forms the key, adds it up. What it costs, every cell pays. */
#define VTB_LOOP_ONLY 1
#include <vtb/strategy.h>

VTB_STRATEGY(empty) = {
    .summary = "nothing is called: what the measuring loop itself costs",
    .modelled_on = "a loop",
    .shape = VTB_SHAPE_LOOP,
    .role = VTB_ROLE_EMPTY,
    .lacks = {.async_method = "it has no method",
              .runtime_async = "it has no method",
              .several_consumers = "it has no method",
              .storing = "it has no method",
              .other_threads = "it has no method",
              .as_task = "it has no method"},
};
