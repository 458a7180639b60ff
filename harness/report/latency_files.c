#include "report/latency_files.h"

#include <limits.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "report/case_names.h"
#include "report/histograms.h"

/* --- distributions --- */

/* A distribution, and whose it is. */
struct histogram {
    struct vtb_lengths lengths;
    char name[VTB_CASE_NAME_BYTES];
};

static void print_histogram(FILE *out, const void *what, enum vtb_format format)
{
    const struct histogram *histogram = what;
    (void)format;
    vtb_lengths_print(out, &histogram->lengths);
    vtb_histogram_print_name(out, histogram->name);
}

#define PART_BYTES 256

/* Writes what sets the files of a unit apart from those of others. */
static void part_of(char part[PART_BYTES], const struct vtb_latency_report *report,
                    const struct vtb_latency_table *table,
                    const struct vtb_latency_figures *figures)
{
    const struct vtb_plan *plan = report->results->plan;
    const struct vtb_case *the_case = figures->the_case;
    *part = '\0';
    if (the_case)
        vtb_append(part, PART_BYTES, "%s-%s", the_case->timing->name, the_case->heap->name);
    else
        vtb_append(part, PART_BYTES, "idle_control");
    if (the_case && the_case->timing->kind.method != VTB_METHOD_DIRECT)
        vtb_append(part, PART_BYTES, "-%s", vtb_case_method(the_case));
    if (figures->callers_n > 1)
        vtb_append(part, PART_BYTES, "-x%zu", figures->callers_n);
    if (plan->consumers_n > 1)
        vtb_append(part, PART_BYTES, "-%s", vtb_consumer_words[table->consumer]);
    if (plan->points_n > 1)
        vtb_append(part, PART_BYTES, "-%zu", (size_t)(table->point - plan->points) + 1);
}

static bool write_unit(const struct vtb_latency_report *report,
                       const struct vtb_latency_table *table, size_t unit, const char *stem,
                       struct vtb_error *error)
{
    char part[PART_BYTES];
    char path[PATH_MAX];
    struct histogram histogram;
    struct vtb_error reason;
    bool ok = true;
    part_of(part, report, table, &table->figures[unit]);
    vtb_latency_name(histogram.name, sizeof histogram.name, report, table, &table->figures[unit]);
    for (int kind = VTB_LATENCY_INTENDED; kind <= VTB_LATENCY_SERVICE; kind++) {
        histogram.lengths =
            vtb_latencies_lengths(&table->latencies, unit, (enum vtb_latency_kind)kind);
        (void)snprintf(path, sizeof path, "%s.%s.%s.hgrm", stem, vtb_latency_kind_words[kind],
                       part);
        ok = vtb_output_file(path, print_histogram, &histogram, VTB_FORMAT_TABLE,
                             ok ? error : &reason) &&
             ok;
    }
    return ok;
}

bool vtb_latency_histograms_write(const struct vtb_latency_report *report, const char *stem,
                                  struct vtb_error *error)
{
    struct vtb_error reason;
    bool ok = true;
    for (size_t t = 0; t < report->tables_n; t++) {
        const struct vtb_latency_table *table = &report->tables[t];
        for (size_t i = 0; i < table->latencies.units_n; i++)
            ok = write_unit(report, table, i, stem, ok ? error : &reason) && ok;
    }
    return ok;
}

/* --- the timeline --- */

/* The names of events, by their number. */
static const char *const event_words[] = {"collection", "switch", "stolen", "slice"};

static void print_event(FILE *out, json_t *event, bool *first)
{
    fputs(*first ? "\n" : ",\n", out);
    *first = false;
    vtb_json_dump(out, event, JSON_COMPACT | JSON_REAL_PRECISION(15));
    json_decref(event);
}

static json_t *event_of(const char *phase, size_t process, size_t thread, const char *name)
{
    json_t *event = vtb_json_checked(json_object());
    vtb_json_put(event, "ph", json_string(phase));
    vtb_json_put(event, "pid", json_integer((json_int_t)process));
    vtb_json_put(event, "tid", json_integer((json_int_t)thread));
    vtb_json_put(event, "name", json_string(name));
    return event;
}

/* Names a process, or one of its threads. */
static json_t *name_event(const char *what, size_t process, size_t thread, const char *name)
{
    json_t *event = event_of("M", process, thread, what);
    json_t *arguments = vtb_json_checked(json_object());
    vtb_json_put(arguments, "name", json_string(name));
    vtb_json_put(event, "args", arguments);
    return event;
}

static void print_table(FILE *out, const struct vtb_latency_report *report, size_t t,
                        int64_t start_ns, bool *first)
{
    const struct vtb_latency_table *table = &report->tables[t];
    const struct vtb_latency_timeline *timeline = table->latencies.timeline;
    char name[PART_BYTES];
    (void)snprintf(name, sizeof name, "%s, %s", table->point->workload->name,
                   vtb_consumer_words[table->consumer]);
    print_event(out, name_event("process_name", t + 1, 0, name), first);
    for (size_t i = 0; i < table->latencies.units_n; i++) {
        part_of(name, report, table, &table->figures[i]);
        print_event(out, name_event("thread_name", t + 1, i + 1, name), first);
    }
    for (uint64_t i = 0; i < timeline->n; i++) {
        const struct vtb_latency_event *each = &timeline->events[i];
        json_t *event = event_of("X", t + 1, each->unit + 1, event_words[each->what]);
        vtb_json_put(event, "cat", json_string(event_words[each->what]));
        vtb_json_put(event, "ts", json_real((double)(each->start_ns - start_ns) / 1e3));
        vtb_json_put(event, "dur", json_real((double)(each->end_ns - each->start_ns) / 1e3));
        print_event(out, event, first);
    }
}

void vtb_latency_timeline_print(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_latency_report *report = what;
    const struct vtb_latency_timeline *timeline = report->tables[0].latencies.timeline;
    bool first = true;
    (void)format;
    fputs("{\"displayTimeUnit\": \"ns\", \"traceEvents\": [", out);
    for (size_t t = 0; t < report->tables_n; t++)
        print_table(out, report, t, timeline->events[0].start_ns, &first);
    fputs("\n]}\n", out);
}
