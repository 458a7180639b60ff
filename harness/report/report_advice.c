#include "report/report_advice.h"

#include <math.h>
#include <string.h>

#include "base/clock.h"
#include "base/json_text.h"
#include "base/prose.h"
#include "figures/advice.h"
#include "report/answer_lines.h"
#include "report/report_skips.h"
#include "report/report_store.h"

#define TEXT_BYTES VTB_ANSWER_TEXT_BYTES

/* What is printed, and how. */
struct page {
    struct vtb_answer_lines lines;
    const struct vtb_results *results;
    const struct vtb_advice *advice;
    const char *simple; /* the names of the baseline, and of the other strategy */
    const char *other;
};

/* --- numbers --- */

/* Appends a value with its interval: "0.340 ms (0.300 to 0.380)". Less than nothing is told by its
 * size: whoever calls this says that it is lost. */
static void append_span(char *text, const struct vtb_interval *value, double scale,
                        const char *unit)
{
    char number[3][VTB_NUMBER_BYTES];
    const double factor = value->median < 0 ? -scale : scale;
    const double ends[] = {factor * value->lo, factor * value->hi};
    vtb_append(text, TEXT_BYTES, "%s%s", vtb_figure_text(number[0], factor * value->median), unit);
    if (!isnan(value->lo))
        vtb_append(text, TEXT_BYTES, " (%s to %s)",
                   vtb_figure_text(number[1], fmin(ends[0], ends[1])),
                   vtb_figure_text(number[2], fmax(ends[0], ends[1])));
}

/* --- what was asked --- */

static void print_subject(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    char number[VTB_NUMBER_BYTES];
    const struct vtb_question *question = &page->advice->question;
    const struct vtb_comparison *comparison = page->results->comparisons;
    vtb_append(text, sizeof text, "%s: ", comparison->point->workload->name);
    if (question->calls_per_second > 0)
        vtb_append(text, sizeof text, "%s calls a second, ",
                   vtb_thousands_text(number, question->calls_per_second));
    vtb_append(text, sizeof text, "%s %% answered at once, %zu in flight, %zu-byte result; ",
               vtb_decimal_text(number, 100 * question->hit_rate, 2), comparison->point->in_flight,
               comparison->point->workload->workload->value_bytes);
    vtb_append(text, sizeof text, "%zu session%s of %zu rounds", comparison->samples.sessions_n,
               vtb_plural((double)comparison->samples.sessions_n, "", "s"),
               comparison->samples.rounds_n);
    vtb_answer_subject(&page->lines, text);
}

/* Says of which run the figures are, where that is another than this one. */
static void print_source(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_results *results = page->results;
    if (!results->from)
        return;
    vtb_append(text, sizeof text, "All figures are those of '%.200s', measured %s on %.100s%s.",
               results->from, results->date, vtb_machine_fact(&results->machine, "cpu_model"),
               results->interrupted ? ", by a run that was interrupted" : "");
    vtb_answer_paragraph(&page->lines, text);
}

/* --- the advice --- */

/* Appends how much of a core the other strategy saves, or costs, on the heap where that is most. */
static void append_share(char *text, const struct page *page)
{
    char name[VTB_ANSWER_LABEL_BYTES];
    const struct vtb_gain *most = page->advice->most;
    if (fabs(most->core_share.median) >= 1) {
        append_span(text, &most->core_share, 1, " cores");
    } else {
        append_span(text, &most->core_share, 100, " %");
        vtb_append(text, TEXT_BYTES, " of a core");
    }
    if (page->advice->answer.n > 1)
        vtb_append(text, TEXT_BYTES, " with %s", vtb_gain_name(name, &page->advice->answer, most));
}

/* Appends the heaps on which the other strategy is known to be faster, unless those are all. */
static void append_where(char *text, const struct page *page)
{
    char name[VTB_ANSWER_LABEL_BYTES];
    const struct vtb_answer *answer = &page->advice->answer;
    size_t n = 0;
    for (size_t i = 0; i < answer->n; i++)
        n += answer->gains[i].to->verdict == VTB_VERDICT_DIFFERENT;
    if (n == answer->n)
        return;
    for (size_t i = 0, told_n = 0; i < answer->n; i++) {
        if (answer->gains[i].to->verdict != VTB_VERDICT_DIFFERENT)
            continue;
        vtb_append(text, TEXT_BYTES, "%s%s", told_n == 0 ? " on " : vtb_separator(told_n, n),
                   vtb_gain_name(name, answer, &answer->gains[i]));
        told_n++;
    }
}

static void append_choice(char *text, const struct page *page)
{
    const struct vtb_advice *advice = page->advice;
    const bool has_volume = advice->question.calls_per_second > 0;
    switch (advice->reason) {
    case VTB_ADVICE_PAYS:
        vtb_append(text, TEXT_BYTES, "Take %s: in %s's place it saves ", page->other, page->simple);
        append_share(text, page);
        if (advice->question.public_api)
            vtb_append(text, TEXT_BYTES,
                       ", which is worth it if callers of a public API can be held to its rules");
        break;
    case VTB_ADVICE_FASTER:
        vtb_append(text, TEXT_BYTES, "Take %s: it is faster than %s", page->other, page->simple);
        append_where(text, page);
        vtb_append(text, TEXT_BYTES, "; whether that matters --calls-per-second tells");
        break;
    case VTB_ADVICE_CANNOT:
        vtb_append(text, TEXT_BYTES, "Take %s: %s is not made for that: %s", page->simple,
                   page->other, advice->lacking);
        break;
    case VTB_ADVICE_PUBLIC:
        vtb_append(text, TEXT_BYTES,
                   "Take %s: %s is faster, but callers of a public API cannot be relied on to obey "
                   "its rules; whether that is worth it --calls-per-second tells",
                   page->simple, page->other);
        break;
    case VTB_ADVICE_SPLIT:
        vtb_append(text, TEXT_BYTES,
                   "Take %s, the simple one: %s saves on one heap and costs on another; --heap "
                   "answers for one",
                   page->simple, page->other);
        break;
    case VTB_ADVICE_COSTS:
        vtb_append(text, TEXT_BYTES, "Take %s: %s in its place ", page->simple, page->other);
        vtb_append(text, TEXT_BYTES, "%s", has_volume ? "costs " : "is slower");
        if (has_volume)
            append_share(text, page);
        break;
    case VTB_ADVICE_NO:
        vtb_append(text, TEXT_BYTES, "It does not matter: take %s, the simple one", page->simple);
        break;
    case VTB_ADVICE_UNKNOWN:
        vtb_append(text, TEXT_BYTES,
                   "Take %s, the simple one, as long as it is not known whether %s %s: more "
                   "--sessions would tell",
                   page->simple, page->other, has_volume ? "saves 1 % of a core" : "is faster");
        break;
    }
}

static void print_choice(const struct page *page)
{
    char text[TEXT_BYTES] = "ADVICE  ";
    append_choice(text, page);
    vtb_append(text, sizeof text, ".");
    vtb_answer_headline(&page->lines, text);
}

/* --- what it saves --- */

/* What is saved: a caller alone is taken to work all the time; several may wait for each other, or
 * for a processor. */
static const char *time_words(const struct vtb_gain *gain)
{
    return gain->to->the_case->threads_n > 1 ? "its callers' time" : "processor time";
}

/* Appends what a difference that is certain comes to. */
static void append_saved(char *text, const struct vtb_gain *gain)
{
    const struct vtb_interval *share = &gain->core_share;
    vtb_append(text, TEXT_BYTES, " %s ", share->median < 0 ? "costs" : "saves");
    append_span(text, share, 1e3, " ms");
    vtb_append(text, TEXT_BYTES, " of %s a second, ", time_words(gain));
    append_span(text, share, VTB_SECONDS_A_DAY, " s");
    vtb_append(text, TEXT_BYTES, " a day");
}

/* Appends between what the difference lies that is not certain; below 0 it costs. */
static void append_at_stake(char *text, const struct vtb_gain *gain)
{
    char number[2][VTB_NUMBER_BYTES];
    vtb_append(text, TEXT_BYTES, " saves %s to %s ms of %s a second",
               vtb_figure_text(number[0], 1e3 * gain->core_share.lo),
               vtb_figure_text(number[1], 1e3 * gain->core_share.hi), time_words(gain));
}

static void print_gain(const struct page *page, const struct vtb_gain *gain)
{
    char label[VTB_ANSWER_LABEL_BYTES];
    char text[TEXT_BYTES] = "";
    const struct vtb_interval *share = &gain->core_share;
    vtb_append(text, sizeof text, "%s", page->other);
    if (gain->to->verdict == VTB_VERDICT_DIFFERENT && !isnan(share->median))
        append_saved(text, gain);
    else if (!isnan(share->lo))
        append_at_stake(text, gain);
    vtb_append(text, sizeof text, ": ");
    vtb_append_time(text, gain);
    vtb_answer_label(label, page->advice->answer.comparison, gain->to->the_case);
    vtb_answer_time_line(&page->lines, label, text, gain->to);
}

static void print_bytes_per_second(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    char number[VTB_NUMBER_BYTES];
    const double saved = vtb_advice_bytes_per_second(page->advice);
    if (isnan(saved) || saved == 0)
        return;
    vtb_append(text, sizeof text, "%s a second %s allocated", vtb_bytes_text(number, fabs(saved)),
               saved > 0 ? "less are" : "more are");
    vtb_answer_line(&page->lines, "at this volume", text);
}

static void print_certainty(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_gain *most = page->advice->most;
    if (!most || isnan(most->saved_ns.lo))
        vtb_append(text, sizeof text,
                   "not at all: no time has an interval, which takes %d sessions in one state of "
                   "the machine",
                   VTB_SESSIONS_MIN);
    else
        vtb_append(text, sizeof text,
                   "each interval is one of 99 %%, and holds for another run on %s machine%s",
                   page->results->from ? "that" : "this",
                   page->advice->reason == VTB_ADVICE_UNKNOWN ? "; it is too wide to tell" : "");
    vtb_answer_line(&page->lines, "how sure", text);
}

/* --- where it changes --- */

/* Appends, for each heap, from which volume on it matters. */
static void append_volumes(char *text, const struct page *page)
{
    char name[VTB_ANSWER_LABEL_BYTES];
    const struct vtb_answer *answer = &page->advice->answer;
    for (size_t i = 0; i < answer->n; i++) {
        const struct vtb_interval *from = &answer->gains[i].worth_from;
        if (isnan(from->median) || !(answer->gains[i].saved_ns.median > 0))
            continue;
        vtb_append(text, TEXT_BYTES, "%s", *text ? ", " : "1 % of a core is saved from ");
        const bool is_first = strchr(text, '(') == NULL;
        vtb_append_volume(text, from->median);
        vtb_append(text, TEXT_BYTES, "%s on (", is_first ? " calls a second" : "");
        vtb_append_volume(text, from->lo);
        vtb_append(text, TEXT_BYTES, " to ");
        vtb_append_volume(text, from->hi);
        vtb_append(text, TEXT_BYTES, "; %s)", vtb_gain_name(name, answer, &answer->gains[i]));
    }
}

static void append_rate_change(char *text, const struct vtb_change *change)
{
    vtb_append(text, TEXT_BYTES, "at a hit rate of about %.2f (%.2f to %.2f)", change->at.median,
               change->at.lo, change->at.hi);
}

static void print_changes(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    const struct vtb_advice *advice = page->advice;
    bool has_rate = false;
    if (advice->changes_n > 0)
        append_volumes(text, page);
    for (size_t i = 0; i < advice->changes_n; i++) {
        const struct vtb_change *change = &advice->changes[i];
        if (strcmp(change->parameter, vtb_parameters[VTB_P(hit_rate)].word) != 0)
            continue;
        vtb_append(text, sizeof text, "%s", *text ? "; " : "");
        append_rate_change(text, change);
        has_rate = true;
    }
    if (advice->has_rates && !has_rate)
        vtb_append(text, sizeof text, "%sat no hit rate%s", *text ? "; " : "",
                   advice->question.calls_per_second > 0 ? ", at this volume" : "");
    if (*text)
        vtb_answer_line(&page->lines, "it changes", text);
}

/* --- the rule of thumb --- */

static void append_rule(char *text, const struct page *page)
{
    static const char *const reasons[] = {
        [VTB_RULE_ALWAYS_ASYNC] = "as no result is ever at hand",
        [VTB_RULE_AWAIT_MANY] = "as it is awaited several times",
        [VTB_RULE_STORE_RESULT] = "as it is stored",
        [VTB_RULE_HIT_RATE] = "as the hit rate is above",
        [VTB_RULE_MANY_CALLS] = "as there are millions of calls a day",
        [VTB_RULE_NONE] = "as there are no millions of calls a day, and the hit rate is not above",
    };
    const struct vtb_question *question = &page->advice->question;
    const enum vtb_rule rule = page->advice->rule;
    vtb_append(text, TEXT_BYTES, "%s%s, %s", rule == VTB_RULE_MANY_CALLS ? "consider " : "",
               vtb_rule_is_for_other(rule) ? page->other : page->simple, reasons[rule]);
    if (rule == VTB_RULE_HIT_RATE || rule == VTB_RULE_NONE)
        vtb_append(text, TEXT_BYTES, " %.0f %%", 100 * VTB_RULE_HIGH_RATE);
    if (rule == VTB_RULE_MANY_CALLS && question->hit_rate < VTB_RULE_LOW_RATE)
        vtb_append(text, TEXT_BYTES, ", though %s below a hit rate of %.0f %%", page->simple,
                   100 * VTB_RULE_LOW_RATE);
}

/* What was measured, where the rule says something else. */
static const char *measured(const struct vtb_advice *advice)
{
    switch (advice->reason) {
    case VTB_ADVICE_PAYS:
        return "1 % of a core or more is saved";
    case VTB_ADVICE_FASTER:
        return "it is faster all the same";
    case VTB_ADVICE_NO:
        return advice->question.calls_per_second > 0 ? "less than 1 % of a core is at stake"
                                                     : "it is as fast";
    case VTB_ADVICE_COSTS:
        return "it is slower here";
    case VTB_ADVICE_SPLIT:
        return "it is slower on one of the heaps";
    case VTB_ADVICE_PUBLIC:
        return "that it matters is not known";
    case VTB_ADVICE_CANNOT:
    case VTB_ADVICE_UNKNOWN:
        break;
    }
    return "what is saved is not known";
}

static void print_rule(const struct page *page)
{
    char text[TEXT_BYTES] = "";
    if (page->advice->rule == VTB_RULE_SILENT)
        return;
    append_rule(text, page);
    if (!vtb_advice_agrees(page->advice))
        vtb_append(text, sizeof text, ". What was measured disagrees: %s", measured(page->advice));
    else if (page->advice->rule != VTB_RULE_MANY_CALLS)
        vtb_append(text, sizeof text, ", and so does this advice");
    vtb_answer_line(&page->lines, "rule of thumb", text);
}

/* --- the whole --- */

static void make_advice(struct vtb_advice *advice, const struct vtb_results *results)
{
    const struct vtb_options *options = results->options;
    const struct vtb_question question = {
        .hit_rate = results->comparisons->point->hits.rate,
        .calls_per_second = results->plan->calls_per_second,
        .always_async = options->always_async,
        .await_many = options->await_many,
        .store_result = options->store_result,
        .public_api = options->public_api,
        .runtime = options->runtime.n > 0 ? vtb_find_runtime(options->runtime.items[0]) : NULL,
    };
    vtb_advice_make(advice, &question, results->comparisons, results->comparisons_n);
}

/* What the two strategies are in the runtime that was named. */
static void print_runtime(const struct page *page)
{
    char label[VTB_ANSWER_LABEL_BYTES];
    char text[TEXT_BYTES] = "";
    const struct vtb_runtime *runtime = page->advice->question.runtime;
    if (!runtime)
        return;
    snprintf(label, sizeof label, "in %s", runtime->word);
    vtb_append(text, sizeof text, "%s stands for %s, and %s for %s", page->simple,
               runtime->baseline_is, page->other, runtime->other_is);
    vtb_answer_line(&page->lines, label, text);
}

static void print_details(struct page *page)
{
    const struct vtb_answer *answer = &page->advice->answer;
    vtb_answer_widen(&page->lines, "at this volume");
    vtb_answer_widen_to_heaps(&page->lines, answer);
    for (size_t i = 0; i < answer->n; i++)
        print_gain(page, &answer->gains[i]);
    vtb_answer_store(&page->lines, answer);
    print_runtime(page);
    vtb_answer_bytes(&page->lines, answer);
    print_bytes_per_second(page);
    vtb_answer_pauses(&page->lines, answer);
    print_certainty(page);
    print_changes(page);
    print_rule(page);
    vtb_answer_rules(&page->lines, answer, "rules");
}

static void print_lines(struct page *page)
{
    if (page->advice->answer.n == 0)
        return;
    page->simple = vtb_answer_strategy(page->advice->answer.gains->from);
    page->other = vtb_answer_strategy(page->advice->answer.gains->to);
    print_subject(page);
    print_source(page);
    print_choice(page);
    print_details(page);
}

void vtb_report_advice_lines(FILE *out, const struct vtb_results *results,
                             const struct vtb_look *look, enum vtb_format format)
{
    struct vtb_advice advice;
    make_advice(&advice, results);
    struct page page = {.lines = {.out = out, .look = look, .format = format},
                        .results = results,
                        .advice = &advice};
    print_lines(&page);
    if (advice.answer.n > 0)
        vtb_answer_paragraph(&page.lines,
                             "`run_bench run` compares all strategies, with the same numbers.");
    vtb_report_skips(out, &results->plan->skips, look->width);
}

/* --- JSON --- */

static json_t *rules_of(const struct vtb_advice *advice)
{
    json_t *list = vtb_json_checked(json_array());
    const char *rules[VTB_RULES_MAX];
    const size_t n =
        vtb_advice_is_for_other(advice) ? vtb_gain_rules(advice->answer.gains, rules) : 0;
    for (size_t i = 0; i < n; i++)
        vtb_json_append(list, vtb_json_text(rules[i]));
    return list;
}

static json_t *changes_of(const struct vtb_advice *advice)
{
    json_t *list = vtb_json_checked(json_array());
    for (size_t i = 0; i < advice->changes_n; i++) {
        json_t *change = vtb_json_checked(json_object());
        vtb_json_put(change, "parameter", vtb_json_text(advice->changes[i].parameter));
        vtb_json_put(change, "at", vtb_json_number(advice->changes[i].at.median));
        vtb_json_put(change, "lo", vtb_json_number(advice->changes[i].at.lo));
        vtb_json_put(change, "hi", vtb_json_number(advice->changes[i].at.hi));
        vtb_json_append(list, change);
    }
    return list;
}

/* The strategy that the rule of thumb is for, or what it says to consider; null: it says nothing of
 * this runtime. */
static json_t *rule_of(const struct vtb_advice *advice)
{
    char text[TEXT_BYTES] = "";
    if (advice->rule == VTB_RULE_SILENT)
        return vtb_json_checked(json_null());
    const struct vtb_gain *gain = advice->answer.gains;
    vtb_append(text, sizeof text, "%s%s", advice->rule == VTB_RULE_MANY_CALLS ? "consider " : "",
               vtb_answer_strategy(vtb_rule_is_for_other(advice->rule) ? gain->to : gain->from));
    return vtb_json_text(text);
}

/* Of which run the figures are; null: of this one. */
static json_t *source_of(const struct vtb_results *results)
{
    if (!results->from)
        return vtb_json_checked(json_null());
    json_t *source = vtb_json_checked(json_object());
    vtb_json_put(source, "file", vtb_json_text(results->from));
    vtb_json_put(source, "date", vtb_json_text(results->date));
    vtb_json_put(source, "cpu_model",
                 vtb_json_text(vtb_machine_fact(&results->machine, "cpu_model")));
    return source;
}

static json_t *lines_of(const struct vtb_results *results, const struct vtb_advice *advice)
{
    json_t *list = vtb_json_checked(json_array());
    struct page page = {
        .lines = {.format = VTB_FORMAT_JSON, .list = list}, .results = results, .advice = advice};
    print_lines(&page);
    return list;
}

static void print_json(FILE *out, const struct vtb_results *results,
                       const struct vtb_advice *advice)
{
    static const struct vtb_interval unknown = {NAN, NAN, NAN};
    json_t *json = vtb_json_checked(json_object());
    const struct vtb_gain *gain = advice->answer.gains;
    const struct vtb_interval *share = advice->most ? &advice->most->core_share : &unknown;
    const bool is_other = vtb_advice_is_for_other(advice);
    vtb_json_put(json, "recommendation",
                 vtb_json_text(vtb_answer_strategy(is_other ? gain->to : gain->from)));
    vtb_json_put(json, "instead_of",
                 vtb_json_text(vtb_answer_strategy(is_other ? gain->from : gain->to)));
    vtb_json_put(json, "matters",
                 advice->matters == VTB_MATTERS_UNKNOWN
                     ? vtb_json_checked(json_null())
                     : vtb_json_checked(json_boolean(advice->matters == VTB_MATTERS_YES)));
    vtb_json_put(json, "cpu_share_saved", vtb_json_number(share->median));
    vtb_json_put(json, "cpu_share_saved_lo", vtb_json_number(share->lo));
    vtb_json_put(json, "cpu_share_saved_hi", vtb_json_number(share->hi));
    vtb_json_put(json, "matters_from_calls_per_second",
                 vtb_json_number(advice->most ? advice->most->worth_from.median : NAN));
    vtb_json_put(json, "bytes_per_second_saved",
                 vtb_json_number(vtb_advice_bytes_per_second(advice)));
    vtb_json_put(json, "collections_per_minute_saved",
                 vtb_json_number(vtb_advice_collections_per_minute(advice)));
    vtb_json_put(
        json, "in_flight",
        vtb_json_checked(json_integer((json_int_t)results->comparisons->point->in_flight)));
    vtb_json_put(json, "rules", rules_of(advice));
    vtb_json_put(json, "changes_at", changes_of(advice));
    vtb_json_put(json, "rule_says", rule_of(advice));
    vtb_json_put(json, "agrees",
                 advice->rule == VTB_RULE_SILENT
                     ? vtb_json_checked(json_null())
                     : vtb_json_checked(json_boolean(vtb_advice_agrees(advice))));
    vtb_json_put(json, "figures_of", source_of(results));
    vtb_json_put(json, "answer", lines_of(results, advice));
    vtb_json_print(out, json, 0);
}

void vtb_report_advice(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_results *results = what;
    struct vtb_advice advice;
    if (format != VTB_FORMAT_JSON) {
        const struct vtb_look look = format == VTB_FORMAT_TABLE
                                         ? vtb_look_of_stdout()
                                         : (struct vtb_look){.width = VTB_LOOK_WIDTH_MAX};
        vtb_report_advice_lines(out, results, &look, format);
        return;
    }
    make_advice(&advice, results);
    if (advice.answer.n > 0)
        print_json(out, results, &advice);
}
