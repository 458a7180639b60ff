#include "cells/registry.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "cells/foreign.h"
#include "cells/slots.h"

const char *const vtb_variant_words[VTB_VARIANTS_N] = {"", "checked", "atomic", "local"};

const char *const vtb_role_words[] = {
    [VTB_ROLE_NONE] = "",
    [VTB_ROLE_EMPTY] = "empty",
    [VTB_ROLE_FLOOR] = "floor",
    [VTB_ROLE_BASELINE] = "baseline",
    [VTB_ROLE_CHALLENGER] = "challenger",
};

const struct vtb_workload_entry *vtb_find_workload(const char *name)
{
    for (size_t i = 0; vtb_workloads[i].name; i++) {
        if (strcmp(vtb_workloads[i].name, name) == 0)
            return &vtb_workloads[i];
    }
    return vtb_foreign_workload(name);
}

const struct vtb_workload_entry *vtb_default_workload(void)
{
    return vtb_find_workload(vtb_default_workload_name);
}

const char *vtb_heap_name(const struct vtb_heap *heap)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (vtb_heaps[i].heap == heap)
            return vtb_heaps[i].name;
    }
    return heap->summary;
}

const struct vtb_heap_entry *vtb_find_heap(const char *name)
{
    for (size_t i = 0; vtb_heaps[i].name; i++) {
        if (strcmp(vtb_heaps[i].name, name) == 0)
            return &vtb_heaps[i];
    }
    return NULL;
}

/* The next alias of a list, which may begin with a separator, and at *n its bytes; null: there is
 * none. */
static const char *next_alias(const char *list, size_t *n)
{
    if (!list)
        return NULL;
    list += strspn(list, ", ");
    *n = strcspn(list, ",");
    return *n > 0 ? list : NULL;
}

static const struct vtb_strategy_entry *find_alias(const char *name, size_t name_n)
{
    for (const struct vtb_strategy_entry *entry = vtb_strategies; entry->name; entry++) {
        size_t n;
        const char *alias = entry->methods[0]->strategy->aliases;
        for (; (alias = next_alias(alias, &n)); alias += n) {
            if (n == name_n && strncasecmp(alias, name, n) == 0)
                return entry;
        }
    }
    return NULL;
}

/* Finds the entry whose name is the text up to the @ of a variant, or the colon of an edition. */
const struct vtb_strategy_entry *vtb_find_strategy_entry(const char *name)
{
    const size_t name_n = strcspn(name, "@:");
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        const char *own = vtb_strategies[i].name;
        if (strlen(own) == name_n && memcmp(own, name, name_n) == 0)
            return &vtb_strategies[i];
    }
    const struct vtb_strategy_entry *foreign = vtb_foreign_strategy(name, name_n);
    return foreign ? foreign : find_alias(name, name_n);
}

const struct vtb_strategy *vtb_find_strategy(const char *name)
{
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(name);
    return entry && entry->methods[0] ? entry->methods[0]->strategy : NULL;
}

const struct vtb_strategy_entry *vtb_find_role(enum vtb_role role)
{
    for (size_t i = 0; vtb_strategies[i].name; i++) {
        if (vtb_strategies[i].methods[0]->strategy->role == role)
            return &vtb_strategies[i];
    }
    return NULL;
}

/* --- variants --- */

/* Whether an entry has a variant. For a user's file that is assumed until it is compiled, as only
 * then it is known what the strategy can do. */
static bool has_variant(const struct vtb_strategy_entry *entry, enum vtb_variant variant)
{
    const struct vtb_cell *known = entry->methods[0];
    if (variant == VTB_VARIANT_CHECKED)
        return !known || known->frame_bytes > 0;
    if (variant == VTB_VARIANT_LOCAL)
        return !known || known->strategy->has_local;
    return variant == VTB_VARIANT_NONE || !known || !known->several_threads;
}

static bool find_variant(const char *name, enum vtb_variant *variant)
{
    const char *at = strchr(name, '@');
    const char *word = at ? at + 1 : "";
    const size_t word_n = strcspn(word, ":");
    for (int i = 0; i < VTB_VARIANTS_N; i++) {
        *variant = (enum vtb_variant)i;
        if (strlen(vtb_variant_words[i]) == word_n &&
            memcmp(vtb_variant_words[i], word, word_n) == 0)
            return (i == VTB_VARIANT_NONE) == (at == NULL);
    }
    return false;
}

/* Finds the edition that a name ends in; null if it ends in none. False if there is none of that
 * word. */
static bool find_edition(const char *name, const struct vtb_edition **edition)
{
    const char *colon = strchr(name, ':');
    *edition = colon ? vtb_find_edition(colon + 1) : NULL;
    return *edition || !colon;
}

#define NAME_BYTES 128

/* Keeps one copy of each name of a variant, and of each alias, that was asked for. */
static const char *interned(const char *name)
{
    static char **names;
    static size_t n;
    for (size_t i = 0; i < n; i++) {
        if (strcmp(names[i], name) == 0)
            return names[i];
    }
    names = vtb_reallocate(names, n + 1, sizeof *names, "the names of variants");
    names[n] = vtb_copy_text(name, "the name of a variant");
    return names[n++];
}

static const char *variant_name(const struct vtb_strategy_entry *entry, enum vtb_variant variant,
                                const struct vtb_edition *edition)
{
    char name[NAME_BYTES];
    snprintf(name, sizeof name, "%s%s%s%s%s", entry->name, variant == VTB_VARIANT_NONE ? "" : "@",
             vtb_variant_words[variant], edition ? ":" : "", edition ? edition->word : "");
    return interned(name);
}

const char *vtb_find_name(const char *name)
{
    enum vtb_variant variant;
    const struct vtb_edition *edition;
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(name);
    if (!entry || !find_variant(name, &variant) || !find_edition(name, &edition) ||
        !has_variant(entry, variant))
        return NULL;
    return variant == VTB_VARIANT_NONE && !edition ? entry->name
                                                   : variant_name(entry, variant, edition);
}

const char *vtb_alias_at(size_t i)
{
    for (const struct vtb_strategy_entry *entry = vtb_strategies; entry->name; entry++) {
        size_t n;
        const char *alias = entry->methods[0]->strategy->aliases;
        for (; (alias = next_alias(alias, &n)); alias += n) {
            char name[NAME_BYTES];
            if (i-- > 0)
                continue;
            snprintf(name, sizeof name, "%.*s", (int)n, alias);
            return interned(name);
        }
    }
    return NULL;
}

const char *vtb_variant_at(size_t i)
{
    for (const struct vtb_strategy_entry *entry = vtb_strategies; entry->name; entry++) {
        for (int v = VTB_VARIANT_CHECKED; v < VTB_VARIANTS_N; v++) {
            if (has_variant(entry, (enum vtb_variant)v) && i-- == 0)
                return variant_name(entry, (enum vtb_variant)v, NULL);
        }
    }
    return NULL;
}

/* --- cells --- */

/* Slots of cells, each allocated by itself, so that its address never changes. */
static struct vtb_cell_slot **slots;
static size_t slots_n;

static bool is_same(const struct vtb_kind *a, const struct vtb_kind *b)
{
    return a->counting == b->counting && a->collected == b->collected && a->method == b->method &&
           a->by_runtime == b->by_runtime && a->stored == b->stored && a->abstract == b->abstract &&
           a->concurrent == b->concurrent && a->outside == b->outside &&
           a->handover == b->handover && a->layered == b->layered && a->polluted == b->polluted;
}

static struct vtb_cell_slot *find_slot(const struct vtb_cell_slot *like)
{
    for (size_t i = 0; i < slots_n; i++) {
        const struct vtb_cell_slot *slot = slots[i];
        if (slot->strategy == like->strategy && slot->workload == like->workload &&
            slot->variant == like->variant && slot->edition == like->edition &&
            is_same(&slot->cell.kind, &like->cell.kind))
            return slots[i];
    }
    return NULL;
}

static struct vtb_cell_slot *add_slot(const struct vtb_cell_slot *slot)
{
    struct vtb_cell_slot *own = vtb_allocate(1, sizeof *own, "what a cell is called");
    *own = *slot;
    slots = vtb_reallocate(slots, slots_n + 1, sizeof *slots, "the list of cells");
    slots[slots_n++] = own;
    return own;
}

const char *vtb_lacks_method(const struct vtb_strategy_entry *entry, struct vtb_kind kind)
{
    const struct vtb_lacks *lacks = &entry->methods[0]->strategy->lacks;
    if (kind.method == VTB_METHOD_DIRECT && !kind.by_runtime)
        return NULL;
    if (kind.method == VTB_METHOD_ASYNC && !kind.by_runtime)
        return lacks->async_method;
    if (lacks->runtime_async || lacks->async_method)
        return lacks->runtime_async ? lacks->runtime_async : lacks->async_method;
    return entry->methods[0]->in_frame ? "its operation is the caller's, in its frame" : NULL;
}

/* Whether the strategy can be compiled as such a cell. It cannot before anything is known of it. */
static bool is_possible(const struct vtb_strategy_entry *entry, struct vtb_kind kind)
{
    if (!entry || !entry->methods[0])
        return false;
    return !vtb_lacks_method(entry, kind) &&
           !(!kind.counting && kind.collected && entry->methods[0]->strategy->lacks.collector);
}

/* The kind as which a cell is compiled: one that counts is for all heaps, stores and depths. */
static struct vtb_kind as_compiled(struct vtb_kind kind)
{
    const struct vtb_kind counting = {.counting = true,
                                      .method = kind.method,
                                      .by_runtime = kind.by_runtime,
                                      .stored = kind.stored,
                                      .concurrent = kind.concurrent};
    return kind.counting ? counting : kind;
}

const struct vtb_cell *vtb_find_cell(const char *name, const char *workload, struct vtb_kind kind)
{
    struct vtb_cell_slot like = {
        .strategy = vtb_find_strategy_entry(name),
        .workload = vtb_find_workload(workload),
    };
    const char *own_name = vtb_find_name(name);
    if (!own_name || !like.workload || !find_variant(name, &like.variant) ||
        !find_edition(name, &like.edition) || !is_possible(like.strategy, kind))
        return NULL;
    like.cell = *like.strategy->methods[kind.method];
    like.cell.name = own_name;
    like.cell.strategy_name = like.strategy->name;
    like.cell.workload_name = like.workload->name;
    like.cell.kind = as_compiled(kind);
    like.cell.checked |= like.variant == VTB_VARIANT_CHECKED;
    like.cell.several_threads |= like.variant == VTB_VARIANT_ATOMIC;
    like.cell.one_thread |= like.variant == VTB_VARIANT_LOCAL;
    struct vtb_cell_slot *slot = find_slot(&like);
    return &(slot ? slot : add_slot(&like))->cell;
}

struct vtb_cell_slot *vtb_slot_of(const struct vtb_cell *cell)
{
    return (struct vtb_cell_slot *)(uintptr_t)cell;
}
