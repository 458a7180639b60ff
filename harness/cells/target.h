/* Files that cells, and what is known of entries, are loaded from, and how ninja makes them. */
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
    enum vtb_target_kind what;
    const struct vtb_strategy_entry *strategy; /* null of a workload's entry */
    const struct vtb_workload_entry *workload;
    enum vtb_variant variant;
    struct vtb_kind kind;
};

#define VTB_TARGET_NAME_BYTES 288

/* So many digits of a user's file's digest go into what is made of it. */
#define VTB_TARGET_DIGEST_N 16

/* <strategy>.<workload>.<kind>.so; what is a user's has a digest of its path in it. */
void vtb_target_name(const struct vtb_target *target, char name[VTB_TARGET_NAME_BYTES]);

/* The name of the file that the user brought, whose fault it is if the target does not compile;
 * null: the sources are ours. */
const char *vtb_target_path(const struct vtb_target *target);

/* What the text of the rule that compiles cells is like, without paths of this machine; "unknown"
 * where there is none. */
void vtb_rule_digest(const struct vtb_home *home, char hex[VTB_DIGEST_BYTES]);

/* Writes what ninja reads: the rules of the build, and how each target is made. */
void vtb_targets_write(FILE *out, const struct vtb_home *home, const char *toolchain,
                       const struct vtb_target *targets, size_t n);

#endif
