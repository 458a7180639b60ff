#include "report/report_csv.h"

#include <math.h>

#include "report/case_names.h"
#include "report/counters.h"

static void print_titles(FILE *out, const struct vtb_counter *counters, size_t n)
{
    fputs("name,workload,strategy,heap,consumer,method,depth,threads,hit_rate", out);
    for (size_t i = 0; i < n; i++)
        fprintf(out, ",%s", counters[i].key);
    fputs(",verdict\n", out);
}

static void print_row(FILE *out, const struct vtb_comparison *comparison,
                      const struct vtb_figures *figures, const struct vtb_counter *counters,
                      size_t n)
{
    const struct vtb_point *point = comparison->point;
    const struct vtb_case *the_case = figures->the_case;
    char name[VTB_CASE_NAME_BYTES];
    vtb_case_name(name, sizeof name, comparison, figures);
    fprintf(out, "%s,%s,%s,%s,%s,%s,%zu,%zu,%.12g", name, point->workload->name,
            the_case->timing->name, the_case->heap->name, vtb_consumer_words[comparison->consumer],
            vtb_case_method(the_case), point->depth, the_case->threads_n,
            point->hits.emerge ? vtb_per_op(&figures->counted, figures->counted.hits_n)
                               : point->hits.rate);
    for (size_t i = 0; i < n; i++)
        fprintf(out, isnan(counters[i].value) ? "," : ",%.15g", counters[i].value);
    fprintf(out, ",%s\n", vtb_verdict_words[figures->verdict]);
}

void vtb_report_csv(FILE *out, const struct vtb_results *results)
{
    struct vtb_counter counters[VTB_COUNTERS_MAX];
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t row = 0; row < comparison->point->cases_n; row++) {
            const struct vtb_figures *figures = &comparison->figures[row];
            const size_t n = vtb_counters(results, comparison, figures, counters);
            if (i == 0 && row == 0)
                print_titles(out, counters, n);
            print_row(out, comparison, figures, counters, n);
        }
    }
}

static void print_samples(FILE *out, const struct vtb_comparison *comparison, size_t row)
{
    const struct vtb_samples *samples = &comparison->samples;
    char name[VTB_CASE_NAME_BYTES];
    vtb_case_name(name, sizeof name, comparison, &comparison->figures[row]);
    for (size_t i = 0; i < samples->sessions_n * samples->rounds_n; i++) {
        const size_t at = i * samples->cases_n + row;
        const double numbers[] = {samples->real_ns[at], samples->cpu_ns[at], samples->gc_ns[at],
                                  samples->probe_before_ns[at], samples->probe_after_ns[at]};
        fprintf(out, "%s,%zu,%zu,%zu", name, i / samples->rounds_n + 1, i % samples->rounds_n,
                vtb_samples_epoch_n(samples, comparison->figures[row].the_case));
        for (size_t n = 0; n < sizeof numbers / sizeof *numbers; n++)
            fprintf(out, isnan(numbers[n]) ? "," : ",%.6g", numbers[n]);
        putc('\n', out);
    }
}

void vtb_report_samples(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_results *results = what;
    (void)format;
    fputs(
        "name,session,round,operations,real_ns_per_op,cpu_ns_per_op,gc_ns_per_op,"
        "probe_before_ns,probe_after_ns\n",
        out);
    for (size_t i = 0; i < results->comparisons_n; i++) {
        const struct vtb_comparison *comparison = &results->comparisons[i];
        for (size_t row = 0; row < comparison->samples.cases_n; row++)
            print_samples(out, comparison, row);
    }
}
