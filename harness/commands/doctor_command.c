#include "commands/commands.h"
#include "passes/doctor.h"
#include "report/report_doctor.h"

/* Whatever is found, it is no error: warnings are for people to weigh. */
bool vtb_doctor_command(const struct vtb_options *options, struct vtb_error *error)
{
    struct vtb_examined examined;
    struct vtb_doctor_facts facts;
    vtb_doctor_examine(&examined, "", options->doctor_s);
    vtb_doctor_judge(&facts, &examined);
    return vtb_output_stdout(vtb_report_doctor, &facts, (enum vtb_format)options->format, error);
}
