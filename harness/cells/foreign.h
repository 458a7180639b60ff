/*
 * Entries that a user brings: a strategy or a workload in a file from any directory, and a workload
 * of the payload curve with a size that the build did not list. Each is named by its file's stem,
 * or by stem and size. They live as long as the process.
 */
#ifndef CELLS_FOREIGN_H
#define CELLS_FOREIGN_H

#include "base/error.h"
#include "cells/registry.h"

/* Whether a text means a file and no name: there is a slash in it, or it ends as a source does. */
bool vtb_is_path(const char *text);

/*
 * The name by which the entry of a file goes, with the @variant that follows the file's name. The
 * same file again is the same entry, and a file of the build's is the build's. Null, with *error
 * set and nothing added, if there is no such file, or its stem is no name, or that of another entry
 * or of a size. Nothing is compiled yet.
 */
VTB_MUST_USE const char *vtb_foreign_add_strategy(const char *path, struct vtb_error *error);
VTB_MUST_USE const char *vtb_foreign_add_workload(const char *path, struct vtb_error *error);

/* The same for a result's size in bytes, from 1 to VTB_PAYLOAD_MAX; an entry of the build's if it
 * has that size. Null: there is no workload whose size can be chosen. */
#define VTB_PAYLOAD_MAX 4096
const char *vtb_sized_workload(size_t bytes);

/* The same for a name such as payload_48; null if it is none. */
const char *vtb_named_size(const char *name);

/* Compiles what is known of all entries that were added since, and loads it. Quick, and silent,
 * where there are none. A file that does not compile is the user's: VTB_EXIT_USAGE. */
VTB_MUST_USE bool vtb_foreign_load(struct vtb_error *error);

/* By name, or by place in the order in which they were added; null: there is none. */
const struct vtb_strategy_entry *vtb_foreign_strategy(const char *name, size_t name_n);
const struct vtb_workload_entry *vtb_foreign_workload(const char *name);
const struct vtb_strategy_entry *vtb_foreign_strategy_at(size_t i);
const struct vtb_workload_entry *vtb_foreign_workload_at(size_t i);

#endif
