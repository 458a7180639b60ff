using System.Diagnostics;
using System.Runtime.CompilerServices;

namespace Guest;

/// <summary>What an epoch took.</summary>
readonly record struct Epoch(long Ns, long Bytes, int Gen0, int Gen1, int Gen2, long PauseNs);

/// <summary>A strategy on a workload, with a window of its own.</summary>
abstract class Case(Schedule schedule, int window) : IDisposable
{
    protected readonly Schedule Schedule = schedule;

    /// <summary>The frame in which the next call waits if it suspends.</summary>
    protected int FreeFrame;
    int pendingN;
    long orderNext;

    public void Dispose() => Schedule.Dispose();

    /// <summary>The sum of all that was consumed since the case was opened or warmed.</summary>
    public abstract ulong Checksum { get; protected set; }

    /// <summary>Runs calls of the schedule, which is walked in a circle.</summary>
    public abstract void Run(long first, long n);

    /// <summary>The operation that waits in a frame completes, and what waits for it runs.</summary>
    protected abstract void Complete(int frame);

    /// <summary>A call waits in the free frame. True if the window is full: the operation of the next free
    /// one, whose turn it is, is to complete.</summary>
    protected bool Occupy()
    {
        FreeFrame = ++pendingN;
        if (pendingN < window)
            return false;
        pendingN--;
        FreeFrame = TurnOf();
        return true;
    }

    unsafe int TurnOf()
    {
        uint frame = Schedule.Order[orderNext];
        orderNext = orderNext + 1 == Schedule.OrderN ? 0 : orderNext + 1;
        return (int)frame;
    }

    /// <summary>Completes all operations that wait: those of all frames but the one that is free, which is
    /// the last if the window was never full.</summary>
    public void Drain()
    {
        int waiting = pendingN + 1;
        pendingN = 0;
        for (int i = 0; i < waiting; i++)
        {
            if (i != FreeFrame)
                Complete(i);
        }
        FreeFrame = 0;
    }

    public Epoch Time(long first, long n)
    {
        TimeSpan paused = GC.GetTotalPauseDuration();
        int gen0 = GC.CollectionCount(0), gen1 = GC.CollectionCount(1), gen2 = GC.CollectionCount(2);
        long bytes = GC.GetAllocatedBytesForCurrentThread();
        long start = Stopwatch.GetTimestamp();
        Run(first, n);
        long took = Stopwatch.GetTimestamp() - start;
        bytes = GC.GetAllocatedBytesForCurrentThread() - bytes;
        gen0 = GC.CollectionCount(0) - gen0;
        gen1 = GC.CollectionCount(1) - gen1;
        gen2 = GC.CollectionCount(2) - gen2;
        paused = GC.GetTotalPauseDuration() - paused;
        return new((long)(took * (1e9 / Stopwatch.Frequency)), bytes, gen0, gen1, gen2, paused.Ticks * 100);
    }

    const int Half = 8; // epochs that are held against as many before them
    const double Alike = 0.03;
    static readonly TimeSpan AtLeast = TimeSpan.FromSeconds(0.2);

    /// <summary>
    /// Runs epochs of n calls until their times are steady: the medians of the last and of those before
    /// are alike, once the runtime had the time to compile all that it wants to. False: they never were.
    /// </summary>
    public bool Warm(long n, TimeSpan limit)
    {
        var times = new List<double>();
        for (int i = 0; i < GC.MaxGeneration; i++)
            GC.Collect();
        long start = Stopwatch.GetTimestamp();
        bool steady = false;
        for (long first = 0; !steady && Stopwatch.GetElapsedTime(start) < limit; first = (first + n) % Schedule.IdsN)
        {
            times.Add(Time(first, n).Ns);
            steady = Stopwatch.GetElapsedTime(start) >= AtLeast && IsSteady(times);
        }
        Drain();
        Checksum = 0;
        return steady;
    }

    static bool IsSteady(List<double> times)
    {
        if (times.Count < 2 * Half)
            return false;
        double last = Median(times.TakeLast(Half));
        double before = Median(times.TakeLast(2 * Half).Take(Half));
        return Math.Abs(last / before - 1) <= Alike;
    }

    static double Median(IEnumerable<double> values) => values.Order().ElementAt(Half / 2);
}

sealed unsafe class Case<W, K, V, H, A, S> : Case
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
    where A : struct, IHandover<H, V>
    where S : struct, IStrategy<W, K, V, H>
{
    /// <summary>A caller that waits, and the continuation that it waits with.</summary>
    sealed class Frame
    {
        public readonly Request<K, V> Request = new();
        public readonly Action Arrived;
        public H Handover = default!;

        public Frame(Case<W, K, V, H, A, S> owner) => Arrived = () => owner.Arrive(this);
    }

    /// <summary>The bytes of a frame, with all that it refers to.</summary>
    public static long FrameBytes()
    {
        _ = new Frame(null!);
        long before = GC.GetAllocatedBytesForCurrentThread();
        var frame = new Frame(null!);
        long bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(frame);
        return bytes;
    }

    readonly Service<W, K, V> service;
    readonly Layer<W, K, V>? top;
    readonly Frame[] frames;

    public override ulong Checksum { get; protected set; }

    public Case(Service<W, K, V> service, Schedule schedule, int window, int depth) : base(schedule, window)
    {
        this.service = service;
        top = Layer<W, K, V>.Around(service, depth);
        frames = new Frame[window];
        for (int i = 0; i < window; i++)
            frames[i] = new(this);
    }

    /// <summary>One source of the loop, as the cells have it; `top` is null without layers.</summary>
    public override void Run(long first, long n)
    {
        service.Next = frames[FreeFrame].Request;
        ulong sum = 0;
        long at = first % Schedule.IdsN;
        while (n > 0)
        {
            long chunk = Math.Min(n, Schedule.IdsN - at);
            uint* id = Schedule.Ids + at;
            for (uint* end = id + chunk; id != end; id++)
            {
                K key = service.Table.Work.KeyOf(*id);
                H handover = top == null ? S.Get(service, key) : S.Around(top, key);
                if (A.IsReady(in handover))
                    sum += W.Consume(A.Take(in handover));
                else
                    Park(handover);
            }
            n -= chunk;
            at = 0;
        }
        Checksum += sum;
    }

    /// <summary>The caller waits in its frame. If the window is full, the operation whose turn it is completes.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    void Park(H handover)
    {
        Frame frame = frames[FreeFrame];
        frame.Handover = handover;
        A.Await(in frame.Handover, frame.Arrived);
        if (Occupy())
            Complete(FreeFrame);
        service.Next = frames[FreeFrame].Request;
    }

    protected override void Complete(int frame)
    {
        Request<K, V> request = frames[frame].Request;
        request.Complete(service.Table.Work.ValueOf(request.Key));
    }

    void Arrive(Frame frame)
    {
        Checksum += W.Consume(A.Take(in frame.Handover));
        frame.Handover = default!;
    }
}
