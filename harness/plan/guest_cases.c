#include "plan/guest_cases.h"

#include <ctype.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

/* --- the guests --- */

static const char guests_of_a_plan[] = "the guests of a plan";

/* What a guest's collector is taken to be; none of its functions is ever called. */
static const struct vtb_collector collector = {
    .moves = true,
    .generations_n = VTB_GENERATIONS_MAX,
    .has_budget = true,
};

static const struct vtb_heap heap = {
    .summary = "the memory of a guest",
    .collector = &collector,
};

/* Whether a name can stand in the names of cases, and in a table's title. */
static bool is_plain(const char *name)
{
    size_t n = 0;
    while (isalnum((unsigned char)name[n]) || (name[n] && strchr("-_.+#", name[n])))
        n++;
    return n > 0 && n < VTB_GUEST_NAME_BYTES && name[n] == '\0';
}

static void set_name(struct vtb_plan_guest *guest, const char *name)
{
    (void)snprintf(guest->name, sizeof guest->name, "%.31s", name);
    (void)snprintf(guest->title, sizeof guest->title, "%.31s", name);
    guest->heap = (struct vtb_heap_entry){guest->name, &heap};
}

/* A guest is called by the last part of its folder's path, as its program is. */
static bool name_guest(struct vtb_plan_guest *guest, const char *asked, struct vtb_error *error)
{
    char path[PATH_MAX];
    const char *whole = strchr(asked, '/') && realpath(asked, path) ? path : asked;
    const char *slash = strrchr(whole, '/');
    const char *name = slash ? slash + 1 : whole;
    if (!is_plain(name))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--guest: '%.300s': accepted: the name of a guest, or the path of a "
                        "folder, whose name is of up to %d letters, digits, -, _, ., + and #",
                        asked, VTB_GUEST_NAME_BYTES - 1);
    if (vtb_find_heap(name))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--guest: '%.300s' has the name of a heap; give its folder another", asked);
    set_name(guest, name);
    guest->asked = asked;
    return true;
}

static const struct vtb_plan_guest *find_guest(const struct vtb_plan *plan, const char *name)
{
    for (size_t i = 0; i < plan->guests_n; i++) {
        if (strcmp(plan->guests[i].name, name) == 0)
            return &plan->guests[i];
    }
    return NULL;
}

static bool check_run(const struct vtb_options *options, struct vtb_error *error)
{
    const size_t n = options->guests.n;
    if (n > VTB_GUESTS_MAX)
        return vtb_fail(error, VTB_EXIT_USAGE, "--guest: %zu guests; accepted: up to %d", n,
                        VTB_GUESTS_MAX);
    return n == 0 || !options->save_baseline ||
           vtb_fail(error, VTB_EXIT_USAGE,
                    "--save-baseline: '%.300s': `gate` runs no guests, so a baseline has none; "
                    "leave --guest out",
                    options->save_baseline);
}

bool vtb_guest_cases_open(struct vtb_plan *plan, const struct vtb_options *options,
                          struct vtb_error *error)
{
    const struct vtb_names *asked = &options->guests;
    if (asked->n == 0 || !check_run(options, error))
        return asked->n == 0;
    plan->guests = vtb_allocate(asked->n, sizeof *plan->guests, guests_of_a_plan);
    for (size_t i = 0; i < asked->n; i++) {
        struct vtb_plan_guest *guest = &plan->guests[i];
        guest->number = i;
        if (!name_guest(guest, asked->items[i], error))
            return false;
        if (find_guest(plan, guest->name))
            return vtb_fail(error, VTB_EXIT_USAGE,
                            "--guest: '%.300s': a guest of that name stands there already",
                            asked->items[i]);
        plan->guests_n++;
    }
    return true;
}

void vtb_guest_cases_title(struct vtb_plan_guest *guest, const char *version)
{
    (void)snprintf(guest->title, sizeof guest->title, "%.31s %.30s", guest->name, version);
}

const struct vtb_plan_guest *vtb_guest_cases_recorded(struct vtb_plan *plan, const char *name,
                                                      const char *version)
{
    const struct vtb_plan_guest *known = find_guest(plan, name);
    if (known || !is_plain(name) || plan->guests_n == VTB_GUESTS_MAX)
        return known;
    if (!plan->guests)
        plan->guests = vtb_allocate(VTB_GUESTS_MAX, sizeof *plan->guests, guests_of_a_plan);
    struct vtb_plan_guest *guest = &plan->guests[plan->guests_n];
    guest->number = plan->guests_n++;
    set_name(guest, name);
    vtb_guest_cases_title(guest, version);
    return guest;
}

/* --- what they can --- */

const char *vtb_guest_cases_hindrance(const struct vtb_point *point,
                                      const struct vtb_options *options)
{
    const struct {
        bool is_so;
        const char *reason;
    } hindrances[] = {
        {options->consumer != VTB_CONSUMER_INDEPENDENT,
         "guests make independent lookups alone; leave --consumer out"},
        {options->parameters[VTB_P(threads)].n > 0, "guests have one caller; leave --threads out"},
        {options->live_heap_bytes >= 0,
         "in a guest's heap its table lives, and nothing else; leave --live-heap out"},
        {point->hits.emerge, "guests have no cache from whose content hits emerge"},
        {point->hits.trace != NULL, "guests have no recorded keys; leave --trace out"},
        {point->cold, "guests are timed in a steady state; take more --calls"},
        {point->store != NULL, "guests ask no store; leave --store out"},
        {point->completer, "guests complete their own operations; leave --completer out"},
        {point->abstract, "guests have no service behind an interface; leave --abstraction out"},
        {point->concurrent_table, "guests have tables of their own; leave --table out"},
        {point->force_async, "guests suspend on a miss alone; leave --force-async out"},
        {point->failure_rate > 0, "the store of guests never fails; leave --failure-rate out"},
        {point->pollute_bytes > 0, "guests touch no other memory; leave --pollute out"},
    };
    for (size_t i = 0; i < sizeof hindrances / sizeof *hindrances; i++) {
        if (hindrances[i].is_so)
            return hindrances[i].reason;
    }
    return NULL;
}

const char *const *vtb_guest_cases_names(const char *strategy, enum vtb_method method)
{
    const struct vtb_strategy *found = vtb_find_strategy(strategy);
    const char *const *const names[VTB_METHODS_N] = {
        [VTB_METHOD_DIRECT] = found->guest,
        [VTB_METHOD_ASYNC] = found->guest_async,
        [VTB_METHOD_RUNTIME] = found->guest_runtime,
    };
    return names[method][0] && !strchr(strategy, '@') ? names[method] : NULL;
}

/* --- without some cases --- */

/* What is kept of a point. */
struct keeping {
    const struct vtb_point *whole;
    struct vtb_point *point;
    bool *kept;    /* of each of the whole point's cases */
    size_t *moved; /* likewise: its place, if it is kept; behind them: the number of those */
};

/* A case goes with what its figures are reckoned from. */
static void keep_pairs(const struct keeping *keeping)
{
    bool changed = true;
    while (changed) {
        changed = false;
        for (size_t i = 0; i < keeping->whole->cases_n; i++) {
            const struct vtb_case *the_case = &keeping->whole->cases[i];
            if (!keeping->kept[i] ||
                (keeping->kept[the_case->baseline] && keeping->kept[the_case->floor]))
                continue;
            keeping->kept[i] = false;
            changed = true;
        }
    }
}

static void place_cases(const struct keeping *keeping, size_t *places)
{
    struct vtb_point *point = keeping->point;
    const size_t all_n = keeping->whole->cases_n;
    for (size_t i = 0; i < all_n; i++) {
        keeping->moved[i] = point->cases_n;
        if (!keeping->kept[i])
            continue;
        places[point->cases_n] = i;
        point->cases[point->cases_n++] = keeping->whole->cases[i];
    }
    keeping->moved[all_n] = point->cases_n;
    for (size_t i = 0; i < point->cases_n; i++) {
        struct vtb_case *the_case = &point->cases[i];
        const size_t base = the_case->variant_of;
        the_case->baseline = keeping->moved[the_case->baseline];
        the_case->floor = keeping->moved[the_case->floor];
        the_case->empty = keeping->moved[the_case->empty];
        the_case->serial = keeping->moved[the_case->serial];
        the_case->variant_of = keeping->kept[base] ? keeping->moved[base] : i;
    }
}

static void keep_point(struct vtb_point *point, size_t *places, vtb_keeps_case *keeps,
                       const void *context)
{
    static const char what[] = "the cases that are told of";
    const struct vtb_point whole = *point;
    const struct keeping keeping = {
        .whole = &whole,
        .point = point,
        .kept = vtb_allocate(whole.cases_n, sizeof *keeping.kept, what),
        .moved = vtb_allocate(whole.cases_n + 1, sizeof *keeping.moved, what),
    };
    point->cases = vtb_allocate(whole.cases_n, sizeof *point->cases, what);
    point->cases_n = 0;
    for (size_t i = 0; i < whole.cases_n; i++)
        keeping.kept[i] = keeps(context, &whole, &whole.cases[i]);
    keep_pairs(&keeping);
    place_cases(&keeping, places);
    free(keeping.kept);
    free(keeping.moved);
}

/* Guests of its own, as more becomes known of them. */
static void keep_guests(struct vtb_plan *plan)
{
    const struct vtb_plan_guest *whole = plan->guests;
    plan->guests = vtb_allocate(plan->guests_n, sizeof *plan->guests, guests_of_a_plan);
    for (size_t i = 0; i < plan->guests_n; i++) {
        plan->guests[i] = whole[i];
        plan->guests[i].heap.name = plan->guests[i].name;
    }
    for (size_t p = 0; p < plan->points_n; p++) {
        for (size_t i = vtb_cells_end(&plan->points[p]); i < plan->points[p].cases_n; i++) {
            struct vtb_case *the_case = &plan->points[p].cases[i];
            struct vtb_plan_guest *own = &plan->guests[the_case->guest->number];
            the_case->guest = own;
            the_case->heap = &own->heap;
        }
    }
}

struct vtb_kept_plan *vtb_plan_keep(const struct vtb_plan *plan, vtb_keeps_case *keeps,
                                    const void *context)
{
    static const char what[] = "the plan that is told of";
    const size_t n = plan->points_n;
    struct vtb_kept_plan *kept = vtb_allocate(1, sizeof *kept, what);
    kept->plan = *plan;
    kept->plan.points = vtb_allocate(n, sizeof *kept->plan.points, what);
    kept->places = vtb_allocate(n, sizeof *kept->places, what);
    for (size_t p = 0; p < n; p++) {
        kept->plan.points[p] = plan->points[p];
        kept->places[p] = vtb_allocate(plan->points[p].cases_n, sizeof **kept->places, what);
        keep_point(&kept->plan.points[p], kept->places[p], keeps, context);
    }
    keep_guests(&kept->plan);
    return kept;
}

void vtb_plan_keep_free(struct vtb_kept_plan *kept)
{
    if (!kept)
        return;
    for (size_t p = 0; p < kept->plan.points_n; p++) {
        free(kept->plan.points[p].cases);
        free(kept->places[p]);
    }
    free(kept->plan.points);
    free(kept->plan.guests);
    free(kept->places);
    free(kept);
}
