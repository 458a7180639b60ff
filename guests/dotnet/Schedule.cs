using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text;

namespace Guest;

/// <summary>
/// The schedule that the cells run, and the order in which operations complete: a mapped file, whose
/// layout docs/GUESTS.md has. It stays mapped as long as the process lives.
/// </summary>
sealed unsafe class Schedule
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

    public Schedule(string path)
    {
        long bytes;
        byte* start = Map(path, out bytes);
        if (bytes < HeaderBytes || !new ReadOnlySpan<byte>(start, 8).SequenceEqual("VTBSCHED"u8))
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

    static byte* Map(string path, out long bytes)
    {
        using var file = new FileStream(path, FileMode.Open, FileAccess.Read);
        bytes = file.Length;
        var map = MemoryMappedFile.CreateFromFile(file, null, 0, MemoryMappedFileAccess.Read,
                                                  HandleInheritability.None, true);
        byte* start = null;
        map.CreateViewAccessor(0, bytes, MemoryMappedFileAccess.Read)
            .SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        return start;
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
