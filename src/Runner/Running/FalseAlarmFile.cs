using System.Text.Json;
using System.Text.Json.Serialization;
using Conformance.Migration;
using Conformance.Report;

namespace Conformance.Runner.Running;

/// <summary>Comparisons with itself that were made of one thing on one machine.</summary>
/// <param name="Of">The thing and, where time is its own, the machine.</param>
/// <param name="Launches">Of each comparison, on each side.</param>
/// <param name="Counted">What they said, all of them together.</param>
internal sealed record SelfComparisons(Fingerprint Of, int Launches, FalseAlarms Counted);

/// <summary>What comparisons with itself said, kept beside the reports: a later comparison of the same thing here tells what it is worth.</summary>
internal static class FalseAlarmFile
{
    /// <summary>What is known of comparisons of so many launches of what this run is of; null where none was made here.</summary>
    public static FalseAlarms? Find(RunRecord run, int launches, Services services) => Read(services).Find(Is(run, launches))?.Counted;

    /// <summary>Adds to what is known.</summary>
    public static void Add(FalseAlarms counted, RunRecord run, int launches, Services services)
    {
        var all = Read(services);
        var sum = Find(run, launches, services) is { } known ? new FalseAlarms(known.Alarms + counted.Alarms, known.Comparisons + counted.Comparisons) : counted;
        all.RemoveAll(Is(run, launches));
        all.Add(new SelfComparisons(Fingerprint.Of(run), launches, sum));
        Directory.CreateDirectory(Path.GetDirectoryName(PathIn(services))!);
        File.WriteAllText(PathIn(services), JsonSerializer.Serialize(all, FalseAlarmJson.Default.ListSelfComparisons) + "\n");
    }

    private static Predicate<SelfComparisons> Is(RunRecord run, int launches) => it => it.Of == Fingerprint.Of(run) && it.Launches == launches;

    private static string PathIn(Services services) => Path.Combine(services.Root, "reports", "false-alarms.json");

    private static List<SelfComparisons> Read(Services services)
    {
        var path = PathIn(services);
        try
        {
            return File.Exists(path) ? JsonSerializer.Deserialize(File.ReadAllText(path), FalseAlarmJson.Default.ListSelfComparisons) ?? [] : [];
        }
        catch (JsonException)
        {
            throw new UsageException($"{path}: not what comparisons with itself left; remove it");
        }
    }
}

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.KebabCaseLower, WriteIndented = true)]
[JsonSerializable(typeof(List<SelfComparisons>))]
internal sealed partial class FalseAlarmJson : JsonSerializerContext;
