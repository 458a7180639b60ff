#include "report/latency_files.h"

#include <inttypes.h>
#include <limits.h>

#include "base/json_text.h"
#include "base/prose.h"
#include "report/case_names.h"
#include "report/histograms.h"
#include "report/report_handover.h"

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

/* Room for the name of a unit in files, and of a lane of a timeline. */
#define NAME_BYTES (VTB_FILE_PART_BYTES + 32)

/* Writes what sets the files of a unit apart from those of others. */
static void name_unit(char name[NAME_BYTES], const struct vtb_latency_report *report,
                      const struct vtb_latency_table *table,
                      const struct vtb_latency_figures *figures)
{
    const struct vtb_plan *plan = report->results->plan;
    char part[VTB_FILE_PART_BYTES];
    if (figures->the_case)
        vtb_case_file_part(part, plan, table->point, figures->the_case);
    else
        vtb_control_file_part(part, plan, table->point, "idle_control", figures->callers_n);
    (void)snprintf(name, NAME_BYTES, "%s", part);
    if (plan->consumers_n > 1)
        vtb_append(name, NAME_BYTES, "-%s", vtb_consumer_words[table->consumer]);
}

static bool write_histogram(const struct histogram *histogram, const char *stem, const char *word,
                            const char *name, struct vtb_error *error)
{
    char path[PATH_MAX];
    (void)snprintf(path, sizeof path, "%s.%s.%s.hgrm", stem, word, name);
    return vtb_output_file(path, print_histogram, histogram, VTB_FORMAT_TABLE, error);
}

static bool write_unit(const struct vtb_latency_report *report,
                       const struct vtb_latency_table *table, size_t unit, const char *stem,
                       struct vtb_error *error)
{
    const struct vtb_handover_table *handovers = &table->handovers;
    char name[NAME_BYTES];
    struct histogram histogram;
    struct vtb_error reason;
    bool ok = true;
    name_unit(name, report, table, &table->figures[unit]);
    vtb_latency_name(histogram.name, sizeof histogram.name, report, table, &table->figures[unit]);
    for (int kind = VTB_LATENCY_INTENDED; kind <= VTB_LATENCY_SERVICE; kind++) {
        histogram.lengths =
            vtb_latencies_lengths(&table->latencies, unit, (enum vtb_latency_kind)kind);
        ok = write_histogram(&histogram, stem, vtb_latency_kind_words[kind], name,
                             ok ? error : &reason) &&
             ok;
    }
    const bool has_handover = handovers->figures && handovers->figures[unit].calls_n > 0;
    for (int kind = 0; has_handover && kind < VTB_HANDOVER_KINDS_N; kind++) {
        histogram.lengths =
            vtb_handovers_lengths(&handovers->handovers, unit, (enum vtb_handover_kind)kind);
        ok = write_histogram(&histogram, stem, vtb_handover_kind_words[kind], name,
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

/* Gives the lane of a unit, from 1 on: each of its callers, if it has several, has one behind that
 * of the whole. */
static size_t lane_of(const struct vtb_latency_table *table, size_t unit)
{
    size_t lane = 1;
    for (size_t i = 0; i < unit; i++)
        lane += table->figures[i].callers_n > 1 ? 1 + table->figures[i].callers_n : 1;
    return lane;
}

static void print_lanes(FILE *out, const struct vtb_latency_report *report, size_t t, bool *first)
{
    const struct vtb_latency_table *table = &report->tables[t];
    char unit[NAME_BYTES];
    char name[NAME_BYTES + 32];
    for (size_t i = 0; i < table->latencies.units_n; i++) {
        const size_t callers_n = table->figures[i].callers_n;
        name_unit(unit, report, table, &table->figures[i]);
        print_event(out, name_event("thread_name", t + 1, lane_of(table, i), unit), first);
        for (size_t caller = 1; callers_n > 1 && caller <= callers_n; caller++) {
            (void)snprintf(name, sizeof name, "%s caller %zu", unit, caller);
            print_event(out, name_event("thread_name", t + 1, lane_of(table, i) + caller, name),
                        first);
        }
    }
}

static void print_table(FILE *out, const struct vtb_latency_report *report, size_t t,
                        int64_t start_ns, bool *first)
{
    const struct vtb_latency_table *table = &report->tables[t];
    const struct vtb_latency_timeline *timeline = table->latencies.timeline;
    char name[NAME_BYTES];
    (void)snprintf(name, sizeof name, "%s, %s", table->point->workload->name,
                   vtb_consumer_words[table->consumer]);
    print_event(out, name_event("process_name", t + 1, 0, name), first);
    print_lanes(out, report, t, first);
    for (uint64_t i = 0; i < timeline->n; i++) {
        const struct vtb_latency_event *each = &timeline->events[i];
        json_t *event = event_of("X", t + 1, lane_of(table, each->unit) + each->caller,
                                 event_words[each->what]);
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
    const struct vtb_latency_extent extent = vtb_latency_extent(report);
    bool first = true;
    (void)format;
    fprintf(out,
            "{\"displayTimeUnit\": \"ns\", \"otherData\": {\"events_n\": %" PRIu64
            ", \"left_out_n\": %" PRIu64 "}, \"traceEvents\": [",
            extent.kept_n, extent.left_out_n);
    for (size_t t = 0; t < report->tables_n; t++)
        print_table(out, report, t, timeline->events[0].start_ns, &first);
    fputs("\n]}\n", out);
}
