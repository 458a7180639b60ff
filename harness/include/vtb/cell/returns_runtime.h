/*
 * From here on methods return a runtime-async method's hand-over, at a place if the value is large.
 *
 * Part of the template: before it stands suspended.h. runtime.h or from_classic.h includes it.
 */

#define vtb_handover vtb_runtime_handover
#undef VTB_IN_PLACE
#if VTB_LARGE_VALUE
#define VTB_IN_PLACE 1
#else
#define VTB_IN_PLACE 0
#endif
