#include "base/names.h"

#include <string.h>

#include "base/prose.h"

#define LONGEST 64

bool vtb_names_have(const struct vtb_names *names, const char *name)
{
    for (size_t i = 0; i < names->n; i++) {
        if (strcmp(names->items[i], name) == 0)
            return true;
    }
    return false;
}

bool vtb_names_add(struct vtb_names *names, const char *name)
{
    if (vtb_names_have(names, name))
        return true;
    if (names->n == VTB_NAMES_MAX)
        return false;
    names->items[names->n++] = name;
    return true;
}

static size_t min(size_t a, size_t b)
{
    return a < b ? a : b;
}

/* Levenshtein's distance: how many edits turn one name into the other, of the first LONGEST
 * characters of each. */
static size_t distance(const char *a, const char *b)
{
    size_t row[LONGEST + 1];
    size_t a_n = min(strlen(a), LONGEST);
    size_t b_n = min(strlen(b), LONGEST);
    for (size_t j = 0; j <= b_n; j++)
        row[j] = j;
    for (size_t i = 1; i <= a_n; i++) {
        size_t diagonal = row[0];
        row[0] = i;
        for (size_t j = 1; j <= b_n; j++) {
            size_t replaced = diagonal + (a[i - 1] != b[j - 1]);
            diagonal = row[j];
            row[j] = min(replaced, min(row[j], row[j - 1]) + 1);
        }
    }
    return row[b_n];
}

static size_t common_prefix(const char *a, const char *b)
{
    size_t n = 0;
    while (a[n] != '\0' && a[n] == b[n])
        n++;
    return n;
}

/* Breaks a tie between two names at the same distance: the one that starts like the misspelt name
 * is meant. */
static bool is_nearer(const char *name, const char *other, const char *misspelt)
{
    const size_t own = distance(name, misspelt);
    const size_t others = distance(other, misspelt);
    return own < others ||
           (own == others && common_prefix(name, misspelt) > common_prefix(other, misspelt));
}

void vtb_names_nearest(const struct vtb_names *names, vtb_names_find *find, const char *misspelt,
                       char *text, size_t text_bytes)
{
    bool used[VTB_NAMES_MAX] = {false};
    struct vtb_names written = {.n = 0};
    *text = '\0';
    for (size_t i = 0; i < names->n && written.n < VTB_NAMES_NEAREST; i++) {
        size_t nearest = names->n;
        for (size_t j = 0; j < names->n; j++) {
            if (!used[j] && (nearest == names->n ||
                             is_nearer(names->items[j], names->items[nearest], misspelt)))
                nearest = j;
        }
        used[nearest] = true;
        const char *name = find ? find(names->items[nearest]) : names->items[nearest];
        if (name && !vtb_names_have(&written, name)) {
            (void)vtb_names_add(&written, name);
            vtb_append_item(text, text_bytes, "%s", name);
        }
    }
}
