/*
 * Text for people: words, numbers, and lines that are not too long. A text that does not fit into
 * its buffer is cut, and always ends in a NUL. Text is UTF-8; widths are in characters. If there is
 * no memory, the process ends (base/allocate.h). Any thread may call these functions.
 */
#ifndef BASE_PROSE_H
#define BASE_PROSE_H

#include <stdbool.h>
#include <stdio.h>

/* The width, in characters, that lines of text and of tables must not exceed. */
#define VTB_LINE_WIDTH 100

/* --- in a buffer --- */

/* Whether a text of n bytes ends in another one, and has more before it. */
bool vtb_ends_in(const char *text, size_t n, const char *end);

/* Appends to the text in a buffer of `text_bytes` bytes; the format is printf's. */
void vtb_append(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Appends an item of a list: like vtb_append, but behind ", " if the text is not empty. */
void vtb_append_item(char *text, size_t text_bytes, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* Likewise, unless the item is in the list already. It has no comma in it. */
void vtb_append_once(char *text, size_t text_bytes, const char *item);

/* Counts the characters that begin in the first n bytes of a text. */
size_t vtb_characters(const char *text, size_t n);

/* Gives the one of two words, or of two endings of a word, that goes with a number: `one` if n is
 * 1. */
const char *vtb_plural(double n, const char *one, const char *several);

/* Gives the text to put before item i, from 0 on, of a list of n: "" before the first, " and "
 * before the last, ", " before the others. */
const char *vtb_separator(size_t i, size_t n);

/* --- numbers: each function writes to `text`, and returns it --- */

#define VTB_NUMBER_BYTES 40

/* Writes a figure that was measured, with three significant digits: "7.19", "10.6", "0.0270"; a
 * large one rounded to a whole number: "1,250". Nothing is "0". */
const char *vtb_figure_text(char text[VTB_NUMBER_BYTES], double value);

/* Writes a number with at most `digits_n` significant digits, and no zeros at the end of its
 * decimals; whole digits all stay, with a comma between thousands. The second function writes a
 * sign, also a plus. */
const char *vtb_digits_text(char text[VTB_NUMBER_BYTES], double value, int digits_n);
const char *vtb_signed_text(char text[VTB_NUMBER_BYTES], double value, int digits_n);

/* Gives the unit in which a number has at most three digits before the point, and its size in the
 * first. Each of the units is 1000 times the one before; a null ends them. */
const char *vtb_unit_of(double value, const char *const *units, double *size);

/* Writes at most three digits and that unit. With "", " k", " M" and " G" a text is "677 G". */
const char *vtb_scaled_text(char text[VTB_NUMBER_BYTES], double value, const char *const *units);

/* Writes a number of bytes with its unit: "512 B", "6.5 KiB", "1.2 MiB". */
const char *vtb_bytes_text(char text[VTB_NUMBER_BYTES], double bytes);

/* Writes an estimated duration: "about 98 s", or in minutes, hours or days if it is long. */
const char *vtb_duration_text(char text[VTB_NUMBER_BYTES], double seconds);

/* Writes a number with as many significant digits, from 1 to 6, as fit into `width` characters, of
 * which there are 4 or more; whole ones all stay, and of what is too little for that it is told:
 * "<0.001". */
const char *vtb_fitted_text(char text[VTB_NUMBER_BYTES], double value, size_t width);

/* Writes a number with at most `decimals_n` decimals, and no zeros at their end. */
const char *vtb_decimal_text(char text[VTB_NUMBER_BYTES], double value, int decimals_n);

/* Writes a number, rounded to a whole one, with a comma between thousands: "1,000,000". */
const char *vtb_thousands_text(char text[VTB_NUMBER_BYTES], double value);

/* Gives the number of decimals for numbers of about this size, so that at least three digits show:
 * three decimals below 10. */
int vtb_decimals(double size);

/* --- with lines broken at spaces --- */

/* Prints a text with lines no wider than VTB_LINE_WIDTH, unless a word is. Adds no newline at the
 * end. */
void vtb_print_wrapped(FILE *out, const char *text);

/* Likewise, with lines of at most `line_width` characters. */
void vtb_print_wrapped_to(FILE *out, const char *text, size_t line_width);

/* Prints, wrapped like vtb_print_wrapped, the text that printf would print. */
void vtb_printf_wrapped(FILE *out, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints, wrapped like vtb_print_wrapped_to, the text that `write` writes to the stream it is
 * given; `what` is passed on to it. */
typedef void vtb_writer(FILE *out, const void *what);
void vtb_print_wrapped_by(FILE *out, vtb_writer *write, const void *what, size_t line_width);

#endif
