/* The address of a server. */
#ifndef STORES_ADDRESS_H
#define STORES_ADDRESS_H

#include <stdbool.h>

#define VTB_HOST_BYTES 256

/* Splits HOST:PORT, where HOST may stand in brackets, as an address of IPv6 does, and PORT is a
 * number from 1 to 65535. False: it is none, and nothing is set. */
bool vtb_address_split(const char *address, char host[VTB_HOST_BYTES], int *port);

/* Whether it is the path of a socket: it has a slash. */
bool vtb_address_is_path(const char *address);

#endif
