/* A page of HTML of what was found, made by scripts/report.py, which comes with the program. For
 * one thread. */
#ifndef REPORT_PAGE_H
#define REPORT_PAGE_H

#include "base/output.h"

/* What a page is of: a result file, JSON that a report prints, or both. */
struct vtb_page {
    const char *result_file; /* with the files beside it; null: none */
    vtb_print *print;        /* prints JSON of `what`, which the page begins with; null: none */
    const void *what;        /* borrowed */
};

/* Checks, before anything is measured, that the script is there and has the packages that it needs,
 * and that the file could be written. On false *error says what is missing. */
VTB_MUST_USE bool vtb_page_check(const char *path, struct vtb_error *error);

/* Makes a page, in a child process, and writes it as vtb_output_file does. Takes a second. */
VTB_MUST_USE bool vtb_page_write(const char *path, const struct vtb_page *page,
                                 struct vtb_error *error);

/* Prints a report to standard output, in a format, and makes a page of it if there is a path. If
 * one fails the other is still tried; *error is of the first that did. */
VTB_MUST_USE bool vtb_page_report(vtb_print *print, const void *what, enum vtb_format format,
                                  const char *path, struct vtb_error *error);

#endif
