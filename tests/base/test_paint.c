/* Colours stand beside a text, so that none can come from within it. */
#include "check.h"

#include "base/paint.h"
#include "base/table.h"

static char shown[1000];

/* Gives what `write` wrote, painted as it asked. */
static const char *painted(void (*write)(FILE *out))
{
    char *text = NULL;
    size_t text_n;
    FILE *out = open_memstream(&text, &text_n);
    FILE *end = fmemopen(shown, sizeof shown, "w");
    assert_true(out && end);
    vtb_paint_begin(out);
    write(out);
    assert_int_equal(fclose(out), 0);
    vtb_paint_end(end, text, text_n);
    assert_int_equal(fclose(end), 0);
    free(text);
    return shown;
}

static void write_words(FILE *out)
{
    vtb_paint(out, VTB_PAINT_TITLE);
    fputs("title", out);
    vtb_paint(out, VTB_PAINT_NONE);
    fputs(" plain ", out);
    vtb_paint_word(out, "±", 3, VTB_PAINT_GOOD);
    vtb_paint_word(out, "worse", 3, VTB_PAINT_BAD);
    vtb_paint(out, VTB_PAINT_DIM);
    fputs("?", out);
}

static void each_paint_has_its_code(void **state)
{
    (void)state;
    assert_string_equal(painted(write_words),
                        "\33[1mtitle\33[0m plain \33[32m±\33[0m  "
                        "\33[31mworse\33[2m?");
}

/* What looks as what is before it, or has no text, takes no code. */
static void write_nothing_new(FILE *out)
{
    vtb_paint(out, VTB_PAINT_NONE);
    fputs("a", out);
    vtb_paint(out, VTB_PAINT_BAD);
    vtb_paint(out, VTB_PAINT_NONE);
    fputs("b", out);
    vtb_paint(out, VTB_PAINT_DIM);
    fputs("c", out);
    vtb_paint(out, VTB_PAINT_DIM);
    fputs("d", out);
    vtb_paint(out, VTB_PAINT_NONE);
}

static void codes_are_few(void **state)
{
    (void)state;
    assert_string_equal(painted(write_nothing_new), "ab\33[2mcd\33[0m");
}

/* An order to a terminal, and a character that is cut where a colour begins. */
static void write_orders(FILE *out)
{
    vtb_paint(out, VTB_PAINT_GOOD);
    fputs("\33[31mred\33[0m\302", out);
    vtb_paint(out, VTB_PAINT_NONE);
    fputs("\33[2J\n", out);
}

static void what_a_text_holds_is_no_colour(void **state)
{
    (void)state;
    assert_string_equal(painted(write_orders), "\33[32m\\x1b[31mred\\x1b[0m\\xc2\33[0m\\x1b[2J\n");
}

static void write_table(FILE *out)
{
    struct vtb_table table = {.gap = 1};
    vtb_table_column(&table, (struct vtb_column){.title = "name"});
    vtb_table_column(&table, (struct vtb_column){.title = "\nns", .side = VTB_SIDE_RIGHT});
    vtb_table_cell(&table, "a");
    vtb_table_paint(&table, VTB_PAINT_GOOD);
    vtb_table_cell(&table, "10.5");
    vtb_table_paint(&table, VTB_PAINT_BAD);
    vtb_table_print(out, &table, VTB_FORMAT_TABLE);
    vtb_table_free(&table);
}

/* Without the codes it is the table as it is unpainted. */
static void a_table_is_aligned_by_what_is_seen(void **state)
{
    (void)state;
    assert_string_equal(painted(write_table),
                        "\33[1mname\33[0m\n"
                        "       \33[1mns\33[0m\n"
                        "\33[32ma\33[0m    \33[31m10.5\33[0m\n");
}

/* One that was not begun, as a file's, and one that has ended. */
static void other_streams_are_not_painted(void **state)
{
    (void)state;
    char text[100];
    (void)painted(write_nothing_new);
    FILE *out = fmemopen(text, sizeof text, "w");
    assert_non_null(out);
    write_words(out);
    assert_int_equal(fclose(out), 0);
    assert_string_equal(text, "title plain ±  worse?");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_paint_has_its_code),
        cmocka_unit_test(codes_are_few),
        cmocka_unit_test(what_a_text_holds_is_no_colour),
        cmocka_unit_test(a_table_is_aligned_by_what_is_seen),
        cmocka_unit_test(other_streams_are_not_painted),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
