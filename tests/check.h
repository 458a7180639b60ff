/* cmocka with what it needs, and the few assertions that it lacks. */
#ifndef CHECK_H
#define CHECK_H

#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
#define UNDER_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer) || __has_feature(thread_sanitizer)
#define UNDER_SANITIZER 1
#endif
#endif

/* cmocka compares floats; figures are doubles. */
#define assert_near(value, expected, tolerance) \
    check_near((value), (expected), (tolerance), __FILE__, __LINE__)
#define assert_same_double(value, expected) assert_near(value, expected, 0)
#define assert_contains(text, part) check_contains((text), (part), __FILE__, __LINE__)
#define assert_begins(text, part) check_begins((text), (part), __FILE__, __LINE__)
#define assert_one_line(text) check_one_line((text), __FILE__, __LINE__)

static inline void check_near(double value, double expected, double tolerance, const char *file,
                              int line)
{
    if (value == expected || fabs(value - expected) <= tolerance)
        return;
    print_error("%.17g is not %.17g (within %g)\n", value, expected, tolerance);
    _fail(file, line);
}

static inline void check_contains(const char *text, const char *part, const char *file, int line)
{
    if (strstr(text, part))
        return;
    print_error("\"%s\" does not contain \"%s\"\n", text, part);
    _fail(file, line);
}

static inline void check_begins(const char *text, const char *part, const char *file, int line)
{
    if (strncmp(text, part, strlen(part)) == 0)
        return;
    print_error("\"%s\" does not begin with \"%s\"\n", text, part);
    _fail(file, line);
}

static inline void check_one_line(const char *text, const char *file, int line)
{
    if (*text && !strpbrk(text, "\r\n"))
        return;
    print_error("not one line: \"%s\"\n", text);
    _fail(file, line);
}

/* A name for mkstemp or mkdtemp, in the directory that TMPDIR names when the test first asks. */
#define TEMPORARY_BYTES 256

static inline void temporary_name(char name[TEMPORARY_BYTES])
{
    static const char in[] = "/vtb-test-XXXXXX";
    static char parent[TEMPORARY_BYTES - sizeof in];
    const char *given = getenv("TMPDIR");
    if (!*parent)
        strcpy(parent, given && *given && strlen(given) < sizeof parent ? given : "/tmp");
    snprintf(name, TEMPORARY_BYTES, "%s%s", parent, in);
}

/* Makes a file of such a name, with a text in it; the caller removes it. */
static inline void temporary_file(char name[TEMPORARY_BYTES], const char *text)
{
    temporary_name(name);
    const int file = mkstemp(name);
    assert_true(file >= 0);
    assert_int_equal(write(file, text, strlen(text)), strlen(text));
    assert_int_equal(close(file), 0);
}

#endif
