using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.InteropServices;
using Conformance.Nvme;

namespace Conformance.Sim;

/// <summary>
/// The vendor part of the simulated device's controller state: what the standard part does not hold. A header of 16 bytes (magic, version,
/// number of sections, length of all, checksum of what follows), then sections of kind, length and whole dwords.
/// </summary>
internal static class VendorStateCodec
{
    public const uint Magic = 0x5653_4D53; // "SMSV"
    private const ushort Version = 1;
    private const int HeaderSize = 16;
    private const int SectionHeaderSize = 8;

    public enum Section : ushort
    {
        AdminQueue = 1,
        Features = 2,
        Events = 3,
        Interrupts = 4,
        Padding = 5,
        SaveCounter = 6,
        InterruptMask = 7,
        Reservations = 8,
        ChangedNamespaces = 9,
    }

    /// <summary>A decoded vendor part; null for what it does not carry.</summary>
    public sealed class Content
    {
        public AdminQueueState? AdminQueue { get; set; }

        public FeatureState? Features { get; set; }

        public EventsState? Events { get; set; }

        public ChangedNamespacesState? ChangedNamespaces { get; set; }

        /// <summary>Puts back the notifications of reservations that the host has not read.</summary>
        public Action<ReservationNotices>? Reservations { get; set; }

        public InterruptState? Interrupts { get; set; }

        /// <summary>INTMS, where the MSI-X table is not carried.</summary>
        public uint? InterruptMask { get; set; }
    }

    /// <summary>CC, AQA, ASQ, ACQ, and the pointers of the admin queue where there is one.</summary>
    public sealed record AdminQueueState(
        uint Cc, uint Aqa, ulong Asq, ulong Acq, ushort SqHead, ushort SqTail, ushort CqHead, ushort CqTail, bool Phase);

    /// <summary>INTMS, the dwords of the MSI-X table and one pending bit a vector.</summary>
    public sealed record InterruptState(uint Mask, uint[] Table, uint[] Pending);

    /// <param name="c">The controller.</param>
    /// <param name="whole">
    /// All but the MSI-X table, which is the host's to carry; and as long for any number of requests and events, so that a size asked for
    /// while commands are still completing holds when they have.
    /// </param>
    public static byte[] Encode(ControllerCore c, bool whole)
    {
        var options = c.Options.Migration.VendorState;
        var writer = new Writer();
        if (options.AdminQueue || whole) EncodeAdminQueue(c, writer);
        if (options.Features || whole) FeatureState.Encode(c, writer);
        if (options.Events || whole) EventsState.Encode(c, writer);
        if (options.Events || whole) c.Logs.Reservations.Encode(writer);
        if (options.Events || whole) ChangedNamespacesState.Encode(c, writer);
        if (options.Interrupts && !whole) EncodeInterrupts(c, writer);
        if (whole) writer.Begin(Section.InterruptMask).Word(c.Registers[Register.Intms]).End();
        if (whole) writer.Begin(Section.Padding).Filler(EventsState.Reserve(c)).End();
        if (options.Padding > 0) writer.Begin(Section.Padding).Filler(options.Padding).End();
        if (!options.Deterministic) writer.Begin(Section.SaveCounter).Word(c.StateSaves).End();
        return writer.Finish();
    }

    /// <summary>Reads and checks the whole part; null when anything of it is wrong for this controller.</summary>
    public static Content? TryDecode(ControllerCore c, ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < HeaderSize || BinaryPrimitives.ReadUInt32LittleEndian(bytes) != Magic
            || BinaryPrimitives.ReadUInt16LittleEndian(bytes[4..]) != Version
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) != bytes.Length
            || BinaryPrimitives.ReadUInt32LittleEndian(bytes[12..]) != Checksum(bytes[HeaderSize..]))
        {
            return null;
        }

        var content = new Content();
        var rest = bytes[HeaderSize..];
        for (var left = BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]); left > 0; left--)
        {
            if (rest.Length < SectionHeaderSize) return null;
            var kind = (Section)BinaryPrimitives.ReadUInt16LittleEndian(rest);
            var length = BinaryPrimitives.ReadUInt32LittleEndian(rest[4..]);
            rest = rest[SectionHeaderSize..];
            if (length > rest.Length || length % 4 != 0) return null;
            if (!TryDecodeSection(c, content, kind, new Reader(rest[..(int)length]))) return null;
            rest = rest[(int)length..];
        }

        var aers = content.Events?.Requests.Length ?? 0;
        return rest.IsEmpty && (aers == 0 || content.AdminQueue is not null) ? content : null;
    }

    /// <summary>Makes a controller what the content says. Nothing of it can be refused any more.</summary>
    public static void Commit(ControllerCore c, Content content)
    {
        if (content.Features is { } features) features.Commit(c);
        if (content.AdminQueue is { } admin) CommitAdminQueue(c, admin);
        if (content.Events is { } events) events.Commit(c);
        content.Reservations?.Invoke(c.Logs.Reservations);
        content.ChangedNamespaces?.Commit(c);
        if (content.Interrupts is { } interrupts) c.Function.Msix.Restore(interrupts.Table, interrupts.Pending);
        if (content.Interrupts is { } masks) c.Registers[Register.Intms] = c.Registers[Register.Intmc] = masks.Mask;
        if (content.InterruptMask is { } mask) c.Registers[Register.Intms] = c.Registers[Register.Intmc] = mask;
    }

    private static void EncodeAdminQueue(ControllerCore c, Writer writer)
    {
        var (sq, cq) = (c.Queues.Sq(0), c.Queues.Cq(0));
        writer.Begin(Section.AdminQueue)
            .Word(c.Configuration.Raw).Word(c.Registers.Aqa.Raw).Long(c.Registers.Asq).Long(c.Registers.Acq)
            .Halves(sq?.Head ?? 0, sq?.Tail ?? 0).Halves(cq?.Head ?? 0, cq?.Tail ?? 0).Word(cq is null || cq.Phase ? 1u : 0u).End();
    }

    private static void EncodeInterrupts(ControllerCore c, Writer writer)
    {
        var vectors = c.Function.Msix.Vectors;
        writer.Begin(Section.Interrupts).Word(c.Registers[Register.Intms]).Word((uint)vectors);
        for (var i = 0; i < vectors * 4; i++) writer.Word(c.Registers[c.Registers.MsixTable + (i * 4)]);
        for (var i = 0; i < (vectors + 31) / 32; i++) writer.Word(c.Registers[c.Registers.MsixPending + (i * 4)]);
        writer.End();
    }

    /// <summary>
    /// Whether the controller could have become ready with it. One that was not enabled has no queue, and what its registers hold is
    /// looked at when it is enabled.
    /// </summary>
    private static bool IsGood(ControllerCore c, AdminQueueState admin)
    {
        var (cc, cap, aqa) = (new ControllerConfiguration(admin.Cc), c.Registers.Cap, new AdminQueueAttributes(admin.Aqa));
        if (!cc.En) return true;
        return AdminQueues.AreAcceptable(cap, cc, aqa, admin.Asq, admin.Acq)
            && admin.SqHead <= aqa.AsqsZ && admin.SqTail <= aqa.AsqsZ && admin.CqHead <= aqa.AcqsZ && admin.CqTail <= aqa.AcqsZ;
    }

    private static bool TryDecodeSection(ControllerCore c, Content content, Section kind, Reader reader)
    {
        switch (kind)
        {
            case Section.AdminQueue:
                var (cc, aqa) = (reader.Word(), new AdminQueueAttributes(reader.Word()));
                content.AdminQueue = new AdminQueueState(
                    cc, aqa.Raw, reader.Long(), reader.Long(),
                    reader.Half(), reader.Half(), reader.Half(), reader.Half(), reader.Word() != 0);
                var admin = content.AdminQueue;
                return reader.IsExact && IsGood(c, admin);
            case Section.Features:
                content.Features = FeatureState.TryDecode(c, ref reader);
                return content.Features is not null;
            case Section.Events:
                content.Events = EventsState.TryDecode(c, ref reader);
                return content.Events is not null;
            case Section.ChangedNamespaces:
                content.ChangedNamespaces = ChangedNamespacesState.TryDecode(ref reader);
                return content.ChangedNamespaces is not null;
            case Section.Reservations:
                content.Reservations = ReservationNotices.TryDecode(ref reader);
                return content.Reservations is not null;
            case Section.Interrupts:
                var (mask, vectors) = (reader.Word(), reader.Word());
                if (vectors > c.Function.Msix.Vectors) return false;
                content.Interrupts = new InterruptState(mask, reader.Words(4 * (int)vectors), reader.Words(((int)vectors + 31) / 32));
                return reader.IsExact;
            case Section.InterruptMask:
                content.InterruptMask = reader.Word();
                return reader.IsExact;
            case Section.Padding:
            case Section.SaveCounter:
                return true;
            default:
                return false;
        }
    }

    private static void CommitAdminQueue(ControllerCore c, AdminQueueState admin)
    {
        c.Configuration = new ControllerConfiguration(admin.Cc);
        c.Registers.Cc = c.Configuration;
        c.Registers[Register.Aqa] = admin.Aqa;
        c.Registers.Write64(Register.Asq, admin.Asq);
        c.Registers.Write64(Register.Acq, admin.Acq);
        c.Machine.DropQueue(0);
        c.Registers.Csts = c.Registers.Csts with { Rdy = c.Configuration.En };
        if (!c.Configuration.En) return;
        AdminQueues.Create(c);
        var (sq, cq) = (c.Queues.Sq(0)!, c.Queues.Cq(0)!);
        (sq.Head, sq.Tail, cq.Head, cq.Tail, cq.Phase) = (admin.SqHead, admin.SqTail, admin.CqHead, admin.CqTail, admin.Phase);
    }

    private static uint Checksum(ReadOnlySpan<byte> bytes)
    {
        // CRC-32C: enough to notice a damaged state, which is all that it is for.
        var crc = ~0u;
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        foreach (var word in words) crc = BitOperations.Crc32C(crc, word);
        foreach (var last in bytes[(words.Length * sizeof(ulong))..]) crc = BitOperations.Crc32C(crc, last);
        return ~crc;
    }

    public sealed class Writer
    {
        // Most states fit.
        private const int Room = 4096;
        private readonly List<byte> _bytes = new(Room);
        private ushort _sections;
        private int _section;

        public Writer() => CollectionsMarshal.SetCount(_bytes, HeaderSize);

        public Writer Begin(Section kind)
        {
            _sections++;
            _section = _bytes.Count;
            return Halves((ushort)kind, 0).Word(0);
        }

        public void End()
        {
            Put(_section + 4, (uint)(_bytes.Count - _section - SectionHeaderSize));
        }

        public Writer Word(uint value)
        {
            Put(Place(), value);
            return this;
        }

        /// <summary>Leaves room for a dword and tells where, for <see cref="Put"/>.</summary>
        public int Place()
        {
            var at = _bytes.Count;
            CollectionsMarshal.SetCount(_bytes, at + sizeof(uint));
            return at;
        }

        /// <summary>Writes the dword at a place.</summary>
        public void Put(int at, uint value) => BinaryPrimitives.WriteUInt32LittleEndian(CollectionsMarshal.AsSpan(_bytes)[at..], value);

        public Writer Long(ulong value) => Word((uint)value).Word((uint)(value >> 32));

        public Writer Halves(int low, int high) => Word((ushort)low | ((uint)(ushort)high << 16));

        public Writer Filler(int bytes)
        {
            var at = _bytes.Count;
            CollectionsMarshal.SetCount(_bytes, at + ((bytes + 3) / 4 * 4));
            var filler = CollectionsMarshal.AsSpan(_bytes)[at..];
            for (var i = 0; i < filler.Length; i++) filler[i] = (byte)(i * 37);
            return this;
        }

        public byte[] Finish()
        {
            var bytes = _bytes.ToArray();
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, Magic);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(4), Version);
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(6), _sections);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(8), (uint)bytes.Length);
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(12), Checksum(bytes.AsSpan(HeaderSize)));
            return bytes;
        }
    }

    /// <summary>Reads a section; past its end it gives zeroes and is no longer exact.</summary>
    public ref struct Reader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> _rest = bytes;
        private bool _short;

        public readonly bool IsExact => !_short && _rest.IsEmpty;

        public ushort Half()
        {
            if (_rest.Length < 2)
            {
                _short = true;
                return 0;
            }

            var value = BinaryPrimitives.ReadUInt16LittleEndian(_rest);
            _rest = _rest[2..];
            return value;
        }

        public uint Word()
        {
            if (_rest.Length < sizeof(uint)) return Half() | ((uint)Half() << 16);
            var value = BinaryPrimitives.ReadUInt32LittleEndian(_rest);
            _rest = _rest[sizeof(uint)..];
            return value;
        }

        public ulong Long() => Word() | ((ulong)Word() << 32);

        public uint[] Words(int count)
        {
            var words = new uint[count];
            for (var i = 0; i < count && !_short; i++) words[i] = Word();
            return words;
        }
    }
}
