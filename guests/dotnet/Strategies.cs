using System.Runtime.CompilerServices;

namespace Guest;

/// <summary>What a method returns, and how its caller awaits that.</summary>
interface IHandover<H, V>
{
    static abstract bool IsReady(in H handover);
    static abstract V Take(in H handover);
    static abstract void Await(in H handover, Action continuation);
}

/// <summary>A strategy: the service's method, and a method around it. Both are real calls.</summary>
interface IStrategy<W, K, V, H>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    static abstract H Get(Service<W, K, V> self, K key);
    static abstract H Around(Layer<W, K, V> self, K key);
}

/// <summary>
/// The same, declared as methods that return a task, or a value task. It is by what a method is declared
/// to return that the runtime knows that a caller of its own can await it without a task.
/// </summary>
interface ITaskStrategy<W, K, V> : IStrategy<W, K, V, Task<V>>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    static new abstract Task<V> Get(Service<W, K, V> self, K key);
    static new abstract Task<V> Around(Layer<W, K, V> self, K key);
}

interface IValueTaskStrategy<W, K, V> : IStrategy<W, K, V, ValueTask<V>>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    static new abstract ValueTask<V> Get(Service<W, K, V> self, K key);
    static new abstract ValueTask<V> Around(Layer<W, K, V> self, K key);
}

readonly struct OfValue<V> : IHandover<V, V>
{
    public static bool IsReady(in V value) => true;
    public static V Take(in V value) => value;
    public static void Await(in V value, Action continuation) { }
}

readonly struct OfTask<V> : IHandover<Task<V>, V>
{
    public static bool IsReady(in Task<V> task) => task.GetAwaiter().IsCompleted;
    public static V Take(in Task<V> task) => task.GetAwaiter().GetResult();
    public static void Await(in Task<V> task, Action continuation) =>
        task.GetAwaiter().UnsafeOnCompleted(continuation);
}

/// <summary>What its awaiter asks, asked of the value task itself: a copy of it in an awaiter would be
/// made in memory here, where in a method of its own the compiler keeps it in registers.</summary>
readonly struct OfValueTask<V> : IHandover<ValueTask<V>, V>
{
    public static bool IsReady(in ValueTask<V> task) => task.IsCompleted;
    public static V Take(in ValueTask<V> task) => task.Result;
    public static void Await(in ValueTask<V> task, Action continuation) =>
        task.GetAwaiter().UnsafeOnCompleted(continuation);
}

/// <summary>The value itself; a miss is answered at once.</summary>
readonly struct Plain<W, K, V> : IStrategy<W, K, V, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Get(Service<W, K, V> self, K key) =>
        self.Table.TryGet(key, out V value) ? value : self.FetchNow(key);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static V Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
}

/// <summary>An asynchronous method that returns a task.</summary>
readonly struct AsyncTask<W, K, V> : ITaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<V> Get(Service<W, K, V> self, K key)
    {
        if (self.Table.TryGet(key, out V value))
            return value;
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<V> Around(Layer<W, K, V> self, K key)
    {
        Task<V> below = self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
        return await below;
    }

    /// <summary>What a direct method calls on a miss.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async Task<V> Miss(Service<W, K, V> self, K key)
    {
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }
}

/// <summary>A plain method that returns a new completed task on a hit.</summary>
readonly struct TaskFromResult<W, K, V> : ITaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<V> Get(Service<W, K, V> self, K key) =>
        self.Table.TryGet(key, out V value) ? Task.FromResult(value) : AsyncTask<W, K, V>.Miss(self, key);

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<V> Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
}

/// <summary>A plain method on a cache whose entries are completed tasks.</summary>
readonly struct CachedTask<W, K, V> : ITaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<V> Get(Service<W, K, V> self, K key)
    {
        int at = self.Table.Find(key);
        return at >= 0 ? self.Tasks![at] : Miss(self, key);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    static Task<V> Miss(Service<W, K, V> self, K key)
    {
        Task<V> task = AsyncTask<W, K, V>.Miss(self, key);
        self.Cache(task);
        return task;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static Task<V> Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
}

/// <summary>A plain method that returns the value in a value task on a hit.</summary>
readonly struct DirectValueTask<W, K, V> : IValueTaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ValueTask<V> Get(Service<W, K, V> self, K key) =>
        self.Table.TryGet(key, out V value) ? new(value) : new(AsyncTask<W, K, V>.Miss(self, key));

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static ValueTask<V> Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
}

/// <summary>An asynchronous method that returns a value task.</summary>
readonly struct AsyncValueTask<W, K, V> : IValueTaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async ValueTask<V> Get(Service<W, K, V> self, K key)
    {
        if (self.Table.TryGet(key, out V value))
            return value;
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public static async ValueTask<V> Around(Layer<W, K, V> self, K key)
    {
        ValueTask<V> below = self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
        return await below;
    }
}

/// <summary>The same, whose boxes come from a pool and go back to it.</summary>
readonly struct PooledValueTask<W, K, V> : IValueTaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<V> Get(Service<W, K, V> self, K key)
    {
        if (self.Table.TryGet(key, out V value))
            return value;
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>))]
    public static async ValueTask<V> Around(Layer<W, K, V> self, K key)
    {
        ValueTask<V> below = self.Below == null ? Get(self.Service, key) : Around(self.Below, key);
        return await below;
    }
}

/// <summary>An asynchronous method that returns a task, and that the runtime itself suspends. It awaits
/// at once what it calls: of a task in a variable the runtime makes an object.</summary>
readonly struct RuntimeTask<W, K, V> : ITaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    [RuntimeAsyncMethodGeneration(true)]
    public static async Task<V> Get(Service<W, K, V> self, K key)
    {
        if (self.Table.TryGet(key, out V value))
            return value;
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [RuntimeAsyncMethodGeneration(true)]
    public static async Task<V> Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? await Get(self.Service, key) : await Around(self.Below, key);
}

/// <summary>An asynchronous method that returns a value task, and that the runtime itself suspends. It awaits
/// at once what it calls: of a task in a variable the runtime makes an object.</summary>
readonly struct RuntimeValueTask<W, K, V> : IValueTaskStrategy<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    [MethodImpl(MethodImplOptions.NoInlining)]
    [RuntimeAsyncMethodGeneration(true)]
    public static async ValueTask<V> Get(Service<W, K, V> self, K key)
    {
        if (self.Table.TryGet(key, out V value))
            return value;
        V fetched = await self.Fetch(key);
        self.Table.Insert(key, fetched);
        return fetched;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    [RuntimeAsyncMethodGeneration(true)]
    public static async ValueTask<V> Around(Layer<W, K, V> self, K key) =>
        self.Below == null ? await Get(self.Service, key) : await Around(self.Below, key);
}
