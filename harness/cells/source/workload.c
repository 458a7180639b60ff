/* The one definition of a workload's entry. The compiler is told the workload's file and stem, and
 * the name that the entry gets as a C object. */
#define VTB_DEFINE_WORKLOAD 1
#include VTB_WORKLOAD_FILE

/* An error in this line: what VTB_WORKLOAD(...) names is not the stem of the file. */
typedef VTB_PASTE(vtb_file_is_named_, VTB_WORKLOAD_STEM) vtb_file_is_named_so;
