/* Ctrl-C. While nothing could be kept it ends the process at once; later it is noted, and asked
 * about between epochs, so that what is finished can be written. A second one then ends the
 * process. */
#ifndef BASE_INTERRUPT_H
#define BASE_INTERRUPT_H

#include "base/error.h"

/* From now on an interrupt ends the process with VTB_EXIT_INTERRUPTED and a line on standard error.
 */
void vtb_interrupt_watch(void);

/* From now on there is something to keep: an interrupt is only noted. */
void vtb_interrupt_keep(void);

/* In a child process: an interrupt ends it without a word, and so does the end of its parent. */
void vtb_interrupt_child(void);

bool vtb_interrupted(void);

/* Sets *error to "interrupted" and returns false. */
bool vtb_fail_interrupted(struct vtb_error *error);

#endif
