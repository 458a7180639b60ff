/* A struct of 128 bytes by number. */
#ifndef WORKLOADS_PAYLOAD_128_H
#define WORKLOADS_PAYLOAD_128_H

#define PAYLOAD_BYTES 128
#include "common/payload.h"

VTB_WORKLOAD(payload_128) = PAYLOAD_WORKLOAD(128);

#endif
