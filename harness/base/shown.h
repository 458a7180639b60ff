/*
 * Texts of others, made fit to be shown: the name of a file, a word of a command line or a line of
 * another program may hold anything. What would move a terminal's cursor, begin a line, or turn the
 * direction of what follows, and bytes that are no UTF-8, are shown as \n, \t, \r, or \x1b for a
 * byte. A text that is fit already stays as it is. Any thread may call these functions.
 */
#ifndef BASE_SHOWN_H
#define BASE_SHOWN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Whether a text is fit to be shown as it is. */
bool vtb_is_shown(const char *text);

/* The end of a path, as messages show it: its last 300 bytes, which tell it from others; and what
 * stands before them, "..." or "". */
const char *vtb_path_dots(const char *path);
const char *vtb_path_end(const char *path);

/* Writes a text to `shown`, which has bytes_n > 0 bytes and is no part of it; what does not fit is
 * cut, between two characters. */
void vtb_show(char *shown, size_t bytes_n, const char *text);

/* A copy of a text, shown, that the caller frees; null: no memory. */
char *vtb_shown_copy(const char *text);

/* How vtb_print_shown writes what is not fit: as above, or as JSON does in a string. */
enum vtb_shown_as { VTB_SHOWN_TEXT, VTB_SHOWN_JSON };

/* Prints n bytes of lines, each of them shown; the ends of lines stay. Behind them stands a NUL. */
void vtb_print_shown(FILE *out, const char *lines, size_t n, enum vtb_shown_as as);

/* A copy of a text, which Markdown makes nothing of but that text. The caller frees; without memory
 * for it the process ends (base/allocate.h). */
char *vtb_markdown_copy(const char *text);

/* Prints a word as a shell takes it: as it is, or quoted so that nothing in it is expanded. Where
 * the word is not fit to be shown that takes $'...', of POSIX 2024, bash, zsh and ksh. */
void vtb_print_shell_word(FILE *out, const char *word);

/* Prints a line on standard error; the format is printf's. Whatever the arguments hold, it is one
 * line, which is cut after 2000 bytes. */
void vtb_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif
