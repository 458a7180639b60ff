/*
 * Runs a program in which one system call fails: the n-th of a kind, counted over the program and
 * all that it starts.
 *
 *     inject KIND N ERRNO REPORT PROGRAM [ARGUMENT...]
 *
 * KIND is a row of `kinds`; with N = 0 nothing fails, and calls are only counted. It returns once
 * no process of the program is left. The report says, a line each: "calls COUNT"; "ended STATUS" or
 * "signal NUMBER" of the program; and of the call that failed "failed CALL of PROCESS: FILE".
 * Exit: 0 the program was run, 2 wrong usage, 77 calls cannot be made to fail here.
 *
 * The kernel asks here about each call of the kind (seccomp's user notification), so it does not
 * matter which library makes it, and no other call is slowed down.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/filter.h>
#include <linux/limits.h>
#include <linux/seccomp.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "allocation.h"

#define CANNOT 77
#define CALLS_MAX 8

enum argument { NO_FILE, DESCRIPTOR, PATH };

/* A system call, and its argument that says which file it is about. */
struct call {
    long number;
    const char *name;
    enum argument kind;
    size_t at;
};

struct kind {
    const char *name;
    struct call calls[CALLS_MAX]; /* up to one without a name */
};

#define CALL(name, ...)                \
    {                                  \
        SYS_##name, #name, __VA_ARGS__ \
    }

static const struct kind kinds[] = {
    {"allocation", {{FAULTS_ALLOCATION, "allocation", NO_FILE, 0}}},
    {"write",
     {CALL(write, DESCRIPTOR, 0), CALL(pwrite64, DESCRIPTOR, 0), CALL(writev, DESCRIPTOR, 0)}},
    {"read", {CALL(read, DESCRIPTOR, 0), CALL(pread64, DESCRIPTOR, 0)}},
    {"sync", {CALL(fsync, DESCRIPTOR, 0), CALL(fdatasync, DESCRIPTOR, 0)}},
    {"rename",
     {CALL(renameat, PATH, 3), CALL(renameat2, PATH, 3),
#ifdef SYS_rename
      CALL(rename, PATH, 1)
#endif
     }},
    {"open",
     {CALL(openat, PATH, 1), CALL(memfd_create, PATH, 0), CALL(pipe2, NO_FILE, 0),
#ifdef SYS_open
      CALL(open, PATH, 0), CALL(creat, PATH, 0)
#endif
     }},
    {"process",
     {CALL(clone, NO_FILE, 0), CALL(clone3, NO_FILE, 0), CALL(execve, PATH, 0),
#ifdef SYS_fork
      CALL(fork, NO_FILE, 0), CALL(vfork, NO_FILE, 0)
#endif
     }},
};

/* What fails, and what is said about it. */
struct injection {
    const struct kind *kind;
    uint64_t at; /* the number of the call that fails, from 1; 0: none */
    int cause;
    FILE *report;
    uint64_t seen_n;
};

static void cannot(const char *what)
{
    fprintf(stderr, "inject: calls cannot be made to fail here: %s: %s\n", what, strerror(errno));
    exit(CANNOT);
}

/* --- in the program's process --- */

/* Has the kernel ask about each call of the kind, from now on and in all that is started. Returns
 * the descriptor that it asks by; < 0: errno says why not. */
static int have_kernel_ask(const struct kind *kind)
{
    enum { HEAD_N = 1, OF_A_CALL_N = 5 };
    struct sock_filter filter[HEAD_N + CALLS_MAX * OF_A_CALL_N + 1];
    size_t n = 0;
    const uint32_t number = offsetof(struct seccomp_data, nr);
    const uint32_t mark = offsetof(struct seccomp_data, args[0]);
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, number);
    for (const struct call *call = kind->calls; call < kind->calls + CALLS_MAX && call->name;
         call++) {
        const bool marked = call->number == FAULTS_ALLOCATION;
        const uint32_t skipped = marked ? 4 : 1;
        filter[n++] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K,
                                                   (uint32_t)call->number, 0, skipped);
        if (marked) {
            filter[n++] = (struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, mark);
            filter[n++] =
                (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, FAULTS_MARK, 1, 0);
            filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
        }
        filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
    }
    filter[n++] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
    const struct sock_fprog program = {.len = (unsigned short)n, .filter = filter};
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0)
        return -1;
    return (int)syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, SECCOMP_FILTER_FLAG_NEW_LISTENER,
                        &program);
}

/* The descriptor is told by a call of no kind: nobody would answer yet. */
static void __attribute__((noreturn)) become(const struct kind *kind, char **program, int socket)
{
    const int told = have_kernel_ask(kind);
    const int answer = told < 0 ? -errno : told;
    (void)send(socket, &answer, sizeof answer, 0);
    if (told >= 0)
        execv(program[0], program);
    _exit(CANNOT);
}

/* Starts the program in a process that shares descriptors until then, which is how this one gets
 * the one to be asked by. */
static pid_t start(const struct kind *kind, char **program, int *listener)
{
    int ends[2];
    if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
        cannot("a socket");
    const pid_t started = (pid_t)syscall(SYS_clone, CLONE_FILES | SIGCHLD, NULL, NULL, NULL, NULL);
    if (started == 0)
        become(kind, program, ends[1]);
    if (started < 0 || recv(ends[0], listener, sizeof *listener, 0) != sizeof *listener)
        cannot("a process");
    if (*listener < 0) {
        errno = -*listener;
        cannot("seccomp");
    }
    return started;
}

/* --- in this one --- */

/* Reads a file of a process in /proc; empty if it cannot be read. */
static void read_of(pid_t process, const char *name, off_t at, char *text, size_t bytes)
{
    char path[64];
    (void)snprintf(path, sizeof path, "/proc/%d/%s", (int)process, name);
    const int file = open(path, O_RDONLY | O_CLOEXEC);
    const ssize_t n = file < 0 ? -1 : pread(file, text, bytes - 1, at);
    text[n < 0 ? 0 : n] = '\0';
    text[strcspn(text, "\n")] = '\0';
    if (file >= 0)
        (void)close(file);
}

static void name_file(const struct call *call, const struct seccomp_notif *asked, char *text,
                      size_t bytes)
{
    const pid_t process = (pid_t)asked->pid;
    const uint64_t argument = asked->data.args[call->at];
    char path[64];
    *text = '\0';
    if (call->kind == PATH)
        read_of(process, "mem", (off_t)argument, text, bytes);
    if (call->kind != DESCRIPTOR)
        return;
    (void)snprintf(path, sizeof path, "/proc/%d/fd/%d", (int)process, (int)argument);
    const ssize_t n = readlink(path, text, bytes - 1);
    text[n < 0 ? 0 : n] = '\0';
}

static void tell(const struct injection *injection, const struct seccomp_notif *asked)
{
    const struct call *call = injection->kind->calls;
    char process[32];
    char file[PATH_MAX];
    while (call->number != asked->data.nr)
        call++;
    read_of((pid_t)asked->pid, "comm", 0, process, sizeof process);
    name_file(call, asked, file, sizeof file);
    fprintf(injection->report, "failed %s of %s: %s\n", call->name, process, file);
}

/* Answers one question. Who asked may be gone by the time. */
static void answer(struct injection *injection, int listener)
{
    struct seccomp_notif asked;
    memset(&asked, 0, sizeof asked);
    if (ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &asked) != 0)
        return;
    struct seccomp_notif_resp said = {.id = asked.id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
    if (++injection->seen_n == injection->at) {
        tell(injection, &asked);
        said.flags = 0;
        said.error = -injection->cause;
    }
    (void)ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &said);
}

/* Answers until no process is left that could ask. */
static void answer_all(struct injection *injection, int listener)
{
    struct pollfd asking = {.fd = listener, .events = POLLIN};
    while (!(asking.revents & POLLHUP)) {
        if (poll(&asking, 1, -1) > 0 && asking.revents & POLLIN)
            answer(injection, listener);
    }
}

static const struct kind *find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return &kinds[i];
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int listener;
    int status = 0;
    struct injection injection = {.kind = argc > 5 ? find(argv[1]) : NULL};
    if (!injection.kind) {
        fputs("usage: inject KIND N ERRNO REPORT PROGRAM [ARGUMENT...]\n", stderr);
        return 2;
    }
    injection.at = strtoull(argv[2], NULL, 10);
    injection.cause = atoi(argv[3]);
    const pid_t program = start(injection.kind, argv + 5, &listener);
    injection.report = fopen(argv[4], "we");
    if (!injection.report)
        cannot(argv[4]);
    answer_all(&injection, listener);
    if (waitpid(program, &status, 0) != program)
        cannot("the program's end");
    fprintf(injection.report, "calls %llu\n", (unsigned long long)injection.seen_n);
    if (WIFSIGNALED(status))
        fprintf(injection.report, "signal %d\n", WTERMSIG(status));
    else
        fprintf(injection.report, "ended %d\n", WEXITSTATUS(status));
    return fclose(injection.report) == 0 ? 0 : 2;
}
