#include "report/ratio_text.h"

#include <math.h>

const char *vtb_ratio_text(char text[VTB_NUMBER_BYTES], double told,
                           const struct vtb_interval *ratio)
{
    const double margin = fmax(ratio->hi - ratio->median, ratio->median - ratio->lo);
    (void)snprintf(text, VTB_NUMBER_BYTES, "%.2f", told);
    if (!isnan(margin))
        vtb_append(text, VTB_NUMBER_BYTES, " ±%.2f", fmax(margin, 0.01));
    return text;
}
