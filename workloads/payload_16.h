/* A struct of 16 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_16_H
#define WORKLOADS_PAYLOAD_16_H

#define PAYLOAD_BYTES 16
#include "common/payload.h"

VTB_WORKLOAD(payload_16) = PAYLOAD_WORKLOAD(16);

#endif
