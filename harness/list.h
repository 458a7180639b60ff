/* `run_bench list`: the registry, with the sizes that follow from the layouts. */
#ifndef LIST_H
#define LIST_H

#include <stdio.h>

#include "options.h"

void vtb_list(FILE *out, enum vtb_format format);

#endif
