package guest;

import jdk.internal.perf.Perf;
import sun.management.ManagementFactoryHelper;
import sun.management.counter.LongCounter;

/**
 * One of the serial collector's two, by the counters that the runtime keeps for whoever watches it.
 * They are read where they are kept, and their time is as fine as the clock: GarbageCollectorMXBean
 * has whole milliseconds, and many a pause is shorter.
 */
final class Collector {
    private static final double TICK_NS = 1e9 / Perf.getPerf().highResFrequency();

    private final LongCounter collections;
    private final LongCounter ticks;

    /** 0: of the young generation alone; 1: of all. */
    Collector(int number) {
        collections = counter("sun.gc.collector." + number + ".invocations");
        ticks = counter("sun.gc.collector." + number + ".time");
    }

    private static LongCounter counter(String name) {
        return ManagementFactoryHelper.getHotspotMemoryMBean()
                .getInternalMemoryCounters()
                .stream()
                .filter(each -> each.getName().equals(name))
                .map(each -> (LongCounter)each)
                .findFirst()
                .orElseThrow(() -> new Refusal("this runtime has no counter " + name));
    }

    long collections() {
        return collections.longValue();
    }

    /** For how long the program stood for it, so far. */
    long ns() {
        return Math.round(ticks.longValue() * TICK_NS);
    }
}
