/*
 * The Boehm-Demers-Weiser collector: objects come from GC_malloc and are never freed. It knows no
 * types: a word that looks like an address in an object keeps that object, wherever the word is: in
 * an object, in a root, on the stack or in a register of a thread that has entered. So objects do
 * not move, and alloc may collect, as what is referred to from a local is seen. Nothing is left for
 * a safepoint to do.
 *
 * - The library has one heap for a process. All that are opened share it, and what a closed one
 *   leaves is garbage for the next collection. A collection is told to the heap that the thread
 *   which ran it is in.
 * - It decides itself when to collect, from the size of what is live and of the roots. The static
 *   data of the program is no root: it has nothing to do with the case that is measured.
 * - setup.incremental is for good, and for all heaps of the process. Where the kernel does not say
 *   which pages were written to, the library write-protects the heap to find out, again and again:
 *   allocation gets many times slower, and small heaps' pauses longer.
 * - Marking is by the thread that collects, with the others stopped by signals, and is the pause.
 *   Sweeping is no part of it: that is done block by block, in alloc.
 * - Sizes are rounded up to 16 bytes, after one byte is added so that the address just behind an
 *   object is the object's own: 64 bytes take 80, and so do 72.
 * - GC_malloc is used for all types, as where it replaces malloc: GC_malloc_atomic, for objects
 *   that hold no references, does not zero, and tasks hold some.
 * - setup.verify is ignored: the library as it is packaged has nothing to check itself by.
 *
 * The first to open must be the main thread, or the one thread of a child after fork.
 */
#define VTB_LIBRARY gc
#define VTB_LIBRARY_PACKAGE "libgc-dev"
#include <vtb/heap.h>

#ifndef VTB_LIBRARY_MISSING

#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <vtb/moment.h>

/* Threads register themselves: pthread_create and the like stay the C library's. */
#define GC_THREADS
#define GC_NO_THREAD_REDIRECTS
#include <gc/gc.h>

struct vtb_gc {
    struct vtb_collector_setup setup;
};

/* The heap that the calling thread is in, and what the library must know of the thread. */
static _Thread_local struct {
    struct vtb_gc *gc;
    struct GC_stack_base stack; /* asked for once, as that reads /proc in the main thread */
    bool is_registered;
} self;

/* Ends the process at once: in a child after fork, exit would write out the parent's buffers as
 * well. */
static void *out_of_memory(size_t bytes)
{
    vtb_exhausted(bytes);
}

/* --- threads --- */

/* A key whose destructor unregisters a thread that ends. A thread has a value for it while it is
 * registered. */
static pthread_key_t at_thread_end;

static void unregister(void *is_registered)
{
    if (!*(bool *)is_registered)
        return;
    GC_unregister_my_thread();
    *(bool *)is_registered = false;
}

static void enter(struct vtb_gc *gc)
{
    if (!self.is_registered) {
        if (!self.stack.mem_base) {
            GC_get_stack_base(&self.stack);
            pthread_setspecific(at_thread_end, &self.is_registered);
        }
        GC_register_my_thread(&self.stack);
        self.is_registered = true;
    }
    self.gc = gc;
}

/*
 * Once unregistered, the thread's stack is not scanned, and no signal stops it. Incremental
 * collections are the exception: the thread stays registered until it ends, because to unregister
 * is to finish the cycle under way, each time between two measured regions, where nobody sees it.
 */
static void leave(struct vtb_gc *gc)
{
    (void)gc;
    self.gc = NULL;
    if (!GC_is_incremental_mode())
        unregister(&self.is_registered);
}

/* --- collections --- */

/* The collection under way, as the last stop left it. Events come one after the other, under the
 * library's lock. */
static struct {
    struct vtb_moment start;
    struct vtb_collection told;
    bool is_marked; /* marking was completed, not given up for a later try */
} stop;

static void tell(void)
{
    const struct vtb_gc *gc = self.gc;
    if (gc && gc->setup.collected)
        gc->setup.collected(gc->setup.context, &stop.told);
}

/*
 * A full collection stops the threads once; an incremental cycle may do it several times, and each
 * is told of. What survived is known after the last, as whole blocks of 4 KiB, an upper bound: the
 * objects in them are counted later, in alloc. It is close if objects that are allocated together
 * also die together, and several times too much if a few of them survive here and there.
 */
static void on_event(GC_EventType event)
{
    if (event == GC_EVENT_PRE_STOP_WORLD) {
        stop.told = (struct vtb_collection){0};
        stop.start = vtb_moment_now();
        stop.is_marked = false;
    } else if (event == GC_EVENT_MARK_END) {
        stop.is_marked = true;
    } else if (event == GC_EVENT_POST_START_WORLD) {
        vtb_moment_end(&stop.start, &stop.told);
        if (!stop.is_marked)
            tell();
    } else if (event == GC_EVENT_RECLAIM_END) {
        stop.told.survived_bytes = GC_get_heap_size() - GC_get_free_bytes();
        tell();
    }
}

static void collect(struct vtb_gc *gc, unsigned generation)
{
    (void)gc;
    (void)generation;
    GC_gcollect();
}

/* --- roots --- */

/*
 * Ranges that the library scans. Roots that take turns in the same memory are one range, or each
 * word there would be looked at once for each of them; it is dropped with the last of them. The
 * words between the roots are scanned as well. The library's own limit is no lower.
 */
#define RANGES_MAX 2048

struct range {
    uintptr_t start;
    uintptr_t end;
    size_t users_n;
};

static struct {
    pthread_mutex_t mutex;
    size_t n;
    struct range all[RANGES_MAX];
} ranges = {.mutex = PTHREAD_MUTEX_INITIALIZER};

static struct range range_of(const struct vtb_roots *roots)
{
    const uintptr_t start = (uintptr_t)roots->base;
    const size_t bytes = (roots->count - 1) * roots->stride_bytes + sizeof(void *);
    return (struct range){start, start + bytes, 1};
}

/* Finds a range that has memory in common with a root; null: there is none. */
static struct range *find_range(const struct range *with)
{
    for (size_t i = 0; i < ranges.n; i++)
        if (ranges.all[i].start < with->end && with->start < ranges.all[i].end)
            return &ranges.all[i];
    return NULL;
}

/* Removes all roots within the bounds, which are the range's own, as no other range overlaps it. */
static void remove_range(struct range *range)
{
    GC_remove_roots((void *)range->start, (void *)range->end);
    *range = ranges.all[--ranges.n];
}

static void add_range(struct range range)
{
    for (struct range *other = find_range(&range); other; other = find_range(&range)) {
        range.start = other->start < range.start ? other->start : range.start;
        range.end = other->end > range.end ? other->end : range.end;
        range.users_n += other->users_n;
        remove_range(other);
    }
    if (ranges.n == RANGES_MAX) {
        fprintf(stderr, "heap boehm: more than %d ranges of roots\n", RANGES_MAX);
        _exit(EXIT_FAILURE);
    }
    ranges.all[ranges.n++] = range;
    GC_add_roots((void *)range.start, (void *)range.end);
}

static void add_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    (void)gc;
    if (roots->count == 0)
        return;
    pthread_mutex_lock(&ranges.mutex);
    add_range(range_of(roots));
    pthread_mutex_unlock(&ranges.mutex);
}

static void drop_roots(struct vtb_gc *gc, const struct vtb_roots *roots)
{
    (void)gc;
    if (roots->count == 0)
        return;
    pthread_mutex_lock(&ranges.mutex);
    const struct range dropped = range_of(roots);
    struct range *range = find_range(&dropped);
    if (range && --range->users_n == 0)
        remove_range(range);
    pthread_mutex_unlock(&ranges.mutex);
}

/* --- the heap --- */

/*
 * One marker: helpers would be more threads than are measured, pinned where the first one to open
 * was, and missing in children after fork. Interior pointers: references carry bits of the program.
 */
static void initialise(void)
{
    GC_set_no_dls(1);
    GC_set_all_interior_pointers(1);
    GC_set_markers_count(1);
    /* The warnings, which are on large blocks, are ignored; running out of memory is told all the
     * same. */
    GC_set_warn_proc(GC_ignore_warn_proc);
    GC_set_oom_fn(out_of_memory);
    GC_INIT();
    GC_clear_roots();
    GC_allow_register_threads();
    GC_set_on_collection_event(on_event);
    pthread_key_create(&at_thread_end, unregister);
    GC_unregister_my_thread(); /* GC_INIT registered it; from here on it is a thread like others */
}

static struct vtb_gc *open_heap(const struct vtb_collector_setup *setup)
{
    static pthread_once_t once = PTHREAD_ONCE_INIT;
    struct vtb_gc *gc = malloc(sizeof *gc);
    if (!gc)
        return NULL;
    gc->setup = *setup;
    pthread_once(&once, initialise);
    if (setup->incremental) {
        enter(gc); /* this collects, if there are objects */
        GC_enable_incremental();
        leave(gc);
    }
    return gc;
}

static void close_heap(struct vtb_gc *gc)
{
    free(gc);
}

static void *alloc(const struct vtb_type *type)
{
    return GC_malloc(type->bytes);
}

static void access_heap(struct vtb_gc *gc, struct vtb_gc_access *access)
{
    static _Alignas(64) uint8_t card[64]; /* a cache line of its own: all threads store there */
    static const uint32_t never;
    (void)gc;
    *access = (struct vtb_gc_access){.alloc = alloc, .cards = card, .stop = &never, .heap = gc};
}

static void safepoint(void)
{
}

/* Gives the heap's state. A block with at least one object counts as full, as the library does not
 * tell how much of it is free. */
static void state(struct vtb_gc *gc, struct vtb_heap_state *state)
{
    GC_word heap_bytes, free_bytes;
    (void)gc;
    GC_get_heap_usage_safe(&heap_bytes, &free_bytes, NULL, NULL, NULL); /* neither is unmapped */
    *state = (struct vtb_heap_state){.used_bytes = heap_bytes - free_bytes,
                                     .reserved_bytes = heap_bytes};
}

static size_t usable(void *memory)
{
    return GC_size(memory);
}

static void version(char *text, size_t bytes)
{
    const unsigned number = GC_get_version();
    snprintf(text, bytes, "%u.%u.%u", number >> 16, number >> 8 & 0xff, number & 0xff);
}

static const struct vtb_collector collector = {
    .moves = false,
    .generations_n = 1,
    .has_steps = true,
    .open = open_heap,
    .close = close_heap,
    .access = access_heap,
    .enter = enter,
    .leave = leave,
    .add_roots = add_roots,
    .drop_roots = drop_roots,
    .safepoint = safepoint,
    .collect = collect,
    .state = state,
};

#endif

VTB_HEAP(boehm) = {
    .summary = "the conservative collector of Boehm, Demers and Weiser",
#ifdef VTB_LIBRARY_MISSING
    .unavailable = VTB_LIBRARY_MISSING,
#else
    .usable = usable,
    .collector = &collector,
    .library = "libgc",
    .version = version,
#endif
};
