/*
 * Entries that a user brings: a strategy or a workload in a file from any directory, and a workload
 * of the payload curve with a size that the build did not list. Each is named by its file's stem,
 * or by stem and size. They live as long as the process.
 */
#ifndef CELLS_FOREIGN_H
#define CELLS_FOREIGN_H

#include "base/error.h"
#include "cells/registry.h"

/* Whether a text is the path of a file and no name: it has a slash in it, or ends as a source
 * does. */
bool vtb_is_path(const char *text);

/* Whether a stem is the name that an entry may have: [a-z][a-z0-9_]*, an identifier of C, as the
 * entry's source uses it as one. */
bool vtb_is_entry_name(const char *stem);

/*
 * Gives the name of the entry of a file, with the @variant and the :edition that follow the file's
 * name. The same file again is the same entry, and for a file of the build it is the build's
 * entry. Null, with error set and nothing added, if there is no such file, or its stem is no valid
 * name, or that of another entry or of a size. Nothing is compiled yet.
 */
VTB_MUST_USE const char *vtb_foreign_add_strategy(const char *path, struct vtb_error *error);
VTB_MUST_USE const char *vtb_foreign_add_workload(const char *path, struct vtb_error *error);

/* Gives the name of the workload whose result has a size in bytes, from 1 to VTB_PAYLOAD_MAX: an
 * entry of the build if there is one of that size. Null: there is no workload whose size can be
 * chosen. */
#define VTB_PAYLOAD_MAX 4096
const char *vtb_sized_workload(size_t bytes);

/* Gives the name of the workload of a size by a name such as payload_48; null if the name has no
 * size. */
const char *vtb_named_size(const char *name);

/* Compiles the metadata of all entries that were added since the last call, and loads them. Quick,
 * and silent, if there are none. A file that does not compile is the user's fault:
 * VTB_EXIT_USAGE. */
VTB_MUST_USE bool vtb_foreign_load(struct vtb_error *error);

/* Finds an entry by its name, or by its place in the order in which entries were added; null: there
 * is none. */
const struct vtb_strategy_entry *vtb_foreign_strategy(const char *name, size_t name_n);
const struct vtb_workload_entry *vtb_foreign_workload(const char *name);
const struct vtb_strategy_entry *vtb_foreign_strategy_at(size_t i);
const struct vtb_workload_entry *vtb_foreign_workload_at(size_t i);

#endif
