#include "report/report_version.h"

#include "base/json_text.h"
#include "base/table.h"
#include "passes/machine.h"

/* What a cache of cells, or a figure, depends on, whatever the machine; none of its state. */
static const char *const keys[] = {
    "version",    "git_revision", "compiler",     "build_type",
    "cell_flags", "libc",         "architecture", "fingerprint",
};

#define KEYS_N (sizeof keys / sizeof *keys)

static void report_json(FILE *out, const struct vtb_machine *machine)
{
    json_t *facts = vtb_json_checked(json_object());
    for (size_t i = 0; i < KEYS_N; i++)
        vtb_json_put(facts, keys[i], vtb_json_text(vtb_machine_fact(machine, keys[i])));
    vtb_json_print(out, facts, 0);
}

static void report_rows(FILE *out, const struct vtb_machine *machine, enum vtb_format format)
{
    struct vtb_table table = {.gap = 1};
    vtb_table_column(&table, (struct vtb_column){.title = "fact"});
    vtb_table_column(&table, (struct vtb_column){.title = "value"});
    for (size_t i = 0; i < KEYS_N; i++) {
        vtb_table_cell(&table, "%s", keys[i]);
        vtb_table_cell(&table, "%s", vtb_machine_fact(machine, keys[i]));
    }
    vtb_table_print(out, &table, format);
    vtb_table_free(&table);
}

void vtb_report_version(FILE *out, const void *what, enum vtb_format format)
{
    const struct vtb_machine *machine = what;
    if (format == VTB_FORMAT_JSON)
        report_json(out, machine);
    else if (format == VTB_FORMAT_TABLE)
        fprintf(out, "valuetask-bench %s (%s)\n", vtb_machine_fact(machine, "version"),
                vtb_machine_fact(machine, "git_revision"));
    else
        report_rows(out, machine, format);
}
