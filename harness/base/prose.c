#include "base/prose.h"

#include <math.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

/* --- in a buffer --- */

bool vtb_ends_in(const char *text, size_t n, const char *end)
{
    const size_t end_n = strlen(end);
    return n > end_n && memcmp(text + n - end_n, end, end_n) == 0;
}

static void append_arguments(char *text, size_t text_bytes, const char *format, va_list arguments)
    __attribute__((format(printf, 3, 0)));

static void append_arguments(char *text, size_t text_bytes, const char *format, va_list arguments)
{
    const size_t used = strlen(text);
    vsnprintf(text + used, text_bytes - used, format, arguments);
}

void vtb_append(char *text, size_t text_bytes, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    append_arguments(text, text_bytes, format, arguments);
    va_end(arguments);
}

void vtb_append_item(char *text, size_t text_bytes, const char *format, ...)
{
    va_list arguments;
    vtb_append(text, text_bytes, "%s", *text ? ", " : "");
    va_start(arguments, format);
    append_arguments(text, text_bytes, format, arguments);
    va_end(arguments);
}

void vtb_append_once(char *text, size_t text_bytes, const char *item)
{
    const size_t n = strlen(item);
    for (const char *next = text; *next; next += strspn(next, ", ")) {
        const size_t own_n = strcspn(next, ",");
        if (own_n == n && memcmp(next, item, n) == 0)
            return;
        next += own_n;
    }
    vtb_append_item(text, text_bytes, "%s", item);
}

/* Whether a byte is the first of a character: in UTF-8 all others begin with the bits 10. */
static bool begins_character(char byte)
{
    return ((unsigned char)byte & 0xc0) != 0x80;
}

size_t vtb_characters(const char *text, size_t n)
{
    size_t characters_n = 0;
    for (size_t i = 0; i < n; i++)
        characters_n += begins_character(text[i]);
    return characters_n;
}

const char *vtb_plural(double n, const char *one, const char *several)
{
    return n == 1 ? one : several;
}

const char *vtb_separator(size_t i, size_t n)
{
    if (i == 0)
        return "";
    return i + 1 == n ? " and " : ", ";
}

/* --- numbers --- */

#define DECIMALS_MAX 12

/* The decimals that a number of so many significant digits has. */
static int decimals_of(double value, int digits_n)
{
    char text[VTB_NUMBER_BYTES];
    snprintf(text, sizeof text, "%.*e", digits_n - 1, value);
    const char *exponent = strchr(text, 'e');
    if (value == 0 || !exponent)
        return 0;
    const int decimals_n = digits_n - 1 - (int)strtol(exponent + 1, NULL, 10);
    return decimals_n < 0 ? 0 : decimals_n < DECIMALS_MAX ? decimals_n : DECIMALS_MAX;
}

/* Writes a number with a comma between thousands. */
static const char *group(char text[VTB_NUMBER_BYTES], const char *number)
{
    size_t at = 0;
    const size_t whole_n = strcspn(number, ".");
    for (size_t i = 0; number[i] && at + 2 < VTB_NUMBER_BYTES; i++) {
        if (i > 0 && i < whole_n && (whole_n - i) % 3 == 0 && number[i - 1] != '-')
            text[at++] = ',';
        text[at++] = number[i];
    }
    text[at] = '\0';
    return text;
}

const char *vtb_figure_text(char text[VTB_NUMBER_BYTES], double value)
{
    char number[VTB_NUMBER_BYTES];
    snprintf(number, sizeof number, "%.*f", decimals_of(value, 3), value);
    return group(text, number);
}

const char *vtb_digits_text(char text[VTB_NUMBER_BYTES], double value, int digits_n)
{
    char number[VTB_NUMBER_BYTES];
    return group(text, vtb_decimal_text(number, value, decimals_of(value, digits_n)));
}

const char *vtb_signed_text(char text[VTB_NUMBER_BYTES], double value, int digits_n)
{
    char number[VTB_NUMBER_BYTES];
    snprintf(text, VTB_NUMBER_BYTES, "%s%.30s", value < 0 ? "" : "+",
             vtb_digits_text(number, value, digits_n));
    return text;
}

const char *vtb_unit_of(double value, const char *const *units, double *size)
{
    for (*size = 1; value / *size >= 999.5 && units[1]; units++)
        *size *= 1000;
    return *units;
}

const char *vtb_scaled_text(char text[VTB_NUMBER_BYTES], double value, const char *const *units)
{
    double size;
    const char *unit = vtb_unit_of(value, units, &size);
    vtb_digits_text(text, value / size, 3);
    vtb_append(text, VTB_NUMBER_BYTES, "%s", unit);
    return text;
}

const char *vtb_bytes_text(char text[VTB_NUMBER_BYTES], double bytes)
{
    static const char *const units[] = {"B", "KiB", "MiB", "GiB", "TiB"};
    size_t unit = 0;
    for (; bytes >= 1024 && unit + 1 < sizeof units / sizeof *units; unit++)
        bytes /= 1024;
    snprintf(text, VTB_NUMBER_BYTES, unit == 0 ? "%.0f %s" : "%.1f %s", bytes, units[unit]);
    return text;
}

const char *vtb_duration_text(char text[VTB_NUMBER_BYTES], double seconds)
{
    static const struct {
        double seconds;
        const char *name;
    } units[] = {{1, "s"}, {60, "minutes"}, {3600, "hours"}, {86400, "days"}};
    size_t unit = 0;
    while (unit + 1 < sizeof units / sizeof *units && seconds >= 2 * units[unit + 1].seconds)
        unit++;
    snprintf(text, VTB_NUMBER_BYTES, unit > 0 || seconds < 10 ? "about %.1f %s" : "about %.0f %s",
             seconds / units[unit].seconds, units[unit].name);
    return text;
}

const char *vtb_fitted_text(char text[VTB_NUMBER_BYTES], double value, size_t width)
{
    int digits = 6;
    while (strlen(vtb_digits_text(text, value, digits)) > width && digits > 1)
        digits--;
    if (strlen(text) > width && fabs(value) < 1)
        snprintf(text, VTB_NUMBER_BYTES, "<%.*f", (int)width - 3, pow(10, 3 - (double)width));
    return text;
}

const char *vtb_decimal_text(char text[VTB_NUMBER_BYTES], double value, int decimals_n)
{
    size_t n = (size_t)snprintf(text, VTB_NUMBER_BYTES, "%.*f", decimals_n, value);
    if (decimals_n == 0 || n >= VTB_NUMBER_BYTES)
        return text;
    while (text[n - 1] == '0')
        text[--n] = '\0';
    if (text[n - 1] == '.')
        text[--n] = '\0';
    return text;
}

const char *vtb_thousands_text(char text[VTB_NUMBER_BYTES], double value)
{
    char digits[VTB_NUMBER_BYTES];
    snprintf(digits, sizeof digits, "%.0f", value);
    return group(text, digits);
}

int vtb_decimals(double size)
{
    return size < 10 ? 3 : size < 100 ? 2 : size < 1000 ? 1 : 0;
}

/* --- with lines broken at spaces --- */

void vtb_print_wrapped_to(FILE *out, const char *text, size_t line_width)
{
    size_t column = 0;
    for (const char *word = text;; word++) {
        const char *end = strchrnul(word, ' ');
        const size_t n = (size_t)(end - word);
        /* `word` ends at a space: it may hold a line's last word and the next line's first one */
        const char *line_end = memrchr(word, '\n', n);
        const size_t width = vtb_characters(word, line_end ? strcspn(word, "\n") : n);
        const bool fits = column + 1 + width <= line_width;
        if (column > 0)
            putc(fits ? ' ' : '\n', out);
        fwrite(word, 1, n, out);
        if (line_end)
            column = vtb_characters(line_end + 1, (size_t)(end - line_end - 1));
        else
            column = fits ? column + (column > 0) + width : width;
        if (!*end)
            return;
        word = end;
    }
}

void vtb_print_wrapped(FILE *out, const char *text)
{
    vtb_print_wrapped_to(out, text, VTB_LINE_WIDTH);
}

void vtb_printf_wrapped(FILE *out, const char *format, ...)
{
    char *text = NULL;
    va_list arguments;
    va_start(arguments, format);
    if (vasprintf(&text, format, arguments) < 0)
        vtb_no_memory(strlen(format), "some lines");
    va_end(arguments);
    vtb_print_wrapped(out, text);
    free(text);
}

void vtb_print_wrapped_by(FILE *out, vtb_writer *write, const void *what, size_t line_width)
{
    char *text = NULL;
    size_t text_bytes;
    FILE *stream = open_memstream(&text, &text_bytes);
    if (!stream)
        vtb_no_memory(sizeof *stream, "some lines");
    write(stream, what);
    if (fclose(stream) != 0)
        vtb_no_memory(text_bytes, "some lines");
    vtb_print_wrapped_to(out, text, line_width);
    free(text);
}
