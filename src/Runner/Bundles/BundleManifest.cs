using System.Text.Json;
using System.Text.Json.Serialization;
using Conformance.Device;
using Conformance.Migration;

namespace Conformance.Runner.Bundles;

/// <summary>
/// <c>manifest.json</c> of a bundle: what was run, on what, by what, where. Made of the record alone; it says nothing that the record does not.
/// </summary>
internal sealed record BundleManifest
{
    /// <summary>Of this form; raised when a reader must know.</summary>
    public const int Current = 1;

    public int Version { get; init; } = Current;

    /// <summary>What every figure in the bundle is of.</summary>
    public required string Figures { get; init; }

    /// <summary>Commit of the suite; null where unknown.</summary>
    public required string? SuiteCommit { get; init; }

    /// <summary>It had changes that are in no commit; null where unknown.</summary>
    public required bool? SuiteModified { get; init; }

    /// <summary>SHA-256 over the assemblies of the program that ran; null where unknown.</summary>
    public required string? BuildHash { get; init; }

    public required string Profile { get; init; }

    public required string ProfileHash { get; init; }

    public required string PlanHash { get; init; }

    public required ulong Seed { get; init; }

    /// <summary>The planted bug; null for none.</summary>
    public required string? Defect { get; init; }

    /// <summary>What devices said they are, each once.</summary>
    public required IReadOnlyList<DeviceIdentity> Devices { get; init; }

    /// <summary>The clocks that worlds ran on: virtual, real.</summary>
    public required IReadOnlyList<string> Clocks { get; init; }

    /// <summary>As the program was called.</summary>
    public required IReadOnlyList<string> CommandLine { get; init; }

    public required EnvironmentRecord Environment { get; init; }

    public static BundleManifest Of(RunRecord run)
    {
        var planned = run.Plan.Combinations.Select(it => it.Identity).OfType<DeviceIdentity>();
        IEnumerable<ClockKind> clocks =
            [.. run.Plan.Combinations.Select(it => it.Clock), .. run.Plan.Cases is { } cases ? [cases.Clock] : Array.Empty<ClockKind>()];
        return new BundleManifest
        {
            Figures = run.Figures,
            SuiteCommit = run.Environment.Commit,
            SuiteModified = run.Environment.Modified,
            BuildHash = run.Environment.Build,
            Profile = run.Plan.Name,
            ProfileHash = run.Plan.ProfileHash,
            PlanHash = run.Plan.Hash(),
            Seed = run.Plan.Seed,
            Defect = run.Defect,
            Devices = [.. run.Cases.Select(it => it.Identity).OfType<DeviceIdentity>().Concat(planned).Distinct()],
            Clocks = [.. clocks.Distinct().Select(Words.Of)],
            CommandLine = run.Environment.Arguments,
            Environment = run.Environment,
        };
    }

    public byte[] ToBytes() => [.. JsonSerializer.SerializeToUtf8Bytes(this, BundleJson.Default.BundleManifest), (byte)'\n'];
}

/// <summary>As records are written.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(BundleManifest))]
internal sealed partial class BundleJson : JsonSerializerContext;
