using System.IO.MemoryMappedFiles;
using System.Security.Cryptography;
using System.Text;

namespace Guest;

/// <summary>
/// The schedule that the cells run, and the order in which operations complete: a mapped file, whose
/// layout docs/GUESTS.md has. It is mapped until it is disposed of.
/// </summary>
sealed unsafe class Schedule : IDisposable
{
    public const uint Miss = 0x80000000;
    public const uint Fail = 0x40000000;
    public const uint Mask = 0x3fffffff;

    const uint Version = 1;
    const int HeaderBytes = 96;
    const int DigestAt = 32;

    public readonly uint* Ids;
    public readonly long IdsN;
    public readonly uint* Order;
    public readonly long OrderN;

    readonly MemoryMappedFile map;
    readonly MemoryMappedViewAccessor view;

    public Schedule(string path)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        long bytes = file.Length;
        if (bytes < HeaderBytes)
            throw new Refusal($"the schedule's file has {bytes} bytes, and its header alone {HeaderBytes}");
        map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, true);
        view = map.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read);
        byte* start = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        if (!new ReadOnlySpan<byte>(start, 8).SequenceEqual("VTBSCHED"u8))
            throw new Refusal("the schedule's file is none: it does not begin with VTBSCHED");
        uint version = *(uint*)(start + 8);
        if (version != Version)
            throw new Refusal($"the schedule's file is of version {version}; accepted: {Version}");
        IdsN = *(long*)(start + 16);
        OrderN = *(long*)(start + 24);
        if (IdsN < 1 || OrderN < 1 || HeaderBytes + 4 * (IdsN + OrderN) != bytes)
            throw new Refusal($"the schedule's file has {bytes} bytes, and its header tells others");
        var rest = new ReadOnlySpan<byte>(start + HeaderBytes, (int)(bytes - HeaderBytes));
        string digest = Convert.ToHexStringLower(SHA256.HashData(rest));
        if (digest != Encoding.ASCII.GetString(start + DigestAt, 64))
            throw new Refusal("the schedule's file is not what its digest says");
        Ids = (uint*)(start + HeaderBytes);
        Order = Ids + IdsN;
        CheckIds();
    }

    public void Dispose()
    {
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        view.Dispose();
        map.Dispose();
    }

    void CheckIds()
    {
        for (long i = 0; i < IdsN; i++)
        {
            if ((Ids[i] & Fail) != 0)
                throw new Refusal("the schedule has calls on which the store fails, which this guest has not");
        }
    }
}
