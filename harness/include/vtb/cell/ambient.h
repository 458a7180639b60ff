/*
 * The ambient context of a thread, which a method that may suspend keeps for its caller.
 *
 * Part of the template. Everything here stands in the measured region.
 */

/* Has a variable stand in memory, as what .NET's compiler does not keep in registers. */
#define VTB_IN_MEMORY(variable) __asm__("" : "+m"(variable))

/* Restores the ambient context that was saved for the caller, who must not see that a step changed
 * it. (AsyncMethodBuilderCore.Start, in its finally block.) */
static inline void vtb_ambient_restore(struct vtb_ambient *ambient,
                                       const struct vtb_ambient *before)
{
    if (VTB_UNLIKELY(ambient->synchronization_context != before->synchronization_context))
        ambient->synchronization_context = before->synchronization_context;
    if (VTB_UNLIKELY(ambient->execution_context != before->execution_context))
        ambient->execution_context = before->execution_context;
}
