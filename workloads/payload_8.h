/* A struct of 8 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_8_H
#define WORKLOADS_PAYLOAD_8_H

#define PAYLOAD_BYTES 8
#include "common/payload.h"

VTB_WORKLOAD(payload_8) = PAYLOAD_WORKLOAD(8);

#endif
