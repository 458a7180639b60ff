/*
 * The closed formula: what so many calls take from the heap. Counted figures must equal it.
 *
 * Part of the template: before it stands what says how large the objects of a miss are.
 */

#ifdef VTB_REQUEST_BYTES
/* One block for all objects of a request. */
static void VTB_CELL_SYMBOL(cost)(const struct vtb_usage *usage, struct vtb_cost *cost)
{
    cost->allocs_n = (usage->calls_n + usage->setup.request_ops - 1) / usage->setup.request_ops;
    cost->bytes = cost->allocs_n * VTB_REQUEST_BYTES(&usage->setup);
}
#else
static void VTB_CELL_SYMBOL(cost)(const struct vtb_usage *usage, struct vtb_cost *cost)
{
    const uint64_t levels = VTB_ASYNC ? usage->setup.depth : 1;
    uint64_t hits_n = usage->hits_n * levels - usage->immortal_n;
    uint64_t misses_n = usage->calls_n - usage->hits_n;
    if (VTB_REUSES) {
        hits_n = hits_n > 0; /* a ready one is consumed before the next is made */
        misses_n = misses_n < usage->setup.window ? misses_n : usage->setup.window;
    }
    cost->allocs_n = hits_n * (VTB_HIT_BYTES > 0) + misses_n * (VTB_MISS_BYTES > 0) +
                     misses_n * (levels - 1) * (VTB_LAYER_MISS_BYTES > 0);
    cost->bytes = hits_n * VTB_HIT_BYTES + misses_n * VTB_MISS_BYTES +
                  misses_n * (levels - 1) * VTB_LAYER_MISS_BYTES;
}
#endif
