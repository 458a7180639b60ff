/*
 * Macros by which a method is given its slot, and by which its hand-over is passed on. With them
 * the code that makes or calls a method is written once for all shapes.
 *
 * Part of the template: before it stands defaults.h, and no_method.h where there is no method.
 */

/* The slot as a parameter; without slots, a local variable `slot` that is null. */
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
 * Copies words of 8 bytes that were written just before, each as it was written: a load of 16 bytes
 * would wait until the stores have left the processor for its cache, as it can be given bytes of
 * one store alone.
 */
static VTB_FORCE_INLINE void vtb_copy_words(void *to, const void *from, size_t bytes)
{
#pragma GCC unroll 32
    for (size_t at = 0; at < bytes; at += sizeof(uint64_t)) {
        uint64_t word;
        memcpy(&word, (const char *)from + at, sizeof word);
        __asm__("" : "+r"(word)); /* so that the compiler does not make one copy of two */
        memcpy((char *)to + at, &word, sizeof word);
    }
}

/* Moves a hand-over to where it stays. A small one is in registers; a larger one its method wrote
 * to memory, by words. */
static VTB_FORCE_INLINE void vtb_move_handover(vtb_handover *to, const vtb_handover *from)
{
    if (sizeof *to > 16 && sizeof *to % sizeof(uint64_t) == 0)
        vtb_copy_words(to, from, sizeof *to);
    else
        *to = *from;
}

/*
 * A hand-over with a large value in it (VTB_IN_PLACE, strategy.h) is made at a place where it can
 * stay. Any other is returned by value, and is moved to that place only if it must be kept.
 *
 *     VTB_RECEIVE(place, call)            calls, and declares `at`, which points to the hand-over
 *     VTB_KEEP(place)                     moves the hand-over to the place, if it is not there
 *     VTB_RECEIVE_AT(place, method, ...)  calls, and puts the hand-over at the place
 *     VTB_MAKE(fill)                      in the method: returns the hand-over that the expression
 *                                         `fill` writes to *at
 */
#if VTB_IN_PLACE
#define VTB_RECEIVE(place, call)       \
    vtb_handover *const at = &(place); \
    call
#define VTB_RECEIVE_AT(place, method, ...) method(&(place), __VA_ARGS__)
#define VTB_KEEP(place) ((void)0)
#define VTB_MAKE(fill) fill
#else
#define VTB_RECEIVE(place, call)  \
    vtb_handover handover = call; \
    vtb_handover *const at = &handover
#define VTB_RECEIVE_AT(place, method, ...) (place) = method(__VA_ARGS__)
#define VTB_KEEP(place) vtb_move_handover(&(place), at)
#define VTB_MAKE(fill)                  \
    vtb_handover handover;              \
    vtb_handover *const at = &handover; \
    fill;                               \
    return handover
#endif
