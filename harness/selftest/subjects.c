#include "selftest/subjects.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/prose.h"
#include "base/temporary.h"
#include "cells/home.h"

/* The most bytes that the source of a strategy may have. */
#define SOURCE_MAX ((size_t)1 << 20)

static char *read_source(const char *path, struct vtb_error *error)
{
    char *text = calloc(SOURCE_MAX + 1, 1);
    FILE *file = fopen(path, "re");
    const size_t n = text && file ? fread(text, 1, SOURCE_MAX, file) : 0;
    if (file)
        (void)fclose(file);
    if (n > 0)
        return text;
    free(text);
    vtb_error_set(error, VTB_EXIT_INTERNAL, "'%.300s' cannot be read: %s", path, strerror(errno));
    return NULL;
}

bool vtb_subjects_open(struct vtb_subjects *subjects, struct vtb_error *error)
{
    char path[2 * PATH_MAX];
    const struct vtb_home *home = vtb_home(error);
    *subjects = (struct vtb_subjects){.original = vtb_find_role(VTB_ROLE_CHALLENGER),
                                      .baseline = vtb_find_role(VTB_ROLE_BASELINE)};
    if (!home)
        return false;
    if (!subjects->original || !subjects->baseline)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no strategy has the role that is tried");
    (void)snprintf(path, sizeof path, "%s/impls/%s.c", home->root, subjects->original->name);
    subjects->source = read_source(path, error);
    if (subjects->source && vtb_temporary_folder("copies of a strategy", subjects->folder, error))
        return true;
    free(subjects->source);
    return false;
}

/* The strategy's test of readiness, which each call passes once, by another name, and one by its
 * own name that runs the instructions first. (In the function that takes the result they would keep
 * the compiler from moving loads across it, and cost more than themselves.) */
static void write_nops(FILE *out, size_t nops_n)
{
    fprintf(out,
            "\n#undef vtb_is_ready\n"
            "static inline bool vtb_is_ready(struct vtb_service *service,\n"
            "                                const vtb_handover *handover,\n"
            "                                const struct vtb_slot *slot)\n"
            "{\n"
            "    __asm__ volatile(\".rept %zu\\n nop\\n .endr\");\n"
            "    return vtb_is_ready_as_it_is(service, handover, slot);\n"
            "}\n",
            nops_n);
}

static void write_bytes(FILE *out, size_t bytes)
{
    fprintf(out,
            "\n#undef VTB_PENDING_BYTES\n"
            "#define VTB_PENDING_BYTES(record) "
            "(sizeof(struct vtb_task) + (record) + ((record) > 0 ? %zu : 0))\n",
            bytes);
}

/* Writes the source up to the name in its last definition, the copy's name, and the rest. */
static bool write_copy(const struct vtb_subjects *subjects, FILE *out, const char *suffix,
                       size_t nops_n, size_t bytes)
{
    const char *name = subjects->original->name;
    char definition[256];
    (void)snprintf(definition, sizeof definition, "VTB_STRATEGY(%s)", name);
    const char *place = strstr(subjects->source, definition);
    if (!place)
        return false;
    if (nops_n > 0)
        fputs("#define vtb_is_ready vtb_is_ready_as_it_is\n", out);
    fprintf(out, "%.*sVTB_STRATEGY(%s%s)%s", (int)(place - subjects->source), subjects->source,
            name, suffix, place + strlen(definition));
    if (nops_n > 0)
        write_nops(out, nops_n);
    if (bytes > 0)
        write_bytes(out, bytes);
    return true;
}

static void path_of(const struct vtb_subjects *subjects, const char *suffix, char path[PATH_MAX])
{
    int n =
        snprintf(path, PATH_MAX, "%s/%s%s.c", subjects->folder, subjects->original->name, suffix);
    if (n < 0 || n >= PATH_MAX)
        *path = '\0';
}

bool vtb_subjects_write(const struct vtb_subjects *subjects, const char *suffix, size_t nops_n,
                        size_t bytes, struct vtb_error *error)
{
    char path[PATH_MAX];
    path_of(subjects, suffix, path);
    FILE *out = fopen(path, "we");
    bool ok = out && write_copy(subjects, out, suffix, nops_n, bytes);
    if (out)
        ok = fclose(out) == 0 && ok;
    return ok ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "a copy of %s cannot be written to '%.300s': %s",
                    subjects->original->name, path, strerror(errno));
}

void vtb_subjects_append(const struct vtb_subjects *subjects, const char *suffix, char *list,
                         size_t list_bytes)
{
    char path[PATH_MAX];
    path_of(subjects, suffix, path);
    vtb_append(list, list_bytes, "%s%s", *list ? "," : "", path);
}

void vtb_subjects_remove(struct vtb_subjects *subjects)
{
    vtb_temporary_remove(subjects->folder);
    free(subjects->source);
    *subjects = (struct vtb_subjects){0};
}
