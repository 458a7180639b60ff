#include "check.h"

#include "base/prose.h"
#include "base/table.h"

static char written[4000];

/* Prints and frees. */
static const char *printed(struct vtb_table *table, enum vtb_format format)
{
    FILE *out = fmemopen(written, sizeof written, "w");
    assert_non_null(out);
    vtb_table_print(out, table, format);
    assert_int_equal(fclose(out), 0);
    vtb_table_free(table);
    return written;
}

static void add_row(struct vtb_table *table, const char *a, const char *b, const char *c)
{
    vtb_table_cell(table, "%s", a);
    vtb_table_cell(table, "%s", b);
    vtb_table_cell(table, "%s", c);
}

/* A name, a number and a remark; of columns as wide as their widest text. */
static struct vtb_table remarks(void)
{
    struct vtb_table table = {.gap = 2};
    vtb_table_column(&table, (struct vtb_column){.title = "name"});
    vtb_table_column(&table, (struct vtb_column){.title = "n", .side = VTB_SIDE_RIGHT});
    vtb_table_column(&table, (struct vtb_column){.title = "remark"});
    return table;
}

static struct vtb_table filled_remarks(void)
{
    struct vtb_table table = remarks();
    add_row(&table, "a", "1.5 ±0.1", "");
    add_row(&table, "longer", "±2", "a, \"b\"");
    add_row(&table, "b", "", "c");
    return table;
}

static void columns_are_as_wide_as_their_widest_text(void **state)
{
    (void)state;
    struct vtb_table table = filled_remarks();
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE),
                        "name           n  remark\n"
                        "a       1.5 ±0.1\n"
                        "longer        ±2  a, \"b\"\n"
                        "b                 c\n");
}

static void a_table_without_rows_has_titles(void **state)
{
    (void)state;
    struct vtb_table table = remarks();
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE), "name  n  remark\n");
    table = remarks();
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name | n | remark |\n"
                        "|---|--:|---|\n");
}

static void a_table_may_have_one_column(void **state)
{
    (void)state;
    struct vtb_table table = {.gap = 2, .split = VTB_SPLIT_ALWAYS};
    vtb_table_column(&table, (struct vtb_column){.title = "name"});
    vtb_table_cell(&table, "%d", 7);
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE), "name\n7\n");
}

static void markdown_shows_texts_as_they_are(void **state)
{
    (void)state;
    struct vtb_table table = remarks();
    add_row(&table, "a|b_c", "<1", "*x*");
    table.padded = true;
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name   |   n | remark |\n"
                        "|---|--:|---|\n"
                        "| a\\|b_c | \\<1 | \\*x\\*  |\n");
}

static void markdown_is_padded_if_asked_for(void **state)
{
    (void)state;
    struct vtb_table table = filled_remarks();
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name | n | remark |\n"
                        "|---|--:|---|\n"
                        "| a | 1.5 ±0.1 |  |\n"
                        "| longer | ±2 | a, \"b\" |\n"
                        "| b |  | c |\n");
    table = filled_remarks();
    table.padded = true;
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name   |        n | remark |\n"
                        "|---|--:|---|\n"
                        "| a      | 1.5 ±0.1 |        |\n"
                        "| longer |       ±2 | a, \"b\" |\n"
                        "| b      |          | c      |\n");
}

static void csv_has_its_fields_quoted(void **state)
{
    (void)state;
    struct vtb_table table = filled_remarks();
    assert_string_equal(printed(&table, VTB_FORMAT_CSV),
                        "name,n,remark\n"
                        "a,1.5 ±0.1,\n"
                        "longer,±2,\"a, \"\"b\"\"\"\n"
                        "b,,c\n");
}

/* A column that is fixed stays, and one that is not gives way. */
static void a_width_is_the_least_or_fixed(void **state)
{
    (void)state;
    for (int fixed = 0; fixed < 2; fixed++) {
        struct vtb_table table = {.gap = 1};
        vtb_table_column(&table, (struct vtb_column){"a", 3, VTB_SIDE_LEFT, fixed != 0});
        vtb_table_column(&table, (struct vtb_column){"b", 4, VTB_SIDE_RIGHT, fixed != 0});
        vtb_table_column(&table, (struct vtb_column){.title = "c"});
        add_row(&table, "1", "2", "3");
        add_row(&table, "12345", "12345", "3");
        assert_string_equal(printed(&table, VTB_FORMAT_TABLE), fixed != 0 ? "a      b c\n"
                                                                            "1      2 3\n"
                                                                            "12345 12345 3\n"
                                                                          : "a         b c\n"
                                                                            "1         2 3\n"
                                                                            "12345 12345 3\n");
    }
}

/* Points stand below each other, and whole numbers where whole digits do. */
static void numbers_are_aligned_at_their_points(void **state)
{
    (void)state;
    for (int padded = 0; padded < 2; padded++) {
        struct vtb_table table = {.gap = 1, .padded = padded};
        vtb_table_column(&table, (struct vtb_column){.title = "a", .side = VTB_SIDE_POINT});
        vtb_table_column(&table, (struct vtb_column){.title = "bytes", .side = VTB_SIDE_POINT});
        vtb_table_column(&table, (struct vtb_column){.title = "c"});
        add_row(&table, "7.19", "0", "");
        add_row(&table, "10.6", "104.25", "d");
        add_row(&table, "-", "-", "");
        assert_string_equal(printed(&table, padded ? VTB_FORMAT_MARKDOWN : VTB_FORMAT_TABLE),
                            padded ? "|     a |  bytes | c |\n"
                                     "|--:|--:|---|\n"
                                     "|  7.19 |   0    |   |\n"
                                     "| 10.6  | 104.25 | d |\n"
                                     "|  -    |   -    |   |\n"
                                   : "    a  bytes c\n"
                                     " 7.19   0\n"
                                     "10.6  104.25 d\n"
                                     " -      -\n");
    }
}

static void a_cell_may_have_lines(void **state)
{
    (void)state;
    struct vtb_table table = remarks();
    add_row(&table, "a", "1", "one\nseveral");
    add_row(&table, "b\nc", "2", "last");
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE),
                        "name  n  remark\n"
                        "a     1  one\n"
                        "         several\n"
                        "b     2  last\n"
                        "c\n");
    table = remarks();
    add_row(&table, "a", "1", "one\nseveral");
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name | n | remark |\n"
                        "|---|--:|---|\n"
                        "| a | 1 | one, several |\n");
}

/* A name of 10 characters, and columns of 42, of which two fill a line but for 2 characters: so
 * that a gap of 3 fills it, and one of 4 is too much. */
static struct vtb_table wide(enum vtb_split split, size_t gap)
{
    struct vtb_table table = {.gap = gap, .split = split};
    vtb_table_column(&table, (struct vtb_column){"name", 10, VTB_SIDE_LEFT, true});
    for (size_t i = 0; i < 3; i++)
        vtb_table_column(&table, (struct vtb_column){"x", 42, VTB_SIDE_RIGHT, true});
    for (size_t i = 0; i < 4; i++)
        vtb_table_cell(&table, "%zu", i);
    return table;
}

static size_t lines_n(const char *text)
{
    size_t n = 0;
    for (; *text; text++)
        n += *text == '\n';
    return n;
}

static void a_wide_table_goes_on_below(void **state)
{
    (void)state;
    struct vtb_table table = wide(VTB_SPLIT_ALIGNED, 3);
    char expected[1000];
    snprintf(expected, sizeof expected,
             "%-10s   %42s   %42s\n%-10s   %42s   %42s\n\n%-10s   %42s\n%-10s   %42s\n", "name",
             "x", "x", "0", "1", "2", "name", "x", "0", "3");
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE), expected);
    table = wide(VTB_SPLIT_ALIGNED, 4);
    assert_int_equal(lines_n(printed(&table, VTB_FORMAT_TABLE)), 3 * 2 + 2);
    table = wide(VTB_SPLIT_NEVER, 4);
    assert_int_equal(lines_n(printed(&table, VTB_FORMAT_TABLE)), 2);
}

/* What says what a row is stands in each part, where that is several columns. */
static void a_part_has_all_keys(void **state)
{
    (void)state;
    struct vtb_table table = {.gap = 1, .width = 9, .split = VTB_SPLIT_ALIGNED, .keys_n = 2};
    for (const char *const *title = (const char *const[]){"a", "b", "cc", "dd", "ee", NULL}; *title;
         title++)
        vtb_table_column(&table, (struct vtb_column){.title = *title});
    for (int i = 1; i <= 5; i++)
        vtb_table_cell(&table, "%d", i);
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE),
                        "a b cc dd\n1 2 3  4\n\na b ee\n1 2 5\n");
}

static void markdown_goes_on_below_if_asked_for(void **state)
{
    (void)state;
    struct vtb_table table = wide(VTB_SPLIT_ALIGNED, 3);
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name | x | x | x |\n|---|--:|--:|--:|\n| 0 | 1 | 2 | 3 |\n");
    table = wide(VTB_SPLIT_ALWAYS, 3);
    assert_string_equal(printed(&table, VTB_FORMAT_MARKDOWN),
                        "| name | x | x |\n|---|--:|--:|\n| 0 | 1 | 2 |\n\n"
                        "| name | x |\n|---|--:|\n| 0 | 3 |\n");
}

/* A column that is as wide as a line still is printed, with its name. */
static void a_part_has_a_column_at_least(void **state)
{
    (void)state;
    struct vtb_table table = {.gap = 1, .split = VTB_SPLIT_ALWAYS};
    vtb_table_column(&table, (struct vtb_column){.title = "name"});
    for (size_t i = 0; i < 2; i++)
        vtb_table_column(&table, (struct vtb_column){"x", VTB_LINE_WIDTH, VTB_SIDE_LEFT, true});
    assert_string_equal(printed(&table, VTB_FORMAT_TABLE), "name x\n\nname x\n");
}

static void fields_are_quoted_where_they_must_be(void **state)
{
    (void)state;
    static const struct {
        const char *text;
        const char *field;
        const char *quoted;
    } rows[] = {
        {"", "", "\"\""},
        {"plain text", "plain text", "\"plain text\""},
        {"a,b", "\"a,b\"", "\"a,b\""},
        {"\"", "\"\"\"\"", "\"\"\"\""},
        {"a\nb", "\"a\nb\"", "\"a\nb\""},
    };
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        char expected[40];
        FILE *out = fmemopen(written, sizeof written, "w");
        assert_non_null(out);
        vtb_print_csv_field(out, rows[i].text, strlen(rows[i].text));
        putc(';', out);
        vtb_print_csv_quoted(out, rows[i].text);
        assert_int_equal(fclose(out), 0);
        snprintf(expected, sizeof expected, "%s;%s", rows[i].field, rows[i].quoted);
        assert_string_equal(written, expected);
    }
}

static void a_field_is_a_part_of_a_text(void **state)
{
    (void)state;
    FILE *out = fmemopen(written, sizeof written, "w");
    assert_non_null(out);
    vtb_print_csv_field(out, "ab,c", 2);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(written, "ab");
}

/* One that is a little too wide is set closer. */
static void a_wide_table_has_narrow_gaps(void **state)
{
    (void)state;
    for (size_t more = 0; more < 2; more++) {
        struct vtb_table table = {.gap = 3};
        char *text = NULL;
        size_t n;
        FILE *out = open_memstream(&text, &n);
        assert_non_null(out);
        for (size_t i = 0; i < 3; i++)
            vtb_table_column(&table, (struct vtb_column){.title = "x", .side = VTB_SIDE_LEFT});
        vtb_table_cell(&table, "%*s", (int)(VTB_LINE_WIDTH - 8 + more), "a");
        vtb_table_cell(&table, "b");
        vtb_table_cell(&table, "c");
        vtb_table_print(out, &table, VTB_FORMAT_TABLE);
        assert_int_equal(fclose(out), 0);
        assert_non_null(strstr(text, more ? "a b c\n" : "a   b   c\n"));
        free(text);
        vtb_table_free(&table);
    }
}

/* Also where a text has them itself. */
static void no_line_ends_in_spaces(void **state)
{
    (void)state;
    struct vtb_table table = {.gap = 1};
    char *text = NULL;
    size_t n;
    FILE *out = open_memstream(&text, &n);
    assert_non_null(out);
    vtb_table_column(&table, (struct vtb_column){.title = "x"});
    vtb_table_column(&table, (struct vtb_column){.title = "y ", .side = VTB_SIDE_RIGHT});
    vtb_table_cell(&table, "a");
    vtb_table_cell(&table, "12 ");
    vtb_table_cell(&table, "b");
    vtb_table_cell(&table, "1=");
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "x  y\na 12\nb  1=\n");
    free(text);
    vtb_table_free(&table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(columns_are_as_wide_as_their_widest_text),
        cmocka_unit_test(a_table_without_rows_has_titles),
        cmocka_unit_test(a_table_may_have_one_column),
        cmocka_unit_test(markdown_is_padded_if_asked_for),
        cmocka_unit_test(markdown_shows_texts_as_they_are),
        cmocka_unit_test(csv_has_its_fields_quoted),
        cmocka_unit_test(a_width_is_the_least_or_fixed),
        cmocka_unit_test(numbers_are_aligned_at_their_points),
        cmocka_unit_test(a_cell_may_have_lines),
        cmocka_unit_test(a_wide_table_goes_on_below),
        cmocka_unit_test(a_part_has_all_keys),
        cmocka_unit_test(markdown_goes_on_below_if_asked_for),
        cmocka_unit_test(a_part_has_a_column_at_least),
        cmocka_unit_test(fields_are_quoted_where_they_must_be),
        cmocka_unit_test(a_field_is_a_part_of_a_text),
        cmocka_unit_test(a_wide_table_has_narrow_gaps),
        cmocka_unit_test(no_line_ends_in_spaces),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
