/* How wide a text may be where it is read, and whether in colour. For one thread. */
#ifndef BASE_LOOK_H
#define BASE_LOOK_H

#include <stdbool.h>
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

enum vtb_color { VTB_COLOR_AUTO, VTB_COLOR_ALWAYS, VTB_COLOR_NEVER };

/* Whether standard output gets colours: of its own accord on a terminal that has them, which is
 * neither dumb nor unnamed (TERM), unless NO_COLOR is set and not empty (no-color.org). */
bool vtb_look_has_color(enum vtb_color color);

#endif
