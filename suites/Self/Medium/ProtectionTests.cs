using System.Buffers.Binary;
using Conformance.Nvme;
using Conformance.Sim;
using NUnit.Framework;

namespace Conformance.Self;

[TestFixture]
public sealed class ProtectionTests
{
    private static readonly ProtectionTags _tags = new(0x1234, 0xFFFF, 0x8899_AABB);

    // D0DBh is the check value of the algorithm; a lone 1 leaves the polynomial.
    [TestCase("", (ushort)0)]
    [TestCase("313233343536373839", (ushort)0xD0DB)]
    [TestCase("00", (ushort)0)]
    [TestCase("01", (ushort)0x8BB7)]
    public void The_crc_gives_the_known_answers(string bytes, ushort crc) =>
        Assert.That(Crc16.Compute(Convert.FromHexString(bytes)), Is.EqualTo(crc));

    [Test]
    public void The_crc_is_the_remainder_of_a_division_bit_by_bit_at_any_length_and_in_parts()
    {
        var bytes = new byte[70];
        for (var length = 0; length <= bytes.Length; length++)
        {
            BlockModel.Fill(bytes, (ulong)length, 7);
            var expected = Remainder(bytes.AsSpan(0, length));
            Assert.That(Crc16.Compute(bytes.AsSpan(0, length)), Is.EqualTo(expected), $"{length} bytes");
            var part = Crc16.Compute(bytes.AsSpan(0, length / 3));
            Assert.That(Crc16.Compute(bytes.AsSpan(0, length)[(length / 3)..], part), Is.EqualTo(expected), $"{length} bytes in two parts");
        }
    }

    [TestCase(ProtectionType.Type1, true, "D0DB", "8899AABC")]
    [TestCase(ProtectionType.Type3, false, "BDA5", "8899AABB")]
    public void A_tuple_is_big_endian_guard_application_tag_reference_tag(
        ProtectionType type, bool first, string guard, string nextReference)
    {
        var protection = new Protection(type, first, 512, 16);
        // Zeroes in front of guarded bytes change nothing; eight behind them, covered where the tuple comes last, do.
        var data = new byte[1024];
        "123456789"u8.CopyTo(data.AsSpan(512 - 9));
        if (!first) Assert.That(guard, Is.EqualTo(Remainder([.. "123456789"u8, .. new byte[8]]).ToString("X4")));
        var metadata = new byte[32];
        protection.Generate(data, metadata, _tags);
        var (front, behind) = first ? ("", new string('0', 16)) : (new string('0', 16), "");
        var expected = $"{front}{guard}12348899AABB{behind}{front}00001234{nextReference}{behind}";
        Assert.That(Convert.ToHexString(metadata), Is.EqualTo(expected));
    }

    [Test]
    public void What_was_generated_verifies_in_one_go_and_in_pieces(
        [Values(ProtectionType.Type1, ProtectionType.Type2, ProtectionType.Type3)] ProtectionType type,
        [Values] bool first,
        [Values(8, 24, 64)] int metadataSize)
    {
        var protection = new Protection(type, first, 512, metadataSize);
        var (data, metadata) = Blocks(protection, 5, metadataSize, _tags with { ReferenceTag = 0xFFFF_FFFD });
        var tags = _tags with { ReferenceTag = 0xFFFF_FFFD };
        Assert.That(protection.Verify(data, metadata, tags, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
        var rest = data.AsSpan(3 * 512);
        var restMetadata = metadata.AsSpan(3 * metadataSize);
        var advanced = protection.Advance(tags, 3);
        Assert.That(protection.Verify(rest, restMetadata, advanced, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
    }

    [TestCase("data", ProtectionChecks.Guard, ProtectionResult.Guard)]
    [TestCase("before", ProtectionChecks.Guard, ProtectionResult.Guard)]
    [TestCase("guard", ProtectionChecks.Guard, ProtectionResult.Guard)]
    [TestCase("application", ProtectionChecks.ApplicationTag, ProtectionResult.ApplicationTag)]
    [TestCase("reference", ProtectionChecks.ReferenceTag, ProtectionResult.ReferenceTag)]
    public void One_flipped_bit_fails_its_check_and_no_other(string what, ProtectionChecks check, ProtectionResult result)
    {
        var protection = new Protection(ProtectionType.Type1, first: false, 512, 16);
        var (data, metadata) = Blocks(protection, 3, 16, _tags);
        switch (what)
        {
            case "data": data[512 + 300] ^= 0x10; break;
            case "before": metadata[16 + 3] ^= 1; break;
            case "guard": metadata[16 + 8] ^= 1; break;
            case "application": metadata[16 + 11] ^= 1; break;
            default: metadata[16 + 12] ^= 1; break;
        }

        Assert.Multiple(() =>
        {
            Assert.That(protection.Verify(data, metadata, _tags, ProtectionChecks.All, out var block), Is.EqualTo(result));
            Assert.That(block, Is.EqualTo(1));
            Assert.That(protection.Verify(data, metadata, _tags, check, out block), Is.EqualTo(result));
            var others = ProtectionChecks.All & ~check;
            Assert.That(protection.Verify(data, metadata, _tags, others, out block), Is.EqualTo(ProtectionResult.Good));
            Assert.That(protection.Verify(data, metadata, _tags, ProtectionChecks.None, out block), Is.EqualTo(ProtectionResult.Good));
        });
    }

    [Test]
    public void Metadata_behind_a_tuple_that_comes_first_is_not_covered()
    {
        var protection = new Protection(ProtectionType.Type1, first: true, 512, 16);
        var (data, metadata) = Blocks(protection, 1, 16, _tags);
        metadata[12] ^= 1;
        Assert.That(protection.Verify(data, metadata, _tags, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
    }

    [Test]
    public void Only_masked_bits_of_the_application_tag_count()
    {
        var protection = new Protection(ProtectionType.Type1, first: true, 512, 8);
        var (data, metadata) = Blocks(protection, 1, 8, _tags);
        var other = _tags with { ApplicationTag = 0x1F34 };
        Assert.That(protection.Verify(data, metadata, other, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.ApplicationTag));
        var masked = other with { ApplicationTagMask = 0xF0FF };
        Assert.That(protection.Verify(data, metadata, masked, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
    }

    [TestCase(ProtectionType.Type1, "FFFF", "00000000", true)]
    [TestCase(ProtectionType.Type2, "FFFF", "00000000", true)]
    [TestCase(ProtectionType.Type2, "FFFE", "FFFFFFFF", false)]
    [TestCase(ProtectionType.Type3, "FFFF", "00000000", false)]
    [TestCase(ProtectionType.Type3, "FFFF", "FFFFFFFF", true)]
    [TestCase(ProtectionType.Type3, "0000", "FFFFFFFF", false)]
    public void The_escape_values_of_the_type_switch_checks_off(ProtectionType type, string application, string reference, bool escapes)
    {
        var protection = new Protection(type, first: true, 512, 8);
        var metadata = Convert.FromHexString("BAD0" + application + reference);
        var result = protection.Verify(new byte[512], metadata, _tags, ProtectionChecks.All, out _);
        Assert.That(result, Is.EqualTo(escapes ? ProtectionResult.Good : ProtectionResult.Guard));
    }

    [Test]
    public void The_reference_tag_of_type_3_is_not_checked()
    {
        var protection = new Protection(ProtectionType.Type3, first: true, 512, 8);
        var (data, metadata) = Blocks(protection, 2, 8, _tags);
        var other = _tags with { ReferenceTag = 1 };
        Assert.That(protection.Verify(data, metadata, other, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
    }

    [TestCase(ProtectionType.Type1, ProtectionChecks.ReferenceTag, 0x1_0000_0005UL, 5u, true)]
    [TestCase(ProtectionType.Type1, ProtectionChecks.ReferenceTag, 0x1_0000_0005UL, 6u, false)]
    [TestCase(ProtectionType.Type1, ProtectionChecks.Guard, 5UL, 6u, true)]
    [TestCase(ProtectionType.Type2, ProtectionChecks.All, 5UL, 6u, true)]
    [TestCase(ProtectionType.Type3, ProtectionChecks.ReferenceTag, 5UL, 5u, false)]
    [TestCase(ProtectionType.Type3, ProtectionChecks.Guard | ProtectionChecks.ApplicationTag, 5UL, 5u, true)]
    public void A_command_may_ask_only_for_reference_checks_that_its_type_has(
        ProtectionType type, ProtectionChecks checks, ulong lba, uint initial, bool allowed) =>
        Assert.That(new Protection(type, first: true, 512, 8).Allows(checks, lba, initial), Is.EqualTo(allowed));

    [Test]
    public void A_deallocated_block_passes_every_check(
        [Values(ProtectionType.Type1, ProtectionType.Type3)] ProtectionType type, [Values] bool first, [Values] bool guardIsCrc)
    {
        var protection = new Protection(type, first, 512, 16);
        var pattern = protection.Deallocated(0xFF, guardIsCrc);
        using var store = new BlockStore(10, 512, 16, 0xFF, pattern);
        var data = new byte[512 * 10];
        var metadata = new byte[16 * 10];
        store.Read(0, data);
        store.ReadMetadata(0, metadata);
        Assert.That(protection.Verify(data, metadata, _tags, ProtectionChecks.All, out _), Is.EqualTo(ProtectionResult.Good));
        var guard = BinaryPrimitives.ReadUInt16BigEndian(pattern.AsSpan(protection.Offset));
        var covered = new byte[512 + protection.Offset];
        Array.Fill(covered, (byte)0xFF);
        Assert.That(guard, Is.EqualTo(guardIsCrc ? Remainder(covered) : 0xFFFF));
    }

    private static (byte[] Data, byte[] Metadata) Blocks(Protection protection, int count, int metadataSize, ProtectionTags tags)
    {
        var data = new byte[count * 512];
        var metadata = new byte[count * metadataSize];
        BlockModel.Fill(data, 1, 2);
        BlockModel.Fill(metadata, 3, 4);
        protection.Generate(data, metadata, tags);
        return (data, metadata);
    }

    /// <summary>Long division of the message, 16 zero bits behind it, by x^16 + the polynomial: the definition, without a table.</summary>
    private static ushort Remainder(ReadOnlySpan<byte> message)
    {
        var register = 0u;
        for (var bit = 0; bit < (message.Length + 2) * 8; bit++)
        {
            var next = bit < message.Length * 8 ? (uint)(message[bit / 8] >> (7 - (bit % 8))) & 1 : 0;
            register = (register << 1) | next;
            if ((register & 0x1_0000) != 0) register ^= 0x1_8BB7;
        }

        return (ushort)register;
    }
}
