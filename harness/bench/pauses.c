/*
 * Utilisation in constant memory. Among the windows with the most paused time there is always one
 * that ends when a pause ends, or the first window of the run:
 *
 * - A window that ends within a pause can be moved later, to the pause's end. It gains at least as
 *   much paused time as it loses.
 * - A window that ends outside of pauses can be moved earlier, to the end of the pause before. It
 *   loses no paused time.
 * - If the window would then begin before the run, the part of it within the run still has all of
 *   its paused time, and the run's first window contains that part.
 *
 * So only one window is looked at for each pause, the one that ends with it, and only the pauses of
 * one window's length have to be kept.
 */
#include "bench/pauses.h"

#include <math.h>
#include <string.h>

const double vtb_mmu_windows_ns[VTB_MMU_WINDOWS_N] = {1e6, 10e6};

static const struct vtb_pause *pause_at(const struct vtb_pauses *pauses, uint64_t i)
{
    return &pauses->kept[i % VTB_PAUSES_KEPT];
}

/* Moves a window on, to end with the latest pause. */
static void slide(struct vtb_pauses *pauses, size_t which, double now_ns)
{
    struct vtb_mmu_window *window = &pauses->windows[which];
    const double start_ns = now_ns - vtb_mmu_windows_ns[which];
    window->too_many |= pauses->wall.n - window->first > VTB_PAUSES_KEPT;
    if (window->too_many)
        return;
    while (pause_at(pauses, window->first)->end_ns <= start_ns)
        window->first++; /* stops at the latest pause, which ends within the window */
    const struct vtb_pause *first = pause_at(pauses, window->first);
    const double before_ns = first->paused_before_ns + fmax(0, start_ns - first->start_ns);
    window->paused_ns = fmax(window->paused_ns, pauses->wall.total_ns - before_ns);
}

void vtb_pauses_start(struct vtb_pauses *pauses, double now_ns)
{
    memset(pauses, 0, sizeof *pauses);
    vtb_lengths_start(&pauses->wall, VTB_PAUSES_PARTS_SHIFT, pauses->wall_counts);
    vtb_lengths_start(&pauses->cpu, VTB_PAUSES_PARTS_SHIFT, pauses->cpu_counts);
    pauses->start_ns = now_ns;
}

void vtb_pauses_add(struct vtb_pauses *pauses, double start_ns, double end_ns, double cpu_ns)
{
    pauses->kept[pauses->wall.n % VTB_PAUSES_KEPT] = (struct vtb_pause){
        .start_ns = start_ns,
        .end_ns = end_ns,
        .cpu_ns = cpu_ns,
        .paused_before_ns = pauses->wall.total_ns,
    };
    vtb_lengths_add(&pauses->wall, end_ns - start_ns);
    vtb_lengths_add(&pauses->cpu, cpu_ns);
    for (size_t which = 0; which < VTB_MMU_WINDOWS_N; which++)
        slide(pauses, which, end_ns);
}

void vtb_pauses_end(struct vtb_pauses *pauses, double now_ns)
{
    pauses->end_ns = now_ns;
}

double vtb_pauses_mmu(const struct vtb_pauses *pauses, size_t which)
{
    const struct vtb_mmu_window *window = &pauses->windows[which];
    const double length_ns = fmin(vtb_mmu_windows_ns[which], pauses->end_ns - pauses->start_ns);
    if (window->too_many || length_ns <= 0)
        return NAN;
    /* Sums of fractions of a nanosecond may round to more than the window. */
    return fmax(0, 1 - window->paused_ns / length_ns);
}
