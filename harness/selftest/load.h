/* Something else that uses the machine while it is measured: a process that spins, all the time or
 * in bursts. */
#ifndef SELFTEST_LOAD_H
#define SELFTEST_LOAD_H

#include "base/child.h"

enum vtb_load_kind {
    VTB_LOAD_NONE,
    VTB_LOAD_BUSY,
    VTB_LOAD_BURSTY, /* busy for 2 s, idle for 3 s, in turns */
    VTB_LOADS_N,
};

extern const char *const vtb_load_words[];

struct vtb_load {
    enum vtb_load_kind kind;
    struct vtb_child child;
};

/* Starts a load, which must stay where it is until vtb_load_stop. On false *error says why there is
 * no process. */
VTB_MUST_USE bool vtb_load_start(struct vtb_load *load, enum vtb_load_kind kind,
                                 struct vtb_error *error);
void vtb_load_stop(struct vtb_load *load);

#endif
