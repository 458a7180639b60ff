/* What a comparison shows, in sentences. Every number in them comes from the figures. */
#include "report/report.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#define NAMES_BYTES 512

/* The cases of one table, of which the sentences speak: places first .. end - 1. */
struct span {
    const struct vtb_comparison *comparison;
    double calls_per_second; /* 0: no volume was given */
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

/* How much more all callers do together than one. */
static void print_scaling(FILE *out, const struct span *span)
{
    const size_t callers_n = at(span, span->first)->the_case->threads_n;
    const char *separator = " callers do, of what one does, ";
    fprintf(out, "%zu", callers_n);
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_figures *figures = at(span, i);
        if (i == figures->the_case->empty)
            continue;
        fprintf(out, "%s%.2f times with %s (%.2f to %.2f; %.2f M/s; a call takes", separator,
                figures->scaling.median, name_at(span, i), figures->scaling.lo, figures->scaling.hi,
                (double)callers_n * 1e3 / figures->ns.median);
        for (size_t t = 0; t < callers_n; t++)
            fprintf(out, "%s %.2f",
                    t == 0               ? ""
                    : t + 1 == callers_n ? " and"
                                         : ",",
                    figures->caller_ns[t]);
        fputs(" ns)", out);
        separator = ", ";
    }
    fputs(".\n", out);
}

/* Three digits and a prefix: 677 G. */
static const char *amount(char text[VTB_NUMBER_BYTES], double value)
{
    static const char *const prefixes[] = {"", " k", " M", " G", " T", " P", " E", NULL};
    return vtb_scaled_text(text, value, prefixes);
}

static void print_volume_row(FILE *out, const struct span *span, size_t i, int width)
{
    const struct vtb_counted *counted = &at(span, i)->counted;
    const double rate = span->calls_per_second;
    const double bytes = vtb_per_op(counted, counted->counts.requested_bytes) * rate;
    const double allocs = vtb_per_op(counted, counted->counts.allocs_n) * rate;
    const double cpu_s = at(span, i)->ns.median / 1e9 * rate;
    char texts[4][VTB_NUMBER_BYTES];
    fprintf(out, "%-*s", width, name_at(span, i));
    if (span->comparison->timed)
        fprintf(out, " %10.3g %% %10.4g", 100 * cpu_s, cpu_s * 86400);
    fprintf(out, " %9s %9s %9s %10s\n", amount(texts[0], bytes), amount(texts[1], bytes * 86400),
            amount(texts[2], allocs), amount(texts[3], allocs * 86400));
}

/* What the figures cost at a volume of calls, a line a strategy. */
static void print_volume(FILE *out, const struct span *span)
{
    char rate[VTB_NUMBER_BYTES];
    int width = 17;
    for (size_t i = span->first; i < span->end; i++)
        width = (int)fmax(width, (double)strlen(name_at(span, i)));
    fprintf(out, "At %s calls a second:\n%-*s", amount(rate, span->calls_per_second), width,
            "strategy");
    if (span->comparison->timed)
        fprintf(out, " %12s %10s", "of a core", "CPU s/day");
    fprintf(out, " %9s %9s %9s %10s\n", "B/s", "B/day", "allocs/s", "allocs/day");
    for (size_t i = span->first; i < span->end; i++) {
        if (i != at(span, i)->the_case->empty)
            print_volume_row(out, span, i, width);
    }
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

/* Which of several tables the sentences are about. */
static void print_table_name(FILE *out, const struct vtb_comparison *comparison,
                             const struct vtb_case *the_case)
{
    fprintf(out, "By the %s method, ", vtb_table_method(the_case));
    if (comparison->caller_ns)
        fprintf(out, "%zu caller%s, ", the_case->threads_n, the_case->threads_n > 1 ? "s" : "");
    fprintf(out, "heap %s:\n", the_case->heap->name);
}

static void print_findings(FILE *out, const void *what)
{
    struct span span = *(const struct span *)what;
    const struct vtb_comparison *comparison = span.comparison;
    const struct vtb_point *point = comparison->point;
    for (; span.first < point->cases_n; span.first = span.end) {
        span.end = vtb_table_end(point, span.first);
        if (vtb_table_end(point, 0) < point->cases_n) /* say which of the tables */
            print_table_name(out, comparison, &point->cases[span.first]);
        if (comparison->timed)
            print_time(out, &span);
        print_memory(out, &span);
        for (int variant = 0; comparison->timed && variant < 2; variant++)
            print_variations(out, &span, variant != 0);
        if (comparison->timed && point->cases[span.first].threads_n > 1)
            print_scaling(out, &span);
        if (vtb_heap_collects(point->cases[span.first].heap->heap))
            vtb_report_collections(out, comparison, span.first, span.end);
        if (span.calls_per_second > 0)
            print_volume(out, &span);
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

void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         double calls_per_second)
{
    const struct span span = {.comparison = comparison, .calls_per_second = calls_per_second};
    print_broken(out, print_findings, &span);
}

static void print_skips(FILE *out, const void *what)
{
    const struct vtb_skips *skips = what;
    for (size_t i = 0; i < skips->n; i++) {
        const struct vtb_skip *skip = &skips->items[i];
        fputs("Left out: ", out);
        if (skip->strategy)
            fprintf(out, "%s, ", skip->strategy);
        fprintf(out, "%s: %s.\n", skip->what, skip->reason);
    }
}

void vtb_report_skips(FILE *out, const struct vtb_skips *skips)
{
    print_broken(out, print_skips, skips);
}
