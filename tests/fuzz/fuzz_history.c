/*
 * A target of libFuzzer's: the input is a history, a line a result. Lines are added or refused in
 * one line without control characters; then the changes are found, lie where they can, and are
 * printed in every format.
 */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/json_text.h"
#include "gate/history.h"
#include "passes/sessions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

/* What knows the words of states asks sessions too, which a history has not. */
struct vtb_samples vtb_sessions_samples(const struct vtb_sessions *sessions, size_t point,
                                        size_t table)
{
    (void)sessions;
    (void)point;
    (void)table;
    abort();
}

static void add(struct vtb_history *history, const char *bytes, size_t n)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_DECODE_INT_AS_REAL;
    struct vtb_error error;
    json_t *line = json_loadb(bytes, n, flags, NULL);
    if (line && !vtb_history_add(history, line, &error)) {
        require(error.exit_code == VTB_EXIT_USAGE, "it is refused as wrong usage");
        for (const char *c = error.message; *c; c++)
            require(!iscntrl((unsigned char)*c), "messages have no control characters");
    }
    json_decref(line);
}

static void check_change(const struct vtb_history_figure *figure,
                         const struct vtb_history_change *change)
{
    const bool is_exact = figure->kind == VTB_HISTORY_EXACT;
    require(change->at > 0 && change->at < figure->points_n, "a change is between two points");
    require(change->from <= change->to && change->to < figure->points_n, "a range is one");
    require(change->sure >= 0 && change->sure <= 1, "sureness is a share");
    require(isfinite(change->before) && isfinite(change->after), "levels are numbers");
    require(is_exact ? isnan(change->p) : change->p > 0 && change->p <= 0.01, "p is small");
}

static void check(const struct vtb_history *history)
{
    for (size_t i = 0; i < history->figures_n; i++) {
        const struct vtb_history_figure *figure = history->figures[i];
        require(figure->points_n > 0, "a figure has points");
        for (size_t k = 0; k < figure->points_n; k++) {
            require(figure->points[k].result < history->results_n, "a point is of a result");
            require(isfinite(figure->points[k].value), "a value is a number");
        }
        for (size_t k = 0; k < figure->changes_n; k++)
            check_change(figure, &figure->changes[k]);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtb_history history = {0};
    const char *bytes = (const char *)data;
    vtb_json_guard_memory();
    for (size_t first = 0, end; first < size; first = end + 1) {
        const char *newline = memchr(bytes + first, '\n', size - first);
        end = newline ? (size_t)(newline - bytes) : size;
        add(&history, bytes + first, end - first);
    }
    if (history.results_n > 0) {
        vtb_history_find(&history);
        check(&history);
    }
    for (int format = VTB_FORMAT_TABLE; history.results_n > 0 && format < VTB_FORMAT_BYTES;
         format++) {
        char *text = NULL;
        size_t n = 0;
        require(vtb_output_text(vtb_history_report, &history, (enum vtb_format)format, &text, &n),
                "a history is printed");
        free(text);
    }
    vtb_history_free(&history);
    return 0;
}
