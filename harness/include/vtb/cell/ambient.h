/*
 * The ambient context of a thread, which a method that may suspend keeps for its caller.
 *
 * Part of the template. Everything here stands in the measured region.
 */

/* Restores the ambient context for the caller, who must not see that a step changed it. */
static inline void vtb_ambient_restore(const struct vtb_ambient *before)
{
    if (VTB_UNLIKELY(vtb_ambient.execution_context != before->execution_context))
        vtb_ambient.execution_context = before->execution_context;
    if (VTB_UNLIKELY(vtb_ambient.synchronization_context != before->synchronization_context))
        vtb_ambient.synchronization_context = before->synchronization_context;
}
