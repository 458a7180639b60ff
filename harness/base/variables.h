/* The environment of this process. Not for use while other threads read or change it. */
#ifndef BASE_VARIABLES_H
#define BASE_VARIABLES_H

/* Takes all variables out of it whose names begin with a prefix, but for the one that is named;
 * null: none is kept. */
void vtb_variables_unset(const char *prefix, const char *kept);

#endif
