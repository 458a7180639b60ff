package guest;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;

/** A strategy on a workload, with a window of its own. */
public abstract class Case implements AutoCloseable {
    /**
     * What an epoch took; `young` are collections of the young generation alone, `old` those of
     * all.
     */
    record Epoch(long ns, long bytes, long young, long old, long pauseNs) {}

    private static final ThreadMXBean threads = (ThreadMXBean)ManagementFactory.getThreadMXBean();

    private final Collector young = new Collector(0);
    private final Collector old = new Collector(1);
    protected final Schedule schedule;
    /** The sum of all that was consumed since the case was opened or warmed. */
    protected long checksum;

    protected Case(Schedule schedule) {
        this.schedule = schedule;
    }

    /** Runs calls of the schedule, which is walked in a circle. */
    protected abstract void run(long first, long n);

    /** Completes all operations that wait. */
    protected abstract void drain();

    @Override
    public void close() {
        schedule.close();
    }

    final Epoch time(long first, long n) {
        long youngN = young.collections();
        long oldN = old.collections();
        long pauseNs = young.ns() + old.ns();
        long bytes = threads.getCurrentThreadAllocatedBytes();
        long start = System.nanoTime();
        run(first, n);
        long ns = System.nanoTime() - start;
        bytes = threads.getCurrentThreadAllocatedBytes() - bytes;
        pauseNs = young.ns() + old.ns() - pauseNs;
        return new Epoch(ns, bytes, young.collections() - youngN, old.collections() - oldN,
                         pauseNs);
    }

    private static final int HALF = 8; /* epochs that are held against as many before them */
    private static final double ALIKE = 0.03;
    private static final long AT_LEAST_NS = 500_000_000;

    /**
     * Runs epochs of n calls until their times are steady: the medians of the last and of those
     * before are alike, once the compiler had the time for all that it wants to compile. False:
     * they never were.
     */
    final boolean warm(long n, long limitNs) {
        List<Long> times = new ArrayList<>();
        System.gc();
        long start = System.nanoTime();
        boolean steady = false;
        for (long first = 0; !steady && System.nanoTime() - start < limitNs;
             first = (first + n) % schedule.idsN) {
            times.add(time(first, n).ns);
            steady = System.nanoTime() - start >= AT_LEAST_NS && isSteady(times);
        }
        drain();
        checksum = 0;
        return steady;
    }

    private static boolean isSteady(List<Long> times) {
        int n = times.size();
        if (n < 2 * HALF)
            return false;
        double last = median(times.subList(n - HALF, n));
        double before = median(times.subList(n - 2 * HALF, n - HALF));
        return Math.abs(last / before - 1) <= ALIKE;
    }

    private static double median(List<Long> values) {
        return values.stream().sorted().skip(HALF / 2).findFirst().orElseThrow();
    }
}
