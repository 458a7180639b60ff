/* Lists of names, and which of them a misspelt one may mean. */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

#include <stdbool.h>
#include <stddef.h>

#define VTB_NAMES_MAX 128

/* Borrowed strings; each must live as long as the list. */
struct vtb_names {
    const char *items[VTB_NAMES_MAX];
    size_t n;
    bool all; /* asked for by the word `all`, not one by one */
};

bool vtb_names_have(const struct vtb_names *names, const char *name);

/* Adds a name unless it is there already; false if there is no room for it. */
bool vtb_names_add(struct vtb_names *names, const char *name);

/* The most names that vtb_names_nearest writes. */
#define VTB_NAMES_NEAREST 3

/* Finds what a name stands for, as an alias does; null: nothing. */
typedef const char *vtb_names_find(const char *name);

/*
 * Writes the names nearest to `misspelt` to `text`, the nearest first, separated by ", ". For names
 * that stand for another by `find` that one is written, and once; where `find` is null, every name
 * stands for itself.
 */
void vtb_names_nearest(const struct vtb_names *names, vtb_names_find *find, const char *misspelt,
                       char *text, size_t text_bytes);

#endif
