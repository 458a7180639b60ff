/*
 * The closed formula for the memory that calls take from the heap. Counted figures must equal it.
 *
 * Part of the template: before it stand the sizes of objects (at_once.h, own_method.h, record.h).
 */

/* Adds what each miss allocates beside the strategy's own objects, and never uses again. */
static void vtb_cost_beside(const struct vtb_usage *usage, struct vtb_cost *cost)
{
    const uint64_t misses_n = usage->calls_n - usage->hits_n;
    const uint64_t layers_n = usage->setup.depth - 1;
    cost->allocs_n += misses_n * (VTB_BESIDE_N + layers_n * (VTB_LAYER_BESIDE_BYTES > 0));
    cost->bytes += misses_n * (VTB_BESIDE_BYTES + layers_n * VTB_LAYER_BESIDE_BYTES);
}

#ifdef VTB_REQUEST_BYTES
/* Each request takes one block for all of its objects, and gives it back: there is no start-up. */
static void VTB_CELL_SYMBOL(cost)(const struct vtb_usage *usage, struct vtb_cost *cost)
{
    cost->allocs_n = (usage->calls_n + usage->setup.request_ops - 1) / usage->setup.request_ops;
    cost->bytes = cost->allocs_n * VTB_REQUEST_BYTES(&usage->setup);
    cost->startup_allocs_n = cost->startup_bytes = 0;
    vtb_cost_beside(usage, cost);
}
#else
static void VTB_CELL_SYMBOL(cost)(const struct vtb_usage *usage, struct vtb_cost *cost)
{
    const uint64_t levels = VTB_ASYNC ? usage->setup.depth : 1;
    /* Of what may serve any call, what a hit used is among what is under way at once. */
    uint64_t hits_n = VTB_REUSES_ANY ? 0 : usage->hits_n * levels - usage->immortal_n;
    uint64_t misses_n = VTB_REUSES_ANY ? usage->under_way_n : usage->calls_n - usage->hits_n;
    if (VTB_REUSES && !VTB_REUSES_ANY) {
        hits_n = hits_n > 0; /* a ready operation is consumed before the next is made */
        misses_n = misses_n < usage->setup.window ? misses_n : usage->setup.window;
    }
    cost->allocs_n = hits_n * (VTB_HIT_BYTES > 0) + misses_n * (VTB_MISS_BYTES > 0) +
                     misses_n * (levels - 1) * (VTB_LAYER_MISS_BYTES > 0);
    cost->bytes = hits_n * VTB_HIT_BYTES + misses_n * VTB_MISS_BYTES +
                  misses_n * (levels - 1) * VTB_LAYER_MISS_BYTES;
    cost->startup_allocs_n = VTB_REUSES ? cost->allocs_n : 0;
    cost->startup_bytes = VTB_REUSES ? cost->bytes : 0;
    vtb_cost_beside(usage, cost);
}
#endif
