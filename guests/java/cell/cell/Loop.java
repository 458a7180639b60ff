package cell;

import guest.Case;
import guest.Schedule;
import java.nio.IntBuffer;
import java.util.function.Consumer;

/** A strategy on a workload: the loop, as the cells have it. */
public final class Loop extends Case {
    /** A caller that waits, and what it goes on with. */
    private final class Frame extends Request implements Consumer<Object> {
        Object handover;

        @Override
        public void accept(Object value) {
            checksum += work.consume(strategy.take(handover));
            handover = null;
        }
    }

    private final Strategy strategy;
    private final Workload work;
    private final Service service;
    private final Layer top; /* null without layers */
    private final Frame[] frames;
    private int pendingN;
    private int freeFrame;
    private int orderNext;

    /** `sizes` are the keys, the window, and the depth. */
    public Loop(Schedule schedule, String strategy, String workload, int[] sizes)
            throws ReflectiveOperationException {
        super(schedule);
        this.strategy = (Strategy)Class.forName(strategy).getDeclaredConstructor().newInstance();
        work = Workload.of(workload, sizes[0]);
        service = new Service(new Table(work, sizes[0]));
        Layer layer = null;
        for (int i = 1; i < sizes[2]; i++)
            layer = new Layer(service, layer);
        top = layer;
        frames = new Frame[sizes[1]];
        for (int i = 0; i < frames.length; i++)
            frames[i] = new Frame();
        service.next = frames[0];
    }

    @Override
    protected void run(long first, long n) {
        int at = (int)(first % schedule.idsN);
        while (n > 0) {
            int partN = (int)Math.min(n, schedule.idsN - at);
            /* It adds to the checksum itself, which must not be read before. */
            long sum = runPart(schedule.ids, at, at + partN);
            checksum += sum;
            n -= partN;
            at = 0;
        }
    }

    private long runPart(IntBuffer ids, int at, int end) {
        long sum = 0;
        for (int i = at; i < end; i++) {
            int key = ids.get(i);
            Object handover = top == null ? strategy.get(service, key) : strategy.around(top, key);
            if (strategy.isReady(handover))
                sum += work.consume(strategy.take(handover));
            else
                park(handover);
        }
        return sum;
    }

    /**
     * The caller waits in its frame. If the window is full, the operation whose turn it is
     * completes.
     */
    private void park(Object handover) {
        Frame frame = frames[freeFrame];
        frame.handover = handover;
        strategy.await(handover, frame);
        freeFrame = ++pendingN;
        if (pendingN == frames.length) {
            freeFrame = schedule.order.get(orderNext);
            orderNext = orderNext + 1 == schedule.orderN ? 0 : orderNext + 1;
            complete(frames[freeFrame]);
        }
        service.next = frames[freeFrame];
    }

    private void complete(Frame frame) {
        pendingN--;
        frame.complete(service);
    }

    /** All frames wait but the one that is free, which is the last if the window was never full. */
    @Override
    protected void drain() {
        int waiting = pendingN + 1;
        for (int i = 0; i < waiting; i++) {
            if (i != freeFrame)
                complete(frames[i]);
        }
        freeFrame = 0;
        service.next = frames[0];
    }
}
