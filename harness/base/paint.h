/*
 * How parts of a text look on a terminal. What is painted is kept beside the text and never in it,
 * as whatever a text holds may come from others: only what a report says of its own is a colour
 * (base/output.h). Paint is a help, and never the only thing that says something. For one thread.
 */
#ifndef BASE_PAINT_H
#define BASE_PAINT_H

#include <stdbool.h>
#include <stdio.h>

enum vtb_paint {
    VTB_PAINT_NONE,
    VTB_PAINT_TITLE, /* bold */
    VTB_PAINT_GOOD,  /* green: certainly better, or as it should be */
    VTB_PAINT_BAD,   /* red: certainly worse, or wrong */
    VTB_PAINT_DIM,   /* not known, or no difference */
};

/* Gives what follows in a stream a look, until the next call. Does nothing to any stream but that
 * of vtb_paint_begin. */
void vtb_paint(FILE *out, enum vtb_paint paint);

/* Prints a word that looks so, behind it spaces up to a width in characters. */
void vtb_paint_word(FILE *out, const char *word, int width, enum vtb_paint paint);

/* From here on what is painted in this stream, one to memory, is kept. */
void vtb_paint_begin(FILE *out);

/* Ends that, and prints the n bytes that the stream has written to memory, with a NUL behind them,
 * as they are shown (base/shown.h) and painted. */
void vtb_paint_end(FILE *out, const char *text, size_t n);

#endif
