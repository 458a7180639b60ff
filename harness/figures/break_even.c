#include "figures/break_even.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <vtb/workload.h>

const char *const vtb_curve_words[] = {"crosses", "below", "above", "undecided"};

/* --- one curve --- */

/* Where x spans so large a ratio, lines are straight over log x. */
#define LOG_RANGE_MIN 16

/* A curve that is compared with a level, by the band between its lo and hi, or by its median
 * alone. */
struct band {
    const struct vtb_curve_point *points;
    size_t n;
    double level;
    bool log_axis;
    bool median_alone;
};

/* A range of x in which a band lies wholly on one side of the level. */
struct stretch {
    double from;
    double to;
    bool below;
    bool has_gap; /* part of the range is undecided */
};

/* A walk along a band, line by line; of each line it visits first the side of the level on which
 * the line begins. */
struct walk {
    const struct band *band;
    size_t step; /* two for each of the band's n - 1 lines */
    bool has_piece;
    struct stretch piece; /* the piece that the walk has come to */
};

static int compare_points(const void *left, const void *right)
{
    const double a = ((const struct vtb_curve_point *)left)->x;
    const double b = ((const struct vtb_curve_point *)right)->x;
    return (a > b) - (a < b);
}

/* Sorts the points, without those that are not known or share an x with another. Returns how many
 * are left. */
static size_t arrange(struct vtb_curve_point *points, size_t n)
{
    size_t known_n = 0;
    size_t kept_n = 0;
    for (size_t i = 0; i < n; i++) {
        const struct vtb_curve_point point = points[i];
        if (isfinite(point.x) && isfinite(point.median) && isfinite(point.lo) && isfinite(point.hi))
            points[known_n++] = point;
    }
    if (known_n > 1)
        qsort(points, known_n, sizeof *points, compare_points);
    for (size_t i = 0; i < known_n; i++) {
        if (kept_n == 0 || points[i].x > points[kept_n - 1].x)
            points[kept_n++] = points[i];
    }
    return kept_n;
}

/* How far the band's upper or lower edge is above the level at a point. */
static double edge(const struct band *band, size_t i, bool upper)
{
    const struct vtb_curve_point *point = &band->points[i];
    const double outer = upper ? point->hi : point->lo;
    return (band->median_alone ? point->median : outer) - band->level;
}

/* The x at a share of the way from point i to the next; at either end exactly the point's own. */
static double x_on_line(const struct band *band, size_t i, double share)
{
    const double from = band->points[i].x;
    const double to = band->points[i + 1].x;
    if (share <= 0 || share >= 1)
        return share <= 0 ? from : to;
    return band->log_axis ? from * pow(to / from, share) : from + (to - from) * share;
}

static double middle(const struct band *band, double from, double to)
{
    if (from == to)
        return from;
    return band->log_axis ? sqrt(from) * sqrt(to) : (from + to) / 2;
}

/* The part of line i on which the band is below the level, or above it; false if there is none. */
static bool find_piece(const struct band *band, size_t i, bool below, struct stretch *piece)
{
    const double sign = below ? 1 : -1;
    const double first = sign * edge(band, i, below);
    const double second = sign * edge(band, i + 1, below);
    const double zero_at = first / (first - second); /* used if they differ in sign */
    if (first >= 0 && second >= 0)
        return false;
    *piece = (struct stretch){.from = x_on_line(band, i, first < 0 ? 0 : zero_at),
                              .to = x_on_line(band, i, second < 0 ? 1 : zero_at),
                              .below = below};
    return true;
}

static void next_piece(struct walk *walk)
{
    walk->has_piece = false;
    while (!walk->has_piece && walk->step + 2 < 2 * walk->band->n) {
        const size_t line = walk->step / 2;
        const bool begins_below = edge(walk->band, line, false) <= 0;
        walk->has_piece =
            find_piece(walk->band, line, begins_below == (walk->step % 2 == 0), &walk->piece);
        walk->step++;
    }
}

static struct walk start_walk(const struct band *band)
{
    struct walk walk = {.band = band};
    next_piece(&walk);
    return walk;
}

/* Joins pieces on the same side to the next stretch; false at the end of the band. */
static bool next_stretch(struct walk *walk, struct stretch *stretch)
{
    if (!walk->has_piece)
        return false;
    *stretch = walk->piece;
    for (next_piece(walk); walk->has_piece && walk->piece.below == stretch->below;
         next_piece(walk)) {
        stretch->has_gap |= walk->piece.from > stretch->to;
        stretch->to = walk->piece.to;
    }
    return true;
}

/* Counts the crossings of the median between lo and hi, and gives the place of the one whose number
 * is `wanted`. */
static size_t median_crossings(const struct band *band, double lo, double hi, size_t wanted,
                               double *at)
{
    const struct band median = {band->points, band->n, band->level, band->log_axis, true};
    struct walk walk = start_walk(&median);
    struct stretch before;
    struct stretch after;
    size_t n = 0;
    for (bool any = next_stretch(&walk, &before); any && next_stretch(&walk, &after);
         before = after) {
        const double x = middle(band, before.to, after.from);
        if (x < lo || x > hi)
            continue;
        if (n++ == wanted)
            *at = x;
    }
    return n;
}

/* Whether no point lies between lo and hi. */
static bool is_within_step(const struct band *band, double lo, double hi)
{
    for (size_t i = 0; i < band->n; i++) {
        if (band->points[i].x > lo && band->points[i].x < hi)
            return false;
    }
    return true;
}

static void add_crossing(struct vtb_crossings *crossings, const struct band *band,
                         const struct stretch *before, const struct stretch *after)
{
    struct vtb_crossing crossing = {.at = middle(band, before->to, after->from),
                                    .lo = before->to,
                                    .hi = after->from,
                                    .falls = after->below,
                                    .within_step = is_within_step(band, before->to, after->from)};
    const size_t n = median_crossings(band, crossing.lo, crossing.hi, 0, &crossing.at);
    if (n > 1)
        (void)median_crossings(band, crossing.lo, crossing.hi, n / 2, &crossing.at);
    if (crossings->n < VTB_CROSSINGS_MAX)
        crossings->items[crossings->n++] = crossing;
    else
        crossings->left_out_n++;
}

static bool is_undecided_at(const struct band *band, size_t i)
{
    return edge(band, i, false) <= 0 && edge(band, i, true) >= 0;
}

/* Whether a curve touches the level at a point within a stretch on one side of it. */
static bool touches(const struct band *band, const struct stretch *stretch)
{
    for (size_t i = 0; i < band->n; i++) {
        const double x = band->points[i].x;
        if (x > stretch->from && x < stretch->to && is_undecided_at(band, i))
            return true;
    }
    return false;
}

static void walk_along(struct vtb_crossings *crossings, const struct band *band)
{
    struct walk walk = start_walk(band);
    struct stretch before;
    struct stretch after;
    if (!next_stretch(&walk, &before))
        return;
    crossings->verdict = before.below ? VTB_CURVE_BELOW : VTB_CURVE_ABOVE;
    crossings->has_gap = before.has_gap;
    crossings->undecided_to = is_undecided_at(band, 0) ? before.from : NAN;
    for (; next_stretch(&walk, &after); before = after) {
        add_crossing(crossings, band, &before, &after);
        crossings->verdict = VTB_CURVE_CROSSES;
        crossings->has_gap |= after.has_gap;
    }
    if (crossings->verdict != VTB_CURVE_CROSSES)
        crossings->has_gap |= touches(band, &before);
    crossings->undecided_from = is_undecided_at(band, band->n - 1) ? before.to : NAN;
}

void vtb_cross(struct vtb_crossings *crossings, const struct vtb_curve *curve, double level)
{
    struct band band = {.points = curve->points, .level = level};
    band.n = arrange(curve->points, curve->n);
    const double x_min = band.n > 0 ? band.points[0].x : NAN;
    const double x_max = band.n > 0 ? band.points[band.n - 1].x : NAN;
    band.log_axis = !curve->is_share && x_min > 0 && x_max / x_min >= LOG_RANGE_MIN;
    *crossings = (struct vtb_crossings){.verdict = VTB_CURVE_UNDECIDED,
                                        .undecided_to = x_max,
                                        .undecided_from = x_min,
                                        .log_axis = band.log_axis,
                                        .x_min = x_min,
                                        .x_max = x_max};
    walk_along(crossings, &band);
}

bool vtb_crossings_partial(const struct vtb_crossings *crossings)
{
    return crossings->has_gap || !isnan(crossings->undecided_to) ||
           !isnan(crossings->undecided_from);
}

/* --- parameters --- */

bool vtb_parameter_varies(const struct vtb_parameter *parameter,
                          const struct vtb_comparison *comparisons, size_t n)
{
    double found = NAN;
    for (size_t i = 0; i < n; i++) {
        const struct vtb_point *point = comparisons[i].point;
        for (size_t c = 0; c < point->cases_n; c++) {
            const double value = vtb_parameter_value(parameter, point, &point->cases[c]);
            if (isnan(found))
                found = value;
            if (!isnan(value) && value != found)
                return true;
        }
    }
    return false;
}

/* --- the curves of a run --- */

/* A table of a comparison, by its first case. */
struct place {
    const struct vtb_comparison *comparison;
    size_t first;
};

/* The state of the computation of all break-evens. */
struct work {
    struct vtb_break_evens *all;
    const struct vtb_numbers *min_gains;
    struct place *places; /* all tables of the run, in order */
    size_t places_n;
    uint64_t *digests;              /* of each place, along a parameter: see digest_of */
    bool *grouped;                  /* true for places that are part of a curve already */
    const struct place **members;   /* the places of the curve that is being made */
    struct vtb_curve_point *points; /* its points */
    size_t members_n;
};

static const struct vtb_case *case_at(const struct place *place)
{
    return &place->comparison->point->cases[place->first];
}

static double value_at(const struct vtb_parameter *parameter, const struct place *place)
{
    return vtb_parameter_value(parameter, place->comparison->point, case_at(place));
}

static bool is_same(double a, double b)
{
    return a == b || (isnan(a) && isnan(b));
}

/* Whether two tables are points of the same curves along a parameter. */
static bool agree(const struct place *a, const struct place *b,
                  const struct vtb_parameter *parameter)
{
    const struct vtb_point *point = a->comparison->point;
    const struct vtb_point *other = b->comparison->point;
    if (a->comparison->consumer != b->comparison->consumer || point->cold != other->cold ||
        case_at(a)->heap != case_at(b)->heap || case_at(a)->method != case_at(b)->method ||
        (!parameter->of_workload && point->workload != other->workload))
        return false;
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        if (each != parameter && !is_same(value_at(each, a), value_at(each, b)))
            return false;
    }
    return true;
}

/* A digest of the values of all parameters but one. Tables that agree have the same, which is found
 * out sooner: of thousands of tables most do not. */
static uint64_t digest_of(const struct place *place, const struct vtb_parameter *parameter)
{
    uint64_t digest = 0;
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const double value = each == parameter ? NAN : value_at(each, place) + 0.0; /* no -0 */
        uint64_t bits = 0;
        if (!isnan(value))
            memcpy(&bits, &value, sizeof bits);
        digest = vtb_mix64(digest ^ bits);
    }
    return digest;
}

/* Whether the curve has a point at an x already. On a heap to which a parameter means nothing, the
 * same point may be there several times. */
static bool has_member_at(const struct work *work, const struct vtb_parameter *parameter, double x)
{
    for (size_t i = 0; i < work->members_n; i++) {
        if (value_at(parameter, work->members[i]) == x)
            return true;
    }
    return false;
}

/* Gathers the places of the curve that the i-th place begins. */
static void gather(struct work *work, const struct vtb_parameter *parameter, size_t i)
{
    const struct place *first = &work->places[i];
    const uint64_t digest = work->digests[i];
    work->members_n = 0;
    for (; i < work->places_n; i++) {
        if (work->digests[i] != digest || work->grouped[i])
            continue;
        const double x = value_at(parameter, &work->places[i]);
        if (isnan(x) || !agree(first, &work->places[i], parameter))
            continue;
        work->grouped[i] = true;
        if (!has_member_at(work, parameter, x))
            work->members[work->members_n++] = &work->places[i];
    }
}

/* The figures of a strategy in a table; null if the strategy is left out there. */
static const struct vtb_figures *find_figures(const struct place *place, const char *strategy)
{
    const struct vtb_point *point = place->comparison->point;
    for (size_t i = place->first; i < vtb_table_end(point, place->first); i++) {
        if (strcmp(point->cases[i].timing->name, strategy) == 0)
            return &place->comparison->figures[i];
    }
    return NULL;
}

/* The point of a curve of ratios, of which there are `points_n`: its interval holds together with
 * all others of the curve. */
static struct vtb_curve_point ratio_point(const struct vtb_figures *figures, double mean_square,
                                          size_t points_n)
{
    const struct vtb_pooled pooled = vtb_pool_shrunk(&figures->log_ratio, mean_square);
    const struct vtb_interval logs = vtb_pooled_interval(&pooled, points_n);
    return (struct vtb_curve_point){
        .median = exp(logs.median), .lo = exp(logs.lo), .hi = exp(logs.hi)};
}

static double bytes_per_op(const struct vtb_figures *figures)
{
    return vtb_per_op(&figures->counted, figures->counted.counts.requested_bytes);
}

/* The point of a curve of bytes: their difference to the baseline's. Along a hit rate bytes are
 * straight lines, and so is the difference, while a ratio is not; and where the baseline takes no
 * bytes there is no ratio. */
static struct vtb_curve_point bytes_point(const struct vtb_comparison *comparison,
                                          const struct vtb_figures *figures)
{
    const struct vtb_figures *baseline = &comparison->figures[figures->the_case->baseline];
    const double more = bytes_per_op(figures) - bytes_per_op(baseline);
    return (struct vtb_curve_point){.median = more, .lo = more, .hi = more};
}

/* The state of the machine of which a curve's ratios are: that of most of its tables, as one curve
 * must not have points of two states. */
static enum vtb_state state_of(const struct work *work)
{
    size_t tables_n[VTB_STATE_ANY + 1] = {0};
    enum vtb_state most = VTB_STATE_QUIET;
    for (size_t i = 0; i < work->members_n; i++)
        tables_n[work->members[i]->comparison->state]++;
    for (int state = 0; state <= VTB_STATE_ANY; state++)
        most = tables_n[state] > tables_n[most] ? (enum vtb_state)state : most;
    return most;
}

/* The mean, over the points of a curve, of how far its sessions are apart. */
static double mean_square_of(const struct work *work, const char *strategy, enum vtb_state state)
{
    double sum = 0;
    size_t n = 0;
    for (size_t i = 0; i < work->members_n; i++) {
        const struct vtb_figures *figures = find_figures(work->members[i], strategy);
        if (!figures || isnan(figures->log_ratio.square) ||
            work->members[i]->comparison->state != state)
            continue;
        sum += figures->log_ratio.square;
        n++;
    }
    return n > 0 ? sum / (double)n : 0;
}

static void fill_curve(struct work *work, struct vtb_curve *curve,
                       const struct vtb_break_even *entry)
{
    const char *strategy = entry->first->point->cases[entry->case_index].timing->name;
    const enum vtb_state state = state_of(work);
    const double mean_square = mean_square_of(work, strategy, state);
    *curve = (struct vtb_curve){.points = work->points, .is_share = entry->parameter->is_share};
    for (size_t i = 0; i < work->members_n; i++) {
        const struct place *place = work->members[i];
        const struct vtb_figures *figures = find_figures(place, strategy);
        const bool is_time = entry->metric == VTB_BREAK_EVEN_RATIO;
        if (!figures || (is_time && place->comparison->state != state))
            continue;
        struct vtb_curve_point *point = &curve->points[curve->n++];
        *point = is_time ? ratio_point(figures, mean_square, work->members_n)
                         : bytes_point(place->comparison, figures);
        point->x = value_at(entry->parameter, place);
    }
}

static bool add_entry(struct work *work, struct vtb_break_even entry, struct vtb_error *error)
{
    struct vtb_break_evens *all = work->all;
    struct vtb_curve curve;
    if (all->n == all->room_n) {
        const size_t room_n = all->room_n * 2 + 64;
        struct vtb_break_even *items = realloc(all->items, room_n * sizeof *items);
        if (!items)
            return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for %zu break-evens", room_n);
        all->items = items;
        all->room_n = room_n;
    }
    fill_curve(work, &curve, &entry);
    vtb_cross(&entry.crossings, &curve,
              entry.metric == VTB_BREAK_EVEN_RATIO ? 1 - entry.min_gain_percent / 100 : 0);
    all->items[all->n++] = entry;
    return true;
}

/* Adds the entries of one strategy: its curves, each against its levels. */
static bool add_entries(struct work *work, struct vtb_break_even entry, struct vtb_error *error)
{
    const struct vtb_comparison *comparison = entry.first;
    bool ok = !comparison->timed || add_entry(work, entry, error);
    for (size_t i = 0; ok && comparison->timed && i < work->min_gains->n; i++) {
        entry.min_gain_percent = work->min_gains->values[i];
        ok = add_entry(work, entry, error);
    }
    entry.min_gain_percent = 0;
    entry.metric = VTB_BREAK_EVEN_BYTES;
    if (comparison == work->all->comparisons || comparison[-1].point != comparison->point)
        ok = ok && add_entry(work, entry, error);
    return ok;
}

/* Adds the curves of every strategy of the gathered tables. */
static bool add_curves(struct work *work, const struct vtb_parameter *parameter,
                       struct vtb_error *error)
{
    const struct place *place = work->members[0];
    const struct vtb_point *point = place->comparison->point;
    bool ok = true;
    for (size_t i = place->first; ok && i < vtb_table_end(point, place->first); i++) {
        const struct vtb_case *the_case = &point->cases[i];
        if (i == the_case->empty || i == the_case->floor || i == the_case->baseline)
            continue;
        ok = add_entries(work,
                         (struct vtb_break_even){.parameter = parameter,
                                                 .first = place->comparison,
                                                 .table = place->first,
                                                 .case_index = i},
                         error);
    }
    return ok;
}

static bool work_along(struct work *work, const struct vtb_parameter *parameter,
                       struct vtb_error *error)
{
    bool ok = true;
    memset(work->grouped, 0, work->places_n * sizeof *work->grouped);
    for (size_t i = 0; i < work->places_n; i++)
        work->digests[i] = digest_of(&work->places[i], parameter);
    for (size_t i = 0; ok && i < work->places_n; i++) {
        if (work->grouped[i])
            continue;
        gather(work, parameter, i);
        if (work->members_n > 1)
            ok = add_curves(work, parameter, error);
    }
    return ok;
}

/* Counts all tables, and lists them in work->places if that is not null. */
static void list_places(struct work *work)
{
    work->places_n = 0;
    for (size_t i = 0; i < work->all->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &work->all->comparisons[i];
        const struct vtb_point *point = comparison->point;
        for (size_t first = 0; first < point->cases_n; first = vtb_table_end(point, first)) {
            if (work->places)
                work->places[work->places_n] = (struct place){comparison, first};
            work->places_n++;
        }
    }
}

static bool open_work(struct work *work, struct vtb_error *error)
{
    list_places(work);
    const size_t n = work->places_n + 1; /* calloc(0) may give null */
    work->places = calloc(n, sizeof *work->places);
    work->digests = calloc(n, sizeof *work->digests);
    work->grouped = calloc(n, sizeof *work->grouped);
    work->members = calloc(n, sizeof *work->members);
    work->points = calloc(n, sizeof *work->points);
    if (!work->places || !work->digests || !work->grouped || !work->members || !work->points)
        return vtb_fail(error, VTB_EXIT_INTERNAL, "no memory for curves of %zu tables", n);
    list_places(work);
    return true;
}

static void close_work(struct work *work)
{
    free(work->places);
    free(work->digests);
    free(work->grouped);
    free(work->members);
    free(work->points);
}

bool vtb_break_evens_make(struct vtb_break_evens *all, const struct vtb_comparison *comparisons,
                          size_t n, const struct vtb_numbers *min_gains, struct vtb_error *error)
{
    static const struct vtb_numbers usual = {.values = {VTB_MIN_GAIN_PERCENT}, .n = 1};
    *all = (struct vtb_break_evens){.comparisons = comparisons, .comparisons_n = n};
    struct work work = {.all = all, .min_gains = min_gains->n > 0 ? min_gains : &usual};
    bool ok = open_work(&work, error);
    for (const struct vtb_parameter *each = vtb_parameters; ok && each->word; each++) {
        if (vtb_parameter_varies(each, comparisons, n))
            ok = work_along(&work, each, error);
    }
    close_work(&work);
    if (!ok)
        vtb_break_evens_free(all);
    return ok;
}

void vtb_break_evens_free(struct vtb_break_evens *all)
{
    free(all->items);
    *all = (struct vtb_break_evens){0};
}

const struct vtb_case *vtb_break_even_case(const struct vtb_break_even *entry)
{
    return &entry->first->point->cases[entry->case_index];
}

const char *vtb_break_even_strategy(const struct vtb_break_even *entry)
{
    return vtb_break_even_case(entry)->timing->name;
}

const char *vtb_break_even_baseline(const struct vtb_break_even *entry)
{
    return entry->first->point->cases[vtb_break_even_case(entry)->baseline].timing->name;
}
