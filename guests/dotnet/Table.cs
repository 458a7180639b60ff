using System.Runtime.CompilerServices;

namespace Guest;

/// <summary>
/// What a service keeps. All type arguments are structs, a reference among them in a struct of its own,
/// so that the runtime compiles every generic method for its types alone, as if it were written for them.
/// </summary>
interface IWorkload<TSelf, K, V>
    where TSelf : struct
    where K : struct
    where V : struct
{
    static abstract TSelf Make(ulong keysN);

    /// <summary>The key that the table keeps, and that of an entry of the schedule.</summary>
    K OwnKey(uint id);
    K KeyOf(uint id);
    /// <summary>The store's record for a key.</summary>
    V ValueOf(K key);

    static abstract ulong Hash(K key);
    static abstract bool Same(K a, K b);
    /// <summary>What the caller does with a value; the result goes into the checksum.</summary>
    static abstract ulong Consume(in V value);
}

/// <summary>
/// A hash table in front of a store, by the same formula as the cells': open addressing, a third of it
/// empty. What is fetched goes to a ring, because the schedule says which calls hit.
/// </summary>
sealed class Table<W, K, V>
    where W : struct, IWorkload<W, K, V>
    where K : struct
    where V : struct
{
    struct Slot
    {
        public uint Tag; // 0: empty
        public K Key;
        public V Value;
    }

    public readonly W Work;
    readonly Slot[] slots;
    readonly Slot[] inserted = new Slot[64];
    uint insertedN;
    readonly ulong keysN;

    static readonly WeakReference<Table<W, K, V>?> last = new(null);

    /// <summary>
    /// The one table of all cases on so many keys, as cells have one: what one of them has brought into the
    /// processor's caches the next finds there. It goes with the last of them.
    /// </summary>
    public static Table<W, K, V> Of(ulong keysN)
    {
        if (!last.TryGetTarget(out Table<W, K, V>? table) || table.keysN != keysN)
            last.SetTarget(table = new(keysN));
        return table;
    }

    Table(ulong keysN)
    {
        this.keysN = keysN;
        Work = W.Make(keysN);
        slots = new Slot[keysN + keysN / 2 + 1];
        for (uint id = 0; id < keysN; id++)
        {
            K key = Work.OwnKey(id);
            int at = Home(W.Hash(key));
            while (slots[at].Tag != 0)
                at = at + 1 == slots.Length ? 0 : at + 1;
            Set(ref slots[at], key, Work.ValueOf(key));
        }
    }

    public int EntriesN => slots.Length;

    static uint TagOf(ulong hash) => (uint)hash | 1;

    int Home(ulong hash) => (int)((hash >> 32) * (ulong)slots.Length >> 32);

    static void Set(ref Slot slot, K key, in V value)
    {
        slot.Tag = TagOf(W.Hash(key));
        slot.Key = key;
        slot.Value = value;
    }

    /// <summary>The number of a key's entry, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(K key)
    {
        Slot[] all = slots;
        ulong hash = W.Hash(key);
        uint tag = TagOf(hash);
        int at = (int)((hash >> 32) * (ulong)all.Length >> 32);
        while (all[at].Tag != 0)
        {
            if (all[at].Tag == tag && W.Same(all[at].Key, key))
                return at;
            if (++at == all.Length)
                at = 0;
        }
        return -1;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGet(K key, out V value)
    {
        int at = Find(key);
        value = at >= 0 ? slots[at].Value : default;
        return at >= 0;
    }

    public V At(int entry) => slots[entry].Value;

    public void Insert(K key, in V value)
    {
        if (Find(key) < 0)
            Set(ref inserted[insertedN++ % (uint)inserted.Length], key, value);
    }
}
