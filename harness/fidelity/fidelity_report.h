/* Predictions, printed. */
#ifndef FIDELITY_FIDELITY_REPORT_H
#define FIDELITY_FIDELITY_REPORT_H

#include <stdio.h>

#include "base/output.h"

/* A vtb_print of a struct vtb_predictions. */
void vtb_fidelity_report(FILE *out, const void *what, enum vtb_format format);

#endif
