/* A struct of 64 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_64_H
#define WORKLOADS_PAYLOAD_64_H

#define PAYLOAD_BYTES 64
#include "common/payload.h"

VTB_WORKLOAD(payload_64) = PAYLOAD_WORKLOAD(64);

#endif
