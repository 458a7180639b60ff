/*
 * A target of libFuzzer's: the input is a program on two heaps of gengc, whose objects are compared
 * with a model after every collection, while the collector checks each of its heaps as well.
 *
 * The first byte is the budgets, and four at a time are one operation: struct graph_op. The highest
 * bit of its code is the heap, and a code of 0x7f in the rest opens that one anew, so that memory
 * goes from one heap to the other.
 */
#include "../graph.h"

#define REOPEN 0x7f

/* The harness's own tells whose heap has no memory left. Here that is a finding. */
void vtb_exhausted(size_t bytes)
{
    fprintf(stderr, "no memory for %zu bytes\n", bytes);
    abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct graph_heap heaps[2];
static struct graph graphs[2];

static void open_both(size_t i, size_t gen0_budget_bytes)
{
    graph_heap_open(&heaps[i], gen0_budget_bytes, true);
    graph_start(&graphs[i], &heaps[i], false, 0);
}

static void close_both(size_t i)
{
    graph_end(&graphs[i]);
    graph_heap_close(&heaps[i]);
}

/* The thread is in one heap at a time, and leaves both as they were found. */
static void run(size_t i, struct graph_op op, size_t gen0_budget_bytes)
{
    if ((op.code & 0x7f) == REOPEN) {
        close_both(i);
        open_both(i, gen0_budget_bytes);
        return;
    }
    heaps[i].collector->enter(heaps[i].gc);
    graph_step(&graphs[i], op);
    heaps[i].collector->leave(heaps[i].gc);
}

/* Collects everything in the end, so that only what is reachable is left. */
static void collect_all(size_t i)
{
    heaps[i].collector->enter(heaps[i].gc);
    graph_collect(&graphs[i], GRAPH_OLDEST);
    heaps[i].collector->leave(heaps[i].gc);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (size < 1)
        return 0;
    const size_t gen0_budget_bytes[2] = {(size_t)2048 << data[0] % 4,
                                         (size_t)2048 << data[0] / 4 % 4};
    for (size_t i = 0; i < 2; i++)
        open_both(i, gen0_budget_bytes[i]);
    for (size_t at = 1; at + sizeof(struct graph_op) <= size; at += sizeof(struct graph_op)) {
        const struct graph_op op = {data[at], data[at + 1], data[at + 2], data[at + 3]};
        const size_t i = op.code >> 7;
        run(i, op, gen0_budget_bytes[i]);
    }
    for (size_t i = 0; i < 2; i++) {
        collect_all(i);
        close_both(i);
    }
    if (vtb_region.next != 0) {
        fprintf(stderr, "blocks that no heap gave back: %zu\n", vtb_region.next);
        abort();
    }
    return 0;
}
