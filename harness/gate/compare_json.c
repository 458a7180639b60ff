/* Each row is written on a line of its own, as in result files. */
#include "gate/compare_json.h"

#include <jansson.h>

#include "base/json_text.h"

#define JSON_FLAGS JSON_REAL_PRECISION(15)

static json_t *text_or_null(const char *bytes)
{
    return bytes ? vtb_json_text(bytes) : json_null();
}

static json_t *file_object(const struct vtb_result_file *file)
{
    json_t *object = vtb_json_checked(json_object());
    vtb_json_put(object, "path", vtb_json_text(file->path));
    vtb_json_put(object, "version", vtb_json_text(vtb_recorded_fact(file, "version")));
    vtb_json_put(object, "git_revision", vtb_json_text(vtb_recorded_fact(file, "git_revision")));
    vtb_json_put(object, "date", vtb_json_text(vtb_recorded_fact(file, "date")));
    vtb_json_put(object, "interrupted", json_boolean(file->interrupted));
    vtb_json_put(object, "rows_n", json_integer((json_int_t)file->rows_n));
    return object;
}

static json_t *differences(const struct vtb_compared *compared)
{
    json_t *list = vtb_json_checked(json_array());
    for (size_t i = 0; i < compared->facts_n; i++) {
        json_t *object = vtb_json_checked(json_object());
        vtb_json_put(object, "key", vtb_json_text(compared->facts[i].key));
        vtb_json_put(object, "before", text_or_null(compared->facts[i].before));
        vtb_json_put(object, "after", text_or_null(compared->facts[i].after));
        vtb_json_append(list, object);
    }
    return list;
}

static json_t *figures(const struct vtb_compared *compared)
{
    json_t *object = vtb_json_checked(json_object());
    for (size_t i = 0; i < compared->columns_n; i++) {
        const struct vtb_compared_column *column = &compared->columns[i];
        json_t *figure = vtb_json_checked(json_object());
        vtb_json_put(figure, "comparable", json_boolean(column->comparable));
        vtb_json_put(figure, "reason", vtb_json_text(column->reason));
        vtb_json_put(figure, "cases_n", json_integer((json_int_t)column->n));
        vtb_json_put(figure, "differing_n", json_integer((json_int_t)column->told_n));
        vtb_json_put(figure, "incomparable_n", json_integer((json_int_t)column->incomparable_n));
        vtb_json_put(object, column->key, figure);
    }
    return object;
}

static json_t *figure_object(const struct vtb_compared_column *column,
                             const struct vtb_compared_row *row,
                             const struct vtb_compared_figure *figure)
{
    json_t *object = vtb_json_checked(json_object());
    vtb_json_put_known(object, "before", figure->before);
    vtb_json_put_known(object, "after", figure->after);
    if (vtb_compared_is_ratio(column)) {
        vtb_json_put_known(object, "before_lo", vtb_recorded(row->before, "ratio_lo"));
        vtb_json_put_known(object, "before_hi", vtb_recorded(row->before, "ratio_hi"));
        vtb_json_put_known(object, "after_lo", vtb_recorded(row->after, "ratio_lo"));
        vtb_json_put_known(object, "after_hi", vtb_recorded(row->after, "ratio_hi"));
    }
    vtb_json_put_known(object, "change", figure->after - figure->before);
    vtb_json_put_known(object, "relative_change", vtb_compared_change(figure));
    vtb_json_put(object, "verdict", json_string(vtb_compared_words[figure->verdict]));
    return object;
}

static void print_json_row(FILE *out, const struct vtb_compared *compared, size_t i)
{
    const struct vtb_compared_row *row = &compared->rows[i];
    json_t *object = vtb_json_checked(json_object());
    vtb_json_put(object, "name", json_string(row->before->name));
    vtb_json_put(object, "strategy", json_stringn(row->strategy, row->strategy_n));
    for (size_t c = 0; c < compared->columns_n; c++) {
        const struct vtb_compared_column *column = &compared->columns[c];
        if (row->figures[c].verdict != VTB_COMPARED_ABSENT)
            vtb_json_put(object, column->key, figure_object(column, row, &row->figures[c]));
    }
    fputs(i > 0 ? ",\n" : "\n", out);
    vtb_json_dump(out, object, JSON_FLAGS | JSON_COMPACT);
    json_decref(object);
}

static void print_json_only(FILE *out, const struct vtb_compared_only *only, const char *word)
{
    fprintf(out, ",\n\"only_%s\": [", word);
    for (size_t i = 0; i < only->n; i++) {
        json_t *name = vtb_json_checked(json_string(only->rows[i]->name));
        fputs(i > 0 ? ",\n" : "\n", out);
        vtb_json_dump(out, name, JSON_ENCODE_ANY);
        json_decref(name);
    }
    fputs(only->n > 0 ? "\n]" : "]", out);
}

static void print_json_part(FILE *out, const char *key, json_t *value)
{
    fprintf(out, "\"%s\": ", key);
    vtb_json_dump(out, value, JSON_FLAGS | JSON_INDENT(2));
    fputs(",\n", out);
    json_decref(value);
}

void vtb_compare_json(FILE *out, const struct vtb_compared *compared)
{
    fputs("{\n", out);
    print_json_part(out, "before", file_object(compared->before));
    print_json_part(out, "after", file_object(compared->after));
    print_json_part(out, "differences", differences(compared));
    print_json_part(out, "figures", figures(compared));
    fputs("\"rows\": [", out);
    for (size_t i = 0; i < compared->rows_n; i++)
        print_json_row(out, compared, i);
    fputs(compared->rows_n > 0 ? "\n]" : "]", out);
    print_json_only(out, &compared->only_before, "before");
    print_json_only(out, &compared->only_after, "after");
    fputs("\n}\n", out);
}
