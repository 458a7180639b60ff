/* What a comparison shows, in sentences. Every number in them comes from the figures. */
#include "report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES 512

/* The cases of one table, of which the sentences speak: places first .. end - 1. */
struct span {
    const struct vtb_comparison *comparison;
    size_t first;
    size_t end;
};

/* Whether a sentence is to name case i; `other` is another case that it may be held against. */
typedef bool predicate(const struct span *span, size_t i, size_t other);

static const struct vtb_figures *at(const struct span *span, size_t i)
{
    return &span->comparison->figures[i];
}

static const char *name_at(const struct span *span, size_t i)
{
    return at(span, i)->the_case->timing->name;
}

/* Writes "a", "a and b" or "a, b and c": the names of the cases that hold. Returns how many. */
static size_t list_names(char names[NAMES_BYTES], const struct span *span, predicate *holds,
                         size_t other)
{
    size_t n = 0;
    size_t done_n = 0;
    size_t used = 0;
    names[0] = '\0';
    for (size_t i = span->first; i < span->end; i++)
        n += holds(span, i, other);
    for (size_t i = span->first; i < span->end && used < NAMES_BYTES; i++) {
        if (!holds(span, i, other))
            continue;
        const char *separator = done_n == 0 ? "" : done_n + 1 == n ? " and " : ", ";
        used +=
            (size_t)snprintf(names + used, NAMES_BYTES - used, "%s%s", separator, name_at(span, i));
        done_n++;
    }
    return n;
}

/* Stands in the table for comparison's sake only. */
static bool is_reference(const struct span *span, size_t i)
{
    const struct vtb_case *the_case = at(span, i)->the_case;
    return i == the_case->empty || i == the_case->floor;
}

/* Cannot be told from the other: their intervals over the floor overlap. */
static bool is_peer(const struct span *span, size_t i, size_t other)
{
    return i != other && !is_reference(span, i) &&
           at(span, i)->over_floor.lo <= at(span, other)->over_floor.hi;
}

static bool allocates_nothing(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->counted.counts.allocs_n == 0;
}

static bool is_undecided(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->verdict == VTB_VERDICT_UNKNOWN;
}

static bool is_folded(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return at(span, i)->folded;
}

static size_t cheapest(const struct span *span)
{
    size_t best = span->end;
    for (size_t i = span->first; i < span->end; i++) {
        if (!is_reference(span, i) &&
            (best == span->end || at(span, i)->ns.median < at(span, best)->ns.median))
            best = i;
    }
    return best;
}

static void print_over_floor(FILE *out, const struct span *span, size_t i)
{
    const struct vtb_interval *over = &at(span, i)->over_floor;
    fprintf(out, "%s takes %.2f ±%.2f ns", name_at(span, i), over->median,
            fmax(over->hi - over->median, over->median - over->lo));
}

static void print_time(FILE *out, const struct span *span)
{
    char peers[NAMES_BYTES];
    const size_t best = cheapest(span);
    const struct vtb_interval *ratio = &at(span, best)->ratio;
    const size_t baseline = at(span, best)->the_case->baseline;
    fprintf(out, "With %s lookups a plain call takes %.2f ns. On top of it ",
            vtb_consumer_words[span->comparison->consumer],
            at(span, at(span, best)->the_case->floor)->ns.median);
    print_over_floor(out, span, best);
    if (best != baseline) {
        fputs(", the least, and ", out);
        print_over_floor(out, span, baseline);
        fprintf(out, "; in all %.3f of %s's time (%.3f to %.3f)", ratio->median,
                name_at(span, baseline), ratio->lo, ratio->hi);
    }
    fputs(".", out);
    if (list_names(peers, span, is_peer, best) > 0)
        fprintf(out, " Not to be told from %s: %s.", name_at(span, best), peers);
    putc('\n', out);
}

static void print_memory(FILE *out, const struct span *span)
{
    char names[NAMES_BYTES];
    const char *separator = "An operation allocates ";
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_counted *counted = &at(span, i)->counted;
        if (is_reference(span, i) || allocates_nothing(span, i, i))
            continue;
        const double allocs = vtb_per_op(counted, counted->counts.allocs_n);
        fprintf(out, "%s%.6g B in %.6g allocation%s with %s", separator,
                vtb_per_op(counted, counted->counts.requested_bytes), allocs,
                allocs == 1 ? "" : "s", name_at(span, i));
        separator = ", ";
    }
    if (list_names(names, span, allocates_nothing, 0) > 0)
        fprintf(out, "%snothing with %s", separator, names);
    fputs(".\n", out);
}

/* Whether case i is a strategy's variant, or else the asynchronous method of one. */
static bool is_variation(const struct span *span, size_t i, bool variant)
{
    const struct vtb_case *the_case = at(span, i)->the_case;
    const struct vtb_cell *base = at(span, the_case->base)->the_case->timing;
    return the_case->base != i && !is_reference(span, i) &&
           (strcmp(base->name, the_case->timing->name) != 0) == variant;
}

/* What the variations of a strategy cost beyond it. */
static void print_variations(FILE *out, const struct span *span, bool variant)
{
    const char *separator = variant ? "Beyond the same strategy without its variant "
                                    : "Beyond the same strategy by the direct method ";
    bool any = false;
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_interval *over = &at(span, i)->over_base;
        if (!is_variation(span, i, variant))
            continue;
        fprintf(out, "%s%s takes %+.2f ±%.2f ns", separator, name_at(span, i), over->median,
                fmax(over->hi - over->median, over->median - over->lo));
        separator = ", ";
        any = true;
    }
    if (any)
        fputs(".\n", out);
}

/* What the figures do not show. */
static void print_limits(FILE *out, const struct span *span)
{
    char names[NAMES_BYTES];
    const char *baseline = name_at(span, at(span, span->first)->the_case->baseline);
    double mde = 0;
    for (size_t i = span->first; i < span->end; i++) {
        if (!is_reference(span, i))
            mde = fmax(mde, at(span, i)->mde);
    }
    fprintf(out, "Intervals are 99 %%, of %zu paired rounds", span->comparison->samples.rounds_n);
    if (mde > 0)
        fprintf(out, "; a difference from %s below %.1f %% could not be seen", baseline, mde * 100);
    fputs(".", out);
    if (list_names(names, span, is_undecided, 0) > 0)
        fprintf(out, " Whether it differs is not known yet for %s: measure more --rounds.", names);
    if (list_names(names, span, is_folded, 0) > 0)
        fprintf(out, " Folded away, not fast, within noise of the empty loop: %s.", names);
    putc('\n', out);
}

static void print_findings(FILE *out, const void *what)
{
    const struct vtb_comparison *comparison = what;
    const struct vtb_point *point = comparison->point;
    struct span span = {.comparison = comparison};
    for (; span.first < point->cases_n; span.first = span.end) {
        span.end = vtb_table_end(point, span.first);
        if (vtb_table_end(point, 0) < point->cases_n) /* say which of the tables */
            fprintf(out, "By the %s method, heap %s:\n",
                    vtb_table_method(&point->cases[span.first]),
                    point->cases[span.first].heap->name);
        if (comparison->timed)
            print_time(out, &span);
        print_memory(out, &span);
        for (int variant = 0; comparison->timed && variant < 2; variant++)
            print_variations(out, &span, variant != 0);
        if (comparison->timed)
            print_limits(out, &span);
    }
}

/* Calls print with a stream, and prints what it wrote with its lines broken. */
static void print_broken(FILE *out, void (*print)(FILE *stream, const void *what), const void *what)
{
    char *text = NULL;
    size_t text_bytes = 0;
    FILE *stream = open_memstream(&text, &text_bytes);
    if (!stream)
        return;
    print(stream, what);
    if (fclose(stream) == 0)
        vtb_print_wrapped(out, text);
    free(text);
}

void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison)
{
    print_broken(out, print_findings, comparison);
}

static void print_skips(FILE *out, const void *what)
{
    const struct vtb_skips *skips = what;
    for (size_t i = 0; i < skips->n; i++) {
        const struct vtb_skip *skip = &skips->items[i];
        fprintf(out, "Left out: %s, %s: %s.\n", skip->strategy, skip->what, skip->reason);
    }
}

void vtb_report_skips(FILE *out, const struct vtb_skips *skips)
{
    print_broken(out, print_skips, skips);
}
