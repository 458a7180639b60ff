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

/* Writes all names to `text`, separated by ", ", the one nearest to `misspelt` first. */
void vtb_names_nearest_first(const struct vtb_names *names, const char *misspelt, char *text,
                             size_t text_bytes);

#endif
