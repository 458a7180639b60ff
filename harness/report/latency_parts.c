#include "report/latency_parts.h"

#include <math.h>
#include <stdarg.h>

#include "base/json_text.h"
#include "base/table.h"
#include "figures/summary.h"
#include "report/ratio_text.h"

/* --- files --- */

/* How keys of files go on, by quantile. */
static const char *const quantile_words[] = {"p50", "p90", "p99", "p999", "p9999", "max"};

void vtb_latency_add(struct vtb_latency_counters *counters, double value, const char *format, ...)
{
    struct vtb_latency_counter *counter = &counters->items[counters->n++];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(counter->key, sizeof counter->key, format, arguments);
    va_end(arguments);
    counter->value = value;
}

void vtb_latency_add_interval(struct vtb_latency_counters *counters,
                              const struct vtb_interval *interval, const char *key,
                              const char *unit)
{
    vtb_latency_add(counters, interval->median, "%s%s", key, unit);
    vtb_latency_add(counters, interval->lo, "%s%s_lo", key, unit);
    vtb_latency_add(counters, interval->hi, "%s%s_hi", key, unit);
}

void vtb_latency_add_quantiles(struct vtb_latency_counters *counters, const char *word,
                               const struct vtb_interval ns[VTB_LATENCY_QUANTILES_N],
                               const struct vtb_interval ratios[VTB_LATENCY_QUANTILES_N])
{
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++) {
        char key[VTB_LATENCY_KEY_BYTES];
        (void)snprintf(key, sizeof key, "%s_%s", word, quantile_words[q]);
        vtb_latency_add_interval(counters, &ns[q], key, "_ns");
        if (q + 1 < VTB_LATENCY_QUANTILES_N)
            vtb_latency_add_interval(counters, &ratios[q], key, "_ratio");
        else /* of two calls: no interval of it says anything */
            vtb_latency_add(counters, ratios[q].median, "%s_ratio", key);
    }
}

void vtb_latency_put_quantiles(json_t *row, const char *word,
                               const double ns[VTB_LATENCY_QUANTILES_N])
{
    for (size_t q = 0; q < VTB_LATENCY_QUANTILES_N; q++) {
        char key[VTB_LATENCY_KEY_BYTES];
        (void)snprintf(key, sizeof key, "%s_%s_ns", word, quantile_words[q]);
        vtb_json_put_known(row, key, ns[q]);
    }
}

/* --- tables --- */

const char *const vtb_latency_quantile_titles[VTB_LATENCY_QUANTILES_N] = {"p50",   "p90",    "p99",
                                                                          "p99.9", "p99.99", "max"};

const char *vtb_latency_time_text(char text[VTB_NUMBER_BYTES], double ns)
{
    static const char *const units[] = {"ns", "us", "ms", "s", NULL};
    if (!isfinite(ns))
        return "-";
    return vtb_scaled_text(text, ns, units);
}

const char *vtb_latency_ratio_text(char text[VTB_NUMBER_BYTES], const struct vtb_interval *ratio)
{
    if (!isfinite(ratio->median))
        return "-";
    return isnan(ratio->lo) || vtb_disagrees(ratio) ? "?"
                                                    : vtb_ratio_text(text, ratio->median, ratio);
}

void vtb_latency_add_columns(struct vtb_table *text, const char *const *titles, size_t n)
{
    for (size_t i = 0; i < n; i++)
        vtb_table_column(text, (struct vtb_column){titles[i], 6,
                                                   i == 0 ? VTB_SIDE_LEFT : VTB_SIDE_RIGHT, false});
}
