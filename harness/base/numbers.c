#include "base/numbers.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/allocate.h"

static bool refuse(struct vtb_error *error, const char *reason)
{
    return vtb_fail(error, VTB_EXIT_USAGE, "%s", reason);
}

/* The factor that a unit of time stands for; 0 if it is none. */
static double time_factor(const char *unit)
{
    static const char *const units[] = {"s", "ms", "us"};
    for (size_t i = 0; i < sizeof units / sizeof *units; i++) {
        if (strcmp(unit, units[i]) == 0)
            return pow(1000, -(double)i);
    }
    return 0;
}

/* The factor that a unit stands for; 0 if it is no unit. */
static double unit_factor(const char *unit, const struct vtb_number_kind *kind)
{
    if (kind->time)
        return time_factor(unit);
    if (*unit == '\0')
        return 1;
    if (kind->percent && strcmp(unit, "%") == 0)
        return 0.01;
    if (!(kind->whole || kind->max >= 1e9) || unit[1] != '\0')
        return 0;
    static const char units[] = "kMGT";
    const char *found = strchr(units, *unit == 'K' ? 'k' : *unit);
    return found ? pow(kind->bytes ? 1024 : 1000, (double)(found - units + 1)) : 0;
}

/* Rounds to 12 decimal digits, so that 3 * 0.05 becomes 0.15. */
static double round_to_12_digits(double value)
{
    char digits[32];
    snprintf(digits, sizeof digits, "%.12g", value);
    return strtod(digits, NULL);
}

bool vtb_number_parse(const char *text, const struct vtb_number_kind *kind, double *value,
                      struct vtb_error *error)
{
    size_t numeric = strspn(text, "0123456789.+-eE");
    char *end = NULL;
    errno = 0;
    double number = strtod(text, &end);
    if (numeric == 0 || end == text || (size_t)(end - text) > numeric)
        return refuse(error, "not a number");
    if (errno == ERANGE && fabs(number) > 1)
        return refuse(error, "too large");
    double factor = unit_factor(end, kind);
    if (kind->time && *end == '\0')
        return refuse(error, "no unit behind the number");
    if (factor == 0)
        return refuse(error, "text behind the number");
    number = factor == 1 || kind->bytes ? number * factor : round_to_12_digits(number * factor);
    if (kind->whole && number != floor(number))
        return refuse(error, "not a whole number");
    if (!(number >= kind->min && number <= kind->max))
        return refuse(error, "out of range");
    *value = number + 0.0; /* -0 becomes 0 */
    return true;
}

static bool add(struct vtb_numbers *numbers, double value, struct vtb_error *error)
{
    for (size_t i = 0; i < numbers->n; i++) {
        if (numbers->values[i] == value)
            return refuse(error, "a value stands there twice");
    }
    if (numbers->n == VTB_NUMBERS_MAX)
        return refuse(error, "more than 1000 values");
    numbers->values[numbers->n++] = value;
    return true;
}

static bool parse_range(char *text, const struct vtb_number_kind *kind, struct vtb_numbers *numbers,
                        struct vtb_error *error)
{
    struct vtb_number_kind step_kind = *kind;
    step_kind.min = 0;
    step_kind.max = INFINITY;
    char *to = strchr(text, ':');
    *to++ = '\0';
    char *step = strchr(to, ':');
    if (!step || strchr(step + 1, ':'))
        return refuse(error, "a range is FROM:TO:STEP");
    *step++ = '\0';
    double from_value;
    double to_value;
    double step_value;
    if (!vtb_number_parse(text, kind, &from_value, error) ||
        !vtb_number_parse(to, kind, &to_value, error) ||
        !vtb_number_parse(step, &step_kind, &step_value, error))
        return false;
    if (step_value <= 0 || from_value > to_value)
        return refuse(error, "a range goes upwards, by a step above 0");
    const double exact_steps = (to_value - from_value) / step_value;
    const double steps = floor(exact_steps + 1e-9);
    if (steps >= VTB_NUMBERS_MAX)
        return refuse(error, "more than 1000 values");
    for (size_t i = 0; i <= (size_t)steps; i++) {
        if (!add(numbers, fmin(to_value, round_to_12_digits(from_value + (double)i * step_value)),
                 error))
            return false;
    }
    return exact_steps - steps <= 1e-9 || add(numbers, to_value, error);
}

static bool parse_item(char *text, const struct vtb_number_kind *kind, struct vtb_numbers *numbers,
                       struct vtb_error *error)
{
    if (strchr(text, ':'))
        return parse_range(text, kind, numbers, error);
    double value;
    return vtb_number_parse(text, kind, &value, error) && add(numbers, value, error);
}

bool vtb_numbers_parse(const char *text, const struct vtb_number_kind *kind,
                       struct vtb_numbers *numbers, struct vtb_error *error)
{
    char *copy = vtb_copy_text(text, "a list of numbers");
    char *rest = copy;
    bool ok = true;
    numbers->n = 0;
    while (ok && rest) {
        char *item = strsep(&rest, ",");
        ok = parse_item(item, kind, numbers, error);
    }
    free(copy);
    return ok;
}

bool vtb_uint64_parse(const char *text, uint64_t *value, struct vtb_error *error)
{
    char *end = NULL;
    errno = 0;
    unsigned long long number = strtoull(text, &end, 10);
    if (!isdigit((unsigned char)*text) || *end != '\0')
        return refuse(error, "not a whole number");
    if (errno == ERANGE)
        return refuse(error, "too large");
    *value = number;
    return true;
}
