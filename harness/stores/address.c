#include "stores/address.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PORT_MAX 65535

bool vtb_address_is_path(const char *address)
{
    return strchr(address, '/') != NULL;
}

bool vtb_address_split(const char *address, char host[VTB_HOST_BYTES], int *port)
{
    const char *colon = strrchr(address, ':');
    if (vtb_address_is_path(address) || !colon)
        return false;
    const size_t digits_n = strspn(colon + 1, "0123456789");
    const long number = strtol(colon + 1, NULL, 10);
    const bool bracketed = colon - address >= 2 && *address == '[' && colon[-1] == ']';
    const int host_n = (int)(colon - address) - 2 * bracketed;
    if (colon[1 + digits_n] != '\0' || number < 1 || number > PORT_MAX || host_n < 1 ||
        host_n >= VTB_HOST_BYTES)
        return false;
    *port = (int)number;
    (void)snprintf(host, VTB_HOST_BYTES, "%.*s", host_n, address + bracketed);
    return true;
}
