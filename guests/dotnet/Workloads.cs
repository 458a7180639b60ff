using System.Runtime.CompilerServices;
using System.Text;

namespace Guest;

static class Mix
{
    /// <summary>The finaliser of splitmix64, as the cells mix.</summary>
    public static ulong Of(ulong x)
    {
        x += 0x9e3779b97f4a7c15;
        x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
        x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
        return x ^ (x >> 31);
    }
}

/// <summary>Keys that are numbers; one that misses is negative.</summary>
static class NumberKey
{
    public static ulong Hash(int key) => (uint)key * 0x9e3779b97f4a7c15;
    public static uint Number(int key) => (uint)key & Schedule.Mask;
}

/// <summary>A user by number: the value is a reference.</summary>
readonly struct UserCache : IWorkload<UserCache, int, UserCache.Value>
{
    public sealed class User
    {
        public int Id;
        public uint Logins;
        public long Balance;
    }

    public readonly struct Value(User user)
    {
        public readonly User User = user;
    }

    readonly User[] users;

    UserCache(ulong keysN)
    {
        users = new User[keysN];
        for (uint id = 0; id < keysN; id++)
            users[id] = new User { Id = (int)id, Logins = (uint)Mix.Of(id), Balance = (long)(Mix.Of(~(ulong)id) >> 24) };
    }

    public static UserCache Make(ulong keysN) => new(keysN);
    public int OwnKey(uint id) => (int)id;
    public int KeyOf(uint id) => (int)id;
    public Value ValueOf(int key) => new(users[NumberKey.Number(key)]);
    public static ulong Hash(int key) => NumberKey.Hash(key);
    public static bool Same(int a, int b) => a == b;
    public static ulong Consume(in Value value) => (ulong)value.User.Balance + value.User.Logins;
}

/// <summary>A struct of so many bytes, by number; the caller reads all of it.</summary>
readonly struct Payload<B> : IWorkload<Payload<B>, int, B>
    where B : struct
{
    static int WordsN => Unsafe.SizeOf<B>() / 8;

    public static Payload<B> Make(ulong keysN) => default;
    public int OwnKey(uint id) => (int)id;
    public int KeyOf(uint id) => (int)id;

    public B ValueOf(int key)
    {
        B value = default;
        ulong number = NumberKey.Number(key);
        for (int i = 0; i < WordsN; i++)
            Unsafe.Add(ref Unsafe.As<B, ulong>(ref value), i) = (number + 1) * (2 * (ulong)i + 0x9e3779b9);
        return value;
    }

    public static ulong Hash(int key) => NumberKey.Hash(key);
    public static bool Same(int a, int b) => a == b;

    public static ulong Consume(in B value)
    {
        ulong sum = 0;
        for (int i = 0; i < WordsN; i++)
            sum += Unsafe.Add(ref Unsafe.As<B, ulong>(ref Unsafe.AsRef(in value)), i) * (2 * (ulong)i + 1);
        return sum;
    }
}

[InlineArray(1)] struct Bytes8 { ulong word; }
[InlineArray(2)] struct Bytes16 { ulong word; }
[InlineArray(4)] struct Bytes32 { ulong word; }
[InlineArray(8)] struct Bytes64 { ulong word; }
[InlineArray(16)] struct Bytes128 { ulong word; }
[InlineArray(32)] struct Bytes256 { ulong word; }

/// <summary>A text of at most 40 bytes, padded with zeros, and hashed by words.</summary>
sealed class Text
{
    [InlineArray(5)] struct Words { ulong word; }

    public readonly ulong Length;
    Words words;

    public Text(string text)
    {
        Span<byte> bytes = stackalloc byte[40];
        bytes.Clear();
        Length = (ulong)Encoding.ASCII.GetBytes(text, bytes);
        for (int i = 0; i < 5; i++)
            words[i] = BitConverter.ToUInt64(bytes[(8 * i)..]);
    }

    int WordsN => (int)((Length + 7) / 8);

    public ulong Second => words[1];

    public ulong Hash()
    {
        ulong hash = Length;
        for (int i = 0; i < WordsN; i++)
        {
            hash = (hash ^ words[i]) * 0x9e3779b97f4a7c15;
            hash ^= hash >> 32;
        }
        return Mix.Of(hash);
    }

    public bool Same(Text other)
    {
        if (Length != other.Length)
            return false;
        for (int i = 0; i < WordsN; i++)
        {
            if (words[i] != other.words[i])
                return false;
        }
        return true;
    }
}

readonly struct TextRef(Text text)
{
    public readonly Text Text = text;
}

/// <summary>A setting's value by its name: both are references. Callers have strings of their own.</summary>
readonly struct ConfigRead : IWorkload<ConfigRead, TextRef, TextRef>
{
    readonly TextRef[] own;
    readonly TextRef[] hits;
    readonly TextRef[] misses;
    readonly TextRef[] settings;

    ConfigRead(ulong keysN)
    {
        own = Names(keysN, "");
        hits = Names(keysN, "");
        misses = Names(keysN, "?");
        settings = new TextRef[keysN];
        for (uint i = 0; i < keysN; i++)
            settings[i] = new(new Text($"value-{Mix.Of(i) >> 40:d7}{(i % 2 != 0 ? ";on" : "")}"));
    }

    static TextRef[] Names(ulong keysN, string end)
    {
        var names = new TextRef[keysN];
        for (uint i = 0; i < keysN; i++)
            names[i] = new(new Text($"service:settings:item{i:d7}{end}"));
        return names;
    }

    public static ConfigRead Make(ulong keysN) => new(keysN);
    public TextRef OwnKey(uint id) => own[id];
    public TextRef KeyOf(uint id) => (id & Schedule.Miss) != 0 ? misses[id & Schedule.Mask] : hits[id];
    public TextRef ValueOf(TextRef key) => settings[(key.Text.Hash() >> 32) * (ulong)settings.Length >> 32];
    public static ulong Hash(TextRef key) => key.Text.Hash();
    public static bool Same(TextRef a, TextRef b) => a.Text.Same(b.Text);
    public static ulong Consume(in TextRef value) => value.Text.Length + value.Text.Second;
}
