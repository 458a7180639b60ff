/* Where the code of builds that are compared begins in a session: at places of a page that the
 * session's number and the run's seed draw, so that what a place does to a figure is in its spread,
 * and not in its value. */
#ifndef PLAN_PLACES_H
#define PLAN_PLACES_H

#include <stdint.h>

#include "cells/editions.h"

/* Draws the paddings of all editions in a session of a run with a seed, no two of them the same. */
void vtb_places_draw(uint64_t seed, uint64_t session, unsigned paddings[VTB_EDITIONS_N]);

/* Has the cells that are loaded from then on be those of that session. */
void vtb_places_take(uint64_t seed, uint64_t session);

#endif
