/* The command line and its environment twins, read into one plain struct. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdio.h>

#include "names.h"
#include "numbers.h"
#include "schedule.h"

enum vtb_command { VTB_COMMAND_RUN, VTB_COMMAND_LIST, VTB_COMMAND_MISUSE, VTB_COMMAND_N };

enum vtb_completion { VTB_COMPLETION_FIFO, VTB_COMPLETION_LIFO, VTB_COMPLETION_RANDOM };

enum vtb_consumer { VTB_CONSUMER_INDEPENDENT, VTB_CONSUMER_DEPENDENT, VTB_CONSUMER_BOTH };

enum vtb_method { VTB_METHOD_DIRECT, VTB_METHOD_ASYNC, VTB_METHOD_BOTH };

enum vtb_completer { VTB_COMPLETER_CALLER, VTB_COMPLETER_THREAD };

enum vtb_format { VTB_FORMAT_TABLE, VTB_FORMAT_JSON, VTB_FORMAT_CSV, VTB_FORMAT_MARKDOWN };

/* Callers at once. */
#define VTB_THREADS_MAX 256

/* Operations of a request, unless --request-ops says otherwise. */
#define VTB_REQUEST_OPS 64

/* The word that stands for a value on the command line and in result files. */
extern const char *const vtb_completion_words[];
extern const char *const vtb_consumer_words[];
extern const char *const vtb_method_words[];
extern const char *const vtb_completer_words[];

/* Strings are borrowed from argv and the environment. Lists that were not given are empty. */
struct vtb_options {
    enum vtb_command command;
    bool help;
    bool version;
    struct vtb_names workloads;
    struct vtb_names strategies;
    struct vtb_names excluded_strategies;
    struct vtb_names heaps;
    struct vtb_names baseline_strategy; /* empty or one name */
    struct vtb_numbers hit_rates;
    struct vtb_numbers calls;
    struct vtb_numbers in_flight;
    struct vtb_numbers keys;
    struct vtb_numbers depths;
    struct vtb_numbers failure_rates;
    struct vtb_numbers request_ops;
    struct vtb_numbers payloads; /* bytes: stand for workloads */
    struct vtb_numbers pollutions;
    struct vtb_numbers threads;
    struct vtb_numbers capacities; /* of a real LRU cache */
    struct vtb_numbers ttls_s;
    struct vtb_distribution distribution; /* s is 0 if it was not given */
    const char *trace_path;               /* null: keys are drawn; "-": standard input */
    int trace_format;                     /* enum vtb_trace_format */
    double calls_per_second;              /* 0: not given */
    int completer;                        /* enum vtb_completer */
    int completion;                       /* enum vtb_completion */
    int consumer;                         /* enum vtb_consumer */
    int method;                           /* enum vtb_method */
    int format;                           /* enum vtb_format */
    bool force_async;
    struct vtb_numbers gen0_budgets; /* bytes; of heaps that collect, as the next three */
    double live_heap_bytes;          /* < 0: not given */
    bool boehm_incremental;
    struct vtb_names pressure_words;
    bool verify_heap;
    double rounds;
    double epoch_ms;
    double time_s; /* 0: as many rounds as `rounds` says */
    uint64_t seed;
    bool quick;
    bool dry_run;
    const char *export_json; /* null: no such file */
    const char *export_csv;
    const char *export_markdown;
    const char *results_dir;
};

/* Reads environ, then argv. On false *error holds one line for the user. */
VTB_MUST_USE bool vtb_options_parse(struct vtb_options *options, int argc, char **argv,
                                    struct vtb_error *error);

/* The --help of a command. */
void vtb_options_help(FILE *out, enum vtb_command command);

#endif
