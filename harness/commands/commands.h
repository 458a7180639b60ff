/*
 * The commands of run_bench, a file each: from the options to what is printed and written. Each
 * returns false with *error set if it failed, or if its exit status is to say something
 * (VTB_EXIT_REGRESSION and the like); what it had finished by then is kept.
 */
#ifndef COMMANDS_COMMANDS_H
#define COMMANDS_COMMANDS_H

#include "plan/options.h"

struct vtb_builds;
struct vtb_machine;

typedef bool vtb_command_function(const struct vtb_options *options, struct vtb_error *error);

VTB_MUST_USE vtb_command_function vtb_run_command;
VTB_MUST_USE vtb_command_function vtb_advise_command;
VTB_MUST_USE vtb_command_function vtb_list_command;
VTB_MUST_USE vtb_command_function vtb_misuse_command;
VTB_MUST_USE vtb_command_function vtb_gate_command;
VTB_MUST_USE vtb_command_function vtb_compare_command;
VTB_MUST_USE vtb_command_function vtb_merge_command;
VTB_MUST_USE vtb_command_function vtb_check_command;
VTB_MUST_USE vtb_command_function vtb_new_command;
VTB_MUST_USE vtb_command_function vtb_build_command;
VTB_MUST_USE vtb_command_function vtb_doctor_command;
VTB_MUST_USE vtb_command_function vtb_selftest_command;
VTB_MUST_USE vtb_command_function vtb_claims_command;
VTB_MUST_USE vtb_command_function vtb_fidelity_command;
VTB_MUST_USE vtb_command_function vtb_latency_command;
VTB_MUST_USE vtb_command_function vtb_compare_builds_command;
VTB_MUST_USE vtb_command_function vtb_history_command;

/* Runs what `run` would of these options, and keeps and tells all that it does; but what was found,
 * a struct vtb_results, is printed by `print`. */
VTB_MUST_USE bool vtb_run_printed(const struct vtb_options *options, vtb_print *print,
                                  struct vtb_error *error);

/* Compares two builds, by the cases of the options, and warns of what the machine does to that, as
 * a run does; *machine is what it is measured on. See vtb_builds_compare. */
VTB_MUST_USE bool vtb_compare_builds(struct vtb_builds *builds, struct vtb_machine *machine,
                                     const struct vtb_options *options, struct vtb_error *error);

/* Says in the reports of a `gate` that did not begin that nothing was compared, as *error says; of
 * one whose options are wrong, only where an earlier gate's are. For any other command:
 * nothing. */
void vtb_gate_refuse(const struct vtb_options *options, const struct vtb_error *error);

#endif
