#include "guests/guest.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "guests/schedule_file.h"

/* What a call may take at most, on a machine that does other things as well. */
#define CALL_S 20e-6

static bool ask(struct vtb_guest *guest, double more_s, char answer[VTB_CHANNEL_LINE_BYTES],
                struct vtb_error *error, const char *format, ...)
    __attribute__((format(printf, 5, 6)));

static bool ask(struct vtb_guest *guest, double more_s, char answer[VTB_CHANNEL_LINE_BYTES],
                struct vtb_error *error, const char *format, ...)
{
    char question[VTB_CHANNEL_LINE_BYTES];
    va_list arguments;
    va_start(arguments, format);
    (void)vsnprintf(question, sizeof question, format, arguments);
    va_end(arguments);
    return vtb_channel_ask(&guest->channel, guest->limit_s + more_s, question, answer, error);
}

/* A number that an answer must have. */
static bool take(struct vtb_guest *guest, const char *answer, const char *field, uint64_t *number,
                 struct vtb_error *error)
{
    return vtb_answer_number(answer, field, number) ||
           vtb_channel_fail(&guest->channel, error,
                            "an answer has no %s=NUMBER up to 2^64 - 1 in it: 'ok%.200s'", field,
                            answer);
}

static bool greet(struct vtb_guest *guest, struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    uint64_t protocol;
    if (!ask(guest, 0, answer, error, "hello protocol=%d", VTB_GUEST_PROTOCOL) ||
        !take(guest, answer, "protocol", &protocol, error))
        return false;
    if (protocol != VTB_GUEST_PROTOCOL)
        return vtb_channel_fail(&guest->channel, error,
                                "it speaks protocol %" PRIu64 "; accepted: %d (docs/GUESTS.md)",
                                protocol, VTB_GUEST_PROTOCOL);
    if (!vtb_answer_number(answer, "frame", &guest->frame_bytes))
        guest->frame_bytes = 0;
    if (vtb_answer_text(answer, "version", guest->version, sizeof guest->version) &&
        vtb_answer_text(answer, "strategies", guest->strategies, sizeof guest->strategies) &&
        vtb_answer_text(answer, "workloads", guest->workloads, sizeof guest->workloads)) {
        if (!vtb_answer_text(answer, "callers", guest->callers, sizeof guest->callers))
            (void)snprintf(guest->callers, sizeof guest->callers, "classic");
        return true;
    }
    return vtb_channel_fail(&guest->channel, error,
                            "it does not say version=, strategies= and workloads=: 'ok%.200s'",
                            answer);
}

bool vtb_guest_open(struct vtb_guest *guest, const struct vtb_guest_start *start,
                    struct vtb_error *error)
{
    char nursery[64] = "";
    const char *variables[2] = {nursery, NULL};
    *guest = (struct vtb_guest){.limit_s = start->limit_s > 0 ? start->limit_s : VTB_GUEST_LIMIT_S};
    (void)snprintf(guest->title, sizeof guest->title, "guest %.80s", start->name);
    (void)snprintf(nursery, sizeof nursery, "VTB_GUEST_NURSERY=%zu", start->nursery_bytes);
    if (start->nursery_bytes == 0)
        variables[0] = NULL;
    guest->channel.name = guest->title;
    if (!vtb_channel_open(&guest->channel, start->arguments, variables, error))
        return false;
    const bool ok = greet(guest, error);
    if (!ok)
        vtb_guest_close(guest);
    return ok;
}

void vtb_guest_close(struct vtb_guest *guest)
{
    vtb_channel_close(&guest->channel);
}

bool vtb_guest_lists(const char *names, const char *name)
{
    const size_t n = strcspn(name, " "); /* what follows is no part of the name */
    for (const char *at = names; at; at = strchr(at, ',')) {
        at += *at == ',';
        if (strncmp(at, name, n) == 0 && (at[n] == ',' || at[n] == '\0'))
            return true;
    }
    return false;
}

bool vtb_guest_has(const struct vtb_guest *guest, const char *strategy, const char *workload)
{
    return vtb_guest_lists(guest->strategies, strategy) &&
           vtb_guest_lists(guest->workloads, workload);
}

bool vtb_guest_open_case(struct vtb_guest *guest, const struct vtb_fixture *fixture,
                         const char *strategy, size_t *number, struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    char path[PATH_MAX];
    const struct vtb_point *point = fixture->point;
    const struct vtb_schedule_file schedule = {
        fixture->ids, fixture->ids_n, fixture->completion_order, fixture->completion_order_n};
    if (!vtb_guest_has(guest, strategy, point->workload->name))
        return vtb_fail(error, VTB_EXIT_USAGE,
                        "%s has no strategy '%.60s' on workload '%.60s'; accepted: %.300s; on: "
                        "%.300s",
                        guest->title, strategy, point->workload->name, guest->strategies,
                        guest->workloads);
    const int file = vtb_schedule_file_make(&schedule, path, error);
    if (file < 0)
        return false;
    *number = guest->cases_n++;
    const bool ok = ask(guest, 0, answer, error,
                        "open case=%zu workload=%s keys=%" PRIu64
                        " strategy=%s window=%zu depth=%zu schedule=%s",
                        *number, point->workload->name, point->keys_n, strategy, point->in_flight,
                        point->depth, path);
    close(file);
    return ok;
}

bool vtb_guest_warm(struct vtb_guest *guest, size_t number, uint64_t calls_n, unsigned limit_s,
                    bool *steady, struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    uint64_t is_steady = 0;
    const bool ok = ask(guest, limit_s + (double)calls_n * CALL_S, answer, error,
                        "warm case=%zu calls=%" PRIu64 " limit=%u", number, calls_n, limit_s) &&
                    take(guest, answer, "steady", &is_steady, error);
    *steady = is_steady == 1;
    return ok;
}

/* A collection of a generation is one of all younger ones. */
static bool check_generations(struct vtb_guest *guest, const struct vtb_guest_epoch *epoch,
                              struct vtb_error *error)
{
    const uint64_t *n = epoch->collections;
    return (n[0] >= n[1] && n[1] >= n[2]) ||
           vtb_channel_fail(&guest->channel, error,
                            "it says that there were %" PRIu64 ", %" PRIu64 " and %" PRIu64
                            " collections of its generations, of which the younger have those of "
                            "the older",
                            n[0], n[1], n[2]);
}

/* The clocks of two programs differ by less than this share, and this many ns. */
#define CLOCKS_SHARE 0.01
#define CLOCKS_NS 1000

/* An epoch takes time, lies between a question and its answer, and its pauses lie in it. */
static bool check_times(struct vtb_guest *guest, const struct vtb_guest_epoch *epoch,
                        double waited_ns, struct vtb_error *error)
{
    if ((double)epoch->ns > waited_ns * (1 + CLOCKS_SHARE) + CLOCKS_NS)
        return vtb_channel_fail(&guest->channel, error,
                                "it says that an epoch took %" PRIu64
                                " ns, and it answered within %.0f ns",
                                epoch->ns, waited_ns);
    return epoch->pause_ns < epoch->ns ||
           vtb_channel_fail(&guest->channel, error,
                            "it says that an epoch took %" PRIu64
                            " ns, and that it was stopped for %" PRIu64 " ns of them",
                            epoch->ns, epoch->pause_ns);
}

bool vtb_guest_run(struct vtb_guest *guest, size_t number, uint64_t first, uint64_t calls_n,
                   struct vtb_guest_epoch *epoch, struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    const double asked_ns = vtb_now_ns();
    return ask(guest, (double)calls_n * CALL_S, answer, error,
               "run case=%zu first=%" PRIu64 " calls=%" PRIu64, number, first, calls_n) &&
           take(guest, answer, "ns", &epoch->ns, error) &&
           take(guest, answer, "bytes", &epoch->bytes, error) &&
           take(guest, answer, "gen0", &epoch->collections[0], error) &&
           take(guest, answer, "gen1", &epoch->collections[1], error) &&
           take(guest, answer, "gen2", &epoch->collections[2], error) &&
           take(guest, answer, "pause_ns", &epoch->pause_ns, error) &&
           take(guest, answer, "checksum", &epoch->checksum, error) &&
           check_generations(guest, epoch, error) &&
           check_times(guest, epoch, vtb_now_ns() - asked_ns, error);
}

bool vtb_guest_hold(struct vtb_guest *guest, size_t number, uint64_t told, uint64_t checksum,
                    struct vtb_error *error)
{
    return told == checksum ||
           vtb_channel_fail(&guest->channel, error,
                            "case %zu consumed to the checksum %" PRIu64
                            ", and the cells to %" PRIu64 ": it ran something else",
                            number, told, checksum);
}

bool vtb_guest_drain(struct vtb_guest *guest, size_t number, uint64_t checksum,
                     struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    uint64_t told;
    return ask(guest, 0, answer, error, "drain case=%zu", number) &&
           take(guest, answer, "checksum", &told, error) &&
           vtb_guest_hold(guest, number, told, checksum, error);
}

bool vtb_guest_close_case(struct vtb_guest *guest, size_t number, struct vtb_error *error)
{
    char answer[VTB_CHANNEL_LINE_BYTES];
    return ask(guest, 0, answer, error, "close case=%zu", number);
}
