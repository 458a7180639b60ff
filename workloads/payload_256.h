/* A struct of 256 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_256_H
#define WORKLOADS_PAYLOAD_256_H

#define PAYLOAD_BYTES 256
#include "common/payload.h"

VTB_WORKLOAD(payload_256) = PAYLOAD_WORKLOAD(256);

#endif
