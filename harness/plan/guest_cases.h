/*
 * Guests in a plan: programs in other runtimes that stand for strategies (docs/GUESTS.md), whose
 * cases stand beside those of cells, as if each guest were a heap more. What a guest really has is
 * known only once it was asked, so a plan has a case for all that any guest may stand for; and of
 * those that turn out to be none, a plan without them is told of.
 */
#ifndef PLAN_GUEST_CASES_H
#define PLAN_GUEST_CASES_H

#include "plan/plan.h"

/* Makes a plan's guests, as the options name them: plan->guests, freed with the plan. On false
 * *error says that two have a name, or one that a heap has, or that the options want what no run
 * with guests does. */
VTB_MUST_USE bool vtb_guest_cases_open(struct vtb_plan *plan, const struct vtb_options *options,
                                       struct vtb_error *error);

/* Names a guest with the version of its runtime, which it said or a file has. */
void vtb_guest_cases_title(struct vtb_plan_guest *guest, const char *version);

/* Finds the guest of a name among a plan's, or adds it, for one that a result file tells of. It
 * lives as long as the plan. Null: no guest can have that name, or there are too many. */
const struct vtb_plan_guest *vtb_guest_cases_recorded(struct vtb_plan *plan, const char *name,
                                                      const char *version);

/* Says why no guest can run a point of the options, as the end of a sentence; null: it can. */
const char *vtb_guest_cases_hindrance(const struct vtb_point *point,
                                      const struct vtb_options *options);

/* Gives the names by which guests call what stands for a strategy by a method: as many as
 * VTB_GUEST_WORDS_MAX, or up to a null. Null: nothing does, as for all variants. */
const char *const *vtb_guest_cases_names(const char *strategy, enum vtb_method method);

/* A plan without some of its cases. */
struct vtb_kept_plan {
    struct vtb_plan plan; /* points, cases and guests are its own, all else is the whole plan's */
    size_t **places;      /* owned: of each point's cases, their places in the whole plan */
};

/* Whether a case is kept. */
typedef bool vtb_keeps_case(const void *context, const struct vtb_point *point,
                            const struct vtb_case *the_case);

/* Makes a plan of the cases that are kept, of which those go with them that have their baseline or
 * their floor no more. `plan` must outlive it. If there is no memory, the process ends. */
struct vtb_kept_plan *vtb_plan_keep(const struct vtb_plan *plan, vtb_keeps_case *keeps,
                                    const void *context);

/* Frees it; null is accepted. */
void vtb_plan_keep_free(struct vtb_kept_plan *kept);

#endif
