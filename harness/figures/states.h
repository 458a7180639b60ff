/*
 * The states of the machine in which epochs ran, as the probe beside them tells: quiet, or beside a
 * busy sibling, another thread of the same core that slows everything by a third or more, but not
 * everything alike, so that ratios are others there. Figures of one state are never mixed with
 * those of another.
 */
#ifndef FIGURES_STATES_H
#define FIGURES_STATES_H

#include "passes/sessions.h"

enum vtb_state {
    VTB_STATE_QUIET,
    VTB_STATE_BUSY,
    VTB_STATE_ANY, /* states were not told apart */
};

extern const char *const vtb_state_words[]; /* "quiet", "busy", "any" */

/* Gives the level of the probe in the quiet state: the least that was seen, before the sessions or
 * in them (their first percentile). */
double vtb_quiet_level(const struct vtb_sessions *sessions);

/* Gives the reading of the probe that a hundredth of a table's readings are below; infinite if it
 * has none. */
double vtb_low_reading(const struct vtb_samples *samples);

/* Whether an epoch was in a state, by the probes before it and after it. Where there was no probe
 * it was in VTB_STATE_ANY alone. */
bool vtb_is_in_state(enum vtb_state state, double before_ns, double after_ns, double quiet_ns);

/* Whether states were told apart when the samples were taken. */
bool vtb_has_states(const struct vtb_samples *samples);

/* Gives the share of all epochs of a case that were in a state. */
double vtb_state_share(const struct vtb_samples *samples, size_t own, enum vtb_state state,
                       double quiet_ns);

#endif
