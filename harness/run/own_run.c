#include "run/own_run.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "base/variables.h"
#include "cells/home.h"
#include "plan/prepare.h"
#include "run/latency_run.h"

#define WHAT "a command line"

/* Takes the word over; a null stays behind the last. */
static void add_word(struct vtb_own_run *run, char *word)
{
    run->words = vtb_reallocate(run->words, (size_t)run->words_n + 2, sizeof *run->words, WHAT);
    run->words[run->words_n++] = word;
    run->words[run->words_n] = NULL;
}

void vtb_own_run_word(struct vtb_own_run *run, const char *format, ...)
{
    char *word = NULL;
    va_list arguments;
    if (run->words_n == 0) {
        add_word(run, vtb_copy_text("run_bench", WHAT));
        add_word(run, vtb_copy_text(run->command ? run->command : "run", WHAT));
    }
    va_start(arguments, format);
    if (vasprintf(&word, format, arguments) < 0)
        vtb_no_memory(strlen(format), WHAT);
    va_end(arguments);
    add_word(run, word);
}

bool vtb_own_run_plan(struct vtb_own_run *run, struct vtb_error *error)
{
    return vtb_options_parse(&run->options, run->words_n, run->words, error) &&
           (run->command ? vtb_latency_plan : vtb_plan_make)(&run->plan, &run->options, error);
}

bool vtb_own_run_prepare(struct vtb_own_run *run, struct vtb_error *error)
{
    return vtb_own_run_plan(run, error) && vtb_plan_check_heaps(&run->plan, error) &&
           vtb_plan_prepare(&run->plan, error);
}

bool vtb_own_run_measure(struct vtb_own_run *run, const struct vtb_plan *plan,
                         const struct vtb_estimate *estimate, struct vtb_error *error)
{
    run->results = (struct vtb_results){.options = &run->options};
    if (!vtb_run(&run->results, plan, estimate, NULL, error))
        return false;
    const struct vtb_error *reason = &run->results.interrupted_by;
    return !run->results.interrupted || vtb_fail(error, reason->exit_code, "%s", reason->message);
}

void vtb_own_run_close(struct vtb_own_run *run)
{
    vtb_results_free(&run->results);
    vtb_plan_free(&run->plan);
    for (int i = 0; i < run->words_n; i++)
        free(run->words[i]);
    free(run->words);
    *run = (struct vtb_own_run){.words_n = 0};
}

void vtb_own_run_clear_settings(void)
{
    vtb_variables_unset("VTB_", VTB_CELLS_VARIABLE);
}
