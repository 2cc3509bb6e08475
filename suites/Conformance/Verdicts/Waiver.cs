using System.ComponentModel.DataAnnotations;
using System.Globalization;
using Conformance.Migration;

namespace Conformance.Suite;

/// <summary>A failure that is known and excused for a time, of one maker's device or of all.</summary>
public sealed record Waiver
{
    /// <summary>Which cases; * stands for any text.</summary>
    public required string Cases { get; init; }

    /// <summary>PCI Vendor ID of the device; null: of any.</summary>
    public ushort? Vendor { get; init; }

    /// <summary>Its model number; * stands for any text; null: any.</summary>
    public string? Model { get; init; }

    /// <summary>Its firmware; null: any.</summary>
    public FirmwareRange? Firmware { get; init; }

    /// <summary>Why it is excused.</summary>
    [RegularExpression(".+")]
    public required string Reason { get; init; }

    /// <summary>Where it is being dealt with.</summary>
    [RegularExpression("https?://.+")]
    public required string Link { get; init; }

    /// <summary>Who deals with it.</summary>
    [RegularExpression(".+")]
    public required string Owner { get; init; }

    /// <summary>The last day on which it holds: <c>2027-01-31</c>.</summary>
    [RegularExpression(@"\d{4}-\d{2}-\d{2}")]
    public required string Expires { get; init; }

    /// <summary>Whether it is about this device.</summary>
    public bool IsFor(DeviceIdentity device) =>
        (Vendor is null || Vendor == device.Vendor)
        && (Model is null || CaseGlob.Matches(Model, device.Model))
        && (Firmware is null || Firmware.Contains(device.Firmware));

    public bool HasExpired(DateOnly today) => DateOnly.ParseExact(Expires, "yyyy-MM-dd", CultureInfo.InvariantCulture) < today;

    public override string ToString() => $"waiver of {Cases} ({Owner})";
}

/// <summary>Firmware revisions, both ends included, in the order of their characters.</summary>
public sealed record FirmwareRange
{
    /// <summary>Null: from the first.</summary>
    public string? From { get; init; }

    /// <summary>Null: to the last there will be.</summary>
    public string? To { get; init; }

    public bool Contains(string revision) =>
        (From is null || string.CompareOrdinal(revision, From) >= 0) && (To is null || string.CompareOrdinal(revision, To) <= 0);
}

/// <summary><c>waivers.yaml</c> as written.</summary>
internal sealed record WaiverList
{
    public required IReadOnlyList<Waiver> Waivers { get; init; }
}
