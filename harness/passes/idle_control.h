/*
 * The idle control: a thread that does nothing but read the clock. Whatever keeps it from reading
 * is not its own doing, and would have befallen a measured thread as well. The idea is jHiccup's
 * (Gil Tene, 2012). The clock itself is looked at on the way.
 */
#ifndef PASSES_IDLE_CONTROL_H
#define PASSES_IDLE_CONTROL_H

#include <stddef.h>
#include <stdint.h>

/* Two readings that lie further apart enclose a gap; a reading takes some tens of ns, so that
 * neither it nor a missed cache comes near. */
#define VTB_GAP_NS 10000

/* Times are in ns, as integers, which hold a clock's reading to the last digit. */
struct vtb_idle_control {
    int64_t lasted_ns;
    uint64_t readings_n;
    uint64_t gaps_n;
    int64_t longest_ns;    /* the longest gap; 0: none */
    int64_t lost_ns;       /* all gaps together */
    int64_t step_ns;       /* the least difference of two readings that differ; 0: none did */
    int64_t resolution_ns; /* as the kernel gives it; 0: unknown */
    uint64_t backwards_n;  /* readings that were earlier than the one before */
    uint64_t jumps_n;      /* of the clock, against one that nobody corrects */
    int64_t longest_jump_ns;
    double stolen_share; /* as vtb_stolen_share has it; NaN: unknown */
    double runnable_n;   /* others, the fewer of those at its start and its end; NaN: unknown */
};

/* Reads the clock for so long, and what the kernel says from below `root` (base/system_files.h)
 * before and after it. */
void vtb_idle_control_run(struct vtb_idle_control *control, const char *root, double seconds);

/* Gives the time of a reading, with the loop around it and without the gaps; NaN if there was
 * none. */
double vtb_idle_reading_ns(const struct vtb_idle_control *control);

/* --- how readings are judged --- */

/* Notes two readings that follow each other. */
void vtb_idle_note(struct vtb_idle_control *control, int64_t before_ns, int64_t now_ns);

/* Two clocks, read at the same time but for `within_ns`. */
struct vtb_clock_pair {
    int64_t corrected_ns; /* CLOCK_MONOTONIC, whose speed is adjusted to true seconds */
    int64_t raw_ns;       /* CLOCK_MONOTONIC_RAW, which nothing adjusts */
    int64_t within_ns;
};

/* Notes a jump if between two pairs one clock went further than adjusting makes it. */
void vtb_idle_note_pairs(struct vtb_idle_control *control, const struct vtb_clock_pair *before,
                         const struct vtb_clock_pair *now);

#endif
