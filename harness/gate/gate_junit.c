/*
 * The gate's verdicts as JUnit XML, in the order and with the attributes that both Jenkins's
 * junit-10.xsd and Ant's JUnit.xsd ask for.
 */
#include <math.h>
#include <string.h>
#include <unistd.h>

#include "base/json_text.h"
#include "gate/gate.h"

/* Prints a text that may hold anything, as one of an attribute. What is no UTF-8, or no character
 * of XML, is a question mark. */
static void print_escaped(FILE *out, const char *bytes)
{
    json_t *text = vtb_json_text(bytes);
    for (const char *c = json_string_value(text); *c; c++) {
        if (*c == '&')
            fputs("&amp;", out);
        else if (*c == '<')
            fputs("&lt;", out);
        else if (*c == '>')
            fputs("&gt;", out);
        else if (*c == '"')
            fputs("&quot;", out);
        else
            putc((unsigned char)*c < 0x20 || *c == 0x7f ? '?' : *c, out);
    }
    json_decref(text);
}

/* Prints the class of a case: its workload is the package. Other dots would be levels, too, of a
 * rate of 0 that has a rate of 8. */
static void print_class(FILE *out, const char *name)
{
    char class[VTB_CASE_NAME_BYTES];
    snprintf(class, sizeof class, "%s", name);
    for (char *c = class; *c; c++)
        *c = (char)(*c == '.' ? '_' : *c);
    char *slash = strchr(class, '/');
    if (slash)
        *slash = '.';
    print_escaped(out, class);
}

static void open_case(FILE *out, const char *name, const char *metric)
{
    fputs("    <testcase classname=\"", out);
    print_class(out, name);
    fprintf(out, "\" name=\"%s\" time=\"0\"", metric);
}

/* Closes a case with what is to be said of it. */
static void close_case(FILE *out, const char *element, const char *type, const char *message)
{
    const bool is_failure = strcmp(element, "failure") == 0;
    fprintf(out, ">\n      <%s type=\"%s\" message=\"%s%s", element, type, is_failure ? "" : type,
            is_failure ? "" : ": ");
    print_escaped(out, message);
    fputs("\"/>\n    </testcase>\n", out);
}

static void print_check(FILE *out, const struct vtb_gate *gate, const struct vtb_gate_check *check)
{
    char line[400];
    open_case(out, check->name, check->metric);
    vtb_gate_line(line, sizeof line, check);
    if (check->verdict == VTB_GATE_WORSE)
        close_case(out, "failure", "regression", line);
    else if (check->verdict == VTB_GATE_UNKNOWN)
        close_case(out, gate->strict ? "error" : "skipped", "inconclusive", line);
    else
        fputs("/>\n", out);
}

static void print_gap(FILE *out, const struct vtb_gate *gate, const struct vtb_gate_gap *gap)
{
    open_case(out, gap->name, gap->metric ? gap->metric : "all figures");
    close_case(out, gate->strict ? "error" : "skipped", "not compared", gap->reason);
}

static void print_property(FILE *out, const char *name, const char *value)
{
    fprintf(out, "      <property name=\"%s\" value=\"", name);
    print_escaped(out, value);
    fputs("\"/>\n", out);
}

static void open_suite(FILE *out, const struct vtb_gate *gate, size_t tests_n, size_t errors_n,
                       size_t skipped_n)
{
    char host[256] = "";
    char stamp[32] = "";
    struct tm utc;
    if (gethostname(host, sizeof host - 1) != 0 || !*host)
        snprintf(host, sizeof host, "localhost");
    if (gmtime_r(&gate->began, &utc))
        strftime(stamp, sizeof stamp, "%Y-%m-%dT%H:%M:%S", &utc);
    fprintf(out,
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n"
            "  <testsuite name=\"valuetask-bench gate\" package=\"valuetask-bench\" id=\"0\" "
            "tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\" time=\"%.3f\" "
            "timestamp=\"%s\" hostname=\"",
            tests_n, vtb_gate_count(gate, VTB_GATE_WORSE), errors_n, skipped_n, gate->seconds,
            stamp);
    print_escaped(out, host);
    fputs("\">\n    <properties>\n", out);
    print_property(out, "baseline",
                   gate->baseline && gate->baseline->path ? gate->baseline->path : "not read");
    fputs("    </properties>\n", out);
}

void vtb_gate_junit(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_gate *gate = what;
    const size_t untold_n = vtb_gate_count(gate, VTB_GATE_UNKNOWN) + gate->gaps_n;
    (void)format;
    if (gate->refusal) {
        open_suite(out, gate, 1, 1, 0);
        open_case(out, "valuetask-bench/gate", "baseline");
        close_case(out, "error", "nothing was compared", gate->refusal->message);
    } else {
        open_suite(out, gate, gate->checks_n + gate->gaps_n, gate->strict ? untold_n : 0,
                   gate->strict ? 0 : untold_n);
        for (size_t i = 0; i < gate->checks_n; i++)
            print_check(out, gate, &gate->checks[i]);
        for (size_t i = 0; i < gate->gaps_n; i++)
            print_gap(out, gate, &gate->gaps[i]);
    }
    fputs("    <system-out/>\n    <system-err/>\n  </testsuite>\n</testsuites>\n", out);
}
