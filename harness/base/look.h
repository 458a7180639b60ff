/* How wide a text may be where it is read. For one thread. */
#ifndef BASE_LOOK_H
#define BASE_LOOK_H

#include <stddef.h>

/* The width, in characters, where nothing tells another one, and between which a text is laid
 * out. */
#define VTB_LOOK_WIDTH 80
#define VTB_LOOK_WIDTH_MIN 60
#define VTB_LOOK_WIDTH_MAX 200

struct vtb_look {
    size_t width; /* of a line, in characters */
};

/* Gives the look of standard output: as wide as COLUMNS says, or else its terminal. */
struct vtb_look vtb_look_of_stdout(void);

#endif
