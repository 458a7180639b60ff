#include "cells/editions.h"

#include <stdlib.h>
#include <string.h>

static struct vtb_edition editions[VTB_EDITIONS_N] = {{.word = "a1", .padding = 1},
                                                      {.word = "a2", .padding = 1},
                                                      {.word = "b1", .padding = 1},
                                                      {.word = "b2", .padding = 1}};
static bool are_open;
static bool are_read; /* whether the environment was looked at */

static const char *const variables[VTB_BUILDS_N] = {VTB_BUILD_A_VARIABLE, VTB_BUILD_B_VARIABLE};

bool vtb_editions_has_variable(const char *entry)
{
    for (size_t i = 0; i < VTB_BUILDS_N; i++) {
        const size_t n = strlen(variables[i]);
        if (strncmp(entry, variables[i], n) == 0 && entry[n] == '=')
            return true;
    }
    return false;
}

bool vtb_editions_open(struct vtb_error *error)
{
    are_open = false;
    are_read = true;
    for (size_t i = 0; i < VTB_EDITIONS_N; i++) {
        const char *folder = getenv(variables[i / VTB_PLACES_N]);
        if (!folder || !*folder)
            return true;
        if (!vtb_home_of_build(&editions[i].home, folder, error))
            return false;
    }
    are_open = true;
    return true;
}

/* Whether there are editions. A process that a comparison of builds started finds them in its
 * environment; what is wrong with one that a user named there, the name of the edition tells. */
static bool have_editions(void)
{
    struct vtb_error unheard;
    return are_read ? are_open : vtb_editions_open(&unheard) && are_open;
}

const struct vtb_edition *vtb_edition_at(size_t i)
{
    return have_editions() && i < VTB_EDITIONS_N ? &editions[i] : NULL;
}

const struct vtb_edition *vtb_find_edition(const char *word)
{
    for (size_t i = 0; have_editions() && i < VTB_EDITIONS_N; i++) {
        if (strcmp(editions[i].word, word) == 0)
            return &editions[i];
    }
    return NULL;
}

size_t vtb_edition_number(const struct vtb_edition *edition)
{
    return edition ? (size_t)(edition - editions) : VTB_EDITIONS_N;
}

void vtb_editions_pad(const unsigned paddings[VTB_EDITIONS_N])
{
    for (size_t i = 0; i < VTB_EDITIONS_N; i++)
        editions[i].padding = paddings[i];
}
