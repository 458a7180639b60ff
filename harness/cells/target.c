#include "cells/target.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/allocate.h"
#include "cells/editions.h"

/* --- names --- */

/* Writes an entry's part of a file's name. User's files of the same stem get different parts. */
static void stem_of(const char *name, const char *file, const char *path, char *stem,
                    size_t stem_bytes)
{
    char hex[VTB_DIGEST_BYTES];
    if (path) {
        vtb_digest_text(file, hex);
        snprintf(stem, stem_bytes, "%.80s-%.8s", name, hex);
    } else {
        snprintf(stem, stem_bytes, "%.80s", name);
    }
}

static const char *const method_parts[VTB_METHODS_N] = {
    [VTB_METHOD_DIRECT] = "", [VTB_METHOD_ASYNC] = "_async", [VTB_METHOD_RUNTIME] = "_runtime"};

#define PASS_BYTES 128

/* Writes the name's part for the pass and the other traits that tell the cells of a strategy and a
 * workload apart. */
static void pass_of(const struct vtb_target *target, char *pass, size_t pass_bytes)
{
    const struct vtb_kind *kind = &target->kind;
    const char *word = vtb_variant_words[target->variant];
    snprintf(pass, pass_bytes, "%s%s%s%s%s%s%s%s%s%s%s%s%s", kind->counting ? "counting" : "timing",
             method_parts[kind->method], kind->by_runtime ? "_by_runtime" : "",
             kind->stored ? "_stored" : "", *word ? "_" : "", word,
             kind->collected ? "_collected" : "", kind->abstract ? "_virtual" : "",
             kind->concurrent ? "_concurrent" : "", kind->outside ? "_outside" : "",
             kind->handover ? "_handover" : "", kind->layered ? "_layered" : "",
             kind->polluted ? "_polluted" : "");
}

/* Whether a target is linked behind padding. */
static bool is_padded(const struct vtb_target *target)
{
    return target->edition && target->what == VTB_TARGET_CELL && !target->kind.counting;
}

/* Writes a name that ends in `end`. */
static void name_of(const struct vtb_target *target, const char *end,
                    char name[VTB_TARGET_NAME_BYTES])
{
    char strategy[96] = "";
    char workload[96] = "";
    char pass[PASS_BYTES];
    const struct vtb_workload_entry *own = target->workload;
    if (target->strategy)
        stem_of(target->strategy->name, target->strategy->file, target->strategy->path, strategy,
                sizeof strategy);
    stem_of(own->name, own->file, own->path, workload, sizeof workload);
    pass_of(target, pass, sizeof pass);
    if (target->what == VTB_TARGET_METADATA)
        snprintf(name, VTB_TARGET_NAME_BYTES, "%s.metadata%d%s", strategy, (int)target->kind.method,
                 end);
    else if (target->what == VTB_TARGET_WORKLOAD)
        snprintf(name, VTB_TARGET_NAME_BYTES, "%s.workload%s", workload, end);
    else
        snprintf(name, VTB_TARGET_NAME_BYTES, "%s.%s.%s%s", strategy, workload, pass, end);
}

void vtb_target_name(const struct vtb_target *target, char name[VTB_TARGET_NAME_BYTES])
{
    char end[32] = ".so";
    if (is_padded(target))
        snprintf(end, sizeof end, ".padding%u.so", target->padding);
    name_of(target, end, name);
}

/* The name of what is compiled: the target's own, or of one that is linked behind padding, that of
 * its object. */
static void compiled_name(const struct vtb_target *target, char name[VTB_TARGET_NAME_BYTES])
{
    name_of(target, is_padded(target) ? ".o" : ".so", name);
}

bool vtb_target_has_file(const struct vtb_target *target, const char *file)
{
    char name[VTB_TARGET_NAME_BYTES];
    vtb_target_name(target, name);
    if (strcmp(name, file) == 0)
        return true;
    compiled_name(target, name);
    return strcmp(name, file) == 0;
}

const struct vtb_home *vtb_target_home(const struct vtb_target *target, struct vtb_error *error)
{
    return target->edition ? &target->edition->home : vtb_home(error);
}

const char *vtb_target_path(const struct vtb_target *target)
{
    if (target->strategy && target->strategy->path)
        return target->strategy->path;
    return target->workload->path;
}

/* --- what ninja reads --- */

static void put_escaped(FILE *out, char c)
{
    if (c == '$')
        putc('$', out);
    putc(c, out);
}

/* Writes a folder as a variable of ninja: in a variable it may have any name, while in a path ninja
 * cannot write some characters. */
static void put_folder(FILE *out, const char *variable, const char *folder)
{
    fprintf(out, "%s = ", variable);
    for (const char *c = folder; *c; c++)
        put_escaped(out, *c);
    putc('\n', out);
}

/* Writes text within single quotes of the shell. */
static void put_quoted(FILE *out, const char *text)
{
    for (const char *c = text; *c; c++) {
        if (*c == '\'')
            fputs("'\\''", out);
        else
            put_escaped(out, *c);
    }
}

/* Writes the definition of a macro whose value is a file's name in quotes. */
static void put_file(FILE *out, const char *macro, const struct vtb_home *home, const char *file)
{
    fprintf(out, " '-D%s=\"", macro);
    if (file[0] != '/') {
        put_quoted(out, home->root);
        putc('/', out);
    }
    put_quoted(out, file);
    fputs("\"'", out);
}

/* Writes the digest of a user's file into the command, so that the file is compiled again when its
 * content changes, even if its date is older (as of a copy that is moved back), and so that a cell
 * can tell what it was made of. */
static void put_digest(FILE *out, const char *macro, const char *digest)
{
    if (digest)
        fprintf(out, " -D%s=%.*s", macro, VTB_TARGET_DIGEST_N, digest);
}

static void put_workload(FILE *out, const struct vtb_home *home,
                         const struct vtb_workload_entry *workload)
{
    put_file(out, "VTB_WORKLOAD_FILE", home, workload->file);
    put_digest(out, "VTB_WORKLOAD_DIGEST", workload->digest);
    if (workload->payload_bytes)
        fprintf(out, " -DVTB_PAYLOAD_BYTES=%zu", workload->payload_bytes);
}

static void put_cell(FILE *out, const struct vtb_home *home, const struct vtb_target *target)
{
    const bool metadata = target->what == VTB_TARGET_METADATA;
    const char *word = vtb_variant_words[target->variant];
    char pass[PASS_BYTES];
    pass_of(target, pass, sizeof pass);
    put_workload(out, home, target->workload);
    put_file(out, "VTB_STRATEGY_FILE", home, target->strategy->file);
    put_digest(out, "VTB_STRATEGY_DIGEST", target->strategy->digest);
    fprintf(out, " -DVTB_STRATEGY_STEM=%s -DVTB_WORKLOAD_STEM=%s -DVTB_PASS_STEM=%s",
            target->strategy->name, target->workload->name, metadata ? "metadata" : pass);
    fprintf(out, " '-DVTB_VARIANT=\"%s%s\"'", *word ? "@" : "", word);
    fprintf(out,
            " -DVTB_COUNTING=%d -DVTB_COLLECTED=%d -DVTB_ASYNC=%d -DVTB_RUNTIME=%d"
            " -DVTB_BY_RUNTIME=%d -DVTB_STORED=%d -DVTB_VIRTUAL=%d -DVTB_CONCURRENT=%d"
            " -DVTB_OUTSIDE=%d -DVTB_HANDOVER=%d -DVTB_LAYERED=%d -DVTB_POLLUTED=%d"
            " -DVTB_ATOMIC=%d -DVTB_LOCAL=%d",
            target->kind.counting, target->kind.collected, target->kind.method == VTB_METHOD_ASYNC,
            target->kind.method == VTB_METHOD_RUNTIME, target->kind.by_runtime, target->kind.stored,
            target->kind.abstract, target->kind.concurrent, target->kind.outside,
            target->kind.handover, target->kind.layered, target->kind.polluted,
            target->variant == VTB_VARIANT_ATOMIC, target->variant == VTB_VARIANT_LOCAL);
    fputs(target->variant == VTB_VARIANT_CHECKED ? " -DVTB_CHECKED=1"
                                                 : " -DVTB_CHECKED=$default_checked",
          out);
    fputs(" -DVTB_RULE=$digest", out);
    if (metadata)
        fputs(" -DVTB_METADATA=1 -DVTB_FROM_OUTSIDE=1", out);
}

static void put_entry(FILE *out, const struct vtb_home *home, const struct vtb_target *target)
{
    put_workload(out, home, target->workload);
    fprintf(out, " -DVTB_WORKLOAD_STEM=%s -DVTB_WORKLOAD_OBJECT=vtb_workload",
            target->workload->stem);
}

static bool is_cxx(const struct vtb_target *target)
{
    const char *file = target->strategy ? target->strategy->file : "";
    const size_t n = strlen(file);
    return n > 3 && strcmp(file + n - 3, ".cc") == 0;
}

/* --- sources that changed --- */

static bool is_later(const struct timespec *a, const struct timespec *b)
{
    return a->tv_sec > b->tv_sec || (a->tv_sec == b->tv_sec && a->tv_nsec > b->tv_nsec);
}

/* Takes the next path of a depfile's list, which the compiler has written: spaces in it are behind
 * backslashes, as are the ends of lines between paths, and dollar signs stand twice. */
static bool next_path(FILE *list, char path[PATH_MAX])
{
    size_t n = 0;
    for (int c; (c = getc(list)) != EOF;) {
        const int escaped = c == '\\' ? getc(list) : 0;
        if (c == '\n' || escaped == '\n' || c == ' ') {
            if (n > 0)
                break;
            continue;
        }
        if (escaped && escaped != ' ' && escaped != '#')
            ungetc(escaped, list);
        else if (escaped)
            c = escaped;
        if (c == '$')
            (void)getc(list);
        if (n + 1 < PATH_MAX)
            path[n++] = (char)c;
    }
    path[n] = '\0';
    return n > 0;
}

/*
 * Whether a source of a file changed since it was built, by the time at which the kernel saw the
 * change. Ninja compares the times that files have themselves, which tools set to older ones: cp
 * -p, mv, rsync, the unpacking of an archive.
 */
static bool is_behind(const struct vtb_home *home, const char *name)
{
    char path[PATH_MAX + VTB_TARGET_NAME_BYTES];
    struct stat built;
    snprintf(path, sizeof path, "%s/%s", home->cells, name);
    const bool there = stat(path, &built) == 0;
    snprintf(path, sizeof path, "%s/%s.d", home->cells, name);
    FILE *list = there ? fopen(path, "re") : NULL;
    bool behind = false;
    char source[PATH_MAX];
    struct stat status;
    if (list)
        (void)next_path(list, source); /* the file itself, and a colon */
    while (list && !behind && next_path(list, source))
        behind = stat(source, &status) == 0 && is_later(&status.st_ctim, &built.st_ctim);
    if (list)
        fclose(list);
    return behind;
}

/* --- the list --- */

static const char *language_of(const struct vtb_target *target)
{
    return is_cxx(target) ? "cxx" : "c";
}

/* By the build's own rule an object, and no file to load; a compiler may say that it then has no
 * use for the rule's words to the linker. */
#define OBJECT_ALONE " -c -Wno-unused-command-line-argument"

/* Writes how a target is compiled: its file, or the object of one that is linked behind padding. */
static void put_compiled(FILE *out, const struct vtb_home *home, const struct vtb_target *target)
{
    static const char *const passes[] = {
        [VTB_TARGET_METADATA] = "metadata", [VTB_TARGET_WORKLOAD] = "workload"};
    char name[VTB_TARGET_NAME_BYTES];
    const char *language = language_of(target);
    const char *pass = target->what != VTB_TARGET_CELL ? passes[target->what]
                       : target->kind.counting         ? "counting"
                                                       : "timing";
    compiled_name(target, name);
    fprintf(out, "build %s: cell $root/harness/cells/source/%s%s\n", name,
            target->what == VTB_TARGET_WORKLOAD ? "workload.c" : "cell.c",
            is_behind(home, name) ? " | again" : "");
    fprintf(out, "  compile = $%s\n  pass = $%s%s\n  warnings = $%s_%s_warnings\n  definitions =",
            language, pass, is_padded(target) ? OBJECT_ALONE : "",
            vtb_target_path(target) ? "foreign" : "own", language);
    if (target->what == VTB_TARGET_WORKLOAD)
        put_entry(out, home, target);
    else
        put_cell(out, home, target);
    putc('\n', out);
}

/* Writes how a target is linked behind its padding: by the build's own rule, too, which is given
 * the padding's source in front of the object. The source is this program's: other builds may have
 * none. */
static void put_padded(FILE *out, const struct vtb_target *target)
{
    char name[VTB_TARGET_NAME_BYTES];
    char object[VTB_TARGET_NAME_BYTES];
    struct vtb_error unheard;
    const struct vtb_home *own = vtb_home(&unheard);
    vtb_target_name(target, name);
    compiled_name(target, object);
    fprintf(out, "build %s: cell %s\n  compile = $%s\n  definitions = -DVTB_PADDING=%u '", name,
            object, language_of(target), target->padding);
    put_quoted(out, own ? own->root : "");
    fputs("/harness/cells/source/padding.c' -x none\n", out);
}

/* The names of files that a list has already: two builds that are compared may be one and the same,
 * and what is linked at many places is compiled once. */
struct listed {
    char (*names)[VTB_TARGET_NAME_BYTES];
    size_t n;
};

/* Whether a name is not in the list yet, which it is from then on. */
static bool is_new(struct listed *listed, const char *name)
{
    for (size_t i = 0; i < listed->n; i++) {
        if (strcmp(listed->names[i], name) == 0)
            return false;
    }
    snprintf(listed->names[listed->n++], VTB_TARGET_NAME_BYTES, "%s", name);
    return true;
}

/* Writes how a target is made, but for what is in the list. */
static void put_target(FILE *out, const struct vtb_home *home, const struct vtb_target *target,
                       struct listed *listed)
{
    char name[VTB_TARGET_NAME_BYTES];
    compiled_name(target, name);
    if (is_new(listed, name))
        put_compiled(out, home, target);
    vtb_target_name(target, name);
    if (is_new(listed, name))
        put_padded(out, target);
}

void vtb_rule_digest(const struct vtb_home *home, char hex[VTB_DIGEST_BYTES])
{
    static const char start[] = "# Everything from here on";
    char path[PATH_MAX + 16];
    char text[8192];
    snprintf(path, sizeof path, "%s/cells.ninja", home->build);
    FILE *file = fopen(path, "re");
    const size_t n = file ? fread(text, 1, sizeof text - 1, file) : 0;
    if (file)
        fclose(file);
    text[n] = '\0';
    const char *rule = strstr(text, start);
    if (rule)
        vtb_digest_text(rule, hex);
    else
        snprintf(hex, VTB_DIGEST_BYTES, "unknown");
}

void vtb_targets_write(FILE *out, const struct vtb_home *home, const char *toolchain,
                       const struct vtb_target *targets, size_t n)
{
    char rule[VTB_DIGEST_BYTES];
    fputs("# Written by run_bench: the cells that it needs.\n", out);
    put_folder(out, "root", home->root);
    put_folder(out, "rules", home->build);
    fputs(
        "include $rules/cells.ninja\n"
        "contract = '", /* a variable of the rules: where the contract is */
        out);
    put_quoted(out, home->root);
    vtb_rule_digest(home, rule);
    fprintf(out, "/harness/include'\ntoolchain = %s\ndigest = %s\nbuild again: phony\n\n",
            toolchain, rule);
    struct listed listed = {vtb_allocate(2 * n, sizeof *listed.names, "a list of cells"), 0};
    for (size_t i = 0; i < n; i++)
        put_target(out, home, &targets[i], &listed);
    free(listed.names);
}
