#include "gate/history.h"

#include <math.h>
#include <search.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/dates.h"
#include "base/prose.h"
#include "base/shown.h"
#include "figures/change_points.h"
#include "gate/compare.h"
#include "gate/result_file.h"
#include "plan/metrics.h"
#include "plan/shard.h"

#define WHAT "a history"

/* --- texts --- */

static int compare_texts(const void *a, const void *b)
{
    return strcmp(a, b);
}

/* The history's own copy of a text, shown: one for all that are the same. */
static const char *keep_text(struct vtb_history *history, const char *text)
{
    char *const *known = tfind(text, &history->texts, compare_texts);
    if (known) /* which is shown, and so then is the text */
        return *known;
    char *copy = vtb_shown_copy(text);
    if (!copy)
        vtb_no_memory(strlen(text), WHAT);
    char **found = tsearch(copy, &history->texts, compare_texts);
    if (!found)
        vtb_no_memory(strlen(text), WHAT);
    if (*found != copy)
        free(copy);
    return *found;
}

static const char *text_of(const json_t *line, const char *key)
{
    const char *text = json_string_value(json_object_get(line, key));
    return text && *text ? text : "unknown";
}

/* A text of the user's own; "": there is none. */
static const char *tag_of(const json_t *line)
{
    const char *tag = json_string_value(json_object_get(line, "tag"));
    return tag ? tag : "";
}

/* --- figures --- */

/* Compares by the places of texts, of which there is one each. */
static int compare_places(const void *a, const void *b)
{
    return (a > b) - (a < b);
}

static int compare_figures(const void *a, const void *b)
{
    const struct vtb_history_figure *left = a;
    const struct vtb_history_figure *right = b;
    const void *const pairs[][2] = {{left->name, right->name},
                                    {left->key, right->key},
                                    {left->machine, right->machine},
                                    {left->toolchain, right->toolchain},
                                    {left->conditions, right->conditions}};
    int order = 0;
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs && order == 0; i++)
        order = compare_places(pairs[i][0], pairs[i][1]);
    return order;
}

/* The figure that is as this one, which is added if it is not there. */
static struct vtb_history_figure *find_figure(struct vtb_history *history,
                                              const struct vtb_history_figure *wanted)
{
    struct vtb_history_figure *const *found =
        tfind(wanted, &history->by_conditions, compare_figures);
    if (found)
        return *found;
    struct vtb_history_figure *figure = vtb_allocate(1, sizeof *figure, WHAT);
    *figure = *wanted;
    if (!tsearch(figure, &history->by_conditions, compare_figures))
        vtb_no_memory(sizeof *figure, WHAT);
    history->figures =
        vtb_reallocate(history->figures, history->figures_n + 1, sizeof *history->figures, WHAT);
    return history->figures[history->figures_n++] = figure;
}

/* Adds a point to a figure, whose room doubles. */
static void add_point(struct vtb_history *history, const struct vtb_history_figure *wanted,
                      const struct vtb_history_point *point)
{
    struct vtb_history_figure *figure = find_figure(history, wanted);
    const size_t n = figure->points_n;
    if ((n & (n - 1)) == 0)
        figure->points =
            vtb_reallocate(figure->points, n > 0 ? 2 * n : 1, sizeof *figure->points, WHAT);
    figure->points[figure->points_n++] = *point;
}

/* A line that is being added, and one of its rows. */
struct line {
    struct vtb_history *history;
    const json_t *json;
    const char *machine;
    const char *toolchain;
    const char *baseline;
    const char *seed;
    const char *name;
    const json_t *row;
};

/* A number of the row; NaN: it has none, or one that no figure can be. */
static double number_of(const struct line *line, const char *key)
{
    const json_t *value = json_object_get(line->row, key);
    const double number = json_is_number(value) ? json_number_value(value) : NAN;
    return isfinite(number) && number >= 0 ? number : NAN;
}

static bool is_meant(const struct vtb_names *names, const char *word)
{
    return names->n == 0 || vtb_names_have(names, word);
}

/* Adds the version of the guest that a row is of, if it is of any. */
static void append_guest(char *text, size_t text_bytes, const struct line *line)
{
    if (json_object_get(line->row, "guest"))
        vtb_append_item(text, text_bytes, "guest %.100s", text_of(line->row, "guest"));
}

/* Writes what a figure depends on that follows from neither code nor toolchain: what keys are drawn
 * from, of collections the budgets, and a guest's version. */
static const char *exact_conditions(const struct line *line, const struct vtb_gate_metric *metric)
{
    char text[300] = "";
    if (strcmp(line->seed, "1") != 0 && strcmp(line->seed, "unknown") != 0)
        vtb_append_item(text, sizeof text, "seed %s", line->seed);
    for (const char *const *key = vtb_budget_keys; metric->of_budgets && *key; key++) {
        const double value = number_of(line, *key);
        if (!isnan(value))
            vtb_append_item(text, sizeof text, "%s %.15g", *key, value);
    }
    append_guest(text, sizeof text, line);
    return keep_text(line->history, text);
}

/* Adds the figures of a metric that the row has. Those of a toolchain that is not known are alike
 * in nothing. */
static void add_exact(const struct line *line, const struct vtb_gate_metric *metric)
{
    if (!is_meant(&line->history->metrics, metric->word) ||
        (metric->of_toolchain && !vtb_is_fingerprint(line->toolchain)))
        return;
    for (size_t i = 0; i < VTB_GATE_FIGURES_MAX && metric->keys[i]; i++) {
        const struct vtb_history_point point = {.result = line->history->results_n,
                                                .value = number_of(line, metric->keys[i]),
                                                .lo = NAN,
                                                .hi = NAN};
        const struct vtb_history_figure figure = {
            .name = line->name,
            .key = metric->keys[i],
            .metric = metric->word,
            .title = metric->titles[i],
            .kind = VTB_HISTORY_EXACT,
            .toolchain = metric->of_toolchain ? line->toolchain : NULL,
            .conditions = exact_conditions(line, metric),
        };
        if (!isnan(point.value))
            add_point(line->history, &figure, &point);
    }
}

/* Adds the ratio of times, unless it is that of the baseline to itself. */
static void add_ratio(const struct line *line)
{
    static const char key[] = "ratio";
    char text[200] = "";
    const struct vtb_history_point point = {.result = line->history->results_n,
                                            .value = number_of(line, key),
                                            .lo = number_of(line, "ratio_lo"),
                                            .hi = number_of(line, "ratio_hi")};
    const bool is_baseline = point.value == 1 && point.lo == 1 && point.hi == 1;
    if (!(point.value > 0) || is_baseline || !vtb_is_fingerprint(line->toolchain) ||
        !is_meant(&line->history->metrics, VTB_RATIO_WORD))
        return;
    vtb_append_item(text, sizeof text, "to %s", line->baseline);
    if (json_object_get(line->row, "state"))
        vtb_append_item(text, sizeof text, "%s", text_of(line->row, "state"));
    append_guest(text, sizeof text, line);
    const struct vtb_history_figure figure = {
        .name = line->name,
        .key = key,
        .metric = VTB_RATIO_WORD,
        .title = VTB_RATIO_WORD,
        .kind = VTB_HISTORY_RATIOS,
        .machine = line->machine,
        .toolchain = line->toolchain,
        .conditions = keep_text(line->history, text),
    };
    add_point(line->history, &figure, &point);
}

static bool is_of_strategies(const struct vtb_history *history, const char *name)
{
    size_t n;
    const char *strategy = vtb_name_strategy(name, &n);
    bool found = history->strategies.n == 0;
    for (size_t i = 0; i < history->strategies.n; i++) {
        const char *meant = history->strategies.items[i];
        found |= strlen(meant) == n && memcmp(meant, strategy, n) == 0;
    }
    return found;
}

static void add_row(const struct line *line)
{
    if (!is_of_strategies(line->history, line->name))
        return;
    for (const struct vtb_gate_metric *metric = vtb_gate_metrics; metric->word; metric++)
        add_exact(line, metric);
    add_ratio(line);
}

/* --- results --- */

static const char *keep_pair(struct vtb_history *history, const json_t *line, const char *first,
                             const char *second)
{
    char *pair = NULL;
    if (asprintf(&pair, "%s, %s", text_of(line, first), text_of(line, second)) < 0)
        vtb_no_memory(1, WHAT);
    const char *kept = keep_text(history, pair);
    free(pair);
    return kept;
}

static bool check_line(const struct vtb_history *history, const json_t *json, time_t *at,
                       struct vtb_error *error)
{
    const json_t *version = json_object_get(json, "history");
    if (!json_is_number(version))
        return vtb_fail(error, VTB_EXIT_USAGE, "it is no result of a history");
    if (json_number_value(version) > VTB_HISTORY_VERSION)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "it is of version %g of history files, and this program reads %d",
                        json_number_value(version), VTB_HISTORY_VERSION);
    if (!vtb_date_parse(text_of(json, "date"), at))
        return vtb_fail(error, VTB_EXIT_USAGE, "it has no date");
    if (!json_is_object(json_object_get(json, "rows")))
        return vtb_fail(error, VTB_EXIT_USAGE, "it has no rows");
    return history->results_n < VTB_HISTORY_RESULTS_MAX ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "there are more than %zu results; leave out the first by --since DATE",
                    VTB_HISTORY_RESULTS_MAX);
}

/* A digest of what a line says, however its numbers are written and its rows are ordered. */
static uint64_t digest_of(const json_t *line, time_t at)
{
    static const char *const facts[] = {"revision",  "tag", "version", "host",    "cpu",
                                        "toolchain", "isa", "seed",    "baseline"};
    uint64_t digest = (uint64_t)at;
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++)
        digest = vtb_shard_digest(digest, text_of(line, facts[i]));
    char *rows = json_dumps(json_object_get(line, "rows"),
                            JSON_COMPACT | JSON_SORT_KEYS | JSON_REAL_PRECISION(15));
    if (!rows)
        vtb_no_memory(1, WHAT);
    digest = vtb_shard_digest(digest, rows);
    free(rows);
    return digest;
}

static bool is_there(const struct vtb_history *history, uint64_t digest)
{
    for (size_t i = 0; i < history->results_n; i++) {
        if (history->results[i].digest == digest)
            return true;
    }
    return false;
}

bool vtb_history_add(struct vtb_history *history, const json_t *json, struct vtb_error *error)
{
    time_t at;
    char date[VTB_DATE_BYTES];
    const char *name;
    json_t *row;
    if (!check_line(history, json, &at, error))
        return false;
    if (at < history->since)
        return true;
    const uint64_t digest = digest_of(json, at);
    if (is_there(history, digest)) {
        history->repeated_n++;
        return true;
    }
    struct line line = {.history = history, .json = json};
    line.machine = keep_pair(history, json, "host", "cpu");
    line.toolchain = keep_pair(history, json, "toolchain", "isa");
    line.baseline = text_of(json, "baseline");
    line.seed = text_of(json, "seed");
    json_object_foreach((json_t *)json_object_get(json, "rows"), name, row)
    {
        line.name = keep_text(history, name);
        line.row = row;
        add_row(&line);
    }
    history->results =
        vtb_reallocate(history->results, history->results_n + 1, sizeof *history->results, WHAT);
    history->results[history->results_n++] =
        (struct vtb_history_result){.at = at,
                                    .date = keep_text(history, vtb_date_text(date, at)),
                                    .revision = keep_text(history, text_of(json, "revision")),
                                    .tag = keep_text(history, tag_of(json)),
                                    .version = keep_text(history, text_of(json, "version")),
                                    .machine = line.machine,
                                    .digest = digest};
    return true;
}

void vtb_history_free(struct vtb_history *history)
{
    for (size_t i = 0; i < history->figures_n; i++) {
        free(history->figures[i]->points);
        free(history->figures[i]->changes);
        (void)tdelete(history->figures[i], &history->by_conditions, compare_figures);
        free(history->figures[i]);
    }
    tdestroy(history->texts, free);
    free(history->figures);
    free(history->results);
    *history = (struct vtb_history){0};
}

/* --- the order of time --- */

/* A result and where it stood. */
struct placed {
    struct vtb_history_result result;
    size_t place;
};

static int compare_placed(const void *a, const void *b)
{
    const struct placed *left = a;
    const struct placed *right = b;
    if (left->result.at != right->result.at)
        return left->result.at < right->result.at ? -1 : 1;
    return left->place < right->place ? -1 : 1;
}

static int compare_points(const void *a, const void *b)
{
    const struct vtb_history_point *left = a;
    const struct vtb_history_point *right = b;
    return (left->result > right->result) - (left->result < right->result);
}

/* Sorts the results by their dates, those of one date as they were read; and all points
 * likewise. */
static void sort(struct vtb_history *history)
{
    struct placed *placed = vtb_allocate(history->results_n, sizeof *placed, WHAT);
    size_t *places = vtb_allocate(history->results_n, sizeof *places, WHAT);
    for (size_t i = 0; i < history->results_n; i++)
        placed[i] = (struct placed){history->results[i], i};
    qsort(placed, history->results_n, sizeof *placed, compare_placed);
    for (size_t i = 0; i < history->results_n; i++) {
        history->results[i] = placed[i].result;
        places[placed[i].place] = i;
    }
    for (size_t i = 0; i < history->figures_n; i++) {
        struct vtb_history_figure *figure = history->figures[i];
        for (size_t k = 0; k < figure->points_n; k++)
            figure->points[k].result = places[figure->points[k].result];
        qsort(figure->points, figure->points_n, sizeof *figure->points, compare_points);
    }
    free(placed);
    free(places);
}

/* --- changes --- */

static struct vtb_history_change *next_change(struct vtb_history_figure *figure)
{
    figure->changes =
        vtb_reallocate(figure->changes, figure->changes_n + 1, sizeof *figure->changes, WHAT);
    return &figure->changes[figure->changes_n++];
}

/* Of exact figures every step is a change. */
static void find_steps(struct vtb_history_figure *figure)
{
    const struct vtb_history_point *points = figure->points;
    for (size_t i = 1; i < figure->points_n; i++) {
        if (points[i].value != points[i - 1].value)
            *next_change(figure) = (struct vtb_history_change){.at = i,
                                                               .from = i,
                                                               .to = i,
                                                               .before = points[i - 1].value,
                                                               .after = points[i].value,
                                                               .p = NAN,
                                                               .sure = 1};
    }
}

bool vtb_history_is_same_revision(const struct vtb_history_result *a,
                                  const struct vtb_history_result *b)
{
    return a->revision == b->revision && a->tag == b->tag && strcmp(a->revision, "unknown") != 0;
}

static bool is_same_revision(const struct vtb_history *history,
                             const struct vtb_history_figure *figure, size_t i, size_t other)
{
    return vtb_history_is_same_revision(&history->results[figure->points[i].result],
                                        &history->results[figure->points[other].result]);
}

/* Whether a point is the first of its revision's. */
static bool begins_revision(const struct vtb_history *history,
                            const struct vtb_history_figure *figure, size_t i)
{
    return !is_same_revision(history, figure, i - 1, i);
}

/* Finds the range in which a change is in 99 of 100, by the shares of n places from `first` on. */
static void set_range(struct vtb_history_change *change, const double *shares, size_t first,
                      size_t n)
{
    const double tail = VTB_CHANGE_LEVEL / 2;
    double below = 0;
    change->from = first + n - 1;
    change->to = first;
    for (size_t i = 0; i < n; i++) {
        const bool is_within = below + shares[i] > tail && below < 1 - tail && shares[i] > 0;
        below += shares[i];
        if (is_within && first + i < change->from)
            change->from = first + i;
        if (is_within)
            change->to = first + i;
    }
}

/* Leaves a change only the places at which a revision begins; false, and nothing is done, if it is
 * hardly at one of these. */
static bool keep_revisions(const struct vtb_history *history,
                           const struct vtb_history_figure *figure, double *shares, size_t first,
                           size_t n)
{
    const double least = 0.05;
    double sum = 0;
    for (size_t i = 1; i < n; i++)
        sum += begins_revision(history, figure, first + i) ? shares[i] : 0;
    if (sum < least)
        return false;
    for (size_t i = 1; i < n; i++)
        shares[i] = begins_revision(history, figure, first + i) ? shares[i] / sum : 0;
    return true;
}

/* The likeliest of n places, which leaves enough points on either side. */
static size_t likeliest(const double *shares, size_t n)
{
    size_t best = VTB_CHANGE_VALUES_MIN;
    for (size_t i = best; i + VTB_CHANGE_VALUES_MIN <= n; i++)
        best = shares[i] > shares[best] ? i : best;
    return best;
}

/* Tells how sure the place of a change is, by the shares of n places from `first` on. What a commit
 * changed changes with the first result of a revision: if it may be one of these, it is, and no
 * later result of the same revision. Else it was no commit. */
static void place_change(const struct vtb_history *history, const struct vtb_history_figure *figure,
                         struct vtb_history_change *change, double *shares, size_t first, size_t n)
{
    const bool begins = keep_revisions(history, figure, shares, first, n);
    change->sure = 0;
    set_range(change, shares, first, n);
    if (begins) {
        const size_t best = likeliest(shares, n);
        if (!begins_revision(history, figure, change->at) && shares[best] > 0)
            change->at = first + best;
        change->sure = fmin(1, shares[change->at - first]);
        return;
    }
    for (size_t i = 0; i < n; i++)
        change->sure += is_same_revision(history, figure, first + i, change->at) ? shares[i] : 0;
    change->sure = fmin(1, change->sure);
}

/* Takes over the changes of a ratio's logarithms. */
static void take_changes(const struct vtb_history *history, struct vtb_history_figure *figure,
                         const struct vtb_course *course)
{
    double *shares = vtb_allocate(course->n, sizeof *shares, WHAT);
    for (size_t i = 0; i < course->changes_n; i++) {
        const struct vtb_change *own = &course->changes[i];
        const size_t first = i > 0 ? figure->changes[i - 1].at : 0;
        const size_t end = i + 1 < course->changes_n ? own[1].at : course->n;
        struct vtb_history_change *change = next_change(figure);
        *change = (struct vtb_history_change){
            .at = own->at, .before = exp(own->before), .after = exp(own->after), .p = own->p};
        vtb_change_shares(shares, course->values + first, end - first);
        place_change(history, figure, change, shares, first, end - first);
    }
    free(shares);
}

/* Finds the changes of all ratios, which are one family of tests. */
static void find_changes(struct vtb_history *history)
{
    struct vtb_course *courses = vtb_allocate(history->figures_n, sizeof *courses, WHAT);
    double **values = vtb_allocate(history->figures_n, sizeof *values, WHAT);
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        if (figure->kind == VTB_HISTORY_EXACT)
            continue;
        values[i] = vtb_allocate(figure->points_n, sizeof **values, WHAT);
        for (size_t k = 0; k < figure->points_n; k++)
            values[i][k] = log(figure->points[k].value);
        courses[i] = (struct vtb_course){.values = values[i], .n = figure->points_n};
    }
    vtb_change_points(courses, history->figures_n, log1p(VTB_HISTORY_CHANGE_MIN));
    for (size_t i = 0; i < history->figures_n; i++) {
        take_changes(history, history->figures[i], &courses[i]);
        free(courses[i].changes);
        free(values[i]);
    }
    free(values);
    free(courses);
}

void vtb_history_find(struct vtb_history *history)
{
    sort(history);
    for (size_t i = 0; i < history->figures_n; i++) {
        if (history->figures[i]->kind == VTB_HISTORY_EXACT)
            find_steps(history->figures[i]);
    }
    find_changes(history);
}

size_t vtb_history_least(size_t n)
{
    return vtb_change_least(n);
}

bool vtb_history_has_changes(const struct vtb_history *history)
{
    for (size_t i = 0; i < history->figures_n; i++) {
        if (history->figures[i]->changes_n > 0)
            return true;
    }
    return false;
}

bool vtb_history_is_worse(const struct vtb_history_change *change)
{
    return change->after > change->before;
}
