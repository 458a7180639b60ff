/* The words of the command line of a run of two builds: the user's options, of the strategies'
 * editions. */
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"
#include "gate/builds.h"
#include "plan/option_table.h"

static bool is_among(const char *name, const char *const *names)
{
    while (*names && strcmp(name, *names) != 0)
        names++;
    return *names != NULL;
}

/* What says how much is measured. */
static bool is_effort(const char *name)
{
    static const char *const names[] = {"sessions", "rounds", "time", "epoch-ms", "quick", NULL};
    return is_among(name, names);
}

/* Whether an option says of a run, too, which cases it has. Not what chooses strategies, which the
 * editions take the place of, nor the seed, which is always said. */
static bool is_of_cases(const char *name)
{
    static const char *const others[] = {"strategy", "exclude-strategy", "seed", NULL};
    const struct vtb_option *option = vtb_find_option(name, strlen(name), VTB_COMMAND_RUN);
    return !is_among(name, others) && !is_effort(name) &&
           vtb_option_is_of(option, VTB_COMMAND_RUN) &&
           vtb_option_is_of(option, VTB_COMMAND_COMPARE_BUILDS);
}

static const char *role_name(enum vtb_role role)
{
    const struct vtb_strategy_entry *entry = vtb_find_role(role);
    return entry ? entry->name : "";
}

/* The strategies that are compared: those that were asked for, or else the baseline strategy and
 * its challenger; without those that were excluded. */
static struct vtb_names strategies_of(const struct vtb_options *options)
{
    struct vtb_names asked = options->strategies;
    struct vtb_names names = {.n = 0};
    if (asked.n == 0) {
        (void)vtb_names_add(&asked, role_name(VTB_ROLE_BASELINE));
        (void)vtb_names_add(&asked, role_name(VTB_ROLE_CHALLENGER));
    }
    for (size_t i = 0; i < asked.n; i++) {
        if (!vtb_names_have(&options->excluded_strategies, asked.items[i]))
            (void)vtb_names_add(&names, asked.items[i]);
    }
    return names;
}

/* Adds a strategy in n editions to a list: one of a user's by its file, which other processes have
 * to be told. The caller frees. */
static char *with_editions(char *list, const char *strategy, size_t first, size_t n)
{
    const struct vtb_strategy_entry *entry = vtb_find_strategy_entry(strategy);
    const bool is_file = entry && entry->path;
    for (size_t e = first; e < first + n; e++) {
        char *longer = NULL;
        if (asprintf(&longer, "%s%s%s%s:%s", list, *list ? "," : "", is_file ? entry->path : "",
                     strategy + (is_file ? strlen(entry->name) : 0), vtb_edition_at(e)->word) < 0)
            vtb_no_memory(strlen(list), "a list of strategies");
        free(list);
        list = longer;
    }
    return list;
}

static void add_given(struct vtb_own_run *run, const struct vtb_given *given)
{
    const struct vtb_option *option =
        vtb_find_option(given->name, strlen(given->name), VTB_COMMAND_RUN);
    if (option->metavar)
        vtb_own_run_word(run, "--%s=%s", given->name, given->text);
    else
        vtb_own_run_word(run, "--%s", given->name);
}

bool vtb_builds_words(struct vtb_own_run *run, const struct vtb_options *options, size_t first,
                      size_t n, struct vtb_error *error)
{
    const struct vtb_names strategies = strategies_of(options);
    if (strategies.n == 0)
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "--exclude-strategy leaves no strategy to compare; name others");
    char *list = vtb_copy_text("", "a list of strategies");
    for (size_t i = 0; i < strategies.n; i++)
        list = with_editions(list, strategies.items[i], first, n);
    vtb_own_run_word(run, "--strategy=%s", list);
    free(list);
    for (size_t i = 0; i < options->given_n; i++) {
        if (is_of_cases(options->given[i].name))
            add_given(run, &options->given[i]);
    }
    return true;
}

/* Each session draws one place of the code for each edition, and what places do is most of what
 * sessions are apart by: so there are many sessions of few rounds. */
void vtb_builds_effort(struct vtb_own_run *run, const struct vtb_options *options)
{
    for (size_t i = 0; i < options->given_n; i++) {
        const char *name = options->given[i].name;
        /* Of rounds and a time the environment may say one, and the command line the other. */
        const bool holds = (strcmp(name, "rounds") != 0 || options->rounds >= 0) &&
                           (strcmp(name, "time") != 0 || options->time_s > 0);
        if (is_effort(name) && holds)
            add_given(run, &options->given[i]);
    }
    if (options->time_s > 0 && !vtb_options_given(options, "time"))
        vtb_own_run_word(run, "--time=%.15g", options->time_s); /* a gate's, which is not kept */
    if (options->quick)
        return;
    if (options->sessions == 0)
        vtb_own_run_word(run, "--sessions=%d", VTB_BUILDS_SESSIONS_N);
    if (options->rounds < 0 && options->time_s == 0)
        vtb_own_run_word(run, "--rounds=%d", VTB_BUILDS_ROUNDS_N);
}
