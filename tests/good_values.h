/* Values that options accept, and what is then run, as the names of its cases say. */
#ifndef GOOD_VALUES_H
#define GOOD_VALUES_H

/* Stands for a value that names leave out because it is the usual one. */
#define USUAL "as usual"

struct good_value {
    const char *option;
    const char *text;
    const char *key;      /* of the names */
    const char *expected; /* the key's values, each once, in their order */
};

#define REFERENCES "empty plain heap_task"

static const struct good_value good_values[] = {
    {"hit-rate", "0.8", "hit_rate", "0.8"},
    {"hit-rate", "80%", "hit_rate", "0.8"},
    {"hit-rate", "8e-1", "hit_rate", "0.8"},
    {"hit-rate", "0.5,0.8", "hit_rate", "0.5 0.8"},
    {"hit-rate", "0.8,0.5", "hit_rate", "0.8 0.5"},
    {"hit-rate", "0:1:0.5", "hit_rate", "0 0.5 1"},
    {"hit-rate", "0:0.3:0.1,95%", "hit_rate", "0 0.1 0.2 0.3 0.95"},
    {"hit-rate", "0:1:0.05", "hit_rate",
     "0 0.05 0.1 0.15 0.2 0.25 0.3 0.35 0.4 0.45 0.5 0.55 0.6 0.65 0.7 0.75 0.8 0.85 0.9 0.95 1"},
    {"hit-rate", "0%:100%:25%", "hit_rate", "0 0.25 0.5 0.75 1"},
    {"hit-rate", "0", "hit_rate", "0"},
    {"hit-rate", "100%", "hit_rate", "1"},
    {"hit-rate", "0.1234567", "hit_rate", "0.1234567"},
    {"hit-rate", "0.9999999", "hit_rate", "0.9999999"},
    {"calls", "1", "calls", "1"},
    {"calls", "1k", "calls", "1000"},
    {"calls", "1e3", "calls", "1000"},
    {"calls", "1M", "calls", "1000000"},
    {"calls", "1e6", "calls", "1000000"},
    {"calls", "1000000", "calls", "1000000"},
    {"calls", "1.5k,10", "calls", "1500 10"},
    {"calls", "10:30:10", "calls", "10 20 30"},
    {"calls", "1e12", "calls", "1000000000000"},
    {"in-flight", "1,64,1k", "in_flight", "1 64 1000"},
    {"in-flight", "16777216", "in_flight", "16777216"},
    {"keys", "1,10k", "keys", "1 10000"},
    {"distribution", "uniform", "distribution", "uniform"},
    {"distribution", "zipf", "distribution", "zipf:0.99"},
    {"distribution", "zipf:1", "distribution", "zipf:1"},
    {"distribution", "zipf:1.5", "distribution", "zipf:1.5"},
    {"distribution", "zipf:0.01", "distribution", "zipf:0.01"},
    {"distribution", "zipf:10", "distribution", "zipf:10"},
    {"completion", "fifo", "completion", "fifo"},
    {"completion", "lifo", "completion", "lifo"},
    {"completion", "random", "completion", "random"},
    /* The two references are called as they are, whatever the method. */
    {"method", "direct", "method", "direct"},
    {"method", "async", "method", "direct async"},
    {"method", "both", "method", "direct async"},
    {"method", "runtime", "method", "direct runtime"},
    {"method", "all", "method", "direct async runtime"},
    {"caller", "classic", "caller", USUAL},
    {"caller", "runtime", "caller", "runtime"},
    {"stored", "1", "stored", "1"},
    {"stored", "0", "stored", USUAL},
    {"depth", "1", "depth", "1"},
    {"depth", "1:3:1,16", "depth", "1 2 3 16"},
    {"failure-rate", "0.25", "failure_rate", "0.25"},
    {"failure-rate", "25%,1", "failure_rate", "0.25 1"},
    {"request-ops", "1,100", "request_ops", "1 100"},
    {"request-ops", "1M", "request_ops", "1000000"},
    {"strategy", "poll@checked", "strategy", REFERENCES " poll@checked"},
    {"strategy", "callback,poll", "strategy", REFERENCES " callback poll"},
    {"baseline-strategy", "poll", "strategy", "empty plain poll"},
    {"baseline-strategy", "plain", "strategy", "empty plain"},
    {"baseline-strategy", "heap_task@atomic", "strategy", "empty plain heap_task@atomic"},
    {"workload", "user_cache", "workload", "user_cache"},
    {"heap", "glibc", "heap", "glibc"},
    {"cache", "lru:10,1k", "cache", "lru:10 lru:1000"},
    {"cache", "lru:10", "workload", "trace"},
    {"cache-capacity", "10,1k", "cache", "lru:10 lru:1000"},
    {"ttl", "0.5,2", "ttl", "0.5 2"},
    {"ttl", "0.001", "ttl", "0.001"},
    {"ttl", "0.5", "workload", "product_catalog"},
    {"pollute", "4K,1M", "pollute", "4096 1048576"},
    {"pollute", "1G", "pollute", "1073741824"},
    {"pollute", "0,64", "pollute", USUAL " 64"},
    {"threads", "1", "threads", USUAL},
    {"threads", "3,2", "threads", USUAL " 3 2"},
    {"threads", "256", "threads", USUAL " 256"},
    {"completer", "caller", "completer", USUAL},
    {"completer", "thread", "completer", "thread"},
    {"abstraction", "concrete", "abstraction", USUAL},
    {"abstraction", "virtual", "abstraction", "virtual"},
    {"table", "read-only", "table", USUAL},
    {"table", "concurrent", "table", "concurrent"},
    {"store", "simulated", "store", USUAL},
    {"store", "sqlite", "store", "sqlite"},
    /* A volume changes what is told of the figures, and not what is measured. */
    {"calls-per-second", "100k", "strategy", REFERENCES},
    /* So do these, which count something beside it, or hold it against something. */
    {"events", "page-faults", "strategy", REFERENCES},
    {"color", "always", "strategy", REFERENCES},
    {"progress", "plain", "strategy", REFERENCES},
    {"min-gain", "5,20", "strategy", REFERENCES},
    {"plot-by", "matplotlib", "strategy", REFERENCES},
    {"min-gain", "0.001", "strategy", REFERENCES},
    {"save-baseline", "baseline.json", "strategy", REFERENCES},
    {"history", "h.jsonl", "strategy", REFERENCES},
    {"force-async", "1", "force_async", "1"},
    {"force-async", "0", "force_async", USUAL},
};

#endif
