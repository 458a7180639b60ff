/* The files that cells and metadata are loaded from, and the rules by which ninja makes them. */
#ifndef CELLS_TARGET_H
#define CELLS_TARGET_H

#include <stdio.h>

#include "cells/digest.h"
#include "cells/home.h"
#include "cells/slots.h"

enum vtb_target_kind {
    VTB_TARGET_CELL,
    VTB_TARGET_METADATA, /* of a strategy, by one method */
    VTB_TARGET_WORKLOAD  /* a workload's entry */
};

struct vtb_target {
    const struct vtb_strategy_entry *strategy; /* null for a workload's entry */
    const struct vtb_workload_entry *workload;
    enum vtb_target_kind what;
    enum vtb_variant variant;
    struct vtb_kind kind;
    const struct vtb_edition *edition; /* of another build; null: this one's */
    unsigned padding;                  /* of an edition's cell that is timed */
};

#define VTB_TARGET_NAME_BYTES 336

/* So many digits of the digest of a user's file are compiled into the cells made of it. */
#define VTB_TARGET_DIGEST_N 16

/* Writes the name of a target's file: <strategy>.<workload>.<kind>.so. If the source is a user's, a
 * digest of its path is in the name too; of an edition that is timed, its padding. */
void vtb_target_name(const struct vtb_target *target, char name[VTB_TARGET_NAME_BYTES]);

/* Whether that file is the target's own, or what its own is linked of. */
bool vtb_target_has_file(const struct vtb_target *target, const char *file);

/* The folders that a target belongs to: those of its build. Null, with *error set, if there is no
 * place for files of this one. */
VTB_MUST_USE const struct vtb_home *vtb_target_home(const struct vtb_target *target,
                                                    struct vtb_error *error);

/* The path of the user's file that is to blame if the target does not compile; null: its sources
 * are ours. */
const char *vtb_target_path(const struct vtb_target *target);

/* Gives the digest of the text of the rule that compiles cells, without the paths of this machine;
 * "unknown" where there is no rule. */
void vtb_rule_digest(const struct vtb_home *home, char hex[VTB_DIGEST_BYTES]);

/* Writes a list for ninja: the rules of the build, and how each target is made. */
void vtb_targets_write(FILE *out, const struct vtb_home *home, const char *toolchain,
                       const struct vtb_target *targets, size_t n);

#endif
