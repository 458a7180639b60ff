/*
 * Many results: each figure's course over them, and where it changes. Counts and instructions hold
 * on every machine and are exact, so each step is a change; ratios of times hold on one machine,
 * and are tested (figures/change_points.h). What was measured under other conditions is another
 * figure. A history judges nothing: that is for the gate.
 */
#ifndef GATE_HISTORY_H
#define GATE_HISTORY_H

#include <stdbool.h>
#include <stdint.h>
#include <time.h>

#include <jansson.h>

#include "base/error.h"
#include "base/names.h"
#include "base/output.h"

/* The version of what a line of a history file is like. */
#define VTB_HISTORY_VERSION 1

/* Results of one history; a course is tested in a time that grows by their square. */
#define VTB_HISTORY_RESULTS_MAX ((size_t)10000)

/* The least share by which a ratio changes that is told: identical machine code may differ by as
 * much at another place. */
#define VTB_HISTORY_CHANGE_MIN 0.02

/* A result; texts are the history's, and fit to be shown. */
struct vtb_history_result {
    time_t at;
    const char *date; /* in UTC */
    const char *revision;
    const char *tag; /* a text of the user's own, as a revision of theirs; "": there is none */
    const char *version;
    const char *machine; /* its name, and its processor */
    uint64_t digest;     /* of all that there is of it */
};

/* A figure of one result. */
struct vtb_history_point {
    size_t result;
    double value;
    double lo; /* the interval; NaN: the figure is exact, or was recorded without */
    double hi;
};

/* A change between two points that follow one another. */
struct vtb_history_change {
    size_t at;   /* the first point of the new level */
    size_t from; /* and the range of points that it is in, in 99 of 100 */
    size_t to;
    double before; /* the level: of an exact figure its value, else the median */
    double after;
    double p;    /* NaN: the figure is exact */
    double sure; /* how likely the change is by the revision of this point */
};

enum vtb_history_kind { VTB_HISTORY_EXACT, VTB_HISTORY_RATIOS };
extern const char *const vtb_history_kind_words[];

/* A figure of a case, under the same conditions. Texts are the history's, or constants. */
struct vtb_history_figure {
    const char *name;   /* of the case */
    const char *key;    /* in result files */
    const char *metric; /* the word that chooses it */
    const char *title;
    enum vtb_history_kind kind;
    const char *machine;              /* null: it holds on every machine */
    const char *toolchain;            /* null: it depends on none */
    const char *conditions;           /* what else it depends on; "": nothing */
    struct vtb_history_point *points; /* in the order of time; owned */
    size_t points_n;
    struct vtb_history_change *changes; /* in the same order; owned */
    size_t changes_n;
};

struct vtb_history {
    struct vtb_history_result *results; /* in the order of time, once they are sorted; owned */
    size_t results_n;
    size_t repeated_n;                   /* those that were there already, as of another file */
    struct vtb_history_figure **figures; /* in the order of their first results; owned */
    size_t figures_n;
    void *by_conditions; /* trees of figures and of texts (search.h) */
    void *texts;
    /* What is meant: no result before a time; figures by their words, and cases by their
     * strategies, where these are not empty. */
    time_t since;
    struct vtb_names metrics;
    struct vtb_names strategies;
};

/* Adds a line of a history file, which stays the caller's, unless it is of before `since`, or there
 * already: a result that is read twice would look like two that agree. False if it is none, with
 * the reason in *error. */
VTB_MUST_USE bool vtb_history_add(struct vtb_history *history, const json_t *line,
                                  struct vtb_error *error);

/* Puts the results, and each figure's points, into the order of time, and finds the changes. */
void vtb_history_find(struct vtb_history *history);

/* Gives how many results of a machine there must be, so that a change of one of n ratios can be
 * told at all. */
size_t vtb_history_least(size_t n);

/* Whether two results are of one program, as far as is known: of the same revision and tag. */
bool vtb_history_is_same_revision(const struct vtb_history_result *a,
                                  const struct vtb_history_result *b);

/* Whether any figure changed. */
bool vtb_history_has_changes(const struct vtb_history *history);

/* Whether a figure is worse after a change: more of all figures is. */
bool vtb_history_is_worse(const struct vtb_history_change *change);

void vtb_history_free(struct vtb_history *history);

/* Prints what changed by revisions, and each figure's course; JSON and CSV have all figures. */
vtb_print vtb_history_report; /* of a struct vtb_history */

/* The same as JSON alone. */
void vtb_history_json(FILE *out, const struct vtb_history *history);

#endif
