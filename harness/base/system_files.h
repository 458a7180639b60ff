/*
 * Files of /proc and /sys, which say in a line or two what the system is like. Every path begins
 * with a slash, and `root` is put before it: "" for this system, or a folder that holds the files
 * of another one. Any thread may call these functions.
 */
#ifndef BASE_SYSTEM_FILES_H
#define BASE_SYSTEM_FILES_H

#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* The word for what cannot be read, where others would be a guess. */
#define VTB_UNKNOWN "unknown"

/* Opens a file for reading, or gives null. The caller closes it. */
FILE *vtb_system_open(const char *root, const char *path);

/* Whether there is such a file or folder. */
bool vtb_system_has(const char *root, const char *path);

/*
 * Writes to `text`, of `text_bytes` bytes, what stands behind `prefix` on the first line that
 * begins with it, without the blanks and the colon in between; a longer text is cut. With the
 * prefix "" that is the first line. False, and an empty text, if there is no such line or if
 * nothing stands there.
 */
bool vtb_system_text(const char *root, const char *path, const char *prefix, char *text,
                     size_t text_bytes);

/* Gives the number with which that text begins, or NaN if it begins with none. */
double vtb_system_number(const char *root, const char *path, const char *prefix);

/*
 * Finds the file of this program. Where /proc is not mounted that is the one by whose name it was
 * started: a path, or found in PATH; to be asked for before the process's folder or PATH changes.
 * False, and an empty path, if there is none.
 */
bool vtb_system_program(const char *root, char path[PATH_MAX]);

#endif
