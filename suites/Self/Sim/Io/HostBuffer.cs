using Conformance.Device;
using Conformance.Nvme;

namespace Conformance.Self.Sim.Io;

/// <summary>
/// One data buffer of a host, laid out anew and differently each time: PRPs over shuffled pages from an offset on, or an SGL of random
/// pieces over one or several segments.
/// </summary>
internal sealed class HostBuffer(IoBench bench, int most, Random random)
{
    private const int Page = 4096;

    private readonly int _pages = (most / Page) + 2;
    private readonly long _data = bench.Take((((most / Page) + 2) * 2 * Page) + (64 * Page));
    private readonly long _lists = bench.Take(64 * Page);
    private readonly List<(long At, int Length)> _runs = [];

    private GuestMemory Memory => bench.Memory;

    /// <summary>Lays out <paramref name="bytes"/> bytes and points the command to them.</summary>
    public SubmissionEntry Lay(SubmissionEntry entry, int bytes)
    {
        _runs.Clear();
        return random.Next(2) == 0 ? LayPrps(entry, bytes) : LaySgl(entry, bytes);
    }

    public void Write(ReadOnlySpan<byte> bytes)
    {
        foreach (var (at, length) in _runs)
        {
            Memory.Write(at, bytes[..length]);
            bytes = bytes[length..];
        }
    }

    public byte[] Read() => [.. _runs.SelectMany(run => Memory.Read(run.At, run.Length).ToArray())];

    private SubmissionEntry LayPrps(SubmissionEntry entry, int bytes)
    {
        var order = Enumerable.Range(0, _pages).ToArray();
        random.Shuffle(order);
        var offset = random.Next(3) == 0 ? random.Next(Page / 4) * 4 : 0;
        for (var (left, i) = (bytes, 0); left > 0; i++)
        {
            var length = Math.Min(left, Page - (i == 0 ? offset : 0));
            _runs.Add((_data + (order[i] * (long)Page) + (i == 0 ? offset : 0), length));
            left -= length;
        }

        entry.Prp1 = bench.Vf.Iova(_runs[0].At);
        entry.Prp2 = _runs.Count switch
        {
            1 => 0xBAD_0000, // not looked at
            2 => bench.Vf.Iova(_runs[1].At),
            _ => List(),
        };
        return entry;

        ulong List()
        {
            // From somewhere in its page on; chained to the next page where it does not fit.
            var start = _lists + (random.Next(Page / 8) * 8);
            var at = start;
            for (var i = 1; i < _runs.Count; i++, at += 8)
            {
                if (at % Page == Page - 8 && i < _runs.Count - 1)
                {
                    var next = _lists + (((at - _lists) / Page) + 1) * Page;
                    Memory.Store(at, bench.Vf.Iova(next));
                    at = next;
                }

                Memory.Store(at, bench.Vf.Iova(_runs[i].At));
            }

            return bench.Vf.Iova(start);
        }
    }

    private SubmissionEntry LaySgl(SubmissionEntry entry, int bytes)
    {
        var isToDevice = (entry.Opcode & 3) == 1;
        var descriptors = new List<SglDescriptor>();
        var at = _data;
        for (var left = bytes; left > 0;)
        {
            at += random.Next(64);
            var length = Math.Min(left, random.Next(1, Math.Max(2, bytes)));
            _runs.Add((at, length));
            descriptors.Add(SglDescriptor.DataBlock(bench.Vf.Iova(at), (uint)length));
            if (random.Next(4) == 0) descriptors.Add(default);
            if (isToDevice && random.Next(4) == 0) descriptors.Add(SglDescriptor.BitBucket(100));
            at += length;
            left -= length;
        }

        entry.Dword0 = entry.Dword0 with { Psdt = 1 };
        if (descriptors.Count == 1)
        {
            entry.Sgl1 = descriptors[0];
            return entry;
        }

        // From the last segment to the first, each followed by the one made before it.
        var list = _lists;
        SglDescriptor? after = null;
        while (true)
        {
            var count = Math.Min(descriptors.Count, random.Next(1, 6));
            var segment = descriptors[^count..];
            descriptors.RemoveRange(descriptors.Count - count, count);
            if (after is { } next) segment.Add(next);
            for (var i = 0; i < segment.Count; i++) Memory.Store(list + (i * SglDescriptor.Size), segment[i]);
            var length = (uint)(segment.Count * SglDescriptor.Size);
            var pointer = after is null
                ? SglDescriptor.LastSegment(bench.Vf.Iova(list), length)
                : SglDescriptor.Segment(bench.Vf.Iova(list), length);
            list += 256;
            if (descriptors.Count == 0)
            {
                entry.Sgl1 = pointer;
                return entry;
            }

            after = pointer;
        }
    }
}
