/* What the doctor says of the clock, and of what comes between two of its readings. */
#include <inttypes.h>
#include <math.h>
#include <string.h>

#include "base/prose.h"
#include "base/system_files.h"
#include "passes/doctor_rows.h"

void vtb_judge_clock_source(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    /* Those that are read from a device, and not from the processor. */
    static const char *const slow[] = {"hpet", "acpi_pm", "pit", "jiffies", "refined-jiffies"};
    char source[64];
    if (!vtb_system_text(examined->root,
                         "/sys/devices/system/clocksource/clocksource0/current_clocksource", "",
                         source, sizeof source)) {
        vtb_doctor_unknown(fact,
                           "current_clocksource in /sys cannot be read; see what a reading takes",
                           "mount /sys");
        return;
    }
    vtb_doctor_value(fact, "%s", source);
    vtb_doctor_ok(fact, "it is none of the slow devices that a kernel falls back to");
    for (size_t i = 0; i < sizeof slow / sizeof *slow; i++) {
        if (strcmp(source, slow[i]) == 0)
            vtb_doctor_warn(fact,
                            "a device outside of the processor is read, by a system call: a "
                            "reading takes a us or more, which short epochs and pauses do not bear",
                            "boot with clocksource=tsc; the kernel's log says why it gave that up");
    }
}

/* By the C library a reading takes tens of ns; a system call takes hundreds. */
#define READING_MAX_NS 200

void vtb_judge_reading(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const double reading_ns = vtb_idle_reading_ns(&examined->idle);
    if (isnan(reading_ns)) {
        vtb_doctor_unknown(fact, "the idle control had no reading outside of a gap",
                           "give --time 2 or more, on a machine that is less busy");
        return;
    }
    vtb_doctor_value(fact, "%.1f ns", reading_ns);
    if (reading_ns < READING_MAX_NS)
        vtb_doctor_ok(fact,
                      "two readings stand around an epoch of thousands of operations, and are "
                      "nothing beside it");
    else
        vtb_doctor_warn(fact,
                        "a reading takes a system call, or a busy processor: short epochs and "
                        "pauses have its time in them",
                        "see the clock source; gVisor and some hypervisors trap the clock");
}

/* An epoch is 100 us or more: what is finer than this is a thousandth of it. */
#define RESOLUTION_MAX_NS 100

void vtb_judge_resolution(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_idle_control *idle = &examined->idle;
    if (idle->step_ns == 0) {
        vtb_doctor_unknown(fact, "the clock did not advance during the idle control",
                           "give --time 2 or more");
        return;
    }
    vtb_doctor_value(fact,
                     "%" PRId64 " ns by the kernel; readings differ by %" PRId64 " ns or more",
                     idle->resolution_ns, idle->step_ns);
    if (idle->step_ns <= RESOLUTION_MAX_NS && idle->resolution_ns <= RESOLUTION_MAX_NS)
        vtb_doctor_ok(fact, "finer than anything that is measured between two readings");
    else
        vtb_doctor_warn(fact,
                        "times come in steps of that: short epochs and pauses are rounded to it",
                        "see the clock source");
}

void vtb_judge_jumps(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    const struct vtb_idle_control *idle = &examined->idle;
    if (idle->jumps_n + idle->backwards_n == 0) {
        vtb_doctor_value(fact, "none");
        vtb_doctor_ok(fact,
                      "CLOCK_MONOTONIC never went back, and kept pace with "
                      "CLOCK_MONOTONIC_RAW");
        return;
    }
    vtb_doctor_value(fact,
                     "%" PRIu64 " against CLOCK_MONOTONIC_RAW, the longest %.1f us; back %" PRIu64
                     " time%s",
                     idle->jumps_n, (double)idle->longest_jump_ns / 1e3, idle->backwards_n,
                     vtb_plural((double)idle->backwards_n, "", "s"));
    vtb_doctor_warn(fact,
                    "the clock was set, or two processors disagree on it: an epoch with a jump in "
                    "it is too short or too long by as much",
                    "let a daemon slew the clock in place of stepping it, and see the kernel's log "
                    "for an unstable clock source");
}

/* Medians pass over gaps that few epochs have. Of epochs of 100 us one of ten has a gap if there
 * are so many a second; and so much time lost is as much as the differences that are looked for. */
#define GAPS_MAX_PER_S 1000
#define LOST_MAX 0.01

void vtb_judge_noise(struct vtb_doctor_fact *fact, const struct vtb_examined *examined)
{
    static const char *const units[] = {" ns", " us", " ms", " s", NULL};
    char longest[VTB_NUMBER_BYTES];
    const struct vtb_idle_control *idle = &examined->idle;
    const double seconds = (double)idle->lasted_ns / 1e9;
    if (seconds <= 0) {
        vtb_doctor_unknown(fact, "the clock did not advance during the idle control",
                           "give --time 2 or more");
        return;
    }
    const double gaps_per_s = (double)idle->gaps_n / seconds;
    const double lost = (double)idle->lost_ns / (double)idle->lasted_ns;
    vtb_doctor_value(fact,
                     "%.0f gaps above %d us a second, the longest %s, %.2f %% of the time lost; "
                     "in %.3g s",
                     gaps_per_s, VTB_GAP_NS / 1000,
                     vtb_scaled_text(longest, (double)idle->longest_ns, units), lost * 100,
                     seconds);
    if (gaps_per_s < GAPS_MAX_PER_S && lost < LOST_MAX)
        vtb_doctor_ok(fact,
                      "few epochs have a gap in them, and medians pass over those; of pauses "
                      "and latencies the longest may be such gaps");
    else
        vtb_doctor_warn(fact,
                        "a thread that does nothing but read the clock is kept from it so often: "
                        "so is what is measured, in many epochs, and its tail is made of this",
                        "stop what else runs; move interrupts to other processors "
                        "(/proc/irq/*/smp_affinity); on a virtual machine it may be the host");
}
