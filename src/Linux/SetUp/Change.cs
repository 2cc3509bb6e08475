using System.Text.Json.Serialization;

namespace Conformance.Linux;

/// <summary>What kind of thing was changed. Persisted: names stay.</summary>
public enum ChangeKind
{
    /// <summary>A value in a file of sysfs.</summary>
    Value,

    /// <summary>Which driver has a function, and which it is kept for.</summary>
    Driver,

    /// <summary>Which controllers a namespace is attached to.</summary>
    Attachment,

    /// <summary>Resources and state of a secondary controller.</summary>
    Secondary,

    /// <summary>A device that was not there before: one the kernel makes out of nothing.</summary>
    Made,
}

/// <summary>One change of the machine or of a device: enough to take it back, whoever does that and when.</summary>
public sealed record Change
{
    public required ChangeKind Kind { get; init; }

    /// <summary>A file or, of a device that was made, its folder in sysfs; else the PCI address of the function, for what is in a device that of its PF.</summary>
    public required string Where { get; init; }

    /// <summary>What was there before; null: nothing (no driver, no override).</summary>
    public string? Before { get; init; }

    /// <summary>What is put there; null where that comes about bit by bit while the suite runs.</summary>
    public string? After { get; init; }

    /// <summary>Of a driver: the driver that the function was kept for before.</summary>
    public string? OverrideBefore { get; init; }

    /// <summary>The serial number of the device whose inside is meant: another that stands in its place is left alone.</summary>
    public string? Serial { get; init; }

    /// <summary>A namespace.</summary>
    public uint? Nsid { get; init; }

    /// <summary>Controllers that the namespace was attached to.</summary>
    public IReadOnlyList<ushort>? Controllers { get; init; }

    /// <summary>A secondary controller as it was.</summary>
    public SecondaryState? Secondary { get; init; }

    /// <summary>Whether what is there now was put there by the suite, or is what it found; of what comes about bit by bit nobody can say.</summary>
    public bool IsOurs(string? now) => now == Before || After is null || now == After;

    /// <summary>For people: what is undone.</summary>
    public override string ToString() => Kind switch
    {
        ChangeKind.Driver => $"{Where}: driver {Before ?? "none"}",
        ChangeKind.Attachment => $"{Where}: namespace {Nsid} attached to {(Controllers is { Count: > 0 } ids ? string.Join(", ", ids) : "no controller")}",
        ChangeKind.Secondary => $"{Where}: secondary controller {Secondary!.Id} {(Secondary.Online ? "online" : "offline")}, {Secondary.Queues} VQ, {Secondary.Vectors} VI",
        ChangeKind.Made => $"{Where}: {After} taken away",
        _ => $"{Where} = {Before ?? "(nothing)"}",
    };
}

/// <summary>A secondary controller: whether it is online, and its flexible resources.</summary>
public sealed record SecondaryState(ushort Id, bool Online, ushort Queues, ushort Vectors);

/// <summary>The functions that a run was given, as they were found: told by who set them up to the processes that use them.</summary>
public sealed record PreparedHost
{
    public required IReadOnlyList<PreparedFunction> Functions { get; init; }

    /// <summary>The kernel's NVMe driver has the physical functions.</summary>
    public required bool PfOnKernel { get; init; }

    /// <summary>Every physical function here is of one subsystem.</summary>
    [JsonIgnore]
    public bool SharesSubsystem => Functions.Select(it => it.Nqn).Distinct(StringComparer.Ordinal).Count() <= 1;

    [JsonIgnore]
    public PreparedFunction Source => Functions[0];

    [JsonIgnore]
    public PreparedFunction Destination => Functions[^1];
}

/// <summary>A physical function and the VFs that were enabled of it.</summary>
/// <param name="Address">Of the physical function.</param>
/// <param name="Serial">Its serial number.</param>
/// <param name="Model">Its model number.</param>
/// <param name="Firmware">Its firmware revision.</param>
/// <param name="Ids">Vendor and device of PCI.</param>
/// <param name="Nqn">Of its subsystem.</param>
/// <param name="Vfs">Addresses, by number from 1.</param>
public sealed record PreparedFunction(string Address, string Serial, string Model, string Firmware, string Ids, string Nqn, IReadOnlyList<string> Vfs);

/// <summary>A line of the record of changes.</summary>
internal sealed record UndoLine
{
    /// <summary>Of the form; in the first line.</summary>
    public int? Version { get; init; }

    /// <summary>The kernel's identifier of the boot in which the changes were made: the machine forgets at the next one, devices do not.</summary>
    public string? Boot { get; init; }

    /// <summary>The process that made them.</summary>
    public int? Process { get; init; }

    /// <summary>Something is about to be changed.</summary>
    public Change? Change { get; init; }

    /// <summary>Everything was set up.</summary>
    public PreparedHost? Prepared { get; init; }

    /// <summary>The change of this number, from 0, was taken back.</summary>
    public int? Undone { get; init; }
}

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower,
    UseStringEnumConverter = true,
    DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(UndoLine))]
internal sealed partial class UndoJson : JsonSerializerContext;
