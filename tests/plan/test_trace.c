#include "directory.h"

#include "base/interrupt.h"
#include "plan/trace.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#include <vtb/workload.h>

/* The sizes of trace.c: bytes that are read at once, and numbers that are written at once. */
#define BUFFER_BYTES ((size_t)1 << 16)
#define BUFFER_IDS ((size_t)1 << 14)

#define MANY_KEYS 200000
#define MANY_REQUESTS 300000

static size_t open_files_n;
static struct vtb_error error;
static struct vtb_trace trace;

static uint32_t expected_ids[MANY_REQUESTS];
static char bytes[MANY_REQUESTS * 12];

static bool lacks_unnamed_files;

/* Stands before the C library's, to play a file system that has no files without a name. */
int open(const char *path, int flags, ...)
{
    va_list arguments;
    va_start(arguments, flags);
    const mode_t mode = flags & (O_CREAT | __O_TMPFILE) ? va_arg(arguments, mode_t) : 0;
    va_end(arguments);
    if ((flags & O_TMPFILE) == O_TMPFILE && lacks_unnamed_files) {
        errno = EOPNOTSUPP;
        return -1;
    }
    return (int)syscall(SYS_openat, AT_FDCWD, path, flags, mode);
}

/* --- a directory for the traces and, as TMPDIR, for what becomes of them --- */

static int make_trace_directory(void **state)
{
    if (make_directory(state) != 0 || setenv("TMPDIR", directory, 1) != 0)
        return -1;
    lacks_unnamed_files = false;
    open_files_n = entries_n("/proc/self/fd");
    return 0;
}

/* After any test no file is left open, and none exists beside the trace itself. */
static int remove_trace_directory(void **state)
{
    (void)state;
    vtb_trace_close(&trace);
    const size_t left_open_n = entries_n("/proc/self/fd") - open_files_n;
    if (unlink(in_directory("trace")) != 0 && errno != ENOENT)
        return -1;
    if (left_open_n != 0)
        print_error("%zu files are left open\n", left_open_n);
    return rmdir(directory) == 0 && left_open_n == 0 ? 0 : -1;
}

/* --- what is read, and what is to come of it --- */

static const char *put(const char *content, size_t n)
{
    const char *path = in_directory("trace");
    FILE *file = fopen(path, "w");
    assert_non_null(file);
    assert_int_equal(fwrite(content, 1, n, file), n);
    assert_int_equal(fclose(file), 0);
    return path;
}

static bool open_as(const char *path, const struct vtb_trace_format *format)
{
    vtb_trace_close(&trace);
    memset(&trace, 0xff, sizeof trace);
    memset(&error, 0, sizeof error);
    return vtb_trace_open(&trace, path, format, &error);
}

static bool open_trace(const char *path, enum vtb_trace_kind kind)
{
    return open_as(path, &(struct vtb_trace_format){.kind = kind});
}

static void assert_trace(const uint32_t *ids, size_t ids_n, uint64_t keys_n)
{
    assert_string_equal(error.message, "");
    assert_int_equal(trace.ids_n, ids_n);
    assert_memory_equal(trace.ids, ids, ids_n * sizeof *ids);
    assert_int_equal(trace.keys_n, keys_n);
}

static void assert_closed(void)
{
    assert_null(trace.ids);
    assert_int_equal(trace.ids_n, 0);
    assert_int_equal(trace.keys_n, 0);
}

/* The whole message is "--trace: 'PATH': REASON", and the trace is closed. */
static void assert_refused(const char *path, const char *reason, enum vtb_exit exit_code)
{
    char message[2 * PATH_MAX];
    snprintf(message, sizeof message, "--trace: '%s': %s", path, reason);
    assert_string_equal(error.message, message);
    assert_one_line(error.message);
    assert_int_equal(error.exit_code, exit_code);
    assert_closed();
}

/* Expects a trace with this content to have keys_n keys, and the numbers that follow. `content` is
 * a literal, which may hold NULs. */
#define assert_numbers(format, content, keys_n, ...)                       \
    do {                                                                   \
        const uint32_t numbers[] = {__VA_ARGS__};                          \
        assert_true(open_trace(put(content, sizeof content - 1), format)); \
        assert_trace(numbers, sizeof numbers / sizeof *numbers, keys_n);   \
    } while (0)

#define assert_refusal(format, content, reason)                 \
    do {                                                        \
        const char *refused = put(content, sizeof content - 1); \
        assert_false(open_trace(refused, format));              \
        assert_refused(refused, reason, VTB_EXIT_USAGE);        \
    } while (0)

/* MANY_REQUESTS of MANY_KEYS keys: all of them, in an order of their own, mixed with others that
 * came before. Fills expected_ids. */
static void expect_many(void)
{
    uint32_t keys_n = 0;
    for (size_t i = 0; i < MANY_REQUESTS; i++)
        expected_ids[i] = i % 3 == 2 ? (uint32_t)(vtb_mix64(i) % keys_n) : keys_n++;
    assert_int_equal(keys_n, MANY_KEYS);
}

/* Different numbers have different keys; the keys of successive numbers lie far apart. */
static uint32_t key_of(uint32_t id)
{
    return id * UINT32_C(2654435761);
}

static size_t many_as_text(void)
{
    size_t n = 0;
    for (size_t i = 0; i < MANY_REQUESTS; i++)
        n += (size_t)snprintf(bytes + n, sizeof bytes - n, "%u\n", key_of(expected_ids[i]));
    return n;
}

static size_t many_as_be32(void)
{
    for (size_t i = 0; i < MANY_REQUESTS; i++) {
        const uint32_t key = key_of(expected_ids[i]);
        for (size_t j = 0; j < 4; j++)
            bytes[4 * i + j] = (char)(key >> (24 - 8 * j) & 0xff);
    }
    return MANY_REQUESTS * sizeof(uint32_t);
}

/* --- what is read from files --- */

static void words(void **state)
{
    (void)state;
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_TEXT], "text");
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_BE32], "be32");
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_ARC], "arc");
    assert_string_equal(vtb_trace_format_words[VTB_TRACE_CSV], "csv");
    assert_null(vtb_trace_format_words[4]);
}

static void keys_are_numbered_as_they_first_come(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "pear\nfig\npear\npear\nlime\nfig\n", 3, 0, 1, 0, 0, 2, 1);
    assert_numbers(VTB_TRACE_BE32, "\0\0\0\7\0\0\0\2\0\0\0\7\0\0\0\0\0\0\0\2", 3, 0, 1, 0, 2, 1);
}

/* All four bytes count, and so do the greatest and the least of them. */
static void be32_keys(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_BE32,
                   "\0\0\0\0\1\0\0\0\0\1\0\0\0\0\1\0\0\0\0\1\377\377\377\377\200\0\0\0"
                   "\377\377\377\377\0\0\0\0\n\n\n\n",
                   8, 0, 1, 2, 3, 4, 5, 6, 5, 0, 7);
}

static void last_line_without_its_end(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "fig\npear\nfig", 2, 0, 1, 0);
    assert_numbers(VTB_TRACE_TEXT, "fig\npear", 2, 0, 1);
    assert_numbers(VTB_TRACE_TEXT, "x", 1, 0);
}

static void empty_lines_are_a_key(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "\n", 1, 0);
    assert_numbers(VTB_TRACE_TEXT, "\n\n\n", 1, 0, 0, 0);
    assert_numbers(VTB_TRACE_TEXT, "\nfig\n\nfig", 2, 0, 1, 0, 1);
}

/* Text of any encoding that has ASCII in it, with tabs, and what separates fields. */
static void lines_hold_any_byte_of_text(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "\300\n\377\376\n\300\200\n\300\n", 3, 0, 1, 2, 0);
    assert_numbers(VTB_TRACE_TEXT, "a\tb\na\37b\na b\na\tb\n\"\n", 4, 0, 1, 2, 0, 3);
}

/* CRs at the end of a line are the end's, on all lines or some, and without an LF at the last. */
static void ends_of_lines(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "fig\r\npear\r\nfig\r\n", 2, 0, 1, 0);
    assert_numbers(VTB_TRACE_TEXT, "fig\r\nfig\n\r\n\nfig\r\r\nfig\r", 2, 0, 0, 1, 1, 0, 0);
    assert_refusal(VTB_TRACE_TEXT, "fig\npe\rar\n",
                   "line 2: a CR in it; if CR alone ends lines: `tr '\\r' '\\n' < FILE | run_bench "
                   "--trace -`");
}

/* The mark of UTF-8 is no key, nor part of one; elsewhere than at the start it is. */
static void byte_order_mark(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "\357\273\277fig\npear\nfig\n\357\273\277fig\n", 3, 0, 1, 0, 2);
    assert_refusal(VTB_TRACE_TEXT, "\357\273\277", "empty; accepted: at least one key");
    assert_numbers(VTB_TRACE_BE32, "\357\273\277f", 1, 0);
}

/* Lines of one byte over and over, of every length up to LENGTHS_N - 1, forwards and back. */
#define LENGTHS_N ((size_t)70)
static void check_prefixes(char byte)
{
    size_t n = 0;
    for (size_t i = 0; i < 2 * LENGTHS_N; i++) {
        const size_t length = i < LENGTHS_N ? i : 2 * LENGTHS_N - 1 - i;
        expected_ids[i] = (uint32_t)length;
        memset(bytes + n, byte, length);
        n += length;
        bytes[n++] = '\n';
    }
    assert_true(open_trace(put(bytes, n), VTB_TRACE_TEXT));
    assert_trace(expected_ids, 2 * LENGTHS_N, LENGTHS_N);
}

static void keys_that_share_a_prefix(void **state)
{
    (void)state;
    check_prefixes('x');
    check_prefixes('\t');
}

/* A line of two words, of which the second makes up for the first: all of them have one hash, as
 * long as trace.c makes it like this. */
#define COLLIDING_BYTES 16
static void make_colliding(char *line, uint64_t first)
{
    const uint64_t hash = vtb_mix64(first);
    const uint64_t second = hash ^ UINT64_C(0x1234567890abcdef);
    memcpy(line, &first, sizeof first);
    memcpy(line + sizeof first, &second, sizeof second);
    line[COLLIDING_BYTES] = '\n';
}

/* Whether all bytes are above ASCII: neither the end of a line, nor what text does not have. */
static bool is_high(const char *line, size_t n)
{
    bool high = true;
    for (size_t i = 0; i < n; i++)
        high &= (line[i] & 0x80) != 0;
    return high;
}

/* The text decides, and not its hash. */
static void keys_of_one_hash(void **state)
{
    (void)state;
    const size_t keys_n = 100;
    const size_t line_n = COLLIDING_BYTES + 1;
    size_t made_n = 0;
    for (uint64_t i = 0; made_n < keys_n; i++) {
        char *line = bytes + line_n * made_n;
        make_colliding(line, vtb_mix64(i) | UINT64_C(0x8080808080808080));
        made_n += is_high(line, COLLIDING_BYTES);
    }
    memcpy(bytes + line_n * keys_n, bytes, line_n * keys_n);
    for (size_t i = 0; i < 2 * keys_n; i++)
        expected_ids[i] = (uint32_t)(i % keys_n);
    assert_true(open_trace(put(bytes, 2 * line_n * keys_n), VTB_TRACE_TEXT));
    assert_trace(expected_ids, 2 * keys_n, keys_n);
}

/* A line may go on behind the end of the buffer, which may be anywhere in it, before and behind its
 * '\n'. */
static void line_across_the_end_of_the_buffer(void **state)
{
    (void)state;
    static const char lines[] = "pear\nfig\npear\nfigs\npea\n";
    static const uint32_t numbers[] = {0, 1, 2, 1, 3, 4};
    for (size_t shift = 0; shift < sizeof lines; shift++) {
        const size_t n = BUFFER_BYTES - shift;
        memset(bytes, 'x', n);
        bytes[n - 1] = '\n';
        memcpy(bytes + n, lines, sizeof lines - 1);
        assert_true(open_trace(put(bytes, n + sizeof lines - 1), VTB_TRACE_TEXT));
        assert_trace(numbers, 6, 5);
    }
}

/* Lines of many buffers each, which differ in their last bytes alone. */
static void long_lines(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 1, 0, 2, 1};
    static const char last[] = "xyxzy";
    const size_t line_n = (size_t)5 << 20;
    char *lines = malloc(5 * line_n);
    assert_non_null(lines);
    memset(lines, 'x', 5 * line_n);
    for (size_t i = 0; i < 5; i++) {
        lines[(i + 1) * line_n - 2] = last[i];
        lines[(i + 1) * line_n - 1] = '\n';
    }
    const char *path = put(lines, 5 * line_n);
    free(lines);
    assert_true(open_trace(path, VTB_TRACE_TEXT));
    assert_trace(numbers, 5, 3);
}

/* Many keys, in both formats, which so mean the same. */
static void many_keys(void **state)
{
    (void)state;
    expect_many();
    assert_true(open_trace(put(bytes, many_as_text()), VTB_TRACE_TEXT));
    assert_trace(expected_ids, MANY_REQUESTS, MANY_KEYS);
    assert_true(open_trace(put(bytes, many_as_be32()), VTB_TRACE_BE32));
    assert_trace(expected_ids, MANY_REQUESTS, MANY_KEYS);
}

/* Numbers and bytes end with a buffer, or one before or after it. */
static void requests_that_fill_a_buffer(void **state)
{
    (void)state;
    expect_many();
    (void)many_as_be32();
    for (size_t n = BUFFER_IDS - 1; n <= BUFFER_IDS + 1; n++) {
        assert_true(open_trace(put(bytes, n * sizeof(uint32_t)), VTB_TRACE_BE32));
        assert_trace(expected_ids, n, n - n / 3);
    }
}

/* The spool has no name, whether the file system knows such files or not. */
static void spool_has_no_name(void **state)
{
    (void)state;
    for (int i = 0; i < 2; i++) {
        lacks_unnamed_files = i == 1;
        assert_numbers(VTB_TRACE_TEXT, "fig\npear\nfig\n", 2, 0, 1, 0);
        assert_int_equal(entries_n(directory), 1);
    }
}

/* Only the mapping is left, and it goes too. */
static void close_twice(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_TEXT, "fig\npear\n", 2, 0, 1);
    assert_int_equal(entries_n("/proc/self/fd"), open_files_n);
    void *ids = (void *)trace.ids;
    assert_int_equal(msync(ids, 1, MS_ASYNC), 0);
    vtb_trace_close(&trace);
    assert_closed();
    assert_int_equal(msync(ids, 1, MS_ASYNC), -1);
    vtb_trace_close(&trace);
    assert_closed();
}

/* --- what is read from pipes --- */

/* A process that writes `n` bytes in pieces, after each of which it waits. */
static pid_t feed(int to, size_t n, size_t piece_n, unsigned wait_us)
{
    const pid_t child = fork();
    if (child != 0)
        return child;
    for (size_t done_n = 0; done_n < n;) {
        const size_t left = n - done_n;
        const ssize_t written = write(to, bytes + done_n, left < piece_n ? left : piece_n);
        if (written < 0)
            _exit(1);
        done_n += (size_t)written;
        (void)usleep(wait_us);
    }
    _exit(0);
}

/* 0 if the child did what it had to. */
static int status_of(pid_t child)
{
    int status = -1;
    while (waitpid(child, &status, 0) < 0 && errno == EINTR)
        continue;
    return status;
}

/* Opens "-" while standard input is `from`, which it closes. */
static bool open_standard_input(int from, enum vtb_trace_kind format)
{
    const int before = dup(STDIN_FILENO);
    assert_true(before >= 0 && dup2(from, STDIN_FILENO) == STDIN_FILENO);
    close(from);
    const bool ok = open_trace("-", format);
    assert_true(fcntl(STDIN_FILENO, F_GETFD) >= 0); /* it is not ours to close */
    assert_true(dup2(before, STDIN_FILENO) == STDIN_FILENO);
    close(before);
    return ok;
}

static bool open_pipe(size_t n, size_t piece_n, unsigned wait_us, enum vtb_trace_kind format)
{
    int ends[2];
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = feed(ends[1], n, piece_n, wait_us);
    close(ends[1]);
    const bool ok = open_standard_input(ends[0], format);
    assert_int_equal(status_of(child), 0);
    return ok;
}

/* Standard input comes in pieces that are no whole keys, and no whole buffers. */
static void standard_input(void **state)
{
    (void)state;
    expect_many();
    assert_true(open_pipe(many_as_text(), 4099, 0, VTB_TRACE_TEXT));
    assert_trace(expected_ids, MANY_REQUESTS, MANY_KEYS);
    assert_true(open_pipe(many_as_be32(), 4099, 0, VTB_TRACE_BE32));
    assert_trace(expected_ids, MANY_REQUESTS, MANY_KEYS);
}

static void named_pipe(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 1, 0};
    static const char lines[] = "fig\npear\nfig\n";
    const char *path = in_directory("trace");
    assert_int_equal(mkfifo(path, 0600), 0);
    const pid_t child = fork();
    if (child == 0) {
        const int writer = open(path, O_WRONLY);
        _exit(write(writer, lines, sizeof lines - 1) == sizeof lines - 1 ? 0 : 1);
    }
    assert_true(open_trace(path, VTB_TRACE_TEXT));
    assert_int_equal(status_of(child), 0);
    assert_trace(numbers, 3, 2);
}

static void look_away(int signal_number)
{
    (void)signal_number;
}

/* A signal that is no interrupt, every millisecond, while each byte takes two. */
static void signals_do_not_disturb(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 1, 0, 2, 1};
    static const char lines[] = "fig\npear\nfig\nlime\npear\n";
    const struct itimerval often = {{0, 1000}, {0, 1000}};
    const struct itimerval never = {{0, 0}, {0, 0}};
    struct sigaction before;
    struct sigaction action = {.sa_handler = look_away}; /* no SA_RESTART: reads return */
    memcpy(bytes, lines, sizeof lines);
    assert_int_equal(sigaction(SIGALRM, &action, &before), 0);
    assert_int_equal(setitimer(ITIMER_REAL, &often, NULL), 0);
    const bool ok = open_pipe(sizeof lines - 1, 1, 2000, VTB_TRACE_TEXT);
    assert_int_equal(setitimer(ITIMER_REAL, &never, NULL), 0);
    assert_int_equal(sigaction(SIGALRM, &before, NULL), 0);
    assert_true(ok);
    assert_trace(numbers, 5, 3);
}

/* 0 if the trace is given up as interrupted. In a child, since nothing takes an interrupt back. */
static void open_and_exit(const char *path)
{
    (void)alarm(600); /* else one that is not given up waits forever */
    const bool ok = open_trace(path, VTB_TRACE_TEXT);
    const bool as_expected = !ok && !trace.ids && error.exit_code == VTB_EXIT_SIGNAL + SIGINT &&
                             strcmp(error.message, "interrupted") == 0;
    _exit(as_expected ? 0 : 1);
}

static void interrupt_before(void **state)
{
    (void)state;
    const char *path = put("fig\n", 4);
    const pid_t child = fork();
    if (child == 0) {
        vtb_interrupt_keep();
        (void)raise(SIGINT);
        open_and_exit(path);
    }
    assert_int_equal(status_of(child), 0);
}

static bool is_asleep(pid_t process)
{
    char path[64];
    char text[128] = "";
    snprintf(path, sizeof path, "/proc/%d/stat", (int)process);
    FILE *file = fopen(path, "r");
    assert_non_null(file);
    const size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = '\0';
    return strstr(text, ") S ");
}

/* While it waits for the first byte, and not before an interrupt is kept. */
static void interrupt_of_a_read(void **state)
{
    (void)state;
    int ends[2];
    int is_kept[2];
    char byte = 0;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    assert_int_equal(pipe2(is_kept, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
        vtb_interrupt_keep();
        (void)dup2(ends[0], STDIN_FILENO);
        if (write(is_kept[1], &byte, 1) == 1)
            open_and_exit("-");
        _exit(1);
    }
    close(is_kept[1]);
    const ssize_t kept_n = read(is_kept[0], &byte, 1);
    close(is_kept[0]);
    while (!is_asleep(child) && waitpid(child, NULL, WNOHANG) == 0)
        (void)usleep(1000);
    (void)kill(child, SIGINT);
    const int status = status_of(child);
    close(ends[0]);
    close(ends[1]);
    assert_int_equal(kept_n, 1);
    assert_int_equal(status, 0);
}

/* --- errors --- */

static void missing_file(void **state)
{
    (void)state;
    const char *path = in_directory("trace");
    assert_false(open_trace(path, VTB_TRACE_TEXT));
    assert_refused(path, "cannot be read: No such file or directory", VTB_EXIT_USAGE);
    assert_false(open_trace("", VTB_TRACE_BE32));
    assert_refused("", "cannot be read: No such file or directory", VTB_EXIT_USAGE);
}

static void directory_is_no_trace(void **state)
{
    (void)state;
    assert_false(open_trace(directory, VTB_TRACE_TEXT));
    assert_refused(directory, "cannot be read: Is a directory", VTB_EXIT_USAGE);
    assert_false(open_standard_input(open(directory, O_RDONLY), VTB_TRACE_TEXT));
    assert_refused("-", "cannot be read: Is a directory", VTB_EXIT_USAGE);
}

/* No memory of this process is mapped at 0, where the file starts. */
static void read_error(void **state)
{
    (void)state;
    assert_false(open_trace("/proc/self/mem", VTB_TRACE_BE32));
    assert_refused("/proc/self/mem", "cannot be read: Input/output error", VTB_EXIT_USAGE);
}

static void empty_trace(void **state)
{
    (void)state;
    assert_refusal(VTB_TRACE_TEXT, "", "empty; accepted: at least one key");
    assert_refusal(VTB_TRACE_BE32, "", "empty; accepted: at least one key");
    assert_false(open_pipe(0, 1, 0, VTB_TRACE_TEXT));
    assert_refused("-", "empty; accepted: at least one key", VTB_EXIT_USAGE);
}

/* --- what is no text --- */

/* Compressed files in any format, other encodings only where text is read. */
static void other_formats_by_their_first_bytes(void **state)
{
    (void)state;
    static const struct {
        const char *bytes;
        size_t n;
        const char *what;
        bool of_text;
    } starts[] = {
        {"\x1f\x8b\x08\0\0\0\0\0", 8, "compressed; `zcat", false},
        {"\xfd\x37zXZ\0\0\4", 8, "compressed; `xzcat", false},
        {"\x28\xb5\x2f\xfd\4\0\0\0", 8, "compressed; `zstdcat", false},
        {"BZh91AY&SY\0\0", 12, "compressed; `bzcat", false},
        {"BZh1\x17rE8P\x90\0\0", 12, "compressed; `bzcat", false},
        {"\x04\x22\x4d\x18", 4, "compressed; `lz4cat", false},
        {"PK\3\4", 4, "compressed; `unzip -p", false},
        {"\xff\xfe"
         "1\0\n\0",
         6, "UTF-16; `iconv -f UTF-16 -t UTF-8", true},
        {"\xfe\xff\0"
         "1\0\n",
         6, "UTF-16; `iconv -f UTF-16 -t UTF-8", true},
        {"\xff\xfe\0\0"
         "1\0\0\0",
         8, "UTF-32; `iconv -f UTF-32 -t UTF-8", true},
        {"\0\0\xfe\xff\0\0\0"
         "1",
         8, "UTF-32; `iconv -f UTF-32 -t UTF-8", true},
    };
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        char reason[128];
        const char *path = put(starts[i].bytes, starts[i].n);
        snprintf(reason, sizeof reason, "%s FILE | run_bench --trace -`", starts[i].what);
        for (int kind = VTB_TRACE_TEXT; kind <= VTB_TRACE_ARC; kind++) {
            const bool reads = starts[i].of_text && kind == VTB_TRACE_BE32;
            if (open_trace(path, (enum vtb_trace_kind)kind))
                assert_true(reads);
            else if (!reads)
                assert_refused(path, reason, VTB_EXIT_USAGE);
        }
    }
    assert_numbers(VTB_TRACE_TEXT, "BZh9\nPK\nBZh91AY\n", 3, 0, 1, 2);
}

static void utf_16_without_a_mark(void **state)
{
    (void)state;
    assert_refusal(VTB_TRACE_TEXT, "f\0i\0g\0\n\0",
                   "UTF-16; `iconv -f UTF-16LE -t UTF-8 FILE | run_bench --trace -`");
    assert_refusal(VTB_TRACE_TEXT, "\0f\0i\0g\0\n",
                   "UTF-16; `iconv -f UTF-16BE -t UTF-8 FILE | run_bench --trace -`");
}

static void assert_binary(const char *text, size_t n, const char *byte)
{
    char reason[200];
    const char *path = put(text, n);
    assert_false(open_trace(path, VTB_TRACE_TEXT));
    snprintf(reason, sizeof reason,
             "its byte %s, which text does not have; keys of 4 bytes, big-endian, are read by "
             "--trace-format be32, and no other binary ones",
             byte);
    assert_refused(path, reason, VTB_EXIT_USAGE);
}

static void binary_as_text(void **state)
{
    (void)state;
    assert_binary("\0\0\0\7\0\0\0\2", 8, "0 is 0x00");
    assert_binary("fig\npe\033ar\n", 10, "6 is 0x1b");
    assert_binary("\357\273\277\177", 4, "3 is 0x7f");
    memset(bytes, 'x', BUFFER_BYTES);
    bytes[BUFFER_BYTES] = 6;
    assert_binary(bytes, BUFFER_BYTES + 1, "65536 is 0x06");
}

/* --- arc --- */

static void requests_of_arc(void **state)
{
    (void)state;
    assert_numbers(VTB_TRACE_ARC, "10 3 0 0\n11 1 0 1\n12 2 0 2\n", 4, 0, 1, 2, 1, 2, 3);
    assert_numbers(VTB_TRACE_ARC, "7 1\r\n \r\n\n\t8  0\tx\n18446744073709551614 1 \n7\t1", 2, 0, 1,
                   0);
    expect_many();
    assert_true(open_trace(put("5 100000\n5 100000", 17), VTB_TRACE_ARC));
    assert_int_equal(trace.ids_n, 200000);
    assert_int_equal(trace.keys_n, 100000);
    assert_int_equal(trace.ids[99999], 99999);
    assert_int_equal(trace.ids[100000], 0);
}

static void lines_that_are_none_of_arc(void **state)
{
    (void)state;
    static const char *const lines[] = {"fig",  "1",     "1,2",
                                        "-1 2", "1 2x",  "1 100001",
                                        "1x 2", "0x1 2", "18446744073709551615 1",
                                        "1 -2", "1.5 2", "18446744073709551616 0"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        char text[64];
        const int n = snprintf(text, sizeof text, "1 1 0 0\n%s\n", lines[i]);
        const char *path = put(text, (size_t)n);
        assert_false(open_trace(path, VTB_TRACE_ARC));
        assert_refused(path,
                       "line 2: no request of ARC's; accepted: START LENGTH, two whole numbers, "
                       "LENGTH up to 100000, and whatever follows",
                       VTB_EXIT_USAGE);
    }
    assert_refusal(VTB_TRACE_ARC, "\n \n1 0 0 0\n", "empty; accepted: at least one key");
}

/* --- csv --- */

static const struct vtb_trace_format column_key = {VTB_TRACE_CSV, "key", 0};
static const struct vtb_trace_format column_2 = {VTB_TRACE_CSV, "2", 2};

#define assert_csv(format, content, keys_n, ...)                           \
    do {                                                                   \
        const uint32_t numbers[] = {__VA_ARGS__};                          \
        assert_true(open_as(put(content, sizeof content - 1), &(format))); \
        assert_trace(numbers, sizeof numbers / sizeof *numbers, keys_n);   \
    } while (0)

#define assert_no_csv(format, content, reason)                  \
    do {                                                        \
        const char *refused = put(content, sizeof content - 1); \
        assert_false(open_as(refused, &(format)));              \
        assert_refused(refused, reason, VTB_EXIT_USAGE);        \
    } while (0)

static void a_column_by_its_name(void **state)
{
    (void)state;
    assert_csv(column_key, "time,key,size\n1,fig,5\n2,pear,6\n3,fig,7\n", 2, 0, 1, 0);
    assert_csv(column_key, "\357\273\277key\r\nfig\r\n\r\n\npear\r\nfig", 2, 0, 1, 0);
    assert_csv(column_key, "\"a,\"\"b\",\"key\"\n1,\n2,fig\n3,,4\n", 2, 0, 1, 0);
    assert_no_csv(column_key, "time,keys\n1,2\n",
                  "no column 'key' in its first line, which is 'time,keys'");
    assert_no_csv(column_key, "key\n", "empty; accepted: at least one key");
}

/* A first line without a number, before one that has some, is a header. */
static void a_column_by_its_number(void **state)
{
    (void)state;
    assert_csv(column_2, "1,fig\n2,pear\n3,fig\n", 2, 0, 1, 0);
    assert_false(trace.has_header);
    assert_csv(column_2, "time,key\n1,fig\n2,pear\n3,fig\n", 2, 0, 1, 0);
    assert_true(trace.has_header);
    assert_csv(column_2, "time,fig\n1,fig\n2,fig\n", 1, 0, 0);
    assert_csv(column_2, "get,fig\nput,pear\nget,fig\n", 2, 0, 1, 0);
    assert_false(trace.has_header);
    assert_csv(column_2, "get,fig\nput,pear\n1,fig\n", 2, 0, 1, 0);
    assert_csv(column_2, "get,fig\n", 1, 0);
}

static void quoted_fields(void **state)
{
    (void)state;
    assert_csv(column_2, "1,\"fig\"\n2,\"f\"\"ig\"\n3,fig\n4,\"f,ig\"\n", 3, 0, 1, 0, 2);
    assert_csv(column_2, "1,\"a\nb\"\n2,a\n3,b\n4,\"a\r\nb\"\n5,\"a\nb\"", 4, 0, 1, 2, 3, 0);
    assert_csv(column_2, "\"x\ny\",\"\"\nz,\n", 1, 0, 0);
}

static void records_that_are_none_of_csv(void **state)
{
    (void)state;
    assert_no_csv(column_2, "1,2\n\n3\n", "line 3: too few columns");
    assert_no_csv(column_2, "1,f\"ig\"\n",
                  "line 1: a quote in a field that does not begin with one");
    assert_no_csv(column_2, "\"1\n\",2\n3,\"fig\"s\n", "line 3: text behind a quoted field");
    assert_no_csv(column_2, "1,2\n3,\"fig\n4,5\n", "line 2: a quote that nothing closes");
    assert_no_csv(column_2, "1,fi\rg\n",
                  "line 1: a CR in it; if CR alone ends lines: `tr '\\r' '\\n' < FILE | run_bench "
                  "--trace -`");
}

/* --- what may have been meant otherwise --- */

static const char *strange(const char *content, const struct vtb_trace_format *format)
{
    const char *path = put(content, strlen(content));
    assert_true(open_as(path, format));
    memset(&error, 0, sizeof error);
    return vtb_trace_is_strange(&trace, "keys", format, &error) ? error.message : NULL;
}

#define AS_TEXT                                                                               \
    ": as text a whole line is a key; other formats are --trace-format csv:COLUMN (a column " \
    "of comma-separated ones), arc (lines of START LENGTH) and be32"

static const struct vtb_trace_format as_text = {.kind = VTB_TRACE_TEXT};

static void what_is_strange_is_said(void **state)
{
    (void)state;
    const char *guess =
        "its first line is taken for a header, as it has no number and the second has";
    assert_string_equal(strange("1 2\n1 2\n", &as_text),
                        "--trace: 'keys': its lines have several columns" AS_TEXT);
    assert_string_equal(strange("1;2\n1;2,5\n", &as_text),
                        "--trace: 'keys': its lines have several columns, and no key comes twice, "
                        "so that no call hits" AS_TEXT);
    assert_string_equal(strange("fig\npear\n", &as_text),
                        "--trace: 'keys': no key comes twice, so that no call hits" AS_TEXT);
    assert_string_equal(strange("abcdefgh", &(struct vtb_trace_format){.kind = VTB_TRACE_BE32}),
                        "--trace: 'keys': no key comes twice, so that no call hits");
    char text[200];
    snprintf(text, sizeof text, "--trace: 'keys': %s", guess);
    assert_string_equal(strange("time,key\n1,a\n2,a\n", &column_2), text);
    snprintf(text, sizeof text, "--trace: 'keys': no key comes twice, so that no call hits; %s",
             guess);
    assert_string_equal(strange("time,key\n1,a\n2,b\n", &column_2), text);
}

static void what_is_not_strange_is_not_said(void **state)
{
    (void)state;
    assert_null(strange("fig\npear\nfig\n", &as_text));
    assert_null(strange("a b\npear\na b\n", &as_text)); /* not each line */
    assert_null(strange("  7\n  7\n", &as_text));       /* no columns, but blanks around */
    assert_null(strange("1 2\n", &as_text));            /* one line tells nothing */
    assert_null(strange("time,key\n1,a\n2,a\n", &column_key));
}

static void truncated_trace(void **state)
{
    (void)state;
    assert_refusal(VTB_TRACE_BE32, "\0\0\n",
                   "truncated: 3 bytes are no whole number of 4-byte keys");
    assert_refusal(VTB_TRACE_BE32, "\0\0\0\1\0",
                   "truncated: 5 bytes are no whole number of 4-byte keys");
    memset(bytes, 'x', BUFFER_BYTES + 2);
    const char *path = put(bytes, BUFFER_BYTES + 2);
    assert_false(open_trace(path, VTB_TRACE_BE32));
    assert_refused(path, "truncated: 65538 bytes are no whole number of 4-byte keys",
                   VTB_EXIT_USAGE);
}

static bool open_three_keys(const char *path, enum vtb_trace_kind kind)
{
    vtb_trace_close(&trace);
    memset(&error, 0, sizeof error);
    return vtb_trace_open_up_to(&trace, path, &(struct vtb_trace_format){.kind = kind}, 3, &error);
}

/* Played with three keys, because as many as are accepted do not fit into most memories. */
static void too_many_keys(void **state)
{
    (void)state;
    static const uint32_t numbers[] = {0, 1, 2, 0};
    const char *reason = "too many distinct keys; accepted: up to 3";
    const char *path = put("a\nb\nc\na\n", 8);
    assert_true(open_three_keys(path, VTB_TRACE_TEXT));
    assert_trace(numbers, 4, 3);
    path = put("a\nb\nc\na\nd\n", 10);
    assert_false(open_three_keys(path, VTB_TRACE_TEXT));
    assert_refused(path, reason, VTB_EXIT_USAGE);
    path = put("aaaabbbbccccaaaadddd", 16);
    assert_true(open_three_keys(path, VTB_TRACE_BE32));
    assert_trace(numbers, 4, 3);
    path = put("aaaabbbbccccaaaadddd", 20);
    assert_false(open_three_keys(path, VTB_TRACE_BE32));
    assert_refused(path, reason, VTB_EXIT_USAGE);
}

/* The end of a long path is shown, and of a strange one no more than a line. */
static void path_in_a_message(void **state)
{
    (void)state;
    char path[PATH_MAX + 100];
    char expected[512];
    memset(path, 'x', sizeof path - 1);
    memcpy(path + sizeof path - 5, "last", 5);
    assert_false(open_trace(path, VTB_TRACE_TEXT));
    snprintf(expected, sizeof expected, "...%s", path + strlen(path) - 300);
    assert_refused(expected, "cannot be read: File name too long", VTB_EXIT_USAGE);
    assert_false(open_trace("two\nlines", VTB_TRACE_TEXT));
    assert_refused("two\\nlines", "cannot be read: No such file or directory", VTB_EXIT_USAGE);
}

/* `where` is the directory that is shown. */
static void assert_no_spool(const char *where, const char *cause)
{
    char reason[PATH_MAX];
    snprintf(reason, sizeof reason,
             "its key numbers cannot be kept in '%s': %s; set TMPDIR to a directory with room for "
             "4 bytes a request",
             where, cause);
    assert_refused(in_directory("trace"), reason, VTB_EXIT_INTERNAL);
}

static void temporary_directory(void **state)
{
    (void)state;
    const char *path = put("fig\n", 4);
    const char *missing = in_directory("missing");
    assert_int_equal(setenv("TMPDIR", missing, 1), 0);
    assert_false(open_trace(path, VTB_TRACE_TEXT));
    assert_no_spool(missing, "No such file or directory");
    assert_int_equal(setenv("TMPDIR", path, 1), 0);
    assert_false(open_trace(path, VTB_TRACE_TEXT));
    assert_no_spool(path, "Not a directory");
    const bool has_tmp = access("/tmp", W_OK | X_OK) == 0;
    assert_int_equal(setenv("TMPDIR", "", 1), 0);
    assert_int_equal(open_trace(path, VTB_TRACE_TEXT), has_tmp);
    assert_int_equal(unsetenv("TMPDIR"), 0);
    assert_int_equal(open_trace(path, VTB_TRACE_TEXT), has_tmp);
}

/* A disk that is full after so many bytes, played by a limit on the size of files. */
static bool open_with_room_for(rlim_t room, const char *path)
{
    struct rlimit before;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    void (*handler)(int) = signal(SIGXFSZ, SIG_IGN);
    const struct rlimit limit = {room, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &limit), 0);
    const bool ok = open_trace(path, VTB_TRACE_BE32);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    signal(SIGXFSZ, handler);
    return ok;
}

/* The disk is full while a trace is read, or when the last numbers are written. */
static void full_disk(void **state)
{
    (void)state;
    expect_many();
    const char *path = put(bytes, many_as_be32());
    assert_false(open_with_room_for(100000, path));
    assert_no_spool(directory, "File too large");
    assert_false(open_with_room_for(sizeof expected_ids - 1, path));
    assert_no_spool(directory, "File too large");
    assert_true(open_with_room_for(sizeof expected_ids, path));
    assert_trace(expected_ids, MANY_REQUESTS, MANY_KEYS);
}

#ifndef UNDER_SANITIZER /* whose shadow memory is more than any limit */

/* Writes one line until nobody reads it any more. */
static void write_without_end(int to)
{
    memset(bytes, 'x', sizeof bytes);
    while (write(to, bytes, sizeof bytes) > 0)
        continue;
    _exit(0);
}

/* There is no memory for a line without an end. */
static void no_memory(void **state)
{
    (void)state;
    int ends[2];
    struct rlimit before;
    assert_int_equal(pipe2(ends, O_CLOEXEC), 0);
    const pid_t child = fork();
    if (child == 0) {
        close(ends[0]);
        write_without_end(ends[1]);
    }
    close(ends[1]);
    assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
    const struct rlimit limit = {(rlim_t)256 << 20, before.rlim_max};
    assert_int_equal(setrlimit(RLIMIT_AS, &limit), 0);
    const bool ok = open_standard_input(ends[0], VTB_TRACE_TEXT);
    assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
    (void)status_of(child); /* ended by SIGPIPE */
    assert_false(ok);
    assert_contains(error.message, "no memory for the trace's keys: ");
    assert_contains(error.message, " bytes: Cannot allocate memory");
    assert_one_line(error.message);
    assert_int_equal(error.exit_code, VTB_EXIT_INTERNAL);
    assert_closed();
}

#endif

/* --- a real one --- */

/* Beside the project, where it is at all. */
static void trace_of_a_shop(void **state)
{
    (void)state;
    char path[PATH_MAX];
    char command[PATH_MAX + 32];
    snprintf(path, sizeof path, "%.*s/../../../shared/traces/web07.trace.xz",
             (int)(strrchr(__FILE__, '/') - __FILE__), __FILE__);
    if (access(path, R_OK) != 0 || system("command -v xz >/dev/null") != 0) {
        print_message("no program xz, or no %s\n", path);
        skip();
    }
    snprintf(command, sizeof command, "xz -dc '%s'", path);
    FILE *unpacked = popen(command, "r");
    assert_non_null(unpacked);
    assert_true(open_standard_input(dup(fileno(unpacked)), VTB_TRACE_BE32));
    assert_int_equal(pclose(unpacked), 0);
    assert_int_equal(trace.ids_n, 76118);
    assert_int_equal(trace.keys_n, 20484);
}

int main(void)
{
#define IN_DIRECTORY(test) \
    cmocka_unit_test_setup_teardown(test, make_trace_directory, remove_trace_directory)
    const struct CMUnitTest tests[] = {
        IN_DIRECTORY(words),
        IN_DIRECTORY(keys_are_numbered_as_they_first_come),
        IN_DIRECTORY(be32_keys),
        IN_DIRECTORY(last_line_without_its_end),
        IN_DIRECTORY(empty_lines_are_a_key),
        IN_DIRECTORY(lines_hold_any_byte_of_text),
        IN_DIRECTORY(ends_of_lines),
        IN_DIRECTORY(byte_order_mark),
        IN_DIRECTORY(keys_that_share_a_prefix),
        IN_DIRECTORY(keys_of_one_hash),
        IN_DIRECTORY(line_across_the_end_of_the_buffer),
        IN_DIRECTORY(long_lines),
        IN_DIRECTORY(many_keys),
        IN_DIRECTORY(requests_that_fill_a_buffer),
        IN_DIRECTORY(spool_has_no_name),
        IN_DIRECTORY(close_twice),
        IN_DIRECTORY(standard_input),
        IN_DIRECTORY(named_pipe),
        IN_DIRECTORY(signals_do_not_disturb),
        IN_DIRECTORY(interrupt_before),
        IN_DIRECTORY(interrupt_of_a_read),
        IN_DIRECTORY(missing_file),
        IN_DIRECTORY(directory_is_no_trace),
        IN_DIRECTORY(read_error),
        IN_DIRECTORY(other_formats_by_their_first_bytes),
        IN_DIRECTORY(utf_16_without_a_mark),
        IN_DIRECTORY(binary_as_text),
        IN_DIRECTORY(requests_of_arc),
        IN_DIRECTORY(lines_that_are_none_of_arc),
        IN_DIRECTORY(a_column_by_its_name),
        IN_DIRECTORY(a_column_by_its_number),
        IN_DIRECTORY(quoted_fields),
        IN_DIRECTORY(records_that_are_none_of_csv),
        IN_DIRECTORY(what_is_strange_is_said),
        IN_DIRECTORY(what_is_not_strange_is_not_said),
        IN_DIRECTORY(empty_trace),
        IN_DIRECTORY(truncated_trace),
        IN_DIRECTORY(too_many_keys),
        IN_DIRECTORY(path_in_a_message),
        IN_DIRECTORY(temporary_directory),
        IN_DIRECTORY(full_disk),
#ifndef UNDER_SANITIZER
        IN_DIRECTORY(no_memory),
#endif
        IN_DIRECTORY(trace_of_a_shop),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
