using System.Globalization;
using System.Text;
using Conformance.Migration;

namespace Conformance.Report.Export;

/// <summary>
/// <c>samples.csv</c>: a row for each cycle, the header first, for spreadsheets and scripts. Each column names its unit; a figure that was not
/// observed, or that so few commands do not support, is empty. RFC 4180: CRLF after each line, quotes where they are needed. Times of steps are sums
/// where a step was gone through more than once.
/// </summary>
public static class SamplesCsv
{
    private static readonly (string Name, Func<Row, object?> Value)[] s_columns =
    [
        ("figures", it => it.Run.Figures),
        ("profile", it => it.Run.Plan.Name),
        ("profile_hash", it => it.Run.Plan.ProfileHash),
        ("seed", it => it.Run.Plan.Seed),
        ("combination", it => it.Combination.Name),
        ("cycle", it => it.Cycle.Number),
        ("guest", it => it.Cycle.Guest),
        ("from", it => it.Cycle.From),
        ("to", it => it.Cycle.To),
        ("outcome", it => Words.Of(it.Cycle.Outcome)),
        ("taints", it => string.Join(' ', it.Cycle.Taints.Select(Words.Of))),
        ("findings", it => it.Cycle.Findings.Count),
        ("guest_downtime_ns", it => it.Cycle.Downtime.GuestNs),
        ("orchestrator_downtime_ns", it => it.Cycle.Downtime.OrchestratorNs),
        ("suspended_ns", it => it.Cycle.Downtime.SuspendedNs),
        ("device_downtime_ns", it => it.Cycle.Downtime.DeviceNs),
        ("read_back_ns", it => it.Cycle.Downtime.ReadBackNs),
        .. Enum.GetValues<CycleStep>().Select(step => ($"step_{Words.Of(step).Replace('-', '_')}_ns", (Func<Row, object?>)(it => it.Cycle.TimeOf(step)))),
        ("in_flight_fetched", it => it.Cycle.InFlight.Fetched),
        ("in_flight_unfetched", it => it.Cycle.InFlight.Unfetched),
        ("in_flight_posted", it => it.Cycle.InFlight.Posted),
        ("state_bytes", it => it.Cycle.StateBytes),
        ("blocks_verified", it => it.Cycle.BlocksVerified),
        ("copy_rounds", it => it.Cycle.Copy.Rounds),
        ("copy_medium_bytes", it => it.Cycle.Copy.MediumBytes),
        ("copy_after_stop_blocks", it => it.Cycle.Copy.BlocksAfterStop),
        ("copy_reported_blocks", it => it.Cycle.Copy.BlocksReported),
        ("copy_reported_rightly_blocks", it => it.Cycle.Copy.BlocksReportedRightly),
        ("copy_memory_pages", it => it.Cycle.Copy.MemoryPages),
        ("copy_reported_pages", it => it.Cycle.Copy.PagesReported),
        ("copy_reported_rightly_pages", it => it.Cycle.Copy.PagesReportedRightly),
        .. Latencies("before", it => it.Before),
        .. Latencies("pre_copy", it => it.PreCopy),
        .. Latencies("during", it => it.During),
        .. Latencies("after", it => it.After),
        ("throughput_before_per_second", it => it.Cycle.Throughput.BeforePerSecond),
        ("throughput_pre_copy_per_second", it => it.Cycle.Throughput.PreCopyPerSecond),
        ("throughput_during_per_second", it => it.Cycle.Throughput.DuringPerSecond),
        ("throughput_after_per_second", it => it.Cycle.Throughput.AfterPerSecond),
        ("throughput_lowest_share", it => it.Cycle.Throughput.LowestShare),
        ("throughput_lowest_pre_copy_share", it => it.Cycle.Throughput.LowestPreCopyShare),
        ("throughput_after_share", it => it.Cycle.Throughput.AfterShare),
        ("throughput_recovery_ns", it => it.Cycle.Throughput.RecoveryNs),
        ("throughput_window_ns", it => it.Cycle.Throughput.WindowNs),
        ("throughput_recovery_window_ns", it => it.Cycle.Throughput.RecoveryWindowNs),
        ("neighbours", it => it.Cycle.Neighbours?.Count),
        .. Latencies("neighbours_before", it => it.Before, isOfNeighbours: true),
        .. Latencies("neighbours_pre_copy", it => it.PreCopy, isOfNeighbours: true),
        .. Latencies("neighbours_during", it => it.During, isOfNeighbours: true),
        .. Latencies("neighbours_after", it => it.After, isOfNeighbours: true),
        ("neighbours_throughput_before_per_second", it => it.Cycle.Neighbours?.Throughput.BeforePerSecond),
        ("neighbours_throughput_pre_copy_per_second", it => it.Cycle.Neighbours?.Throughput.PreCopyPerSecond),
        ("neighbours_throughput_during_per_second", it => it.Cycle.Neighbours?.Throughput.DuringPerSecond),
        ("neighbours_throughput_after_per_second", it => it.Cycle.Neighbours?.Throughput.AfterPerSecond),
        ("neighbours_throughput_lowest_share", it => it.Cycle.Neighbours?.Throughput.LowestShare),
        ("copy_round_copied_bytes", it => string.Join(' ', it.Cycle.Copy.EachRound.Select(round => round.CopiedBytes))),
        ("copy_round_dirtied_bytes", it => string.Join(' ', it.Cycle.Copy.EachRound.Select(round => round.DirtiedBytes))),
    ];

    public static string Write(RunRecord run)
    {
        var text = new StringBuilder();
        WriteLine(text, s_columns.Select(it => it.Name));
        foreach (var combination in run.Combinations)
        {
            foreach (var cycle in combination.Result.Cycles)
            {
                var row = new Row(run, combination, cycle);
                WriteLine(text, s_columns.Select(it => Convert.ToString(it.Value(row), CultureInfo.InvariantCulture) ?? ""));
            }
        }

        return text.ToString();
    }

    private static IEnumerable<(string Name, Func<Row, object?> Value)> Latencies(string when, Func<LatencyRecord, LatencyFigures> of, bool isOfNeighbours = false)
    {
        LatencyFigures? Figures(Row it) => (isOfNeighbours ? it.Cycle.Neighbours?.Latency : it.Cycle.Latency) is { } latency ? of(latency) : null;
        yield return ($"latency_{when}_commands", it => Figures(it)?.N);
        foreach (var name in new LatencyFigures().Quantiles.Select(it => it.Name))
            yield return ($"latency_{when}_{name.Replace('.', '_')}_ns", it => Figures(it)?.Quantiles.First(one => one.Name == name).Ns);
        yield return ($"latency_{when}_max_ns", it => Figures(it)?.MaxNs);
    }

    private static void WriteLine(StringBuilder text, IEnumerable<string> fields) => text.AppendJoin(',', fields.Select(Quoted)).Append("\r\n");

    private static string Quoted(string field) => field.AsSpan().ContainsAny("\",\r\n") ? $"\"{field.Replace("\"", "\"\"")}\"" : field;

    private sealed record Row(RunRecord Run, CombinationRecord Combination, CycleRecord Cycle);
}
