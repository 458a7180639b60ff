/*
 * Editions of strategies: the same strategy as two builds have it, which are compared. Each of the
 * two stands twice, at places of its own, so that what a place does can be told from what a
 * build does: value_task:a1 and value_task:a2 of the one, value_task:b1 and value_task:b2 of the
 * other. For one thread.
 */
#ifndef CELLS_EDITIONS_H
#define CELLS_EDITIONS_H

#include <stddef.h>

#include "cells/home.h"

/* The variables of the environment that name the folders of the two builds. Without them there are
 * no editions. */
#define VTB_BUILD_A_VARIABLE "VTB_BUILD_A"
#define VTB_BUILD_B_VARIABLE "VTB_BUILD_B"

enum { VTB_BUILDS_N = 2, VTB_PLACES_N = 2, VTB_EDITIONS_N = VTB_BUILDS_N * VTB_PLACES_N };

/* Code may begin at so many places of a page, a cache line apart. */
#define VTB_PADDINGS_N 64

struct vtb_edition {
    const char *word;     /* behind the colon of a strategy's name */
    struct vtb_home home; /* of the build */
    unsigned padding;     /* lines of a cache before the code of its cells that are timed */
};

/* Gives an edition by its word, or by its place: those of the first build come first. Null: there
 * is none, or no builds are compared. Lives as long as the process. */
const struct vtb_edition *vtb_find_edition(const char *word);
const struct vtb_edition *vtb_edition_at(size_t i);

/* Gives the place of an edition; VTB_EDITIONS_N: it is none. */
size_t vtb_edition_number(const struct vtb_edition *edition);

/* Sets the paddings of all editions, in their order, each from 1 to VTB_PADDINGS_N: of the cells
 * that are built and loaded from then on. They are 1 before. */
void vtb_editions_pad(const unsigned paddings[VTB_EDITIONS_N]);

/* Whether an entry of the environment, NAME=TEXT, is one of these variables, which processes of a
 * comparison's own need. */
bool vtb_editions_has_variable(const char *entry);

/* Reads the homes of the two builds, which the environment names. On false *error says what is
 * wrong with one: VTB_EXIT_USAGE. True if there are none. */
VTB_MUST_USE bool vtb_editions_open(struct vtb_error *error);

#endif
