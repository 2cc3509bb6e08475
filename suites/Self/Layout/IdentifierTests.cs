using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Texts, identifiers and big-endian numbers: what they read and write, byte by byte.</summary>
[TestFixture]
public sealed class IdentifierTests
{
    [Test]
    public void Text_is_padded_with_spaces_and_read_without_them()
    {
        var id = new IdentifyController { Sn = "ABC", Fr = "12345678" };
        Assert.That(Wire.Bytes(in id)[4..24].ToArray(), Is.EqualTo("ABC                 "u8.ToArray()));
        Assert.That(id.Sn.ToString(), Is.EqualTo("ABC"));
        Assert.That(id.Fr.ToString(), Is.EqualTo("12345678"));
        Assert.That(id.Mn.ToString(), Is.Empty);
    }

    [Test]
    public void Text_that_does_not_fit_is_refused()
    {
        Assert.That(() => (Ascii8)"123456789", Throws.ArgumentException);
        Assert.That(() => (Ascii20)"é", Throws.ArgumentException);
        Assert.That(() => (Ascii40)new string('x', 41), Throws.ArgumentException);
        Assert.That(() => (NvmeQualifiedName)new string('x', 224), Throws.ArgumentException);
    }

    [Test]
    public void A_qualified_name_ends_at_the_first_zero()
    {
        NvmeQualifiedName name = "nqn.2014-08.org.nvmexpress:uuid:ü";
        Assert.That(name.ToString(), Is.EqualTo("nqn.2014-08.org.nvmexpress:uuid:ü"));
        ((Span<byte>)name)[40..].Fill(0xFF);
        Assert.That(name.ToString(), Is.EqualTo("nqn.2014-08.org.nvmexpress:uuid:ü"));
        ((Span<byte>)name).Fill((byte)'x');
        Assert.That(name.ToString(), Has.Length.EqualTo(256));
    }

    [Test]
    public void Namespace_identifiers_lie_in_memory_as_they_are_written()
    {
        var ns = new IdentifyNamespace
        {
            Nguid = new Nguid(UInt128.Parse("00112233445566778899aabbccddeeff", System.Globalization.NumberStyles.HexNumber)),
            Eui64 = new Eui64(0x0123456789ABCDEF),
        };
        var bytes = Wire.Bytes(in ns);
        Assert.That(Convert.ToHexStringLower(bytes[104..120]), Is.EqualTo("00112233445566778899aabbccddeeff"));
        Assert.That(Convert.ToHexStringLower(bytes[120..128]), Is.EqualTo("0123456789abcdef"));
        Assert.That(ns.Nguid.ToString(), Is.EqualTo("00112233445566778899aabbccddeeff"));
        Assert.That(ns.Eui64.ToString(), Is.EqualTo("0123456789abcdef"));
        Assert.That(Wire.Read<Nguid>(bytes[104..]), Is.EqualTo(ns.Nguid));
    }

    [Test]
    public void A_uuid_has_the_byte_order_of_its_text()
    {
        var uuid = new Uuid(Guid.Parse("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
        Assert.That(Convert.ToHexStringLower(Wire.Bytes(in uuid)), Is.EqualTo("f81d4fae7dec11d0a76500a0c91e6bf6"));
        Assert.That(uuid.ToString(), Is.EqualTo("f81d4fae-7dec-11d0-a765-00a0c91e6bf6"));
        Assert.That((uuid.IsZero, default(Uuid).IsZero), Is.EqualTo((false, true)));
    }

    [Test]
    public void An_oui_is_stored_with_the_last_byte_first()
    {
        var id = new IdentifyController { Ieee = IeeeOui.Of(0xABCDEF) };
        Assert.That(Wire.Bytes(in id)[73..76].ToArray(), Is.EqualTo(new byte[] { 0xEF, 0xCD, 0xAB }));
        Assert.That(id.Ieee.ToString(), Is.EqualTo("ABCDEF"));
        Assert.That(() => IeeeOui.Of(0x1000000), Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void Protection_information_is_big_endian()
    {
        var tuple = new ProtectionInformation { Guard = 0xD0DB, ApplicationTag = 0x1234, ReferenceTag = 0x89ABCDEF };
        Assert.That(Convert.ToHexString(Wire.Bytes(in tuple)), Is.EqualTo("D0DB123489ABCDEF"));
        Assert.That((uint)Wire.Read<ProtectionInformation>(Wire.Bytes(in tuple)).ReferenceTag, Is.EqualTo(0x89ABCDEF));
        var tags = new LogicalBlockTags { High = 0x0102, Middle = 0x03040506, Low = 0x0708090A };
        Assert.That(Convert.ToHexString(Wire.Bytes(in tags)), Is.EqualTo("0102030405060708090A"));
    }

    [Test]
    public void A_timestamp_keeps_time_and_origin_apart()
    {
        var stamp = new Timestamp { Milliseconds = 0x0123456789AB, Origin = TimestampOrigin.Host, Stopped = true };
        Assert.That(Convert.ToHexString(Wire.Bytes(in stamp)), Is.EqualTo("AB89674523010300"));
    }

    [Test]
    public void A_format_index_is_split_over_two_fields()
    {
        Assert.That(new FormattedLbaSize { Index = 0x2B, MetadataExtended = true }.Raw, Is.EqualTo(0b101_1011));
        Assert.That(new FormattedLbaSize(0b101_1011).Index, Is.EqualTo(0x2B));
        Assert.That(() => new FormattedLbaSize { Index = 64 }, Throws.TypeOf<ArgumentOutOfRangeException>());
    }

    [Test]
    public void A_value_too_large_for_its_bits_is_refused() =>
        Assert.That(() => new FirmwareUpdates { Slots = 8 }, Throws.TypeOf<ArgumentOutOfRangeException>());

    [Test]
    public void A_supported_event_is_the_bit_of_its_type()
    {
        var log = default(PersistentEventLogHeader);
        log.Seb[PersistentEventType.VendorSpecific] = true;
        log.Seb[PersistentEventType.FirmwareCommit] = true;
        Assert.That(Wire.Bytes(in log)[480], Is.EqualTo(1 << 2));
        Assert.That(Wire.Bytes(in log)[480 + (0xDE / 8)], Is.EqualTo(1 << (0xDE % 8)));
        Assert.That((log.Seb[PersistentEventType.VendorSpecific], log.Seb[PersistentEventType.SetFeature]), Is.EqualTo((true, false)));
    }

    [Test]
    public void An_event_carries_type_information_and_log_page()
    {
        Assert.That(AsynchronousEvent.Of(ErrorEvent.InvalidDoorbellValue).Raw, Is.EqualTo(0x00010100));
        Assert.That(AsynchronousEvent.Of(HealthEvent.SpareBelowThreshold).Raw, Is.EqualTo(0x00020201));
        Assert.That(
            AsynchronousEvent.Of(NoticeEvent.AttachedNamespaceAttributeChanged, LogId.ChangedAttachedNamespaces).Raw,
            Is.EqualTo(0x00040002));
        Assert.That(AsynchronousEvent.Of(CommandSetEvent.SanitizeCompleted, LogId.SanitizeStatus).Raw, Is.EqualTo(0x00810106));
        Assert.That(AsynchronousEvent.Of(ImmediateEvent.NormalSubsystemShutdown).Raw, Is.EqualTo(0x00000003));
    }
}
