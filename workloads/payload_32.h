/* A struct of 32 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_32_H
#define WORKLOADS_PAYLOAD_32_H

#define PAYLOAD_BYTES 32
#include "common/payload.h"

VTB_WORKLOAD(payload_32) = PAYLOAD_WORKLOAD(32);

#endif
