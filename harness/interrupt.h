/* Ctrl-C: asked about between epochs and chunks, so that a run ends in order. A second one ends the
 * process at once. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

#include "error.h"

void vtb_interrupt_watch(void);

/* Gives SIGINT its default action back, for a child process. */
void vtb_interrupt_default(void);

bool vtb_interrupted(void);

/* Sets *error to "interrupted" and returns false. */
bool vtb_fail_interrupted(struct vtb_error *error);

#endif
