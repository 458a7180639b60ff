using System.Runtime.CompilerServices;

namespace Guest;

/// <summary>
/// A question to the store, which answers it by completing a task. A frame of the window has one, which
/// serves again and again: its task is wound back once it was completed and read, by two private fields.
/// So a miss allocates what the method allocates, and nothing of the store's; a task of the store's own
/// would be 72 bytes and its source 24, and an awaiter that is no task a delegate of 64 for each box.
/// What is left of the store is what it costs to complete a task, beside that of the method.
/// </summary>
sealed class Request<K, V>
    where K : struct
    where V : struct
{
    public K Key;
    readonly TaskCompletionSource<V> source = new();
    readonly int waiting;

    public Request() => waiting = Private.Flags(source.Task);

    public Task<V> Task => source.Task;

    /// <summary>Whatever waits for the answer runs in here.</summary>
    public void Complete(V value)
    {
        source.SetResult(value);
        Private.Continuation(source.Task) = null;
        Private.Flags(source.Task) = waiting;
    }
}

static class Private
{
    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_stateFlags")]
    public static extern ref int Flags(Task task);

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "m_continuationObject")]
    public static extern ref object? Continuation(Task task);
}

/// <summary>The service: a table in front of a store.</summary>
sealed class Service<W, K, V>(Table<W, K, V> table)
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    public readonly Table<W, K, V> Table = table;

    /// <summary>The question of the frame that the next call uses.</summary>
    public Request<K, V> Next = null!;

    /// <summary>The completed tasks of all entries, and those that were cached last.</summary>
    public Task<V>[]? Tasks;
    readonly Task<V>[] cached = new Task<V>[64];
    uint cachedN;

    [MethodImpl(MethodImplOptions.NoInlining)]
    public Task<V> Fetch(K key)
    {
        Next.Key = key;
        return Next.Task;
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    public V FetchNow(K key)
    {
        V value = Table.Work.ValueOf(key);
        Table.Insert(key, value);
        return value;
    }

    public void MakeTasks()
    {
        Tasks = new Task<V>[Table.EntriesN];
        for (int i = 0; i < Tasks.Length; i++)
            Tasks[i] = Task.FromResult(Table.At(i));
    }

    public void Cache(Task<V> task) => cached[cachedN++ % (uint)cached.Length] = task;
}

/// <summary>A method around the service's own, or around another such.</summary>
sealed class Layer<W, K, V>(Service<W, K, V> service, Layer<W, K, V>? below)
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    public readonly Service<W, K, V> Service = service;
    public readonly Layer<W, K, V>? Below = below;

    /// <summary>The outermost of so many methods, the service's own among them; null: that one is it.</summary>
    public static Layer<W, K, V>? Around(Service<W, K, V> service, int depth)
    {
        Layer<W, K, V>? top = null;
        for (int i = 1; i < depth; i++)
            top = new(service, top);
        return top;
    }
}
