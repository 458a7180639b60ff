/*
 * How a method gets its slot, and how what it hands over is passed on: macros, so that whatever
 * makes or calls a method is written once for all shapes.
 *
 * Part of the template: before it stands defaults.h, and no_method.h where there is no method.
 */

/* The slot as a parameter; where there is none, a local that says so. */
#if VTB_USES_SLOT
#define VTB_SLOT_PARAMETER struct vtb_slot *slot,
#define VTB_SLOT_ARGUMENT slot,
#define VTB_SLOT_ARGUMENT_BELOW below,
#define VTB_SLOT_LOCAL (void)slot
#else
#define VTB_SLOT_PARAMETER
#define VTB_SLOT_ARGUMENT
#define VTB_SLOT_ARGUMENT_BELOW
#define VTB_SLOT_LOCAL struct vtb_slot *const slot = NULL
#endif

/*
 * A hand-over with a large value in it (VTB_IN_PLACE, strategy.h) is made at a place where it can
 * stay. Any other comes by value, and is moved to that place when it must be kept.
 *
 *     VTB_RECEIVE(place, call)            calls, and declares `at`, which refers to what came
 *     VTB_KEEP(place)                     has that at the place from now on
 *     VTB_HELD_PARAMETER, _ARGUMENT       passes it on to a function that does so
 *     VTB_RECEIVE_AT(place, method, ...)  calls, and has what came at the place at once
 *     VTB_MAKE(fill)                      the other side: returns what `fill` writes at `at`
 */
#if VTB_IN_PLACE
#define VTB_RECEIVE(place, call)       \
    vtb_handover *const at = &(place); \
    call
#define VTB_RECEIVE_AT(place, method, ...) method(&(place), __VA_ARGS__)
#define VTB_KEEP(place) ((void)0)
#define VTB_HELD_PARAMETER
#define VTB_HELD_ARGUMENT
#define VTB_MAKE(fill) fill
#else
#define VTB_RECEIVE(place, call)  \
    vtb_handover handover = call; \
    vtb_handover *const at = &handover
#define VTB_RECEIVE_AT(place, method, ...) (place) = method(__VA_ARGS__)
#define VTB_KEEP(place) (place) = handover
#define VTB_HELD_PARAMETER , vtb_handover handover
#define VTB_HELD_ARGUMENT , handover
#define VTB_MAKE(fill)                  \
    vtb_handover handover;              \
    vtb_handover *const at = &handover; \
    fill;                               \
    return handover
#endif
