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

/* Moves a hand-over to where it stays, by words: a larger one its method wrote so to memory, and
 * one of two words came in two registers, which the compiler would put together through memory,
 * even where nothing is moved. A macro, as in a cell there may be hand-overs of two types. */
#define VTB_MOVE(to, from)                                            \
    do {                                                              \
        if (sizeof *(to) > 8 && sizeof *(to) % sizeof(uint64_t) == 0) \
            vtb_copy_words(to, from, sizeof *(to));                   \
        else                                                          \
            *(to) = *(from);                                          \
    } while (0)

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
#define VTB_RECEIVE(place, call) VTB_BY_PLACE(VTB_RECEIVE_)(place, call)
#define VTB_RECEIVE_AT(place, method, ...) VTB_BY_PLACE(VTB_RECEIVE_AT_)(place, method, __VA_ARGS__)
#define VTB_KEEP(place) VTB_BY_PLACE(VTB_KEEP_)(place)
#define VTB_MAKE(fill) VTB_BY_PLACE(VTB_MAKE_)(fill)

#define VTB_RECEIVE_0(place, call) \
    vtb_handover handover = call;  \
    vtb_handover *const at = &handover
#define VTB_RECEIVE_AT_0(place, method, ...) (place) = method(__VA_ARGS__)
#define VTB_KEEP_0(place) VTB_MOVE(&(place), at)
#define VTB_MAKE_0(fill)                \
    vtb_handover handover;              \
    vtb_handover *const at = &handover; \
    fill;                               \
    return handover

#define VTB_RECEIVE_1(place, call)     \
    vtb_handover *const at = &(place); \
    call
#define VTB_RECEIVE_AT_1(place, method, ...) method(&(place), __VA_ARGS__)
#define VTB_KEEP_1(place) ((void)0)
#define VTB_MAKE_1(fill) fill
