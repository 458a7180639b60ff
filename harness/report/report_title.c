#include "report/report_title.h"

#include <math.h>
#include <string.h>

#include "base/prose.h"
#include "report/case_names.h"

#define PART_BYTES 640

/* Writes how many calls were counted: all, or as many as are needed to know the cost of each. */
static void counted_part(char part[PART_BYTES], const struct vtb_comparison *comparison)
{
    const uint64_t calls_n = comparison->point->calls_n;
    const uint64_t counted_n = comparison->figures[0].counted.calls_n;
    char texts[2][VTB_NUMBER_BYTES];
    vtb_thousands_text(texts[0], (double)counted_n);
    vtb_thousands_text(texts[1], (double)calls_n);
    if (counted_n < calls_n)
        vtb_append(part, PART_BYTES, "%s of %s calls counted, which tell what each costs", texts[0],
                   texts[1]);
    else
        vtb_append(part, PART_BYTES, "%s call%s counted", texts[1],
                   vtb_plural((double)calls_n, "", "s"));
}

static void timed_part(char part[PART_BYTES], const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_samples *samples = &comparison->samples;
    char text[VTB_NUMBER_BYTES];
    if (!comparison->timed)
        return;
    if (comparison->point->cold)
        vtb_append(part, PART_BYTES,
                   "; timed: a cold start, the first %s call%s of %zu fresh processes a case, in "
                   "%zu session%s",
                   vtb_thousands_text(text, (double)samples->operations_n),
                   vtb_plural((double)samples->operations_n, "", "s"),
                   samples->sessions_n * samples->rounds_n, samples->sessions_n,
                   vtb_plural((double)samples->sessions_n, "", "s"));
    else
        vtb_append(part, PART_BYTES,
                   "; timed: the steady state, %zu session%s of %zu rounds of %s operations",
                   samples->sessions_n, vtb_plural((double)samples->sessions_n, "", "s"),
                   samples->rounds_n,
                   vtb_thousands_text(text, (double)vtb_samples_epoch_n(
                                                samples, comparison->figures[first].the_case)));
}

/* Writes the settings of the heap, if it collects. */
static void collector_part(char part[PART_BYTES], const struct vtb_comparison *comparison,
                           size_t first)
{
    const struct vtb_pressure *pressure = &comparison->figures[first].pressure;
    char text[VTB_NUMBER_BYTES];
    if (!pressure->collects)
        return;
    if (!pressure->counts_only)
        vtb_append(part, PART_BYTES, ", %s live in the heap all along",
                   vtb_bytes_text(text, (double)pressure->live_bytes));
    if (pressure->budget_bytes > 0)
        vtb_append(part, PART_BYTES, ", a nursery of %s",
                   vtb_bytes_text(text, (double)pressure->budget_bytes));
    if (comparison->point->incremental)
        vtb_append(part, PART_BYTES, ", collected in steps");
}

/* Appends the sentence of a parameter, with its value in it. */
static void append_sentence(char *text, size_t text_bytes, const char *sentence, double value)
{
    const char *place = strstr(sentence, "%s");
    char number[VTB_NUMBER_BYTES];
    if (!place)
        vtb_append(text, text_bytes, ", %s", sentence);
    else
        vtb_append(text, text_bytes, ", %.*s%s%s", (int)(place - sentence), sentence,
                   vtb_digits_text(number, value, 12), place + strlen("%s"));
}

void vtb_append_surroundings(char *text, size_t text_bytes, const struct vtb_point *point)
{
    if (point->store)
        vtb_append(text, text_bytes, ", misses answered by %s, which %zu thread%s ask%s",
                   point->store->title, point->store_threads_n,
                   vtb_plural((double)point->store_threads_n, "", "s"),
                   vtb_plural((double)point->store_threads_n, "s", ""));
    else if (point->completer)
        vtb_append(text, text_bytes, ", completed on another thread");
    if (point->abstract)
        vtb_append(text, text_bytes, ", called through an interface");
    if (point->concurrent_table)
        vtb_append(text, text_bytes, ", all threads insert into the table");
}

void vtb_append_conditions(char *text, size_t text_bytes, const struct vtb_point *point,
                           const struct vtb_case *the_case)
{
    for (const struct vtb_parameter *each = vtb_parameters; each->word; each++) {
        const double value = vtb_parameter_value(each, point, the_case);
        if (each->sentence && !isnan(value) && value != each->usual)
            append_sentence(text, text_bytes, each->sentence, value);
    }
    vtb_append_surroundings(text, text_bytes, point);
}

static void print_conditions(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    char keys[VTB_POINT_TEXT_BYTES];
    char conditions[PART_BYTES] = "";
    char numbers[2][VTB_NUMBER_BYTES];
    vtb_keys_text(keys, point);
    counted_part(conditions, comparison);
    vtb_append(conditions, PART_BYTES, ", %s keys (%s), %s in flight (%s)",
               vtb_thousands_text(numbers[0], (double)point->keys_n), keys,
               vtb_thousands_text(numbers[1], (double)point->in_flight),
               vtb_completion_words[point->completion]);
    vtb_append_conditions(conditions, PART_BYTES, point, &point->cases[first]);
    collector_part(conditions, comparison, first);
    timed_part(conditions, comparison, first);
    vtb_print_wrapped(out, conditions);
    fputs("\n\n", out);
}

/* Writes the hit rate of the run. A rate that is not quite 0 or 1 must not be rounded to that. */
static void actual_text(char text[VTB_NUMBER_BYTES], const struct vtb_counted *counted)
{
    const double rate = vtb_per_op(counted, counted->hits_n);
    snprintf(text, VTB_NUMBER_BYTES, "%.4g", rate);
    if (counted->hits_n < counted->calls_n && strcmp(text, "1") == 0)
        snprintf(text, VTB_NUMBER_BYTES, "<1");
    else if (strlen(text) > 6)
        snprintf(text, VTB_NUMBER_BYTES, "%.0e", rate);
}

/* Writes the rate at which the calls hit that were timed, if it is another one. */
static void timed_rate_part(char title[PART_BYTES], double counted, double timed)
{
    char counted_text[VTB_NUMBER_BYTES];
    char timed_text[VTB_NUMBER_BYTES];
    snprintf(counted_text, sizeof counted_text, "%.5f", counted);
    snprintf(timed_text, sizeof timed_text, "%.5f", timed);
    if (!isnan(timed) && strcmp(counted_text, timed_text) != 0)
        vtb_append(title, PART_BYTES, "%s where it was timed, ", timed_text);
}

static void rate_part(char title[PART_BYTES], const struct vtb_comparison *comparison,
                      const struct vtb_counted *counted)
{
    const struct vtb_point *point = comparison->point;
    char text[VTB_NUMBER_BYTES];
    if (!point->hits.emerge) {
        actual_text(text, counted);
        vtb_append(title, PART_BYTES, "hit rate %.12g (actual %s)", point->hits.rate, text);
        return;
    }
    const double rate = vtb_per_op(counted, counted->hits_n);
    vtb_append(title, PART_BYTES, "hit rate %.5f emerged (%s hits), ", rate,
               vtb_thousands_text(text, (double)counted->hits_n));
    timed_rate_part(title, rate, comparison->timed_hit_rate);
    if (point->hits.cache.capacity > 0)
        vtb_append(title, PART_BYTES, "LRU of %s",
                   vtb_thousands_text(text, (double)point->hits.cache.capacity));
    else
        vtb_append(title, PART_BYTES, "life of %.12g s", (double)point->hits.cache.ttl_ns / 1e9);
}

void vtb_report_title(FILE *out, const struct vtb_comparison *comparison, size_t first)
{
    const struct vtb_point *point = comparison->point;
    const struct vtb_case *the_case = &point->cases[first];
    char title[PART_BYTES] = "";
    char way[VTB_POINT_TEXT_BYTES];
    vtb_append(title, PART_BYTES, "%s, ", point->workload->name);
    rate_part(title, comparison, &comparison->figures[first].counted);
    vtb_append(title, PART_BYTES, ", %s, ", vtb_way_text(way, the_case));
    if (comparison->timed)
        vtb_append(title, PART_BYTES, "%s lookups, ", vtb_consumer_words[comparison->consumer]);
    if (comparison->caller_ns)
        vtb_append(title, PART_BYTES, "%zu caller%s, ", the_case->threads_n,
                   vtb_plural((double)the_case->threads_n, "", "s"));
    vtb_append(title, PART_BYTES, "%s %s", the_case->guest ? "guest" : "heap",
               vtb_case_heap(the_case));
    vtb_print_wrapped(out, title);
    putc('\n', out);
    print_conditions(out, comparison, first);
}
