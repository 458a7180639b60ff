#include "passes/doctor.h"

#include <math.h>
#include <stdarg.h>
#include <string.h>
#include <unistd.h>

#include "base/system_files.h"
#include "cells/malloc_owner.h"
#include "passes/doctor_rows.h"
#include "passes/event_counters.h"

const char *const vtb_doctor_level_words[VTB_DOCTOR_LEVELS_N] = {"ok", "warning", "unknown"};

/* The facts, in the order of reports. */
static const struct {
    const char *fact;
    vtb_judge *judge;
} rows[] = {
    {"processors", vtb_judge_processors},
    {"processor quota", vtb_judge_quota},
    {"throttling", vtb_judge_throttling},
    {"siblings (SMT)", vtb_judge_siblings},
    {"state of the core", vtb_judge_core},
    {"frequency governor", vtb_judge_governor},
    {"turbo", vtb_judge_turbo},
    {"frequency drift", vtb_judge_frequency},
    {"virtual machine", vtb_judge_virtualisation},
    {"container", vtb_judge_container},
    {"steal", vtb_judge_steal},
    {"run queue", vtb_judge_run_queue},
    {"processor pressure", vtb_judge_pressure},
    {"noise floor", vtb_judge_noise},
    {"clock source", vtb_judge_clock_source},
    {"clock reading", vtb_judge_reading},
    {"clock resolution", vtb_judge_resolution},
    {"clock jumps", vtb_judge_jumps},
    {"hardware counters", vtb_judge_hardware_counters},
    {"software counters", vtb_judge_software_counters},
    {"caches", vtb_judge_caches},
    {"memory", vtb_judge_memory},
    {"swap", vtb_judge_swap},
    {"random addresses", vtb_judge_addresses},
    {"huge pages", vtb_judge_huge_pages},
    {"malloc", vtb_judge_malloc},
    {"environment", vtb_judge_environment},
    {"build", vtb_judge_build},
    {"versions", vtb_judge_versions},
};

#define ROWS_N (sizeof rows / sizeof *rows)
_Static_assert(ROWS_N <= VTB_DOCTOR_FACTS_MAX, "there is room for all facts");

/* --- found out --- */

#define FREQUENCY_MAX_S 0.2
#define PROBE_MAX_S 0.2

void vtb_doctor_examine(struct vtb_examined *examined, const char *root, double seconds)
{
    struct vtb_counting_system system;
    *examined = (struct vtb_examined){
        .root = root,
        .hardware = {.name = "cycles",
                     .attr = {.type = PERF_TYPE_HARDWARE, .config = PERF_COUNT_HW_CPU_CYCLES}},
        .software = {.name = "page-faults",
                     .attr = {.type = PERF_TYPE_SOFTWARE, .config = PERF_COUNT_SW_PAGE_FAULTS}},
        .malloc_file = vtb_file_of_function("malloc"),
        .libc_file = vtb_file_of_function("gnu_get_libc_version"),
        .environment = environ,
    };
    vtb_machine_read_at(&examined->machine, root);
    vtb_cpu_info_read(&examined->cpu, root);
    vtb_counting_system_read(&system);
    vtb_event_probe(&examined->hardware, &system);
    vtb_event_probe(&examined->software, &system);
    vtb_frequency_measure(&examined->frequency, fmin(seconds, FREQUENCY_MAX_S));
    examined->core = vtb_probe_watch(fmin(seconds, PROBE_MAX_S));
    vtb_idle_control_run(&examined->idle, root, seconds);
}

/* --- judged --- */

void vtb_doctor_value(struct vtb_doctor_fact *fact, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(fact->value, sizeof fact->value, format, arguments);
    va_end(arguments);
}

static void say(struct vtb_doctor_fact *fact, enum vtb_doctor_level level, const char *effect,
                const char *remedy)
{
    fact->level = level;
    snprintf(fact->effect, sizeof fact->effect, "%s", effect);
    snprintf(fact->remedy, sizeof fact->remedy, "%s", remedy);
}

void vtb_doctor_ok(struct vtb_doctor_fact *fact, const char *why)
{
    say(fact, VTB_DOCTOR_OK, why, "");
}

void vtb_doctor_warn(struct vtb_doctor_fact *fact, const char *effect, const char *remedy)
{
    say(fact, VTB_DOCTOR_WARNING, effect, remedy);
}

void vtb_doctor_unknown(struct vtb_doctor_fact *fact, const char *why, const char *remedy)
{
    if (!*fact->value)
        vtb_doctor_value(fact, "%s", VTB_UNKNOWN);
    say(fact, VTB_DOCTOR_UNKNOWN, why, remedy);
}

void vtb_doctor_judge(struct vtb_doctor_facts *facts, const struct vtb_examined *examined)
{
    *facts = (struct vtb_doctor_facts){.n = ROWS_N};
    for (size_t i = 0; i < ROWS_N; i++) {
        facts->items[i].fact = rows[i].fact;
        rows[i].judge(&facts->items[i], examined);
    }
}
