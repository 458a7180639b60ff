/* The command line and its environment twins, read into one plain struct. */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include <vtb/cell.h>

#include <stdio.h>

#include "base/names.h"
#include "base/numbers.h"
#include "base/output.h"
#include "plan/event_names.h"
#include "plan/metrics.h"
#include "plan/parameters.h"
#include "plan/schedule.h"
#include "plan/shard.h"
#include "plan/trace.h"
#include "stores/store.h"

enum vtb_command {
    VTB_COMMAND_RUN,
    VTB_COMMAND_ADVISE,
    VTB_COMMAND_LIST,
    VTB_COMMAND_MISUSE,
    VTB_COMMAND_GATE,
    VTB_COMMAND_COMPARE,
    VTB_COMMAND_CHECK,
    VTB_COMMAND_NEW,
    VTB_COMMAND_BUILD,
    VTB_COMMAND_DOCTOR,
    VTB_COMMAND_SELFTEST,
    VTB_COMMAND_CLAIMS,
    VTB_COMMAND_FIDELITY,
    VTB_COMMAND_LATENCY,
    VTB_COMMAND_COMPARE_BUILDS,
    VTB_COMMAND_HISTORY,
    VTB_COMMAND_MERGE,
    VTB_COMMAND_N
};

enum vtb_completion { VTB_COMPLETION_FIFO, VTB_COMPLETION_LIFO, VTB_COMPLETION_RANDOM };

/* The fewest rounds of a session: with fewer, few sessions would have VTB_PAIRS_MIN pairs. */
#define VTB_ROUNDS_MIN 8

enum vtb_consumer { VTB_CONSUMER_INDEPENDENT, VTB_CONSUMER_DEPENDENT, VTB_CONSUMER_BOTH };

/* The methods of a run: one of enum vtb_method, or several. */
enum vtb_methods_chosen { VTB_METHODS_BOTH = VTB_METHODS_N, VTB_METHODS_ALL };
/* How the caller is compiled; by default as the method. */
enum vtb_caller { VTB_CALLER_CLASSIC, VTB_CALLER_RUNTIME, VTB_CALLER_AS_METHOD };

enum vtb_completer { VTB_COMPLETER_CALLER, VTB_COMPLETER_THREAD };

/* What a caller knows of the service: which it is, or an interface of it. */
enum vtb_abstraction { VTB_ABSTRACTION_CONCRETE, VTB_ABSTRACTION_VIRTUAL };

/* How far apart the calls of an open loop are meant to start: equally, or as if users were many. */
enum vtb_arrivals { VTB_ARRIVALS_CONSTANT, VTB_ARRIVALS_POISSON };

/* How a caller waits for an operation that another thread completes: it spins on a word, or sleeps
 * in a futex. */
enum vtb_wake { VTB_WAKE_SPIN, VTB_WAKE_FUTEX };

/* The table of a service: one that is only read, with a ring beside it for what is inserted; or one
 * into which all threads insert. */
enum vtb_table_kind { VTB_TABLE_READ_ONLY, VTB_TABLE_CONCURRENT };

/* The programs that draw pictures. */
enum vtb_plot_by { VTB_PLOT_BY_MATPLOTLIB, VTB_PLOT_BY_GNUPLOT, VTB_PLOT_BY_BOTH };

/* The words that stand for values on the command line and in result files, in the order of their
 * enums. */
extern const char *const vtb_completion_words[];
extern const char *const vtb_consumer_words[];
extern const char *const vtb_method_words[];
extern const char *const vtb_caller_words[];
extern const char *const vtb_completer_words[];
extern const char *const vtb_abstraction_words[];
extern const char *const vtb_arrivals_words[];
extern const char *const vtb_wake_words[];
extern const char *const vtb_table_words[];
extern const char *const vtb_plot_by_words[];
extern const char *const vtb_progress_words[];
extern const char *const vtb_color_words[];

/* How much worse than before a gated figure may be: by a number, or by a share of what it was. */
struct vtb_limit {
    double number;
    double share;
    bool off; /* the figure is not compared */
};

/* An option that a result file keeps, as it was given: it says which cases are run, or else how
 * they are run and what is told of them. */
struct vtb_given {
    const char *name;
    const char *text;
    bool of_cases;
};

#define VTB_GIVEN_MAX 64

/* The files that a command line can name without options: all shards of some machines, or as many
 * results as a history reads. */
#define VTB_FILES_MAX 10000

/* Strings are borrowed from argv and the environment. Lists that were not given are empty. */
struct vtb_options {
    int arguments_n; /* the process's arguments, its own name first */
    char **arguments;
    enum vtb_command command;
    bool help;
    bool version;
    bool verify_heap;
    bool instructions;
    bool require_events;
    bool list_events; /* for `list` */
    bool quick;
    bool dry_run;
    bool details; /* all tables and sentences, and not the answer alone */
    bool keep_environment;
    bool await_many; /* for `advise`, as are the next three */
    bool store_result;
    bool always_async;
    bool public_api;
    bool strict; /* for `gate`, as is the next */
    bool any_toolchain;
    struct vtb_names workloads;
    struct vtb_names strategies;
    struct vtb_names excluded_strategies;
    struct vtb_names heaps;
    struct vtb_names guests;            /* their names, or the paths of their folders */
    struct vtb_names baseline_strategy; /* empty or one name */
    struct vtb_names runtime;           /* likewise, for `advise` */
    struct vtb_numbers parameters[VTB_PARAMETERS_N]; /* a flag has one value, 0 or 1 */
    struct vtb_distribution distribution;            /* s is 0 if it was not given */
    const char *trace_path;                          /* null: keys are drawn; "-": standard input */
    struct vtb_trace_format trace_format;
    double calls_per_second; /* 0: not given */
    double miss_time_s;      /* likewise */
    int completer;           /* enum vtb_completer */
    int abstraction;         /* enum vtb_abstraction */
    int table;               /* enum vtb_table_kind */
    int store;               /* a number of vtb_store_words */
    const char *redis;       /* the address of its server; null: not given */
    double store_threads;    /* 0: not given */
    int arrivals;            /* enum vtb_arrivals, of `latency`, as are the next four */
    int wake;                /* enum vtb_wake */
    double rate;   /* calls a second; INFINITY: the most that is sustained; 0: not given */
    double slices; /* 0: not given, as for the next */
    double slice_ms;
    int plot_by;    /* enum vtb_plot_by */
    int completion; /* enum vtb_completion */
    int consumer;   /* enum vtb_consumer */
    int method;     /* enum vtb_method, or enum vtb_methods_chosen */
    int caller;     /* enum vtb_caller */
    bool stored;
    int format;             /* enum vtb_format */
    int progress;           /* enum vtb_progress_kind */
    int color;              /* enum vtb_color */
    double live_heap_bytes; /* < 0: not given */
    struct vtb_names pressure_words;
    struct vtb_events events;     /* none: no pass for them */
    struct vtb_numbers min_gains; /* percent */
    double sessions;              /* 0: not given */
    double rounds;                /* < 0: not given; so for the next */
    double epoch_ms;
    /* Seconds to measure for; 0: `rounds` says how long. */
    double time_s;
    uint64_t seed;
    struct vtb_shard shard;
    const char *baseline;                        /* of `gate`, as are the next three */
    struct vtb_limit limits[VTB_GATE_METRICS_N]; /* in the order of vtb_gate_metrics */
    double margin_percent;
    /* Processor time that `check` grants each single check. */
    double check_s;
    double runs;              /* of `selftest`, as is the next; 0: not given */
    const char *samples_path; /* null: this machine is measured */
    const char *section;      /* of `claims`: a part of a heading; null: all of them */
    time_t since;             /* of `history`, as are the next: results from then on */
    struct vtb_names figures; /* words of figures, or none for all */
    const char *from;         /* of `advise`: a result file; null: measure now */
    double doctor_s;          /* that `doctor` watches for gaps */
    const char *pin;          /* null: not given, as for the next */
    const char *tag;
    const char *resume;
    const char *export_junit;
    const char *export_sarif;
    const char *export_timeline;
    const char *save_baseline; /* null: none */
    const char *report;        /* of a page of HTML; null: none */
    const char *history;       /* a file to which results are added; null: none */
    const char *plot_dir;      /* null: no pictures */
    const char *against;       /* of `gate`: a build; null: a baseline is what it is held against */
    bool own_programs;         /* of two builds, each is measured by its own program */
    /* The two of `compare`, or of `compare-builds`, which may be revisions; of `new` what to make,
     * and where; the sources of `history`, the shards of `merge`. */
    const char *files[VTB_FILES_MAX];
    size_t files_n;
    bool distinct; /* no file that is written is another that is read or written */
    struct vtb_given given[VTB_GIVEN_MAX];
    size_t given_n;
    const char *export_json; /* null: no such file */
    const char *export_csv;
    const char *export_markdown;
    const char *results_dir;
};

/* The text of an option that a result file keeps, as it was given; null: it was not. */
const char *vtb_options_given(const struct vtb_options *options, const char *name);

/* Whether another thread than the caller completes operations. */
bool vtb_options_completes(const struct vtb_options *options);

/* Whether a flag among the parameters was given, other than as 0. */
bool vtb_options_flag(const struct vtb_options *options, enum vtb_parameter_id id);

/* Reads the environment, then argv. On false *error holds one line for the user on the first thing
 * that is wrong, and what is right is in *options all the same. */
VTB_MUST_USE bool vtb_options_parse(struct vtb_options *options, int argc, char **argv,
                                    struct vtb_error *error);

/* Sets an option that says which cases are run, from the text that a result file has kept. On false
 * *error says what is wrong with it. */
VTB_MUST_USE bool vtb_options_replay(struct vtb_options *options, const char *name,
                                     const char *text, struct vtb_error *error);

/* Likewise, an option that says how cases are run, or what is told of them. */
VTB_MUST_USE bool vtb_options_replay_run(struct vtb_options *options, const char *name,
                                         const char *text, struct vtb_error *error);

/* Whether the command that was given takes the option of this name. */
bool vtb_options_takes(const struct vtb_options *options, const char *name);

/*
 * Makes the arguments of a process that runs the same cases: `run`, --keep-environment, as its
 * environment is that of the process that starts it, the options that say which cases are run, in
 * their order, and the path of the recorded keys if there are any. The array and
 * its strings are the caller's, to be freed with vtb_options_free_arguments; null: no memory.
 */
char **vtb_options_arguments(const struct vtb_options *options);
void vtb_options_free_arguments(char **arguments);

/* Prints the help of a command. */
void vtb_options_help(FILE *out, enum vtb_command command);

#endif
