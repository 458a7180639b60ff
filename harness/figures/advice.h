/*
 * What to take for one method: the rule of thumb, which is a decision tree, held against what was
 * measured. It follows from what is said of the method, and from answers (figures/answer.h). The
 * simple choice is the baseline, by its role; the question is whether the other strategy is worth
 * its rules. For one thread.
 */
#ifndef FIGURES_ADVICE_H
#define FIGURES_ADVICE_H

#include "figures/answer.h"
#include "figures/break_even.h"
#include "plan/runtimes.h"

/* What is said of the method. */
struct vtb_question {
    double hit_rate;         /* the share of calls whose result is at hand */
    double calls_per_second; /* 0: not said */
    bool always_async;
    bool await_many;                   /* callers await a result several times */
    bool store_result;                 /* they store it, and await it later */
    bool public_api;                   /* they cannot be relied on to obey rules */
    const struct vtb_runtime *runtime; /* null: none was named */
};

/* The limits of the rule of thumb: a hit rate that is high, one that is low, and a method that is
 * called millions of times: as many, or more, a day. */
#define VTB_RULE_HIGH_RATE 0.7
#define VTB_RULE_LOW_RATE 0.5
#define VTB_RULE_CALLS_PER_DAY 1e6

/* The question of the decision tree that decides, in its order. */
enum vtb_rule {
    VTB_RULE_ALWAYS_ASYNC,
    VTB_RULE_AWAIT_MANY,
    VTB_RULE_STORE_RESULT,
    VTB_RULE_HIT_RATE,
    VTB_RULE_MANY_CALLS, /* consider it, says the rule, and no more */
    VTB_RULE_NONE,
    VTB_RULE_SILENT, /* it says nothing of this runtime */
};

enum vtb_rule vtb_rule_of(const struct vtb_question *question);

/* Whether the rule is for the other strategy, if only to consider it. */
bool vtb_rule_is_for_other(enum vtb_rule rule);

/* Why the advice is what it is. The first two are for the other strategy. */
enum vtb_advice_reason {
    VTB_ADVICE_PAYS,    /* it saves VTB_WORTH_SHARE of a core or more */
    VTB_ADVICE_FASTER,  /* it is faster, and no volume was said */
    VTB_ADVICE_CANNOT,  /* it lacks what callers do */
    VTB_ADVICE_PUBLIC,  /* it is faster; but callers are unknown, and the volume is */
    VTB_ADVICE_SPLIT,   /* it saves on one heap, and costs on another */
    VTB_ADVICE_COSTS,   /* it is slower, by so much that it matters if a volume was said */
    VTB_ADVICE_NO,      /* it does not matter */
    VTB_ADVICE_UNKNOWN, /* that is not known yet */
};

/* A value of a parameter at which the advice changes. */
struct vtb_change {
    const char *parameter; /* its word */
    struct vtb_interval at;
};

#define VTB_CHANGES_MAX (1 + VTB_CROSSINGS_MAX)

struct vtb_advice {
    struct vtb_question question;
    /* Of the first comparison, which is of the method as it is said to be: the gains of as many
     * callers as there are at most. */
    struct vtb_answer answer;
    /* The largest by its time, of those that are told apart if any are; null: none is known. */
    const struct vtb_gain *most;
    const struct vtb_gain *collecting; /* the first on a heap that collects; null: none */
    enum vtb_rule rule;
    enum vtb_advice_reason reason;
    enum vtb_matters matters; /* yes, if it does on one heap; no, if on none */
    const char *lacking;      /* what the other strategy lacks; null: nothing of it is needed */
    struct vtb_change changes[VTB_CHANGES_MAX];
    size_t changes_n;
    bool has_rates; /* those of the changes are all hit rates at which it changes */
};

/*
 * Works out the advice from comparisons, of which the first is of the hit rate that was said, and
 * the others of other rates. The answer's gains are part of the advice, which stays where it is.
 * Without two strategies to compare answer.n is 0, and nothing else is set but the question.
 */
void vtb_advice_make(struct vtb_advice *advice, const struct vtb_question *question,
                     const struct vtb_comparison *comparisons, size_t n);

/* Whether the other strategy is advised, in the baseline's place. */
bool vtb_advice_is_for_other(const struct vtb_advice *advice);

/* Whether the rule of thumb says the same; one that only says to consider it does in any case. It
 * is not VTB_RULE_SILENT. */
bool vtb_advice_agrees(const struct vtb_advice *advice);

/* What the other strategy saves a second, in bytes, and in collections a minute; NaN: not known, or
 * no volume was said. */
double vtb_advice_bytes_per_second(const struct vtb_advice *advice);
double vtb_advice_collections_per_minute(const struct vtb_advice *advice);

#endif
