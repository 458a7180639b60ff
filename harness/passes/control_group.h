/*
 * What the control groups of this process leave it of the processors. They are the kernel's way to
 * limit a container or a service; both versions are read, cpu.max and cpu.cfs_quota_us.
 */
#ifndef PASSES_CONTROL_GROUP_H
#define PASSES_CONTROL_GROUP_H

struct vtb_cpu_limit {
    /* The processors that may be used in the mean; INFINITY: there is no limit; 0: unknown. */
    double processors;
    /* Periods in which the kernel has stopped the group, until now; NaN: unknown. */
    double throttled_n;
};

/* Reads the tightest limit of the process's group and of the groups around it, and the most periods
 * that any of them was stopped in. `root` is that of base/system_files.h. */
void vtb_cpu_limit_read(struct vtb_cpu_limit *limit, const char *root);

#endif
