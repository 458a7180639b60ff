/*
 * The answer to what a run is asked: what a strategy saves in the place of the baseline, on each
 * heap, and whether that matters at a volume of calls. It follows from figures, and adds none: its
 * intervals are those of ratios, and hold for another run as they do. For one thread.
 */
#ifndef FIGURES_ANSWER_H
#define FIGURES_ANSWER_H

#include "figures/summary.h"

/* A gain matters from this share of one processor core on. */
#define VTB_WORTH_SHARE 0.01

/* At most so many tables of a comparison are told of; the others are in its details. */
#define VTB_GAINS_MAX 32

enum vtb_matters {
    VTB_MATTERS_UNKNOWN, /* no volume, no interval, or the limit lies within the interval */
    VTB_MATTERS_NO,      /* certainly below VTB_WORTH_SHARE */
    VTB_MATTERS_YES,     /* certainly from VTB_WORTH_SHARE on, by a verdict of different */
};

/* One strategy in the baseline's place, in one table of a comparison. */
struct vtb_gain {
    const struct vtb_figures *from; /* the baseline's, borrowed */
    const struct vtb_figures *to;   /* borrowed */
    /* ns of processor time that a call saves, at the speed of the baseline's ns; below 0 it costs
     * more. The ends are NaN where there is no interval; all is NaN where no time is known, or it
     * is that of a cold start, which does not last. */
    struct vtb_interval saved_ns;
    /* Calls a second at which that is VTB_WORTH_SHARE of a core, saved or lost; NaN where saved_ns
     * is, or the difference is not certain. */
    struct vtb_interval worth_from;
    /* Where it is not: calls a second up to which less than VTB_WORTH_SHARE of a core is at stake,
     * with the whole interval; NaN: there is none. */
    double safe_to;
    struct vtb_interval core_share; /* of one core, saved at the volume; NaN: no volume was given */
    enum vtb_matters matters;
};

struct vtb_answer {
    const struct vtb_comparison *comparison; /* borrowed */
    double calls_per_second;                 /* 0: no volume was given */
    struct vtb_gain gains[VTB_GAINS_MAX];    /* one for each table that has both */
    size_t n;
};

/*
 * Works out the answer of a comparison. The strategy is a user's own where one was run, or else the
 * challenger by its role, or else the one with the least time, or the least bytes where there are
 * no times; a variant, as NAME@atomic, only if there is nothing else. Without another strategy
 * beside the baseline n is 0: there is no question.
 */
void vtb_answer_make(struct vtb_answer *answer, const struct vtb_comparison *comparison,
                     double calls_per_second);

/* Works out that of the first of n comparisons that has one; if none has, it is of the first of
 * all, and n is 0. There is at least one. */
void vtb_answer_make_first(struct vtb_answer *answer, const struct vtb_comparison *comparisons,
                           size_t n, double calls_per_second);

/* Works out the answer of another comparison about the strategy that `first` is about, at its
 * volume. */
void vtb_answer_make_alike(struct vtb_answer *answer, const struct vtb_comparison *comparison,
                           const struct vtb_answer *first);

/* The gain of an answer in the table like that of another answer's; null: it has none there. */
const struct vtb_gain *vtb_answer_same(const struct vtb_answer *answer,
                                       const struct vtb_gain *gain);

/* Gives what callers must not do with the strategy's result, though they may with the baseline's:
 * the reasons, which live as long as the program. Returns how many there are. */
#define VTB_RULES_MAX 2
size_t vtb_gain_rules(const struct vtb_gain *gain, const char *rules[VTB_RULES_MAX]);

/* Gives the calls a second at which so many ns of each, saved or lost, are VTB_WORTH_SHARE of a
 * core. */
double vtb_worth_volume(double ns);

/* Whether the time of a gain is told apart from the baseline's, or known to be the same. */
bool vtb_gain_is_known(const struct vtb_gain *gain);

#endif
