/*
 * Text for people: words, numbers, and lines that are not too long. What is written into a buffer
 * is cut where that ends, and always ended by a NUL. Text is UTF-8; widths are in characters. Where
 * there is no memory for it, the process is aborted.
 */
#ifndef BASE_PROSE_H
#define BASE_PROSE_H

#include <stdio.h>

/* Lines of text, and of tables, are no wider. */
#define VTB_LINE_WIDTH 100

/* --- in a buffer --- */

/* printf, but to the end of what stands in a buffer of `text_bytes`. */
void vtb_append(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* The same, behind a comma if something stands there. */
void vtb_append_item(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* How many characters begin in the first n bytes of a text. */
size_t vtb_characters(const char *text, size_t n);

/* The one of two words, or endings of a word, that goes with a number. */
const char *vtb_plural(double n, const char *one, const char *several);

/* Stands before item i of n, from 0: nothing, ", ", or before the last " and ". */
const char *vtb_separator(size_t i, size_t n);

/* --- numbers; each returns the text --- */

#define VTB_NUMBER_BYTES 40

/* Three digits and a unit, of which each is 1000 times the one before, the last a null: "677 G" of
 * "", " k", " M", " G". */
const char *vtb_scaled_text(char text[VTB_NUMBER_BYTES], double value, const char *const *units);

/* "512 B", "6.5 KiB", "1.2 MiB". */
const char *vtb_bytes_text(char text[VTB_NUMBER_BYTES], double bytes);

/* "about 98 s", or in minutes, hours or days. */
const char *vtb_duration_text(char text[VTB_NUMBER_BYTES], double seconds);

/* As many significant digits, up to 6, as fit into `width` characters; one at least. */
const char *vtb_fitted_text(char text[VTB_NUMBER_BYTES], double value, size_t width);

/* So many decimals, but no zeros at the end of them. */
const char *vtb_decimal_text(char text[VTB_NUMBER_BYTES], double value, int decimals_n);

/* Decimals that show at least three digits of a number of this size, and of one below 10 three. */
int vtb_decimals(double size);

/* --- with lines broken at spaces --- */

/* So that no line is wider than VTB_LINE_WIDTH, unless a word is. The end gets no newline. */
void vtb_print_wrapped(FILE *out, const char *text);

/* The same of what printf would write. */
void vtb_printf_wrapped(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The same of what a function writes to the stream that it is given. */
typedef void vtb_writer(FILE *out, const void *what);
void vtb_print_wrapped_by(FILE *out, vtb_writer *write, const void *what);

#endif
