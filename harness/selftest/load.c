#include "selftest/load.h"

#include <signal.h>
#include <unistd.h>

#include "base/clock.h"

#define BUSY_S 2
#define IDLE_S 3

const char *const vtb_load_words[] = {"idle", "beside a busy loop", "beside a bursty loop"};

/* Spins until the process is ended by a signal. */
static bool __attribute__((noreturn)) spin(void *context, struct vtb_error *error)
{
    const struct vtb_load *load = context;
    (void)error;
    for (;;) {
        const double start_s = vtb_now_s();
        while (vtb_now_s() - start_s < BUSY_S)
            continue;
        if (load->kind == VTB_LOAD_BURSTY)
            (void)sleep(IDLE_S);
    }
}

bool vtb_load_start(struct vtb_load *load, enum vtb_load_kind kind, struct vtb_error *error)
{
    *load = (struct vtb_load){.kind = kind, .child = {.name = "a load", .run = spin}};
    load->child.context = load;
    return kind == VTB_LOAD_NONE || vtb_child_start(&load->child, error);
}

void vtb_load_stop(struct vtb_load *load)
{
    struct vtb_child_end end;
    struct vtb_error error;
    if (load->kind == VTB_LOAD_NONE || load->child.pid <= 0)
        return;
    (void)kill(load->child.pid, SIGKILL);
    (void)!vtb_child_wait(&load->child, &end, &error);
    load->child.pid = 0;
}
