/* How the program's allocations are told to `inject`: by a call that does nothing, with a mark. */
#ifndef FAULTS_ALLOCATION_H
#define FAULTS_ALLOCATION_H

#include <sys/syscall.h>

#define FAULTS_ALLOCATION SYS_getppid
#define FAULTS_MARK 0xfa017u

#endif
