#include "report/page.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "report/script.h"

/* --- files in memory --- */

static int memory_file(const char *name, struct vtb_error *error)
{
    const int file = memfd_create(name, MFD_CLOEXEC);
    if (file < 0)
        (void)vtb_fail(error, VTB_EXIT_INTERNAL, "--report: no memory for a page: %s",
                       strerror(errno));
    return file;
}

/* Writes what a report prints to a file in memory, and goes to its start. */
static bool fill(int file, const struct vtb_page *page, struct vtb_error *error)
{
    char *text = NULL;
    size_t text_n = 0;
    bool ok = vtb_output_text(page->print, page->what, VTB_FORMAT_JSON, &text, &text_n);
    for (size_t done = 0; ok && done < text_n;) {
        const ssize_t n = write(file, text + done, text_n - done);
        ok = n > 0;
        done += ok ? (size_t)n : 0;
    }
    free(text);
    return (ok && lseek(file, 0, SEEK_SET) == 0) ||
           vtb_fail(error, VTB_EXIT_INTERNAL, "--report: no memory for a page");
}

/* Prints the content of a file in memory. */
static void print_file(FILE *out, const void *what, enum vtb_format format)
{
    const int *file = what;
    char bytes[65536];
    ssize_t n;
    (void)format;
    (void)lseek(*file, 0, SEEK_SET);
    while ((n = read(*file, bytes, sizeof bytes)) > 0)
        fwrite(bytes, 1, (size_t)n, out);
}

/* --- the whole --- */

/* The script that makes a page; its arguments and its descriptors are still to be set. */
static struct vtb_script page_script(void)
{
    return (struct vtb_script){.option = "--report",
                               .name = "report.py",
                               .fails_as = "made no page",
                               .package = "python3"};
}

bool vtb_page_check(const char *path, struct vtb_error *error)
{
    const struct vtb_script script = page_script();
    return vtb_output_check(path, error) && vtb_script_check(&script, error);
}

bool vtb_page_write(const char *path, const struct vtb_page *page, struct vtb_error *error)
{
    struct vtb_script script = page_script();
    int input = -1;
    const int output = memory_file("page", error);
    size_t n = 0;
    bool ok = output >= 0;
    if (ok && page->print) {
        input = memory_file("found", error);
        ok = input >= 0 && fill(input, page, error);
        script.arguments[n++] = "-";
        script.input = input;
    }
    if (page->result_file)
        script.arguments[n++] = page->result_file;
    script.output = output;
    ok = ok && vtb_script_run(&script, error) &&
         vtb_output_file(path, print_file, &output, VTB_FORMAT_BYTES, error);
    if (input >= 0)
        close(input);
    if (output >= 0)
        close(output);
    return ok;
}

bool vtb_page_report(vtb_print *print, const void *what, enum vtb_format format, const char *path,
                     struct vtb_error *error)
{
    const struct vtb_page page = {.print = print, .what = what};
    struct vtb_error reason;
    const bool ok = vtb_output_stdout(print, what, format, error);
    return (!path || vtb_page_write(path, &page, ok ? error : &reason)) && ok;
}
