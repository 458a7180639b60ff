using System.Runtime.CompilerServices;

namespace Guest;

/// <summary>
/// A case whose callers are methods that the runtime suspends: each frame of the window has one, which goes
/// on for as long as the case is there. The calls of an epoch are for whichever caller runs; when its call
/// suspends, control comes back here, and the next caller goes on: one that had none yet, or, in a full
/// window, the one whose operation completes. So calls run in the order in which one caller of all has them,
/// and no deeper on the stack. Out of calls, a caller awaits its turn, by the request of its frame.
/// </summary>
sealed unsafe class RuntimeCase<W, K, V> : Case
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    public readonly Service<W, K, V> Service;
    public readonly Layer<W, K, V>? Top;

    readonly Request<K, V>[] requests; // of the frames
    Request<K, V> spare = new();
    ulong sum; // in memory, because any call may be the last of its caller in an epoch
    uint* next;
    uint* end;
    long later; // calls behind the end of the schedule, where it begins again
    bool isOver;

    RuntimeCase(Service<W, K, V> service, Schedule schedule, int window, int depth,
                Func<RuntimeCase<W, K, V>, Task> caller) : base(schedule, window)
    {
        Service = service;
        Top = Layer<W, K, V>.Around(service, depth);
        requests = new Request<K, V>[window];
        for (int i = 0; i < window; i++)
        {
            service.Next = requests[i] = new();
            caller(this);
        }
    }

    // The callers are named here, because a runtime that has none cannot load them.
    public static Case Of<S>(Service<W, K, V> service, Schedule schedule, int window, int depth)
        where S : struct, IStrategy<W, K, V, V> =>
        new RuntimeCase<W, K, V>(service, schedule, window, depth, RuntimeCaller<W, K, V>.OfValue<S>);

    public static Case OfTask<S>(Service<W, K, V> service, Schedule schedule, int window, int depth, bool stored)
        where S : struct, ITaskStrategy<W, K, V> =>
        new RuntimeCase<W, K, V>(service, schedule, window, depth,
                                 stored ? RuntimeCaller<W, K, V>.OfStoredTask<S> : RuntimeCaller<W, K, V>.OfTask<S>);

    public static Case OfValueTask<S>(Service<W, K, V> service, Schedule schedule, int window, int depth, bool stored)
        where S : struct, IValueTaskStrategy<W, K, V> =>
        new RuntimeCase<W, K, V>(service, schedule, window, depth,
                                 stored ? RuntimeCaller<W, K, V>.OfStoredValueTask<S>
                                        : RuntimeCaller<W, K, V>.OfValueTask<S>);

    public override ulong Checksum
    {
        get => sum;
        protected set => sum = value;
    }

    public override void Run(long first, long n)
    {
        isOver = false;
        later = n;
        To(first % Schedule.IdsN);
        Resume(FreeFrame, default);
        while (!isOver)
        {
            if (Occupy())
                Complete(FreeFrame);
            else
                Resume(FreeFrame, default);
        }
    }

    protected override void Complete(int frame) =>
        Resume(frame, Service.Table.Work.ValueOf(requests[frame].Key));

    /// <summary>What its caller asks next, while its request completes, is another request, which is its
    /// frame's from now on.</summary>
    void Resume(int frame, V value)
    {
        Request<K, V> request = requests[frame];
        requests[frame] = Service.Next = spare;
        spare = request;
        request.Complete(value);
    }

    void To(long first)
    {
        long n = Math.Min(later, Schedule.IdsN - first);
        next = Schedule.Ids + first;
        end = next + n;
        later -= n;
    }

    /// <summary>What a caller awaits before it has calls.</summary>
    public Task<V> Turn() => Service.Next.Task;

    /// <summary>The key of the next call; false if the epoch has no more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out K key)
    {
        key = default;
        if (next == end && !Again())
            return false;
        key = Service.Table.Work.KeyOf(*next++);
        return true;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    bool Again()
    {
        if (later == 0)
            return false;
        To(0);
        return true;
    }

    public void Consume(V value) => sum += W.Consume(value);

    /// <summary>A caller found no more calls.</summary>
    public void Rest() => isOver = true;
}

/// <summary>The callers of what returns a value, a task or a value task; a stored one is in a variable
/// before it is awaited.</summary>
static class RuntimeCaller<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [RuntimeAsyncMethodGeneration(true)]
    public static async Task OfValue<S>(RuntimeCase<W, K, V> of)
        where S : struct, IStrategy<W, K, V, V>
    {
        for (;;)
        {
            await of.Turn();
            while (of.Next(out K key))
                of.Consume(of.Top == null ? S.Get(of.Service, key) : S.Around(of.Top, key));
            of.Rest();
        }
    }

    [RuntimeAsyncMethodGeneration(true)]
    public static async Task OfTask<S>(RuntimeCase<W, K, V> of)
        where S : struct, ITaskStrategy<W, K, V>
    {
        for (;;)
        {
            await of.Turn();
            while (of.Next(out K key))
                of.Consume(of.Top == null ? await S.Get(of.Service, key) : await S.Around(of.Top, key));
            of.Rest();
        }
    }

    [RuntimeAsyncMethodGeneration(true)]
    public static async Task OfStoredTask<S>(RuntimeCase<W, K, V> of)
        where S : struct, ITaskStrategy<W, K, V>
    {
        for (;;)
        {
            await of.Turn();
            while (of.Next(out K key))
            {
                Task<V> task = of.Top == null ? S.Get(of.Service, key) : S.Around(of.Top, key);
                of.Consume(await task);
            }
            of.Rest();
        }
    }

    [RuntimeAsyncMethodGeneration(true)]
    public static async Task OfValueTask<S>(RuntimeCase<W, K, V> of)
        where S : struct, IValueTaskStrategy<W, K, V>
    {
        for (;;)
        {
            await of.Turn();
            while (of.Next(out K key))
                of.Consume(of.Top == null ? await S.Get(of.Service, key) : await S.Around(of.Top, key));
            of.Rest();
        }
    }

    [RuntimeAsyncMethodGeneration(true)]
    public static async Task OfStoredValueTask<S>(RuntimeCase<W, K, V> of)
        where S : struct, IValueTaskStrategy<W, K, V>
    {
        for (;;)
        {
            await of.Turn();
            while (of.Next(out K key))
            {
                ValueTask<V> task = of.Top == null ? S.Get(of.Service, key) : S.Around(of.Top, key);
                of.Consume(await task);
            }
            of.Rest();
        }
    }
}
