/* A merged result as a result file. */
#ifndef GATE_MERGE_JSON_H
#define GATE_MERGE_JSON_H

#include <stdio.h>

#include "gate/merge_report.h"

/* Prints it: each row on a line of its own, as the shards' files have it; where there are several
 * machines with the one it is of, and where these are apart with that in its name, too. */
void vtb_merge_json(FILE *out, const struct vtb_merged_report *report);

#endif
