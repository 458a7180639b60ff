/*
 * A target of libFuzzer's: the input is a result file. It is refused in one line without control
 * characters, or read: then all that the reader promises holds, and it is compared with a file that
 * is sound, with that before it and behind it and with itself, in every format.
 */
#include <ctype.h>
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "gate/compare.h"
#include "passes/sessions.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char sound_text[] =
    "{\"context\":{\"fingerprint\":\"gcc; glibc 2.36\",\"libc\":\"glibc 2.36\",\"cpu_model\":\"x\","
    "\"host_name\":\"h\",\"confidence\":0.99,\"interrupted\":false,"
    "\"options\":{\"hit-rate\":\"0.8\"}},\"benchmarks\":[\n"
    "{\"run_name\":\"w/a/h/r\",\"run_type\":\"aggregate\",\"aggregate_name\":\"median\","
    "\"ratio\":1,\"ratio_lo\":1,\"ratio_hi\":1,\"state\":\"busy\",\"allocs_per_op\":1,\"ns_per_"
    "op\":20},\n"
    "{\"run_name\":\"w/b/h/r\",\"run_type\":\"aggregate\",\"aggregate_name\":\"median\","
    "\"ratio\":0.5,\"ratio_lo\":0.4,\"ratio_hi\":0.6,\"allocs_per_op\":0.2,\"ns_per_op\":10,"
    "\"ratio_log_se\":0.02,\"ratio_freedom\":9,\"sessions_n\":10,\"state\":\"quiet\","
    "\"gen0_per_kop\":1,\"gen0_budget_bytes\":1024,\"instructions_per_op\":40}]}";

static void require(bool holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "does not hold: %s\n", what);
    abort();
}

static void check_text(const char *text)
{
    for (; *text; text++)
        require(!iscntrl((unsigned char)*text), "texts have no control characters");
}

/* What knows the words of states asks sessions too, which a file has not. */
struct vtb_samples vtb_sessions_samples(const struct vtb_sessions *sessions, size_t point,
                                        size_t table)
{
    (void)sessions;
    (void)point;
    (void)table;
    abort();
}

/* Known, and then a finite number that is worked with; or not known. */
static void check_log_ratio(const struct vtb_pooled *pooled)
{
    require(isnan(pooled->mean) || isfinite(pooled->mean), "a logarithm is a number");
    require(isnan(pooled->variance) == isnan(pooled->freedom), "a variance has its freedom");
    require(isnan(pooled->variance) || (isfinite(pooled->mean) && pooled->variance > 0 &&
                                        isfinite(pooled->variance) && pooled->freedom >= 1),
            "a variance is one of another run");
    const struct vtb_pooled change = vtb_pooled_difference(pooled, pooled);
    require(vtb_pooled_p(&change) >= 1, "what is the same does not differ");
}

static void check_file(const struct vtb_result_file *file)
{
    require(file->rows_n > 0, "a file has rows");
    require(strcmp(vtb_recorded_fact(file, "fingerprint"), "") != 0, "a file has a fingerprint");
    require(isnan(file->confidence) || (file->confidence > 0 && file->confidence < 1),
            "a confidence is a share");
    for (size_t i = 0; i < file->rows_n; i++) {
        const struct vtb_recorded_row *row = &file->rows[i];
        check_text(row->name);
        require(*row->name && vtb_result_file_find(file, row->name) == row, "rows are found");
        for (size_t j = 0; j < row->numbers_n; j++)
            require(isfinite(row->numbers[j].value), "numbers are finite");
        require(!(vtb_recorded(row, "allocs_per_op") < 0), "counts are not negative");
        const struct vtb_pooled log_ratio = vtb_recorded_log_ratio(row);
        check_log_ratio(&log_ratio);
    }
    for (size_t i = 0; i < file->facts_n; i++)
        check_text(file->facts[i].value);
    for (size_t i = 0; i < file->options_n; i++)
        require(vtb_recorded_option(file, file->options[i].key) != NULL, "options are found");
}

static void compare(const struct vtb_result_file *before, const struct vtb_result_file *after)
{
    static const enum vtb_format formats[] = {VTB_FORMAT_TABLE, VTB_FORMAT_JSON, VTB_FORMAT_CSV,
                                              VTB_FORMAT_MARKDOWN};
    struct vtb_compared compared;
    char *text = NULL;
    size_t text_bytes;
    vtb_compare_make(&compared, before, after);
    require(compared.rows_n + compared.only_before.n == before->rows_n, "no row is lost");
    require(compared.rows_n + compared.only_after.n == after->rows_n, "no row is lost");
    FILE *out = open_memstream(&text, &text_bytes);
    for (size_t i = 0; out && i < sizeof formats / sizeof *formats; i++)
        vtb_compare_report(out, &compared, formats[i]);
    require(out && fclose(out) == 0, "a report can be printed");
    for (size_t i = 0; i < text_bytes; i++)
        require(text[i] == '\n' || !iscntrl((unsigned char)text[i]), "reports are plain text");
    free(text);
    vtb_compare_free(&compared);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct vtb_result_file sound;
    struct vtb_result_file file;
    struct vtb_error error = {.exit_code = VTB_EXIT_OK};
    if (!vtb_result_file_parse(&file, "FILE", (const char *)data, size, VTB_EXIT_USAGE, &error)) {
        require(error.exit_code == VTB_EXIT_USAGE, "a file is refused with the code given");
        require(strstr(error.message, "; make one with") != NULL, "a refusal says what to do");
        check_text(error.message);
        vtb_result_file_free(&file);
        return 0;
    }
    check_file(&file);
    require(vtb_result_file_parse(&sound, "SOUND", sound_text, strlen(sound_text), VTB_EXIT_USAGE,
                                  &error),
            "a sound file is read");
    compare(&file, &sound);
    compare(&sound, &file);
    compare(&file, &file);
    vtb_result_file_free(&file);
    vtb_result_file_free(&sound);
    return 0;
}
