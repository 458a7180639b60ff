#include "report/report_findings.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/clock.h"
#include "base/prose.h"
#include "base/table.h"
#include "report/case_names.h"
#include "report/report_pressure.h"
#include "report/report_store.h"

#define NAMES_BYTES 512

/* The cases of one table, which the sentences are about: places first .. end - 1. */
struct span {
    const struct vtb_comparison *comparison;
    double calls_per_second; /* 0: no volume was given */
    double processors_n;     /* that the process may use */
    double quiet_ns;         /* the probe's level */
    size_t first;
    size_t end;
    const bool *peers; /* for each case, whether it cannot be told from the fastest */
};

/* Whether a sentence is to name case i; `other` is another case, to compare it with. */
typedef bool predicate(const struct span *span, size_t i, size_t other);

static const struct vtb_figures *at(const struct span *span, size_t i)
{
    return &span->comparison->figures[i];
}

static const char *name_at(const struct span *span, size_t i)
{
    return vtb_case_strategy(at(span, i)->the_case);
}

/* Writes the names of the cases for which `holds` is true: "a", "a and b" or "a, b and c". Returns
 * their number. */
static size_t list_names(char names[NAMES_BYTES], const struct span *span, predicate *holds,
                         size_t other)
{
    size_t n = 0;
    size_t done_n = 0;
    *names = '\0';
    for (size_t i = span->first; i < span->end; i++)
        n += holds(span, i, other);
    for (size_t i = span->first; i < span->end; i++) {
        if (holds(span, i, other))
            vtb_append(names, NAMES_BYTES, "%s%s", vtb_separator(done_n++, n), name_at(span, i));
    }
    return n;
}

/* Whether case i is the empty loop or the floor, which are in the table only as references. */
static bool is_reference(const struct span *span, size_t i)
{
    const struct vtb_case *the_case = at(span, i)->the_case;
    return i == the_case->empty || i == the_case->floor;
}

static bool is_peer(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return span->peers[i];
}

static bool is_same(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->verdict == VTB_VERDICT_SAME;
}

static bool allocates_nothing(const struct span *span, size_t i, size_t other)
{
    (void)other;
    const struct vtb_counted *counted = &at(span, i)->counted;
    return !is_reference(span, i) && counted->counts.requested_bytes == counted->startup_bytes;
}

/* Whether sessions enough were run, and too few of them were in one state of the machine. */
static bool lacks_sessions(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && span->comparison->samples.sessions_n >= VTB_SESSIONS_MIN &&
           at(span, i)->log_ratio.sessions_n < VTB_SESSIONS_MIN;
}

static bool is_undecided(const struct span *span, size_t i, size_t other)
{
    return !is_reference(span, i) && at(span, i)->verdict == VTB_VERDICT_UNKNOWN &&
           !at(span, i)->disagree && !lacks_sessions(span, i, other);
}

static bool disagrees(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->disagree;
}

static bool is_optimised_away(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return at(span, i)->optimised_away;
}

/* Whether case i takes less than the floor, with certainty: then it does not do what the floor
 * does. */
static bool is_below_floor(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->over_floor.hi < 0;
}

static bool is_without_collections(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->collections.is_unknown;
}

static bool has_no_page_faults(const struct span *span, size_t i, size_t other)
{
    (void)other;
    return !is_reference(span, i) && at(span, i)->page_faults == 0;
}

/* Whether case i was timed, in one state of the machine with the floor, for long enough. */
static bool is_timed(const struct span *span, size_t i)
{
    return !isnan(at(span, i)->ns.median) && !isnan(at(span, i)->over_floor.median);
}

/* The case with the least time of those shown. */
static size_t fastest(const struct span *span)
{
    size_t best = span->end;
    for (size_t i = span->first; i < span->end; i++) {
        if (is_reference(span, i) || !is_timed(span, i))
            continue;
        if (best == span->end || at(span, i)->ns.median < at(span, best)->ns.median)
            best = i;
    }
    return best;
}

/* Whether the verdicts of the table are about two cases: one of them is its baseline, and no
 * reference. */
static bool have_verdict(const struct span *span, size_t i, size_t other)
{
    const size_t baseline = at(span, i)->the_case->baseline;
    return !is_reference(span, baseline) && (i == baseline || other == baseline);
}

/* Finds the cases that cannot be told from the fastest, and have no verdict on it: the paired test
 * of each against it, by Holm over all of them. The array is the caller's to free. */
static bool *find_peers(const struct span *span, size_t best)
{
    const size_t n = span->comparison->point->cases_n;
    bool *peers = vtb_allocate(n, sizeof *peers, "the names of a sentence");
    double *p = vtb_allocate(n, sizeof *p, "the tests of a sentence");
    size_t tests_n = 0;
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_pooled pooled =
            vtb_pool_log_ratio(span->comparison, i, best, span->comparison->state, span->quiet_ns);
        const struct vtb_interval logs = vtb_pooled_interval(&pooled, 1);
        peers[i] = i != best && !is_reference(span, i) && !have_verdict(span, i, best) &&
                   expm1(logs.hi - logs.median) <= VTB_DISAGREE_MARGIN;
        if (peers[i])
            p[tests_n++] = vtb_pooled_p(&pooled);
    }
    vtb_holm(p, tests_n);
    tests_n = 0;
    for (size_t i = span->first; i < span->end; i++) {
        if (peers[i])
            peers[i] = p[tests_n++] >= 1 - VTB_CONFIDENCE;
    }
    free(p);
    return peers;
}

static void print_margin(FILE *out, const struct vtb_interval *interval)
{
    if (!isnan(interval->hi))
        fprintf(out, " ±%.2f",
                fmax(interval->hi - interval->median, interval->median - interval->lo));
}

static void print_over_floor(FILE *out, const struct span *span, size_t i)
{
    const struct vtb_interval *over = &at(span, i)->over_floor;
    fprintf(out, "%s takes %.2f", name_at(span, i), over->median);
    print_margin(out, over);
    fputs(" ns", out);
}

/* Prints how the fastest case compares with the baseline. */
static void print_ratio(FILE *out, const struct span *span, size_t best, size_t baseline)
{
    const struct vtb_interval *ratio = &at(span, best)->ratio;
    const struct vtb_interval *busy = &at(span, best)->busy_ratio;
    if (isnan(ratio->median))
        return;
    fprintf(out, "; in all %.3f of %s's time", ratio->median, name_at(span, baseline));
    if (!isnan(ratio->hi))
        fprintf(out, " (%.3f to %.3f)", ratio->lo, ratio->hi);
    if (span->comparison->state == VTB_STATE_QUIET && !isnan(busy->hi))
        fprintf(out, ", beside a busy sibling %.3f (%.3f to %.3f)", busy->median, busy->lo,
                busy->hi);
}

/* What is said of the case with the least time: that it is the fastest takes a verdict. */
static const char *rank_text(const struct span *span, size_t best, size_t peers_n)
{
    if (at(span, best)->verdict != VTB_VERDICT_DIFFERENT)
        return "";
    return peers_n > 0 ? ", among the fastest" : ", the fastest";
}

static void print_time(FILE *out, const struct span *span)
{
    char names[NAMES_BYTES];
    const size_t best = fastest(span);
    if (best == span->end) {
        fputs("No strategy was timed long enough in one state of the machine.\n", out);
        return;
    }
    const size_t baseline = at(span, best)->the_case->baseline;
    struct span with_peers = *span;
    bool *found = find_peers(span, best);
    with_peers.peers = found;
    const size_t peers_n = list_names(names, &with_peers, is_peer, best);
    const char *rank = rank_text(span, best, peers_n);
    fprintf(out, "With %s lookups a plain call takes %.2f ns. On top of it ",
            vtb_consumer_words[span->comparison->consumer],
            at(span, at(span, best)->the_case->floor)->ns.median);
    print_over_floor(out, span, best);
    if (is_reference(span, baseline)) {
        fputs(rank, out);
    } else if (best != baseline && is_timed(span, baseline)) {
        fprintf(out, "%s%sand ", rank, *rank ? ", " : " ");
        print_over_floor(out, span, baseline);
        print_ratio(out, span, best, baseline);
    }
    fputs(".", out);
    if (peers_n > 0)
        fprintf(out, " No measurable difference from %s: %s.", name_at(span, best), names);
    if (list_names(names, span, is_same, best) > 0)
        fprintf(out, " As fast as %s, within %.0f %%: %s.", name_at(span, baseline),
                100 * VTB_SAME_MARGIN, names);
    if (is_reference(span, baseline))
        fprintf(out,
                " Ratios are to %s, which hands no result over: they do not say what a hand-over "
                "costs in place of another.",
                name_at(span, baseline));
    free(found);
    putc('\n', out);
}

/* Prints so many bytes in so many allocations with a case, unless there are none, and returns what
 * separates the next case from it. */
static const char *print_allocated(FILE *out, const struct span *span, size_t i,
                                   const char *separator, double bytes, double allocs)
{
    if (is_reference(span, i) || bytes == 0)
        return separator;
    char numbers[2][VTB_NUMBER_BYTES];
    fprintf(out, "%s%s B", separator, vtb_digits_text(numbers[0], bytes, 6));
    if (!isnan(allocs)) /* guests do not tell */
        fprintf(out, " in %s allocation%s", vtb_digits_text(numbers[1], allocs, 6),
                vtb_plural(allocs, "", "s"));
    fprintf(out, " with %s", name_at(span, i));
    return ", ";
}

/* Prints what an operation allocates, and apart from it what is allocated once. */
static void print_memory(FILE *out, const struct span *span)
{
    char names[NAMES_BYTES];
    const char *separator = "An operation allocates ";
    const char *startup_separator = "; once at the start ";
    for (size_t i = span->first; i < span->end; i++)
        separator =
            print_allocated(out, span, i, separator, vtb_steady_bytes_per_op(&at(span, i)->counted),
                            vtb_steady_allocs_per_op(&at(span, i)->counted));
    if (list_names(names, span, allocates_nothing, 0) > 0)
        fprintf(out, "%snothing with %s", separator, names);
    for (size_t i = span->first; i < span->end; i++)
        startup_separator = print_allocated(out, span, i, startup_separator,
                                            (double)at(span, i)->counted.startup_bytes,
                                            (double)at(span, i)->counted.startup_allocs_n);
    fputs(".\n", out);
}

/* Whether case i is a strategy's variant, or else another method of one. */
static bool is_variation(const struct span *span, size_t i, bool variant)
{
    const struct vtb_case *the_case = at(span, i)->the_case;
    const struct vtb_cell *base = at(span, the_case->variant_of)->the_case->timing;
    return the_case->variant_of != i && !is_reference(span, i) &&
           (strcmp(base->name, the_case->timing->name) != 0) == variant;
}

/* Prints how much the variations of strategies cost beyond the strategies themselves. */
static void print_variations(FILE *out, const struct span *span, bool variant)
{
    const char *separator = variant ? "Beyond the same strategy without its variant "
                                    : "Beyond the same strategy by the direct method ";
    bool any = false;
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_interval *over = &at(span, i)->over_base;
        if (!is_variation(span, i, variant) || isnan(over->median))
            continue;
        fprintf(out, "%s%s takes %+.2f", separator, name_at(span, i), over->median);
        print_margin(out, over);
        fputs(" ns", out);
        separator = ", ";
        any = true;
    }
    if (any)
        fputs(".\n", out);
}

static bool has_scaling(const struct span *span)
{
    for (size_t i = span->first; i < span->end; i++) {
        if (i != at(span, i)->the_case->empty && !isnan(at(span, i)->scaling.median))
            return true;
    }
    return false;
}

/* Prints how much more several callers do together than one does. */
static void print_scaling(FILE *out, const struct span *span)
{
    const size_t callers_n = at(span, span->first)->the_case->threads_n;
    const size_t threads_n = callers_n + vtb_point_completers_n(span->comparison->point);
    char number[VTB_NUMBER_BYTES];
    if ((double)threads_n > span->processors_n) {
        fprintf(out,
                "How much more %zu callers do than one is not told: %zu threads share the %s "
                "processor%s that this process may use.\n",
                callers_n, threads_n, vtb_digits_text(number, span->processors_n, 3),
                vtb_plural(span->processors_n, "", "s"));
        return;
    }
    if (!has_scaling(span))
        return;
    const char *separator = " callers do, of what one does, ";
    fprintf(out, "%zu", callers_n);
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_figures *figures = at(span, i);
        if (i == figures->the_case->empty || isnan(figures->scaling.median))
            continue;
        fprintf(out, "%s%.2f times with %s (", separator, figures->scaling.median,
                name_at(span, i));
        if (!isnan(figures->scaling.hi))
            fprintf(out, "%.2f to %.2f; ", figures->scaling.lo, figures->scaling.hi);
        fprintf(out, "%.2f M/s; a call takes", (double)callers_n * 1e3 / figures->ns.median);
        for (size_t t = 0; t < callers_n; t++)
            fprintf(out, "%s%.2f", t == 0 ? " " : vtb_separator(t, callers_n),
                    figures->caller_ns[t]);
        fputs(" ns)", out);
        separator = ", ";
    }
    fputs(".\n", out);
}

/* Whether a case has other page faults than the same method of its strategy on another heap. */
static bool differs_by_heap(const struct span *span, size_t i)
{
    const struct vtb_comparison *comparison = span->comparison;
    for (size_t other = 0; other < comparison->point->cases_n; other++) {
        const struct vtb_cell *cell = comparison->figures[other].the_case->timing;
        if (strcmp(cell->name, name_at(span, i)) == 0 &&
            cell->kind.method == at(span, i)->the_case->timing->kind.method &&
            comparison->figures[other].page_faults != at(span, i)->page_faults)
            return true;
    }
    return false;
}

/* Prints how many page faults a cold start has, and whether they part one heap from another. */
static void print_page_faults(FILE *out, const struct span *span)
{
    char names[NAMES_BYTES];
    const char *separator = "A start has ";
    bool heaps_differ = false;
    for (size_t i = span->first; i < span->end; i++) {
        const double n = at(span, i)->page_faults;
        char number[VTB_NUMBER_BYTES];
        heaps_differ |= differs_by_heap(span, i);
        if (is_reference(span, i) || n == 0)
            continue;
        fprintf(out, "%s%s page fault%s with %s", separator, vtb_digits_text(number, n, 6),
                vtb_plural(n, "", "s"), name_at(span, i));
        separator = ", ";
    }
    if (list_names(names, span, has_no_page_faults, 0) > 0)
        fprintf(out, "%sno page faults with %s", separator, names);
    fputs(".", out);
    if (heaps_differ)
        fputs(
            " Heaps differ in that: a part of the time is for memory that a program which has "
            "run for a while has on each of them.",
            out);
    putc('\n', out);
}

/* Writes three digits and a prefix: 677 G. */
static const char *amount(char text[VTB_NUMBER_BYTES], double value)
{
    static const char *const prefixes[] = {"", " k", " M", " G", " T", " P", " E", NULL};
    return vtb_scaled_text(text, value, prefixes);
}

/* Whether there is a processor time that holds at a volume, which lasts. */
static bool has_cpu(const struct span *span)
{
    return span->comparison->timed && !span->comparison->point->cold;
}

static void add_volume_row(struct vtb_table *table, const struct span *span, size_t i)
{
    const struct vtb_counted *counted = &at(span, i)->counted;
    const double rate = span->calls_per_second;
    const double bytes = vtb_steady_bytes_per_op(counted) * rate;
    const double allocs = vtb_steady_allocs_per_op(counted) * rate;
    const double cpu_s = vtb_cpu_ns_per_op(span->comparison, at(span, i)) / 1e9 * rate;
    const double amounts[] = {bytes, bytes * VTB_SECONDS_A_DAY, allocs, allocs * VTB_SECONDS_A_DAY,
                              (double)counted->startup_bytes};
    char text[VTB_NUMBER_BYTES];
    vtb_table_cell(table, "%s", name_at(span, i));
    if (has_cpu(span)) {
        vtb_table_cell(table, isnan(cpu_s) ? "-" : "%s %%", vtb_figure_text(text, 100 * cpu_s));
        vtb_table_cell(table, isnan(cpu_s) ? "-" : "%s",
                       vtb_figure_text(text, cpu_s * VTB_SECONDS_A_DAY));
    }
    for (size_t a = 0; a < sizeof amounts / sizeof *amounts; a++)
        vtb_table_cell(table, "%s", amount(text, amounts[a]));
}

/* Prints why there is no processor time, or what is in it that one may not expect. */
static void print_volume_note(FILE *out, const struct span *span)
{
    const struct vtb_point *point = span->comparison->point;
    if (span->comparison->timed && point->cold)
        fprintf(out,
                "CPU time at this volume is not told, as a cold start was timed: more than %d "
                "--calls time a steady state.\n",
                VTB_COLD_CALLS_MAX);
    if (span->comparison->timed && point->store)
        fputs("CPU time lacks that of the threads that ask the store.\n", out);
    else if (span->comparison->timed && point->completer)
        fputs(
            "CPU time has the completing thread's while it answers, not while it looks for "
            "work.\n",
            out);
}

/* Prints the cost of each strategy at the volume of calls, a line each. */
static void print_volume(FILE *out, const struct span *span)
{
    static const struct vtb_column columns[] = {
        {"of a core", 12, VTB_SIDE_RIGHT, true}, {"CPU s/day", 10, VTB_SIDE_RIGHT, true},
        {"B/s", 9, VTB_SIDE_RIGHT, true},        {"B/day", 9, VTB_SIDE_RIGHT, true},
        {"allocs/s", 9, VTB_SIDE_RIGHT, true},   {"allocs/day", 10, VTB_SIDE_RIGHT, true},
        {"once B", 9, VTB_SIDE_RIGHT, true},
    };
    struct vtb_table table = {.gap = 1};
    char rate[VTB_NUMBER_BYTES];
    fprintf(out, "At %s calls a second:\n", amount(rate, span->calls_per_second));
    vtb_table_column(&table, (struct vtb_column){.title = "strategy", .width = 17});
    for (size_t c = has_cpu(span) ? 0 : 2; c < sizeof columns / sizeof *columns; c++)
        vtb_table_column(&table, columns[c]);
    for (size_t i = span->first; i < span->end; i++) {
        if (i != at(span, i)->the_case->empty)
            add_volume_row(&table, span, i);
    }
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    vtb_table_free(&table);
    print_volume_note(out, span);
}

/* Prints how much of the time the machine was in which state, and of which the figures are. */
static void print_state(FILE *out, const struct span *span)
{
    const struct vtb_comparison *comparison = span->comparison;
    double quiet = 0;
    for (size_t i = span->first; i < span->end; i++)
        quiet += at(span, i)->quiet_share / (double)(span->end - span->first);
    if (comparison->state == VTB_STATE_ANY)
        return;
    fprintf(out, " The core was quiet in %.0f %% of the epochs", 100 * quiet);
    if (comparison->state == VTB_STATE_BUSY)
        fputs(": in fewer cases for long enough than beside a busy sibling, of which these are",
              out);
    fputs(".", out);
}

/* Whether case i has another ratio beside a busy sibling, with certainty. */
static bool is_other_if_busy(const struct span *span, size_t i)
{
    const struct vtb_interval *quiet = &at(span, i)->ratio;
    const struct vtb_interval *busy = &at(span, i)->busy_ratio;
    return span->comparison->state == VTB_STATE_QUIET && !is_reference(span, i) &&
           (busy->lo > quiet->hi || busy->hi < quiet->lo);
}

static void print_busy(FILE *out, const struct span *span)
{
    const char *separator = " Beside a busy sibling ratios are others: ";
    bool any = false;
    for (size_t i = span->first; i < span->end; i++) {
        const struct vtb_interval *busy = &at(span, i)->busy_ratio;
        if (!is_other_if_busy(span, i))
            continue;
        fprintf(out, "%s%s %.3f (%.3f to %.3f)", separator, name_at(span, i), busy->median,
                busy->lo, busy->hi);
        separator = ", ";
        any = true;
    }
    fputs(any ? "." : "", out);
}

/* The difference from the baseline that would be seen: from the least of all cases to the most. */
static void print_seen(FILE *out, const struct span *span)
{
    double least = INFINITY;
    double most = 0;
    for (size_t i = span->first; i < span->end; i++) {
        if (is_reference(span, i) || at(span, i)->verdict == VTB_VERDICT_NONE ||
            isnan(at(span, i)->mde))
            continue;
        least = fmin(least, at(span, i)->mde);
        most = fmax(most, at(span, i)->mde);
    }
    if (most == 0)
        return;
    fprintf(out, "; in 90 %% of runs a difference from %s of ",
            name_at(span, at(span, span->first)->the_case->baseline));
    if (100 * (most - least) < 0.1)
        fprintf(out, "%.1f %% would be seen", 100 * most);
    else
        fprintf(out, "%.1f to %.1f %% would be seen, by strategy", 100 * least, 100 * most);
}

/* Prints the warnings that name cases. */
static void print_warnings(FILE *out, const struct span *span)
{
    static const struct {
        predicate *holds;
        const char *format;
    } warnings[] = {
        {lacks_sessions,
         " No interval, as the machine's state changed in too many sessions, for %s: "
         "take more --sessions."},
        {is_undecided, " Whether it differs is not known yet for %s: take more --sessions."},
        {is_optimised_away, " Optimised away, not fast, not to be told from the empty loop: %s."},
        {is_below_floor,
         " Below the floor, which cannot be, as it does all that the floor does: "
         "%s."},
        {is_without_collections,
         " It collects, but no collection fell into the run, so their cost is not in the times: "
         "%s."},
    };
    char names[NAMES_BYTES];
    for (size_t i = 0; i < sizeof warnings / sizeof *warnings; i++) {
        if (list_names(names, span, warnings[i].holds, 0) == 0)
            continue;
        const char *place = strstr(warnings[i].format, "%s");
        fprintf(out, "%.*s%s%s", (int)(place - warnings[i].format), warnings[i].format, names,
                place + 2);
    }
}

/* Prints the cases whose sessions disagree, with how much of their variance is between sessions, so
 * that more rounds would be in vain. */
static void print_disagreement(FILE *out, const struct span *span)
{
    const char *separator = " Not known yet, as the sessions disagree: ";
    bool any = false;
    for (size_t i = span->first; i < span->end; i++) {
        if (!disagrees(span, i, i))
            continue;
        fprintf(out, "%s%s (%.0f %% of the variance is between them)", separator, name_at(span, i),
                100 * at(span, i)->log_ratio.between_share);
        separator = ", ";
        any = true;
    }
    fputs(any ? "." : "", out);
}

/* Prints what the figures rest on, and the limits of that. */
static void print_limits(FILE *out, const struct span *span)
{
    const size_t sessions_n = span->comparison->samples.sessions_n;
    if (sessions_n < VTB_SESSIONS_MIN)
        fprintf(out, "No intervals and no verdicts: %zu session%s, and they take %d", sessions_n,
                vtb_plural((double)sessions_n, "", "s"), VTB_SESSIONS_MIN);
    else
        fprintf(out,
                "ns/op is the median of %zu sessions, and from where to where they varied; "
                "intervals, of 99 %%, are for another run",
                sessions_n);
    print_seen(out, span);
    fputs(".", out);
    print_state(out, span);
    print_busy(out, span);
    print_disagreement(out, span);
    print_warnings(out, span);
    putc('\n', out);
}

/* Hit rates that are farther apart are told of in words. */
#define RATES_MARGIN 0.005

/* Prints at which rates the calls hit that were timed, and those that were counted, where a cache
 * was warm for the ones and empty at first for the others. */
static void print_rates(FILE *out, const struct span *span)
{
    const struct vtb_counted *counted = &at(span, span->first)->counted;
    const double rate = vtb_per_op(counted, counted->hits_n);
    const double timed = span->comparison->timed_hit_rate;
    if (isnan(timed) || fabs(timed - rate) < RATES_MARGIN)
        return;
    fprintf(out,
            "The times are of a cache that is warm, in which %.5f of the calls hit; bytes and "
            "allocations were counted from an empty one on, in which %.5f did.\n",
            timed, rate);
}

/* Prints which table the sentences are about. */
static void print_table_name(FILE *out, const struct vtb_comparison *comparison,
                             const struct vtb_case *the_case)
{
    fprintf(out, "By the %s method, ", vtb_table_method(the_case));
    if (comparison->caller_ns)
        fprintf(out, "%zu caller%s, ", the_case->threads_n,
                vtb_plural((double)the_case->threads_n, "", "s"));
    fprintf(out, "%s %s:\n", the_case->guest ? "guest" : "heap", vtb_case_heap(the_case));
}

static void print_findings(FILE *out, const void *what)
{
    struct span span = *(const struct span *)what;
    const struct vtb_comparison *comparison = span.comparison;
    const struct vtb_point *point = comparison->point;
    for (; span.first < point->cases_n; span.first = span.end) {
        span.end = vtb_table_end(point, span.first);
        if (vtb_table_end(point, 0) < point->cases_n) /* there are several tables */
            print_table_name(out, comparison, &point->cases[span.first]);
        if (comparison->timed)
            print_time(out, &span);
        print_memory(out, &span);
        if (comparison->samples.faults_n)
            print_page_faults(out, &span);
        for (int variant = 0; comparison->timed && variant < 2; variant++)
            print_variations(out, &span, variant != 0);
        if (comparison->timed && point->cases[span.first].threads_n > 1)
            print_scaling(out, &span);
        if (vtb_heap_collects(point->cases[span.first].heap->heap))
            vtb_report_collections(out, comparison, span.first, span.end);
        if (span.calls_per_second > 0)
            print_volume(out, &span);
        if (comparison->timed && point->store)
            vtb_report_store(out, comparison, span.first, span.end);
        if (comparison->timed)
            print_rates(out, &span);
        if (comparison->timed)
            print_limits(out, &span);
    }
}

void vtb_report_findings(FILE *out, const struct vtb_comparison *comparison,
                         const struct vtb_results *results)
{
    const struct span span = {.comparison = comparison,
                              .calls_per_second = results->plan->calls_per_second,
                              .quiet_ns = results->quiet_ns,
                              .processors_n = vtb_processors_usable(&results->machine.processors)};
    vtb_print_wrapped_by(out, print_findings, &span, VTB_LINE_WIDTH);
}
