/* What a self-test proved, as a table and for programs. */
#ifndef SELFTEST_SELFTEST_REPORT_H
#define SELFTEST_SELFTEST_REPORT_H

#include "base/output.h"

vtb_print vtb_selftest_report; /* of a struct vtb_proofs */

#endif
