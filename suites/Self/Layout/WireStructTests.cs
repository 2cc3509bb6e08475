using Conformance.Nvme;
using NUnit.Framework;

namespace Conformance.Self;

/// <summary>Claims about every structure and every bit group of the project, found by reflection.</summary>
[TestFixture]
public sealed class WireStructTests
{
    private static readonly IEnumerable<Type> Sized = WireType.Sized;
    private static readonly IEnumerable<Type> Explicit = WireType.Explicit;
    private static readonly IEnumerable<Type> BitGroups = WireType.BitGroups;

    /// <summary>Properties that are meant to lie over others: a whole of parts that have names too.</summary>
    private static readonly HashSet<string> Overlays = new(StringComparer.Ordinal)
    {
        "AsynchronousEventFeature.CriticalWarnings",
        "FormattedLbaSize.Index",
    };

    [TestCaseSource(nameof(Sized))]
    public void A_structure_takes_the_bytes_it_states(Type type) =>
        Assert.That(WireType.SizeOf(type), Is.EqualTo(WireType.StatedSize(type)));

    [TestCaseSource(nameof(Explicit))]
    public void No_two_fields_share_a_byte(Type type)
    {
        var taken = new SortedDictionary<int, string>();
        foreach (var field in WireType.Fields(type).Where(field => field.Name != nameof(IdentifyController.VendorMigration)))
        {
            var start = WireType.OffsetOf(type, field.Name);
            for (var at = start; at < start + WireType.SizeOf(field.FieldType); at++)
            {
                Assert.That(taken.TryAdd(at, field.Name), Is.True, () => $"{field.Name} and {taken[at]} at byte {at}");
            }
        }
        Assert.That(taken.Keys, Is.All.InRange(0, WireType.SizeOf(type) - 1));
    }

    [TestCaseSource(nameof(Explicit))]
    public void Every_field_is_judged_by_a_header_or_by_an_offset_of_the_standard(Type type)
    {
        var judged = LibnvmeStructs.Table.Where(one => one.Type == type).SelectMany(one => one.Fields)
            .Concat(PciNames.Table.Where(one => one.Type == type).SelectMany(one => one.Ours))
            .Concat(FieldOffsets.Of(type).Select(pair => pair.Field));
        var headers = WireType.Fields(type).Where(field => field.Name == "Header").Select(field => field.Name);
        Assert.That(WireType.Fields(type).Select(field => field.Name).Except(judged, StringComparer.Ordinal).Except(headers), Is.Empty);
    }

    [TestCaseSource(nameof(Explicit))]
    public void A_header_field_stands_at_the_start(Type type)
    {
        foreach (var field in WireType.Fields(type).Where(field => field.Name == "Header" && field.FieldType != typeof(UuidListHeader)))
        {
            Assert.That(WireType.OffsetOf(type, field.Name), Is.Zero);
        }
    }

    [TestCaseSource(nameof(OffsetTypes))]
    public void A_field_newer_than_the_headers_stands_where_the_standard_has_it(Type type)
    {
        Assert.That(FieldOffsets.Of(type), Is.Not.Empty);
        foreach (var (field, offset) in FieldOffsets.Of(type))
        {
            Assert.That(WireType.OffsetOf(type, field), Is.EqualTo(offset), field);
        }
    }

    [TestCaseSource(nameof(BitGroups))]
    public void No_two_names_of_a_bit_group_share_a_bit(Type type)
    {
        var taken = 0ul;
        var named = type.GetProperties().Where(property => property.CanWrite && property.Name != "Raw");
        foreach (var property in named.Where(property => !Overlays.Contains($"{type.Name}.{property.Name}")))
        {
            var mask = CNames.Mask(type, property.Name);
            Assert.That(mask, Is.Not.Zero, property.Name);
            Assert.That(taken & mask, Is.Zero, property.Name);
            taken |= mask;
        }
    }

    [TestCaseSource(nameof(BitGroups))]
    public void A_bit_group_is_as_large_as_its_word(Type type) =>
        Assert.That(WireType.SizeOf(type), Is.EqualTo(WireType.SizeOf(WireType.RawOf(type)!.PropertyType)));

    private static IEnumerable<Type> OffsetTypes() => FieldOffsets.Table.Keys.OrderBy(type => type.Name, StringComparer.Ordinal);
}
