#include "check.h"

#include "plan/event_names.h"

#define LISTED_MAX 8192

static struct vtb_events events;

/* Static: too large to be made anew for each. */
static const struct vtb_events *parse(const char *text)
{
    struct vtb_error error = {0};
    if (!vtb_events_parse(text, &events, &error))
        fail_msg("%s: %s", text, error.message);
    return &events;
}

static void refused(const char *text, const char *reason)
{
    struct vtb_error error = {0};
    if (vtb_events_parse(text, &events, &error))
        fail_msg("'%s' is not refused", text);
    assert_int_equal(error.exit_code, VTB_EXIT_USAGE);
    assert_one_line(error.message);
    assert_contains(error.message, reason);
}

static void check_groups(const char *text, const char *groups)
{
    parse(text);
    assert_int_equal(events.n, strlen(groups));
    for (size_t i = 0; i < events.n; i++) {
        if (events.items[i].group != (unsigned)(groups[i] - '0'))
            fail_msg("%s: event %zu is in group %u", text, i, events.items[i].group);
    }
}

/* The kernel's numbers for each event, as its header has them. */
static void names_become_what_the_kernel_is_asked_for(void **state)
{
    static const struct {
        const char *name;
        uint32_t type;
        uint64_t config;
    } known[] = {
        {"page-faults", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_PAGE_FAULTS},
        {"perf::CONTEXT-SWITCHES", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CONTEXT_SWITCHES},
        {"PERF_COUNT_SW_CPU_MIGRATIONS", PERF_TYPE_SOFTWARE, PERF_COUNT_SW_CPU_MIGRATIONS},
        {"cycles:u", PERF_TYPE_HARDWARE, PERF_COUNT_HW_CPU_CYCLES},
        {"Instructions", PERF_TYPE_HARDWARE, PERF_COUNT_HW_INSTRUCTIONS},
        {"L1-dcache-load-misses", PERF_TYPE_HW_CACHE,
         PERF_COUNT_HW_CACHE_L1D | PERF_COUNT_HW_CACHE_OP_READ << 8 |
             PERF_COUNT_HW_CACHE_RESULT_MISS << 16},
    };
    (void)state;
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        const struct vtb_event *event = &parse(known[i].name)->items[0];
        assert_int_equal(events.n, 1);
        assert_string_equal(event->name, known[i].name);
        assert_int_equal(event->attr.type, known[i].type);
        assert_int_equal(event->attr.config, known[i].config);
        assert_string_equal(event->reason, "");
        assert_false(event->of_machine);
    }
}

static void both_parts_are_counted_unless_one_is_asked_for(void **state)
{
    (void)state;
    parse("cycles,cycles:u,cycles:k");
    assert_int_equal(events.n, 3);
    for (size_t i = 0; i < 3; i++) {
        assert_int_equal(events.items[i].attr.exclude_kernel, i == 1);
        assert_int_equal(events.items[i].attr.exclude_user, i == 2);
    }
}

static void braces_make_groups(void **state)
{
    (void)state;
    check_groups("cycles", "0");
    check_groups("{cycles}", "0");
    check_groups("cycles,instructions,page-faults", "012");
    check_groups("{cycles,instructions},page-faults", "001");
    check_groups("page-faults,{cycles,instructions,branches},faults:u", "01112");
    check_groups("{cycles,instructions},{branches,branch-misses}", "0011");
}

static void empty_names_are_refused(void **state)
{
    static const char *const lists[] = {
        "",          ",",         "cycles,", ",cycles",   "cycles,,faults", "{}",
        "{cycles,}", "{,cycles}", "{",       "cycles,{}", "cycles,{"};
    (void)state;
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        refused(lists[i], "an empty name");
}

static void braces_that_do_not_match_are_refused(void **state)
{
    (void)state;
    refused("{cycles", "a '{' without a '}'");
    refused("faults,{cycles,instructions", "a '{' without a '}'");
    refused("}", "a '}' without a '{'");
    refused("cycles}", "a '}' without a '{'");
    refused("cycles,}", "a '}' without a '{'");
    refused("{cycles}}", "a '}' without a '{'");
    refused("{{cycles}}", "a '{' in braces");
    refused("{cycles,{instructions}}", "a '{' in braces");
    refused("{cycles{instructions}}", "a '{' in braces");
    refused("cycles{instructions}", "no comma before a '{'");
    refused("{cycles}{instructions}", "no comma before a '{'");
    refused("{cycles}instructions", "no comma behind a '}'");
    refused("{cycles,instructions}:u", "no comma behind a '}'");
}

static void an_unknown_event_is_refused_with_the_nearest(void **state)
{
    (void)state;
    refused("cylces", "'cylces': event not found; the nearest that is known: cycles");
    refused("page-faults,INSTRUCTION:u",
            "'INSTRUCTION:u': event not found; the nearest that is "
            "known: instructions");
    refused("perf::contxt-switches", "the nearest that is known: context-switches");
    refused("nonsense::cycles", "'nonsense::cycles': event not found: libpfm4 knows no 'nonsense'");
    refused("::", "event not found");
    refused("a b\nc", "'a b");
}

/* Events of two processors are asked for, of which no machine is both, and libpfm4 has both
 * names. */
static void a_processor_that_this_is_not_is_refused(void **state)
{
    struct vtb_error error = {0};
    (void)state;
    if (vtb_events_parse("arm_ac57::INST_RETIRED", &events, &error))
        refused("skl::INST_RETIRED", "libpfm4 finds on this machine no 'skl'");
    /* libpfm4 may have been built for some processors alone. */
    else if (!strstr(error.message, "libpfm4 knows no"))
        assert_contains(error.message, "libpfm4 finds on this machine no 'arm_ac57'");
}

static void an_unknown_attribute_is_refused_with_those_there_are(void **state)
{
    (void)state;
    refused("cycles:uu", "'cycles:uu': invalid event attribute; cycles takes, nearest first: u, ");
    refused("perf::PAGE-FAULTS:hh", "perf::PAGE-FAULTS takes, nearest first: ");
    refused("cycles:period=5", "invalid event attribute");
}

static void an_event_stands_there_once(void **state)
{
    (void)state;
    refused("cycles,cycles", "'cycles' and 'cycles' are the same event");
    refused("{cycles,page-faults},cpu-cycles", "'cycles' and 'cpu-cycles' are the same event");
    refused("cycles,perf::CYCLES:u:k", "'cycles' and 'perf::CYCLES:u:k' are the same event");
    parse("cycles,cycles:u");
}

/* Raw events, of which there are enough: r1, r2, ... */
static void no_more_events_than_there_is_room_for(void **state)
{
    char text[1024] = "r1";
    size_t used = strlen(text);
    (void)state;
    for (int i = 2; i <= VTB_EVENTS_MAX; i++)
        used += (size_t)snprintf(text + used, sizeof text - used, ",r%x", i);
    assert_int_equal(parse(text)->n, VTB_EVENTS_MAX);
    assert_int_equal(events.items[VTB_EVENTS_MAX - 1].attr.config, VTB_EVENTS_MAX);
    snprintf(text + used, sizeof text - used, ",page-faults");
    refused(text, "more than 32 events");
}

static void no_longer_name_than_there_is_room_for(void **state)
{
    char text[VTB_EVENT_NAME_BYTES + 1];
    (void)state;
    memset(text, 'a', sizeof text);
    text[VTB_EVENT_NAME_BYTES] = '\0';
    refused(text, "a name of more than 127 characters");
    text[VTB_EVENT_NAME_BYTES - 1] = '\0';
    refused(text, "event not found");
}

/* --- the list --- */

struct listed {
    size_t n;
    size_t pmus_n; /* that are not "perf" */
    bool has_faults;
    char names[LISTED_MAX][VTB_EVENT_NAME_BYTES];
};

static void note(const struct vtb_event_name *name, void *context)
{
    struct listed *listed = context;
    assert_one_line(name->event->name);
    assert_one_line(name->pmu);
    assert_non_null(name->description);
    assert_true(listed->n < LISTED_MAX);
    listed->pmus_n += strcmp(name->pmu, "perf") != 0;
    if (strcmp(name->event->name, "page-faults") == 0) {
        assert_string_equal(name->pmu, "perf");
        assert_string_equal(name->masks, "");
        assert_int_equal(name->event->attr.type, PERF_TYPE_SOFTWARE);
        listed->has_faults = true;
    }
    if (!name->event->reason[0])
        snprintf(listed->names[listed->n++], VTB_EVENT_NAME_BYTES, "%s", name->event->name);
}

static void every_name_in_the_list_can_be_parsed(void **state)
{
    static struct listed listed;
    struct vtb_error error = {0};
    (void)state;
    if (!vtb_event_names_each(note, &listed, &error))
        fail_msg("%s", error.message);
    assert_true(listed.has_faults);
    assert_true(listed.n >= 20);
    for (size_t i = 0; i < listed.n; i++)
        parse(listed.names[i]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(names_become_what_the_kernel_is_asked_for),
        cmocka_unit_test(both_parts_are_counted_unless_one_is_asked_for),
        cmocka_unit_test(braces_make_groups),
        cmocka_unit_test(empty_names_are_refused),
        cmocka_unit_test(braces_that_do_not_match_are_refused),
        cmocka_unit_test(an_unknown_event_is_refused_with_the_nearest),
        cmocka_unit_test(a_processor_that_this_is_not_is_refused),
        cmocka_unit_test(an_unknown_attribute_is_refused_with_those_there_are),
        cmocka_unit_test(an_event_stands_there_once),
        cmocka_unit_test(no_more_events_than_there_is_room_for),
        cmocka_unit_test(no_longer_name_than_there_is_room_for),
        cmocka_unit_test(every_name_in_the_list_can_be_parsed),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
