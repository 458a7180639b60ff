#include "base/dates.h"

#include <stddef.h>

bool vtb_date_parse(const char *text, time_t *at)
{
    static const char *const forms[] = {"%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d"};
    for (size_t i = 0; i < sizeof forms / sizeof *forms; i++) {
        struct tm parts = {.tm_mday = 1};
        const char *end = strptime(text, forms[i], &parts);
        if (!end || *end != '\0')
            continue;
        const long offset_s = parts.tm_gmtoff; /* of which timegm takes no notice */
        *at = timegm(&parts) - offset_s;
        return true;
    }
    return false;
}

const char *vtb_date_text(char text[VTB_DATE_BYTES], time_t at)
{
    struct tm parts;
    gmtime_r(&at, &parts);
    (void)strftime(text, VTB_DATE_BYTES, "%Y-%m-%dT%H:%M:%SZ", &parts);
    return text;
}
